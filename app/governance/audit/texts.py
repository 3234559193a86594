"""How questions and answers stand in the trail: in full, as keyed hashes, or sealed."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.governance.audit.keys import AuditorKey, AuditorPrivateKey, SigningKey

Kept = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Texts:
    """What the setting `audit.texts` chose; `auditor` is there where texts are encrypted."""

    mode: str  # full, hashed or encrypted
    key: SigningKey
    auditor: AuditorKey | None = None

    def keep(self, text: str) -> dict[str, str]:
        """The text as a record holds it; the keyed hash stands beside a sealed one."""
        if self.mode == "full":
            return {"text": text}
        kept = {"hmac": self.key.hashed(text)}
        if self.auditor is not None:
            kept["sealed"] = self.auditor.seal(text)
        return kept


def opened(kept: Kept, private: AuditorPrivateKey | None) -> str | None:
    """The text of a record, or None where it cannot be read without the auditor's key."""
    if "text" in kept:
        return kept["text"]
    if private is not None and "sealed" in kept:
        return private.open(kept["sealed"])
    return None
