# ruff: noqa: E501 -- a pattern that is cut to the line's length is harder to read, not easier
"""The words of English."""

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
    ),
    questions=QuestionWords(
        for_numbers=(
            r"how (many|much|long|old|far|often|high|large|big|tall|fast)",
            r"what (percentage|percent|number|year|date|day|month|amount|share|price|cost)",
            "when",
            r"which (year|date|day)",
        ),
        for_names=("who", "whom", "whose", "where"),
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
        requests=("(?:summari[sz]e|sum up|(?:give me|write) a summary of) (?P<what>.+?)",),
        the_chosen=("it", "this", "(?:this|the) (?:document|file|text)"),
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
    ),
    support=SupportWords(
        stemmer="english",
        verb_prefixes=(),
        verb_particles=(),
        verb_endings=(),
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
)
