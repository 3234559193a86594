"""Guesses the next words of an answer from what stands in its prompt, where that is worth it.

Answers quote. Where an answer's last words stand in the prompt, or earlier in the answer, what
follows there often follows here, too. A model reads several tokens in one step in less time than
it writes them one by one, so the guess is computed together with the next token. The tokens are
then chosen as always, one after the other, and the guess holds as far as they agree with it
(prompt look-up decoding: Saxena, 2023; Leviathan et al., 2023). What is said does not change.

A wrong guess costs time. `Policy` knows what steps of each size took and how often guesses held,
and makes a guess only where it should pay; what is lost by trying stays below a share of the time.
"""

from dataclasses import dataclass

from .residents import Ints

SIZES = (3, 7, 15)  # tokens guessed at once: with the next token, kernels work in blocks of 4
_KEY = 3  # tokens that must be the same before a guess
_LOOKED_BACK = 24  # tokens, over which two places are compared
_PLACES = 16  # of a key that are compared, the latest
_CLASSES = (5, 11)  # the most equal tokens of the first classes; the last has no most
_PRIOR = ((0.7, 6.0), (0.85, 6.0), (0.95, 6.0))  # for each class: how often right, worth so many
_FADES = 0.995  # at each guess: what was long ago counts less
_COST_EACH = 0.45  # steps of one token that one more token takes, until it has been measured
_SHARE_LOST = 0.02  # of the time for writing that guesses may lose
_TRIED_FREELY = 20.0  # steps of one token that they may lose at first
_SAVED_UP = 40.0  # steps of one token; earlier gains allow no more than that to be lost


@dataclass(frozen=True, slots=True)
class Guess:
    """Tokens that may follow; `kind` tells Policy how much stood the same before them."""

    tokens: tuple[int, ...]
    kind: int


class Lookup:
    """Where each three tokens of one prompt and answer stand."""

    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._after: dict[tuple[int, int, int], list[int]] = {}

    def follow(self, tokens: Ints, length: int) -> None:
        """Take in what was added: `tokens[:length]` is all so far, in agreement with before."""
        known = len(self._tokens)
        self._tokens += tokens[known:length].tolist()
        all_tokens = self._tokens
        # A key that ends with the last token is not entered yet: nothing follows it.
        for end in range(max(_KEY, known), length):
            key = (all_tokens[end - 3], all_tokens[end - 2], all_tokens[end - 1])
            self._after.setdefault(key, []).append(end)

    def find(self, most: int) -> tuple[int, list[int]]:
        """How many tokens before here are the same as before the best place, and what follows it.

        (0, []) where the last three tokens stand nowhere else.
        """
        tokens = self._tokens
        if len(tokens) < _KEY:
            return 0, []
        places = self._after.get((tokens[-3], tokens[-2], tokens[-1]), ())
        best, length = 0, 0
        for place in places[: -_PLACES - 1 : -1]:
            same = _KEY
            while (
                same < _LOOKED_BACK
                and place - same > 0
                and tokens[place - same - 1] == tokens[-same - 1]
            ):
                same += 1
            if same > length:
                best, length = place, same
        return length, tokens[best : best + most] if length else []


class Policy:
    """When to guess and how much, for all answers of one engine. For its owner thread alone."""

    def __init__(self) -> None:
        self._sizes: tuple[int, ...] = SIZES
        self._right = [[prior * weight, weight] for prior, weight in _PRIOR]
        self._single = 0.0  # seconds of a step of one token
        self._steps: dict[int, float] = {}  # by size, in steps of one token
        self._balance = _TRIED_FREELY  # what may still be lost, in steps of one token

    def limit(self, sizes: tuple[int, ...]) -> None:
        """Guess so many tokens at once and no others; none: never guess."""
        self._sizes = sizes

    def guess(self, lookup: Lookup, most: int) -> Guess | None:
        """What to compute with the next token; None where a guess is not likely to pay."""
        if not self._sizes:
            return None
        same, tokens = lookup.find(min(most, self._sizes[-1]))
        if not tokens:
            return None
        kind = sum(same > limit for limit in _CLASSES)
        right, tried = self._right[kind]
        chance = right / tried
        size, gain = 0, 0.0
        for one in self._sizes:
            if one <= len(tokens) and (found := _expected(chance, one) - self._cost(one)) > gain:
                size, gain = one, found
        if (
            not size
            and self._balance > 2 * self._cost(self._sizes[0])
            and len(tokens) >= self._sizes[0]
        ):
            size = self._sizes[0]  # a look whether it has become worth it
            self._balance -= _SHARE_LOST  # looks are rarer than chances
        if not size or self._cost(size) > self._balance:
            return None
        return Guess(tuple(tokens[:size]), kind)

    def took(self, size: int, seconds: float) -> None:
        """A step for this answer alone computed the next token and `size` guessed ones."""
        if not size:
            self._single += (seconds - self._single) * (0.1 if self._single else 1.0)
            self._balance = min(_SAVED_UP, self._balance + _SHARE_LOST)
        elif self._single:
            steps = seconds / self._single
            known = self._steps.get(size, 1 + _COST_EACH * size)
            self._steps[size] = known + 0.2 * (steps - known)

    def held(self, guess: Guess, right: int) -> None:
        """So many tokens of a guess were right, from its first on."""
        tried = min(right + 1, len(guess.tokens))
        count = self._right[guess.kind]
        prior, weight = _PRIOR[guess.kind]
        count[0] = _FADES * (count[0] + right) + (1 - _FADES) * prior * weight
        count[1] = _FADES * (count[1] + tried) + (1 - _FADES) * weight
        gain = right - self._cost(len(guess.tokens))
        self._balance = min(_SAVED_UP, self._balance + gain + _SHARE_LOST * (right + 1))

    def _cost(self, size: int) -> float:
        """Steps of one token that a step with `size` guessed ones takes beyond one."""
        return self._steps.get(size, 1 + _COST_EACH * size) - 1


def _expected(chance: float, size: int) -> float:
    """How many guessed tokens hold on average, if each does with this chance after the last."""
    return sum(chance**count for count in range(1, size + 1))
