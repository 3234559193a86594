"""What a language module tells: one field for each kind of word that code looks for.

Fields named in the plural hold words or patterns. Words (`Words`) are compared as they stand:
in lower case, and without accents where the reader takes accents off. Patterns (`Patterns`) are
parts of regular expressions: each is one alternative among those of all languages, and has no
named group unless its field says so. They are searched without regard to case; those of orders
and of `may_turn` are searched in case folded text and must be in lower case. A pattern must stay
linear in the length of the text: no repetition inside a repetition over the same characters.
A language that has no such word gives ().
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

Words = tuple[str, ...]
Patterns = tuple[str, ...]
# Words by how surely they mean the thing: all languages' first ranks come before their second.
Ranks = tuple[Words, ...]
AnswerKind = Literal["text", "number", "date", "yes_no", "choice", "list"]


Key = TypeVar("Key")


def split(words: str) -> Words:
    """The words of a text."""
    return tuple(words.split())


def split_all(words: Mapping[Key, str]) -> Mapping[Key, Words]:
    """The words of each text."""
    return {key: split(text) for key, text in words.items()}


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """Words that decide where a sentence ends."""

    before_ordinals: Words  # "am" in "am 1. Mai": the point behind the number ends no sentence
    whole_sentences: Words  # with their point: "No." though it is an abbreviation as well


@dataclass(frozen=True, slots=True)
class NumberWords:
    """Numbers in words, up to 999."""

    names: Mapping[int, Words]  # 0 to 19, and the tens to 90
    compounds: Words  # how tens and ones are joined: "{ten}-{one}"
    ones_in_compounds: Words  # "ein" in "einundzwanzig", where it is not the name of one
    ones_before_hundred: Words  # "a" in "a hundred", where it is not the name of one
    hundreds: Words
    joints: Words  # "and" in "two hundred and five"
    scales: Mapping[str, Words]  # "thousand", "million", "billion", "trillion" (short scale)


@dataclass(frozen=True, slots=True)
class DenialWords:
    """Words that deny."""

    before_nouns: Words  # "no", which denies the words behind it
    others: Words
    endings: Mapping[str, str]  # "n't", and the word of `others` that it stands for
    may_turn: Patterns  # whatever may turn the words behind it into their opposite
    behind: Patterns  # "compliant: no"
    prefixes: Patterns  # before a choice, with a hyphen, a space or nothing: "non-compliant"
    joined_prefixes: Patterns  # written in one word with it: "incomplete"
    exceptions: Patterns  # "except for"


@dataclass(frozen=True, slots=True)
class DateWords:
    """Words of calendar dates."""

    months: tuple[Words, ...]  # twelve, each with its abbreviations
    ordinal_endings: Words  # "st" in "1st"; a point is known in all languages
    before_months: Words  # "of" in "1st of May"
    written_months: Words  # twelve, as a date is written
    form: str  # of "{day}", "{month}" and "{year}"
    clocks: Words  # behind an hour: "o'clock"


@dataclass(frozen=True, slots=True)
class FigureWords:
    """Words around a figure."""

    units: Mapping[str, Words]  # by the name that `app.answering.figures` gives the unit
    percent_phrases: Words  # of several words
    between: Words  # may not stand between a number and its unit: "5 people a day" is no 5 days
    minus: Words
    losses: Patterns  # a sentence with one may tell a negative figure without its sign
    at_least: Patterns
    at_most: Patterns
    or_more: Patterns  # behind the figure
    or_less: Patterns


@dataclass(frozen=True, slots=True)
class LabelWords:
    """Words around the number of a thing: "errors no. 40 to 42"."""

    no_names: Words  # besides stop words: they measure or place what follows them
    number_signs: Patterns
    list_joints: Words
    range_joints: Words
    clauses: Patterns  # before the number of a part of a text
    clause_words: Words  # of a question for what such a part says, besides stop words


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """Words by which a question says what it asks for, or what it leans on."""

    for_numbers: Patterns
    for_values: Mapping[str, Patterns]  # by what is measured, see `app.answering.wanted`
    for_counts: Patterns  # before what is counted: "how many"
    for_amounts: Patterns  # a figure of any kind: "how much"
    in_units: Patterns  # "in", before the unit of the answer
    without_figures: Patterns  # of an answer to such a question that needs no figure: "free"
    other_durations: Patterns  # the same where a duration is asked for: "until"
    about_questions: Patterns  # it asks what is asked or checked somewhere
    leaning_starts: Patterns  # "and", "what about"
    pointing_back: Words
    question_labels: Words  # "Q" in "Q: How long?"
    answer_labels: Words
    rewrite_labels: Patterns  # what a model writes before a rewritten question
    # Words of questions, by spaces, with those that documents have for the same thing. Read one way
    # alone: what a document says with the first is not what it says with the others.
    everyday: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class PlanWords:
    """Words by which a question says what form its answer takes.

    Patterns of `compared_pairs` have the groups `first` and `second`, and may have `head`, what
    both are compared by. Those of `requests` end where the things begin that are asked for.
    """

    telling_words: Words  # besides stop words: they tell the language of a question
    writing: Patterns  # from the question's start, with the name of the text: "write a mail"
    asking: Patterns  # a question's first words
    openly: Patterns  # from the question's start: several things may be the answer
    requests: Patterns  # "tell me the", from the question's start
    yes_no: Patterns  # a question's first words
    joints: Words  # "and"
    comparing: Patterns
    compared_pairs: Patterns
    compared_by: Words  # "in" in "compare A and B in price"
    shared_tails: Words  # "of" in "the dosage and the price of the vaccine"
    articles: Words
    operations: Mapping[str, Patterns]  # by the name that `app.answering.plan` gives it
    procedures: Patterns
    lists: Patterns  # from the question's start
    events: Patterns  # from the question's start: it takes for granted that something happened
    conditions: Patterns  # with one, a rule says more than yes or no


@dataclass(frozen=True, slots=True)
class EditionWords:
    """Words by which a document says that it is replaced by a newer edition."""

    replaced: Patterns
    replaced_by: Patterns  # what follows `replaced`
    was: Patterns  # what opens a status line before `replaced`
    in_force: Patterns
    documents: Patterns
    this: Patterns  # before `documents`
    is_: Patterns  # between `documents` and `replaced`
    adverbs: Patterns  # between `is_` and `replaced`
    articles: Patterns  # before a year that names an edition
    by: Patterns  # with `this_one`: another edition was replaced by this one
    this_one: Patterns
    replaces: Patterns  # with `others`: it is this edition that replaces
    others: Patterns
    replaced_in_general: Patterns  # behind `replaced`: a rule about things, "replaced every year"
    asks_for_old: Patterns


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What the patterns of orders share over all languages, as parts of regular expressions."""

    assistant: str  # a name for an assistant in any language
    with_code: str  # "with" in any language and a code word such as MANGO-77
    image: str  # the start of an image
    address: str  # the start of an image or a link


