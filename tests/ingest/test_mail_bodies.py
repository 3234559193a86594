"""Of the forms of a mail's text the one that people see is read, and nothing they see is lost."""

import io
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from ingest.sandbox.reading import read_sections
from ingest.sections import Findings


def read(message: EmailMessage | MIMEMultipart) -> tuple[str, list[str]]:
    findings = Findings()
    sections = read_sections(io.BytesIO(message.as_bytes()), "a.eml", findings)
    return "\n".join(section.text for section in sections), findings.warnings


def test_words_that_stand_in_the_plain_form_alone_are_not_read():
    mail = EmailMessage()
    said = "The mileage allowance is 30 cents for each kilometre."
    mail.set_content(f"{said} The cap is 99 euros.")
    mail.add_alternative(f"<p>{said}</p>", subtype="html")
    assert read(mail) == (said, [])


def test_a_page_without_words_gives_way_to_the_plain_form():
    mail = EmailMessage()
    mail.set_content("The invitation: Friday at noon.")
    mail.add_alternative("<p><img src='cid:invitation'></p>", subtype="html")
    text, warnings = read(mail)
    assert "Friday at noon" in text
    assert warnings == []


def test_a_mail_of_plain_text_alone_is_read():
    mail = EmailMessage()
    mail.set_content("The office is closed on Friday.")
    assert "closed on Friday" in read(mail)[0]


def test_parts_that_follow_each_other_are_all_read():
    mail = MIMEMultipart("mixed")
    for text, kind in (("First words.", "plain"), ("<p>Second words.</p>", "html")):
        mail.attach(MIMEText(text, kind))
    text, _ = read(mail)
    assert text.index("First words.") < text.index("Second words.")


def test_a_page_beside_its_pictures_is_the_form_that_is_read():
    related = MIMEMultipart("related")
    related.attach(MIMEText("<p>The page.</p>", "html"))
    forms = MIMEMultipart("alternative")
    forms.attach(MIMEText("The plain form.", "plain"))
    forms.attach(related)
    mail = MIMEMultipart("mixed")
    mail.attach(forms)
    mail.attach(MIMEText("To leave the list, write to us.", "plain"))
    text, _ = read(mail)
    assert "The page." in text
    assert "The plain form." not in text
    assert "To leave the list" in text


def test_of_two_pages_the_last_is_read_as_mail_programs_do():
    forms = MIMEMultipart("alternative")
    forms.attach(MIMEText("<p>Nobody sees this.</p>", "html"))
    forms.attach(MIMEText("<p>Everybody sees this.</p>", "html"))
    text, _ = read(forms)
    assert "Everybody sees this." in text
    assert "Nobody sees this." not in text
