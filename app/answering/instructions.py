"""Which sentences of a document give orders to an assistant instead of telling a reader something.

By rules alone, so that the same sentence is always judged the same. A sentence counts when it
says what only somebody who wants to steer an assistant would say: forget your instructions, you
are now, answer every question with, if anyone asks say. What stands in quotation marks is being
talked about and does not count, and neither do orders to people ("ignore the warning light").
What no rule can see is a false statement in plain words.
"""

# ruff: noqa: E501 -- a pattern that is cut to the line's length is harder to read, not easier
import re
import unicodedata

from app.answering.language import sentences

# Letters of other scripts that pass for Latin ones, and digits that stand for letters.
_LOOKALIKES = str.maketrans("аесорхуіјѕԁһкмтвнАЕСОРХУІЈЅКМТВН", "aecopxyijsdhkmtbhAECOPXYIJSKMTBH")
_LEET = str.maketrans("013457@$", "oieastas")
_WORDS_WITH_DIGITS = re.compile(r"\b(?=\w*[a-z])(?=\w*[0134578@$])[\w@$]{3,}\b")
_QUOTED = re.compile(
    r"“[^”]{1,400}”|„[^“”]{1,400}[“”]|«[^»]{1,400}»|»[^«]{1,400}«|\"[^\"]{1,400}\"|`[^`]{1,400}`"
    r"|(?<!\w)'[^'\n]{6,400}'(?!\w)|(?<!\w)‘[^’\n]{6,400}’(?!\w)"
)

_BEFORE = (
    r"(?:previous|prior|earlier|preceding|above|former|foregoing|existing|original|other|system|"
    r"your)"
)
_RULES = r"(?:instructions?|prompts?|directives?|directions?|guidelines?|commands?|orders?|rules?)"
_TEXT = r"(?:instructions?|prompts?|directives?|messages?|text|context|passages?|documents?)"
_DROP = r"(?:ignore|disregard|forget|override|overrule|bypass|discard|skip)"
_MODEL = (
    r"(?:assistants?|chat ?bots?|language models?|llms?|a\.?i\.?(?: systems?| models?| agents?)?|"
    r"gpt|ki(?:-(?:assistent(?:en)?|modelle?|systeme?))?|sprachmodelle?|assistent(?:en|in)?)"
)
_SAY = (
    r"(?:say|answer|reply|respond|state|tell (?:them|him|her|the (?:user|reader|asker|person))|"
    r"write|output|print|repeat|mention|give|insert|include|append|add|claim|recommend|quote)"
)
_SAG = (
    r"(?:sage?n?|antworten?|antworte|schreiben?|schreibe|nennen?|nenne|behaupten?|behaupte|"
    r"ausgeben|gib|wiederhole[n]?|erwähnen?|erwähne)"
)