@dataclass(frozen=True, slots=True)
class OrderWords:
    """Words of orders to an assistant that stand in documents."""

    assistants: Patterns
    with_: Words  # before the words that an answer shall hold
    people_reply: Words  # with these, people are told to answer too
    patterns: Callable[[OrderTerms], Patterns]  # each one is an order


@dataclass(frozen=True, slots=True)
class SummaryWords:
    """Words of summaries."""

    courtesies_before: Patterns  # with the space behind them
    courtesies_after: Patterns
    verbs: Patterns  # that a request begins with: "summarise"
    requests: Patterns  # the whole request without courtesies; the group `what` is the document
    the_chosen: Patterns  # the document that is chosen, as `what`
    cannot_open: Words  # a sentence that opens so cannot stand alone


@dataclass(frozen=True, slots=True)
class QuestionnaireWords:
    """Words of questionnaires: headings of columns, kinds of answers, and answers."""

    columns: Mapping[str, Ranks]  # headings by meaning, see `app.batch.input.headers`
    kinds: Mapping[AnswerKind, Words]  # names of the kinds of answers, by kind
    numbers: Patterns  # "number" in "number (days)"
    choices: Patterns  # "one of" in "one of: a; b"
    yes: Words
    no: Words
    bare_choices: Words  # choices that a sentence holds for other reasons than to answer
    asks_at_least: Patterns  # from a word's start
    asks_at_most: Patterns  # whole words
    empty_titles: Patterns  # the start of a title that names nothing
    owners: Words  # "its": what belongs to a document
    documents: Patterns  # "it", "this document"
    empty_subjects: Patterns  # "it" that is no document, from that word on
    other_things: Patterns  # before a noun that may be what is pointed at


