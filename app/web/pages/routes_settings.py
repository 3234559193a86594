"""Administrators' pages of models, settings and the filters' word lists."""

from collections.abc import Callable, Sequence
from typing import Annotated, Protocol, TypeVar
from urllib.parse import quote as quoted

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.answering.filters.opening import NothingToFilter
from app.answering.filters.personal import UnknownCountry
from app.answering.filters.word_lists import WordListError
from app.engine.models import ModelError
from app.people.curating.curation import CurationRefused
from app.settings import Problem, SettingsError, UnusableSettings
from app.web.auth.signed_in import person_of
from app.web.fair_share import FairShare
from app.web.i18n.words import AdministrationTexts
from app.web.pages.rendering import render
from app.workspace.administration import Administration

Text = Annotated[str, Form(max_length=2_000)]
Typed = Annotated[str, Form(max_length=20_000)]
Listed = Annotated[str, Form(max_length=500_000)]
T = TypeVar("T")
_REFUSALS = (ModelError, SettingsError, WordListError, NothingToFilter, UnknownCountry)


class Running(Protocol):
    """What the pages tell of the models that run."""

    def models(self) -> Sequence[tuple[str, str, str]]:
        """What is in use: role, name, and what is known of it."""
        ...

    def plan(self) -> str:
        """How the engine uses this machine, in words; "" while that is not known."""
        ...


def add_settings_routes(
    router: APIRouter,
    house: Administration,
    overview: Running,
    texts_of: Callable[[Request], AdministrationTexts],
) -> None:
    """Add the routes to the administrators' own."""
    copying = FairShare("models", at_once=1)

    @router.get("/models")
    def models(request: Request) -> Response:
        return render(
            request,
            "administration_models.html",
            texts=texts_of(request),
            here="/models",
            models=overview.models(),
            plan=overview.plan(),
            at_hand=house.models(),
            switch=house.switch,
        )

    @router.post("/models/add")
    async def add_model(request: Request, file: Text = "") -> Response:
        """Take a model file or folder of the server into use; it is copied where models lie."""
        if not file.strip():
            raise CurationRefused(texts_of(request).file_missing)
        texts = texts_of(request)
        by = person_of(request.scope).id
        await copying.do(
            request, by, lambda gone: _done(lambda: house.add_model(file.strip(), by), texts)
        )
        return RedirectResponse("/administration/models", 303)

    @router.post("/models/use")
    def use_model(request: Request, name: Text = "") -> Response:
        """Load and test another chat model that is at hand, and answer with it from then on."""
        texts = texts_of(request)
        _done(lambda: house.switch_model(name.strip(), person_of(request.scope).id), texts)
        return RedirectResponse("/administration/models", 303)

    @router.get("/settings")
    def settings(request: Request, done: str = "") -> Response:
        sections = house.settings()
        every = [line for _, _, lines in sections for line in lines]
        return render(
            request,
            "administration_settings.html",
            texts=texts_of(request),
            here="/settings",
            sections=sections,
            changed=[line for line in every if line.changed],
            waiting=[line for line in every if line.waiting is not None],
            lists=house.word_lists(),
            path=house.settings_path,
            done=next((line for line in every if line.name == done), None),
        )

    @router.post("/settings")
    def change(
        request: Request, name: Text, value: Typed = "", action: Text = "change"
    ) -> Response:
        texts, by = texts_of(request), person_of(request.scope).id
        text = None if action == "default" else value
        _done(lambda: house.change_setting(name, text, by), texts)
        return RedirectResponse(f"/administration/settings?done={quoted(name)}#sa-told", 303)

    @router.post("/settings/list")
    def keep_list(request: Request, name: Text = "", text: Listed = "") -> Response:
        """Keep a word list of the filters, and use it from now on."""
        texts, by = texts_of(request), person_of(request.scope).id
        _done(lambda: house.keep_word_list(name, text, by), texts)
        return RedirectResponse("/administration/settings#sa-lists", 303)

    @router.post("/settings/list/remove")
    def drop_list(request: Request, name: Text = "") -> Response:
        texts, by = texts_of(request), person_of(request.scope).id
        _done(lambda: house.drop_word_list(name, by), texts)
        return RedirectResponse("/administration/settings#sa-lists", 303)


def _done(work: Callable[[], T], texts: AdministrationTexts) -> T:
    """What it returns. Raises CurationRefused with the words of what cannot be done."""
    try:
        return work()
    except UnusableSettings as fault:
        told = [setting_problem(texts, one) for one in fault.problems]
        raise CurationRefused("; ".join(told)) from fault
    except _REFUSALS as fault:
        raise CurationRefused(str(fault)) from fault


def setting_problem(texts: AdministrationTexts, problem: Problem) -> str:
    """What is wrong with a setting, in the reader's words where they are known."""
    told = getattr(texts, f"setting_{problem.kind}", "")
    words = told.format(limit=problem.limit) if told else problem.words
    return f"{problem.name}: {words}"
