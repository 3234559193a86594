"""Saved questions and instructions over the web: a person's own, and those of a space."""

from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.people.access import Person, is_private
from app.people.curating.curation import CurationRefused, NotThere
from app.people.saved import LONGEST, LONGEST_QUESTION, MOST_QUESTIONS, Saved, of_spaces
from app.web.auth.signed_in import person_of
from app.web.i18n.languages import language_for
from app.web.i18n.words import SavedTexts
from app.web.pages.rendering import render
from app.web.refusals import refusing_route

PREFIX = "/saved"
Text = Annotated[str, Form(max_length=4_000)]


class Rights(Protocol):
    """What one person may read and look after."""

    def readable(self) -> Sequence[str]:
        """The spaces that they may read."""
        ...

    def curated(self, spaces: Collection[str]) -> Collection[str]:
        """Those of `spaces` that they may curate."""
        ...


def saved_routes(saved: Saved, rights_of: Callable[[Person], Rights]) -> APIRouter:
    """The routes below `PREFIX`: one's own for everybody, a space's for its curators."""
    router = APIRouter(prefix=PREFIX, route_class=_Route)

    def shared(person: Person) -> list[str]:
        return [space for space in rights_of(person).readable() if not is_private(space)]

    def curated(person: Person, space: str) -> None:
        """Raises NotThere for a space that the person does not curate."""
        if space not in rights_of(person).curated(shared(person)):
            raise NotThere

    @router.get("")
    def page(request: Request) -> HTMLResponse:
        person = person_of(request.scope)
        spaces = shared(person)
        mine = set(rights_of(person).curated(spaces))
        questions = saved.questions(person.id, spaces)
        return render(
            request,
            "saved.html",
            texts=_texts(request),
            instruction=saved.instruction(person.id),
            questions=of_spaces(questions, ""),
            spaces=[
                (space, saved.space_instruction(space), of_spaces(questions, space), space in mine)
                for space in spaces
            ],
            longest=LONGEST,
            longest_question=LONGEST_QUESTION,
        )

    @router.post("/instruction")
    def instruct(request: Request, text: Text = "", space: Text = "") -> Response:
        person = person_of(request.scope)
        if space:
            curated(person, space)
            saved.instruct_space(space, text, by=person.id)
        else:
            saved.instruct(person.id, text)
        return RedirectResponse(PREFIX, 303)

    @router.post("/question")
    def save(request: Request, question: Text = "", space: Text = "") -> Response:
        person, texts = person_of(request.scope), _texts(request)
        if not question.strip():
            raise CurationRefused(texts.no_question)
        if space:
            curated(person, space)
        if not saved.save(question, person=person.id, space=space, by=person.id):
            raise CurationRefused(texts.enough.format(n=MOST_QUESTIONS))
        return RedirectResponse(PREFIX, 303)

    @router.post("/question/remove")
    def remove(request: Request, number: Annotated[int, Form()]) -> Response:
        person = person_of(request.scope)
        mine = rights_of(person).curated(shared(person))
        if not 0 < number < 2**31 or not saved.remove(number, person=person.id, spaces=mine):
            raise NotThere
        return RedirectResponse(PREFIX, 303)

    return router


def _texts(request: Request) -> SavedTexts:
    return language_for(request.headers.get("accept-language", "")).saved


_Route = refusing_route(
    "saved_refused.html",
    lambda request: _texts(request).not_there,
    lambda request: {"texts": _texts(request)},
)
