"""The context window as a budget: what goes into one prompt, and the account of it.

    window = template + system + question + history + passages + room for the answer

all in the model's own tokens. How it is shared:

1. The system text and the question are always whole. If they leave no room for an answer, that
   is an error that says so.
2. The answer gets the room asked for, but at most half of the window, and down to
   `LEAST_ANSWER` tokens when a long question needs the rest.
3. While it fits, the conversation grows: earlier turns are repeated token for token, with the
   passages that were shown in them, and new passages are added in the last turn, best first. An
   engine that remembers the earlier prompt then reads only what is new. "It fits" means that the
   `BEST` best passages for the question are in, new or shown earlier.
4. Otherwise there is a new layout. Earlier turns lose their passages and may take a quarter of
   the rest, newest first. Passages get three quarters and what the history leaves, best first;
   one that does not fit is passed over for the next. After those found for this question come
   those that the last turns showed. The best passage comes before any history if it fits whole;
   if it never does, it is cut at the end of a sentence.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.engine.templates import ChatTemplate, Turn

LEAST_ANSWER = 64
BEST = 3
LAST_TURNS = 3  # whose passages a new layout may show again
_SMALLEST_PASSAGE = 24  # tokens; less is not worth a heading
_SLACK = 2  # tokens that a border between two texts may cost
_CHARS_PER_TOKEN = 6  # longer texts are not tried whole: prose has about 4
_SENTENCE_END = re.compile(r"(?<![.!?。！？…])[.!?。！？…]++[)\]\"'”’»]*+(?=\s)|\n")


class QuestionTooLong(Exception):
    """The question, or the system text, leaves no room in the window; the message says which."""


@dataclass(frozen=True, slots=True)
class NumberedPassage:
    """A passage under the number by which the model cites it."""

    number: int
    text: str
    label: str  # "Handbook.pdf, page 3, Leave > Annual leave"


@dataclass(frozen=True, slots=True)
class PastTurn:
    """An earlier exchange, with the passages that its prompt showed in this turn."""

    question: str
    answer: str
    passages: tuple[NumberedPassage, ...] = ()


@dataclass(frozen=True, slots=True)
class FittedPrompt:
    """A prompt that fits: `len(ids) + max_tokens <= window`."""

    ids: list[int]
    passages: tuple[NumberedPassage, ...]  # all that the model sees, by number; one may be cut
    max_tokens: int
    dropped_passages: int  # of those found for this question
    dropped_turns: int
    # tokens: template, system, question, history (with the passages shown in it), passages (of
    # the last turn), answer (room), window; the first five add up to len(ids)
    account: dict[str, int]
    question: str
    past: tuple[PastTurn, ...]  # the earlier turns as this prompt shows them
    new: tuple[NumberedPassage, ...]  # the passages in the last turn

    def continued(self, answer: str) -> tuple[PastTurn, ...]:
        """The history to give to `fit` for the next question, so that the prompt only grows."""
        return (*self.past, PastTurn(self.question, answer, self.new))


RenderUser = Callable[[Sequence[NumberedPassage], str], str]


def fit(
    template: ChatTemplate,
    *,
    system: str,
    question: str,
    history: Sequence[PastTurn],
    passages: Sequence[NumberedPassage],
    window: int,
    answer_tokens: int,
    render_user: RenderUser,
) -> FittedPrompt:
    """Build the prompt for `question` within `window` tokens, by the rule above.

    `passages`: what was found for the question, best first; those shown in an earlier turn keep
    the number they had there. `render_user(passages, question)` writes the user's text of a turn;
    without passages it should be little more than the question. Raises QuestionTooLong.
    """
    desk = _Desk(
        template,
        system=system,
        question=question,
        history=history,
        passages=passages,
        window=window,
        answer_tokens=answer_tokens,
        render_user=render_user,
    )
    return desk.grown() or desk.laid_out_anew()


class _Desk:
    """One prompt while it is being put together."""

    def __init__(
        self,
        template: ChatTemplate,
        *,
        system: str,
        question: str,
        history: Sequence[PastTurn],
        passages: Sequence[NumberedPassage],
        window: int,
        answer_tokens: int,
        render_user: RenderUser,
    ) -> None:
        self.template = template
        self.system = system
        self.question = question
        self.history = tuple(history)
        self.ranked = _by_first_number(passages)
        self.window = window
        self.answer_tokens = max(1, answer_tokens)
        self.render_user = render_user
        self.core = self._core()
        room = min(self.answer_tokens, window // 2)
        self.budget = max(window - room, self.core)  # of ids
        self._costs: dict[NumberedPassage, int] = {}
        self._probe = template.count(render_user((), "?"))

    def _core(self) -> int:
        """Ids of system text and question alone."""
        limit = self.window - min(self.answer_tokens, LEAST_ANSWER)
        least = "at least " if self.template.count(self.question, limit) > limit else ""
        if not least and self.template.count(self.system, limit) <= limit:
            size = len(self._encode((), (), self.question))
            if size <= limit:
                return size
        bare = self.template.count(self.system, self.window) + 16
        if bare > limit:
            raise QuestionTooLong(
                f"the instructions alone take the model's window of {self.window} tokens: use a "
                "bigger window (setting engine.context) or a model that has one"
            )
        size = self.template.count(self.question, limit)
        raise QuestionTooLong(
            f"the question is too long: it has {least}{size:,} tokens ({len(self.question):,} "
            f"characters), and about {max(0, limit - bare):,} tokens fit into this model's window "
            f"of {self.window:,}; shorten it, or put long text into a document and ask about that"
        )

    def grown(self) -> FittedPrompt | None:
        """The earlier prompt with the new turn behind it; None if that does not fit."""
        past = [self._turn(turn) for turn in self.history]
        if sum(len(t.user) + len(t.answer or "") for t in past) > self.budget * _CHARS_PER_TOKEN:
            return None
        base = len(self._encode(self.history, (), self.question)) if self.history else self.core
        if base > self.budget:
            return None
        shown = {passage.number for turn in self.history for passage in turn.passages}
        new = [passage for passage in self.ranked if passage.number not in shown]
        chosen = self._choose(new, self.budget - base)
        visible = shown | {passage.number for passage in chosen}
        if not all(passage.number in visible for passage in self.ranked[:BEST]):
            return None
        prompt = self._finish(self.history, chosen, base - self.core)
        kept = {passage.number for passage in prompt.passages}
        best_kept = all(passage.number in kept for passage in self.ranked[:BEST])
        return prompt if best_kept and not prompt.dropped_turns else None

    def laid_out_anew(self) -> FittedPrompt:
        """History without its passages, and passages by rank."""
        rest = self.budget - self.core
        candidates = _by_first_number(
            [
                *self.ranked,
                *(p for turn in reversed(self.history[-LAST_TURNS:]) for p in turn.passages),
            ]
        )
        bare = [PastTurn(turn.question, turn.answer) for turn in self.history]
        wanted, _ = self._newest(bare, rest // 4)
        room = rest - wanted
        chosen: list[NumberedPassage] = []
        if candidates:
            best = self._cost(candidates[0], rest)
            if best <= rest:
                chosen = self._choose(candidates, max(room, best))
            elif cut := self._cut(candidates[0], room) or self._cut(candidates[0], rest):
                chosen = [cut]
        spent = sum(self._cost(passage, rest) for passage in chosen)
        history_tokens, turns = self._newest(bare, rest - spent)
        return self._finish(bare[len(bare) - turns :], chosen, history_tokens)

    def _choose(self, ranked: Iterable[NumberedPassage], room: int) -> list[NumberedPassage]:
        """The passages that fit into `room` tokens, best first."""
        chosen: list[NumberedPassage] = []
        for passage in ranked:
            if room < _SMALLEST_PASSAGE and chosen:
                break
            cost = self._cost(passage, room)
            if cost <= room:
                chosen.append(passage)
                room -= cost
        return chosen

    def _newest(self, turns: Sequence[PastTurn], room: int) -> tuple[int, int]:
        """How many tokens and turns of the newest history fit into `room`."""
        if not turns:
            return 0, 0
        one, two = Turn("a", None), Turn("a", "a")
        around = len(self.template.encode("", [two, one])) - len(self.template.encode("", [one]))
        spent = 0
        for number, turn in enumerate(reversed(turns)):
            texts = self.render_user((), turn.question), turn.answer
            cost = around + _SLACK
            for text in texts:
                cost += self.template.count(text, max(0, room - spent - cost))
            if spent + cost > room:
                return spent, number
            spent += cost
        return spent, len(turns)

    def _cost(self, passage: NumberedPassage, room: int) -> int:
        """Tokens that `passage` adds to a user's text, rather too many than too few."""
        cost = self._costs.get(passage)
        if cost is None:
            text = self.render_user((passage,), "?")
            cost = self.template.count(text, room + self._probe) - self._probe + _SLACK
            if cost <= room:  # else it may be a lower bound
                self._costs[passage] = cost
        return cost

    def _cut(self, passage: NumberedPassage, room: int) -> NumberedPassage | None:
        """As much of `passage`, from its start, as fits; None if that is nothing."""
        frame = self._cost(NumberedPassage(passage.number, "", passage.label), room)
        text = _to_sentence_end(self.template.head(passage.text, room - frame - _SLACK))
        cut = NumberedPassage(passage.number, text, passage.label)
        if not text.strip() or self._cost(cut, room) > room:
            return None
        return cut

    def _finish(
        self, history: Sequence[PastTurn], ranked: Sequence[NumberedPassage], history_tokens: int
    ) -> FittedPrompt:
        """Encode, and count for real: estimates are generous, so this seldom drops anything."""
        past, chosen = list(history), list(ranked)
        while True:
            ids = self._encode(past, chosen, self.question)
            if len(ids) <= self.budget or not (past or chosen):
                break
            if len(chosen) > 1 or not past:
                chosen.pop()
            else:
                past.pop(0)
                history_tokens = 0 if not past else history_tokens
        new = tuple(sorted(chosen, key=lambda passage: passage.number))
        visible = {p.number: p for turn in past for p in turn.passages}
        visible.update((passage.number, passage) for passage in new)
        history_tokens = min(history_tokens, len(ids) - self.core) if past else 0
        system, question = self.template.count(self.system), self.template.count(self.question)
        max_tokens = min(self.answer_tokens, self.window - len(ids))
        return FittedPrompt(
            ids=ids,
            passages=tuple(visible[number] for number in sorted(visible)),
            max_tokens=max_tokens,
            dropped_passages=sum(p.number not in visible for p in self.ranked),
            dropped_turns=len(self.history) - len(past),
            account={
                "template": self.core - system - question,
                "system": system,
                "question": question,
                "history": history_tokens,
                "passages": len(ids) - self.core - history_tokens,
                "answer": max_tokens,
                "window": self.window,
            },
            question=self.question,
            past=tuple(past),
            new=new,
        )

    def _encode(
        self, history: Sequence[PastTurn], new: Sequence[NumberedPassage], question: str
    ) -> list[int]:
        ordered = sorted(new, key=lambda passage: passage.number)
        last = Turn(self.render_user(ordered, question), None)
        return self.template.encode(self.system, [*map(self._turn, history), last])

    def _turn(self, turn: PastTurn) -> Turn:
        return Turn(self.render_user(turn.passages, turn.question), turn.answer)


def _by_first_number(passages: Iterable[NumberedPassage]) -> list[NumberedPassage]:
    """Without repetitions of a number."""
    seen: dict[int, NumberedPassage] = {}
    for passage in passages:
        seen.setdefault(passage.number, passage)
    return list(seen.values())


def _to_sentence_end(text: str) -> str:
    """`text` up to its last whole sentence, else its last whole word."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    if ends and text[: ends[-1]].strip():
        return text[: ends[-1]].rstrip()
    words = text.rsplit(maxsplit=1)
    return words[0] if len(words) > 1 else text


def tokens_sha256(ids: Sequence[int]) -> str:
    """The hash of a prompt: of its token ids, as 32-bit little-endian numbers."""
    return hashlib.sha256(b"".join(int(i).to_bytes(4, "little") for i in ids)).hexdigest()