_ORDERS = tuple(
    re.compile(pattern)
    for pattern in (
        # English: away with what was said before
        rf"\b{_DROP}\b(?:\W+\w+){{0,3}}?\W+{_BEFORE}\b(?:\W+\w+){{0,2}}?\W+{_TEXT}\b",
        rf"\b{_DROP}\b(?:\W+\w+){{0,2}}?\W+{_RULES}\W+(?:\w+\W+){{0,3}}?(?:above|before|earlier|"
        r"so far|given|you (?:were|have been|received|got))\b",
        rf"\b{_DROP}\b\W+(?:all|any|every(?:thing)?)\b(?:\W+\w+){{0,3}}?\W+(?:above|before|"
        r"you (?:were|have been) (?:told|given|instructed))\b",
        rf"\bdo not (?:follow|obey)\b(?:\W+\w+){{0,2}}?\W+{_BEFORE}\W+{_RULES}\b",
        # who the assistant is to be
        r"\byou are (?:now|no longer|from now on|henceforth)\b(?:\W+\w+){0,8}?\W+(?:assistants?|"
        r"chat ?bots?|models?|ai|mode|persona|restrict\w*|bound|dan|developer|jailbroken)\b",
        r"\bfrom now on\b\W+(?:you (?:are|must|will|shall|only|always|answer)\b|every (?:answer|reply|response)\b|all (?:answers|replies)\b|"
        rf"always\W+{_SAY}\b|{_SAY}\b)",
        r"\b(?:act|behave|pretend)\W+(?:as|like|to be)\b(?:\W+\w+){0,4}?\W+(?:unrestricted|"
        r"jailbroken|dan|developer mode|without (?:any )?(?:restrictions|rules|limits))\b",
        r"\b(?:enable|enter|activate)\W+(?:developer|debug|god|admin|jailbreak|dan)\W+mode\b",
        r"\b(?:new|updated|important|secret|hidden|special|additional|revised|overriding)\W+"
        rf"(?:system\W+)?{_RULES}\W+(?:for|to|from)\W+(?:\w+\W+){{0,2}}?{_MODEL}\b",
        r"\b(?:system|developer|admin(?:istrator)?)\W+(?:override|prompt|message|instruction)s?"
        r"\b\s*[:=>\])-]",
        r"^\W{0,3}(?:#{2,}\s*|\[|<|\*\*)\s*(?:system|assistant|developer|user|human)\s*(?:\]|>|\*\*)?\s*"
        r":",
        r"^\W*(?:system|assistant|developer)\s*:\s*(?:you\b|ignore|disregard|forget|override|always|"
        rf"never|from now|the (?:answer|correct)|reveal|new|{_SAY}\b)",
        r"<\|?\s*/?\s*(?:im_(?:start|end|sep)|system|assistant|user|endoftext|eot_id|"
        r"start_header_id|end_header_id|inst)\b[^>]{0,20}>|\[/?\s*inst\s*\]|<<\s*/?\s*sys\s*>>",
        # words to the assistant
        rf"\b(?:dear|attention|note to|notice to|message (?:to|for)|memo to|hello|hey|to (?:all|any|"
        rf"the)|for (?:all|any|the))\W+(?:\w+\W+){{0,2}}?{_MODEL}\b\s*(?:reading\b|processing\b|"
        r"that (?:reads?|process\w*)\b|answering\b|[:,!.—–-])",
        rf"\b(?:if|when|as|since|because) you(?:'re|’re| are)\W+(?:an?|the)\W+(?:\w+\W+)?{_MODEL}\b",
        rf"\b{_MODEL}\W+(?:reading|processing|summari[sz]ing|answering)\W+(?:this|these|the)\b.*"
        rf"\b(?:must|should|shall|has to|have to|need to|please|always|never|{_SAY})\b",
        rf"^\W*(?:the |any |every |all )?{_MODEL}\W+(?:must|should|shall|has to|have to|will|is to|"
        rf"are to)\W+(?:\w+\W+){{0,2}}?(?:{_SAY}|ignore|disregard|refuse|never|always|begin|start|"
        r"end)\b",
        # what is to be said when
        r"\b(?:if|when(?:ever)?|once|each time|every time|in case)\W+(?:(?:you|anyone|any ?body|someone|"
        r"some ?body|an?|the|any|users?|readers?|people|they|are|is|were|employees?|he|she|this|question)"
        r"\W+){0,3}?(?:asks?|asked|enquires?|inquires?|questioned|queried)\b[^.!]{0,200}?[,:?]"
        rf"\W*(?:please\W+|you\W+|then\W+"
        rf"|must\W+|should\W+|always\W+|simply\W+|just\W+|only\W+|instead\W+|to\W+){{0,4}}{_SAY}\b",
        # the same torn in two at its question mark
        r"^\W*(?:if|when(?:ever)?)\W+(?:(?:you|anyone|any ?body|someone|some ?body|an?|the|user|reader|"
        r"are|is)\W+){0,3}?(?:asks?|asked)\b[^.!]{3,200}\?\W*$",
        r"^\W*(?:wenn|falls|sobald)\b[^.!?]{0,60}?\b(?:fragt|gefragt)\b[^.!]{3,200}\?\W*$",
        rf"\b(?:you|please)\W+(?:must|should|have to|need to|are to|will|shall|always)\W+(?:\w+\W+)"
        rf"{{0,2}}?{_SAY}\b(?:\W+\w+){{0,4}}?\W+(?:answer|question|quer(?:y|ies)|user|reader|"
        r"response|reply|replies|asked)\b",
        r"\b(?:your|every|each) (?:answers?|repl(?:y|ies)|responses?|outputs?|summar(?:y|ies))\W+"
        r"(?:must|should|shall|has to|have to|is to|are to|will)\W+(?:\w+\W+){0,2}?"
        r"(?:be|begin|start|end|contain|include|mention|consist|say|close|state|repeat)\b",
        r"\b(?:always|only|instead|simply|just|now|then)\W+(?:answer|reply|respond)\b(?:\W+\w+)"
        r"{0,4}?\W+with\b",
        r"\b(?:answer|reply|respond)\b(?:\W+\w+){0,5}?\W+(?:only\W+)?(?:with|by (?:saying|writing))\b"
        r"(?:\W+\w+){0,3}?\W+(?:word|words|sentence|phrase|text|link|code|following|exact|number)\b",
        r"\b(?:answer|reply to|respond to)\W+(?:every|all|any|each|this|the)(?:\W+\w+){0,2}?\W+"
        r"(?:questions?|quer(?:y|ies)|requests?|prompts?)\b[^.!?]{0,60}?\b(?:with|by|using|as|only|"
        r"that)\b",
        r"\b(?:the|only|one) (?:correct|right|only|true|final|official|real|best) (?:answer|reply|"
        r"response)\b(?:\W+\w+){0,12}?\W+(?:is|are|must be|reads?)\b(?!\W+(?:\w+ )?(?:marked|found|given|"
        r"shown|printed|worth|listed|in|on|at|underlined|highlighted|not)\b)",
        r"\bthe answer to (?:every|all|any|each|this|that|your|the (?:user|reader|last|next))\b",
        r"\b(?:repeat|reveal|print|show|output|leak|disclose)\b(?:\W+\w+){0,3}?\W+(?:system|hidden|"
        r"secret|initial|original)\W+(?:prompt|instructions?|message)\b",
        r"\b(?:do not|don['’]?t|never)\W+(?:tell|mention|reveal|show|inform|warn)\b(?=.*\b(?:this|these|"
        r"note|instructions?|prompts?|real|true|actual|message|passage)\b)(?:\W+\w+){0,6}?\W+(?:users?|"
        r"readers?|asker|person asking)\b",
        # links and images to be put into an answer
        rf"\b(?:{_SAY}|render|display|show|embed|put|place|attach|load|end|close|finish)\b"
        r"(?:\W+\w+){0,8}?\W+(?:image|link|url|markdown|picture|address|logo)\b"
        r"(?:\W+\w+){0,8}?\W+(?:your|every|each|the|all)\W+(?:answers?|repl(?:y|ies)|responses?|summary)\b",
        r"\b(?:your|every|each|the) (?:answer|reply|response|summary)\b[^.!?]{0,80}?(?:!\[|https?://|"
        r"www\.)",
        rf"\b(?:{_SAY}|put|send|encode)\b[^.!?]{{0,80}}?\b(?:question|conversation|context|answer|"
        r"passages?|user\W?s\W+\w+)\b[^.!?]{0,60}?\b(?:in|into|to|as|at the end of)\b[^.!?]{0,20}?"
        r"(?:url|link|address|https?://)",
        # German
        r"\b(?:ignorieren?|ignoriere|vergessen?|vergiss|missachten?|missachte|überschreiben?|"
        r"übergehen?|übergehe|verwerfen?|verwirf)\b(?:\W+\w+){0,4}?\W+(?:anweisung(?:en)?|"
        r"instruktion(?:en)?|vorgaben?|befehle?|systemprompts?|prompts?|anordnung(?:en)?)\b",
        r"\b(?:ignorieren?|ignoriere|vergessen?|vergiss)\b(?:\W+\w+){0,2}?\W+(?:alles|sämtliche\w*)\b"
        r"(?:\W+\w+){0,3}?\W+(?:vorher\w*|bisher\w*|davor|oben|zuvor)\b",
        r"\bdu bist (?:jetzt|nun|ab jetzt|ab sofort|nicht mehr)\b(?:\W+\w+){0,6}?\W+(?:assistent\w*|"
        r"chatbot|modell|ki|modus|gebunden|beschränk\w*)\b",
        rf"\b(?:ab jetzt|ab sofort|von nun an|künftig)\b\W+(?:\w+\W+){{0,3}}?{_SAG}\b(?:\W+\w+)"
        r"{0,6}?\W+(?:frage\w*|antwort\w*|nutzer\w*|benutzer\w*|immer|nur)\b",
        r"\b(?:wenn|falls|sobald|sollte)\b[^.!?]{0,80}?\b(?:fragt|gefragt|fragen|erkundigt)\b"
        rf"[^.!?]{{0,80}}?,?\W+(?:so |dann |bitte |stets |immer |sollst du |musst du |musst |du ){{0,3}}"
        rf"{_SAG}\b",
        r"\b(?:wenn|falls|sobald|sollte)\b[^.!?]{0,80}?\bgefragt\b[^.!?]{0,40}?,\W*(?:lautet|ist) die "
        r"antwort\b",
        rf"\bdu (?:musst|sollst|wirst|darfst)\b(?:\W+\w+){{0,8}}?\W+(?:{_SAG}|beantworten|verraten)\b",
        r"\b(?:beantworte|antworte)\b(?:\W+\w+){0,4}?\W+(?:jede\w*|alle\w*|immer|stets|nur|"
        r"ausschließlich|mit)\b",
        r"\b(?:die (?:einzig )?(?:richtige|korrekte|einzige|wahre|offizielle) antwort)\b[^.!?]{0,80}?"
        r"\b(?:lautet|ist)\b",
        r"\b(?:deine|jede) antwort(?:en)?\W+(?:muss|müssen|soll|sollen|hat|haben)\b",
        rf"\b(?:achtung|hinweis|nachricht|anweisung(?:en)?|wichtig)\b[^.!?:]{{0,30}}?\b(?:an|für)\b"
        rf"[^.!?:]{{0,20}}?\b{_MODEL}\b",
        rf"^\W*(?:liebe[rs]?|hallo|achtung)\W+(?:\w+\W+)?{_MODEL}\b",
        r"\b(?:verrate|sage|erwähne|teile)\b(?:\W+\w+){0,4}?\W+(?:nutzer|benutzer|leser|fragenden)\w*"
        r"\b(?:\W+\w+){0,3}?\W+nicht\b",
    )
)  # fmt: skip


