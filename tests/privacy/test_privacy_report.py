"""A report of a privacy check is believed only as it was signed, by whom one expects, and whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.governance.audit.keys import SigningKey
from app.governance.audit.opening import key_file
from app.governance.audit.records import canonical
from app.privacy.check.breakout import ON_ANY
from app.privacy.check.job import foreign_calls
from app.privacy.check.report import PURPOSE, PrivacyReportError, code_sha256, verify_report
from app.privacy.check.verdict import FORMAT, STEPS
from app.settings import Settings


def _content(**changed: object) -> dict[str, Any]:
    step = {"done": True, "foreign": [], "calls": 0, "apart": True, "browser": None, "said": ""}
    attempt = {"bare_gets_out": True, "got_out": False, "recorded": True, "proved": True}
    content = {
        "format": FORMAT,
        "made": "2026-11-22",
        "isolated": False,
        "isolation": "none",
        "observed_by": "strace",
        "job": [{"name": name, **step} for name in STEPS],
        "reached_outside_during_job": [],
        "attempts": [{"name": name, **attempt} for name in ON_ANY],
        "trail": {"recorded": 1, "in_trail": 1},
        "browser": None,
        "limits": [],
        "passed": True,
    }
    return {**content, **changed}


def _report(file: Path, key: SigningKey, **changed: object) -> None:
    content = _content(**changed)
    signature = key.sign(PURPOSE, canonical(content)).hex()
    report = {"content": content, "public_key": key.public.pem(), "signature": signature}
    file.write_text(json.dumps(report), "utf-8")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def own(settings: Settings) -> SigningKey:
    return SigningKey.make(key_file(settings))


def test_changed_report_is_refused(tmp_path: Path, settings: Settings, own: SigningKey) -> None:
    file = tmp_path / "report.json"
    _report(file, own)
    assert verify_report(file, settings) == _content()
    file.write_text(file.read_text("utf-8").replace("-11-22", "-11-23"), "utf-8")
    with pytest.raises(PrivacyReportError, match="changed after it was signed"):
        verify_report(file, settings)
    for nothing in ("{}", "[1]"):
        file.write_text(nothing, "utf-8")
        with pytest.raises(PrivacyReportError, match="no report"):
            verify_report(file, settings)


def test_a_report_that_anybody_signed_is_refused_unless_their_key_is_given(
    tmp_path: Path, settings: Settings, own: SigningKey, capsys: pytest.CaptureFixture[str]
) -> None:
    file, public = tmp_path / "report.json", tmp_path / "public.pem"
    other = SigningKey.make(tmp_path / "other.pem")
    public.write_text(other.public.pem())
    _report(file, other)
    command = ["check", "--verify", str(file), "--home", str(settings.home)]
    assert main(command) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"signed with key {other.public.id}, which is not this data folder's own" in said.err
    assert main([*command, "--key", str(public)]) == 0
    assert f"signed with the key in {public}" in capsys.readouterr().out
    _report(file, own)
    assert main(command) == 0
    assert main([*command, "--key", str(public)]) == 1


def test_without_any_key_to_compare_with_it_is_refused(tmp_path: Path, settings: Settings) -> None:
    _report(tmp_path / "report.json", SigningKey.make(tmp_path / "other.pem"))
    with pytest.raises(PrivacyReportError, match="--key"):
        verify_report(tmp_path / "report.json", settings)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"job": []}, "lacks the step ingest, the step ask, the step serve"),
        ({"attempts": []}, "lacks the attempt urllib"),
        ({"attempts": _content()["attempts"][1:]}, "lacks the attempt urllib$"),
        ({"isolated": True}, "lacks the attempt udp_packet"),
        ({"format": 2, "attempts": []}, "lacks every attempt"),
        ({"reached_outside_during_job": ["somebody"]}, "another result than it lists"),
        ({"attempts": [{**one, "proved": False} for one in _content()["attempts"]]},
         "another result than it lists"),
        ({"job": [{**one, "foreign": ["192.0.2.9"]} for one in _content()["job"]]},
         "another result than it lists"),
    ],
)  # fmt: skip
def test_a_report_that_is_no_proof_is_refused_whoever_signed_it(
    tmp_path: Path, settings: Settings, own: SigningKey, changed: dict[str, object], said: str
) -> None:
    file = tmp_path / "report.json"
    _report(file, own, **changed)
    with pytest.raises(PrivacyReportError, match=said):
        verify_report(file, settings)


def test_a_report_of_what_got_out_says_so(
    tmp_path: Path, settings: Settings, own: SigningKey, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"
    _report(file, own, reached_outside_during_job=["somebody"], passed=False)
    assert main(["check", "--verify", str(file), "--home", str(settings.home)]) == 1
    assert "NOT PROVED" in capsys.readouterr().out


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
