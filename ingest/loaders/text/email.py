"""Reads e-mails: who, when, what about, the text, and attachments through the other loaders."""

import email
import email.policy
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from ingest.encoding import decode
from ingest.loaders.html.loader import html_sections
from ingest.loaders.text.plain import unwrap, usual_width
from ingest.loaders.text.signed import NotSigned, signed_content
from ingest.loaders.text.tnef import tnef_attachments
from ingest.loaders.within import sections_within
from ingest.sections import (
    HEADING_SEPARATOR,
    Findings,
    LoaderError,
    LoadWithin,
    Members,
    Scans,
    Section,
    Stated,
)

if TYPE_CHECKING:
    from PIL import Image

    from ingest.ocr.words import RecognisedPage

_FIELDS = ("Subject", "From", "To", "Cc", "Date")
_DEEPEST = 3  # messages within messages
_MOST_ATTACHMENTS = 200
_LONGEST_SUBJECT = 60  # characters in the name of a message within

_SAMPLE = 4_000  # bytes of a body that help to guess an encoding
_LEAST_PICTURE = 30_000  # bytes; smaller ones are signs and signatures

_ARMOUR = "-----BEGIN PGP MESSAGE-----"
_ENCRYPTED = "is an encrypted e-mail; decrypt it in your mail program and save it anew"
_SIGNED = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_PACKED = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_SIGNATURES = frozenset(
    ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
)


def load_email(data: bytes, findings: Findings, load_attachment: LoadWithin) -> Iterator[Section]:
    """The header fields as one section, then the body, then each attachment under its name.

    Raises LoaderError for an encrypted message, which shows nothing but its header.
    """
    yield from mail_sections(parsed(data), findings, load_attachment)


