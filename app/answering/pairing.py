"""Whether a sentence pairs things as its evidence does: place and person, year and figure.

All words of a sentence may stand in the evidence and still be put together otherwise. Three rules
find that, each by the order of words alone: segments that each have their own (`_crosses`), two
lists that are told in the same order (`_lists_differ`), and things that changed places
(`_places_changed`, `_agent_differs`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.answering.wording import (
    CONTENT,
    VALUES,
    Kind,
    Word,
    Wording,
    folded_words,
    is_article,
    is_auxiliary,
    is_joint,
    match,
)

_IN_ORDER = folded_words(lambda language: language.support.in_order)
_AGENTS = folded_words(lambda language: language.support.agents)
_ROLES = folded_words(lambda language: language.support.roles) | _AGENTS
_MOST_ITEMS = 80  # of a sentence that is looked at for exchanged things
_BETWEEN = folded_words(lambda language: language.support.between)


@dataclass(frozen=True, slots=True)
class _Item:
    """A name of one or more words, or any other telling word; `at` is the first one's place."""

    at: int
    end: int
    kind: Kind
    words: Sequence[Word]


def pairs_otherwise(said: Wording, held: Wording) -> bool:
    """Whether `said` puts things together that `held`, its supposed evidence, keeps apart."""
    if said.text == held.text:
        return False
    return (
        _other_cell(said, held)
        or _mixes_names(said, held)
        or _crosses(said, held, held.clauses)
        or _crosses(said, held, held.segments)
        or _lists_differ(said, held)
        or _places_changed(said, held)
        or _exchanged(said, held, _items(said), _items(held))
        or _exchanged(said, held, _single(said), _single(held))
        or _splits_date(said, held)
        or _agent_differs(said, held)
    )


def _crosses(said: Wording, held: Wording, parts: Sequence[range]) -> bool:
    """Whether `said` mixes two parts that each have their own: "Interns get 20 days, others 25".

    It does if it takes a value of one part while the other part's value of this kind stays
    unsaid, and takes of the other part what the first one has its own of.
    """
    if len(parts) < 2:
        return False
    spoken = [word for word in said.words if word.kind in CONTENT or word.kind == "measure"]
    holders: list[set[int]] = []
    unsaid: list[list[Word]] = []
    for part in parts:
        content = list(held.content(part))
        holders.append(
            {
                number
                for number, word in enumerate(spoken)
                if any(match(word, other) for other in content)
            }
        )
        unsaid.append(
            [
                word
                for word in content
                if not word.light and not any(match(one, word) for one in spoken)
            ]
        )
    taken = _shared_out(holders, [len(words) for words in unsaid])
    for a, b in combinations(range(len(parts)), 2):
        of_a = [spoken[number] for number in taken[a] - holders[b]]
        of_b = [spoken[number] for number in taken[b] - holders[a]]
        if not of_a or not of_b or not unsaid[a] or not unsaid[b]:
            continue
        rivals_of_b = [word for word in of_b if _has_rival(word, unsaid[a])]
        rivals_of_a = [word for word in of_a if _has_rival(word, unsaid[b])]
        if any(_is_measured_alike(word, unsaid[a]) for word in of_b) or any(
            _is_measured_alike(word, unsaid[b]) for word in of_a
        ):
            return True  # "100 per cent on Sundays; between 22:00 and 6:00 50 per cent"
        if not rivals_of_a or not rivals_of_b:
            continue
        if held.row:
            continue  # `_other_cell` knows columns from values
        if any(word.kind in VALUES for word in (*rivals_of_a, *rivals_of_b)):
            return True
        if _has_verb(held, parts[a]) and _has_verb(held, parts[b]):
            return True
    return False


def _other_cell(said: Wording, held: Wording) -> bool:
    """Whether a column's name is said without its value, and another value without its column.

    A row's first cell names the row, and its column is seldom said.
    """
    if not held.row:
        return False
    spoken = [word for word in said.words if word.kind in CONTENT and not word.bounding]
    text = " ".join(word.raw for word in said.words).casefold()
    first = list(held.content(held.segments[0]))
    cells = [_cell(held, part) for part in held.segments]
    for title, keys, values in cells:
        key = [word for word in keys if any(match(one, word) for one in spoken)]
        own = _said_of(spoken, values, first)
        if own or not values or not (key or (not keys and title in text)):
            continue
        for _, other_keys, other_values in cells[1:]:
            if other_values is values or not _said_of(spoken, other_values, first):
                continue
            if not keys or any(not any(match(word, one) for one in other_keys) for word in key):
                return True
    return False


