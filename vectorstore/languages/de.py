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
    SupportWords,
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
    support=SupportWords(
        stemmer="german",
        verb_prefixes=("ge",),
        verb_particles=split(
            "ab an auf aus bei bereit dar ein fest her hin mit nach nieder statt teil um vor weg weiter zu zurueck zuruck zusammen"
        ),
        verb_endings=split("tet test ten te et en st t e n"),
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
)