def parsed(data: bytes) -> EmailMessage:
    """A message from its bytes, as lenient as it can be."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # what this policy makes
    return message


def mail_sections(
    message: EmailMessage, findings: Findings, load: LoadWithin, folder: str = ""
) -> Iterator[Section]:
    """The same for a message that is parsed already.

    Attachments that are documents of their own are named as if they lay in `folder`.
    """
    if (
        findings.members is None
        and findings.scans is not None
        and not isinstance(findings.scans, AttachedScans)
    ):
        findings.scans = AttachedScans(findings.scans)
    yield from _message(_opened(message), findings, load, "", 0, folder)


def _opened(message: EmailMessage) -> EmailMessage:
    """The message, or that which is wrapped in its signature. Raises LoaderError."""
    kind = message.get_content_type()
    if kind == "multipart/encrypted":
        raise LoaderError(_ENCRYPTED)
    if kind not in _SIGNED:
        return message
    data = message.get_payload(decode=True)
    try:
        inner = parsed(signed_content(data if isinstance(data, bytes) else b""))
    except NotSigned:
        raise LoaderError(_ENCRYPTED) from None
    for name in _FIELDS:
        if name not in inner and name in message:
            inner[name] = _field(message, name)
    return inner


def _message(
    message: EmailMessage,
    findings: Findings,
    load: LoadWithin,
    root: str,
    depth: int,
    folder: str = "",
) -> Iterator[Section]:
    fields = [(name, _field(message, name)) for name in _FIELDS]
    subject = fields[0][1]
    if not findings.title:
        findings.title = subject
        sent = _day_of(message)
        findings.stated = Stated(dict(fields)["From"], "", sent, sent)
    heading = HEADING_SEPARATOR.join(part for part in (root, subject) if part)
    body = _body(message)
    names = [_name(part, n) for n, part in enumerate(_attachments(message, body), 1)]
    lines = [f"{name}: {value}" for name, value in fields if value]
    if names:
        lines.append(f"Attachments: {', '.join(names)}")
    text = _payload_text(body, findings) if body is not None else ""
    if text.lstrip().startswith(_ARMOUR):
        raise LoaderError(_ENCRYPTED)
    if body is not None and body.get_content_type() == "text/html":
        yield Section("\n".join(lines), heading=heading)
        yield from html_sections(text, findings, heading)
    else:
        width = usual_width(text.splitlines())
        blocks = [unwrap(block, width) for block in re.split(r"\n[ \t]*\n", text)]
        yield Section("\n\n".join(("\n".join(lines), *blocks)).strip(), heading=heading)
    for number, part in enumerate(_attachments(message, body), 1):
        if number > _MOST_ATTACHMENTS:
            findings.warn(f"only the first {_MOST_ATTACHMENTS} attachments were read")
            break
        if findings.members is not None:
            _hand_over(part, folder, number, findings, findings.members)
            continue
        place = HEADING_SEPARATOR.join(p for p in (root, f"Attachment {_name(part, number)}") if p)
        yield from _attachment(part, _name(part, number), findings, load, place, depth)


def _body(message: EmailMessage) -> EmailMessage | None:
    """The form of the message that people see: mail programs show the page, not the plain text.

    A page on which nothing can be read (a picture, say) gives way to the plain text.
    """
    body = message.get_body(preferencelist=("plain", "html"))
    for forms in message.walk():
        if forms.get_content_type() != "multipart/alternative":
            continue
        if not any(part is body for part in forms.walk()):
            continue
        for form in reversed(list(forms.iter_parts())):
            page = form.get_body(preferencelist=("html",))  # the last form is the one shown
            if isinstance(page, EmailMessage) and _shows_text(page):
                return page
    return body if isinstance(body, EmailMessage) else None


def _shows_text(page: EmailMessage) -> bool:
    sections = html_sections(_payload_text(page, Findings()), Findings())
    return any(section.text.strip() for section in sections)


def _attachment(
    part: EmailMessage,
    name: str,
    findings: Findings,
    load: LoadWithin,
    place: str,
    depth: int,
) -> Iterator[Section]:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        if depth >= _DEEPEST or not isinstance(inner, EmailMessage):
            findings.warn(f"attachment {name} was not read: messages are nested too deeply")
            return
        try:
            yield from _message(_opened(inner), findings, load, place, depth + 1)
        except LoaderError as error:
            findings.warn(f"attachment {name} {error}")
        return
    data = _worth_reading(part, findings)
    if data is None:
        return
    needed = part.get_content_maintype() != "image"  # a photograph needs no words
    yield from sections_within(data, name, place, "attachment", findings, load, needed=needed)


def _worth_reading(part: EmailMessage, findings: Findings) -> bytes | None:
    """An attachment's bytes; None for what has no words, and is named in the header."""
    data = part.get_payload(decode=True)
    kind = part.get_content_maintype()
    if kind in {"audio", "video"} or part.get_content_type() in _SIGNATURES:
        return None
    if not isinstance(data, bytes):
        return None
    if kind == "image" and (
        findings.scans is None
        or part.get_content_disposition() != "attachment"
        or len(data) < _LEAST_PICTURE
    ):
        return None  # pictures in signatures are not worth a warning
    return data


def _hand_over(
    part: EmailMessage, folder: str, number: int, findings: Findings, members: Members
) -> None:
    """Let an attachment be a document of its own."""
    name = f"{folder}/{_name(part, number)}"
    if part.get_content_type() != "message/rfc822":
        data = _worth_reading(part, findings)
        if data is not None:
            members(name, data, needed=part.get_content_maintype() != "image")
        return
    try:
        inner = part.get_payload(0)
        # As it came: the policy that it was parsed with would write its fields anew.
        data = inner.as_bytes(policy=email.policy.compat32)  # type: ignore[union-attr]
        subject = subject_of(inner).replace("/", "-")[:_LONGEST_SUBJECT]  # type: ignore[arg-type]
    except (LookupError, ValueError, TypeError, AttributeError):
        findings.warn(f"attachment {name.lstrip('/')} is a damaged message; save it by itself")
        return
    if subject and not part.get_filename():
        name = f"{folder}/{subject}.eml"
    members(name, data, needed=True)


