"""What the pages answer when something is refused: one table from errors to statuses."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from app.batch.queue.submission import OfficeNotThere, QuestionnaireRefused
from app.people.curating.curation import CurationRefused, NotThere
from app.people.curating.uploads import UploadRefused
from app.people.names import PeopleError
from app.web.fair_share import TooMuchAtOnce
from app.web.i18n.languages import language_for
from app.web.i18n.said import say
from app.web.pages.rendering import render


class NotAdministrator(Exception):
    """These pages are not there for anyone but administrators."""


# The first row that fits an error decides. An error without words has the page's own.
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NotThere, 404),
    (NotAdministrator, 404),
    (OfficeNotThere, 404),
    (TooMuchAtOnce, 429),
    (QuestionnaireRefused, 409),
    (CurationRefused, 409),
    (UploadRefused, 409),
    (PeopleError, 409),
)
_ERRORS = tuple(error for error, _ in STATUSES)


def refusing_route(
    page: str,
    not_there: Callable[[Request], str],
    values: Callable[[Request], dict[str, Any]],
    *,
    admit: Callable[[Request], None] = lambda _: None,
    as_json: Callable[[str], bool] = lambda path: False,
) -> type[APIRoute]:
    """A class of routes that answer with the template `page` when something is refused.

    `not_there` has the words for errors without any; `values` are what the template has beside
    `words`. `admit` may refuse a request before it is handled. For the paths of `as_json` the
    answer is {"error": words}.
    """

    class Refusing(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def answer(request: Request) -> Response:
                try:
                    admit(request)
                    return await handle(request)
                except _ERRORS as refused:
                    status = next(
                        status for error, status in STATUSES if isinstance(refused, error)
                    )
                    told = language_for(request.headers.get("accept-language", "")).code
                    words = say(told, str(refused)) or not_there(request)
                if as_json(request.url.path):
                    return JSONResponse({"error": words}, status_code=status)
                return render(request, page, status=status, words=words, **values(request))

            return answer

    return Refusing