@dataclass(frozen=True, slots=True)
class RetrievalWords:
    """Words that finding passages and documents looks at."""

    stop_words: Words  # of full-text search; an index's ranking depends on them
    untold_in_names: Words  # of a file's name, but not of what people call it
    before_names: Patterns  # "according to", before a document's name
    articles_before_names: Patterns
    turning: Words  # small words that turn a rule around, and figures and times in words
    numbered_parts: Patterns  # "chapter", before the number of a heading
    compound_joints: Words  # what stands between the parts of a compound; "" for nothing


@dataclass(frozen=True, slots=True)
class TalkWords:
    """Words of small talk, which is meant for the program and not for the documents.

    A pattern of `said` and `remembered` is a whole text without courtesies and without its last
    sign. Replies are by the kind of talk, and what stands in braces is filled in.
    """

    courtesies: Mapping[str, Patterns]  # "greeting", "thanks", "farewell": also beside a question
    acknowledgements: Patterns  # "ok": beside a question only where it clearly opens one
    addressed: Patterns  # whom a courtesy speaks to
    openers: Patterns  # before a question or an order, and no talk by themselves: "please"
    closers: Patterns  # behind one: "please", "thanks in advance"
    said: Mapping[str, Patterns]  # by what it asks of the program: "identity", "abilities", …
    remembered: Mapping[str, Patterns]  # by what it asks of the conversation: "repeat", …
    question_starts: Words  # first words of questions and orders
    replies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CollectionWords:
    """Words of questions about the documents themselves, and of their answers.

    A pattern of `requests` is a whole question without courtesies and without its last sign. Its
    group `what` is a document, or a place or topic with the word before it, `topic` what it may
    mention; "#" stands for the number of a page. Replies are filled in where they have braces.
    """

    requests: Mapping[str, Patterns]
    pages: Patterns  # before a page's number
    about: Patterns  # before a topic
    within: Patterns  # before a space
    spaces: Patterns  # "space", beside a space's name
    before_names: Patterns  # articles and "document", before a document's name
    behind_names: Patterns  # "document" behind it
    pointing: Patterns  # "this document", "it"
    those: Mapping[str, str]  # "which of them", after a question about documents, and what it means
    file_types: Mapping[str, Words]  # what people call a file, by the endings of its name
    replies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ConversationWords:
    """Words by which a question leans on the conversation, and how its meaning is written out."""

    fragments: Patterns  # before what the question before is asked of now: "what about"
    same_for: Patterns  # the same as a sentence: "does that also apply"
    articles: Words
    asking: Words  # who, what, how
    prepositions: Words
    placing: Words  # those of them before a place
    copulas: Words  # verbs that say what something is or costs
    holders: Words  # other verbs and auxiliaries before whoever has, gets or does something
    verbs: Words  # common verbs as they stand behind the one who does something
    participles: Words  # their endings, behind whom or what something is done to
    plurals: Words  # endings of words for several
    subjects: Words  # "I", "you": who asks
    persons: Words  # "he", "she", "him"
    things: Words  # "it", "they", "them"
    several: Words  # those of `things` and `owners` that are of several: "them"
    no_persons: Words  # those of `things` and `owners` that are never a person's: "it", "its"
    owners: Words  # "her", "its", before what belongs to someone
    places: Words  # "there"
    times: Words  # "then", of a time
    asides: Words  # words of a follow-up that carry nothing: "also"
    ordinals: Mapping[int, Words]  # by their place from 1, the last -1: "second"
    ones: Words  # behind such a word, for one of what was listed: "one"
    bounds: Patterns  # before a figure that something is less or more than: "fewer than"
    corrections: Patterns  # those of `fragments` that take back what was asked: "I meant"
    denied: Words  # before what is taken back: "not" in "the session, not the database"
    gerunds: Words  # endings of what one may do: "volunteering"
    subordinating: Words  # "while", "if": what follows is no topic
    no_pointers: Patterns  # where such a word points at nothing said before: "there are"
    pointers: Patterns  # what else points at what was said before: "does that"
    titles: Words  # before a person's name
    firms: Words  # of a name that is no person's
    owning: str  # "{name}'s", what belongs to someone
    at_place: str  # "in {name}"
    in_time: str  # "in {name}"
    endings: Words  # of a word's forms: "", "s"
    nouns_have_capitals: bool


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """What an answer says of itself; what stands in braces is filled in."""

    not_found: str
    not_found_limited: str  # "{where}" is what was searched
    not_said_of: str  # "{what}": found, but not of this
    partly: str  # "{missing}"
    nearby: str
    nearby_part: str  # the same of one part of a question
    all_documents: str  # what a limited search may be followed by
    yes: str
    no: str
    nothing: str  # in a table's cell
    no_draft: str  # above the rules that a requested text depends on
    day_first: str  # how "{written}", which has two orders, was read: as "{date}"