def _cell(held: Wording, part: range) -> tuple[str, list[Word], list[Word]]:
    """A cell's column as it is written, the telling words of that, and those of its value."""
    told = [held.words[at] for at in part]
    content = [word for word in told if word.kind in CONTENT and not word.light]
    title = " ".join(word.raw for word in told if word.of_key).casefold()
    return (
        title,
        [word for word in content if word.of_key],
        [word for word in content if not word.of_key],
    )


def _said_of(spoken: Sequence[Word], values: Sequence[Word], first: Sequence[Word]) -> bool:
    """Whether something is said of a value that the row's name does not say as well."""
    return any(
        any(match(one, word) for word in values)
        and (values[0] in first or not any(match(one, word) for word in first))
        for one in spoken
    )


def _mixes_names(said: Wording, held: Wording) -> bool:
    """Whether a name of several words is put together from two names."""
    theirs = [item for item in _items(held) if item.kind == "name"]
    for item in _items(said):
        if item.kind != "name" or len(item.words) < 2:
            continue
        whole = [
            [word for word in item.words if any(match(word, one) for one in other.words)]
            for other in theirs
        ]
        if any(len(found) == len(item.words) for found in whole):
            continue
        for found, other in zip(whole, theirs, strict=True):
            rest = [one for one in other.words if not any(match(one, word) for word in item.words)]
            foreign = [word for word in item.words if word not in found]
            if (
                found
                and rest
                and any(word in more for word in foreign for more in whole if more is not found)
            ):
                return True
    return False


def _shared_out(holders: Sequence[set[int]], costs: Sequence[int]) -> list[set[int]]:
    """Each word of a sentence given to one part: to the one that holds most of what is left, and
    leaves least unsaid."""
    taken: list[set[int]] = [set() for _ in holders]
    left = set[int]().union(*holders)
    while left:
        best = max(range(len(holders)), key=lambda at: (len(holders[at] & left), -costs[at]))
        taken[best] = holders[best] & left
        left -= taken[best]
    return taken


def _has_rival(word: Word, others: Sequence[Word]) -> bool:
    return any(_same_kind(word, other) for other in others)


def _is_measured_alike(word: Word, others: Sequence[Word]) -> bool:
    return word.kind == "figure" and any(
        other.kind == "figure" and word.unit and word.unit == other.unit for other in others
    )


def _same_kind(one: Word, other: Word) -> bool:
    if one.kind == other.kind:
        return one.kind != "figure" or one.unit == other.unit or not one.unit or not other.unit
    # The first word of a sentence may be a name or not.
    kinds = {one.kind, other.kind}
    unsure = any(word.kind == "word" and word.capital for word in (one, other))
    return kinds <= {"word", "noun"} or (kinds <= {"word", "noun", "name"} and unsure)


def _has_verb(held: Wording, part: range) -> bool:
    return any(is_auxiliary(held.words[at]) for at in part)


def _items(text: Wording) -> list[_Item]:
    """The telling words, with the words of a name together."""
    found: list[_Item] = []
    for at, word in enumerate(text.words):
        if word.kind not in CONTENT:
            continue
        last = found[-1] if found else None
        if last and last.kind == "name" == word.kind and _adjoin(text, last.end, at):
            found[-1] = _Item(last.at, at + 1, "name", (*last.words, word))
        else:
            found.append(_Item(at, at + 1, word.kind, (word,)))
    return found


def _single(text: Wording) -> list[_Item]:
    """The telling words, each by itself: a part of a name may have changed places too."""
    return [
        _Item(at, at + 1, word.kind, (word,))
        for at, word in enumerate(text.words)
        if word.kind in CONTENT
    ]


def _adjoin(text: Wording, end: int, at: int) -> bool:
    """Whether nothing stands between, or the point of a short form: "Ines K. Mayer"."""
    return end == at or (
        at - end == 1 and text.words[end].text == "." and len(text.words[end - 1].raw) < 4
    )


def _lists(text: Wording) -> Iterator[list[_Item]]:
    """Runs of things of one kind with "and" or commas between them, not "between 5 and 10"."""
    run: list[_Item] = []
    for item in _items(text):
        if run and _joined(text, run[-1], item):
            run.append(item)
            continue
        if len(run) > 1:
            yield run
        before = text.words[item.at - 1].text if item.at else ""
        run = [] if before in _BETWEEN else [item]
    if len(run) > 1:
        yield run


def _joined(text: Wording, one: _Item, other: _Item) -> bool:
    gap = [text.words[at] for at in range(one.end, other.at)]
    return (
        _same_kind(one.words[0], other.words[0])
        and any(one.at in part and other.at in part for part in text.segments)
        and any(is_joint(word) for word in gap)
        and all(
            is_joint(word)
            or is_article(word)
            or word.kind == "measure"
            or word.text in _ROLES
            or word.text == "."  # of "bzw."
            for word in gap
        )
    )


