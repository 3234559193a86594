"""One question with all that decides its answer, made where it arrives and handed on unchanged."""

from dataclasses import dataclass

from app.answering.events import Answer
from vectorstore.scope import EVERYTHING, Scope


@dataclass(frozen=True, slots=True)
class Ask:
    """One question.

    `history` has the conversation's earlier answers, oldest first. `instruction` tells the model
    the form of its answer; nothing is searched for it. `style` is how its reader wants answers
    written: only a model that can follow it is told, and no search or check knows it.
    `reproducible` asks for the same bits whatever else the engine does, at the cost of speed.
    `person` is the id of whoever asks; "" is the person at this machine. `key` is the id of the
    key that a program of theirs came with. `background` lets everybody's chats go first: nobody
    waits for this answer. `wide` has twice as many passages read, `longer` tells more of them.
    """

    question: str
    scope: Scope = EVERYTHING
    history: tuple[Answer, ...] = ()
    instruction: str = ""
    reproducible: bool = False
    person: str = ""
    style: str = ""
    key: str = ""
    background: bool = False
    wide: bool = False
    longer: bool = False