@dataclass(frozen=True, slots=True)
class TableSentences:
    """Sentences about rows of a table, as templates; a name in braces is filled in.

    `{column}` is a column's name, `{value}` a value with its unit, `{rows}` the rows' labels,
    `{source}` the document (and the table's name), `{count}` a number of rows.
    """

    count: str  # {count} {entity} {source}
    count_within: str  # {count} {entity} {rows} {source}: of those that fulfil conditions
    found: str  # {count} {rows} {source}
    listed: str  # {count} {source}: the items follow
    lowest: str  # {column} {value} {rows} {source}
    highest: str
    ranked_low: str  # {count} {column} {rows} {source}
    ranked_high: str
    sum: str  # {column} {value} {count} {source}
    average: str
    difference: str  # {column} {value} {first} {second} {source}
    change: str  # {rows} {value} {first} {second} {source}: from one column to another
    growth: str  # the same, and {value} is a signed percentage
    share: str  # {rows} {value} {first} {second} {column} {source}: {first} of {second}
    grouped: str  # {column} {rows} {source}: a sum for each group
    grouped_average: str
    counted: str  # {rows} {source}: a number of rows for each group
    cell: str  # {column} {value} {rows} {source}
    cells: str  # {column} {rows} {source}: of several rows
    missing: str  # {count} {column}: rows without a value
    totals: str  # rows of totals were left out
    rests: str  # {rows}: rows for all the others were left out
    unread: str  # {count} {column}: cells that hold no single number
    lines: str  # {count}: lines that hold one text alone were left out
    rounded: str
    points: str  # the unit of a difference between percentages
    scales: Mapping[str, str]  # as they are written in front of a unit: "Mio." for "million"
    row: str  # {number}
    how: str  # {how} {rows} {column}
    and_: str
    source: str  # {table} {document}


@dataclass(frozen=True, slots=True)
class TableWords:
    """Words of tables, and of questions that are answered from them.

    Words may be phrases of several. One with a "*" at its end stands for all words that begin
    so and have up to three letters more.
    """

    units: Mapping[str, Words]  # besides those of figures
    unit_openers: Words  # "in" in "price in EUR"
    values: Words  # names of columns that hold whatever their row is: "value"
    unit_columns: Words  # of the column that tells each row's unit: "unit"
    scales: Mapping[str, Words]  # besides those of numbers, in accounts: "thousands"
    of_units: Words  # "of" in "millions of euros"
    stating: Words  # in a sentence that says in what all amounts are told: "amounts"
    unscaled: Words  # rows and columns that a scale above the table does not hold for: "ratio"
    counted: Words  # and those where no amount is named: "employees", but no "employee costs"
    amounts: Words  # of rows and columns that are amounts of money: "revenue"
    per: Words  # "per" in "EUR per day"
    approximately: Words  # before a number that is nearly so
    totals: Words  # the first words of a row that sums up others
    rests: Words  # those of a row for all the others
    plurals: Words  # endings: "s" in "orders"
    generic: Words  # names of columns that tell nothing of what the rows are
    naming: Words  # those of them under which a row's own name stands
    free: Words  # words of a question that do not change what is asked
    relating: Words  # verbs between a thing and what a row tells of it: "sells", in lists alone
    yes_no: Words  # that open a question for yes or no
    before_sources: Words  # "in", before the name of a table or a document
    quantifiers: Words  # "all" in a cell that is no single thing: "all meters"
    sources: Words  # "table" in "according to the table"
    following: Words  # right before what a list names: "following"
    leads: Words  # that end a sentence whose subject is listed: "are", "include"
    conjunctions: Words
    excepting: Words  # "except": what follows is not meant
    counts: Words  # "how many"
    sums: Words
    averages: Words
    differences: Words
    percents: Words  # "by how many per cent", "what share"
    priors: Words  # the period before the one that is named: "the previous year"
    before_years: Words  # "year" in "in the year 2024"
    groupings: Words  # before what rows are put together by: "per"
    changes: Words  # of one thing from one column to another
    lists: Words
    existence: Words  # "are there": with `which`, a list without conditions
    which: Words
    tops: Words  # before a number: "top 3"
    quantities: Words  # superlatives of what is added up: "most", and no "highest"
    lowest: Mapping[str, Words]  # superlatives by what they measure, see `measures`; "" is any
    highest: Mapping[str, Words]
    lower: Mapping[str, Words]  # comparatives
    higher: Mapping[str, Words]
    than: Words
    # What is measured or named, by "cost", "time", "date", "place", "person", "weight", ...
    measures: Mapping[str, Words]  # words of columns
    asks: Mapping[str, Words]  # of questions: "when", "how long"
    verbs: Mapping[str, Words]  # of questions: "cost", "last"
    bounds: Mapping[str, Words]  # before a figure: by ">", ">=", "<", "<="
    bounds_behind: Mapping[str, Words]  # behind a figure: by ">=", "<="
    exactly: Words  # before a figure that nothing is to be added to
    ones: Words  # 1 before a unit: "one day"
    between: Words
    ordinals: Mapping[int, Words]
    periods: Mapping[str, Words]  # "day": "daily", "day"
    synonyms: tuple[Words, ...]
    equivalents: tuple[Words, ...]  # names of places, words of accounts in other languages
    sentences: TableSentences