def _lists_differ(said: Wording, held: Wording) -> bool:
    """Whether `held` tells two lists in the same order, and `said` pairs their items otherwise."""
    lists = list(_lists(held))
    in_order = any(word.text in _IN_ORDER for word in held.words)
    for one, other in combinations(lists, 2):
        if len(one) != len(other):
            continue
        kinds = {one[0].kind, other[0].kind}
        if not in_order and not kinds & {"figure", "day"} and kinds != {"name"}:
            continue
        if not in_order and not _in_one_part(held, one[0], other[-1]):
            continue
        first, second = _order(said, one), _order(said, other)
        if first and second and first != second:
            return True
    return False


def _in_one_part(held: Wording, one: _Item, other: _Item) -> bool:
    return any(one.at in part and other.at in part for part in held.clauses)


def _order(said: Wording, items: Sequence[_Item]) -> list[int]:
    """Which of the items are said, by their numbers, in the order in which they are said.

    An item is known by a word that no other item has.
    """
    found: list[int] = []
    for word in said.words:
        if word.kind not in CONTENT:
            continue
        held_by = [
            number
            for number, item in enumerate(items)
            if any(match(word, one) for one in item.words)
        ]
        if len(held_by) == 1 and held_by[0] not in found:
            found.append(held_by[0])
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an item stands: the preposition before it, and its neighbours' keys."""

    role: str
    left: frozenset[str]
    right: frozenset[str]


def _place(text: Wording, items: Sequence[_Item], number: int) -> _Place:
    item = items[number]
    role = ""
    for at in range(item.at - 1, -1, -1):
        word = text.words[at]
        if word.text in _ROLES:
            role = word.text
        if not is_article(word):
            break
    left = items[number - 1] if number else None
    right = items[number + 1] if number + 1 < len(items) else None
    return _Place(role, _item_keys(left), _item_keys(right))


def _item_keys(item: _Item | None) -> frozenset[str]:
    return frozenset[str]().union(*(word.keys for word in item.words)) if item else frozenset()


def _places_changed(said: Wording, held: Wording) -> bool:
    """Whether two things of one kind changed places: who pays and who is paid."""
    if _is_passive(said) != _is_passive(held):
        return False  # `_agent_differs` knows who acts
    ours, theirs = _items(said), _items(held)
    pairs: list[tuple[int, int]] = []  # each item of `said` with its only one of `held`
    for number, item in enumerate(ours):
        same = [
            other
            for other, held_item in enumerate(theirs)
            if any(match(word, held_word) for word in item.words for held_word in held_item.words)
        ]
        alike = [other for other in same if theirs[other].kind == item.kind]
        same = alike or same
        if len(same) == 1:
            pairs.append((number, same[0]))
    for (a, a_held), (b, b_held) in combinations(pairs, 2):
        if a_held <= b_held or not _may_swap(ours[a].words[0], ours[b].words[0]):
            continue  # only what stands in another order can have changed places
        if _coordinate(held, theirs, b_held, a_held) and not _in_two_lists(held, theirs, b_held):
            continue
        here_a, here_b = _place(said, ours, a), _place(said, ours, b)
        there_a, there_b = _place(held, theirs, a_held), _place(held, theirs, b_held)
        swap = {a: b, b: a}
        changed = _alike(here_a, there_b, ours, swap, a), _alike(here_b, there_a, ours, swap, b)
        stayed = _alike(here_a, there_a, ours, {}, a) + _alike(here_b, there_b, ours, {}, b)
        if all(changed) and sum(changed) > stayed:
            return True
    return False


def _exchanged(
    said: Wording, held: Wording, ours: Sequence[_Item], theirs: Sequence[_Item]
) -> bool:
    """Whether exchanging two things of a sentence gives what the evidence says there.

    Each thing has two neighbours. After the exchange all four stand side by side in the
    evidence, before it one at most does.
    """
    if len(ours) < 3 or len(ours) > _MOST_ITEMS:
        return False
    places = [
        frozenset(
            at
            for at, other in enumerate(theirs)
            if any(match(one, two) for one in item.words for two in other.words)
        )
        for item in ours
    ]
    places = [frozenset({-1}), *places, frozenset({len(theirs)})]

    def beside(left: int, right: int) -> bool:
        return any(at + 1 in places[right] for at in places[left])

    for i, j in combinations(range(1, len(places) - 1), 2):
        one, other = ours[i - 1].words[0], ours[j - 1].words[0]
        if places[i] & places[j] or not _may_be_exchanged(one, other):
            continue
        if j == i + 1:
            if _roles_exchanged(said, held, (ours, i - 1, j - 1), (theirs, places[i], places[j])):
                return True
            continue
        now = beside(i - 1, i) + beside(i, i + 1) + beside(j - 1, j) + beside(j, j + 1)
        if now > 1:
            continue
        if all((beside(i - 1, j), beside(j, i + 1), beside(j - 1, i), beside(i, j + 1))) and not (
            _coordinate(said, ours, i - 1, j - 1)
        ):
            return _place(said, ours, i - 1).role not in _AGENTS and (
                _place(said, ours, j - 1).role not in _AGENTS
                or _place(held, theirs, min(places[i])).role in _AGENTS
            )
    return False