class AttachedScans:
    """Recognises pages of attachments, which are numbered through: each begins with its page 1."""

    def __init__(self, scans: Scans) -> None:
        self._scans = scans
        self._count = 0

    def page(self, number: int, draw: "Callable[[], Image.Image]") -> "RecognisedPage":
        del number
        self._count += 1
        return self._scans.page(self._count, draw)


def _attachments(message: EmailMessage, body: object) -> Iterator[EmailMessage]:
    """Parts that are no alternative form of the body."""
    if not message.is_multipart():
        # A scanner sends its PDF as the whole message.
        if message is not body and message.get_content_maintype() not in {"text", "multipart"}:
            yield from _unpacked(message)
        return
    stack: list[EmailMessage] = [message]
    while stack:
        current = stack.pop(0)
        for part in current.iter_parts():
            kind = part.get_content_type()
            if part is body:
                continue
            if kind.startswith("multipart/"):
                if current.get_content_type() != "multipart/alternative" or part is not body:
                    stack.append(part)  # type: ignore[arg-type]
            elif kind in {"text/plain", "text/html"} and not part.get_filename():
                if current.get_content_type() not in {"multipart/alternative"}:
                    yield part  # type: ignore[misc]
            else:
                yield from _unpacked(part)  # type: ignore[arg-type]


def _unpacked(part: EmailMessage) -> Iterator[EmailMessage]:
    """A part; what Outlook packed into it, where it is a package of that kind."""
    data = part.get_payload(decode=True) if part.get_content_type() in _PACKED else None
    packed = list(tnef_attachments(data)) if isinstance(data, bytes) else []
    for name, content in packed:
        one = EmailMessage()
        one.set_content(
            content, maintype="application", subtype="octet-stream", disposition="attachment",
            filename=" ".join(name.split()) or None,
        )  # fmt: skip
        yield one
    if not packed:
        yield part


def _name(part: EmailMessage, number: int) -> str:
    try:
        name = part.get_filename()
    except (LookupError, ValueError, TypeError):
        name = None
    endings = {"text/html": ".html", "text/plain": ".txt", "message/rfc822": ".eml"}
    return " ".join((name or f"{number}{endings.get(part.get_content_type(), '')}").split())


def subject_of(message: EmailMessage) -> str:
    """What a message is about, or ""."""
    return _field(message, "Subject")


def _field(message: EmailMessage, name: str) -> str:
    try:
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
        if any("\udc80" <= letter <= "\udcff" for letter in raw):
            return _guessed(message, str(raw))
        return " ".join(str(message.get(name, "")).split())
    except (LookupError, ValueError, TypeError, AttributeError, IndexError):
        return ""  # the standard library's header parser stumbles over some broken fields


def _day_of(message: EmailMessage) -> str:
    """The day on which a message was sent, in ISO form, or ""."""
    try:
        return parsedate_to_datetime(_field(message, "Date")).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _guessed(message: EmailMessage, raw: str) -> str:
    """A field with bytes that no standard allows, in the encoding that fits them and the body."""
    data = raw.encode("ascii", "surrogateescape")
    body = message.get_body(preferencelist=("plain", "html"))
    payload = body.get_payload(decode=True) if body is not None else b""
    around = payload[:_SAMPLE] if isinstance(payload, bytes) else b""
    declared = (body.get_content_charset() if body is not None else "") or ""
    text = decode(data + b"\n\n" + around, declared).text
    return " ".join(text.partition("\n\n")[0].split())


def _payload_text(part: EmailMessage, findings: Findings) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    text, warning = decode(data, part.get_content_charset() or "")
    if warning and "guessed" not in warning:
        findings.warn(warning)
    return text.replace("\r\n", "\n")
