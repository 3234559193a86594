"""Reads Markdown line by line: headings, tables, code, and text without its markup.

A scanner of our own, because a parser's token list for a few megabytes of Markdown takes more
than a gigabyte of memory.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from ingest.encoding import decode
from ingest.loaders.tables import TableReader
from ingest.loaders.text.markdown_html import CELL, HEAD, ROW, STRUCK, shown
from ingest.sections import Findings, Outline, Section

_ATTRIBUTES = re.compile(r"[ \t]\{[#.][^{}]{0,200}\}$")  # as Pandoc and Hugo name a heading
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TABLE_RULE = re.compile(r" {0,3}\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*\|?[ \t]*$")
_RULE = re.compile(r" {0,3}(?:\*[ \t]*){3,}$|(?:-[ \t]*){3,}$|(?:_[ \t]*){3,}$")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_CELL = re.compile(r"(?<!\\)\|")
_FRONT_FIELD = re.compile(r"(\s*)(\w[\w.-]*+(?: [\w.-]++){0,5})\s*[:=](?:\s+(.*))?$")
_FRONT_ENDS = {"---": ("---", "..."), "+++": ("+++",)}
_MOST_FRONT_LINES = 200
_STATED = {
    "author": "author", "owner": "author", "language": "language", "lang": "language",
    "date": "made", "created": "made", "updated": "changed", "modified": "changed",
    "last_modified": "changed", "reviewed": "changed",
}  # fmt: skip
_STRUCK = re.compile(r"(?<![\\~\w`])(~{1,2})(?=[^\s~])[^~\n]{1,1000}?(?<=[^\s~])\1(?![~\w])")
_INLINE = (
    (re.compile(r"!\[([^\]\n]{0,500})\]\([^)\n]{0,2000}\)"), r"\1"),
    (re.compile(r"(?<!\\)\[([^\]\n]{1,500})\]\([^)\n]{0,2000}\)"), r"\1"),
    (re.compile(r"(?<!\\)\[([^\]\n]{1,500})\]\[[^\]\n]{0,100}\]"), r"\1"),
    (re.compile(r"(?<![\\*\w])\*{1,3}(?=\S)([^*\n]{1,1000}?)(?<=\S)\*{1,3}(?![*\w])"), r"\1"),
    (re.compile(r"(?<![\\_\w])_{1,3}(?=\S)([^_\n]{1,1000}?)(?<=\S)_{1,3}(?![_\w])"), r"\1"),
    (re.compile(r"`([^`\n]{1,1000})`"), r"\1"),
    (re.compile(r"<(https?://[^<>\s]{1,2000}|[^<>\s@]{1,100}@[^<>\s]{1,200})>"), r"\1"),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)
_MARKUP = re.compile(r"[\[*_`<\\~^]")
_RAISED = re.compile(r"(?<=\w)\^([^\s^`]{1,24})\^")
_LOWERED = re.compile(r"(?<=\w)~([^\s~`]{1,24})~")


def load_markdown(data: bytes, findings: Findings) -> Iterator[Section]:
    """Sections under their headings; comments are left out, links keep their words."""
    text, warning = decode(data)
    if warning:
        findings.warn(warning)
    yield from markdown_sections(text, findings)


def markdown_sections(text: str, findings: Findings) -> Iterator[Section]:
    """The same for text that is already decoded."""
    lines = shown("\n".join(text.splitlines()), findings).splitlines()
    outline = Outline(findings)
    paragraph: list[str] = []
    at, front = _front_matter(lines, findings)
    if front:
        yield Section(front)
    while at < len(lines):
        line = lines[at]
        at += 1
        if fence := _FENCE.match(line):
            yield from _flush(paragraph, outline, findings)
            end = at
            while end < len(lines) and not lines[end].lstrip().startswith(fence[1]):
                end += 1
            if code := "\n".join(lines[at:end]).strip("\n"):
                yield outline.place(code, kind="code")
            at = end + 1
        elif heading := _ATX.match(line):
            yield from _flush(paragraph, outline, findings)
            yield from outline.open(len(heading[1]), inline(_unclosed(heading[2] or ""), findings))
        elif (under := _SETEXT.match(line)) and _ends_in_title(paragraph):
            title = inline(paragraph.pop(), findings)
            yield from _flush(paragraph, outline, findings)
            yield from outline.open(1 if "=" in under[1] else 2, title)
        elif line[:1] in {ROW, HEAD}:
            first, at = at - 1, _end_of_rows(lines, at)
            yield from _html_table(lines[first:at], paragraph, outline, findings)
        elif "|" in line and at < len(lines) and "|" in lines[at] and _TABLE_RULE.match(lines[at]):
            yield from _flush(paragraph, outline, findings)
            rows = [_cells(line, findings)]
            at += 1
            while at < len(lines) and "|" in lines[at]:
                rows.append(_cells(lines[at], findings))
                at += 1
            for said, grid in TableReader(rows, 1).sections():
                yield outline.place(said, kind="table", grid=grid)
        elif not _RULE.match(line):
            paragraph.append(line)
    yield from _flush(paragraph, outline, findings)
    yield from outline.close()


def _html_table(
    lines: list[str], paragraph: list[str], outline: Outline, findings: Findings
) -> Iterator[Section]:
    """The rows of an HTML table, each a line; a row alone is no table."""
    if len(lines) == 1:
        paragraph.append(" ".join(lines[0][1:].split(CELL)))
        return
    yield from _flush(paragraph, outline, findings)
    rows = [[inline(cell, findings) for cell in line[1:].split(CELL)] for line in lines]
    heads = next((n for n, line in enumerate(lines) if line[0] != HEAD), len(rows))
    for said, grid in TableReader(rows, heads or None).sections():
        yield outline.place(said, kind="table", grid=grid)


def _end_of_rows(lines: list[str], at: int) -> int:
    while at < len(lines) and lines[at][:1] in {ROW, HEAD}:
        at += 1
    return at


def inline(text: str, findings: Findings) -> str:
    """A line without emphasis and link targets, and without what is struck through."""
    if not _MARKUP.search(text):
        return text
    if "~" in text or "^" in text:
        text, count = _STRUCK.subn("", text)
        if count:
            findings.warn(STRUCK)
            text = re.sub(r"(?<=\S) {2,}", " ", text)
        text = _LOWERED.sub(r"\1", _RAISED.sub(r"^\1", text))
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text


def _flush(paragraph: list[str], outline: Outline, findings: Findings) -> Iterator[Section]:
    """The collected lines as text: a line goes on the one before it unless it says otherwise."""
    lines: list[str] = []
    hard = True  # the line before ended in a forced break, or there is none
    for raw in paragraph:
        line = raw.removeprefix("> ")
        if lines and line.strip() and lines[-1] and not hard and not _ITEM.match(line):
            lines[-1] += " " + line.strip().removesuffix("\\")
        else:
            lines.append(line.rstrip().removesuffix("\\"))
        hard = line.endswith(("  ", "\\")) or not line.strip()
    text = "\n".join(inline(line, findings) for line in lines).strip("\n")
    paragraph.clear()
    if text.strip():
        yield outline.place(text)


def _ends_in_title(paragraph: list[str]) -> bool:
    """Whether the line before an underline stands alone and is no item of a list."""
    if not paragraph or not paragraph[-1].strip() or _ITEM.match(paragraph[-1]):
        return False
    return len(paragraph) == 1 or not paragraph[-2].strip()


def _cells(line: str, findings: Findings) -> list[str]:
    return [
        inline(cell.replace("\\|", "|"), findings).strip()
        for cell in _CELL.split(line.strip().removeprefix("|").removesuffix("|"))
    ]


def _front_matter(lines: list[str], findings: Findings) -> tuple[int, str]:
    """Where the text begins behind a block of metadata, and what that says, a line a field.

    The block stands between "---" lines (YAML) or "+++" lines (TOML).
    """
    ends = _FRONT_ENDS.get(lines[0].strip()) if lines else None
    if ends is None:
        return 0, ""
    said: list[str] = []
    for end in range(1, min(len(lines), _MOST_FRONT_LINES)):
        line = lines[end].rstrip()
        if line.strip() in ends:
            return end + 1, "\n".join(said)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        field = _FRONT_FIELD.match(line)
        if field is None:
            said.append(line.replace('"', "") if line[0].isspace() else line)
            continue
        indent, name, value = field[1], field[2], field[3] or ""
        value = _unquoted(value.strip().removeprefix("[").removesuffix("]").strip())
        if name.lower() in _STATED and not indent:
            changed = {_STATED[name.lower()]: value}
            findings.stated = replace(findings.stated, **changed)
        if name.lower() == "title" and not indent:
            findings.title = value
            continue
        said.append(f"{indent}{name}: {value}".rstrip())
    return 0, ""


def _unclosed(heading: str) -> str:
    """A heading's text without the number signs that may close it."""
    text = _ATTRIBUTES.sub("", heading.strip(" \t"))
    bare = text.rstrip("#")
    return bare.rstrip(" \t") if not bare or bare[-1] in " \t" else text


def _unquoted(title: str) -> str:
    """A title of front matter without the quotation marks around it."""
    start = 1 if title[:1] in ("'", '"') else 0
    end = len(title) - (len(title) > start and title[-1:] in ("'", '"'))
    return title[start:end]