def _roles_exchanged(
    said: Wording,
    held: Wording,
    here: tuple[Sequence[_Item], int, int],
    there: tuple[Sequence[_Item], frozenset[int], frozenset[int]],
) -> bool:
    """Whether two neighbours have each other's preposition: "since 450 over 2015"."""
    ours, one, other = here
    theirs, ones, others = there
    if len(ones) != 1 or len(others) != 1 or -1 in ones | others or len(theirs) in ones | others:
        return False
    mine = _place(said, ours, one).role, _place(said, ours, other).role
    its = _place(held, theirs, min(ones)).role, _place(held, theirs, min(others)).role
    return all(mine) and mine[0] != mine[1] and mine == (its[1], its[0])


def _may_be_exchanged(one: Word, other: Word) -> bool:
    return _may_swap(one, other) or (one.kind in VALUES and other.kind in VALUES)


def _may_swap(one: Word, other: Word) -> bool:
    return _same_kind(one, other) or {one.kind, other.kind} == {"noun", "name"}


def _splits_date(said: Wording, held: Wording) -> bool:
    """Whether the year of a date is told as that of something else."""
    bare = {word.text for word in said.words if word.kind == "day" and not word.day}
    alone = {word.text for word in held.words if word.kind == "day" and not word.day}
    return any(
        str(there.year) in bare - alone and here.year is None and here.lies_in(there)
        for here in said.days
        for there in held.days
    )


def _alike(
    here: _Place, there: _Place, items: Sequence[_Item], swap: dict[int, int], number: int
) -> int:
    """How many of the two neighbours are the same, the two that changed places taken as such."""
    if here.role != there.role:
        return 0
    sides = 0
    for step, beside, theirs in ((-1, here.left, there.left), (1, here.right, there.right)):
        changed = swap.get(number + step)
        if changed is None:
            sides += bool(beside & theirs) or (not beside and not theirs)
        elif here.role:  # what only stands beside the other one has moved with it
            sides += bool(_item_keys(items[changed]) & theirs)
    return sides


def _coordinate(held: Wording, items: Sequence[_Item], one: int, other: int) -> bool:
    """Whether both are items of one list, whose order says nothing."""
    return all(_joined(held, items[at], items[at + 1]) for at in range(one, other))


def _in_two_lists(held: Wording, items: Sequence[_Item], number: int) -> bool:
    at = items[number].at
    mine = [run for run in _lists(held) if any(item.at == at for item in run)]
    return any(len(run) == len(mine[0]) for run in _lists(held) if mine and run[0] != mine[0][0])


def _agent_differs(said: Wording, held: Wording) -> bool:
    """Whether only one of them is passive, and the one who acts is another there."""
    return _acts_otherwise(said, held) or _acts_otherwise(held, said)


def _is_passive(text: Wording) -> bool:
    return any(
        word.text in _AGENTS and any(is_auxiliary(one) for one in text.words[:at])
        for at, word in enumerate(text.words)
    )


def _acts_otherwise(passive: Wording, active: Wording) -> bool:
    for at, word in enumerate(passive.words[1:-1], start=1):
        verb = passive.words[at - 1]
        if (
            word.text not in _AGENTS
            or verb.kind != "word"
            or not any(is_auxiliary(one) for one in passive.words[:at])
        ):
            continue
        does = _first(active, verb)
        if does is None or _has_agent(active, does):
            continue
        for agent in _named_together(passive.words[at + 1 :]):
            acts = _first(active, agent)
            if acts is not None and acts > does:
                return True
    return False


def _named_together(words: Sequence[Word]) -> Iterator[Word]:
    """Those who act together: the first names, with "and" or commas between them."""
    for word in words:
        if word.kind in ("name", "noun", "word"):
            yield word
        elif not (is_article(word) or is_joint(word)):
            return


def _first(text: Wording, word: Word) -> int | None:
    return next(
        (at for at, one in enumerate(text.words) if one.kind in CONTENT and match(word, one)), None
    )


def _has_agent(text: Wording, verb: int) -> bool:
    """Whether the verb at this place is passive too: "by" stands beside it."""
    beside = text.words[max(0, verb - 1) : verb + 3]
    return any(word.text in _AGENTS for word in beside) or any(
        word.text in _AGENTS for word in text.words[:verb]
    )
