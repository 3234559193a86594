# ruff: noqa: E501 -- a pattern that is cut to the line's length is harder to read, not easier
"""The words of German."""

from vectorstore.languages.base import (
    DateWords,
    DenialWords,
    EditionWords,
    FigureWords,
    LabelWords,
    Language,
    NumberWords,
    OrderTerms,
    OrderWords,
    Patterns,
    QuestionnaireWords,
    QuestionWords,
    RetrievalWords,
    SentenceWords,
    SummaryWords,
    TableSentences,
    TableWords,
    split,
    split_all,
)


def _orders(terms: OrderTerms) -> Patterns:
    assistant, with_code = terms.assistant, terms.with_code
    return (
        r"\b(?:ignorieren?|ignoriere|vergessen sie|vergiss|missachten?|missachte|überschreibe?|übergehe)\b"
        r"(?:\W+(?!nicht)\w+){0,2}?\W+(?:vorherige\w*|bisherige\w*|vorige\w*|obige\w*|deine|ihre)\W+"
        r"(?:\w+\W+)?(?:anweisung(?:en)?|instruktion(?:en)?|vorgaben|befehle?|systemprompts?|prompts?)\b",
        r"\b(?:ignorieren?|ignoriere|vergessen sie|vergiss)\b(?:\W+(?!nicht)\w+){0,1}?\W+alle[sr]?\b"
        r"(?:\W+\w+){0,3}?\W+(?:was dir|was ihnen)\b",
        rf"\bdu bist (?:jetzt|nun|ab jetzt|ab sofort)\b(?:\W+\w+){{0,6}}?\W+(?:{assistant}|entwicklermodus|"
        r"uneingeschränkt\w*)\b",
        rf"\b(?:antworte|beantworte)\b(?:\W+\w+){{0,5}}?\W+{with_code}",
        rf"\bdu (?:musst|sollst)\b.{{0,20}}\b(?:jede|alle)\w*\W+fragen?\W+(?:mit\W+ja-0\W+antworten|{with_code})",
        r"\bdie einzig(?:e)? (?:richtige|korrekte|wahre|offizielle)? ?antwort\W+auf\W+(?:diese|jede|alle)\b",
        r"\bdeine antwort(?:en)?\W+(?:muss|müssen|soll|sollen)\b.{0,40}\bmit\b.{0,40}\b(?:beginn|end)",
        rf"\b(?:achtung|hinweis|nachricht|anweisung(?:en)?|wichtig)\b[^.!?:]{{0,10}}?\b(?:an|für)\b"
        rf"[^.!?:]{{0,12}}?\b{assistant}\b\s*[:,!]",
        rf"^\W*(?:liebe[rs]?|hallo|achtung)\W+(?:\w+\W+)?{assistant}\b\s*[:,!]",
        r"\b(?:verrate|sage|erwähne)\b(?=.*\bdiese[nrm]?\W+(?:hinweis|anweisung|nachricht))(?:\W+\w+)"
        r"{0,6}?\W+nicht\b",
    )


