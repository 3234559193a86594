"""Settings to the filters that they name."""

from typing import cast

from app.answering.filters.personal import PersonalData
from app.answering.filters.port import Filter
from app.answering.filters.screen import Action, Screen
from app.answering.filters.word_lists import read_word_list
from app.settings import FilterSettings


class NothingToFilter(Exception):
    """Questions or answers are to be filtered, but no filter is set; the message says which are."""


def screen_of(settings: FilterSettings) -> Screen:
    """The screen that the settings describe.

    Raises NothingToFilter, WordListError and UnknownCountry.
    """
    filters: list[Filter] = []
    if settings.personal_data:
        filters.append(PersonalData(settings.countries))
    filters += [read_word_list(path) for path in settings.lists]
    if not filters and (settings.questions, settings.answers) != ("off", "off"):
        raise NothingToFilter(
            "filters.questions or filters.answers is set, but nothing to look for: set "
            "filters.personal_data or name files in filters.lists"
        )
    return Screen(tuple(filters), cast(Action, settings.questions), cast(Action, settings.answers))
