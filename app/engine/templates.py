"""Chat turns to the exact token ids that a chat model was trained on."""

import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, NoReturn, Protocol

from app.engine.tokenizer import Tokenizer

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA_2_VOCABULARY = range(32_000, 32_064)  # 32,000 and a few that fine-tuners append
_REMEMBERED = 2_048  # texts whose ids are kept: a long conversation, not the day's traffic


class TemplateError(Exception):
    """A model's chat template cannot be used; the message names the model and the remedy."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange; `answer` is None in the last one, which the model is to answer."""

    user: str
    answer: str | None


class ChatTemplate(Protocol):
    """How one model wants a conversation to be written."""

    stop: tuple[str, ...]  # texts that end an answer, beside the ids in `eog`
    eog: frozenset[int]  # ids that end an answer

    def encode(self, system: str, turns: Sequence[Turn]) -> list[int]:
        """Ids of the prompt, BOS included; contents stripped, their role markers broken up.

        Every turn but the last has an answer. An empty `system` is left out.
        """
        ...

    def count(self, text: str, limit: int | None = None) -> int:
        """Tokens of `text` as content; above `limit` any number greater than it."""
        ...

    def head(self, text: str, tokens: int) -> str:
        """The longest start of `text` with at most `tokens` tokens."""
        ...


def chat_template(tokenizer: Tokenizer) -> ChatTemplate:
    """The template of the tokeniser's model.

    The GGUF's own one if it has one, except that Llama 2's is built without Jinja, from Meta's
    reference; without one, Llama 2's for its vocabulary and ChatML for a vocabulary that has its
    marks. Raises TemplateError for any other file.
    """
    source = tokenizer.template
    if source and not ("[INST]" in source and "<<SYS>>" in source):
        return JinjaTemplate(tokenizer, source)
    if source or (tokenizer.sentencepiece and tokenizer.size in LLAMA_2_VOCABULARY):
        return Llama2Template(tokenizer)
    if "<|im_start|>" in tokenizer.special:
        return JinjaTemplate(tokenizer, CHATML)
    raise TemplateError(
        f"{tokenizer.path}: the file has no chat template and its vocabulary is not Llama 2's, so "
        "it is probably a base model; use a chat (instruct) model"
    )


class _Template:
    """What both templates share: content without role markers, and ids kept by text."""

    eog: frozenset[int]

    def __init__(self, tokenizer: Tokenizer, markers: "Markers") -> None:
        self._tokenizer = tokenizer
        self._markers = markers
        self._ids: OrderedDict[tuple[str, bool], tuple[int, ...]] = OrderedDict()
        self._lock = Lock()
        self.eog = tokenizer.eog

    def count(self, text: str, limit: int | None = None) -> int:
        return self._tokenizer.count(self._content(text), limit)

    def head(self, text: str, tokens: int) -> str:
        start = self._tokenizer.head(text, tokens)
        # breaking markers up can take a token more
        while start and self.count(start, tokens) > tokens:
            excess = self.count(start) - tokens
            start = self._tokenizer.head(start, self._tokenizer.count(start) - excess)
        return start

    def _content(self, text: str) -> str:
        return self._markers.break_up(text.strip())

    def _plain(self, text: str, leading_space: bool = True) -> tuple[int, ...]:
        """Ids of a text without special tokens; remembered, as conversations repeat theirs."""
        key = text, leading_space
        with self._lock:
            ids = self._ids.get(key)
            if ids is not None:
                self._ids.move_to_end(key)
                return ids
        ids = tuple(self._tokenizer.encode(text, leading_space=leading_space))
        with self._lock:
            self._ids[key] = ids
            while len(self._ids) > _REMEMBERED:
                self._ids.popitem(last=False)
        return ids