@dataclass(frozen=True, slots=True)
class DefinitionWords:
    """How people ask what something is, and how a sentence says it."""

    asked: Patterns  # a whole question; the group `term` is what it asks for
    saying: Patterns  # right behind the term: "is", "stands for"


@dataclass(frozen=True, slots=True)
class KindWords:
    """Words by which a document says what it is, and when it holds."""

    kinds: Mapping[str, Words]  # policy, contract, invoice, letter, manual, report -> their names
    compounds: bool  # whether such a name may end a longer word: "Wartungsvertrag"
    salutations: Patterns  # at the beginning of a letter
    valid_from: Patterns  # before the first day: "valid from"
    valid_until: Patterns  # before the last day
    automatic_descriptions: Patterns  # by which a program says that it described a picture itself
    captions: Patterns  # before the number of a picture: "Figure 3"


@dataclass(frozen=True, slots=True)
class MeantDocumentWords:
    """Words by which a question says which documents it means: "the 2023 report from Smith"."""

    spoken: Mapping[str, Words]  # email, slides, table -> what people call them, besides KindWords
    endings: Words  # that the name of a kind may have besides its own: "Vertrags"
    times: Patterns  # between a kind and its date: "of", "from", "dated", "for the year"
    people: Patterns  # between a kind and who wrote it: "from", "by"
    parties: Patterns  # between a kind and whom it is with
    things: Patterns  # between a kind and what it is about: "the minutes of the meeting"
    languages: Mapping[str, Words]  # ISO 639-1 -> "German", as it stands before a kind
    no_attributes: Words  # they part what stands before a kind from it: articles


@dataclass(frozen=True, slots=True)
class SupportWords:
    """Words by which one sentence is compared with another that may say the same.

    Words of `inflections` and `equivalents` count as one word, whatever their endings. Only what
    says the same of the same things may stand in a group: no opposites, no kinds of one thing.
    """

    stemmer: str  # the name of the Snowball algorithm
    verb_prefixes: Words  # of a participle, or before it: "ge" in "gekauft"
    verb_particles: Words  # before such a prefix: "ein" in "eingekauft"
    verb_endings: Words  # longest first; () where the stemmer knows all
    before_nouns: Words  # besides articles: behind them stands a noun, not a name
    capital_nouns: bool  # whether every noun has a capital, so that a capital makes no name
    inflections: tuple[Words, ...]  # "pay paid"
    equivalents: tuple[Words, ...]  # "buy purchase"
    money: Words  # an amount of money says it: "costs"
    time: Words  # a time says it: "lasts"
    light: Words  # they add nothing to what is said
    counting: Words  # neither do these before "of": "the number of"
    auxiliaries: Words  # forms of "be" and "have" and modal verbs
    articles: Words
    joints: Words  # "and": between the items of a list, or two clauses
    contrasts: Words  # "while": what follows is told of something else
    conditions: Words  # "if": what follows holds only with what it is joined to
    agents: Words  # "by": before the one who acts, where the verb is passive
    roles: Words  # prepositions: they say which part a thing has in what is told
    between: Words  # prepositions with two equal sides
    in_order: Words  # "respectively"
    anaphors: Words  # a sentence that opens so goes on about the one before
    opposites: tuple[tuple[Words, Words], ...]  # small words: "before", "after"
    antonyms: tuple[tuple[Words, Words], ...]  # "open", "close": near in meaning, and not the same
    obligations: Words
    permissions: Words
    asking: Words  # what a question says of the answer that it wants, and not of the matter


