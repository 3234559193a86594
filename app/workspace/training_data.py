"""What people corrected, as training data for an adapter: which of it may be taken, and its form.

An adapter says to everybody what it was trained on. So only answers from shared spaces are taken:
those that everyone may read, or those that an administrator names. What was withheld, what is
deleted or has changed since, and what is somebody's own is left out, and counted.
"""

import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import prompts
from app.answering.events import Answer
from app.answering.filters.screen import is_withheld
from app.answering.prompt import numbered, render_user
from app.batch.journal import FILE, JournalBusy, open_journal
from app.batch.records import RowResult, RunInfo
from app.data_folder.layout import DataFolder
from app.governance.audit.records import RecordKind
from app.people.access import EVERYONE, Rules, is_private
from app.people.conversations.store import Conversations
from app.people.conversations.turns import VotedAnswer
from app.workspace.workspace import Workspace
from vectorstore.records import Hit

CHAT, PREFERENCES, ABOUT = "chat.jsonl", "preferences.jsonl", "about.json"
_MARK = re.compile(r"\[(\d{1,4})\]")

OWN_SPACE = "from somebody's own space, or one that was not chosen"
GONE = "a passage was deleted or has changed since"
WITHHELD = "a filter withheld the answer"
EARLIER = "it cites passages of an earlier turn"
UNDECIDED = "nobody approved, corrected or preferred it"
BUSY = "the questionnaire is being answered"


