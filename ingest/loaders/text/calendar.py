"""Reads appointments (iCalendar, RFC 5545) and address cards (vCard, RFC 6350)."""

import quopri
import re
from collections.abc import Iterator
from typing import NamedTuple

from ingest.encoding import decode
from ingest.sections import Findings, Section

_NAMES = {  # of properties, as people call them
    "summary": "Summary", "dtstart": "Start", "dtend": "End", "due": "Due", "location": "Location",
    "organizer": "Organizer", "attendee": "Attendee", "description": "Description",
    "status": "Status", "rrule": "Repeats", "categories": "Categories", "comment": "Comment",
    "url": "URL", "duration": "Duration", "contact": "Contact", "fn": "Name",
    "org": "Organization", "title": "Title", "role": "Role", "tel": "Phone", "email": "E-mail",
    "adr": "Address", "note": "Note", "bday": "Birthday", "nickname": "Nickname",
    "department": "Department",
}  # fmt: skip
_WHOLE = frozenset(("vevent", "vtodo", "vjournal", "vcard"))
_DATES = frozenset(("dtstart", "dtend", "due", "bday"))
_MOMENT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?\d\d)?(Z?))?$")
_ESCAPED = re.compile(r"\\([\\;,nN:])")
_MOST = 100_000  # appointments or cards of a file


class _Property(NamedTuple):
    name: str
    parameters: dict[str, str]
    value: str


def load_calendar(data: bytes, findings: Findings) -> Iterator[Section]:
    """A section for each appointment, task or card, a line for each of its properties."""
    text, warning = decode(data)
    if warning:
        findings.warn(warning)
    lines: list[str] = []
    title = ""
    within = 0
    found = 0
    for one in _properties(text):
        if one.name == "begin" and one.value.lower() in _WHOLE:
            lines, title, within = [], "", 0
        elif one.name == "begin":
            within += 1
        elif one.name == "end" and one.value.lower() in _WHOLE:
            found += 1
            if found > _MOST:
                findings.warn(f"only the first {_MOST:,} entries were read")
                return
            if lines:
                yield Section("\n".join(lines), heading=title)
        elif one.name == "end":
            within -= 1
        elif one.name in _NAMES and within <= 0 and (said := _said(one)):
            lines.append(f"{_NAMES[one.name]}{_kind(one)}: {said}")
            if one.name in {"summary", "fn"}:
                title = said[:200]


def _properties(text: str) -> Iterator[_Property]:
    """Properties with lines that go on put together."""
    unfolded: list[str] = []
    soft = False  # a line of the old cards' encoding goes on
    for line in text.splitlines():
        if soft:
            unfolded[-1] = unfolded[-1][:-1] + line
        elif line[:1] in {" ", "\t"} and unfolded:
            unfolded[-1] += line[1:]
        else:
            unfolded.append(line)
        head = unfolded[-1].partition(":")[0].upper()
        soft = "QUOTED-PRINTABLE" in head and line.endswith("=")
    for line in unfolded:
        head, colon, value = _parted(line)
        if not colon:
            continue
        name, *rest = head.split(";")
        parameters = {}
        for part in rest:
            key, _, said = part.partition("=")
            parameters[key.lower()] = said.strip('"') if said else key
        yield _Property(name.rpartition(".")[2].lower(), parameters, value)


def _parted(line: str) -> tuple[str, str, str]:
    """A line parted at its first colon that stands in no quotation marks."""
    quoted = False
    for at, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif letter == ":" and not quoted:
            return line[:at], ":", line[at + 1 :]
    return line, "", ""


def _said(one: _Property) -> str:
    value = one.value
    if one.parameters.get("encoding", "").upper() == "QUOTED-PRINTABLE" or (
        "quoted-printable" in one.parameters
    ):
        value = decode(quopri.decodestring(value.encode()), one.parameters.get("charset", "")).text
    if one.name in _DATES:
        return _moment(value, one.parameters.get("tzid", ""))
    if one.name in {"adr", "org"}:
        value = ", ".join(part.strip() for part in re.split(r"(?<!\\);", value) if part.strip())
    if one.name in {"organizer", "attendee"}:
        mail = re.sub(r"^mailto:", "", value, flags=re.IGNORECASE)
        name = one.parameters.get("cn", "")
        value = f"{name} <{mail}>" if name and name != mail else mail
    said = _ESCAPED.sub(lambda f: "\n" if f[1] in "nN" else f[1], value)
    return "\n".join(" ".join(line.split()) for line in said.splitlines()).strip()


def _moment(value: str, zone: str) -> str:
    found = _MOMENT.match(value.strip())
    if not found:
        return value.strip()
    day = f"{found[1]}-{found[2]}-{found[3]}"
    if not found[4]:
        return day
    where = " UTC" if found[6] else f" ({zone})" if zone else ""
    return f"{day} {found[4]}:{found[5]}{where}"


def _kind(one: _Property) -> str:
    """Of a telephone number, which one it is: "Phone (work)"."""
    if one.name not in {"tel", "email", "adr"}:
        return ""
    said = one.parameters.get("type", "") or next(
        (key for key in one.parameters if key in {"work", "home", "cell", "fax"}), ""
    )
    return f" ({said.lower()})" if said else ""
