"""A report of a privacy check is believed only as it was signed."""

import json
from pathlib import Path

import pytest

from app.audit.keys import SigningKey
from app.audit.opening import key_file
from app.audit.records import canonical
from app.privacy.job import foreign_calls
from app.privacy.report import PURPOSE, PrivacyReportError, code_sha256, verify_report
from app.settings import Settings


def _report(file: Path, key: SigningKey) -> None:
    content = {"passed": True, "made": "2026-11-22"}
    signature = key.sign(PURPOSE, canonical(content)).hex()
    report = {"content": content, "public_key": key.public.pem(), "signature": signature}
    file.write_text(json.dumps(report), "utf-8")


def test_changed_report_is_refused_and_a_foreign_key_told(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")  # type: ignore[call-arg]
    file = tmp_path / "report.json"
    _report(file, SigningKey.make(key_file(settings)))
    assert verify_report(file, settings)[1]
    file.write_text(file.read_text("utf-8").replace("-11-22", "-11-23"), "utf-8")
    with pytest.raises(PrivacyReportError, match="changed after it was signed"):
        verify_report(file, settings)
    _report(file, SigningKey.make(tmp_path / "other.pem"))
    assert not verify_report(file, settings)[1]
    file.write_text("{}", "utf-8")
    with pytest.raises(PrivacyReportError, match="no report"):
        verify_report(file, settings)


def test_hash_of_the_code_changes_with_a_byte(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "one.py").write_text("a = 1\n", "utf-8")
    before = code_sha256(tmp_path)
    (tmp_path / "app" / "one.py").write_text("a = 2\n", "utf-8")
    assert code_sha256(tmp_path) != before


def test_strace_is_read_for_addresses_beyond_this_machine() -> None:
    trace = """\
11 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("192.0.2.9")}, 16) = 0
11 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
12 sendto(4, ""..., 9, 0, {sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(0), \
inet_pton(AF_INET6, "2001:db8::5", &sin6_addr), sin6_scope_id=0}, 28) = 9
12 connect(5, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = 0
"""
    assert foreign_calls(trace) == (3, ["192.0.2.9", "2001:db8::5"])
