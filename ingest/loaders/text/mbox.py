"""Reads a mailbox: a file of many e-mails, each behind a line that begins with "From "."""

import re
from collections.abc import Iterator

from ingest.loaders.text.email import mail_sections, parsed, subject_of
from ingest.sections import Findings, LoaderError, LoadWithin, Section, Stated

_START = re.compile(rb"(?:\A|\r?\n\r?\n)(?=From [^\r\n]{3,200}\d\d:\d\d)")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MOST = 20_000  # messages of a mailbox
_LONGEST_SUBJECT = 60  # characters in the name of an attachment


def load_mbox(data: bytes, findings: Findings, load: LoadWithin) -> Iterator[Section]:
    """Each message with its attachments, as an e-mail of its own; a damaged one is a warning."""
    starts = [found.end() for found in _START.finditer(data)]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True), 1):
        if number > _MOST:
            findings.warn(f"only the first {_MOST:,} messages were read")
            break
        message = data[data.find(b"\n", start, end) + 1 : end]
        try:
            mail = parsed(_QUOTED.sub(rb"\1", message))
            subject = subject_of(mail).replace("/", "-")[:_LONGEST_SUBJECT]
            folder = f"{number} {subject}".strip()
            yield from mail_sections(mail, findings, load, folder)
        except LoaderError as error:
            findings.warn(f"message {number} {error}")
    # Those of the first message are not the mailbox's.
    findings.title, findings.stated = "", Stated()