class Llama2Template(_Template):
    """Llama 2 chat as in Meta's reference code (llama/generation.py, `chat_completion`).

    Quotes mark one tokeniser call each, BOS and EOS are ids:
    `BOS "[INST] <<SYS>>\\n{system}\\n<</SYS>>\\n\\n{user} [/INST] {answer} " EOS
    BOS "[INST] {user} [/INST]"`.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__(tokenizer, Markers(("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>")))
        self.stop: tuple[str, ...] = ("[INST]", "[/INST]")

    def encode(self, system: str, turns: Sequence[Turn]) -> list[int]:
        _check(turns)
        ids: list[int] = []
        head = self._content(system)
        for number, turn in enumerate(turns):
            user = self._content(turn.user)
            if head and number == 0:
                user = f"<<SYS>>\n{head}\n<</SYS>>\n\n{user}"
            ids.append(self._tokenizer.bos)
            if turn.answer is None:
                ids += self._plain(f"[INST] {user} [/INST]")
            else:
                ids += self._plain(f"[INST] {user} [/INST] {self._content(turn.answer)} ")
                ids.append(self._tokenizer.eos)
        return ids


class JinjaTemplate(_Template):
    """A GGUF's own template, rendered with stand-ins for every content.

    The rendered text is cut at the stand-ins: what the template wrote may hold special tokens,
    what stands for content may not, so `<|im_end|>` in a document stays text. Between two special
    tokens everything is one tokeniser call, as in the model's training. As contents never pass
    through Jinja, a template that changes them (cuts, upper case) has no such effect.
    """

    def __init__(self, tokenizer: Tokenizer, source: str) -> None:
        """Compile `source` and try it once. Raises TemplateError."""
        from jinja2 import TemplateError as JinjaError
        from jinja2.ext import Extension
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        class GenerationBlock(Extension):
            """`{% generation %}`: marks what a trainer learns from; of no effect here."""

            tags = {"generation"}  # noqa: RUF012 - the base class declares it so

            def parse(self, parser: Any) -> Any:
                next(parser.stream)
                return parser.parse_statements(("name:endgeneration",), drop_needle=True)

        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.loopcontrols", GenerationBlock],
        )
        environment.globals["raise_exception"] = _raise
        environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
        environment.filters["tojson"] = _to_json
        self._errors: tuple[type[Exception], ...] = (
            JinjaError,
            ArithmeticError,
            AttributeError,
            LookupError,
            RecursionError,
            TypeError,
            ValueError,
        )
        try:
            self._template = environment.from_string(source)
        except JinjaError as error:
            raise TemplateError(
                f"{tokenizer.path}: its chat template is not valid Jinja ({error}); use another "
                "file of this model"
            ) from error
        super().__init__(tokenizer, Markers(()))
        self.stop: tuple[str, ...] = ()
        pieces, self._separate_system = self._try_out()
        self._markers = Markers(
            marker for text in pieces if isinstance(text, str) for marker in _markers_in(text)
        )

    def encode(self, system: str, turns: Sequence[Turn]) -> list[int]:
        _check(turns)
        contents = [system.strip(), *(part for turn in turns for part in (turn.user, turn.answer))]
        return self._assemble(
            self._pieces(len(turns), bool(contents[0]), self._separate_system),
            [self._content(content or "") for content in contents],
        )

    def _try_out(self) -> tuple[list["_Piece"], bool]:
        """Render two turns with a system text of its own, else inside the first user text."""
        problem: Exception | None = None
        for separate in (True, False):
            try:
                pieces = self._pieces(2, True, separate)
            except TemplateError as error:
                problem = problem or error
                continue
            present = {piece.content for piece in pieces if isinstance(piece, _Slot)}
            if present == {0, 1, 2, 3}:
                return pieces, separate
            problem = problem or TemplateError("it leaves out a part of the conversation")
        raise TemplateError(
            f"{self._tokenizer.path}: its chat template cannot be used: {problem}; use another "
            "file of this model"
        )

    def _pieces(self, turns: int, system: bool, separate: bool) -> list["_Piece"]:
        """The rendered conversation as template text, special ids and slots for contents.

        Contents are numbered: 0 the system text, then user and answer of each turn.
        """
        messages: list[dict[str, str]] = []
        if system and separate:
            messages.append({"role": "system", "content": _stand_in(0)})
        for turn in range(turns):
            user = _stand_in(2 * turn + 1)
            if system and not separate and turn == 0:
                user = f"{_stand_in(0)}\n\n{user}"
            messages.append({"role": "user", "content": user})
            if turn < turns - 1:
                messages.append({"role": "assistant", "content": _stand_in(2 * turn + 2)})
        tokenizer = self._tokenizer
        try:
            text = self._template.render(
                messages=messages,
                add_generation_prompt=True,
                bos_token=_text_of(tokenizer, tokenizer.bos),
                eos_token=_text_of(tokenizer, tokenizer.eos),
            )
        except self._errors as error:
            raise TemplateError(str(error) or type(error).__name__) from error
        pieces: list[_Piece] = []
        for index, part in enumerate(_STAND_IN.split(text)):
            pieces += [_Slot(int(part))] if index % 2 else self._special(part)
        if tokenizer.adds_bos and tokenizer.bos >= 0 and pieces[:1] != [tokenizer.bos]:
            pieces.insert(0, tokenizer.bos)
        return pieces

    def _special(self, text: str) -> list["_Piece"]:
        """Template text, with its special tokens as ids."""
        pattern = self._tokenizer.special_pattern
        pieces: list[_Piece] = []
        start = 0
        for match in pattern.finditer(text) if pattern else ():
            pieces += [text[start : match.start()], self._tokenizer.special[match.group()]]
            start = match.end()
        pieces.append(text[start:])
        return [piece for piece in pieces if piece != ""]

    def _assemble(self, pieces: Sequence["_Piece"], contents: Sequence[str]) -> list[int]:
        ids: list[int] = []
        text = ""
        for piece in pieces:
            if isinstance(piece, int):
                ids += [*self._plain(text), piece]
                text = ""
            else:
                text += piece if isinstance(piece, str) else contents[piece.content]
        return [*ids, *self._plain(text)]


class Markers:
    """Role markers that are plain text in a model's vocabulary, kept out of contents.

    `[INST]` becomes `(INST)` and `<<SYS>>` `(SYS)`: readable, and no bracket is left that could
    form a marker with its neighbours. Spaces, invisible characters, wide letters and lower case
    inside a marker do not hide it.
    """

    _IGNORED = (
        r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f"
        r"\u205f-\u206f\u2581\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]*+"
    )

    def __init__(self, markers: Iterable[str]) -> None:
        self._names: dict[str, str] = {}
        patterns = []
        for number, marker in enumerate(dict.fromkeys(markers)):
            group = f"m{number}"
            self._names[group] = f"({marker.strip('[]<>|')})"
            patterns.append(f"(?P<{group}>{self._IGNORED.join(map(self._like, marker))})")
        self._pattern = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def break_up(self, text: str) -> str:
        """`text` without any marker; other text is unchanged."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._names[str(match.lastgroup)], text)

    @classmethod
    def _like(cls, char: str) -> str:
        if char in _BRACKETS:
            return f"[{re.escape(_BRACKETS[char])}]"
        if "!" < char <= "~":
            return f"[{re.escape(char)}{chr(ord(char) + 0xFEE0)}]"  # and its full-width form
        return re.escape(char)


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a content goes."""

    content: int


_Piece = str | int | _Slot  # template text, the id of a special token, a content

# Private-use characters and digits: whatever a template does to letters or spaces, a stand-in
# comes through.
_STAND_IN = re.compile("\ue000([0-9]+)\ue001")
_BRACKETS = {"[": "[［【", "]": "]］】", "<": "<＜‹〈", ">": ">＞›〉"}
_BRACKETED = re.compile(r"\[/?[A-Z_]{2,}\]|<<?/?\|?[A-Za-z_][\w▁|/]*\|?>>?")


def _stand_in(content: int) -> str:
    return f"\ue000{content}\ue001"


def _markers_in(template_text: str) -> list[str]:
    return _BRACKETED.findall(template_text)


def _text_of(tokenizer: Tokenizer, token: int) -> str:
    return tokenizer.piece(token, special=True).decode("utf-8", "replace") if token >= 0 else ""


def _check(turns: Sequence[Turn]) -> None:
    if not turns or turns[-1].answer is not None or any(t.answer is None for t in turns[:-1]):
        raise ValueError("every turn but the last has an answer, the last has none")


def _raise(message: str) -> NoReturn:
    from jinja2 import TemplateError as JinjaError

    raise JinjaError(message)


def _to_json(value: Any, indent: int | None = None) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, indent=indent)