LANGUAGE = Language(
    code="de",
    stop_words=split(
        """aber als am an auch auf aus bei bin bis bist da damit das dass dein dem den der des die
        dies diese diesem diesen dieser dieses doch du durch ein eine einem einen einer eines er es
        für hat hatte haben hier ich ihr ihre im in ist ja kann kein keine können man mein mit muss
        müssen nach nicht noch nur ob oder ohne sein seine sich sie sind so soll sollte über um und
        uns unser unter vom von vor war waren was welche welcher welches wenn wer werden wie wieviel
        wir wird wo wurde zu zum zur"""
    ),
    capitals="ÄÖÜ",
    optional_articles=(),
    refusals=(),
    sentences=SentenceWords(
        before_ordinals=split("am beim das dem den der des die im ins vom zum zur"),
        whole_sentences=(),
    ),
    numbers=NumberWords(
        names=split_all(
            {
                0: "null",
                1: "eins",
                2: "zwei",
                3: "drei",
                4: "vier",
                5: "fünf",
                6: "sechs",
                7: "sieben",
                8: "acht",
                9: "neun",
                10: "zehn",
                11: "elf",
                12: "zwölf",
                13: "dreizehn",
                14: "vierzehn",
                15: "fünfzehn",
                16: "sechzehn",
                17: "siebzehn",
                18: "achtzehn",
                19: "neunzehn",
                20: "zwanzig",
                30: "dreißig dreissig",
                40: "vierzig",
                50: "fünfzig",
                60: "sechzig",
                70: "siebzig",
                80: "achtzig",
                90: "neunzig",
            }
        ),
        compounds=("{one}und{ten}",),
        ones_in_compounds=("ein",),
        ones_before_hundred=("ein",),
        hundreds=("hundert",),
        joints=("und",),
        scales=split_all(
            {
                "thousand": "tausend",
                "million": "mio millionen",
                "billion": "mrd milliarde milliarden",
            }
        ),
    ),
    denials=DenialWords(
        before_nouns=split("kein keine keinen keiner keinem ohne"),
        others=split("nicht nie niemals"),
        endings={},
        may_turn=(
            r"nicht\w*",
            "nie",
            "niemals",
            r"niemand\w*",
            r"kein\w*",
            "nein",
            "weder",
            "ohne",
            "kaum",
            "statt",
            "anstatt",
        ),
        behind=("nicht", "nein"),
        prefixes=("nicht",),
        joined_prefixes=(),
        exceptions=("außer", "ausgenommen", "mit ausnahme"),
    ),
    dates=DateWords(
        months=(
            ("jan", "januar"),
            ("feb", "februar"),
            ("mar", "märz"),
            ("april", "apr"),
            ("mai",),
            ("jun", "juni"),
            ("jul", "juli"),
            ("august", "aug"),
            ("september", "sep", "sept"),
            ("oktober", "okt"),
            ("november", "nov"),
            ("dezember", "dez"),
        ),
        ordinal_endings=(),
        before_months=(),
    ),
    figures=FigureWords(
        units=split_all(
            {
                "%": "prozent",
                "percentage points": "prozentpunkte prozentpunkten",
                "EUR": "euro euros",
                "USD": "dollar dollars",
                "CHF": "franken",
                "cents": "cent cents",
                "km": "kilometer kilometern",
                "miles": "meile meilen",
                "metres": "meter metern",
                "kg": "kilogramm",
                "g": "gramm",
                "tonnes": "tonne tonnen",
                "seconds": "sekunde sekunden",
                "minutes": "minute minuten",
                "hours": "stunde stunden",
                "days": "tag tage tagen",
                "weeks": "woche wochen",
                "months": "monat monate monaten",
                "years": "jahr jahre jahren",
                "V": "volt",
                "W": "watt",
                "litres": "liter litern",
            }
        ),
        percent_phrases=(),
        between=split("je pro von im in am und oder bis zu der die das ein eine für"),
        minus=("minus",),
        losses=(
            r"verlust\w*",
            "rückgang",
            "sank",
            "gesunken",
            "weniger",
            "niedriger",
            "kosten",
            r"aufwand\w*",
            "unter",
        ),
        at_least=("mindestens", "wenigstens", "mehr als", "über", "nach", "seit"),
        at_most=(
            "höchstens",
            "maximal",
            "bis zu",
            "weniger als",
            "unter",
            "innerhalb von",
            "vor",
            "bis",
        ),
        or_more=("oder mehr",),
        or_less=("oder weniger",),
    ),
    labels=LabelWords(
        no_names=split("seit etwa rund knapp fast gegen anfang ende mitte mindestens höchstens"),
        number_signs=(r"nr\.?", "nummer"),
        list_joints=("und", "oder"),
        range_joints=("bis",),
    ),
    questions=QuestionWords(
        for_numbers=("wie ?viele?", "wann", "wie (lange|oft|hoch|weit|alt)"),
        for_names=("wer", "wem", "wen", "wo"),
        about_questions=("fragen?", "gefragt", "(ge)?prüft?"),
        leaning_starts=("und", "auch", "aber", "oder", "wie ist"),
        pointing_back=split(
            """er sie ihr ihre ihm dies diese dieser dieses dort davon dazu dafür damals"""
        ),
        question_labels=("f", "frage"),
        answer_labels=("antwort",),
        rewrite_labels=("frage",),
    ),
    editions=EditionWords(
        replaced=(
            "ersetzt",
            "abgelöst",
            "zurückgezogen",
            "veraltet",
            "ungültig",
            "außer kraft",
            "nicht mehr (?:gültig|in kraft)",
        ),
        replaced_by=("durch", "am", "seit", "von", "zum", "ab"),
        was=("wurde", "ist"),
        in_force=("gültig",),
        documents=(
            r"\w*(?:richtlinie|fassung|ausgabe|dokument|handbuch|leitfaden|"
            r"vereinbarung|ordnung|regelung|anweisung|merkblatt|vertrag|liste|seite)",
        ),
        this=("diese[rs]?", "die vorliegende", "das vorliegende"),
        is_=("wurden?", "ist", "sind", "gilt"),
        adverbs=("jetzt", "inzwischen", "daher", "am", "zum", "seit", "durch", "mit"),
        articles=("die", "das", "der"),
        by=("durch",),
        this_one=("diese[nsr]?", "die vorliegende"),
        replaces=("ersetzt", "löst"),
        others=("die", "den", "das", "alle", "jede"),
        replaced_in_general=("innerhalb", "alle", "wenn", "nach"),
        asks_for_old=(
            "alte[nrs]?",
            "frühere?[nrs]?",
            "vorherige?[nrs]?",
            "bisherige?[nrs]?",
            "damals",
        ),
    ),
    orders=OrderWords(
        assistants=(
            "ki(?:-(?:assistent(?:en)?|modelle?|systeme?))?",
            "sprachmodelle?",
        ),
        with_=("mit",),
        people_reply=("ja", "nein"),
        patterns=_orders,
    ),
    summaries=SummaryWords(
        courtesies_before=("bitte ",),
        courtesies_after=("bitte",),
        requests=("fass?e? (?P<what>.+?) (?:bitte )?zusammen",),
        the_chosen=("(?:es|das|dieses|das|die|diese) (?:dokument|datei|text)",),
        cannot_open=split("er sie es dies diese dieser dieses daher jedoch auch und aber oder"),
    ),
    questionnaires=QuestionnaireWords(
        columns={
            "question": (
                ("frage", "fragen", "fragetext", "prüffrage"),
                ("anforderung", "anforderungen"),
            ),
            "id": (("id",), ("nr", "nr."), ("nummer",), ("kennung",)),
            "spaces": (("bereich", "bereiche"),),
            "documents": (("dokument", "dokumente"),),
            "kind": (("antworttyp", "antwortart"),),
            "choices": (("auswahl", "optionen"),),
            "unit": (("einheit",),),
        },
        kinds={
            "text": ("freitext",),
            "yes_no": ("ja/nein",),
            "number": ("zahl",),
            "date": ("datum",),
            "choice": ("auswahl",),
            "list": ("liste",),
        },
        numbers=("zahl",),
        choices=("auswahl", "eine? von"),
        yes=("ja",),
        no=("nein",),
        bare_choices=split("ja nein j wahr falsch"),
        asks_at_least=("mindestens", "minimal"),
        asks_at_most=(
            "innerhalb",
            "binnen",
            "höchstens",
            "maximal",
            "bis zu",
            "darf",
            "dürfen",
        ),
        empty_titles=("unbenannt", r"dokument\d*$"),
        owners=(),
        documents=("dieses Dokument", "das Dokument", "dieser Text", "der Text"),
        empty_subjects=(),
        other_things=("der", "die", "das", "ein", "eine"),
    ),
    retrieval=RetrievalWords(
        stop_words=(),
        untold_in_names=split("nr der die das und für von zu neu entwurf kopie"),
        before_names=("laut", "gemäß", "nach", "im", "aus", "unter"),
        articles_before_names=(
            "dem",
            "der",
            "den",
            "die",
            "das",
            "unserer?",
            "unserem",
            "ihrem",
            "ihrer",
        ),
        turning=split(
            """nicht kein keine keinen keiner nie niemals ohne nur außer vor nach bis über unter
            mehr weniger mindestens höchstens
            eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig
            fünfzig täglich wöchentlich monatlich jährlich"""
        ),
        numbered_parts=("kapitel",),
    ),
    stemmer="german",
    decimal_mark=",",
    tables=TableWords(
        units=split_all(
            {
                "pieces": "stück stk stücke",
                "people": "person personen",
                "hours": "std stunde stunden",
                "thousand EUR": "teur",
            }
        ),
        unit_openers=("in",),
        per=("pro", "je", "jeweils pro"),
        approximately=("ca.", "ca", "circa", "etwa", "rund", "ungefähr"),
        totals=("gesamt", "summe", "insgesamt", "zwischensumme", "gesamtsumme"),
        rests=("alle anderen", "alle übrigen", "andere", "sonstige", "übrige", "rest", "weitere"),
        generic=split(
            """name namen bezeichnung titel nummer nr id kennung posten position artikelnummer
            eintrag code"""
        ),
        free=split(
            """der die das den dem des ein eine einen einem einer eines ist sind war waren wird werden
            wurde wurden hat haben hatte gibt es wir uns unser unsere unserer unseren unserem sie ich
            mir mein dein ihr ihre im in am an auf aus bei beim zu zum zur von vom für mit und oder
            was welche welcher welches welchen welchem wer wen wem bitte kannst können mir zeige
            zeig nenne nenn liste alle allen aller alles jede jeder jedes auf hier derzeit aktuell
            genau wert werte zeile zeilen spalte spalten eintrag einträge bietet bieten angeboten
            verkauft verkaufen liefert stammt stammen kommt kommen befindet befinden sich liegt
            liegen steht stehen gehört gehören stellt finden findet statt enthält aufgeführt
            beträgt betragen braucht benötigt wie hoch groß viel viele wann wo je pro insgesamt
            ihren seine sein seiner denn eigentlich firma dabei davon hinweg über"""
        ),
        sources=split(
            """tabelle tabellen liste blatt datei dokument dokumente übersicht bericht seite laut
            gemäß aufstellung"""
        ),
        conjunctions=("und", "oder", "sowie", "als", "bzw"),
        negations=split(
            """außer ausgenommen nur auch noch schon bereits andere anderen anderer weitere weiteren
            erste erster ersten letzte letzter letzten nächste nächsten vorige geplant geplante
            weder"""
        ),
        counts=("wie viele", "wieviele", "anzahl der", "anzahl", "wie viel", "zähle"),
        sums=(
            "summe",
            "insgesamt",
            "zusammen",
            "gesamt",
            "zusammengerechnet",
            "in summe",
            "alles zusammen",
            "gesamte",
            "gesamtsumme",
        ),
        averages=(
            "durchschnitt",
            "durchschnittlich*",
            "im schnitt",
            "im durchschnitt",
            "mittelwert",
            "im mittel",
        ),
        differences=(
            "unterschied",
            "unterschiede",
            "differenz",
            "um wie viel",
            "um wieviel",
            "wie viel mehr",
            "wie viel weniger",
            "wie viele mehr",
            "unterscheidet",
        ),
        changes=(
            "verändert",
            "geändert",
            "gestiegen",
            "gesunken",
            "gewachsen",
            "gefallen",
            "zugenommen",
            "abgenommen",
            "änderung",
            "veränderung",
        ),
        lists=("liste", "nenne", "nenn", "zeige", "zeig", "aufzählen", "zähle", "alle"),
        existence=("gibt es", "haben wir", "sind aufgeführt", "stehen in", "existieren"),
        which=("welche", "welcher", "welches", "welchen", "was", "wer"),
        tops=("top", "die top"),
        lowest={
            "": (
                "niedrigst*",
                "geringst*",
                "kleinst*",
                "wenigst*",
                "minimal*",
                "minimum",
                "tiefst*",
            ),
            "cost": ("günstigst*", "billigst*", "preiswertest*", "preisgünstigst*"),
            "time": ("schnellst*", "kürzest*"),
            "date": ("ältest*", "frühest*", "als erster", "als erstes", "als erste", "zuerst"),
            "weight": ("leichtest*",),
        },
        highest={
            "": ("höchst*", "größt*", "meist*", "maximal*", "maximum"),
            "cost": ("teuerst*", "kostspieligst*"),
            "time": ("langsamst*", "längst*"),
            "date": (
                "neuest*",
                "neust*",
                "jüngst*",
                "spätest*",
                "als letzter",
                "als letztes",
                "als letzte",
                "zuletzt",
            ),
            "weight": ("schwerst*",),
            "height": (),
        },
        lower={
            "": ("niedriger", "geringer", "kleiner", "weniger"),
            "cost": ("günstiger", "billiger", "preiswerter"),
            "time": ("schneller", "kürzer"),
            "date": ("älter", "früher"),
            "weight": ("leichter",),
        },
        higher={
            "": ("höher", "größer", "mehr"),
            "cost": ("teurer",),
            "time": ("langsamer", "länger"),
            "date": ("neuer", "später", "jünger"),
            "weight": ("schwerer",),
            "height": (),
        },
        than=("als",),
        measures=split_all(
            {
                "cost": "preis preise kosten gebühr gebühren tarif miete satz entgelt betrag",
                "time": "zeit dauer lieferzeit frist tage stunden wochen minuten monate laufzeit",
                "date": "datum tag jahr seit bis ab von beginn start ende eröffnet gegründet baujahr "
                "termin fällig",
                "place": "ort stadt land standort region adresse raum sitz niederlassung",
                "person": "person ansprechpartner kontakt leiter leitung leiterin verantwortlich "
                "inhaber dozent dozentin",
                "weight": "gewicht masse",
                "height": "höhe",
            }
        ),
        asks={
            "time": ("wie lange", "wie schnell", "wie lang"),
            "date": ("wann", "seit wann", "bis wann", "ab wann", "wie alt"),
            "place": ("wo", "woher"),
            "person": ("wer", "wen", "wem"),
            "weight": ("wie schwer",),
            "height": (),
        },
        verbs=split_all(
            {
                "cost": "kostet kosten bezahlen zahlen teuer billig günstig preis",
                "time": "dauert dauern liefert liefern lieferung",
                "date": "beginnt beginnen startet starten endet enden läuft fällig eröffnet gegründet",
                "weight": "wiegt wiegen",
            }
        ),
        bounds={
            ">": (
                "mehr als",
                "über",
                "oberhalb von",
                "größer als",
                "höher als",
                "länger als",
                "teurer als",
                "später als",
                "nach",
                "schwerer als",
            ),
            ">=": ("mindestens", "ab", "wenigstens", "seit"),
            "<": (
                "weniger als",
                "unter",
                "unterhalb von",
                "kleiner als",
                "niedriger als",
                "kürzer als",
                "günstiger als",
                "billiger als",
                "früher als",
                "vor",
                "schneller als",
                "leichter als",
            ),
            "<=": ("höchstens", "maximal", "bis zu", "bis", "nicht mehr als", "innerhalb von"),
        },
        between=("zwischen", "von"),
        ordinals={2: ("zweit*",), 3: ("dritt*",), 4: ("viert*",)},
        periods=split_all(
            {
                "hour": "stunde stündlich stündliche",
                "day": "tag täglich tägliche tagessatz tages",
                "night": "nacht übernachtung",
                "week": "woche wöchentlich wöchentliche",
                "month": "monat monatlich monatliche",
                "quarter": "quartal quartalsweise",
                "year": "jahr jährlich jährliche",
            }
        ),
        synonyms=(
            split("preis kosten gebühr"),
            split("lieferant zulieferer lieferanten"),
            split("mitarbeiter beschäftigte mitarbeitende belegschaft"),
            split("telefon telefonnummer"),
            split("ende enden ablauf läuft bis endet"),
            split("beginn start beginnt beginnen startet"),
            split("umsatz erlös umsätze"),
            split("lieferzeit lieferung"),
        ),
        sentences=TableSentences(
            count="{source} führt {count} {entity} auf.",
            found="{count} gefunden in {source}: {rows}.",
            lowest="Der niedrigste Wert von „{column}“ in {source} ist {value}: {rows}.",
            highest="Der höchste Wert von „{column}“ in {source} ist {value}: {rows}.",
            ranked_low="Die {count} niedrigsten Werte von „{column}“ in {source}: {rows}.",
            ranked_high="Die {count} höchsten Werte von „{column}“ in {source}: {rows}.",
            sum="Die Summe von „{column}“ über {count} Zeilen in {source} ist {value}.",
            average="Der Durchschnitt von „{column}“ über {count} Zeilen in {source} ist {value}.",
            difference="„{column}“ in {source}: {first} und {second}; der Unterschied ist {value}.",
            change="{rows} in {source}: von {first} auf {second}; der Unterschied ist {value}.",
            cell="„{column}“ von {rows} in {source}: {value}.",
            cells="„{column}“ in {source}: {rows}.",
            missing="{count} Zeilen haben keinen Wert in „{column}“.",
            totals="Zeilen mit Summen wurden nicht mitgezählt.",
            rests="Nicht mitgezählt: {rows}.",
            unread="{count} Zellen in „{column}“ enthalten keine einzelne vergleichbare Zahl.",
            lines="{count} Zeilen, die nur einen Text enthalten, wurden nicht mitgezählt.",
            rounded="gerundet",
            row="Zeile {number}",
            how="{how} (Zeilen {rows}; Spalte {column})",
            and_="und",
            source="„{table}“ in {document}",
        ),
    ),
)
