# ruff: noqa: E501 -- a pattern that is cut to the line's length is harder to read, not easier
"""The words of German."""

from vectorstore.languages.base import (
    AccountWords,
    CollectionWords,
    ConversationWords,
    DateWords,
    DefinitionWords,
    DenialWords,
    EditionWords,
    FigureWords,
    KindWords,
    LabelWords,
    Language,
    MeantDocumentWords,
    NumberWords,
    OrderTerms,
    OrderWords,
    OutcomeWords,
    Patterns,
    PlanWords,
    QuestionnaireWords,
    QuestionWords,
    RetrievalWords,
    SentenceWords,
    SummaryWords,
    SupportWords,
    TableSentences,
    TableWords,
    TalkWords,
    TurningWords,
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


# Questions about the collection; see the remark in the module of English.
_PLACES = r"dokumente?n?|dateie?n?|seiten?|abschnitte?n?|quellen?|kapiteln?|artikeln?|absätze?n?"
_DOCUMENTS = r"(?:dokumente?n?|dateie?n?|unterlagen)"
_THE_COLLECTION = r"(?:der|die|dieser|diese|deiner|deine|ihrer|ihre|unserer|unsere|im|das|dem)? ?(?:sammlung|bestand|index|bibliothek|archiv|ablage|datenbank|wissensbasis)"
_ARE_THERE = (
    r"(?:gibt es|hast du|haben sie|habt ihr|haben wir|habe ich|kennst du|kennen sie|siehst du|sehen sie|durchsuchst du|durchsuchen sie|kann ich (?:sehen|lesen|durchsuchen|befragen)"
    r"|(?:sind|ist) (?:da|vorhanden|verfügbar|gespeichert|eingelesen|indexiert|hochgeladen|hinterlegt|abgelegt|bekannt|zugänglich)|existieren|liegen (?:vor|hier)|stehen (?:dir |ihnen |mir )?zur verfügung"
    rf"|(?:sind|liegen|stehen) in {_THE_COLLECTION}|(?:enthält|umfasst|hat) {_THE_COLLECTION}|wurden (?:eingelesen|hochgeladen|indexiert))"
)
_IN_ALL = rf"(?: (?:insgesamt|hier|derzeit|zurzeit|momentan|aktuell|gerade|überhaupt|alles|für mich|in {_THE_COLLECTION}|gespeichert|vorliegen|verfügbar|vorhanden))?"
_PLACE_OR_TOPIC = r"(?: (?P<what>(?:im|in|über|zu|zum|zur|bezüglich|betreffend) .+))?"
_TOPIC_OF = r"(?:über|zu|zum|zur|bezüglich|betreffend|mit angaben zu|mit informationen (?:über|zu))"
_KINDS_OF_FILES = r"(?:pdfs?|pdf-dateie?n?|word|word-dateie?n?|excel|excel-dateie?n?|excel-tabellen?|powerpoint|tabellen?|arbeitsmappen?|präsentation(?:en)?|folien|html|webseiten?|markdown|csv|csv-dateie?n?|text|textdateie?n?|e-?mails?|mails?|bild(?:er)?|scans?)"


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
        written_months=split(
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
        ),
        form="{day}. {month} {year}",
        clocks=("uhr",),
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
                "hectares": "hektar",
                "kW": "kilowatt",
                "MW": "megawatt",
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
        clauses=(
            "ziffer",
            "klausel",
            "abschnitt",
            "absatz",
            "artikel",
            "paragra(?:ph|f)",
            "kapitel",
            "punkt",
            r"ziff\.",
            r"abs\.",
            r"art\.",
            r"nr\.",
            "nummer",
            "§+",
        ),
        clause_words=split(
            "steht stehen sagt besagt regelt lautet enthält bedeutet heißt inhalt text wortlaut genau zeige "
            "zeig nenne zitiere bitte geschrieben"
        ),
    ),
    questions=QuestionWords(
        for_numbers=("wie ?viele?", "wann", "wie (lange|oft|hoch|weit|alt)"),
        for_values={
            "money": (
                r"wie teuer",
                r"(?:was|wie ?viel) kostete?n?",
                r"(?:zu|für) welche[mn] preis",
                r"(?:was|wie hoch) (?:ist|war|sind|waren) (?:der|die|das) (?:\w+ )?"
                r"(?:preis|preise|kosten|gebühr|gebühren|miete)",
            ),
            "share": (r"wie ?viele? prozent",),
            "mass": (r"wie schwer", r"(?:was|wie ?viel) wieg(?:t|en)"),
            "length": (r"wie (?:breit|dick|tief)",),
            "time length count": (r"wie lange?",),
            "time": (r"wie alt",),
        },
        for_counts=(r"wie ?viele",),
        for_amounts=(r"wie ?viele?",),
        in_units=("in",),
        without_figures=split(
            "kein keine keinen keiner nie nichts kostenlos kostenfrei gratis umsonst unbegrenzt halb halbe "
            "halben hälfte viertel drittel doppelt abhängig"
        ),
        other_durations=("bis", "solange", "immer", "dauerhaft", "unbefristet"),
        about_questions=("fragen?", "gefragt", "(ge)?prüft?"),
        leaning_starts=("und", "auch", "aber", "oder", "wie ist"),
        pointing_back=split(
            """er sie ihr ihre ihm dies diese dieser dieses dort davon dazu dafür damals"""
        ),
        question_labels=("f", "frage"),
        answer_labels=("antwort",),
        rewrite_labels=("frage",),
        everyday=split_all(
            {
                "chef chefin boss": "Vorgesetzte Vorgesetzter Vorgesetzten Führungskraft Leitung",
                "frei": "Urlaub Freistellung",
                "ferien": "Urlaub",
                "sagen bescheid": "melden mitteilen informieren anzeigen",
                "kind baby": "Kinder Geburt",
                "rauswerfen gefeuert kündigen": "Kündigung Ausschluss Austritt",
                "handy": "Mobiltelefon Smartphone Diensthandy",
                "rechner pc": "Computer Laptop Notebook",
                "laptop": "Computer Notebook Gerät",
                "geld": "Vermögen Zahlung Vergütung Betrag",
                "lohn": "Gehalt Entgelt Vergütung",
                "krank": "Krankheit Erkrankung arbeitsunfähig Arbeitsunfähigkeit",
                "attest krankenschein": "Bescheinigung Arbeitsunfähigkeitsbescheinigung",
                "arzt": "ärztlich ärztliche",
                "auto": "Fahrzeug PKW Kraftfahrzeug",
                "rad": "Fahrrad",
                "essen": "Verpflegung Mahlzeit Mahlzeiten",
                "kriegen bekommen": "erhalten Anspruch",
                "loswerden": "entsorgen Entsorgung",
                "klingeln": "Läuten",
                "auflösen auflöst": "Auflösung",
                "kunde kunden": "Gast Gäste",
                "homeoffice": "mobil mobiles Telearbeit",
                "regeln": "Vorschriften Bestimmungen Richtlinie",
            }
        ),
    ),
    plans=PlanWords(
        telling_words=split(
            "ist sind der die das wie viele wer wo wann welche welcher welches was bitte ich wir "
            "gibt alle ein eine zu zum zur im am bei mit nenne zeige hallo danke"
        ),
        writing=(
            r"(?:bitte )?(?:(?:kannst|könntest|können|könnten) (?:du|sie) )?(?:mir )?(?:bitte )?"
            r"(?:schreibe?n?|formulierer?e?n?|entwirf|entwerfe?n?|verfasser?e?n?|erstelle?n?)"
            r" (?:\w+ ){0,6}?(?:e-?mails?|mails?|briefe?|nachricht(?:en)?|texte?|notiz|antwort|"
            r"aushang|anschreiben|ankündigung|erinnerung|einladung|rede|absatz|beitrag|plakat|"
            r"beschwerde|bewerbung|anfrage|stellungnahme|bericht|angebot|rundschreiben)",
        ),
        asking=(
            r"(?:und |auch |oder )*(?:an |in |bei |bis |ab |seit |für |von |mit |zu |nach |um )?"
            r"(?:wie ?viele?|was|welche[rsnm]?|wer|wem|wen|wessen|wann|wo|wohin|woher|warum|wieso|wie|womit|wofür)",
        ),
        openly=(r"(?:und |auch |also )*(?:was|welche[rsnm]?|wer|wen|wem)",),
        requests=(
            r"(?:bitte )?(?:nenne?|sage?|gib|zeige?|schicke?)(?: sie)? (?:mir|uns) (?:bitte )?(?:den |die |das )?",
            r"(?:ich|wir) (?:brauche|brauchen|möchte|möchten|benötige|benötigen)(?: wissen)? (?:den |die |das )?",
        ),
        yes_no=(
            "ist|sind|war|waren|bin|hat|haben|habe|hatte|hatten|kann|können|könnte|darf|dürfen|muss|"
            "müssen|soll|sollen|sollte|wird|werden|wurde|wurden|gilt|gelten|gibt es|bekomme|bekommen|"
            "bekommt|erhalte|erhalten|erhält|brauche|brauchen|braucht|zahlt|zahlen|stimmt es|dürfte",
        ),
        joints=("und", "sowie"),
        comparing=(
            r"vergleich\w*",
            "versus",
            r"vs\.?",
            "gegen",
            r"unterschied\w*",
            r"unterscheide\w*",
            "was hat sich",
            r"(?:oder|als) [^?]{2,60}",
        ),
        compared_pairs=(
            r"vergleiche?n?(?: sie)? (?:mir )?(?:bitte )?(?:den |die |das )?(?P<first>[^?]{1,80}?) (?:und|mit) (?:den |die |das |der |dem )?(?P<second>[^?]{1,80})$",
            r"unterschiede? (?:bei (?P<head>[^?]{3,60}?) )?zwischen (?:den |der |dem )?(?P<first>[^?]{1,80}?) und (?:den |der |dem )?(?P<second>[^?]{1,80})$",
            r"(?:unterscheidet|unterscheiden) sich (?:der |die |das )?(?P<first>[^?]{1,80}?) (?:von|und) (?:dem |der |den |die |das )?(?P<second>[^?]{1,80})$",
            r"^was hat sich (?:bei |an |in )?(?:den |der |dem )?(?P<head>[^?]{3,60}?) zwischen (?:der |den |dem )?(?P<first>[^?]{1,60}?) und (?:der |den |dem )?(?P<second>[^?]{1,60}?)(?: geändert| verändert)?$",
            r"^(?P<head>(?:was|welche[rs]?) [^?,]{2,60}), (?:der |die |das )?(?P<first>[^?,]{1,60}?) oder (?:der |die |das )?(?P<second>[^?,]{1,60})$",
            r"^(?:ist|sind) (?:der |die |das )?(?P<first>[^?,]{1,60}?) oder (?:der |die |das )?(?P<second>[^?,]{1,60})$",
            r"^(?!(?:und |also )?(?:was|wer|wie|wo|wann|warum|kann|darf|muss|soll|ist|sind|hat|gibt)\b)"
            r"(?P<first>[^?,:]{1,60}?) (?:versus|vs\.?|gegen|im vergleich zu[rm]?) (?P<second>[^?,:]{1,60})",
        ),
        compared_by=split("bei in für nach hinsichtlich bezüglich beim"),
        shared_tails=split("von des der für im bei"),
        articles=split("der die das den dem ein eine einen unser unsere unseren"),
        operations={
            "difference": (
                "um wie ?viel",
                r"wie ?viel (?:mehr|weniger|\w+er)\b(?= [^?]* als )",
                r"wie ?viele (?:\w+ ){0,2}(?:mehr|weniger)\b(?= [^?]* als )",
            ),
            "average": (r"(?:im )?durchschnitt\w*", "im schnitt", "im mittel", "mittelwert"),
            "sum": (
                "summe",
                "insgesamt",
                r"gesamt(?:summe|betrag|kosten|preis|zahl|menge)\w*",
                r"(?:kosten|sind|ergeben|zahlen|wiegen) [^?]{0,60}zusammen(?!\w)",
                "zusammengerechnet",
            ),
            "maximum": (
                r"(?:am |de[rsmn] |die |das )(?:\w+ )?(?:meisten|höchste[nrsm]?|größte[nrsm]?|längste[nrsm]?|teuerste[nrsm]?|"
                r"älteste[nrsm]?|schwerste[nrsm]?|weiteste[nrsm]?|beste[nrsm]?|heißeste[nrsm]?|tiefste[nrsm]?|breiteste[nrsm]?)",
            ),
            "minimum": (
                r"(?:am |de[rsmn] |die |das )(?:\w+ )?(?:wenigsten|niedrigste[nrsm]?|kleinste[nrsm]?|kürzeste[nrsm]?|billigste[nrsm]?|"
                r"günstigste[nrsm]?|jüngste[nrsm]?|leichteste[nrsm]?|nächste[nrsm]?|schnellste[nrsm]?|geringste[nrsm]?|langsamste[nrsm]?)",
            ),
            "count": (
                r"wie ?viele (?:verschiedene )?(?!tage|wochen|monate|jahre|stunden|minuten|euro)(?:[\w-]+ ){1,3}?"
                r"(?:gibt es|sind|haben|stehen|kosten|kommen|liegen|hatten|waren|führen|beginnen)\b",
                r"anzahl (?:der|von|aller)\b",
            ),
            "filter": (
                r"(?:welche|alle|liste|zeige?) (?:[\w-]+ ){1,6}?(?:über|unter|mehr als|weniger als|mindestens|höchstens|nach|vor|zwischen|ab|bis) (?:[A-Z€$£]{0,3} ?)?\d+",
            ),
        },
        procedures=(
            r"^(?:und )?wie (?:kann|muss|soll|sollte|darf|geht|gehe|beantrag\w+|meld\w+|mach\w+|stell\w+|komm\w+|bekomm\w+|reich\w+|richt\w+|bestell\w+|buch\w+|kündig\w+|wechsel\w+|funktionier\w+)\b",
            r"was (?:muss|soll|sollte|kann|müssen) (?:ich|man|wir)\b[^?]{0,40}\b(?:tun|machen|unternehmen)",
            r"was (?:mache|tue|tun|machen) (?:ich|wir)",
            "was nun",
            "wie geht man",
            r"(?:schritte|ablauf|vorgehen|verfahren|anleitung)",
        ),
        lists=(
            r"(?:bitte )?(?:liste|nenne?|zeige?|gib)(?: (?:sie|mir|uns|bitte)){0,3} (?:alle|sämtliche|eine (?:liste|tabelle|übersicht))\b",
            r"(?:bitte )?liste\b",
            r"welche (?:[\w-]+ ){0,2}?[\w-]+(?:en|er|rn|s|e) (?:sind|haben|können|dürfen|müssen|werden|gibt|kann|darf|gelten|gehören|bietet|hat|muss|stehen|liefern|braucht|brauche|deckt|kommen|umfasst)\b",
            r"welche [\w-]+(?:ungen|keiten|heiten|schaften|ionen|inge|sse)\b",
            r"was (?:sind|gehört|gehören|umfasst|beinhaltet)\b",
            r"wer (?:sind|gehört)\b",
            r"(?:eine )?(?:übersicht|liste|tabelle|aufstellung) (?:der|aller|von)\b",
            r"alle \w+",
        ),
        events=(
            r"(?:wann|wo|warum|wieso|wer|wie|in welche[mr] \w+|an welchem \w+|seit wann) "
            r"(?:genau )?(?:wurden?|war|waren|hat|haben|hatte|ist|sind|\w{2,}te|brannte|ging|kam|fiel)",
        ),
        conditions=(
            "nur",
            "wenn",
            "falls",
            "sofern",
            "bis zu",
            "mindestens",
            "höchstens",
            "vor",
            "bis",
            "nach",
            "ab",
            "außer",
        ),
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
        verbs=("fass", "gib", "schreib", "erstelle", "liste", "zeig", "nenne"),
        requests=(
            "fass?e? (?P<what>.+?) (?:bitte )?(?:kurz )?zusammen",
            "was sind die (?:wichtigsten|wesentlichen) punkte (?:von|in|aus) (?P<what>.+?)",
            "(?:gib mir|schreib|erstelle) eine (?:kurze )?zusammenfassung (?:von |der |des |vom )+(?P<what>.+?)",
        ),
        the_chosen=(
            "es",
            "das",
            "dies",
            "(?:es|das|dieses|das|die|diese) (?:dokument|datei|text|seite)",
        ),
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
        compound_joints=("", "s", "es", "n", "en", "er", "e"),
    ),
    talk=TalkWords(
        courtesies={
            "greeting": (
                r"(?:hallo|halli hallo|hallöchen|servus|moin|moin moin|grüß gott|grüezi|grüß dich|grüße|tag)(?: (?:zusammen|alle|nochmal|noch mal|wieder))?",
                r"(?:einen )?(?:schönen )?gute[nr]? (?:morgen|tag|abend)(?: zusammen)?",
                r"(?:schön|freut mich),? (?:dich|sie) (?:kennenzulernen|zu sehen)",
            ),
            "thanks": (
                r"(?:vielen |besten |herzlichen |lieben |tausend )?dank(?: (?:dir|ihnen|euch))?(?: (?:schon mal|nochmals?|im voraus))?(?: (?:für (?:alles|das|die|deine|ihre|eure) ?(?:hilfe|antwort|antworten|mühe|unterstützung|auskunft)?))?",
                r"danke(?: ?schön| ?sehr| dir| ihnen| euch| vielmals| nochmals?)*(?: (?:für (?:alles|das|(?:die|deine|ihre|eure) (?:hilfe|antwort|antworten|mühe|unterstützung|auskunft))))?",
                r"(?:ich )?bedanke mich",
            ),
            "farewell": (
                r"(?:tsch(?:ü|ue)(?:ss|ß|s)(?:i|chen)?|tschau|ciao|auf wiedersehen|wiedersehen|auf wiederhören|bis (?:bald|später|dann|morgen|nächstes mal|zum nächsten mal)|mach'?s gut|machen sie es gut|gute nacht|adieu|servus)",
                r"(?:(?:ich wünsche|wünsche) )?(?:dir |ihnen |euch )?(?:noch )?(?:einen? )?(?:schönen?|guten?|angenehmen?) (?:tag|abend|feierabend|woche|wochenende|zeit|rest)(?: (?:noch|dir|ihnen))?",
                r"das (?:war|wär|wäre|ist) (?:es|'?s|alles)(?: (?:für heute|erst ?mal|schon|dann))?",
                r"das war(?:'s|s)",
            ),
        },
        acknowledgements=(
            r"(?:ok|okay|okey|k)",
            r"(?:alles klar|in ordnung|verstehe|verstanden|ich verstehe|aha|ach so|achso|gut zu wissen|klar|na gut|gut so|einverstanden)",
            r"(?:super|prima|toll|klasse|perfekt|wunderbar|ausgezeichnet|spitze|sehr gut|gut|schön|cool|großartig|hervorragend|fein|bestens)",
            r"(?:oh|ah|hm+|mhm|soso|na ja|naja|interessant|genau|richtig|stimmt|macht nichts|kein problem|gern geschehen|bitte sehr|bitteschön|entschuldigung)",
        ),
        addressed=(
            "strongroom",
            "du",
            "bot",
            "roboter",
            "assistent",
            "liebe",
            "lieber",
            "leute",
            "zusammen",
            "computer",
            "maschine",
        ),
        openers=(
            r"bitte",
            r"(?:entschuldigung|entschuldigen sie|entschuldige|verzeihung)(?: bitte)?",
            r"(?:nur )?(?:eine|ich habe (?:noch )?(?:eine|mal eine)|noch eine) (?:kurze |kleine |weitere |letzte |andere )?frage",
        ),
        closers=(
            r"bitte",
            r"danke(?: ?schön| ?sehr| im voraus| schon mal| vorab)?",
            r"(?:vielen |besten |herzlichen )?dank(?: im voraus| schon mal| vorab)?",
        ),
        said={
            "acknowledgement": (
                r"(?:nein|nö|nee|nicht jetzt|nichts)(?:,? (?:danke|vielen dank|das ist alles))?",
            ),
            "bare": (
                r"(?:ja|jo|jawohl|ja,? (?:bitte|gern|gerne|klar)|natürlich|gerne?|weiter|mach weiter|vielleicht)",
            ),
            "wellbeing": (
                r"(?:und )?wie geht(?:'s|s| es)(?: (?:dir|ihnen|euch|so|heute|denn))*",
                r"(?:und )?(?:dir|ihnen|selbst)",
                r"was (?:geht|geht ab|läuft)(?: so)?",
                r"alles (?:gut|in ordnung|ok|okay)(?: bei (?:dir|ihnen))?",
            ),
            "identity": (
                "(?:und )?mit wem (?:spreche|rede|schreibe|chatte) ich(?: hier| da)?",
                r"(?:und )?(?:wer|was) (?:genau )?(?:bist du|sind sie|seid ihr)(?: (?:genau|eigentlich|denn))*",
                r"wie (?:heißt du|heissen sie|heißen sie|ist (?:dein|ihr) name)(?: (?:eigentlich|denn))?",
                r"hast du einen namen",
                r"(?:bist du|sind sie) (?:wirklich |eigentlich |denn )*(?:ein |eine |einer )?(?:echter? |echte |richtiger? )?(?:bot|roboter|chatbot|chat ?gpt|gpt|ki|k\.i\.|maschine|computer|programm|mensch|person|mann|frau|echt|sprachmodell|modell|assistent|künstliche intelligenz)(?: oder (?:ein |eine )?(?:bot|roboter|ki|maschine|computer|mensch|programm|echter mensch))?",
                r"(?:spreche|rede|schreibe|chatte) ich (?:hier |gerade )?mit (?:einem|einer) (?:echten )?(?:bot|roboter|chatbot|ki|maschine|computer|menschen|programm|person)",
                r"wer hat (?:dich|sie) (?:gemacht|gebaut|entwickelt|programmiert|erschaffen|geschrieben|trainiert)",
                r"(?:stell dich (?:bitte )?(?:vor|mal vor)|stellen sie sich (?:bitte )?vor|erzähl(?:e)? (?:mir )?(?:etwas )?(?:über|von) dir)",
                r"wie alt (?:bist du|sind sie)",
                r"woher (?:kommst du|kommen sie)|wo (?:wohnst du|wohnen sie)",
            ),
            "abilities": (
                r"was (?:alles )?(?:kannst du|können sie|könnt ihr)(?: (?:alles|so|denn|eigentlich|für mich))*(?: (?:tun|machen|beantworten))?",
                r"was (?:machst du|machen sie|tust du)(?: (?:so|hier|eigentlich|denn))*",
                r"(?:wie|wobei|womit) (?:kannst du|können sie) (?:mir |uns )?(?:weiter)?(?:helfen|unterstützen)",
                r"wie (?:funktioniert|geht) (?:das|dies|du|strongroom|dieser? (?:chat|seite|bot))(?: (?:hier|denn|eigentlich))*|wie funktionierst du|wie funktionieren sie",
                r"wie (?:benutze|bediene|verwende|nutze) ich (?:dich|das|dies|sie|strongroom)(?: hier)?",
                r"was (?:kann|darf|soll|muss) ich (?:(?:dich|sie|hier|dir|alles|denn) )*(?:fragen|tun|machen|eingeben)",
                r"welche fragen (?:kann|darf) ich (?:(?:dir|ihnen|hier) )?stellen|welche fragen (?:kannst du|können sie) beantworten",
                r"(?:kannst du|können sie|könntest du|könnten sie) (?:mir |uns )?(?:bitte )?(?:weiter)?helfen",
                r"(?:hilfe|hilf mir|helfen sie mir|ich brauche (?:deine |ihre |etwas )?hilfe|anleitung|bedienung|befehle)",
                r"was (?:weißt du|wissen sie)(?: alles)?",
                r"woher (?:hast du|haben sie|weißt du|wissen sie) (?:das|deine antworten|ihre antworten|deine informationen)",
                r"was ist (?:das|strongroom)(?: hier)?|wofür (?:ist|bist) (?:das|du)(?: hier)?(?: da)?",
            ),
            "languages": (
                r"(?:sprichst du|sprechen sie|verstehst du|verstehen sie|kannst du|können sie)(?: auch)? (?:deutsch|englisch|french|französisch|spanisch|italienisch|andere sprachen)(?: (?:sprechen|verstehen|lesen|antworten))?",
                r"(?:welche sprachen|was für sprachen) (?:sprichst du|sprechen sie|verstehst du|verstehen sie|kannst du|können sie)",
            ),
            "compliment": (
                r"(?:gute|tolle|super|prima|klasse|sehr gute) (?:arbeit|antwort|leistung|sache)",
                r"gut gemacht|gut so|weiter so",
                r"(?:du bist|sie sind) (?:wirklich |sehr |so |echt |ja )*(?:toll|super|gut|klasse|hilfreich|klug|schlau|nett|cool|der beste|die beste|spitze|lustig|nützlich|schnell)",
                r"(?:das|es) (?:ist|war) (?:wirklich |sehr |so |echt |genau )*(?:hilfreich|toll|super|gut|klasse|nützlich|perfekt|prima|richtig|korrekt|was ich (?:brauchte|wollte|gesucht habe))",
                r"(?:das|du hast|sie haben) (?:hat )?(?:mir )?(?:sehr |wirklich )?(?:geholfen|weitergeholfen|hilft(?: mir)?(?: sehr| weiter)?)",
                r"(?:ich mag|ich liebe) (?:dich|das|es)|das gefällt mir",
            ),
            "complaint": (
                r"(?:das|es|die antwort) (?:ist|war|stimmt) (?:leider |aber |einfach |doch |völlig |ganz )*(?:falsch|nicht richtig|nicht korrekt|unsinn|quatsch|nicht|nicht wahr|nicht hilfreich|nutzlos|nicht das,? was ich (?:gefragt|gemeint|gesucht) habe)",
                r"(?:du bist|sie sind) (?:wirklich |so |echt )*(?:dumm|nutzlos|schlecht|langsam|blöd|doof|nicht (?:sehr )?hilfreich)",
                r"(?:falsch|falsche antwort|unsinn|quatsch|schlechte antwort|nutzlos)",
                r"(?:das|es) (?:hilft|half|hat) (?:mir )?(?:nicht|nicht weiter|nicht geholfen|nichts)",
            ),
            "outside": (
                r"(?:erzähl(?:e|en sie)?|kennst du|kennen sie) (?:mir )?(?:bitte )?(?:einen|noch einen|eine) (?:witz|geschichte|gedicht)",
                r"wie (?:ist|wird) das wetter(?: (?:heute|morgen|draußen))?",
                r"wie spät ist es(?: jetzt)?|wie viel uhr ist es|welcher tag ist heute|welches datum (?:ist heute|haben wir(?: heute)?)|den wievielten haben wir(?: heute)?",
                r"(?:liebst|magst) du mich|sing (?:mir )?ein lied",
            ),
        },
        remembered={
            "first_question": (
                r"(?:was|wie|welche[sr]?) (?:war|lautete) (?:noch ?mal )?(?:meine|die) (?:aller)?erste frage(?: (?:nochmal|noch mal))?",
                r"was habe ich (?:dich |sie )?(?:zuerst|als erstes|am anfang|zu beginn|anfangs) (?:gefragt|gesagt)",
            ),
            "last_question": (
                r"(?:was|wie|welche[sr]?) (?:war|lautete) (?:noch ?mal )?(?:meine|die) (?:letzte|vorige|vorherige|frühere)? ?frage(?: (?:nochmal|noch mal))?",
                r"was habe ich (?:dich |sie )?(?:gerade |eben |zuletzt |vorhin |vorher )*(?:gefragt|gesagt)",
            ),
            "questions": (
                r"was habe(?:n wir| ich) (?:dich |sie )?(?:bisher|bis jetzt|heute|alles|schon)(?: (?:alles|schon))? (?:gefragt|besprochen|gesagt)",
                r"(?:welche|was für) fragen habe ich (?:(?:bisher|bis jetzt|schon|heute) )*gestellt",
                r"(?:was|welche) (?:waren|sind) (?:alle )?meine fragen(?: (?:bisher|bis jetzt))?",
                r"(?:zeig(?:e|en sie)?|nenn(?:e|en sie)?|wiederhol(?:e|en sie)?) (?:mir )?(?:alle )?meine fragen",
                r"worüber (?:haben wir (?:gesprochen|geredet)|sprechen wir)",
            ),
            "repeat": (
                r"(?:(?:kannst du|können sie|könntest du|könnten sie|bitte) )*(?:das|dies|es|(?:die|deine|ihre) (?:letzte )?antwort)? ?(?:bitte )?(?:noch ?(?:ein)?mal )?(?:wiederhol(?:e|en sie|en)|sag(?:e|en sie|en)|nochmal sagen)(?: (?:das|dies|es|(?:die|deine|ihre) (?:letzte )?antwort))?(?: (?:bitte|noch ?(?:ein)?mal))*",
                r"(?:noch ?(?:ein)?mal|wie bitte|was hast du (?:gerade |eben )?gesagt|was haben sie (?:gerade |eben )?gesagt)(?: bitte)?",
                r"(?:was|wie) war (?:noch ?mal )?(?:deine|ihre|die) (?:letzte )?antwort(?: noch ?mal)?",
            ),
        },
        question_starts=split(
            """wer wen wem wessen was welche welcher welches welchen welchem wann wo woher wohin wie
            wieviel wieviele warum wieso weshalb womit wofür wozu worüber worum wovon ist sind war waren
            hat habe haben hatte kann können kannst darf dürfen muss müssen soll sollen wird werden wurde
            wurden gibt gilt gelten zeig zeige zeigen nenn nenne nennen liste sag sage erklär erkläre
            fasse fass vergleiche ich wir mein meine unser unsere und oder aber auch für in bei brauche
            braucht bekomme bekommt erhalte erhält steht beschreibe finde im am laut"""
        ),
        replies={
            "greeting": "Hallo! Stellen Sie mir eine Frage, und ich suche die Antwort in Ihren Dokumenten.",
            "thanks": "Gern geschehen. Fragen Sie mich, wann immer Sie etwas aus Ihren Dokumenten wissen möchten.",
            "farewell": "Auf Wiedersehen! Ich bin da, wenn Sie wieder eine Frage zu Ihren Dokumenten haben.",
            "acknowledgement": "Gut. Fragen Sie mich, wenn Sie mehr aus Ihren Dokumenten wissen möchten.",
            "bare": "Bitte stellen Sie es als ganze Frage, damit ich die Antwort in Ihren Dokumenten suchen kann.",
            "wellbeing": "Danke der Nachfrage. Ich bin ein Programm, mir geht es also weder gut noch schlecht, aber ich bin bereit: Fragen Sie mich etwas zu Ihren Dokumenten.",
            "identity": "Ich bin Strongroom, ein Programm, das Fragen aus Ihren Dokumenten beantwortet. Ich bin kein Mensch. Was ich sage, kommt aus diesen Dokumenten, und jede Antwort nennt die Stelle.",
            "abilities": "Fragen Sie, was Sie wissen möchten; ich suche es in Ihren Dokumenten und nenne die Stelle, an der es steht. Ich kann auch sagen, welche Dokumente es gibt („Welche Dokumente gibt es?“), eine Seite zeigen, sagen, worum es in einem Dokument geht, und es zusammenfassen. Was Ihre Dokumente nicht sagen, weiß ich nicht.",
            "languages": "Sie können mich auf Deutsch oder Englisch fragen. Ich antworte aus Ihren Dokumenten und zitiere sie in ihrer eigenen Sprache.",
            "compliment": "Danke, das freut mich zu hören. Was möchten Sie noch aus Ihren Dokumenten wissen?",
            "complaint": "Es tut mir leid, dass das nicht geholfen hat. Bitte sehen Sie an der Stelle nach, die die Antwort nennt, oder fragen Sie mit anderen Worten, am besten mit dem Namen des Dokuments.",
            "outside": "Das liegt nicht in meiner Macht: Ich weiß nur, was Ihre Dokumente sagen. Fragen Sie mich etwas dazu.",
            "first_question": "Ihre erste Frage war: „{question}“",
            "last_question": "Ihre letzte Frage war: „{question}“",
            "questions": "Das waren Ihre Fragen:",
            "repeat": "Ich sagte: {answer}",
            "nothing_before": "Sie haben in diesem Gespräch vorher nichts gefragt.",
        },
    ),
    collection=CollectionWords(
        requests={
            "source": (
                rf"(?:aus |in |auf |von )?(?:welche[mrns]?) (?:{_PLACES}) (?:ist|steht|stammt|kommt|war|sagt) (?:das|dies|es)(?: geschrieben| her)?",
                r"wo (?:steht|stand) (?:das|dies|es)(?: geschrieben)?",
                r"woher (?:hast du|haben sie|weißt du|wissen sie|stammt|kommt|ist) (?:das|dies|es)",
                r"(?:was ist|wie lautet|nenne?|zeige?)(?: mir)? (?:die|deine|ihre) quellen?(?: (?:dafür|davon|dazu))?",
            ),
            "count": (
                rf"wie ?viele (?:verschiedene |andere )?{_DOCUMENTS} {_ARE_THERE}{_IN_ALL}{_PLACE_OR_TOPIC}(?: gespeichert| vorhanden| verfügbar)?",
                rf"(?:(?:wie (?:hoch|groß) ist|was ist|nenne) )?(?:die )?(?:anzahl|zahl) (?:der|aller|von) {_DOCUMENTS}{_IN_ALL}{_PLACE_OR_TOPIC}",
                rf"zähl(?:e|en sie)? (?:alle |die )?{_DOCUMENTS}{_IN_ALL}",
            ),
            "list": (
                rf"(?:welche|was für) (?:anderen? )?{_DOCUMENTS} {_ARE_THERE}{_IN_ALL}{_PLACE_OR_TOPIC}",
                rf"(?:(?:kannst du|können sie) (?:mir )?)?(?:liste|zeige?|nenne?|zeigen sie|nennen sie|gib|geben sie)(?: mir| uns)?(?: bitte)?(?: eine liste)?(?: alle[rn]?)?(?: die| der| deine| ihre| unsere| meine)?(?: verfügbaren| vorhandenen| bekannten)? {_DOCUMENTS}(?: auf| an)?{_IN_ALL}{_PLACE_OR_TOPIC}",
                rf"(?:eine |die )?liste (?:der|aller|von) {_DOCUMENTS}{_IN_ALL}{_PLACE_OR_TOPIC}",
                rf"(?:alle|meine|ihre|verfügbare) {_DOCUMENTS}",
                rf"was (?:hast du|haben sie) (?:alles )?(?:an|für) {_DOCUMENTS}|was (?:ist|steht|liegt) in {_THE_COLLECTION}",
                rf"wie heißen (?:alle |die |deine |ihre )?{_DOCUMENTS}",
            ),
            "count_kind": (
                rf"wie ?viele (?P<what>{_KINDS_OF_FILES})(?:[- ]?{_DOCUMENTS})? {_ARE_THERE}{_IN_ALL}",
            ),
            "list_kind": (
                rf"welche (?P<what>{_KINDS_OF_FILES})(?:[- ]?{_DOCUMENTS})? {_ARE_THERE}{_IN_ALL}",
                rf"(?:liste|zeige?|nenne?)(?: mir)?(?: alle)?(?: die)? (?P<what>{_KINDS_OF_FILES})(?:[- ]?{_DOCUMENTS})?(?: auf)?{_IN_ALL}",
                rf"(?:gibt es|hast du|haben sie|haben wir|habt ihr|ist|sind) (?:auch )?(?:ein |eine |einen |irgendein |irgendwelche )?(?P<what>{_KINDS_OF_FILES})(?:[- ]?{_DOCUMENTS})?(?: (?:unter|in|bei) (?:den|deinen|unseren|meinen|ihren) {_DOCUMENTS})?(?: dabei)?{_IN_ALL}",
            ),
            "about": (
                rf"(?:gibt es|hast du|haben sie|haben wir|habt ihr) (?:auch )?(?:ein |eine |irgendein |irgendwelche )?(?:anderes? )?{_DOCUMENTS} {_TOPIC_OF} (?P<what>.+)",
                rf"(?:in )?(?:welche[ms]?|welchen) {_DOCUMENTS} (?:handelt|handeln|geht es|berichtet|spricht|sprechen|sagt|sagen etwas|enthält etwas|enthalten etwas|informiert|befasst sich|befassen sich) (?:von|um|über|zu|zum|zur|mit) (?P<what>.+)",
                rf"in (?:welchem|welchen|welcher) {_DOCUMENTS} (?:steht|stehen|finde ich) (?:etwas )?(?:über|zu|zum|zur) (?P<what>.+)",
                rf"wie ?viele {_DOCUMENTS} (?:handeln von|nennen|erwähnen|behandeln|befassen sich mit) (?P<what>.+)",
                rf"(?:such(?:e|en sie)?|find(?:e|en sie)?|zeige?)(?: mir)?(?: alle)?(?: die)? {_DOCUMENTS} {_TOPIC_OF} (?P<what>.+)",
            ),
            "have": (
                r"(?:hast du|haben sie|haben wir|habt ihr|gibt es) (?:auch )?(?:ein |eine |einen |die |den |das |unsere |unser )?(?P<what>.+)",
            ),
            "where": (r"wo (?:ist|finde ich|steht|liegt|gibt es) (?P<what>.+)",),
            "when": (
                r"wann (?:wurde|wurden|ist|hat man) (?P<what>.+?) (?:das letzte mal |zum letzten mal |zuletzt |das erste mal |letztmals |neulich )?(?:geändert|aktualisiert|bearbeitet|hinzugefügt|hochgeladen|eingelesen|indexiert|importiert|aufgenommen|verändert)(?: worden)?",
                r"wann hast du (?P<what>.+?) (?:zuletzt )?(?:gelesen|eingelesen|bekommen|erhalten)",
                r"(?:wie alt|wie aktuell|von wann) (?:ist|sind) (?P<what>.+)",
                r"seit wann (?:gibt es|hast du|haben sie|haben wir) (?P<what>.+)",
            ),
            "pages": (
                r"wie ?viele seiten (?:hat|haben|umfasst|umfassen|enthält) (?P<what>.+)",
                r"(?:wie (?:hoch|groß) ist |was ist )?die (?:seitenzahl|anzahl der seiten) (?:von |der |des )?(?P<what>.+)",
                r"wie lang (?:ist|sind) (?:das dokument|die datei) (?P<what>.+)",
            ),
            "page": (
                r"was (?:steht|ist|findet man|sagt)(?: geschrieben| zu lesen)? auf (?:der )?# (?:von |in |im |aus |des |der |dem |vom )+(?P<what>.+)",
                r"was steht (?:in|im) (?P<what>.+?) auf (?:der )?#",
                r"was sagt (?P<what>.+?) auf (?:der )?#",
                r"(?:zeige?|lies|zitiere|gib|zeigen sie|lesen sie)(?: mir)?(?: bitte)?(?: die)? # (?:von |in |im |aus |des |der |dem |vom )+(?P<what>.+?)(?: vor| an)?",
                r"# (?:von |in |im |aus |des |der |dem |vom )+(?P<what>.+)",
                r"was (?:steht|ist)(?: geschrieben)? auf (?:der )?#",
                r"(?:zeige?|lies)(?: mir)?(?: bitte)?(?: die)? #(?: vor)?",
            ),
            "author": (
                r"wer (?:hat|ist) (?P<what>.+?) (?:geschrieben|verfasst|erstellt)",
                r"(?:wer ist|wie heißt|nenne?) (?:der|die|den)? ?(?:autor|autorin|verfasser|verfasserin) (?:von |der |des |vom )+(?P<what>.+)",
                r"von wem (?:ist|stammt|wurde) (?P<what>.+?)(?: (?:geschrieben|verfasst|erstellt))?",
            ),
            "tables": (
                r"wie ?viele tabellen (?:hat|haben|enthält|enthalten|stehen in|sind in) (?P<what>.+)",
            ),
            "sections": (
                r"wie ?viele (?:abschnitte|kapitel|überschriften|teile) (?:hat|haben|enthält|enthalten|stehen in|sind in) (?P<what>.+)",
            ),
            "mentions": (
                r"(?:erwähnt|nennt|behandelt) (?P<what>(?:der|die|das|[\w./-]+\.\w+) ?(?:[\w./-]+)?) (?P<topic>.+)",
                r"(?:sagt|steht|enthält) (?:in |im )?(?P<what>.+?) (?:etwas|was) (?:über|zu|zum|zur) (?P<topic>.+)",
                r"(?:wird|werden) (?P<topic>.+?) (?:in|im) (?P<what>.+?) (?:erwähnt|genannt|beschrieben|behandelt)",
            ),
            "headings": (
                r"(?:(?:liste|zeige?|nenne?|gib)(?: mir)?|was sind|welche sind) (?:alle )?(?:die )?(?:überschriften|abschnitte|kapitel) (?:von |in |im |aus |des |der |dem |vom )+(?P<what>.+?)(?: auf)?",
                r"welche (?:überschriften|abschnitte|kapitel) (?:hat|haben|enthält|enthalten) (?P<what>.+)",
            ),
            "contents": (
                r"worum geht(?: es|'s|s)? (?:eigentlich )?(?:in|im|bei) (?P<what>.+)",
                r"(?:wovon|worüber|von was) (?:handelt|handeln|spricht|berichtet) (?P<what>.+)",
                r"was (?:steht|ist|steht alles) (?:so )?(?:in|im) (?P<what>.+?)(?: drin)?",
                r"was (?:enthält|beinhaltet|behandelt|regelt|besagt|sagt) (?P<what>.+)",
                r"(?:erzähl(?:e|en sie)?|sag(?:e|en sie)?) mir (?:etwas )?(?:über|zu|zum|zur) (?P<what>.+)",
                r"(?:(?:was sind|nenne?|zeige?|gib mir) )?(?:mir )?(?:die )?(?:wichtigsten punkte|hauptpunkte|kernpunkte|themen|überschriften|gliederung|inhalt|inhaltsverzeichnis|inhalte|kernaussagen) (?:von |in |im |aus |des |der |dem |vom )+(?P<what>.+)",
                r"(?:gib mir )?(?:ein(?:en?)? |die )?(?:kurzen? |kurze )?(?:überblick|zusammenfassung|übersicht) (?:von |über |zu |zum |zur |des |der |dem |vom |den |das |die )+(?P<what>.+)",
            ),
            "spaces": (
                rf"(?:welche|wie ?viele) bereiche {_ARE_THERE}{_IN_ALL}",
                r"(?:liste|zeige?|nenne?)(?: mir)?(?: alle)?(?: die)? bereiche(?: auf)?",
                r"welche bereiche (?:darf|kann) ich (?:lesen|durchsuchen|sehen|befragen)",
            ),
            "space": (r"in welchem bereich (?:ist|liegt|steht|befindet sich) (?P<what>.+)",),
            "types": (
                rf"welche (?:dateitypen|dateiformate|formate|dokumenttypen|dateiarten) (?:{_ARE_THERE}{_IN_ALL}|haben (?:die|deine) {_DOCUMENTS})",
                rf"welche (?:arten|typen|sorten) von {_DOCUMENTS} {_ARE_THERE}{_IN_ALL}",
            ),
            "newest": (
                rf"(?:(?:welche[sr]?|was) ist |zeige? (?:mir )?|nenne? )?(?:das |die |der )?(?:neueste|neuste|aktuellste|jüngste|zuletzt (?:hinzugefügte|geänderte|hochgeladene|eingelesene))s?n? (?:{_DOCUMENTS}|dokument|datei)",
                rf"welche[sr]? (?:{_DOCUMENTS}|dokument|datei) (?:ist (?:am neuesten|das neueste|die neueste|die jüngste)|(?:wurde|wurden|ist|sind) (?:zuletzt|als letztes|neulich|kürzlich) (?:hinzugefügt|geändert|hochgeladen|aktualisiert|eingelesen)(?: worden)?)",
                r"was (?:wurde|ist) (?:zuletzt|als letztes|neulich|kürzlich|neu) (?:hinzugefügt|hinzugekommen|geändert|hochgeladen|eingelesen)(?: worden)?",
                rf"welche neuen {_DOCUMENTS} {_ARE_THERE}{_IN_ALL}",
            ),
            "oldest": (
                rf"(?:(?:welche[sr]?|was) ist |zeige? (?:mir )?|nenne? )?(?:das |die |der )?älteste (?:{_DOCUMENTS}|dokument|datei)",
                rf"welche[sr]? (?:{_DOCUMENTS}|dokument|datei) (?:ist (?:am ältesten|das älteste|die älteste)|wurde (?:zuerst|als erstes) (?:hinzugefügt|eingelesen))",
            ),
        },
        pages=("seite", "seiten", r"s\."),
        about=("über", "zu", "zum", "zur", "bezüglich", "betreffend"),
        within=("im", "in"),
        spaces=("bereich", "ordner"),
        before_names=(
            "der",
            "die",
            "das",
            "des",
            "dem",
            "den",
            "dieses",
            "diesem",
            "dieser",
            "diese",
            "unser",
            "unsere",
            "unserem",
            "unserer",
            "unseres",
            "ihr",
            "ihre",
            "ihrem",
            "ihrer",
            "ein",
            "eine",
            "einem",
            "einer",
            "dokument",
            "dokuments",
            "datei",
            "text",
        ),
        behind_names=("dokument", "datei", "seite", "artikel", "dokumentation"),
        pointing=(
            "es",
            "ihm",
            "ihr",
            "(?:dies|das|dieses|diesem|diese|dieser|dem|der|die|des|demselben|derselben) (?:dokuments?|datei|text|seite|artikel)",
            "das",
            "dies",
            "darin",
            "davon",
        ),
        those={
            "welche(?:s|r)? (?:davon|von (?:ihnen|diesen|denen))": "welche Dokumente",
            "wie ?viele (?:davon|von (?:ihnen|diesen|denen))": "wie viele Dokumente",
        },
        file_types={
            "pdf": split("pdf pdfs pdf-datei pdf-dateien"),
            "docx": split("word word-datei word-dateien"),
            "xlsx": split(
                "excel excel-datei excel-dateien excel-tabelle excel-tabellen tabelle tabellen arbeitsmappe arbeitsmappen"
            ),
            "pptx": split("powerpoint präsentation präsentationen folien"),
            "html": split("html webseite webseiten"),
            "md": split("markdown"),
            "csv": split("csv csv-datei csv-dateien"),
            "txt": split("text textdatei textdateien"),
            "eml": split("email emails e-mail e-mails mail mail mails"),
            "png": split("bild bilder scan scans"),
        },
        replies={
            "count": "Es gibt {count} Dokumente{where}.",
            "count_one": "Es gibt ein Dokument{where}.",
            "none": "Es gibt keine Dokumente{where}.",
            "list": "Es gibt {count} Dokumente{where}:",
            "list_one": "Es gibt ein Dokument{where}:",
            "by_space": "Nach Bereichen:",
            "in_space": "im Bereich {space}",
            "in_scope": "unter denen, die diese Frage durchsuchen darf",
            "of_kind": "von der Art {kind}",
            "own_space": "Ihre eigenen Dokumente",
            "more": "… und {count} weitere. Wählen Sie einen Bereich oder nennen Sie ein Thema, um eine kürzere Liste zu sehen.",
            "pages": "{name} hat {pages} Seiten.",
            "pages_one": "{name} hat eine Seite.",
            "no_pages": "{name} hat keine Seiten: Dateien dieser Art sind nicht in Seiten geteilt.",
            "when": "{name} wurde zuletzt am {date} um {time} UTC eingelesen. Aus dieser Fassung antworte ich; das Datum der Datei selbst wird nicht aufbewahrt.",
            "have": "Ja:",
            "where": "Es ist hier unter den Dokumenten:",
            "topic": "Diese Dokumente haben „{what}“ im Namen, im Titel oder im Text:",
            "topic_one": "Dieses Dokument hat „{what}“ im Namen, im Titel oder im Text:",
            "topic_none": "Kein Dokument{where} hat „{what}“ im Namen oder Titel, und keine Stelle nennt es.",
            "nearest": "Am nächsten kommen Stellen in:",
            "named": "im Namen oder Titel",
            "which": "Mehrere Dokumente passen zu „{what}“. Welches meinen Sie?",
            "page": "Seite {page} von {name}:",
            "page_empty": "Seite {page} von {name} enthält keinen lesbaren Text.",
            "page_beyond": "{name} hat {pages} Seiten, also gibt es keine Seite {page}.",
            "no_such_page": "{name} ist nicht in Seiten geteilt. So fängt es an:",
            "cut": "… {name} hat auf dieser Seite noch mehr; öffnen Sie es, um weiterzulesen.",
            "contents": "{name}{title}:",
            "title": "trägt den Titel „{title}“",
            "headings": "Es hat diese Teile:",
            "headings_of": "{name} hat diese Überschriften:",
            "no_headings": "{name} hat keine lesbaren Überschriften.",
            "more_parts": "… und {count} weitere Teile.",
            "author": "{name} nennt als Verfasser {author}.",
            "no_author": "{name} nennt keinen Verfasser.",
            "tables": "In {name} wurden {count} Tabellen gelesen:",
            "tables_one": "In {name} wurde eine Tabelle gelesen:",
            "sections": "{name} hat {count} Überschriften:",
            "sections_one": "{name} hat eine Überschrift:",
            "mentions": "Ja, {name} nennt „{what}“:",
            "mentions_none": "Keine Stelle in {name} nennt „{what}“ in diesen Worten.",
            "mentions_more": "… und {count} weitere Sätze.",
            "source": "Meine letzte Antwort stammt aus:",
            "no_source": "Meine letzte Antwort stammt aus keinem Dokument.",
            "at_page": "{name}, Seite {page}",
            "says": "Unter anderem steht darin:",
            "empty": "{name} enthält keinen lesbaren Text.",
            "spaces": "Es gibt {count} Bereiche:",
            "spaces_one": "Es gibt einen Bereich:",
            "space": "{name} ist im Bereich {space}.",
            "space_row": "{space}: {count} Dokumente",
            "space_row_one": "{space}: ein Dokument",
            "types": "Es gibt Dokumente dieser Arten:",
            "type_row": "{kind}: {count}",
            "newest": "Zuletzt eingelesen:",
            "oldest": "Zuerst eingelesen und seitdem unverändert:",
            "row_date": "{name}, {date}",
            "in": "{name}, im Bereich {space}",
            "warning": "nicht ganz gelesen",
        },
    ),
    conversation=ConversationWords(
        fragments=(
            r"und (?:was ist|wie ist es|wie ist das|wie sieht es|wie steht es) (?:mit|bei)",
            r"was ist mit",
            r"wie ist es (?:mit|bei)",
            r"wie sieht es (?:mit|bei) ?",
            r"wie steht es mit",
            r"(?:(?:nein|nee|sorry|entschuldigung)[,.]? )*ich (?:meinte|meine|meinte eigentlich)",
            r"und wenn",
            r"und auch",
            r"und",
            r"oder",
            r"auch",
            r"aber",
            r"sowie",
            r"was wäre mit",
        ),
        same_for=(
            r"(?:und )?(?:gilt|geht|trifft|zählt|ist) (?:das|dies|es|dasselbe|das gleiche)(?: (?:auch|ebenso|dann|genauso|zu|so|denn))*",
            r"(?:und )?(?:wie ist|wie war|wie sieht) (?:das|es)(?: (?:auch|genauso|ebenso|dann|denn|aus))*",
        ),
        articles=split(
            """der die das des dem den ein eine einen einem einer eines jede jeder jedes jedem alle allen kein keine keinen dieser diese dieses"""
        ),
        asking=split(
            """wer wen wem wessen was welche welcher welches welchen welchem wann wo woher wohin wie viel viele vielen wieviel wieviele warum wieso weshalb womit wofür lange oft hoch weit"""
        ),
        placing=split("in im bei am an nach aus"),
        no_persons=("es",),
        prepositions=split(
            """in im ins an am auf aus bei beim mit nach seit von vom zu zum zur für gegen ohne um durch
            über unter vor hinter während wegen ab bis laut zwischen je pro"""
        ),
        copulas=split(
            "ist sind war waren kostet kosten beträgt betragen heißt heißen lautet lauten"
        ),
        holders=split(
            """hat haben hatte hatten habe kann können darf dürfen muss müssen soll sollen wird werden
            bekommt bekommen bekomme erhält erhalten erhalte verdient verdienen braucht brauchen brauche
            benötigt benötigen macht machen tut tun leitet leiten gilt gelten gibt geben"""
        ),
        verbs=(),
        participles=(),
        plurals=("s", "n"),
        subjects=split("ich du wir man mein meine unser unsere mir uns"),
        persons=split("er ihn ihm"),
        things=split("es sie ihnen"),
        several=("ihnen",),
        owners=split("ihr ihre ihren ihrem ihrer ihres sein seine seinen seinem seiner seines"),
        places=split("dort dorthin da"),
        times=split("damals dann"),
        asides=split(
            "auch denn dann jetzt bitte genau eigentlich stattdessen sonst noch dagegen hingegen ebenfalls nochmal"
        ),
        ordinals={
            1: split("erste ersten erster erstes"),
            2: split("zweite zweiten zweiter zweites"),
            3: split("dritte dritten dritter drittes"),
            4: split("vierte vierten vierter viertes"),
            5: split("fünfte fünften fünfter fünftes"),
            6: split("sechste sechsten sechster sechstes"),
            -1: split("letzte letzten letzter letztes"),
        },
        ones=split("davon option punkt eintrag"),
        bounds=(
            "weniger als",
            "mehr als",
            "länger als",
            "kürzer als",
            "später als",
            "früher als",
            "mindestens",
            "höchstens",
            "bis zu",
            "über",
            "unter",
            "nach",
            "vor",
            "innerhalb von",
        ),
        corrections=(
            r"(?:(?:nein|nee|sorry|entschuldigung)[,.]? )*ich (?:meinte|meine|meinte eigentlich)",
        ),
        denied=("nicht",),
        gerunds=(),
        subordinating=split("während wenn falls weil obwohl sobald solange bis dass ob"),
        no_pointers=(
            r"(?:gibt|ist|sind|war|wird|geht|dauert|kostet) es",
            r"es (?:gibt|ist|geht|dauert)",
            r"(?:bin|ist|sind|war|waren|seid) da\b(?=\s\w)",
            r"(?:habt|könnt|seid|dürft|müsst|sollt|wollt|werdet) ihr",
        ),
        pointers=(
            r"(?:ist|gilt|geht|kostet|dauert|wird|kann|muss|darf|soll|heißt|bedeutet|war|wie|und|für|über|von|mit|nach|vor|zu) (?:das|dies)(?= (?:auch|noch|so|für|in|bei|dann|möglich|erlaubt|nötig|richtig|gelten|kosten|genau)\b|\W*$)",
            r"diese[rsmn]? (?!jahr|monat|woche|quartal|morgen|nachmittag|abend|wochenende|zeit|firma|unternehmen|büro|standort|haus)\w+",
            r"(?:davon|dazu|dafür|daran|damit|daraus|darüber|darin|dabei|dagegen|hierfür|hierzu)",
            r"(?:der|die|das) (?:erstere|letztere|andere|vorige|vorherige|erste|zweite)[nrs]?(?=\W*$)",
        ),
        titles=split("dr prof herr frau herrn professor professorin doktor ing dipl"),
        firms=split("gmbh ag kg ohg ltd inc ev se co abteilung"),
        owning="{name}s",
        at_place="in {name}",
        in_time="im Jahr {name}",
        endings=("", "s", "es", "e", "en", "n", "er", "ern", "in", "innen", "em", "st", "t"),
        nouns_have_capitals=True,
    ),
    outcomes=OutcomeWords(
        not_found="Die Dokumente enthalten keine Antwort auf diese Frage.",
        not_found_limited="Die durchsuchten Dokumente ({where}) enthalten keine Antwort auf diese Frage.",
        not_said_of="Die Dokumente sagen das nicht über {what}.",
        partly="Diesen Teil beantworten die Dokumente nicht: {missing}",
        nearby="Kein Satz der Dokumente beantwortet das sicher. Diese Stellen kommen am nächsten:",
        nearby_part="Am nächsten an dem Teil, der nicht beantwortet ist, nicht bestätigt:",
        yes="Ja",
        no="Nein",
        nothing="nicht in den Dokumenten",
        no_draft="Das sagen die Dokumente dazu:",
        day_first="{written} wurde als {date} gelesen: der Tag zuerst.",
        all_documents="Andere Dokumente wurden nicht durchsucht. In allen Dokumenten fragen?",
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
        values=split("wert werte betrag beträge summe"),
        unit_columns=split("einheit einheiten"),
        scales=split_all({"thousand": "tsd", "million": "mill"}),
        of_units=(),
        stating=split(
            "beträge betragsangaben angaben zahlen werte ausgewiesen angegeben dargestellt"
        ),
        unscaled=split("je pro quote marge anzahl satz prozent anhang anhangsangabe anm"),
        counted=split(
            "mitarbeiter mitarbeitende beschäftigte belegschaft kunden aktien tage stunden unfälle menge"
        ),
        amounts=split(
            """umsatz umsätze umsatzerlöse erlöse ertrag erträge gewinn verlust ergebnis aufwand
            aufwendungen kosten vermögenswerte vermögen schulden verbindlichkeiten eigenkapital
            kasse zahlungsmittel steuern steueraufwand investitionen zinsen abschreibungen
            forderungen vorräte rückstellungen vergütung gehalt rücklagen dividende"""
        ),
        per=("pro", "je", "jeweils pro"),
        approximately=("ca.", "ca", "circa", "etwa", "rund", "ungefähr"),
        totals=("gesamt", "summe", "insgesamt", "zwischensumme", "gesamtsumme"),
        rests=("alle anderen", "alle übrigen", "andere", "sonstige", "übrige", "rest", "weitere"),
        plurals=("e", "n", "en", "er", "s", "nen"),
        generic=split(
            """name namen bezeichnung titel nummer nr id kennung posten position artikelnummer
            eintrag code bestellnummer bestellcode teilenummer artikel teil modell"""
        ),
        naming=split("name namen titel bezeichnung artikel produkt"),
        free=split(
            """muss müssen soll sollen darf dürfen der die das den dem des ein eine einen einem einer eines ist sind war waren wird werden
            wurde wurden hat haben hatte gibt es wir uns unser unsere unserer unseren unserem sie ich
            mir mein dein ihr ihre im in am an auf aus bei beim zu zum zur von vom für mit und oder
            was welche welcher welches welchen welchem wer wen wem bitte kannst können mir zeige
            zeig nenne nenn liste alle allen aller alles jede jeder jedes auf hier derzeit aktuell
            genau wert werte zeile zeilen spalte spalten eintrag einträge
               stammt stammen kommt kommen befindet befinden sich liegt
            liegen steht stehen gehört gehören stellt finden findet statt enthält aufgeführt
            beträgt betragen braucht benötigt wie hoch groß viel viele wann wo je pro insgesamt
            ihren seine sein seiner denn eigentlich dabei davon hinweg über er"""
        ),
        relating=split(
            "bietet bieten verkauft verkaufen nutzt nutzen führt führen entfällt entfallen entfiel "
            "macht ausmacht erwirtschaftet erwirtschaften erzielt erzielte beigetragen "
            "mitbringen einreichen vorlegen brauche brauchen benötige benötigen"
        ),
        yes_no=split(
            "ist sind war waren hat haben hatte hatten kann können wird werden darf muss soll gibt"
        ),
        before_sources=("in", "im", "laut", "aus", "auf", "nach", "gemäß", "von", "der", "des"),
        quantifiers=("alle", "alles", "jede", "jeder", "jedes", "sämtliche", "beide"),
        sources=split(
            """tabelle tabellen liste blatt datei dokument dokumente übersicht bericht seite laut
            gemäß aufstellung"""
        ),
        following=split(
            "folgende folgenden folgender folgendes nachfolgende nachfolgenden nachstehende"
        ),
        leads=split("sind ist waren umfasst umfassen beinhaltet enthält lauten sein"),
        conjunctions=("und", "oder", "sowie", "als", "bzw"),
        excepting=split("außer ausgenommen ausser"),
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
        percents=(
            "prozent",
            "prozentual",
            "in prozent",
            "wie viel prozent",
            "wieviel prozent",
            "um wie viel prozent",
            "um wieviel prozent",
            "welcher anteil",
            "welchen anteil",
            "anteil",
        ),
        before_years=split("jahr jahre jahres jahren geschäftsjahr kalenderjahr wirtschaftsjahr"),
        priors=(
            "vorjahr",
            "im vorjahr",
            "gegenüber dem vorjahr",
            "im vergleich zum vorjahr",
            "jahr davor",
            "jahr zuvor",
        ),
        groupings=("je", "pro", "nach", "für jede", "für jeden", "für jedes"),
        changes=(
            "wuchs",
            "stieg",
            "sank",
            "fiel",
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
        lists=(
            "liste",
            "nenne",
            "nenn",
            "zeige",
            "zeig",
            "aufzählen",
            "zähle",
            "alle",
            "vergleiche",
            "vergleich",
        ),
        existence=("gibt es", "gab es", "haben wir", "sind aufgeführt", "stehen in", "existieren"),
        which=("welche", "welcher", "welches", "welchen", "was"),
        tops=("top", "die top"),
        quantities=split("meiste meisten wenigste wenigsten"),
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
                "cost": "preis preise kosten gebühr gebühren tarif miete satz entgelt",
                "time": "zeit dauer lieferzeit lieferdauer laufzeit bearbeitungszeit länge",
                "date": "datum jahr seit beginn start eröffnet gegründet geboren baujahr termin",
                "place": "ort stadt land standort region adresse raum sitz niederlassung",
                "people": "mitarbeiter mitarbeitende beschäftigte belegschaft personen menschen leute",
                "count": "anzahl zahl menge stück",
                "person": "person ansprechpartner kontakt leiter leitung leiterin verantwortlich "
                "inhaber dozent dozentin mitarbeiter direktor mitglied autor",
                "weight": "gewicht masse",
                "height": "höhe",
                "age": "alter",
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
                "cost": "kostet kosten teuer billig günstig",
                "time": "dauert dauern lange schnell zeit",
                "date": "stattfinden datum",
                "person": "verantwortlich zuständig",
                "people": "arbeiten arbeitet arbeiteten beschäftigt tätig",
                "weight": "wiegt wiegen schwer",
                "height": "hoch",
            }
        ),
        exactly=("nur", "genau", "lediglich", "exakt"),
        ones=("ein", "eine", "einen", "einem", "einer"),
        bounds={
            ">": ("mehr als", "über", "oberhalb von", "nach"),
            ">=": ("mindestens", "ab", "wenigstens", "seit"),
            "<": ("weniger als", "unter", "unterhalb von", "vor"),
            "<=": ("höchstens", "maximal", "bis zu", "bis", "nicht mehr als", "innerhalb von"),
        },
        bounds_behind={
            ">=": ("oder mehr", "oder länger", "oder später", "oder darüber", "und mehr"),
            "<=": ("oder weniger", "oder kürzer", "oder früher", "oder darunter", "und weniger"),
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
            split("preis kosten kostet gebühr"),
            split("lieferant zulieferer lieferanten"),
            split("mitarbeiter beschäftigte mitarbeitende belegschaft"),
            # The same in English: many companies keep tables in it and ask in German.
            split("lieferant supplier vendor"),
            split("preis price cost kosten kostet"),
            split("land länder country"),
            split("ort stadt town city place"),
            split("standort site location"),
            split("produkt produkte product"),
            split("artikel item article"),
            split("teil teile part"),
            split("ersatzteil ersatzteile spare"),
            split("nummer number no"),
            split("kunde kunden customer client"),
            split("vertrag verträge contract"),
            split("abteilung department"),
            split("mitarbeiter employee staff"),
            split("gehalt gehälter lohn salary pay"),
            split("urlaub leave vacation"),
            split("frist kündigungsfrist notice"),
            split("lieferzeit lieferung delivery lead"),
            split("umsatz revenue turnover"),
            split("gewinn profit"),
            split("verlust loss"),
            split("datum date"),
            split("beginn start begin"),
            split("ende end until"),
            split("dauer duration length"),
            split("menge quantity amount"),
            split("anzahl number count"),
            split("gewicht weight"),
            split("höhe height"),
            split("breite width"),
            split("länge length"),
            split("größe size"),
            split("leistung power output"),
            split("spannung voltage"),
            split("temperatur temperature"),
            split("fühler sensor sensoren"),
            split("druck pressure"),
            split("messbereich bereich range"),
            split("anschluss connection"),
            split("bezeichnung name designation description"),
            split("fehler error fault"),
            split("meldung message"),
            split("ursache cause"),
            split("abhilfe remedy"),
            split("bedeutung bedeutet meaning means"),
            split("klasse class"),
            split("linie line"),
            split("gruppe group"),
            split("code kennzahl"),
            split("stufe grade level"),
            split("sitzplätze plätze sitze seats"),
            split("zimmer raum room"),
            split("hotel hotels"),
            split("tagegeld pauschale allowance"),
            split("verpflegung mahlzeit meal"),
            split("grenze obergrenze höchstbetrag limit"),
            split("ansprechpartner kontakt contact"),
            split("zahlungsziel zahlungsfrist payment"),
            split("bestellnummer order"),
            split("firma unternehmen company"),
            split("fahrzeug vehicle car"),
            split("kurs schulung course training"),
            split("gebühr fee charge"),
            split("gültig valid"),
            split("zulassung approval"),
            split("direktor director"),
            split("vorstand board"),
            split("telefon telefonnummer"),
            split("ende enden ablauf läuft bis endet"),
            split("beginn start beginnt beginnen startet"),
            split("umsatz erlös umsätze"),
            split("lieferzeit lieferung liefert liefern lieferdauer"),
        ),
        equivalents=(
            split("germany deutschland"),
            split("austria österreich"),
            split("switzerland schweiz"),
            split("france frankreich"),
            split("italy italien"),
            split("spain spanien"),
            split("belgium belgien"),
            split("netherlands niederlande holland"),
            split("denmark dänemark"),
            split("norway norwegen"),
            split("sweden schweden"),
            split("finland finnland"),
            split("ireland irland"),
            split("iceland island"),
            split("poland polen"),
            split("hungary ungarn"),
            split("romania rumänien"),
            split("bulgaria bulgarien"),
            split("greece griechenland"),
            split("turkey türkei"),
            split("croatia kroatien"),
            split("slovenia slowenien"),
            split("slovakia slowakei"),
            split("czechia tschechien"),
            split("estonia estland"),
            split("latvia lettland"),
            split("lithuania litauen"),
            split("luxembourg luxemburg"),
            split("russia russland"),
            split("scotland schottland"),
            split("brazil brasilien"),
            split("mexico mexiko"),
            split("canada kanada"),
            split("india indien"),
            split("australia australien"),
            split("egypt ägypten"),
            split("morocco marokko"),
            split("europe europa"),
            split("asia asien"),
            split("africa afrika"),
            split("america amerika"),
            split("vienna wien"),
            split("munich münchen"),
            split("cologne köln"),
            split("nuremberg nürnberg"),
            split("hanover hannover"),
            split("zurich zürich"),
            split("geneva genf"),
            split("brussels brüssel"),
            split("milan mailand"),
            split("rome rom"),
            split("venice venedig"),
            split("florence florenz"),
            split("naples neapel"),
            split("prague prag"),
            split("warsaw warschau"),
            split("copenhagen kopenhagen"),
            split("lisbon lissabon"),
            split("athens athen"),
            split("moscow moskau"),
            split("antwerp antwerpen"),
            split("ghent gent"),
            split("bruges brügge"),
            split("liège lüttich"),
            split("strasbourg straßburg"),
            split("revenue umsatz umsatzerlöse"),
            split("profit gewinn ergebnis"),
            split("tax steuern ertragsteuern"),
            split("before vor"),
            split("employees mitarbeiter beschäftigte"),
            split("costs kosten"),
            split("staff personal"),
            split("assets vermögenswerte"),
            split("liabilities verbindlichkeiten"),
            split("equity eigenkapital"),
            split("debt schulden"),
            split("inventories vorräte"),
            split("goodwill firmenwert"),
            split("depreciation abschreibungen"),
            split("borrowings darlehen"),
            split("dividend dividende"),
            split("energy energie"),
            split("water wasser"),
            split("emissions emissionen"),
            split("accidents unfälle"),
        ),
        sentences=TableSentences(
            count="{source} führt {count} {entity} auf.",
            count_within="{source}, {entity}, auf die das zutrifft: {count} ({rows}).",
            found="{count} gefunden in {source}: {rows}.",
            listed="{count} aufgeführt in {source}:",
            lowest="Der niedrigste Wert von „{column}“ in {source} ist {value}: {rows}.",
            highest="Der höchste Wert von „{column}“ in {source} ist {value}: {rows}.",
            ranked_low="Die {count} niedrigsten Werte von „{column}“ in {source}: {rows}.",
            ranked_high="Die {count} höchsten Werte von „{column}“ in {source}: {rows}.",
            sum="Die Summe von „{column}“ über {count} Zeilen in {source} ist {value}.",
            average="Der Durchschnitt von „{column}“ über {count} Zeilen in {source} ist {value}.",
            difference="„{column}“ in {source}: {first} und {second}; der Unterschied ist {value}.",
            change="{rows} in {source}: von {first} auf {second}; der Unterschied ist {value}.",
            growth="{rows} in {source}: von {first} auf {second}, eine Veränderung um {value}.",
            share="{rows} in {source}: {first} von {second} in „{column}“, das sind {value}.",
            grouped="Summen von „{column}“ in {source}: {rows}.",
            grouped_average="Durchschnitte von „{column}“ in {source}: {rows}.",
            counted="Zeilen in {source}: {rows}.",
            cell="„{column}“ von {rows} in {source}: {value}.",
            cells="„{column}“ in {source}: {rows}.",
            missing="{count} Zeilen haben keinen Wert in „{column}“.",
            totals="Zeilen mit Summen wurden nicht mitgezählt.",
            rests="Nicht mitgezählt: {rows}.",
            unread="{count} Zellen in „{column}“ enthalten keine einzelne vergleichbare Zahl.",
            lines="{count} Zeilen, die nur einen Text enthalten, wurden nicht mitgezählt.",
            rounded="gerundet",
            points="Prozentpunkte",
            scales={"thousand": "Tsd.", "million": "Mio.", "billion": "Mrd."},
            row="Zeile {number}",
            how="{how} (Zeilen {rows}; Spalte {column})",
            and_="und",
            source="„{table}“ in {document}",
        ),
    ),
    definitions=DefinitionWords(
        asked=(
            r"(?:und )?was (?:ist|sind|war) (?P<term>(?!der unterschied)[^?]{2,60}?)",
            r"(?:und )?was (?:bedeutet|bedeuten|heißt|heißen|macht|meint) (?P<term>[^?]{2,60}?)",
            r"(?:bitte )?(?:definiere|erkläre|erklär|beschreibe)(?: mir)? (?P<term>[^?]{2,60}?)",
            r"was versteht man unter (?P<term>[^?]{2,60}?)",
            r"wofür steht (?P<term>[^?]{2,60}?)",
        ),
        saying=(
            r"(?:\(\w{1,12}\) )?(?:ist|sind|war|waren|bedeutet|bedeuten|heißt|heißen|bezeichnet|bezeichnen|meint|steht für)",
            r"(?:ermöglicht|erlaubt|beschreibt|dient|dienen|enthält|regelt|legt|bildet|bilden)",
            r"(?:=|–|—|:)",
        ),
    ),
    kinds=KindWords(
        kinds=split_all(
            {
                "policy": "richtlinie richtlinien leitlinie ordnung dienstanweisung vorschrift"
                " betriebsvereinbarung",
                "contract": "vertrag vereinbarung mietvertrag nachtrag",
                "invoice": "rechnung",
                "letter": "brief schreiben anschreiben",
                "manual": "handbuch anleitung leitfaden",
                "report": "bericht protokoll",
            }
        ),
        compounds=True,
        salutations=(r"sehr\s+geehrte", r"liebe[r]?\s+\w"),
        valid_from=(
            r"(?:gültig|wirksam|in\s+kraft|gilt|beginnt)(?:\s+(?:ab|seit|vom|von|am))(?:\s+dem)?",
            r"tritt\s+am",
            r"(?:vertragsbeginn|inkrafttreten|beginn)",
        ),
        valid_until=(
            r"(?:gültig|wirksam|in\s+kraft|gilt)\s+bis(?:\s+zum)?",
            r"(?:endet|erlischt|läuft)\s+(?:am|zum)",
            r"(?:vertragsende|ablaufdatum)",
        ),
        automatic_descriptions=(
            r"automatisch\s+generiert",
            r"ki-generierte\s+inhalte\s+können\s+fehlerhaft\s+sein",
        ),
        captions=(r"abb(?:ildung|\.)?", "diagramm", "grafik", "schaubild", "bild"),
    ),
    meant_documents=MeantDocumentWords(
        spoken=split_all(
            {
                "email": "e-mail email mail",
                "slides": "präsentation folien foliensatz",
                "table": "arbeitsmappe exceltabelle",
            }
        ),
        endings=("es", "s"),
        times=(
            r"(?:vom|von|aus|für|zum|zu)(?:\s+(?:dem|das))?(?:\s+(?:geschäfts)?jahr)?",
            r"des\s+(?:geschäfts)?jahres",
        ),
        people=(r"(?:von|vom)(?:\s+(?:der|dem))?",),
        parties=(r"mit(?:\s+(?:der|dem|den))?", r"zwischen"),
        things=(r"(?:der|des|zur|zum|über|von)(?:\s+(?:die|das|den|der|dem))?",),
        languages=split_all(
            {
                "de": "deutsche deutschen deutscher deutsches deutschem",
                "en": "englische englischen englischer englisches englischem",
                "fr": "französische französischen französischer französisches französischem",
                "it": "italienische italienischen italienischer italienisches italienischem",
                "es": "spanische spanischen spanischer spanisches spanischem",
                "nl": "niederländische niederländischen niederländischer niederländischem",
            }
        ),
        no_attributes=split(
            """der die das den dem des ein eine einen einem einer eines unser unsere unserem unserer
            diese dieser dieses diesem im in vom von und oder laut"""
        ),
    ),
    support=SupportWords(
        stemmer="german",
        verb_prefixes=("ge",),
        verb_particles=split(
            "ab an auf aus bei bereit dar ein fest her hin mit nach nieder statt teil um vor weg weiter zu zurueck zuruck zusammen"
        ),
        verb_endings=split("tet test ten te et en st t e n"),
        before_nouns=split(
            """im am zum zur beim vom ins ans aufs mein meine meinen meinem meiner jede jeder jedes jedem
            jeden kein keine keinen keinem viele vielen einige mehrere alle allen ohne pro je"""
        ),
        capital_nouns=True,
        inflections=tuple(
            split(forms)
            for forms in (
                "beginnen begann begonnen",
                "bekommen bekam",
                "betragen beträgt betrug",
                "bieten bot geboten",
                "bleiben blieb geblieben",
                "brechen bricht brach gebrochen",
                "brennen brannte gebrannt",
                "bringen brachte gebracht",
                "enthalten enthält enthielt",
                "entscheiden entschied entschieden",
                "erhalten erhält erhielt",
                "erwerben erwirbt erwarb erworben",
                "essen isst aß gegessen",
                "fahren fährt fuhr gefahren",
                "fallen fällt fiel gefallen",
                "finden fand gefunden",
                "geben gibt gab gegeben",
                "gehen ging gegangen",
                "gelten gilt galt gegolten",
                "halten hält hielt gehalten",
                "heißen hieß geheißen",
                "helfen hilft half geholfen",
                "kommen kam gekommen",
                "lassen lässt ließ gelassen",
                "laufen läuft lief gelaufen",
                "lesen liest las gelesen",
                "liegen lag gelegen",
                "nehmen nimmt nahm genommen",
                "nennen nannte genannt",
                "schließen schloss geschlossen",
                "schreiben schrieb geschrieben",
                "sehen sieht sah gesehen",
                "sinken sank gesunken",
                "sprechen spricht sprach gesprochen",
                "stehen stand gestanden",
                "stehlen stiehlt stahl gestohlen",
                "steigen stieg gestiegen",
                "tragen trägt trug getragen",
                "treffen trifft traf getroffen",
                "verlieren verlor verloren",
                "versprechen verspricht versprach versprochen",
                "wachsen wächst wuchs gewachsen",
                "werfen wirft warf geworfen",
                "ziehen zog gezogen",
            )
        ),
        equivalents=tuple(
            split(group)
            for group in (
                "haben hat hatte erhalten bekommen anspruch zustehen zusteht",
                "kosten kostet preis gebühr entgelt",
                "zahlen bezahlen zahlung bezahlung",
                "dauern dauer laufen laufzeit",
                "beginnen beginn anfangen anfang starten start",
                "enden ende ablaufen verfallen",
                "öffnen eröffnen eröffnung",
                "schließen schließung",
                "leiten leiter leiterin leitung",
                "kaufen kauf erwerben erwerb",
                "verkaufen verkauf",
                "brauchen benötigen =nötig =erforderlich =notwendig muss müssen",
                "=erlaubt =gestattet =zulässig darf dürfen kann können",
                "erlauben gestatten",
                "verboten untersagt unzulässig",
                "mitarbeiter mitarbeiterin mitarbeitende mitarbeitenden mitarbeitern beschäftigte beschäftigten angestellte angestellten arbeitnehmer arbeitnehmern",
                "firma unternehmen gesellschaft betrieb gmbh ag wir uns unser unsere",
                "jahr jährlich",
                "monat monatlich",
                "woche wöchentlich",
                "tag täglich",
                "genehmigen genehmigung",
                "ändern änderung",
                "prüfen prüfung",
                "steigen anstieg wachsen wachstum zunehmen",
                "sinken rückgang abnehmen",
                "liefern lieferung",
                "gelten gültig geltung",
                "bestellen bestellung",
                "kündigen kündigung",
                "wählen wahl",
                "aufbewahren aufbewahrung",
                "maximal höchstens maximum",
                "mindestens minimum wenigstens",
                "gesamt insgesamt summe",
                "auto fahrzeug pkw",
                "telefon telefonnummer rufnummer",
                "email mail",
            )
        ),
        money=split("kosten kostet preis gebühr entgelt"),
        time=split("dauern dauert dauer laufen läuft"),
        light=split(
            """befinden befindet befinden beträgt betragen betrug laut gemäß dokument dokumente genannt
            heißt lautet liegt außerdem derzeit demnach ferner nämlich somit daher
            jeweils sowie zudem zusätzlich hingegen dagegen jedoch allerdings"""
        ),
        counting=split("anzahl zahl höhe"),
        auxiliaries=split(
            """bin bist ist sind war waren wird werden wurde wurden worden hat haben hatte hatten
            kann können konnte muss müssen musste darf dürfen durfte soll sollen sollte mag möchte"""
        ),
        articles=split(
            """der die das den dem des ein eine einen einem einer eines dieser diese dieses diesen
            diesem unser unsere ihr ihre sein seine"""
        ),
        joints=split("und oder sowie"),
        contrasts=split("während wohingegen aber sondern"),
        conditions=split(
            "obwohl wenn falls sofern weil dass bevor nachdem sobald solange damit die der das"
        ),
        agents=("von", "durch"),
        roles=split(
            """in im am an ans auf aus bei beim von vom zu zum zur für mit ohne durch gegen um nach vor
            über unter seit bis neben hinter laut wegen per pro als"""
        ),
        between=("zwischen",),
        in_order=("beziehungsweise", "bzw", "jeweils"),
        anaphors=split(
            """er sie es ihr ihre ihm ihn diese dieser dieses diesem dies dort darin dabei dafür damit
            dazu davon beide auch dann solche wir unser unsere"""
        ),
        opposites=tuple(
            (split(one), split(other))
            for one, other in (
                ("vor bis", "nach seit ab"),
                ("über oberhalb", "unter unterhalb"),
                ("mehr", "weniger"),
                ("mit", "ohne"),
                ("ein", "aus"),
            )
        ),
        antonyms=tuple(
            (split(one), split(other))
            for one, other in (
                ("öffnen eröffnen eröffnung", "schließen schließung"),
                ("kaufen erwerben kauf", "verkaufen verkauf"),
                ("beginnen starten anfangen", "enden beenden aufhören"),
                ("einstellen ernennen", "entlassen kündigen"),
                ("steigen wachsen zunehmen", "sinken fallen abnehmen"),
                ("gewinnen", "verlieren"),
                ("bauen errichten", "abreißen zerstören abbrennen"),
                ("erlauben gestatten", "verbieten untersagen"),
                ("annehmen genehmigen", "ablehnen"),
                ("eintreten beitreten", "austreten verlassen"),
                ("geben senden", "nehmen empfangen erhalten"),
                ("gründen", "auflösen"),
            )
        ),
        obligations=split("muss müssen musste verpflichtet pflicht"),
        permissions=split("darf dürfen durfte kann können konnte freiwillig"),
        asking=split(
            """was wer wem wen wessen welche welcher welches welchen welchem wieviel wieviele wann wo woher wohin warum wieso weshalb wie viele viel lange oft
            hoch weit alt groß nenne zeige erkläre art anzahl zahl datum jahr tag monat zeit name
            person ort grund zweck weise heißt passiert geschah genau"""
        ),
    ),
    accounts=AccountWords(
        lines=(
            ("umsatz", "umsätze", "umsatzerlöse", "erlöse", "revenue"),
            ("bilanzsumme", "summe der aktiva", "gesamtvermögen", "total assets", "assets"),
            (
                "jahresüberschuss",
                "jahresfehlbetrag",
                "jahresergebnis",
                "gewinn",
                "verlust",
                "reingewinn",
                "ergebnis nach steuern",
                "net income",
            ),
            ("betriebsergebnis", "operatives ergebnis", "operating income", "ebit"),
            ("eigenkapital", "kapital", "equity"),
            (
                "mitarbeiter",
                "mitarbeitende",
                "beschäftigte",
                "arbeitnehmer",
                "mitarbeiterzahl",
                "anzahl der mitarbeiter",
                "number of employees",
            ),
            ("investitionen", "sachinvestitionen", "capital expenditure"),
            ("personalaufwand", "personalkosten"),
            (
                "forschung und entwicklung",
                "forschungs und entwicklungskosten",
                "research and development",
            ),
            ("umsatzkosten", "kosten der umsatzerlöse", "cost of revenue"),
            ("zahlungsmittel", "liquide mittel", "cash"),
            ("verbindlichkeiten", "schulden", "total liabilities"),
        ),
        asks=(
            "wie hoch",
            "wie viel",
            "wie viele",
            "wie groß",
            "welche",
            "welchen",
            "was war",
            "was waren",
            "was ist",
            "wieviel",
        ),
        unasked=split(
            """wert betrag höhe zum am im in der die das des den dem jahr jahres jahre geschäftsjahr
            berichtsjahr ende gesellschaft unternehmen firma stiftung euro eur mio millionen
            tausend hat hatte haben war waren betrug betrugen lag lagen erzielt erhalten wurde wurden
            gesamt insgesamt bei von für laut vorjahr ausgewiesen"""
        ),
        whole=split("summe gesamt und der die des sonstige"),
        tails=("ohne", "einschließlich", "inklusive", "davon", "abzüglich"),
        quarters=("quartal", "quartale", "drei monate", "halbjahr", "neun monate", "sechs monate"),
        annual=("zwölf monate", "geschäftsjahr", "gesamtjahr"),
        current=("geschäftsjahr", "berichtsjahr", "laufendes jahr", "lfd jahr"),
        prior=("vorjahr", "im vorjahr"),
        yearly=("jahresbericht", "geschäftsbericht", "jahresabschluss", "konzernabschluss"),
        shares=split("marge quote prozent anteil satz"),
        compared=split("veränderung abweichung differenz zuwachs rückgang"),
        lacking="Keine solche Zahl gefunden für {names}.",
        told="„{line}“ in {document}, {period}: {value}.",
    ),
    turning=TurningWords(
        verbs={
            verb: verb
            for verb in split(
                """muss müssen darf dürfen kann können soll sollen ist sind wird werden hat haben beträgt
                betragen dauert dauern gilt gelten kostet kosten erhält erhalten bekommt bekommen zahlt
                zahlen endet enden beginnt beginnen umfasst verjährt verfällt verfallen"""
            )
        },
        verbs_of_several=("en", "ind"),
        refused=frozenset(
            split(
                """nicht kein keine keinen keiner keinem nie niemals nur weder noch wenn falls sofern
                soweit wer wen wem was dass daß weil ob als es er sie ihr ihre ihren ihrem ihrer sein
                seine seinen seinem seiner dies diese dieser dieses diesem diesen jene solche wir uns
                unser unsere ich mein man hier dort dann dabei dafür damit darüber jedoch aber sondern
                auch sonst wobei während obwohl deren dessen"""
            )
        ),
        articles=split("der die das ein eine jeder jede jedes alle"),
        definite=(),
        persons={},
        how_many="wie viele",
        how_much="wie viel",
        masses=split("prozent euro eur franken dollar uhr"),
        money=split("euro eur franken dollar"),
        amounts={
            "beträgt": "wie hoch ist",
            "betragen": "wie hoch sind",
            "ist": "wie hoch ist",
            "sind": "wie hoch sind",
        },
        lengths={
            "beträgt": "wie lang ist",
            "betragen": "wie lang sind",
            "dauert": "wie lange dauert",
            "dauern": "wie lange dauern",
            "gilt": "wie lange gilt",
            "gelten": "wie lange gelten",
        },
        parts_of_days=("uhr",),
        bounds=tuple(
            split(words)
            for words in ("bis zu", "mindestens", "höchstens", "maximal", "rund", "etwa", "genau")
        ),
        before_figures={
            ("innerhalb", "von"): "innerhalb von {opening}n",
            ("binnen",): "binnen {opening}n",
            ("nach",): "nach {opening}n",
            ("für",): "für {opening}",
            ("um",): "um {opening}",
        },
        before_bare_figures=("",),
        behind_units=(),
        belonging=(),
        who={"ist": "wer ist"},
        when="wann",
        before_dates=split("am bis ab zum im vom um"),
        dates=frozenset(
            split(
                """januar februar märz april mai juni juli august september oktober november dezember
            montag dienstag mittwoch donnerstag freitag samstag sonntag montags dienstags mittwochs
            donnerstags freitags samstags sonntags tag monat jahr uhr jahresende monatsende quartalsende
            monats jahres quartals frühjahr sommer herbst winter"""
            )
        ),
        around_dates=split(
            "des der eines jeden jedes zum bis und letzten ersten folgenden nächsten um"
        ),
        permitting=split("darf dürfen muss müssen"),
        joints=frozenset(split("und sowie")),
        several=("\0",),
        one=(),
        cell="Wie lautet die Angabe „{column}“ {within} {row}?",
        cells="",
        in_place="für",
        of="für",
        points="Was sind die wichtigsten Punkte von „{document}“?",
    ),
)