@dataclass(frozen=True, slots=True)
class AccountWords:
    """Words of questions for a figure of accounts, and of the lines that hold it."""

    lines: tuple[Words, ...]  # names of one line, phrases as well: "revenue", "net sales"
    asks: Words  # that open a question for a figure: "what was", "how much"
    unasked: Words  # words of such a question that narrow nothing: "value", "reported"
    whole: Words  # words of a line that narrow nothing: "total", "net"
    tails: Words  # from which on a line's name only says how it was reckoned: "excluding"
    quarters: Words  # of periods shorter than a year: "three months"
    annual: Words  # of a whole year, in names of columns: "twelve months"
    current: Words  # a column for the year that a document is of: "current year"
    prior: Words  # and for the year before it
    yearly: Words  # of documents of a whole year: "annual report"
    shares: Words  # lines that are shares of a whole: "margin"
    compared: Words  # a column that says how much changed: "change"
    lacking: str  # "No such figure was found for {names}."
    told: str  # "{line} of {document}, {period}: {value}."


@dataclass(frozen=True, slots=True)
class TurningWords:
    """Words with which a plain sentence is turned into the question that it answers.

    All in lower case. A question begins with a word of `how_many`, `who`, `when` or `amounts`,
    then come verb, subject and the rest of the sentence.
    """

    verbs: Mapping[str, str]  # of a sentence: as they stand before the subject; "pays": "does pay"
    verbs_of_several: Words  # endings of those that a single noun without an article may have
    refused: frozenset[str]  # a sentence with one is not plain: it denies, or leans on another
    articles: Words  # that may open the subject
    definite: Words  # those of them that need more: "the wish" is plain to a reader alone
    persons: Mapping[str, str]  # subjects that are somebody else in a question: "you": "I"
    how_many: str
    how_much: str  # before words of `masses`
    masses: Words  # that stand in the singular behind a figure
    money: Words  # behind a figure
    amounts: Mapping[str, str]  # verbs before an amount of money: "is": "how much is"
    lengths: Mapping[str, str]  # verbs before a duration: "is": "how long is"
    parts_of_days: Words  # behind a figure that is a time of day
    bounds: tuple[Words, ...]  # before a figure, longest first: "up to"
    before_figures: Mapping[Words, str]  # prepositions: "within": "within {opening}"
    before_bare_figures: Words  # endings of words that may stand right before a figure
    behind_units: Words  # that belong to a duration: "four weeks ahead"
    belonging: Words  # between a unit and what it is of: "days of leave"
    who: Mapping[str, str]  # copulas before a name: "is": "who is"
    when: str
    before_dates: Words  # "on" in "on Mondays"
    dates: frozenset[str]  # of the calendar and the clock
    around_dates: Words  # "each", "month" in "on the 25th of each month"
    permitting: Words  # verbs whose sentence answers whether something may be done
    joints: frozenset[str]  # a second thing or statement may follow
    several: Words  # endings of words for several things
    one: Words  # endings of those that only look so
    cell: str  # {column} {within} {row}: what a row of a table tells
    cells: str  # the same, of several
    in_place: str  # `within`, where rows are places
    of: str
    points: str  # {document}: asks for its main points


@dataclass(frozen=True, slots=True)
class Language:
    """A language, with every kind of word that code looks for in it."""

    code: str  # ISO 639-1
    stop_words: Words  # words that carry no meaning; they also tell a line's language
    capitals: str  # capital letters besides A to Z
    optional_articles: Words  # may stand before a name or a figure without changing it
    refusals: Patterns  # by which a model says that the passages do not hold the answer
    sentences: SentenceWords
    numbers: NumberWords
    denials: DenialWords
    dates: DateWords
    figures: FigureWords
    labels: LabelWords
    questions: QuestionWords
    plans: PlanWords
    editions: EditionWords
    orders: OrderWords
    summaries: SummaryWords
    questionnaires: QuestionnaireWords
    retrieval: RetrievalWords
    talk: TalkWords
    collection: CollectionWords
    conversation: ConversationWords
    outcomes: OutcomeWords
    stemmer: str  # the Snowball stemmer's name
    decimal_mark: str  # "." or ","
    tables: TableWords
    support: SupportWords
    definitions: DefinitionWords
    kinds: KindWords
    meant_documents: MeantDocumentWords
    accounts: AccountWords
    turning: TurningWords
