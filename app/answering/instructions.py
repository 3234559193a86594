"""Which sentences of a document give orders to an assistant instead of telling a reader something.

By rules alone, so that the same sentence is always judged the same. A sentence counts when it
says what hardly anybody says but to steer an assistant: forget your instructions, you are now an
AI, answer every question with. What stands in quotation marks is being talked about and does not
count. Neither do orders to people ("ignore the warning light", "if a customer asks for a refund,
name form 12"): a company's documents are full of them, and one that is left out is an answer that
is missing. So what no rule can see is a false statement, also in the form "if anyone asks, say".
"""

# ruff: noqa: E501 -- a pattern that is cut to the line's length is harder to read, not easier
import re
import unicodedata

from app.answering.language import sentences

# Letters of other scripts that pass for Latin ones, and digits that stand for letters.
_LOOKALIKES = str.maketrans("аесорхуіјѕԁһкмтвнАЕСОРХУІЈЅКМТВН", "aecopxyijsdhkmtbhAECOPXYIJSKMTBH")
_LEET = str.maketrans("013457@$", "oieastas")
# A word in capitals after "with" is a code: it gets a digit, as codes have.
_CAPITALS = re.compile(r"\b([Ww]ith|WITH|[Mm]it|MIT)\W+([A-Z]{2,})\b(?!-)")
_WORDS_WITH_DIGITS = re.compile(r"\b(?=\w*[a-z])(?=\w*[0134578@$])[\w@$]{3,}\b")
_QUOTED = re.compile(
    r"“[^”]{1,400}”|„[^“”]{1,400}[“”]|«[^»]{1,400}»|»[^«]{1,400}«|\"[^\"]{1,400}\"|`[^`]{1,400}`"
    r"|(?<!\w)'[^'\n]{6,400}'(?!\w)|(?<!\w)‘[^’\n]{6,400}’(?!\w)"
)

_BEFORE = (
    r"(?:previous|prior|earlier|preceding|above|former|foregoing|existing|original|system|your)"
)
_RULES = r"(?:instructions?|prompts?|directives?)"
_DROP = r"(?:ignore|disregard|forget|override|overrule|bypass)"
# "Ignore the earlier instructions in the manual", "... if the pump is primed": orders to people.
_OF_PEOPLE = r"(?!\W+(?:in|of|from|on|for|about|concerning|regarding|if|when|where|unless|until)\b)"
_AI = (
    r"(?:(?:a\.?i\.?|virtual|digital)[ -]assistants?|chat ?bots?|language models?|llms?|"
    r"a\.?i\.?(?: systems?| models?| agents?)?|gpt|ki(?:-(?:assistent(?:en)?|modelle?|systeme?))?|"
    r"sprachmodelle?)"
)
_ANSWER = r"(?:answer|reply|respond)"
# People are told to answer with patience, with a number, with STOP; an assistant with MANGO-77.
_CODE = r"(?!(?:yes|no|ok|stop|start|help|ja|nein)-0\b)(?=[\w-]*\d)(?=[\w-]*(?:[a-z]|\d\d))[\w-]+"
_WITH_A_CODE = rf"(?:with|mit)(?:\s*:|\W+{_CODE})"
_YOUR_ANSWER = r"\b(?:your|every|each|all) (?:answers?|repl(?:y|ies)|responses?|summary)\b"
_IMAGE = r"(?:!\[|<img)"
_AS_AN_AI = rf"you are\b(?:\W+\w+){{0,4}}?\W+(?:dan|unrestricted|jailbroken|a model|{_AI})\b"
_SAY_SO = rf"you must\W+(?:always\W+)?(?:{_ANSWER}|say|state|ignore|reveal)\b"
_DROP_ALL = rf"{_DROP}\b(?:\W+\w+){{0,3}}?\W+(?:{_RULES}|everything|passages?|context|above)\b"
_PUT = r"(?:include|add|put|insert|append|embed|attach|contain|begin|start|end|finish|close)s?"
_ADDRESS = r"(?:!\[|https?://|www\.|<img|<a\b)"

