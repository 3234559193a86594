# ruff: noqa: E501 -- a pattern that is cut to the line's length is harder to read, not easier
"""The words of English."""

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

_BEFORE = (
    r"(?:previous|prior|earlier|preceding|above|former|foregoing|existing|original|system|your)"
)
_RULES = r"(?:instructions?|prompts?|directives?)"
_DROP = r"(?:ignore|disregard|forget|override|overrule|bypass)"
# "Ignore the earlier instructions in the manual", "... if the pump is primed": orders to people.
_OF_PEOPLE = r"(?!\W+(?:in|of|from|on|for|about|concerning|regarding|if|when|where|unless|until)\b)"
_ANSWER = r"(?:answer|reply|respond)"
_YOUR_ANSWER = r"\b(?:your|every|each|all) (?:answers?|repl(?:y|ies)|responses?|summary)\b"
_SAY_SO = rf"you must\W+(?:always\W+)?(?:{_ANSWER}|say|state|ignore|reveal)\b"
_DROP_ALL = rf"{_DROP}\b(?:\W+\w+){{0,3}}?\W+(?:{_RULES}|everything|passages?|context|above)\b"
_PUT = r"(?:include|add|put|insert|append|embed|attach|contain|begin|start|end|finish|close)s?"
# In what a refusal says that nothing was found.
_HERE = (
    r"(the|these|any of the) ((given|provided) )?(passages?|documents?|context|text|information)"
)


def _orders(terms: OrderTerms) -> Patterns:
    assistant, with_code = terms.assistant, terms.with_code
    image, address = terms.image, terms.address
    as_an_ai = (
        rf"you are\b(?:\W+\w+){{0,4}}?\W+(?:dan|unrestricted|jailbroken|a model|{assistant})\b"
    )
    return (
        # away with what was said before
        rf"\b{_DROP}\b(?:\W+\w+){{0,3}}?\W+{_BEFORE}\b(?:\W+\w+){{0,2}}?\W+{_RULES}\b{_OF_PEOPLE}",
        rf"\b{_DROP}\b(?:\W+\w+){{0,2}}?\W+{_RULES}\W+(?:\w+\W+){{0,3}}?(?:above|so far|"
        rf"you (?:were|have been|received|got))\b{_OF_PEOPLE}",
        rf"\b{_DROP}\b\W+(?:all|any|every(?:thing)?)\b(?:\W+\w+){{0,3}}?\W+"
        rf"you (?:were|have been) (?:told|given|instructed)\b",
        rf"\b{_DROP}\b(?:\W+\w+){{0,2}}?\W+(?:above|passages?|context)\b.*\b{_ANSWER}\b.*\bwith\b",
        rf"\bdo not (?:follow|obey)\b(?:\W+\w+){{0,2}}?\W+{_BEFORE}\W+{_RULES}\b{_OF_PEOPLE}",
        # who the assistant is to be
        r"\byou are (?:now|no longer|from now on|henceforth)\b(?:\W+\w+){0,8}?\W+(?:jailbroken|dan|"
        rf"unrestricted|(?:developer|dan|god|jailbreak) mode|{assistant})\b",
        rf"\bfrom now on\b\W+you are\b(?:\W+\w+){{0,8}}?\W+(?:dan|unrestricted|{assistant}|a model)\b",
        rf"\bfrom now on\b(?:\W+\w+){{0,4}}?\W+{_ANSWER}\b(?:\W+\w+){{0,4}}?\W+{with_code}",
        r"\b(?:act|behave|pretend)\W+(?:as|like|to be)\b(?:\W+\w+){0,4}?\W+(?:unrestricted|"
        r"jailbroken|dan|without (?:any )?(?:restrictions|rules|limits))\b",
        r"\b(?:enable|enter|activate)\W+(?:god|jailbreak|dan)\W+mode\b",
        rf"\b(?:new|updated|secret|hidden|special|additional|revised|overriding)\W+(?:system\W+)?"
        rf"{_RULES}\W+(?:for|to|from)\W+(?:\w+\W+){{0,2}}?(?:assistant|model|{assistant})\b\s*:",
        # role markers
        rf"\b(?:system|developer|admin(?:istrator)?)\W+(?:override|prompt|message|instruction)s?\b\s*"
        rf"[:=>\])-]\W*(?:{as_an_ai}|{_SAY_SO}|{_DROP_ALL}|(?:always )?{_ANSWER}\b|the (?:correct )?answer\b)",
        rf"^\W*(?:system|assistant|developer)\W*:\W*(?:{as_an_ai}|{_SAY_SO}|{_DROP_ALL}|"
        r"the (?:correct )?answer\b|reveal\b|from now on,? you\b)",
        # words to the assistant
        rf"\b(?:dear|attention|note to|notice to|message (?:to|for)|memo to|hello|hey)\W+"
        rf"(?:\w+\W+){{0,2}}?{assistant}\b\s*(?:reading\b|processing\b|that (?:reads?|process\w*)\b|"
        r"answering\b|[:,!.—–-])",
        rf"\bif you(?:'re|’re| are)\W+an?\W+(?:\w+\W+)?{assistant}(?:\s*[:,]|\W+(?:reading|processing|"
        r"answering|that)\b)",
        rf"\b{assistant}\W+(?:that (?:read|process)\w*|reading|processing|summari[sz]ing|answering)\W+"
        r"(?:this|these)\b.*\b(?:must|should|shall|has to|have to|need to|please|always|never)\b",
        # what is to be said
        rf"\b{_ANSWER}\W+(?:to\W+)?(?:every|all|any|each)(?:\W+\w+){{0,1}}?\W+(?:questions?|quer(?:y|"
        rf"ies)|prompts?)\b[^.!?]{{0,20}}?\W{with_code}",
        rf"\b(?:always|only|instead|now)\W+{_ANSWER}\b(?:\W+\w+){{0,2}}?\W+"
        rf"{with_code}",
        rf"\b{_ANSWER}\b(?:\W+\w+){{0,4}}?\W+only\W+with\W+(?:the (?:single )?(?:word|phrase|string)\b|"
        r"(?!(?:yes|no|an?|the|your|one)\b)\w)",
        r"\byour (?:answer|output|response|reply)\W+(?:must|should|shall|has to|is to)\W+(?:always\W+)?"
        rf"(?:begin|start|end|finish|close)\W+{with_code}",
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
        rf"{_YOUR_ANSWER}.*{image}",
        rf"{image}.*{_YOUR_ANSWER}",
        rf"\b{_PUT}\b.*{address}.*{_YOUR_ANSWER}(?!\W+to\b)",
        rf"\b{_PUT}\b.*{_YOUR_ANSWER}(?!\W+to\b).*{address}",
        rf"{_YOUR_ANSWER}(?!\W+to\b).*\b(?:must|should|shall|has to|have to)\b.*\b{_PUT}\b.*{address}",
        r"\b(?:put|send|encode|append)\b[^.!?]{0,80}?\b(?:question|conversation|context|answer|"
        r"passages?)\b[^.!?]{0,60}?\b(?:in|into|to|as)\b[^.!?]{0,20}?https?://",
    )


# Questions about the collection. What follows may not be part of a question about a rule: "which
# documents do I need" asks for no list of files.
_DOCUMENTS = r"(?:documents?|files?|docs?)"
_PLACES = r"documents?|files?|pages?|sections?|sources?|chapters?|articles?|paragraphs?"
_THE_COLLECTION = r"(?:the|this|your|our|my) (?:collection|index|library|archive|database|system|knowledge base|document store)"
_ARE_THERE = (
    rf"(?:(?:do|can) (?:you|we|i) (?:have access to|have|know of|know about|know|see|hold|contain|search|read|access)"
    rf"|(?:are|is) there|exist|(?:are|is) (?:available|indexed|stored|loaded|uploaded|known|accessible|searchable|in {_THE_COLLECTION})"
    rf"|have you (?:got|read|indexed)|have been (?:added|uploaded|indexed|ingested|read)|(?:does|do) {_THE_COLLECTION} (?:have|hold|contain))"
)
_IN_ALL = rf"(?: (?:in total|in all|altogether|here|in here|now|right now|at the moment|currently|available|for me|to (?:me|you)|in {_THE_COLLECTION}))?"
_PLACE_OR_TOPIC = r"(?: (?P<what>(?:in|about|on|regarding|concerning|covering) .+))?"
_TOPIC_OF = r"(?:about|on|regarding|concerning|covering|mentioning|dealing with|that (?:is|are|deals?|talks?|tells?|says something|say something) (?:about|with)|that (?:mentions?|covers?|describes?))"
_KINDS_OF_FILES = r"(?:pdfs?|word|excel|powerpoint|spreadsheets?|workbooks?|presentations?|slides?|html|web ?pages?|markdown|csv|text|e-?mails?|images?|scans?|pictures?)"