class TrainingRefused(Exception):
    """A space from which nothing may be taken; the message says which and why."""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """The files' contents, and what became of everything that people decided.

    `left_out` counts by reason. `documents` are those whose words stand in the files, as
    (space, name, SHA-256).
    """

    chat: bytes
    preferences: bytes
    examples: int
    pairs: int
    left_out: Mapping[str, int]
    spaces: tuple[str, ...]
    documents: tuple[tuple[str, str, str], ...]
    made: str  # UTC, ISO 8601

    def about(self) -> dict[str, Any]:
        """What stands beside the files, and what is told of them."""
        return {
            "made": self.made,
            "examples": self.examples,
            "pairs": self.pairs,
            "left_out": dict(self.left_out),
            "spaces": list(self.spaces),
            "documents": [
                {"space": space, "name": name, "sha256": sha256}
                for space, name, sha256 in self.documents
            ],
            "sha256": {
                CHAT: hashlib.sha256(self.chat).hexdigest(),
                PREFERENCES: hashlib.sha256(self.preferences).hexdigest(),
            },
        }

    def files(self) -> dict[str, bytes]:
        """The three files by name."""
        about = json.dumps(self.about(), ensure_ascii=False, indent=1)
        return {CHAT: self.chat, PREFERENCES: self.preferences, ABOUT: about.encode()}

    def packed(self) -> bytes:
        """The same as one ZIP file."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.files().items():
                archive.writestr(name, data)
        return out.getvalue()


def training_data(
    home: Workspace, rules: Rules, spaces: Sequence[str] | None, *, by: str
) -> TrainingData:
    """Gather what may be taken; it is on record before it is returned.

    `spaces` are the shared ones to take from; None: those that everyone may read. Raises
    TrainingRefused, JournalError, ConversationsError and TrailFault.
    """
    made = _Gathering(home, rules, _chosen(home, rules, spaces)).gathered()
    about = made.about()
    told = {name: about[name] for name in ("examples", "pairs", "spaces", "documents", "sha256")}
    home.trail.record(RecordKind.EXPORT, person=by, data={"what": "training data"} | told)
    return made


def _chosen(home: Workspace, rules: Rules, spaces: Sequence[str] | None) -> frozenset[str]:
    if spaces is None:
        return frozenset(
            space
            for space, rule in rules.spaces.items()
            if EVERYONE in rule.readers | rule.curators and not is_private(space)
        )
    for space in spaces:
        if is_private(space):
            raise TrainingRefused(f"{space} is somebody's own space; nothing is taken from it")
        if space not in home.index.spaces():
            raise TrainingRefused(f"there is no space named {space!r}")
    return frozenset(spaces)


class _Gathering:
    """One look at all that people decided."""

    def __init__(self, home: Workspace, rules: Rules, spaces: frozenset[str]) -> None:
        self._home = home
        self._rules = rules
        self._spaces = spaces
        self._chat: list[dict[str, Any]] = []
        self._pairs: list[dict[str, Any]] = []
        self._left_out: Counter[str] = Counter()
        self._documents: set[tuple[str, str, str]] = set()

    def gathered(self) -> TrainingData:
        folder = DataFolder(self._home.settings.home)
        if folder.conversations.exists():
            with closing(Conversations(folder.conversations)) as saved:
                voted = saved.voted_on()
            for _, answers in groupby(voted, key=lambda one: one.turn):
                self._votes(list(answers))
        for journal in sorted(folder.questionnaires.glob(f"*/{FILE}")):
            try:
                with open_journal(journal.parent) as opened:
                    info = opened.info()
                    for result in opened.results() if info else ():
                        if info and result.review is not None:
                            self._decided(info, result)
            except JournalBusy:
                self._left_out[BUSY] += 1
        return TrainingData(
            chat=_lines(self._chat),
            preferences=_lines(self._pairs),
            examples=len(self._chat),
            pairs=len(self._pairs),
            left_out={reason: count for reason, count in sorted(self._left_out.items()) if count},
            spaces=tuple(sorted(self._spaces)),
            documents=tuple(sorted(self._documents)),
            made=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def _votes(self, answers: Sequence[VotedAnswer]) -> None:
        """The answers to one question: the preferred ones, each before those that were not."""
        kept = [one for one in answers if self._may_take(one)]
        liked = [one for one in kept if one.verdict == "up"]
        # An answer that somebody wanted anew, or voted against, is worse than one they liked.
        worse = [one for one in kept if one.verdict != "up"]
        if not liked:
            self._left_out[UNDECIDED] += len(kept)
            return
        for one in liked:
            passages = one.answer.shown()
            question = one.answer.searched if one.answer.turns else one.answer.question
            prompt = self._prompt(passages, question or one.answer.question)
            about = self._provenance(
                "vote",
                one.answer.id,
                [hit for _, hit in passages],
                {"name": one.answer.model.name, "sha256": one.answer.model.sha256},
            ) | {"asked": datetime.fromtimestamp(one.asked, UTC).date().isoformat()}
            said = self._home.screen.masked(one.answer.answer)
            self._chat.append(_example(prompt, said, about))
            for other in worse:
                rejected = self._home.screen.masked(other.answer.answer)
                if rejected != said:
                    self._pairs.append(_pair(prompt, said, rejected, about))

    def _may_take(self, one: VotedAnswer) -> bool:
        answer = one.answer
        shown = answer.shown()
        reason = ""
        if not one.spaces or not set(one.spaces) <= self._spaces:
            reason = OWN_SPACE
        elif is_withheld(answer):
            reason = WITHHELD
        elif not all(self._is_there(hit) for hit in answer.passages):
            reason = GONE
        elif not _cited(answer) <= {number for number, _ in shown}:
            reason = EARLIER
        if reason:
            self._left_out[reason] += 1
        return not reason

    def _is_there(self, hit: Hit) -> bool:
        """Whether a passage stands in the index as it did then."""
        now = self._home.index.chunk(hit.chunk_id)
        return now is not None and (now.space, now.document) == (hit.space, hit.document)

    def _decided(self, info: RunInfo, result: RowResult) -> None:
        """A row of a questionnaire that somebody approved, or answered in their own words."""
        review = result.review
        assert review is not None
        own = review.answer.strip()
        if review.verdict == "rejected" or not (own or result.answer):
            self._left_out[UNDECIDED] += 1
            return
        passages = self._passages(result)
        if passages is None:
            self._left_out[GONE] += 1
            return
        hits = [hit for _, hit in passages]
        if not hits or not {hit.space for hit in hits} <= self._spaces:
            self._left_out[OWN_SPACE] += 1
            return
        asked = result.asked or result.question.text
        if result.document is not None and not result.asked:
            asked = f"{asked} ({result.document.name})"
        prompt = self._prompt(passages, asked)
        about = self._provenance(
            "questionnaire",
            result.provenance.answer_id if result.provenance else "",
            hits,
            {"name": info.model, "sha256": info.model_sha256},
        ) | {"verdict": review.verdict, "decided": review.at}
        said = self._home.screen.masked(own or result.answer)
        self._chat.append(_example(prompt, said, about))
        rejected = self._home.screen.masked(result.answer)
        if own and rejected.strip() and rejected != said:
            self._pairs.append(_pair(prompt, said, rejected, about))

    def _passages(self, result: RowResult) -> list[tuple[int, Hit]] | None:
        """The passages of a row under their numbers; None where one is gone."""
        given = {one.n: one.chunk_id for one in result.evidence if one.n > 0}
        others = [one.chunk_id for one in (*result.evidence, *result.nearest)]
        others += result.provenance.passages if result.provenance else ()
        free = (n for n in range(1, len(given) + len(others) + 2) if n not in given)
        for chunk_id in dict.fromkeys(others):
            if chunk_id not in given.values():
                given[next(free)] = chunk_id
        found = []
        for number, chunk_id in sorted(given.items()):
            hit = self._home.index.chunk(chunk_id)
            if hit is None:
                return None
            found.append((number, hit))
        return found

    def _prompt(self, passages: Sequence[tuple[int, Hit]], question: str) -> list[dict[str, str]]:
        shown = self._home.screen.hits([hit for _, hit in passages])
        listed = [numbered(number, hit) for (number, _), hit in zip(passages, shown, strict=True)]
        return [
            {"role": "system", "content": prompts.render("answer_system")},
            {
                "role": "user",
                "content": render_user(listed, self._home.screen.masked(question)),
            },
        ]

    def _provenance(
        self, source: str, answer_id: str, hits: Sequence[Hit], model: Mapping[str, str]
    ) -> dict[str, Any]:
        documents = []
        for space, name in dict.fromkeys((hit.space, hit.document) for hit in hits):
            record = self._home.index.document(space, name)
            sha256 = record.sha256 if record else ""
            self._documents.add((space, name, sha256))
            documents.append({"space": space, "name": name, "sha256": sha256})
        spaces = {hit.space for hit in hits}
        return {
            "source": source,
            "answer": answer_id,
            "model": dict(model),
            "documents": documents,
            "passages": [hit.chunk_id for hit in hits],
            "readers": {space: self._readers(space) for space in sorted(spaces)},
        }

    def _readers(self, space: str) -> list[str]:
        """The groups that may read a space."""
        rule = self._rules.spaces.get(space)
        return sorted(rule.readers | rule.curators) if rule else []


def _cited(answer: Answer) -> set[int]:
    """The numbers of the passages that an answer's marks name."""
    return {int(number) for number in _MARK.findall(answer.answer)}


def _example(
    prompt: Sequence[Mapping[str, str]], said: str, about: Mapping[str, Any]
) -> dict[str, Any]:
    messages = [*prompt, {"role": "assistant", "content": said}]
    return {"messages": messages, "provenance": dict(about)}


def _pair(
    prompt: Sequence[Mapping[str, str]], chosen: str, rejected: str, about: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "prompt": list(prompt),
        "chosen": [{"role": "assistant", "content": chosen}],
        "rejected": [{"role": "assistant", "content": rejected}],
        "provenance": dict(about),
    }


def _lines(rows: Sequence[Mapping[str, Any]]) -> bytes:
    def written() -> Iterator[str]:
        for row in rows:
            yield json.dumps(row, ensure_ascii=False) + "\n"

    return "".join(written()).encode()