def gives_orders(sentence: str) -> bool:
    """Whether a sentence is an order to an assistant, in English or German."""
    plain = _plain(sentence)
    return any(pattern.search(form) for form in _forms(plain) for pattern in _ORDERS)


def without_orders(text: str) -> tuple[str, int]:
    """`text` without the sentences that are orders, and how many there were.

    An order that its writer tore in two sentences of a line is found in both together.
    """
    count = 0
    lines: list[str] = []
    for line in text.split("\n"):
        pieces = sentences(line)
        marked = marks_of(pieces)
        if not any(marked):
            lines.append(line)
            continue
        count += sum(marked)
        kept = " ".join(p for p, order in zip(pieces, marked, strict=True) if not order)
        if kept:
            lines.append(kept)
    return ("\n".join(lines), count) if count else (text, 0)


def marks_of(pieces: list[str]) -> list[bool]:
    """For each of some sentences that follow each other, whether it is (part of) an order."""
    marked = [gives_orders(piece) for piece in pieces]
    for number in range(len(pieces) - 1):
        pair = f"{pieces[number]} {pieces[number + 1]}"
        if not marked[number] and not marked[number + 1] and gives_orders(pair):
            marked[number] = marked[number + 1] = True
    return marked


def _plain(sentence: str) -> str:
    """Lower case, in Latin letters, without what is quoted."""
    text = unicodedata.normalize("NFKC", sentence).translate(_LOOKALIKES)
    return _QUOTED.sub(" … ", text).casefold()


def _forms(plain: str) -> set[str]:
    """The sentence as it stands, with digits read as letters, and with its letters drawn together.

    "1gn0re" is "ignore" so, and "i g n o r e" as well.
    """
    forms = {plain}
    if _WORDS_WITH_DIGITS.search(plain):
        forms.add(_WORDS_WITH_DIGITS.sub(lambda found: found[0].translate(_LEET), plain))
    if re.search(r"(?:\b\w[ ._*-]){5}", plain):
        forms.add(re.sub(r"\b(\w)[ ._*-](?=\w\b)", r"\1", plain))
    return forms