LANGUAGE = Language(
    code="en",
    stop_words=split(
        """a about above after again all also am an and any are as at be because been before being
        below between both but by can could did do does doing down during each few for from further
        had has have having he her here hers him his how i if in into is it its itself just may me
        might more most must my no nor not of off on once only or other our ours out over own per
        please same shall she should so some such tell than that the their theirs them then there
        these they this those through to too under until up upon us very was we were what when where
        which while who whom whose why will with would you your yours"""
    ),
    capitals="",
    optional_articles=("the",),
    refusals=(
        r"^\W*not found\b",
        rf"\bnot found in {_HERE}\b",
        r"\bnot in the (documents|passages)\b",
        r"\b(passages?|documents?|context|text|information) (do(es)?|did) not "
        r"(contain|hold|provide|mention|say|state|specify|answer|include)",
        rf"\b(is|are) not (mentioned|specified|stated|provided|given|included) in {_HERE}\b",
        r"\b(no|not enough|insufficient) information\b",
        r"\b(cannot|can't|unable to) (answer|find|determine)\b",
    ),
    sentences=SentenceWords(before_ordinals=(), whole_sentences=("No.",)),
    numbers=NumberWords(
        names=split_all(
            {
                0: "zero",
                1: "one",
                2: "two",
                3: "three",
                4: "four",
                5: "five",
                6: "six",
                7: "seven",
                8: "eight",
                9: "nine",
                10: "ten",
                11: "eleven",
                12: "twelve",
                13: "thirteen",
                14: "fourteen",
                15: "fifteen",
                16: "sixteen",
                17: "seventeen",
                18: "eighteen",
                19: "nineteen",
                20: "twenty",
                30: "thirty",
                40: "forty",
                50: "fifty",
                60: "sixty",
                70: "seventy",
                80: "eighty",
                90: "ninety",
            }
        ),
        compounds=("{ten}-{one}", "{ten} {one}"),
        ones_in_compounds=(),
        ones_before_hundred=("a",),
        hundreds=("hundred",),
        joints=("and",),
        scales=split_all(
            {
                "thousand": "thousand",
                "million": "million millions mn",
                "billion": "billion billions bn",
                "trillion": "trillion trillions",
            }
        ),
    ),
    denials=DenialWords(
        before_nouns=split("no none neither nor without"),
        others=split("not never cannot"),
        endings={"n't": "not"},
        may_turn=(
            "not",
            r"\w+n['’]t",
            "cannot",
            "no",
            "non",
            "never",
            "neither",
            "nor",
            "none",
            "nobody",
            "nothing",
            "without",
            "hardly",
            "rarely",
            "seldom",
            "barely",
            "scarcely",
            r"fail\w*",
            r"lack\w*",
            "rather than",
            "instead of",
            "far from",
            "yet to",
        ),
        behind=("not", "no"),
        prefixes=("un", "non", "not"),
        joined_prefixes=("in",),
        exceptions=("except(?:ing)?(?: for)?", "excluding", "apart from", "other than"),
    ),
    dates=DateWords(
        months=(
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sep", "sept"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        ordinal_endings=("st", "nd", "rd", "th"),
        before_months=("of",),
        written_months=split(
            "January February March April May June July August September October November December"
        ),
        form="{day} {month} {year}",
        clocks=("o'clock",),
    ),
    figures=FigureWords(
        units=split_all(
            {
                "%": "percent",
                "percentage points": "points",
                "EUR": "euro euros",
                "USD": "dollar dollars",
                "GBP": "pound pounds",
                "CHF": "franc francs",
                "pence": "pence penny",
                "cents": "cent cents",
                "km": "kilometre kilometres kilometer kilometers",
                "miles": "mile miles",
                "metres": "metre metres meter meters",
                "kg": "kilogram kilograms",
                "g": "gram grams",
                "tonnes": "tonne tonnes ton tons",
                "hectares": "hectare hectares",
                "acres": "acre acres",
                "megalitres": "megalitre megalitres",
                "kW": "kilowatt kilowatts",
                "MW": "megawatt megawatts",
                "seconds": "second seconds",
                "minutes": "minute minutes",
                "hours": "hour hours",
                "days": "day days",
                "weeks": "week weeks",
                "months": "month months",
                "years": "year years",
                "V": "volt volts",
                "W": "watt watts",
                "litres": "litre litres liter liters",
            }
        ),
        percent_phrases=("per cent",),
        between=split("a an the of in on at for to and or per by from is are was were as"),
        minus=("minus",),
        losses=(
            "minus",
            "negative",
            r"loss\w*",
            "los[te]",
            "fell",
            r"fall\w*",
            r"decreas\w*",
            r"declin\w*",
            r"reduc\w*",
            "down",
            "lower",
            "less",
            "below",
            "deficit",
            r"drop\w*",
            "shrank",
            r"cost\w*",
            r"expens\w*",
        ),
        at_least=(
            "at least",
            "(?:no|not) (?:less|fewer|earlier) than",
            "minimum(?: of)?",
            "more than",
            "over",
            "above",
            r"exceed\w*",
            "after",
            "since",
        ),
        at_most=(
            "at most",
            "up to",
            "(?:no|not) (?:more|later) than",
            "maximum(?: of)?",
            "less than",
            "fewer than",
            "under",
            "below",
            "within",
            "before",
            "until",
        ),
        or_more=("or more", "and more", "and above"),
        or_less=("or less", "or fewer", "and below"),
    ),
    labels=LabelWords(
        no_names=split(
            "around roughly approximately nearly almost since beyond late early mid ended ending "
            "top least most"
        ),
        number_signs=(r"no\.?", "number"),
        list_joints=("and", "or"),
        range_joints=("to",),
        clauses=(
            "clauses?",
            "subclauses?",
            "sections?",
            "subsections?",
            "articles?",
            "paragraphs?",
            "chapters?",
            "items?",
            "points?",
            "rules?",
            r"art\.",
            r"sec\.",
            r"para\.",
            "§+",
        ),
        clause_words=split(
            "say says said state states stated read reads regulate regulates contain contains stand stands "
            "mean means written content contents text wording exactly tell show quote cite give please full"
        ),
    ),
    questions=QuestionWords(
        for_numbers=(
            r"how (many|much|long|old|far|often|high|large|big|tall|fast)",
            r"what (percentage|percent|number|year|date|day|month|amount|share|price|cost)",
            "when",
            r"which (year|date|day)",
        ),
        for_values={
            "money": (
                r"how expensive",
                r"(?:how much|what) (?:does|do|did|will|would|can|could) [^?]{1,80}\bcosts?",
                r"(?:at|for) (?:what|which) price",
                r"what (?:is|was|are|were) the (?:\w+ )?(?:prices?|costs?|fees?|fares?|rent)",
            ),
            "share": (
                r"(?:what|which) (?:percentage|per ?cent)",
                r"how many (?:percent|per cent|percentage points)",
            ),
            "mass": (
                r"how heavy",
                r"(?:how much|what) (?:does|do|did) [^?]{1,80}\bweighs?",
                r"what (?:is|was|are) the (?:\w+ )?weights?",
            ),
            "length": (r"how (?:tall|wide|thick|deep)",),
            "time length count": (r"how long(?! ago)",),
            "time": (r"how old",),
        },
        for_counts=(r"how many",),
        for_amounts=(r"how much", r"how many"),
        in_units=("in",),
        without_figures=split(
            "no none nothing never free unlimited half halves quarter quarters third thirds double depends"
        ),
        other_durations=(
            "until",
            "as long as",
            "overnight",
            "always",
            "permanently",
            "indefinitely",
        ),
        about_questions=(
            "questions?",
            "asks?",
            "asked",
            "check(s|ed|lists?)?",
            "inspect(s|ed)?",
        ),
        leaning_starts=(
            "and",
            "also",
            "but",
            "or",
            "so",
            "then",
            "what about",
            "how about",
            "what if",
            "why not",
        ),
        pointing_back=split(
            """it its they them their theirs that those this these there then he him his she her
            hers same such one ones former latter previous above"""
        ),
        question_labels=("q", "question"),
        answer_labels=("a", "answer"),
        rewrite_labels=("(?:the )?(?:standalone |rewritten |rephrased |last )*question(?: is)?",),
        everyday=split_all(
            {
                "boss": "manager supervisor superior lead",
                "off": "leave vacation holiday absence pto",
                "holiday holidays": "vacation leave pto",
                "vacation": "leave holiday pto",
                "tell": "inform notify report communicate",
                "kid kids baby": "child children birth",
                "mum mom dad": "parent parents mother father relative family",
                "carer": "caregiver",
                "newbie newbies newcomer": "hire hires employee joiner starter",
                "sack sacked fire fired": "dismissed dismissal terminated termination",
                "quit": "resign resignation leave terminate termination",
                "private": "personal personally-owned",
                "firm": "company",
                "mobile cellphone": "phone cell telephone",
                "wifi": "internet wi-fi network",
                "notebook": "laptop computer",
                "laptop": "computer notebook device",
                "pc": "computer laptop",
                "present": "gift",
                "refund": "reimbursement reimburse reimbursed",
                "cash money": "payment paid pay amount funds assets",
                "salary": "pay compensation",
                "wage wages": "pay compensation salary",
                "sick": "illness medical",
                "ill": "sickness medical",
                "doctor": "medical physician practitioner",
                "note": "certificate",
                "rules": "requirements guidelines policy",
                "course courses": "training education",
                "hand": "submit file",
                "sign": "enroll enrol register",
                "get": "receive",
                "buy": "purchase order",
                "reach": "contact",
                "car": "vehicle",
                "bike": "bicycle cycle",
                "home": "remote remotely telework",
                "lunch food": "meal meals",
                "plane": "flight flights air",
                "max": "maximum",
                "min": "minimum",
                "often": "every per times",
            }
        ),
    ),
    plans=PlanWords(
        telling_words=split("is are the what who where how many much please list all show give me"),
        writing=(
            r"(?:please |kindly )?(?:(?:can|could|would|will) you )?(?:please )?(?:help me )?"
            r"(?:write|draft|compose|formulate|phrase|reply to|prepare)"
            r"(?! down) (?:\w+ ){0,6}?(?:e-?mails?|mails?|letters?|messages?|texts?|notes?|notices?|"
            r"repl(?:y|ies)|answers?|memos?|announcements?|reminders?|invitations?|speech|paragraphs?|"
            r"summary|posts?|posters?|complaints?|applications?|requests?|statements?|report|faq|offer)",
        ),
        asking=(
            r"(?:and |also |or )*(?:at |in |on |by |for |from |to |with |until |under )?"
            r"(?:what|which|who|whom|whose|when|where|why|how)(?:['’]s|['’]re)?",
        ),
        openly=(r"(?:and |also |so )*(?:what|which|who|whom)(?:['’]s|['’]re|s)?",),
        requests=(
            r"(?:please )?(?:tell|give|show|send) me (?:please )?(?:both )?(?:the )?",
            r"(?:i|we) (?:need|want|would like)(?: to know)? (?:both )?(?:the )?",
            r"(?:what|who) (?:is|are) (?:both )?the (?=[^?]*,[^?]* and the )",
        ),
        yes_no=(
            "is|are|am|was|were|do|does|did|can|could|may|might|must|shall|should|will|would|has|have|had",
            "isn['’]t|aren['’]t|don['’]t|doesn['’]t|can['’]t",
            "(?:is it )?(?:true|correct|right) that",
        ),
        joints=("and", "as well as", "and also"),
        comparing=(
            r"compar\w+",
            "versus",
            r"vs\.?",
            r"differ\w*",
            "what (?:has |is )?changed",
            "as opposed to",
            "what changed",
            r"(?:or|than) [^?]{2,60}",
        ),
        compared_pairs=(
            r"compare (?:the )?(?P<head>[^?]{3,60}?) (?:of|in|for|between) (?:the )?(?P<first>[^?]{1,60}?) (?:and|with|to) (?:the |those (?:of|in|for) )?(?P<second>[^?]{1,60})$",
            r"compare (?:the )?(?P<first>[^?]{1,80}?) (?:and|with|to|against) (?:the )?(?P<second>[^?]{1,80})$",
            r"^what changed (?:in |about )?(?:the )?(?P<head>[^?]{3,60}?) (?:between|from) (?:the )?(?P<first>[^?]{1,60}?) (?:and|to) (?:the )?(?P<second>[^?]{1,60})$",
            r"differences? (?:in (?:the )?(?P<head>[^?]{3,60}?) )?between (?:the )?(?P<first>[^?]{1,80}?) and (?:the )?(?P<second>[^?]{1,80})$",
            r"^what is (?:different|the same) (?:in (?:the )?(?P<head>[^?]{3,60}?) )?between (?:the )?(?P<first>[^?]{1,80}?) and (?:the )?(?P<second>[^?]{1,80})$",
            r"^(?:what|how) (?:has |is |did )?(?:changed? |different )(?:for |in |about |with )?(?:the )?(?P<head>[^?]{3,60}?) (?:compared (?:with|to)|since|from) (?:the )?(?P<first>old|former|previous|earlier)\b(?P<second>[^?]{1,60})$",
            r"how (?:do|are) (?:the )?(?P<first>[^?]{1,80}?) and (?:the )?(?P<second>[^?]{1,80}?) (?:differ(?:ent)?|compare)\b",
            r"how (?:does|do|is|are) (?:the )?(?P<first>[^?]{1,80}?) (?:differ(?:s|ent)?|compares?d?) (?:from|to|with) (?:the )?(?P<second>[^?]{1,80})$",
            r"^(?P<head>which [^?,]{2,60}), (?:the )?(?P<first>[^?,]{1,60}?) or (?:the )?(?P<second>[^?,]{1,60})$",
            r"^(?:is|are|do|does) (?:the )?(?P<first>[^?,]{1,60}?) or (?:the )?(?P<second>[^?,]{1,40}? (?:\w+er|more \w+|less \w+)\b[^?]*)$",
            r"^(?!(?:and |so )?(?:what|who|how|when|where|why|can|may|do|does|is|are|should|must)\b)"
            r"(?P<first>[^?,:]{1,60}?) (?:versus|vs\.?|against) (?P<second>[^?,:]{1,60})",
        ),
        compared_by=split("in for on by regarding concerning when as"),
        shared_tails=split("of for in at"),
        articles=split("the a an our your their"),
        operations={
            "difference": (
                "by how much",
                r"how much (?:more|less|higher|lower|longer|shorter|\w+er)\b(?= [^?]* than )",
                r"how many (?:\w+ ){0,3}(?:more|fewer|less)\b(?= [^?]* than )",
                "(?:price|cost|age|numerical) difference",
            ),
            "average": (
                "average",
                "on average",
                "(?:the|arithmetic) mean(?! of)",
                "mean value",
                "median",
            ),
            "sum": (
                "total",
                "in total",
                "sum of",
                "altogether",
                "combined",
                "added up",
                "add up",
                r"(?:how (?:many|much)|what (?:do|does|is|are|did)) [^?]{2,90} together",
            ),
            "maximum": (
                r"(?:the|is|has|have|costs?|pays?|are|was|were|whose) (?:\w+ ){0,2}(?<!\bat )(?:most|highest|largest|biggest|longest|greatest|oldest|"
                r"heaviest|tallest|fastest|farthest|furthest|richest|hottest|widest|deepest|best|top)"
                r"(?! recent| common| important)\b",
            ),
            "minimum": (
                r"(?:the|is|has|have|costs?|pays?|are|was|were|whose) (?:\w+ ){0,2}(?<!\bat )(?:least|lowest|smallest|shortest|fewest|cheapest|youngest|"
                r"lightest|slowest|nearest|closest|coldest|narrowest|worst)\b",
                r"(?:\w+ ){0,2}(?:fastest|soonest|quickest)",
            ),
            "count": (
                r"how many (?:different )?(?:[\w-]+ ){1,4}?(?:are there|do (?:we|you|they) have|are (?:listed|in (?:the|our) (?:table|list|sheet|file)))",
                r"how many (?:different )?(?!days|weeks|months|years|hours|minutes|people|euros)(?:[\w-]+ ){1,3}?(?:are|have|has|cost|come|were|had|lie|start|end|use|with|in the (?:table|list))\b",
                r"number of (?:[\w-]+ ){1,4}(?:older|younger|above|below|over|under|with|in the (?:table|list)|more|less)\b",
                r"^count\b",
            ),
            "filter": (
                r"(?:which|what|list|show|all) (?:[\w-]+ ){1,6}?(?:above|below|over|under|more than|less than|fewer than|at least|at most|after|before|between|cheaper than|longer than|later than|earlier than) (?:[A-Z€$£]{0,3} ?)?\d+",
            ),
        },
        procedures=(
            r"^(?:and |so )?how (?:do|can|should|must|would|shall|may|to)(?! (?:many|much|long|often))\b(?! (?:the|they|we|you|these|those)? ?(?:\w+ )?(?:differ|compare))",
            "how to",
            r"what (?:do|should|must|shall|can) (?:i|we|one|you|people|employees|staff|someone|somebody) (?:have to |need to )?do\b",
            "what (?:now|next)",
            r"(?:steps?|process|procedure|instructions?|way) (?:for|to|of)\b",
            "walk me through",
            "step by step",
        ),
        lists=(
            r"(?:please )?(?:list|enumerate)\b",
            r"(?:please )?(?:name|show|give|tell)(?: me)? (?:all|every|each|the [\w -]{2,60} (?:in|as) a (?:table|list))\b",
            r"(?:please )?(?:show|give)(?: me)? [^?]{2,80}(?:table|list)",
            r"(?:what|which) are (?:all )?(?:the|our|your)\b",
            r"what (?:all|kinds? of|types? of|sorts? of)\b",
            r"which (?:[\w-]+ ){0,3}(?!(?:is|was|has|does)\b)[\w-]*[a-rt-z]s\b(?! is| was| has| does)",
            r"which (?:[\w-]+ ){0,3}[\w-]*[a-rtv-z]s does [^?]{2,60} (?:have|support|accept|offer|provide|include)\b",
            r"who are\b",
            # "what values does the company have"; "what status" is one thing
            r"what (?:[\w-]+ ){0,3}[\w-]*[a-hj-rtv-z]s "
            r"(?:do|does|did|are|were|can|could|must|should|may|will|have|apply|exist|belong|count)\b",
            r"what (?:belongs|do(?:es)? [^?]{2,60} (?:include|contain|consist of|cover))\b",
            r"(?:an? )?(?:overview|list|table) of\b",
            r"all (?:the )?\w+",
        ),
        events=(
            r"(?:when|where|why|who|how(?: long| much| often)?|in which \w+|on which \w+|since when) "
            r"(?:exactly )?(?:did|was|were|(?:has|have|had)(?! to\b)|got)",
        ),
        conditions=(
            "only",
            "if",
            "unless",
            "when",
            "up to",
            "at least",
            "at most",
            "before",
            "until",
            "after",
            "from",
            "may ask",
            "except",
        ),
    ),
    editions=EditionWords(
        replaced=(
            "replaced",
            "superseded",
            "withdrawn",
            "obsolete",
            "out of date",
            "no longer (?:in force|valid|applicable)",
        ),
        replaced_by=("by", "on", "since", "from", "as of", "with effect"),
        was=("is", "was", "has been"),
        in_force=("valid", "in force"),
        documents=(
            "polic(?:y|ies)",
            "versions?",
            "editions?",
            "documents?",
            "handbooks?",
            "manuals?",
            "guid(?:e|elines?|ance)",
            "regulations?",
            "rules?",
            "agreements?",
            "contracts?",
            "directives?",
            "instructions?",
            "procedures?",
            "pages?",
            "notices?",
            "lists?",
            "standards?",
            "sheets?",
        ),
        this=("this", "these", "the present"),
        is_=("is", "are", "was", "were", "been"),
        adverbs=("now", "therefore", "hereby"),
        articles=("the",),
        by=("by",),
        this_one=("this", "these", "the present"),
        replaces=("replaces", "supersedes"),
        others=("all", "the", "any", "version", "edition"),
        replaced_in_general=("within", "every", "if", "when", "unless", "after", "free"),
        asks_for_old=(
            "old",
            "older",
            "former",
            "formerly",
            "previous",
            "previously",
            "earlier",
            "past",
            "used to",
            "archived?",
            "before",
            "replaced",
            "superseded",
            "changed?",
            r"differ\w*",
            "compared?",
        ),
    ),
    orders=OrderWords(
        assistants=(
            r"(?:a\.?i\.?|virtual|digital)[ -]assistants?",
            "chat ?bots?",
            "language models?",
            "llms?",
            r"a\.?i\.?(?: systems?| models?| agents?)?",
            "gpt",
        ),
        with_=("with",),
        people_reply=split("yes no ok stop start help"),
        patterns=_orders,
    ),
    summaries=SummaryWords(
        courtesies_before=("please ", "can you ", "could you "),
        courtesies_after=("please",),
        verbs=("summari[sz]e", "sum up", "give me", "write", "make", "list", "show", "tell me"),
        requests=(
            "(?:summari[sz]e|sum up|(?:give me|write|make) a (?:short |brief )?summary of) (?P<what>.+?)",
            "what are the (?:main|key|most important) points (?:of|in) (?P<what>.+?)",
        ),
        the_chosen=("it", "this", "that", "(?:this|that|the) (?:document|file|text|page)"),
        cannot_open=split(
            """it its they their them this that these those he she his her we such so thus then
            therefore however otherwise also and but or nor yet here there"""
        ),
    ),
    questionnaires=QuestionnaireWords(
        columns={
            "question": (
                ("question", "questions", "question text"),
                ("requirement", "requirements"),
                ("control", "query"),
            ),
            "id": (("id",), (), ("no", "no.", "number"), ("ref", "reference", "#")),
            "spaces": (("space", "spaces"),),
            "documents": (("document", "documents"),),
            "kind": (("type", "answer type", "answer_type"), ("kind",)),
            "choices": (("choices", "options"),),
            "unit": (("unit",),),
        },
        kinds={
            "text": ("text", "free text"),
            "yes_no": ("yes/no", "yes_no", "yes or no"),
            "number": ("number",),
            "date": ("date",),
            "choice": ("choice", "one of"),
            "list": ("list",),
        },
        numbers=("number",),
        choices=("one of", "choice"),
        yes=("yes",),
        no=("no",),
        bare_choices=split("yes no y n none true false"),
        asks_at_least=("at least", "minimum", r"min\.", "no (?:fewer|less)"),
        asks_at_most=(
            "at most",
            "maximum",
            r"max\.",
            "within",
            "up to",
            "no more",
            "may",
            "longest",
            "latest",
            "limit",
        ),
        empty_titles=("microsoft word", "untitled", r"document\d*$"),
        owners=("its", "their", "his"),
        documents=(
            "it",
            "they",
            "them",
            "he",
            "she",
            "him",
            "(?:this|the) (?:document|article|text|file)",
        ),
        empty_subjects=(r"it\s+(?:\w+\s+){0,2}(?:to|that|if|whether)\b",),
        other_things=("the", "an?", "any", "some", "each", "every", "all"),
    ),
    retrieval=RetrievalWords(
        stop_words=split(
            """a about am an and any are as at be been but by can could did do does for from had has
            have he her him his how i if in into is it its many me much my of on or our shall she
            should so such than that the their them then there these they this those to us was we
            were what when where which who whom whose why will with would you your"""
        ),
        untold_in_names=split(
            """the a an of and for to in on no final draft copy version rev edition extract scan"""
        ),
        before_names=("in", "from", "under", "per", "of", "says", "according to"),
        articles_before_names=("the", "our", "your", "this"),
        turning=split(
            """not no never none nor neither cannot without only except unless before after until
            over under above below more less least most minimum maximum must may either
            zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
            fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy
            eighty ninety hundred thousand million billion half quarter third twice daily weekly
            monthly quarterly yearly annually hour hours day days week weeks month months year
            years"""
        ),
        numbered_parts=("chapter", "section", "part", "annex", "appendix", "article"),
        compound_joints=("",),
    ),
    talk=TalkWords(
        courtesies={
            "greeting": (
                r"(?:hello|hi|hiya|hey|howdy|greetings|hullo)(?: (?:again|all|everyone|everybody|team|folks))?",
                r"good (?:morning|afternoon|evening|day)(?: to you)?",
                r"nice to (?:meet|see) you",
            ),
            "thanks": (
                r"(?:many thanks|thanks|thank you|thx|cheers)(?: (?:a lot|a million|a bunch|so much|very much|again|kindly|anyway|indeed))?(?: (?:for (?:that|this|everything|(?:your|the|all your) (?:help|answers?|time|support|patience|quick (?:help|answer|reply)))))?",
                r"(?:that(?: is|'s) |this is |it is |very |i )?much appreciated",
                r"i (?:really )?appreciate (?:it|that|this|your help)",
            ),
            "farewell": (
                r"(?:bye|good ?bye|bye[- ]bye|farewell|see you|see ya|so long)(?: (?:later|soon|then|tomorrow|around|next time|for now))?",
                r"(?:have|enjoy) (?:a|the|your) (?:very )?(?:(?:nice|good|great|lovely|wonderful) )?(?:day|one|evening|afternoon|weekend|time|rest of the day)",
                r"good night",
                r"take care",
                r"talk (?:to you )?(?:later|soon|tomorrow)",
                r"until (?:next time|tomorrow|later|then)",
                r"that(?: is|'s| was|'ll be| will be) (?:all|it|everything)(?: (?:for (?:now|today)|then|i (?:need|needed|wanted)(?: to know)?))*",
            ),
        },
        acknowledgements=(
            r"(?:ok|okay|okey|oke|k|kk)",
            r"(?:alright|all right|all clear)(?: then)?",
            r"(?:i see|got it|i got it|understood|i understand|noted|makes sense|that makes sense|good to know)",
            r"(?:great|perfect|cool|nice|super|awesome|excellent|wonderful|fantastic|brilliant|lovely|amazing|good|very good|very nice|fine)(?: (?:stuff|then|one))?",
            r"(?:oh|ah|aha|hm+|mhm|uh huh|wow|lol|haha|well)",
            r"(?:sure|right|exactly|interesting|no problem|no worries|never ?mind|you(?:'re| are) welcome|sounds good|sorry)",
        ),
        addressed=(
            "there",
            "strongroom",
            "bot",
            "robot",
            "assistant",
            "friend",
            "mate",
            "buddy",
            "everyone",
            "dear",
            "sir",
            "madam",
            "computer",
            "machine",
            "chatbot",
        ),
        openers=(
            r"please",
            r"excuse me",
            r"pardon me",
            r"sorry(?: to bother you)?",
            r"(?:just )?(?:a|one) (?:quick |small |short |further |other |last )?question",
            r"(?:i have|i've got|i've) (?:a|one|another) (?:quick |small |short |further |other |last )?question",
        ),
        closers=(
            r"please",
            r"thanks(?: in advance| a lot| so much)?",
            r"thank you(?: in advance| very much| so much)?",
            r"many thanks(?: in advance)?",
            r"thx",
            r"cheers",
        ),
        said={
            "acknowledgement": (
                r"(?:no|nope|nah|not now|nothing)(?:,? (?:thanks|thank you|that is all|that's all))?",
            ),
            "bare": (
                r"(?:yes|yep|yeah|yup|yes,? (?:please|sure|of course)|of course|go on|go ahead|continue|do it|maybe)",
            ),
            "wellbeing": (
                r"(?:and )?how (?:are|r) (?:you|u|things)(?: (?:doing|today|feeling|keeping|this morning))*",
                r"how(?:'s| is) (?:it going|everything|life|your day)(?: today)?",
                r"how do you (?:do|feel)(?: today)?",
                r"what(?:'s| is) up",
                r"are you (?:ok|okay|well|fine|happy|tired)(?: today)?",
            ),
            "identity": (
                "(?:and )?(?:who|what) am i (?:talking|speaking|chatting|writing) (?:to|with)",
                r"(?:so )?(?:who|what) (?:exactly )?are you(?: exactly| really)?",
                r"(?:what(?:'s| is)|tell me) your name",
                r"do you have a name",
                r"(?:are|r) (?:you|u) (?:really )?(?:a |an |the )?(?:real |just )?(?:bot|robot|chatbot|chat ?gpt|gpt|ai|a\.i\.|machine|computer|program|human|human being|person|real|alive|conscious|sentient|intelligent|model|language model|assistant|man|woman)(?: or (?:a |an )?(?:bot|robot|ai|machine|computer|human|person|real person))?",
                r"(?:am i|are we) (?:talking|speaking|chatting|writing) (?:to|with) (?:a |an )?(?:real )?(?:bot|robot|chatbot|ai|machine|computer|human|human being|person)",
                r"(?:is (?:this|that|it)|are you) (?:chat ?gpt|gpt|an ai|a bot|a chatbot|a robot|a person|a human)",
                r"who (?:made|built|created|wrote|developed|programmed|trained) you",
                r"(?:please )?(?:introduce yourself|tell me (?:something )?about yourself)",
                r"how old are you",
                r"where (?:are you(?: from)?|do you come from|do you live)",
            ),
            "abilities": (
                r"(?:so )?what (?:all )?(?:can|could) you (?:do|help (?:me|us) with|answer|tell me)(?: for (?:me|us))?",
                r"(?:and )?what (?:do you do|are you (?:able to do|capable of|good at|for|here for))",
                r"what are your (?:features|capabilities|skills|abilities|functions|limits)",
                r"how (?:can|could|do|would|may) (?:you (?:help|assist)(?: (?:me|us))?|you work|i (?:use|work with) (?:you|this|it|strongroom))",
                r"how does (?:this|it|strongroom)(?: (?:thing|chat|tool|page|program|bot))? work",
                r"what (?:can|could|may|should|do) i (?:ask|do)(?: (?:you|here|with (?:you|this)))?",
                r"(?:what|which|what kind of|what sort of) questions (?:can|may|could) (?:i ask|you answer)(?: you)?",
                r"what is (?:this|strongroom)(?: (?:thing|chat|tool|page|program|bot))?(?: (?:for|about|good for))?",
                r"(?:can|could|will|would) you (?:please )?(?:help|assist)(?: (?:me|us))?(?: please)?",
                r"(?:help|help me|help us|help please|i need (?:some |your )?help|i need assistance|instructions|manual|usage|commands)",
                r"what do you know",
                r"where do you (?:get|take) your (?:answers|information|knowledge) from",
            ),
            "languages": (
                r"(?:do|can) you (?:also )?(?:speak|understand|read|answer in|write) (?:english|german|deutsch|french|spanish|italian|other languages|my language)",
                r"(?:which|what) languages (?:do|can) you (?:speak|understand|read|know)",
            ),
            "compliment": (
                r"(?:good|great|nice|excellent|amazing|brilliant) (?:bot|job|work|answer|one|robot)",
                r"well done",
                r"(?:you are|you're|u r) (?:really |very |so |pretty |quite )?(?:great|good|the best|awesome|helpful|smart|clever|nice|kind|amazing|brilliant|wonderful|fantastic|cool|funny|useful|fast)",
                r"i (?:really )?(?:like|love) (?:you|this|it|that)",
                r"(?:that|this|it)(?:'s| is| was) (?:really |very |so |exactly )?(?:helpful|great|useful|perfect|good|nice|awesome|excellent|what i (?:needed|wanted)|impressive|amazing|fast|right|correct|true)",
                r"(?:that|this|you) (?:really )?(?:helped|helps)(?: (?:me|a lot|very much))*",
                r"very helpful",
            ),
            "complaint": (
                r"(?:that|this|it)(?:'s| is| was) (?:just |simply |completely |totally )?(?:wrong|not right|not correct|incorrect|false|nonsense|rubbish|not true|not helpful|useless|not what i (?:asked|meant|wanted)(?: for)?)",
                r"(?:you are|you're) (?:really |so |very |completely )?(?:wrong|useless|stupid|dumb|not (?:very )?helpful|mistaken|lying|slow|bad)",
                r"(?:wrong|wrong answer|bad (?:bot|answer)|useless|nonsense|rubbish|i (?:do not|don't) (?:like|believe) (?:you|this|that|it))",
                r"(?:that|this|it) (?:did not|didn't|does not|doesn't) (?:help|answer my question)(?: me)?",
            ),
            "outside": (
                r"(?:please )?(?:tell|know) (?:me |us )?(?:a|another) (?:joke|story|poem)",
                r"(?:do you know|can you tell me) (?:a|any) (?:good )?(?:jokes?|stor(?:y|ies)|poems?)",
                r"(?:what(?:'s| is)|how(?:'s| is)) the weather(?: like)?(?: (?:today|tomorrow|now|outside))?",
                r"what(?:'s| is) the time(?: now)?|what time is it(?: now)?|what day is (?:it|today)(?: today)?|what(?:'s| is) (?:the date today|today's date|the date)",
                r"(?:do you )?(?:love|like|hate|marry) me",
                r"sing (?:me )?a song",
            ),
        },
        remembered={
            "first_question": (
                r"(?:what|which) (?:was|is) (?:the |my )(?:very )?first question(?: (?:i asked|again))?(?: you)?",
                r"what (?:did|have) i (?:ask|asked|say|said)(?: you)? (?:first|at first|at the (?:beginning|start)|in the beginning)",
                r"what (?:was|is) the first (?:thing|question) (?:that )?i (?:asked|said)(?: you)?",
                r"(?:repeat|show(?: me)?|tell me) my first question(?: again)?",
            ),
            "last_question": (
                r"(?:what|which) (?:was|is) (?:the |my )(?:last|previous|latest|earlier) question(?: (?:i asked|again))?(?: you)?",
                r"what (?:was|is) (?:the|my) question(?: again)?",
                r"what (?:did|have) i (?:just |last )?(?:ask|asked|say|said)(?: you)?(?: (?:last|before|just now|earlier|previously|a moment ago))?",
                r"(?:repeat|show(?: me)?|tell me) my (?:last |previous )?question(?: again)?",
            ),
            "questions": (
                r"what (?:have|did) (?:i|we) (?:asked|ask|discussed|discuss|talked about|talk about|said)(?: you)? (?:so far|until now|up to now|today|all)",
                r"(?:what|which) (?:were|are) (?:all )?(?:my|the) questions(?: (?:so far|i asked))?",
                r"(?:which|what|how many) questions (?:have|did) i (?:already )?(?:asked|ask)(?: you)?(?: (?:so far|until now|today|already))?",
                r"(?:list|show|repeat|tell)(?: me)? (?:all )?(?:of )?my questions(?: (?:so far|again))?",
                r"what (?:have we been|were we) talking about",
            ),
            "repeat": (
                r"(?:can you |could you |please |would you )*(?:repeat|say) (?:that|this|it|(?:your|the) (?:last |previous )?answer)(?: (?:again|once more|one more time))?(?: for me)?(?: please)?",
                r"(?:can you |could you |please )*repeat(?: again)?",
                r"(?:once more|one more time|again|come again|say again|pardon|what did you (?:just )?(?:say|answer|tell me))(?: please)?",
                r"what (?:was|is) (?:your|the) (?:last |previous )?answer(?: again)?",
            ),
        },
        question_starts=split(
            """who whom whose what which when where why how is are was were am do does did can could
            may might must shall should will would have has had list show tell give name find explain
            describe compare count summarise summarize write i i'd i'm we my our please and or but
            also so then in for about at on under according if"""
        ),
        replies={
            "greeting": "Hello! Ask me a question, and I look for the answer in your documents.",
            "thanks": "You are welcome. Ask me whenever you want to know something from your documents.",
            "farewell": "Goodbye! I am here when you have another question about your documents.",
            "acknowledgement": "Good. Ask me whenever you want to know more from your documents.",
            "bare": "Please put it as a whole question, so that I can look for the answer in your documents.",
            "wellbeing": "Thank you for asking. I am a program, so I am neither well nor unwell, but I am ready: ask me something about your documents.",
            "identity": "I am Strongroom, a program that answers questions from your documents. I am not a person. What I say comes from these documents, and each answer names the place.",
            "abilities": "Ask me what you want to know, and I look for it in your documents and name the place where it stands. I can also tell which documents there are (“Which documents do you have?”), show a page of one, say what it is about, and summarise it. What your documents do not say, I do not know.",
            "languages": "You can ask me in English or German. I answer from your documents, and quote them in their own language.",
            "compliment": "Thank you, that is good to hear. What else would you like to know from your documents?",
            "complaint": "I am sorry that this did not help. Please look at the place in the document that the answer names, or ask in other words, with the name of the document if you know it.",
            "outside": "That is not in my power: I only know what your documents say. Ask me something about them.",
            "first_question": "Your first question was: “{question}”",
            "last_question": "Your last question was: “{question}”",
            "questions": "These were your questions:",
            "repeat": "I said: {answer}",
            "nothing_before": "You have not asked anything before in this conversation.",
        },
    ),
    collection=CollectionWords(
        requests={
            "source": (
                rf"(?:in |from |on )?(?:which|what) (?:{_PLACES}) (?:is|does|did|was|are|were) (?:that|this|it|these|those)(?: say (?:that|so|this))?(?: come)?(?: (?:from|in|on|stated|written|taken|found|mentioned|described))*",
                rf"(?:which|what) (?:{_PLACES}) (?:says|states|describes|mentions|explains|covers) (?:that|this|it|so)",
                r"where (?:does|did) (?:it|that|this) (?:say (?:that|so|this)|come from|stand)",
                r"where (?:did|do|have) you (?:find|found|get|got|have|read|take) (?:that|this|it)(?: from)?",
                r"where (?:is|was) (?:that|this|it) (?:written|stated|from|taken from|found)",
                r"where is (?:that|this) from",
                r"(?:what is|what's|what was|what are|show me|give me|name) (?:the|your) sources?(?: (?:of|for|behind) (?:that|this|it))?",
            ),
            "count": (
                rf"how many (?:different |other )?{_DOCUMENTS} {_ARE_THERE}{_IN_ALL}{_PLACE_OR_TOPIC}",
                rf"(?:(?:what is|what's|tell me) )?the (?:total )?number of (?:all )?(?:the |your |our )?{_DOCUMENTS}{_IN_ALL}{_PLACE_OR_TOPIC}",
                rf"count (?:all )?(?:of )?(?:the |your |our |my )?{_DOCUMENTS}{_IN_ALL}{_PLACE_OR_TOPIC}",
                rf"how (?:big|large) is {_THE_COLLECTION}",
            ),
            "list": (
                rf"(?:which|what) (?:other )?{_DOCUMENTS} {_ARE_THERE}{_IN_ALL}{_PLACE_OR_TOPIC}",
                rf"(?:can you |could you )?(?:list|show|name|tell|give)(?: me| us)?(?: a list of| the names of| the list of)?(?: all)?(?: of)?(?: the| your| my| our| these)?(?: available| indexed| known| existing)? {_DOCUMENTS}(?: (?:that )?(?:you|we|i) (?:have access to|have|know|hold|can (?:see|search|read)))?{_IN_ALL}{_PLACE_OR_TOPIC}",
                rf"(?:a |the )?list of (?:all )?(?:the |your |our |my )?{_DOCUMENTS}{_IN_ALL}{_PLACE_OR_TOPIC}",
                rf"(?:all|my|your|available) {_DOCUMENTS}",
                rf"what (?:do you have|is in {_THE_COLLECTION}|does {_THE_COLLECTION} (?:have|hold|contain))",
                rf"(?:which|what) (?:are )?the (?:names|titles) of (?:all )?(?:the |your |our )?{_DOCUMENTS}",
                rf"what are (?:the|your) {_DOCUMENTS}(?: called)?",
            ),
            "count_kind": (
                rf"how many (?P<what>{_KINDS_OF_FILES})(?: {_DOCUMENTS})? {_ARE_THERE}{_IN_ALL}",
            ),
            "list_kind": (
                rf"(?:which|what) (?P<what>{_KINDS_OF_FILES})(?: {_DOCUMENTS})? {_ARE_THERE}{_IN_ALL}",
                rf"(?:list|show|name)(?: me| us)?(?: all)?(?: the| your| my| our)? (?P<what>{_KINDS_OF_FILES})(?: {_DOCUMENTS})?{_IN_ALL}",
                rf"(?:(?:is|are) there|(?:do|have) (?:you|we) (?:have|got)) (?:also )?(?:an? |any |some )?(?P<what>{_KINDS_OF_FILES})(?: {_DOCUMENTS})?(?: (?:among|in|within) (?:the|your|our|my) {_DOCUMENTS})?{_IN_ALL}",
            ),
            "about": (
                rf"(?:is|are) there (?:also )?(?:a |an |any |some )?(?:other )?{_DOCUMENTS} {_TOPIC_OF} (?P<what>.+)",
                rf"do (?:you|we|i) (?:also )?have (?:a |an |any |some )?(?:other )?{_DOCUMENTS} {_TOPIC_OF} (?P<what>.+)",
                rf"(?:which|what) {_DOCUMENTS} (?:(?:is|are|talks?|speaks?|tells? (?:me|us)) about|deals? with|mentions?|covers?|describes?|(?:has|have|contains?|holds?|says?) (?:something|anything) (?:about|on)) (?P<what>.+)",
                rf"how many {_DOCUMENTS} (?:are about|mention|talk about|speak about|deal with|describe) (?P<what>.+)",
                rf"in (?:which|what) {_DOCUMENTS} (?:is|are) (?P<what>.+) (?:mentioned|described|regulated|explained|found|dealt with|written about)",
                rf"(?:find|search|show|list)(?: me| us)?(?: all)?(?: the)? {_DOCUMENTS} {_TOPIC_OF} (?P<what>.+)",
            ),
            "have": (
                r"(?:do|have) (?:you|we) (?:also )?(?:have|got) (?:a |an |the |any |our |some )?(?P<what>.+)",
                r"(?:is|are) there (?:also )?(?:a |an |the |any |our |some )?(?P<what>.+)",
            ),
            "where": (r"where (?:is|are|do i find|can i find|do we have) (?P<what>.+)",),
            "when": (
                r"when (?:was|were|has|have|had|is) (?P<what>.+?) (?:last |most recently |first |recently )?(?:been )?(?:last )?(?:changed|updated|modified|edited|added|uploaded|indexed|ingested|imported|read in)(?: last| most recently| the last time| for the last time| here| to (?:the|this|your) collection)?",
                r"when did (?:you|someone|somebody|anyone|we|i|they) (?:last |first )?(?:add|change|update|upload|index|read|import|ingest) (?P<what>.+?)(?: last)?",
                r"(?:what is|what's) the (?:date|age) of (?P<what>.+)",
                r"how (?:old|recent|current|up[- ]to[- ]date) (?:is|are) (?P<what>.+)",
                r"since when (?:do (?:you|we) have|is there) (?P<what>.+)",
            ),
            "pages": (
                r"how many pages (?:does|do|has|have) (?P<what>.+?)(?: (?:have|contain|comprise|consist of|got))?",
                r"how many pages (?:are there in|are in|is|are|of) (?P<what>.+)",
                r"(?:what is|what's) the (?:number of pages|page count|length) (?:of|in) (?P<what>.+)",
                r"how long is the (?:document|file) (?P<what>.+)",
            ),
            "page": (
                r"what(?: is|'s| does it say| do we find| stands| can (?:i|one) (?:find|read))? ?(?:written |stated |said |shown |printed )?on # (?:of|in) (?P<what>.+)",
                r"what does (?P<what>.+) say on #",
                r"what does # (?:of|in) (?P<what>.+?) (?:say|contain|show)",
                r"(?:can you |could you )?(?:show|read|quote|give|tell|open)(?: me| us)?(?: what is (?:written )?on| the text of)? # (?:of|from|in) (?P<what>.+)",
                r"# (?:of|in|from) (?P<what>.+)",
                r"what(?: is|'s)? (?:written |stated |said |shown )?on #",
                r"(?:show|read|quote)(?: me| us)? #",
            ),
            "author": (
                r"who (?:wrote|has written|authored|has authored|drafted|created) (?P<what>.+)",
                r"(?:who is|who's|what is the name of|name) the (?:author|writer) of (?P<what>.+)",
                r"(?:by whom|by who) (?:was|were) (?P<what>.+?) (?:written|authored|drafted|created)",
            ),
            "tables": (
                r"how many tables (?:does|do|has|have) (?P<what>.+?)(?: (?:have|contain|hold|got))?",
                r"how many tables (?:are there in|are in|is in) (?P<what>.+)",
            ),
            "sections": (
                r"how many (?:sections|chapters|headings|parts) (?:does|do|has|have) (?P<what>.+?)(?: (?:have|contain|hold|got))?",
                r"how many (?:sections|chapters|headings|parts) (?:are there in|are in|is in) (?P<what>.+)",
            ),
            "mentions": (
                r"(?:does|do|did) (?P<what>.+?) (?:mention|refer to|talk about|speak of|speak about|(?:say|contain|have|tell me|tell us) (?:anything|something|a word) (?:about|on)) (?P<topic>.+)",
                r"(?:is|are) (?P<topic>.+?) (?:mentioned|named|covered|described|explained|discussed) (?:in|by) (?P<what>.+)",
            ),
            "headings": (
                r"(?:(?:can you |could you )?(?:list|show|give|name|tell)(?: me| us)?|what are|which are) (?:all )?(?:the )?(?:headings|sections|chapters|section headings|table of contents) (?:of|in) (?P<what>.+)",
                r"(?:what|which) (?:headings|sections|chapters) (?:does|do|has|have) (?P<what>.+?)(?: (?:have|contain))?",
            ),
            "contents": (
                r"what (?:is|are) (?P<what>.+?) (?:all |mainly |mostly )?about",
                r"what does (?P<what>.+?) (?:deal with|contain|talk about|tell(?: us| me)?|say)",
                r"what(?: is|'s) (?:written |said )?(?:in|inside) (?P<what>.+)",
                r"(?:tell me|tell us) (?:something )?about (?P<what>.+)",
                r"(?:(?:what are|list|show me|give me|tell me) )?(?:the )?(?:main points|key points|main topics|topics|contents?|table of contents|outline|headings|overview|gist) (?:of|in) (?P<what>.+)",
                r"(?:give me )?an? (?:short |brief )?(?:overview|outline|description) of (?P<what>.+)",
                r"(?:give me )?(?:a |the )?(?:short |brief )?summary of (?P<what>.+)",
            ),
            "spaces": (
                rf"(?:which|what|how many) spaces {_ARE_THERE}{_IN_ALL}",
                r"(?:list|show|name)(?: me| us)?(?: all)?(?: of)?(?: the| your| my| our)? spaces(?: there are| you have)?",
                r"(?:which|what) spaces (?:may|can) i (?:read|search|ask|see|use)",
                r"(?:what are|which are) the spaces",
            ),
            "space": (
                r"(?:in )?(?:which|what) space (?:is|holds|has|contains) (?P<what>.+?)(?: in)?",
            ),
            "types": (
                rf"(?:which|what) (?:file |document )?(?:types|formats|kinds)(?: of (?:the |your )?{_DOCUMENTS})? (?:{_ARE_THERE}{_IN_ALL}|are they|are (?:the|your) {_DOCUMENTS}|do they have)",
                rf"(?:which|what) (?:kinds?|types?|sorts?) of {_DOCUMENTS} {_ARE_THERE}{_IN_ALL}",
            ),
            "newest": (
                rf"(?:(?:which|what) (?:is|are) |show (?:me )?|name )?(?:the |your )?(?:newest|latest|most recent|last added|last changed|last uploaded|most recently (?:added|changed|uploaded|updated)) {_DOCUMENTS}{_IN_ALL}",
                rf"(?:which|what) {_DOCUMENTS} (?:was|were|has been|have been|is|are) (?:the )?(?:(?:newest|latest|most recent)|(?:added|changed|uploaded|updated|indexed) (?:last|most recently|recently|lately)|(?:last|most recently|recently) (?:added|changed|uploaded|updated|indexed))",
                rf"(?:which|what) (?:newest|latest|recent) {_DOCUMENTS} {_ARE_THERE}{_IN_ALL}",
                rf"what (?:was|has been|is) (?:(?:last|recently|most recently|newly) )?(?:added|uploaded|changed|new)(?: last| most recently| recently| lately)?(?: (?:in|to) {_THE_COLLECTION})",
            ),
            "oldest": (
                rf"(?:(?:which|what) (?:is|are) |show (?:me )?|name )?(?:the |your )?(?:oldest|earliest|first added) {_DOCUMENTS}{_IN_ALL}",
                rf"(?:which|what) {_DOCUMENTS} (?:was|were|is|are) (?:the )?(?:oldest|added first|first added)",
            ),
        },
        pages=("page", "pages", r"pg?\."),
        about=("about", "on", "regarding", "concerning", "covering"),
        within=("in", "inside", "within"),
        spaces=("space", "folder", "area"),
        before_names=(
            "the",
            "this",
            "that",
            "our",
            "your",
            "my",
            "a",
            "an",
            "document",
            "file",
            "text",
        ),
        behind_names=("document", "file", "text", "page", "article", "docs", "documentation"),
        pointing=(
            "it",
            "this",
            "that",
            "(?:this|that|the|the same|the chosen|the selected) (?:document|file|text|page|article|one)",
        ),
        those={
            "which (?:ones|of (?:them|these|those)|(?:documents|files) of (?:them|these|those))": "which documents",
            "how many of (?:them|these|those)": "how many documents",
        },
        file_types={
            "pdf": split("pdf pdfs"),
            "docx": split("word"),
            "xlsx": split("excel spreadsheet spreadsheets workbook workbooks"),
            "pptx": split("powerpoint presentation presentations slide slides"),
            "html": ("html", "htm", "webpage", "webpages", "web page", "web pages"),
            "md": split("markdown"),
            "csv": split("csv"),
            "txt": split("text"),
            "eml": split("email emails e-mail e-mails"),
            "png": split("image images scan scans picture pictures"),
        },
        replies={
            "count": "There are {count} documents{where}.",
            "count_one": "There is one document{where}.",
            "none": "There are no documents{where}.",
            "list": "There are {count} documents{where}:",
            "list_one": "There is one document{where}:",
            "by_space": "By space:",
            "in_space": "in the space {space}",
            "in_scope": "among those that this question may search",
            "of_kind": "of the kind {kind}",
            "own_space": "your own documents",
            "more": "… and {count} more. Choose a space, or name a topic, to see a shorter list.",
            "pages": "{name} has {pages} pages.",
            "pages_one": "{name} has one page.",
            "no_pages": "{name} has no pages: it is of a kind of file that is not divided into pages.",
            "when": "{name} was last read in on {date} at {time} UTC. That is the version I answer from; the file's own date is not kept.",
            "have": "Yes:",
            "where": "It is among the documents here:",
            "topic": "These documents have “{what}” in their name, their title or their text:",
            "topic_one": "This document has “{what}” in its name, its title or its text:",
            "topic_none": "No document{where} has “{what}” in its name or title, and no passage names it.",
            "nearest": "The nearest passages are in:",
            "named": "in its name or title",
            "which": "Several documents fit “{what}”. Which one do you mean?",
            "page": "Page {page} of {name}:",
            "page_empty": "Page {page} of {name} holds no text that could be read.",
            "page_beyond": "{name} has {pages} pages, so there is no page {page}.",
            "no_such_page": "{name} is not divided into pages. It begins so:",
            "cut": "… {name} has more on this page; open it to read on.",
            "contents": "{name}{title}:",
            "title": "is titled “{title}”",
            "headings": "It has these parts:",
            "headings_of": "{name} has these headings:",
            "no_headings": "{name} has no headings that could be read.",
            "more_parts": "… and {count} more parts.",
            "author": "{name} names {author} as its author.",
            "no_author": "{name} does not name its author.",
            "tables": "{count} tables were read in {name}:",
            "tables_one": "One table was read in {name}:",
            "sections": "{name} has {count} headings:",
            "sections_one": "{name} has one heading:",
            "mentions": "Yes, {name} names “{what}”:",
            "mentions_none": "No passage of {name} names “{what}” in these words.",
            "mentions_more": "… and {count} more sentences.",
            "source": "My last answer was taken from:",
            "no_source": "My last answer was not taken from a document.",
            "at_page": "{name}, page {page}",
            "says": "Among other things it says:",
            "empty": "{name} holds no text that could be read.",
            "spaces": "There are {count} spaces:",
            "spaces_one": "There is one space:",
            "space": "{name} is in the space {space}.",
            "space_row": "{space}: {count} documents",
            "space_row_one": "{space}: one document",
            "types": "There are documents of these kinds:",
            "type_row": "{kind}: {count}",
            "newest": "Read in last:",
            "oldest": "Read in first, and unchanged since:",
            "row_date": "{name}, {date}",
            "in": "{name}, in {space}",
            "warning": "not read whole",
        },
    ),
    conversation=ConversationWords(
        fragments=(
            r"and (?:what|how) about",
            r"and what of",
            r"what about",
            r"how about",
            r"what of",
            r"(?:(?:no|sorry|oops)[,.]? )*i (?:meant|mean|was asking about)",
            r"and also",
            r"and if",
            r"but what about",
            r"so what about",
            r"or",
            r"and",
            r"also",
            r"but",
            r"so",
            r"then",
            r"what if",
            r"the same",
        ),
        same_for=(
            r"(?:and )?(?:does|do|is|are|would|will|can) (?:that|this|it|the same|these|those)(?: (?:rules?|also|too|then|still|likewise))*(?: (?:go|apply|hold|hold true|count|valid|true|work|be true|be valid|the case|the same))(?: (?:also|too|as well|then|likewise))*",
            r"(?:and )?(?:is|are) (?:that|this|it|they) the same",
            r"(?:and )?(?:what|how) (?:is|are|was|does|would) (?:it|that|this)(?: (?:look|be|like))*",
        ),
        articles=split("the a an any each every all both some no this these"),
        asking=split("who whom whose what which when where why how many much long often far old"),
        placing=split("in at to from near"),
        no_persons=split("it its"),
        prepositions=split(
            """in at for to from of with on by about under during after before since until per within
            between through against without above below beyond beside besides near towards into over than"""
        ),
        copulas=split("is are was were be cost costs isn't aren't"),
        holders=split(
            """do does did can could may might must shall should will would have has had get gets
            need needs receive receives"""
        ),
        verbs=split(
            """get gets have has receive receives take takes need needs cost costs pay pays work works
            mean means use uses apply applies last lasts start starts begin begins end ends expire
            expires open opens close closes leave leaves arrive arrives give gives make makes earn
            earns submit submits claim claims buy buys sell sells return returns report reports sign
            signs carry carries keep keeps hold holds run runs stay stays travel travels bring brings
            request requests book books order orders send sends show shows contain contains include
            includes measure measures weigh weighs consume consumes reach reaches fit fits support
            supports require requires allow allows produce produces deliver delivers depart be go goes paid kept held sent made given written taken built bought sold left done found ask contact call inform tell
            happen happens wear wears see sees register registers accept accepts offer offers"""
        ),
        participles=("ed",),
        plurals=("s",),
        subjects=split("i you we one my your our me us"),
        persons=split("he she him her"),
        things=split("it they them"),
        several=split("they them their"),
        owners=split("his her its their"),
        places=split("there"),
        times=split("then"),
        asides=split(
            "also too then now please exactly actually instead else anyway else's though again"
        ),
        ordinals={
            1: split("first 1st"),
            2: split("second 2nd"),
            3: split("third 3rd"),
            4: split("fourth 4th"),
            5: split("fifth 5th"),
            6: split("sixth 6th"),
            -1: ("last",),
        },
        ones=split("one ones option item point"),
        bounds=(
            r"(?:less|fewer|more|longer|later|earlier|shorter|older|younger) than",
            "at least",
            "at most",
            "up to",
            "over",
            "under",
            "above",
            "below",
            "after",
            "before",
            "within",
        ),
        corrections=(r"(?:(?:no|sorry|oops)[,.]? )*i (?:meant|mean|was asking about)",),
        denied=("not",),
        gerunds=("ing",),
        subordinating=split("while if when whenever because since although unless until once"),
        no_pointers=(
            r"(?:is|are|was|were|will|be|been|isn't|aren't|can|must|should|does|do) there(?! (?:at|too|also)?\s*$)(?=\s\w)",
            r"there (?:is|are|was|were|will|must|can|has|have|should|exist\w*)",
            # "Is it allowed to smoke", "how long does it take to get"
            r"it (?:(?!have|has|had|need|needs|ought|used|going|able|supposed|due|likely|meant|designed|intended)\w+ ){1,6}(?:to|that|if|whether|when)",
            r"(?:those|they) (?:who|with|that|whose|which|in|on|of|without)",
            r"that (?:is|are) (?!\W*$)",
            r"so that",
            r"such that",
            r"now that",
        ),
        pointers=(
            r"(?:does|do|did|is|was|are|were|can|could|would|will|has|why|when|how|who|and|for|about|of|after|before|with|to|from|by|like|without|until|than) (?:that|this|these|those)(?= (?:also|too|apply|mean|cost|take|work|go|change|happen|include|cover|have|be|possible|allowed|required|necessary|true|still|valid|different|so|in|for|on|at)\b|\W*$)",
            r"(?:this|that|these|those) (?!year|month|week|quarter|morning|afternoon|evening|weekend|time|company|building|office|site|house|who|with|that|whose|which|is|are|has|have|also|too|apply|mean|cost|take|work|go|change|happen|include|cover|be|possible|allowed|required|necessary|true|still|valid|different|so|in|for|on|at|of|to|a|an|the|must|can|should|will|need)\w+",
            r"the (?:former|latter|other one|other ones|same one|previous one|last one|first one|second one|one before|ones)",
        ),
        titles=split("dr prof mr mrs ms miss sir professor doctor ing"),
        firms=split("gmbh ag ltd inc llc plc corp company kg se co limited group department team"),
        owning="{name}'s",
        at_place="in {name}",
        in_time="in {name}",
        endings=("", "s", "es", "ies", "y", "er", "ers", "r", "rs", "d", "ed", "ing", "e"),
        nouns_have_capitals=False,
    ),
    outcomes=OutcomeWords(
        not_found="The documents do not hold an answer to this question.",
        not_found_limited="The documents that were searched ({where}) do not hold an answer to this question.",
        not_said_of="The documents do not say this of {what}.",
        partly="The documents do not answer this part: {missing}",
        nearby="No sentence of the documents answers this for certain. These passages come nearest:",
        nearby_part="Nearest to the part that is not answered, not confirmed:",
        yes="Yes",
        no="No",
        nothing="not in the documents",
        no_draft="This is what the documents say about it:",
        day_first="{written} was read as {date}: the day first.",
        all_documents="Other documents were not searched. Ask again in all documents?",
    ),
    stemmer="english",
    decimal_mark=".",
    tables=TableWords(
        units={
            "pieces": ("piece", "pieces"),
            "people": ("person", "persons"),
            "%": ("per cent",),
        },
        unit_openers=("in",),
        values=split("value values amount amounts total figure figures"),
        unit_columns=split("unit units uom"),
        scales=split_all({"thousand": "thousands ths", "million": "mio mln", "billion": "bln"}),
        of_units=("of",),
        stating=split("amounts figures values stated expressed presented reported"),
        unscaled=split(
            "per ratio margin number count rate percentage percent proportion multiple note notes eps"
        ),
        counted=split(
            """employees employee headcount people staff fte workforce customers shares days hours
            accidents visitors users units volume"""
        ),
        amounts=split(
            """revenue revenues sales turnover income profit loss earnings expense expenses cost
            costs assets liabilities equity cash debt borrowings tax taxes expenditure investment
            investments interest depreciation amortisation amortization ebit ebitda receivables
            payables inventories provisions goodwill remuneration salary bonus fees reserves
            dividends grants margin"""
        ),
        per=("per", "a", "an", "each", "for each"),
        approximately=("about", "approx.", "approx", "approximately", "around", "roughly"),
        totals=("total", "totals", "subtotal", "grand total"),
        rests=("all other", "all others", "other", "others", "the rest", "rest"),
        plurals=("s", "es"),
        generic=split(
            """name names title item items number no nr id code designation description key label
            entry position order part article product model reference ref sku"""
        ),
        naming=split("name names title designation item product"),
        free=split(
            """must should shall may might a an the is are was were be been am do does did has have had having our we us you me i
            my your their its it of in on at for to from with by as that this these those there and
            or what which who whose whom please can could would tell give show name list find get
            all every any each here currently now exactly s re ve one ones thing things value values
            entry entries row rows column columns figure figures need needs
                     come comes based
            located belong belongs stand stands listed contain contains held hold holds
             per overall respectively both how much many when where if into"""
        ),
        relating=split(
            "offer offers sell sells supply supplies provide provides use uses make makes produce "
            "produces came account accounts accounted contribute contributes contributed generate "
            "generated earn earned bring require requires required submit"
        ),
        yes_no=split(
            "is are was were do does did has have had can could will would may should must"
        ),
        before_sources=("in", "of", "from", "on", "by", "to", "per", "with"),
        quantifiers=("all", "every", "any", "each", "both"),
        sources=split(
            """table tables list lists sheet sheets workbook spreadsheet file document documents
            overview report page according"""
        ),
        following=("following", "below"),
        leads=split("are is were include includes included comprise comprises be"),
        conjunctions=("and", "or", "as well as", "versus", "vs", "than"),
        excepting=split("except excluding besides unless"),
        counts=("how many", "number of", "count of", "count the", "count"),
        sums=(
            "total",
            "totals",
            "sum",
            "sums",
            "sum up",
            "add up",
            "altogether",
            "in total",
            "combined",
            "together",
            "all together",
            "in sum",
        ),
        averages=("average", "the mean", "mean value", "on average", "averages", "averaged"),
        differences=(
            "difference",
            "differences",
            "by how much",
            "how much more",
            "how much less",
            "how many more",
            "how many fewer",
            "differ",
        ),
        percents=(
            "per cent",
            "percent",
            "percentage",
            "what percentage",
            "in per cent",
            "in percent",
            "by how many per cent",
            "by how many percent",
            "by what percentage",
            "how many per cent",
            "how many percent",
            "what per cent",
            "what percent",
            "what share",
            "which share",
            "what proportion",
            "what part",
            "share of",
            "proportion of",
        ),
        before_years=split("year years fiscal financial calendar fy"),
        priors=(
            "previous year",
            "prior year",
            "year before",
            "preceding year",
            "last year",
            "compared with the previous year",
            "compared to the previous year",
            "compared with the prior year",
            "compared to the prior year",
            "year on year",
            "year over year",
        ),
        groupings=("per", "by", "for each", "in each"),
        changes=(
            "change",
            "changed",
            "grow",
            "grew",
            "grown",
            "rise",
            "rose",
            "risen",
            "fall",
            "fell",
            "fallen",
            "increase",
            "increased",
            "decrease",
            "decreased",
            "drop",
            "dropped",
        ),
        lists=(
            "list",
            "name",
            "show",
            "enumerate",
            "give me",
            "tell me",
            "all",
            "every",
            "compare",
        ),
        existence=(
            "are there",
            "is there",
            "there are",
            "exist",
            "do we have",
            "have we",
            "are listed",
            "are in",
            "does it list",
            "do you know",
        ),
        which=("which", "what"),
        tops=("top", "the top"),
        quantities=split("most fewest least"),
        lowest={
            "": ("lowest", "least", "fewest", "smallest", "minimum", "minimal"),
            "cost": ("cheapest", "least expensive", "lowest priced", "least costly"),
            "time": ("fastest", "quickest", "soonest", "shortest", "briefest"),
            "date": ("oldest", "earliest", "longest ago", "first"),
            "weight": ("lightest",),
        },
        highest={
            "": ("highest", "most", "largest", "biggest", "greatest", "maximum", "maximal"),
            "cost": ("most expensive", "dearest", "priciest", "costliest", "most costly"),
            "time": ("slowest", "longest"),
            "date": ("newest", "latest", "youngest", "most recent", "most recently", "last"),
            "weight": ("heaviest",),
            "height": ("tallest",),
        },
        lower={
            "": ("lower", "less", "fewer", "smaller"),
            "cost": ("cheaper", "less expensive"),
            "time": ("faster", "quicker", "shorter", "sooner"),
            "date": ("older", "earlier"),
            "weight": ("lighter",),
        },
        higher={
            "": ("higher", "more", "larger", "bigger", "greater"),
            "cost": ("more expensive", "dearer", "pricier"),
            "time": ("slower", "longer"),
            "date": ("newer", "later", "younger"),
            "weight": ("heavier",),
            "height": ("taller",),
        },
        than=("than",),
        measures=split_all(
            {
                "cost": "price prices cost costs fee fees rate rates charge charges tariff rent "
                "fare",
                "time": "time duration lead delivery length",
                "date": "date year since opened founded built established introduced born start begin "
                "begins starts",
                "place": "place town city country location site office region address venue room",
                "people": "people employees staff headcount workers workforce",
                "count": "number quantity count",
                "person": "person contact owner manager head lead responsible employee director member "
                "author teacher chair",
                "weight": "weight mass",
                "height": "height",
                "age": "age",
            }
        ),
        asks={
            "time": ("how long", "how fast", "how quickly", "how soon"),
            "date": ("when", "what date", "which date", "since when", "until when", "how old"),
            "place": ("where",),
            "person": ("who", "whom"),
            "weight": ("how heavy",),
            "height": ("how tall", "how high"),
        },
        verbs=split_all(
            {
                "cost": "cost costs costing expensive cheap dear priced",
                "time": "take takes last lasts long fast quickly time times",
                "date": "take place held date dates",
                "person": "responsible charge",
                "people": "work works working worked employ employs employed",
                "weight": "weigh weighs heavy",
                "height": "tall high",
            }
        ),
        exactly=("only", "just", "exactly", "precisely"),
        ones=("one",),
        bounds={
            ">": ("more than", "over", "above", "greater than", "after", "exceeding", "exceeds"),
            ">=": ("at least", "no less than", "not less than", "minimum", "from", "since"),
            "<": ("less than", "fewer than", "under", "below", "before"),
            "<=": (
                "at most",
                "no more than",
                "not more than",
                "up to",
                "maximum",
                "within",
                "until",
            ),
        },
        bounds_behind={
            ">=": (
                "or more",
                "or longer",
                "or over",
                "or above",
                "or later",
                "and more",
                "and over",
            ),
            "<=": ("or less", "or fewer", "or shorter", "or under", "or below", "or earlier"),
        },
        between=("between", "from"),
        ordinals={2: ("second", "2nd"), 3: ("third", "3rd"), 4: ("fourth", "4th")},
        periods=split_all(
            {
                "hour": "hour hourly",
                "day": "day daily",
                "night": "night nightly",
                "week": "week weekly",
                "month": "month monthly",
                "quarter": "quarter quarterly",
                "year": "year yearly annual annually",
            }
        ),
        synonyms=(
            split("price cost fee charge"),
            split("supplier vendor"),
            split("employee staff headcount people employees"),
            split("town city"),
            split("phone telephone"),
            split("mail email"),
            split("end expire expiry until expires ends"),
            split("begin start starts begins commence"),
            split("revenue turnover sales"),
            split("lead delivery deliver delivers delivered shipping ship ships"),
            split("car vehicle"),
            split("course training"),
        ),
        equivalents=(),
        sentences=TableSentences(
            count="{source} lists {count} {entity}.",
            count_within="{source}, {entity} that fulfil this: {count} ({rows}).",
            found="{count} found in {source}: {rows}.",
            listed="{count} listed in {source}:",
            lowest="The lowest value of “{column}” in {source} is {value}: {rows}.",
            highest="The highest value of “{column}” in {source} is {value}: {rows}.",
            ranked_low="The {count} lowest values of “{column}” in {source}: {rows}.",
            ranked_high="The {count} highest values of “{column}” in {source}: {rows}.",
            sum="The sum of “{column}” over {count} rows of {source} is {value}.",
            average="The average of “{column}” over {count} rows of {source} is {value}.",
            difference="“{column}” in {source}: {first} and {second}; the difference is {value}.",
            change="{rows} in {source}: from {first} to {second}; the difference is {value}.",
            growth="{rows} in {source}: from {first} to {second}, a change of {value}.",
            share="{rows} in {source}: {first} of {second} in “{column}”, that is {value}.",
            grouped="Sums of “{column}” in {source}: {rows}.",
            grouped_average="Averages of “{column}” in {source}: {rows}.",
            counted="Rows in {source}: {rows}.",
            cell="“{column}” of {rows} in {source}: {value}.",
            cells="“{column}” in {source}: {rows}.",
            missing="{count} rows have no value in “{column}”.",
            totals="Rows of totals were left out.",
            rests="Left out: {rows}.",
            unread="{count} cells in “{column}” hold no single comparable number.",
            lines="{count} lines that hold one text alone were left out.",
            rounded="rounded",
            points="percentage points",
            scales={},
            row="row {number}",
            how="{how} (rows {rows}; column {column})",
            and_="and",
            source="“{table}” of {document}",
        ),
    ),
    definitions=DefinitionWords(
        asked=(
            r"(?:and |so )?what(?:'s|’s| is| are| was| were) (?P<term>(?!the difference)[^?]{2,60}?)",
            r"(?:and |so )?what (?:do|does|did) (?P<term>[^?]{2,60}?) (?:mean|stand for|do|refer to)",
            r"(?:please )?(?:define|explain|describe) (?P<term>[^?]{2,60}?)",
            r"what is meant by (?P<term>[^?]{2,60}?)",
            r"(?:what is )?the (?:meaning|definition) of (?P<term>[^?]{2,60}?)",
        ),
        saying=(
            r"(?:\(\w{1,12}\) )?(?:is|are|was|were|means?|refers? to|stands? for|denotes?|describes?)",
            r"(?:will |can )?(?:provides?|allows?|lets?|enables?|causes?|formats?|installs?|adds?|prints?|sets?|shows?|tells?|helps?|specif\w+|determines?|contains?|consists? of)",
            r"(?:=|–|—|:)",
        ),
    ),
    kinds=KindWords(
        kinds=split_all(
            {
                "policy": "policy policies guideline guidelines regulation regulations directive",
                "contract": "contract agreement lease nda amendment",
                "invoice": "invoice invoices bill",
                "letter": "letter",
                "manual": "manual handbook guide instructions runbook",
                "report": "report minutes briefing",
            }
        ),
        compounds=False,
        salutations=(r"dear\s+\w",),
        valid_from=(
            r"(?:valid|effective|in\s+force|applicable|applies|holds|commences|begins|starts)"
            r"(?:\s+(?:as\s+of|as\s+from|from|since|on))?",
            r"(?:effective|commencement|start)\s+date",
        ),
        valid_until=(
            r"(?:valid|in\s+force|applies|holds)\s+(?:until|till|to|through)",
            r"(?:expires|ends|terminates)(?:\s+on)?",
            r"(?:expiry|expiration|end)\s+date",
        ),
        automatic_descriptions=(
            r"automatically\s+generated",
            r"ai-generated\s+content\s+may\s+be\s+incorrect",
        ),
        captions=(r"fig(?:ure|\.)?", "chart", "diagram", "exhibit", "graph", "picture"),
    ),
    meant_documents=MeantDocumentWords(
        spoken=split_all(
            {
                "email": "email mail e-mail",
                "slides": "presentation slides deck",
                "table": "spreadsheet workbook",
            }
        ),
        endings=(),
        times=(
            r"(?:dated|of|from|for|as\s+of)(?:\s+the)?(?:\s+(?:fiscal|financial))?(?:\s+year)?",
        ),
        people=(r"(?:(?:written|sent|signed|issued|prepared)\s+)?(?:from|by)",),
        parties=(r"with", r"between"),
        things=(r"of(?:\s+the|\s+our)?", r"about(?:\s+the)?", r"on(?:\s+the)?"),
        languages=split_all(
            {
                "de": "german",
                "en": "english",
                "fr": "french",
                "it": "italian",
                "es": "spanish",
                "nl": "dutch",
            }
        ),
        no_attributes=split("the a an our your this that these those its their my in of and or"),
    ),
    support=SupportWords(
        stemmer="english",
        verb_prefixes=(),
        verb_particles=(),
        verb_endings=(),
        before_nouns=(),
        capital_nouns=False,
        inflections=tuple(
            split(forms)
            for forms in (
                "begin began begun",
                "break broke broken",
                "bring brought",
                "build built",
                "burn burnt",
                "buy bought",
                "catch caught",
                "child children",
                "choose chose chosen",
                "deal dealt",
                "draw drew drawn",
                "drink drank drunk",
                "drive drove driven",
                "eat ate eaten",
                "fall fell fallen",
                "feed fed",
                "fly flew flown",
                "foot feet",
                "forbid forbade forbidden",
                "forget forgot forgotten",
                "freeze froze frozen",
                "get got gotten",
                "give gave given",
                "go goes went gone",
                "grow grew grown",
                "hang hung",
                "hide hid hidden",
                "hold held",
                "keep kept",
                "know knew known",
                "lay laid",
                "lead led",
                "learn learnt",
                "lend lent",
                "lose lost",
                "make made",
                "man men",
                "mean meant",
                "meet met",
                "pay paid",
                "person people",
                "ride rode ridden",
                "ring rang rung",
                "rise rose risen",
                "run ran",
                "say said",
                "see saw seen",
                "sell sold",
                "send sent",
                "shake shook shaken",
                "shine shone",
                "shoot shot",
                "shrink shrank shrunk",
                "sink sank sunk",
                "sit sat",
                "sleep slept",
                "speak spoke spoken",
                "spend spent",
                "stand stood",
                "steal stole stolen",
                "stick stuck",
                "strike struck",
                "swear swore sworn",
                "swim swam swum",
                "take took taken",
                "teach taught",
                "tell told",
                "think thought",
                "throw threw thrown",
                "understand understood",
                "wear wore worn",
                "win won",
                "withdraw withdrew withdrawn",
                "woman women",
                "write wrote written",
            )
        ),
        equivalents=tuple(
            split(group)
            for group in (
                "have has had get receive obtain entitled granted given",
                "cost price priced charge fee",
                "pay payment payable",
                "last duration run",
                "begin start commence",
                "end finish expire lapse",
                "close shut",
                "lead leader head headed manage manager director",
                "buy purchase acquire acquisition",
                "sell sale",
                "need require requirement",
                "=need =needs =needed =required =necessary =mandatory =compulsory must shall",
                "allow permit permission",
                "=allowed =permitted may can",
                "forbid prohibit",
                "use utilise utilize usage",
                "employee staff worker",
                "company firm organisation organization business ltd inc plc llc gmbh we our us",
                "holiday vacation",
                "car vehicle",
                "phone telephone",
                "email mail",
                "year annual yearly",
                "month monthly",
                "week weekly",
                "day daily",
                "hour hourly",
                "approve approval authorise authorize authorisation authorization",
                "request ask",
                "keep store retain retention",
                "total sum overall altogether",
                "maximum max limit",
                "minimum min",
                "big large",
                "quick fast",
                "build construct construction",
                "establish found founded",
                "show display",
                "change modify modification",
                "check verify",
                "fix repair mend",
                "remove delete removal deletion",
                "rise increase grow growth",
                "fall decrease decline drop",
                "help assist",
                "live reside",
                "departure depart",
                "arrive arrival",
                "choose choice select selection",
                "give gift",
                "apply application",
                "depend dependent",
                "replace replacement",
                "deliver delivery",
                "store storage",
                "weigh weight",
                "measure measurement",
                "decide decision",
                "agree agreement",
                "sign signature",
                "employ employment",
            )
        ),
        money=split("cost price priced charge fee worth amount"),
        time=split("last take duration run"),
        light=split(
            """according accordingly additionally amounts based called currently
            document documents furthermore generally located mentioned moreover namely
            named passage passages respectively said says simply situated specifically stated
            states therefore thus kindly note ca sha however though"""
        ),
        counting=split("amount number total"),
        auxiliaries=split(
            """is are was were be been being has have had do does did can could may might must
            shall should will would cannot"""
        ),
        articles=split("a an the this that these those its their his her our your my"),
        joints=split("and or & as"),
        contrasts=split("while whereas but"),
        conditions=split(
            "although because if since though unless until when where which who whose whenever after before"
        ),
        agents=("by",),
        roles=split(
            """of in on at to from by for with without under over into onto through via per against
            about than as near behind beside during before after until since towards toward"""
        ),
        between=split("between among both"),
        in_order=("respectively",),
        anaphors=split(
            """it its they their them this these those he his him she her hers such both there then
            also that we our you your"""
        ),
        opposites=tuple(
            (split(one), split(other))
            for one, other in (
                ("before until", "after since"),
                ("above over", "below under"),
                ("more most", "less fewer few least"),
                ("up", "down"),
                ("with", "without"),
                ("on", "off"),
                ("into onto", "out"),
                ("within inside", "after outside beyond"),
            )
        ),
        antonyms=tuple(
            (split(one), split(other))
            for one, other in (
                ("open opening", "close shut closure"),
                ("buy purchase acquire", "sell sale"),
                ("begin start launch", "end finish stop"),
                ("hire appoint employ recruit", "fire dismiss resign"),
                ("rise increase grow", "fall decrease decline drop shrink"),
                ("win", "lose"),
                ("build construct erect", "demolish destroy burn"),
                ("allow permit", "forbid ban prohibit"),
                ("accept approve", "reject refuse"),
                ("join enter arrive", "leave depart"),
                ("add include", "remove exclude"),
                ("give send lend", "take receive borrow"),
                ("import", "export"),
                ("enable activate", "disable deactivate"),
                ("born birth", "die death"),
                ("marry", "divorce"),
                ("found establish", "dissolve"),
                ("find", "lose miss"),
                ("attack", "defend"),
                ("pass", "fail"),
            )
        ),
        obligations=split("must shall required mandatory obliged compulsory"),
        permissions=split("may can could might optional"),
        asking=split(
            """what which who whom whose when where why how many much long often far old big large
            tall high low fast soon late early name names list tell show give explain describe
            happen happened happens kind type sort number amount date year day month time name
            person place reason purpose way called known mean different main exactly"""
        ),
    ),
    accounts=AccountWords(
        lines=(
            (
                "revenue",
                "revenues",
                "net sales",
                "net revenue",
                "net revenues",
                "sales revenue",
                "revenue from operations",
                "turnover",
                "sales",
            ),
            (
                "capital expenditure",
                "capital expenditures",
                "capex",
                "purchases of property and equipment",
                "purchase of property and equipment",
                "additions to property and equipment",
                "purchases of property plant and equipment",
                "purchase of property plant and equipment",
                "payments for acquisition of property plant and equipment",
                "additions to property plant and equipment",
                "acquisition of property plant and equipment",
            ),
            (
                "net income",
                "net profit",
                "net earnings",
                "profit for the year",
                "profit for the period",
                "profit after tax",
                "net income loss",
                "net loss",
                "net result",
            ),
            (
                "operating income",
                "operating profit",
                "income from operations",
                "loss from operations",
                "operating loss",
                "operating result",
                "income loss from operations",
                "profit from operations",
            ),
            (
                "shareholders equity",
                "stockholders equity",
                "shareholders' equity",
                "equity",
                "total equity",
            ),
            ("number of employees", "employees", "headcount", "people", "staff", "workforce"),
            (
                "research and development",
                "r d",
                "research and development expenses",
                "research and development expense",
                "research and development costs",
            ),
            ("eps", "earnings per share", "net income per share", "net loss per share"),
            ("cost of revenue", "cost of revenues", "cost of sales", "cost of goods sold"),
            ("cash", "cash and cash equivalents"),
            (
                "income tax",
                "income taxes",
                "provision for income taxes",
                "tax expense",
                "income tax expense",
            ),
            (
                "operating cash flow",
                "cash flow from operations",
                "cash generated by operating activities",
                "cash provided by operating activities",
                "cash from operations",
                "cash flow from operating activities",
                "cash flows from operating activities",
            ),
            (
                "buyback",
                "buybacks",
                "share repurchases",
                "repurchases of common stock",
                "repurchases of stock",
                "repurchase of shares",
                "share buyback",
            ),
        ),
        asks=(
            "what was",
            "what were",
            "what is",
            "what are",
            "how much",
            "how many",
            "how high",
            "how large",
            "how big",
            "for",
            "according to",
            "what",
        ),
        unasked=split(
            """value values amount amounts figure figures level reported report annual period periods
            listed end year years fiscal financial ended ending company group usd eur dollar dollars
            euro euros million millions thousand thousands billion billions fy total overall have has
            had did do does make made spend spent record recorded generate generated earn earned much
            many high at on by during with to and its their the company's s last within in of from
            expense expenses cost costs as for according year-end balance date
            employ employs employed"""
        ),
        whole=split("total net consolidated group the of a and for expense expenses number"),
        tails=("excluding", "exclusive", "including", "inclusive", "less", "net of", "before"),
        quarters=(
            "quarter",
            "quarters",
            "quarterly",
            "three months",
            "six months",
            "nine months",
            "year to date",
            "half year",
            "q1",
            "q2",
            "q3",
            "q4",
            "10 q",
        ),
        annual=("twelve months", "year ended", "years ended", "fiscal year", "full year"),
        current=("current year", "this year", "reporting year"),
        prior=("previous year", "prior year", "last year", "preceding year"),
        yearly=("annual report", "10 k", "fiscal year ended", "year ended"),
        shares=split("margin rate percentage percent share"),
        compared=split("change changes vs versus increase decrease growth variance"),
        lacking="No such figure was found for {names}.",
        told="“{line}” in {document}, {period}: {value}.",
    ),
    turning=TurningWords(
        verbs={
            **{verb: verb for verb in split("must may can should will is are")},
            **{
                f"{verb}s": f"does {verb}"
                for verb in split("pay last cost take receive cover get give earn need allow offer")
            },
            "has": "does have",
            "applies": "does apply",
            **{verb: f"do {verb}" for verb in split("have receive get earn need")},
        },
        verbs_of_several=("",),
        refused=frozenset(
            split(
                """not no never none neither nor only cannot if unless when where who whom whose which
                that because whether than it its they them their this these those he she him his her
                we us our i my me there then such so but while although as also otherwise another
                former latter both itself themselves been once above below"""
            )
        ),
        articles=split("the a an each every all"),
        definite=("the",),
        persons={"you": "I"},
        how_many="how many",
        how_much="how many",
        masses=(),
        money=split("euro euros eur dollars usd pounds gbp francs chf"),
        amounts={"is": "how much is", "are": "how much are"},
        lengths={
            "is": "how long is",
            "are": "how long are",
            "takes": "how long does",
            "lasts": "how long does",
        },
        parts_of_days=split("am pm o'clock a.m p.m"),
        bounds=tuple(
            split(words)
            for words in (
                "a minimum of",
                "a maximum of",
                "no more than",
                "no less than",
                "up to",
                "at most",
                "at least",
                "about",
                "around",
                "exactly",
                "roughly",
            )
        ),
        before_figures={
            ("within",): "within {opening}",
            ("for",): "for {opening}",
            ("after",): "after {opening}",
            ("by",): "by {opening}",
        },
        before_bare_figures=("ed", "en"),
        behind_units=split("ahead early late earlier later beforehand"),
        belonging=("of",),
        who={"is": "who is"},
        when="when",
        before_dates=split("on by until from in at during before"),
        dates=frozenset(
            split(
                """january february march april may june july august september october november december
            monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays
            thursdays fridays saturdays sundays day month year quarter noon midnight weekdays weekends
            spring summer autumn winter"""
            )
        ),
        around_dates=split(
            "the of each every and to last first second third working following next"
        ),
        permitting=split("may must"),
        joints=frozenset(split("and or but")),
        several=("s",),
        one=("ss", "us", "is"),
        cell="What is the {column} {within} {row}?",
        cells="What are the {column} {within} {row}?",
        in_place="in",
        of="of",
        points="What are the main points of “{document}”?",
    ),
)
