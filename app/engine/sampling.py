"""How the next token is chosen, and how tokens become text that is safe to show."""

import codecs
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

RANDOM_SEED = 0xFFFFFFFF  # llama.cpp reads this seed as "draw one": never pass it on


@dataclass(frozen=True, slots=True)
class SamplingSpec:
    """One request's choice rule. Temperature 0 is greedy; the same spec gives the same tokens.

    Penalties look at the answer only: over the prompt as well, they would punish quoting it.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0  # 0: off
    min_p: float = 0.0
    repeat_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    seed: int = 0
    grammar: str = ""  # GBNF with a rule `root`; "": free text

    @property
    def penalised(self) -> bool:
        return (
            self.repeat_penalty != 1.0
            or self.frequency_penalty != 0.0
            or self.presence_penalty != 0.0
        )

    @property
    def plainly_greedy(self) -> bool:
        return self.temperature <= 0 and not self.penalised and not self.grammar


def usable_seed(seed: int | None) -> int:
    """A 32-bit seed that llama.cpp takes literally; a fresh random one for None."""
    value = secrets.randbits(32) if seed is None else seed & 0xFFFFFFFF
    return value - 1 if value == RANDOM_SEED else value


class TextStream:
    """Turns the bytes of tokens into text pieces.

    Characters whose bytes are spread over several tokens wait until they are whole, and text
    that may turn out to begin a stop string waits until it is known not to.
    """

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = tuple(word for word in stop if word)
        self._held = ""
        self.stopped = False

    def feed(self, piece: bytes) -> str:
        """Text that may be shown now; `stopped` becomes true at the first stop string."""
        return self._release(self._decoder.decode(piece))

    def finish(self) -> str:
        """What was held back at the end. Bytes of a character that never became whole are lost."""
        if self.stopped:
            return ""
        held, self._held = self._held, ""
        return held

    def _release(self, text: str) -> str:
        if self.stopped or not text:
            return ""
        text = self._held + text
        found = [at for word in self._stop if (at := text.find(word)) >= 0]
        if found:
            self.stopped = True
            self._held = ""
            return text[: min(found)]
        keep = max((_overlap(text, word) for word in self._stop), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]


def _overlap(text: str, word: str) -> int:
    """Length of the longest end of `text` that begins `word`."""
    for size in range(min(len(text), len(word) - 1), 0, -1):
        if text.endswith(word[:size]):
            return size
    return 0
