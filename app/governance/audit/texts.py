"""How questions and answers stand in the trail: readable, as keyed hashes, or for the auditor.

Each record's texts are under a key of its own, see `app.governance.audit.text_keys`; records of
earlier versions hold theirs as they are.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from app.governance.audit.keys import AuditorKey, AuditorPrivateKey, SigningKey
from app.governance.audit.text_keys import TextKeys

Kept = Mapping[str, str]
Keep = Callable[[str], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Texts:
    """What the setting `audit.texts` chose; `auditor` is there where texts are encrypted.

    Without `keys`, texts stand in the trail as they are, and stay.
    """

    mode: str  # full, hashed or encrypted
    key: SigningKey
    auditor: AuditorKey | None = None
    keys: TextKeys | None = None

    def keeping(self, person: str, documents: Collection[tuple[str, str]] = ()) -> Keep:
        """What puts the texts of one record into it: a person's, which may quote these documents
        (space, name).

        Raises TrailFault.
        """
        readable = self.mode == "full" or self.auditor is not None
        own = self.keys.make(person, documents) if self.keys and readable else None

        def keep(text: str) -> dict[str, str]:
            if self.mode == "full":
                return {"key": own.id, "box": own.box(text)} if own else {"text": text}
            kept = {"hmac": self.key.hashed(text)}
            if self.auditor is not None:
                sealed = self.auditor.seal(text)
                kept |= {"key": own.id, "sealed": own.box(sealed)} if own else {"sealed": sealed}
            return kept

        return keep


def is_erased(kept: Kept, keys: TextKeys | None) -> bool:
    """Whether the key of a text was destroyed."""
    return "key" in kept and (keys is None or keys.find(kept["key"]) is None)


def opened(
    kept: Kept, private: AuditorPrivateKey | None, keys: TextKeys | None = None
) -> str | None:
    """The text of a record, or None where it cannot be read: without the auditor's key, or since
    its own was destroyed. Raises TrailFault for what is not as it was written.
    """
    if "text" in kept:
        return kept["text"]
    own = keys.find(kept["key"]) if keys and "key" in kept else None
    if "box" in kept:
        return own.open(kept["box"]) if own else None
    if private is None or "sealed" not in kept or ("key" in kept and own is None):
        return None
    return private.open(own.open(kept["sealed"]) if own else kept["sealed"])


def readable(value: Any, private: AuditorPrivateKey | None, keys: TextKeys | None) -> Any:
    """A record's data with its texts, as far as they can be read: {"text"} for each, and
    {"text": None, "erased": True} where its key was destroyed.
    """
    if isinstance(value, Mapping):
        if "box" in value or "sealed" in value:
            if is_erased(value, keys):
                return {"text": None, "erased": True}
            text = opened(value, private, keys)
            return dict(value) if text is None else {"text": text}
        return {name: readable(inner, private, keys) for name, inner in value.items()}
    if isinstance(value, list):
        return [readable(inner, private, keys) for inner in value]
    return value
