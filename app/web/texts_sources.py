"""Every word of the pages that show sources, in each language."""

from dataclasses import dataclass

from app.web.texts import texts_for


@dataclass(frozen=True, slots=True)
class SourceTexts:
    """One language."""

    language: str
    place: str
    own_space: str
    quoted: str
    passage: str
    original: str
    page: str  # {page}, {pages}
    slide: str  # {page}
    part: str  # {first}, {last}, {total}
    previous: str
    following: str
    go_to: str
    picture: str  # {page}, {name}
    highlighted: str  # {page}
    not_located: str
    other_page: str  # {page}
    changed: str
    gone: str
    no_original: str
    not_drawn: str
    keys: str
    fit: str
    larger: str
    zoom: str
    to_passage: str
    not_there_title: str
    not_there: str


ENGLISH = SourceTexts(
    language="en",
    place="Where this is",
    own_space="My documents",
    quoted="Quoted sentence",
    passage="Passage",
    original="Open the original",
    page="Page {page} of {pages}",
    slide="Page {page}",
    part="Passages {first} to {last} of {total}",
    previous="Previous",
    following="Next",
    go_to="Pages",
    picture="Page {page} of {name}, as a picture",
    highlighted="The sentence is highlighted on page {page}.",
    not_located="The sentence could not be located in the picture of the page. This is the passage "
    "it is from.",
    other_page="The quoted sentence is on page {page}.",
    changed="This document has changed since the link to it was made. You see its present state.",
    gone="The quoted passage is not in it any more, or not in these words.",
    no_original="The file itself is not there any more, so you see the text that was read from it.",
    not_drawn="This page cannot be drawn. You see the text that was read from it.",
    keys="Arrow keys turn the pages.",
    fit="Fit width",
    larger="Larger",
    zoom="Size of the page",
    to_passage="Show the passage",
    not_there_title="Nothing here",
    not_there="There is no such document. It may have been deleted or moved, or it is not yours to "
    "read.",
)

GERMAN = SourceTexts(
    language="de",
    place="Wo das steht",
    own_space="Meine Dokumente",
    quoted="Zitierter Satz",
    passage="Textstelle",
    original="Original öffnen",
    page="Seite {page} von {pages}",
    slide="Seite {page}",
    part="Abschnitte {first} bis {last} von {total}",
    previous="Zurück",
    following="Weiter",
    go_to="Seiten",
    picture="Seite {page} von {name}, als Bild",
    highlighted="Der Satz ist auf Seite {page} hervorgehoben.",
    not_located="Der Satz ließ sich im Bild der Seite nicht finden. Dies ist die Textstelle, aus "
    "der er stammt.",
    other_page="Der zitierte Satz steht auf Seite {page}.",
    changed="Dieses Dokument wurde geändert, seit der Link entstand. Sie sehen den heutigen Stand.",
    gone="Die zitierte Stelle steht nicht mehr darin, oder nicht mehr in diesen Worten.",
    no_original="Die Datei selbst ist nicht mehr da. Sie sehen den Text, der daraus gelesen wurde.",
    not_drawn="Diese Seite lässt sich nicht darstellen. Sie sehen den Text, der daraus gelesen "
    "wurde.",
    keys="Mit den Pfeiltasten blättern Sie.",
    fit="Ganze Breite",
    larger="Größer",
    zoom="Größe der Seite",
    to_passage="Zur Textstelle",
    not_there_title="Hier ist nichts",
    not_there="Dieses Dokument gibt es nicht. Es wurde vielleicht gelöscht oder verschoben, oder "
    "Sie dürfen es nicht lesen.",
)

LANGUAGES = {texts.language: texts for texts in (ENGLISH, GERMAN)}


def source_texts_for(accept_language: str) -> SourceTexts:
    """Return the best language for a browser's Accept-Language header."""
    return LANGUAGES[texts_for(accept_language).language]