_ORDERS = tuple(
    re.compile(pattern)
    for pattern in (
        # English: away with what was said before
        rf"\b{_DROP}\b(?:\W+\w+){{0,3}}?\W+{_BEFORE}\b(?:\W+\w+){{0,2}}?\W+{_RULES}\b{_OF_PEOPLE}",
        rf"\b{_DROP}\b(?:\W+\w+){{0,2}}?\W+{_RULES}\W+(?:\w+\W+){{0,3}}?(?:above|so far|"
        rf"you (?:were|have been|received|got))\b{_OF_PEOPLE}",
        rf"\b{_DROP}\b\W+(?:all|any|every(?:thing)?)\b(?:\W+\w+){{0,3}}?\W+"
        rf"you (?:were|have been) (?:told|given|instructed)\b",
        rf"\b{_DROP}\b(?:\W+\w+){{0,2}}?\W+(?:above|passages?|context)\b.*\b{_ANSWER}\b.*\bwith\b",
        rf"\bdo not (?:follow|obey)\b(?:\W+\w+){{0,2}}?\W+{_BEFORE}\W+{_RULES}\b{_OF_PEOPLE}",
        # who the assistant is to be
        r"\byou are (?:now|no longer|from now on|henceforth)\b(?:\W+\w+){0,8}?\W+(?:jailbroken|dan|"
        rf"unrestricted|(?:developer|dan|god|jailbreak) mode|{_AI})\b",
        rf"\bfrom now on\b\W+you are\b(?:\W+\w+){{0,8}}?\W+(?:dan|unrestricted|{_AI}|a model)\b",
        rf"\bfrom now on\b(?:\W+\w+){{0,4}}?\W+{_ANSWER}\b(?:\W+\w+){{0,4}}?\W+{_WITH_A_CODE}",
        r"\b(?:act|behave|pretend)\W+(?:as|like|to be)\b(?:\W+\w+){0,4}?\W+(?:unrestricted|"
        r"jailbroken|dan|without (?:any )?(?:restrictions|rules|limits))\b",
        r"\b(?:enable|enter|activate)\W+(?:god|jailbreak|dan)\W+mode\b",
        rf"\b(?:new|updated|secret|hidden|special|additional|revised|overriding)\W+(?:system\W+)?"
        rf"{_RULES}\W+(?:for|to|from)\W+(?:\w+\W+){{0,2}}?(?:assistant|model|{_AI})\b\s*:",
        # role markers
        rf"\b(?:system|developer|admin(?:istrator)?)\W+(?:override|prompt|message|instruction)s?\b\s*"
        rf"[:=>\])-]\W*(?:{_AS_AN_AI}|{_SAY_SO}|{_DROP_ALL}|(?:always )?{_ANSWER}\b|the (?:correct )?answer\b)",
        rf"^\W*(?:system|assistant|developer)\W*:\W*(?:{_AS_AN_AI}|{_SAY_SO}|{_DROP_ALL}|"
        r"the (?:correct )?answer\b|reveal\b|from now on,? you\b)",
        r"<\|?\s*/?\s*(?:im_(?:start|end|sep)|system|assistant|user|endoftext|eot_id|"
        r"start_header_id|end_header_id|inst)\b[^>]{0,20}>|\[/?\s*inst\s*\]|<<\s*/?\s*sys\s*>>",
        # words to the assistant
        rf"\b(?:dear|attention|note to|notice to|message (?:to|for)|memo to|hello|hey)\W+"
        rf"(?:\w+\W+){{0,2}}?{_AI}\b\s*(?:reading\b|processing\b|that (?:reads?|process\w*)\b|"
        r"answering\b|[:,!.—–-])",
        rf"\bif you(?:'re|’re| are)\W+an?\W+(?:\w+\W+)?{_AI}(?:\s*[:,]|\W+(?:reading|processing|"
        r"answering|that)\b)",
        rf"\b{_AI}\W+(?:that (?:read|process)\w*|reading|processing|summari[sz]ing|answering)\W+"
        r"(?:this|these)\b.*\b(?:must|should|shall|has to|have to|need to|please|always|never)\b",
        # what is to be said
        rf"\b{_ANSWER}\W+(?:to\W+)?(?:every|all|any|each)(?:\W+\w+){{0,1}}?\W+(?:questions?|quer(?:y|"
        rf"ies)|prompts?)\b[^.!?]{{0,20}}?\W{_WITH_A_CODE}",
        rf"\b(?:always|only|instead|now)\W+{_ANSWER}\b(?:\W+\w+){{0,2}}?\W+"
        rf"{_WITH_A_CODE}",
        rf"\b{_ANSWER}\b(?:\W+\w+){{0,4}}?\W+only\W+with\W+(?:the (?:single )?(?:word|phrase|string)\b|"
        r"(?!(?:yes|no|an?|the|your|one)\b)\w)",
        r"\byour (?:answer|output|response|reply)\W+(?:must|should|shall|has to|is to)\W+(?:always\W+)?"
        rf"(?:begin|start|end|finish|close)\W+{_WITH_A_CODE}",
        r"\bthe (?:only|single) (?:correct|right|true|official|real) (?:answer|reply|response)\W+(?:to\W+"
        r"(?:this|that|every|all|any)|you (?:may|can|must|should)|(?:allowed|permitted))\b",
        r"\bthe (?:correct )?(?:answer|reply) to (?:every|all|any|each) (?:\w+ )?(?:questions?|quer(?:y|"
        r"ies)) is\b(?!\W+(?:in|on|at|found|given|kept|printed|published|available)\b)",
        r"\b(?:repeat|reveal|output|leak|disclose)\b(?:\W+\w+){0,3}?\W+(?:system|hidden|secret)\W+"
        r"(?:prompt|instructions?)\b",
        r"\b(?:repeat|reveal|print|show|output|leak|disclose)\b(?:\W+\w+){0,2}?\W+your\W+(?:\w+\W+)?"
        r"(?:system|hidden|secret|initial|original)\W+(?:prompt|instructions?)\b",
        r"\b(?:do not|don['’]?t|never)\W+(?:tell|mention|reveal|inform|warn)\b(?=.*\b(?:this|these)\W+"
        r"(?:note|instructions?|prompts?|message|passage)\b)(?:\W+\w+){0,6}?\W+(?:the|your|any)\W+"
        r"(?:users?|readers?|asker|person asking)\b",
        # links and images to be put into an answer
        rf"{_YOUR_ANSWER}.*{_IMAGE}",
        rf"{_IMAGE}.*{_YOUR_ANSWER}",
        rf"\b{_PUT}\b.*{_ADDRESS}.*{_YOUR_ANSWER}(?!\W+to\b)",
        rf"\b{_PUT}\b.*{_YOUR_ANSWER}(?!\W+to\b).*{_ADDRESS}",
        rf"{_YOUR_ANSWER}(?!\W+to\b).*\b(?:must|should|shall|has to|have to)\b.*\b{_PUT}\b.*{_ADDRESS}",
        r"\b(?:put|send|encode|append)\b[^.!?]{0,80}?\b(?:question|conversation|context|answer|"
        r"passages?)\b[^.!?]{0,60}?\b(?:in|into|to|as)\b[^.!?]{0,20}?https?://",
        # German
        r"\b(?:ignorieren?|ignoriere|vergessen sie|vergiss|missachten?|missachte|überschreibe?|übergehe)\b"
        r"(?:\W+(?!nicht)\w+){0,2}?\W+(?:vorherige\w*|bisherige\w*|vorige\w*|obige\w*|deine|ihre)\W+"
        r"(?:\w+\W+)?(?:anweisung(?:en)?|instruktion(?:en)?|vorgaben|befehle?|systemprompts?|prompts?)\b",
        r"\b(?:ignorieren?|ignoriere|vergessen sie|vergiss)\b(?:\W+(?!nicht)\w+){0,1}?\W+alle[sr]?\b"
        r"(?:\W+\w+){0,3}?\W+(?:was dir|was ihnen)\b",
        rf"\bdu bist (?:jetzt|nun|ab jetzt|ab sofort)\b(?:\W+\w+){{0,6}}?\W+(?:{_AI}|entwicklermodus|"
        r"uneingeschränkt\w*)\b",
        rf"\b(?:antworte|beantworte)\b(?:\W+\w+){{0,5}}?\W+{_WITH_A_CODE}",
        rf"\bdu (?:musst|sollst)\b.{{0,20}}\b(?:jede|alle)\w*\W+fragen?\W+(?:mit\W+ja-0\W+antworten|{_WITH_A_CODE})",
        r"\bdie einzig(?:e)? (?:richtige|korrekte|wahre|offizielle)? ?antwort\W+auf\W+(?:diese|jede|alle)\b",
        r"\bdeine antwort(?:en)?\W+(?:muss|müssen|soll|sollen)\b.{0,40}\bmit\b.{0,40}\b(?:beginn|end)",
        rf"\b(?:achtung|hinweis|nachricht|anweisung(?:en)?|wichtig)\b[^.!?:]{{0,10}}?\b(?:an|für)\b"
        rf"[^.!?:]{{0,12}}?\b{_AI}\b\s*[:,!]",
        rf"^\W*(?:liebe[rs]?|hallo|achtung)\W+(?:\w+\W+)?{_AI}\b\s*[:,!]",
        r"\b(?:verrate|sage|erwähne)\b(?=.*\bdiese[nrm]?\W+(?:hinweis|anweisung|nachricht))(?:\W+\w+)"
        r"{0,6}?\W+nicht\b",
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
    return _CAPITALS.sub(r"\1 \2-0", _QUOTED.sub(" … ", text)).casefold()


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
