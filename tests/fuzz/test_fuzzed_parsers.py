"""Everything of ours that reads bytes of somebody else, with bytes that nobody wrote.

Whatever comes: an answer, or the one exception in words that its reader promises; and soon. What is
changed are real inputs. STRONGROOM_FUZZ says how many each parser gets (`make fuzz`: 20,000).
"""

import io
import json
import os
import tarfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import chdir, suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.answering.evaluation.questions import QuestionFileError, read_questions
from app.answering.filters.word_lists import WordListError, list_here
from app.answering.stream import EventStream, GeneratedStream
from app.batch.input.questionnaire import QuestionnaireError, read_questionnaire
from app.batch.output.tables import TableError, results_here
from app.batch.output.written_files import _notes
from app.commands.auditing import _verify_receipts
from app.engine.gguf import GgufError, read_gguf
from app.governance.audit.head import Head, kept_line, read_head
from app.governance.audit.keys import SigningKey, VerifyKey
from app.governance.audit.records import Record, TrailFault, body_of, line_of, read_line
from app.governance.backup.archive import verify_here
from app.governance.backup.contents import BackupFault, read_manifest
from app.governance.backup.register import Register
from app.governance.backup.sealing import Opening, Sealing
from app.governance.bundle.contents import BundleFault, Manifest, public_key_of
from app.governance.deletion.rules import RuleBook, RulesFault
from app.people.second_factor import SecondFactor, make_secret
from app.privacy.attempts import Attempt, AttemptFile
from app.settings import SettingsError, SettingsFileError, load_settings
from app.web.auth.cookies import read_cookies
from app.web.auth.joins import _said
from app.web.auth.routes_sign_in import _Sealed
from app.web.auth.sign_in import safe_next
from app.workspace.control import control_app

TESTS = Path(__file__).resolve().parents[1]
SECRET = make_secret()
EXAMPLES = int(os.environ.get("STRONGROOM_FUZZ", "60"))
DEEP = 20_000  # levels of a structure in a structure


@cache
def key() -> SigningKey:
    with TemporaryDirectory() as folder:
        return SigningKey.make(Path(folder) / "key.pem")


def written(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """A parser of files as one of bytes."""

    def parse(content: bytes) -> object:
        with TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            found = read(path)
            return list(found) if isinstance(found, Iterator) else found

    return parse


def trail_line() -> bytes:
    body = body_of(Record(1, "2026-11-30T12:00:00.000000+00:00", "question", "kim",
                          {"question": {"text": "How many days?"}}, "0" * 64))  # fmt: skip
    return line_of(body, key().sign("trail record", body))


def head() -> Head:
    return Head(key().public.id, "trail-000000000001.jsonl", 1, "0" * 64, 100, "2026-11-30")


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (["id", "question", "kind"], [1, "How many days?", "number"], [2, "Who pays?", ""]):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in ("data/index/catalogue.sqlite3", f"data/{'long' * 60}", "manifest.json"):
            entry = tarfile.TarInfo(name)
            entry.size = 5
            tar.addfile(entry, io.BytesIO(b"12345"))
    return out.getvalue()


def sealed() -> bytes:
    out = io.BytesIO()
    sealing = Sealing(out, "a passphrase of ours")
    sealing.write(b"content" * 50)
    sealing.finish()
    # As little work as there may be for one guess, so that many can be made.
    return out.getvalue().replace(b"\n\x11", b"\n\x0a", 1)


def unseal(content: bytes) -> bytes:
    return Opening(io.BytesIO(content), "a passphrase of ours").read(1 << 20)


def gguf() -> bytes:
    from gguf import GGUFWriter

    with TemporaryDirectory() as folder:
        path = Path(folder) / "m.gguf"
        writer = GGUFWriter(str(path), "llama")
        writer.add_block_count(1)
        writer.add_token_list(["a", "b"])
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        return path.read_bytes()


class Nothing:
    """A workspace that does nothing: only what is asked of it is read."""

    def ask(self, ask: object) -> EventStream[Any]:
        return GeneratedStream(iter(()))  # type: ignore[arg-type]

    def remove(self, names: list[str], **named: object) -> list[object]:
        assert all(isinstance(name, str) for name in names)
        return []

    def documents(self, spaces: object = None) -> list[object]:
        return []


def control(content: bytes) -> None:
    """Messages to the process that owns the data folder: done, or refused, and never broken.

    What its own user sends and the command cannot do is a defect, which it says in a line.
    """
    client = TestClient(control_app(Nothing()), raise_server_exceptions=False)  # type: ignore[arg-type]
    for name in ("remove", "documents", "__class__", "nothing"):
        answered = client.post(f"/{name}", content=content)
        assert answered.status_code in (200, 400), answered.text
        for line in answered.text.splitlines():
            assert json.loads(line)


def attempts(content: bytes) -> object:
    with TemporaryDirectory() as folder:
        file = AttemptFile(Path(folder))
        file.path.write_bytes(content)
        file.pour(lambda _: None)
        return file.read()


def cookies(content: bytes) -> object:
    return read_cookies({"type": "http", "scheme": "http", "headers": [(b"cookie", content)]})


def away(content: bytes) -> object:
    return _Sealed(b"k" * 32).open(content.decode("latin-1"))


def settings_file(path: Path) -> object:
    with chdir(path.parent):
        return load_settings({})


def vars_of(attempt: Attempt) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(attempt)


def corpus_of(suffix: str) -> list[bytes]:
    """Questionnaires of a kind."""
    return {
        ".csv": [b'id;question;kind\n1;How many days?;number\n2;"Who; pays?";yes/no\n'],
        ".jsonl": [b'{"id": "1", "question": "How many days?", "kind": "number"}\n'],
        ".xlsx": [workbook()],
    }.get(suffix, [b"How many days?\nWho pays?\n", b"PK\x03\x04", b"{"])


MANIFEST = {"format": 1, "version": "1", "python": {"version": "3.11"},
            "files": {"a/b": {"sha256": "0" * 64, "size": 3}}}  # fmt: skip
TOML = b'[web]\nport = 7860\n[audit]\ntexts = "full"\n[sign_in.groups]\nA = "b"\n'


@dataclass(frozen=True)
class Parser:
    """One parser: what it reads, and what it may say no with."""

    parse: Callable[[bytes], object]
    corpus: Callable[[], list[bytes]]
    refuses: tuple[type[Exception], ...] = ()


PARSERS: dict[str, Parser] = {
    "a line of the trail": Parser(read_line, lambda: [trail_line()], (ValueError,)),
    "the trail's signed end": Parser(
        lambda content: read_head(content, key().public),
        lambda: [head().written(key())], (TrailFault,),
    ),
    "a line that was kept": Parser(
        lambda content: kept_line(content.decode("utf-8", "replace"), key().public),
        lambda: [head().line(key()).encode()], (TrailFault,),
    ),
    "a public key": Parser(
        lambda content: VerifyKey.from_pem(content, "here"),
        lambda: [key().public.pem().encode()], (TrailFault,),
    ),
    "a bundle's public key": Parser(
        lambda content: public_key_of(content, "here"),
        lambda: [key().public.pem().encode()], (BundleFault,),
    ),
    "a bundle's manifest": Parser(
        Manifest.parse, lambda: [json.dumps(MANIFEST).encode()], (BundleFault,)
    ),
    "a backup": Parser(
        written("b.tar", lambda path: verify_here(str(path), None, None)),
        lambda: [archive()], (BackupFault,),
    ),
    "a backup's list": Parser(
        lambda content: read_manifest(content, b"00", None),
        lambda: [b'{"format": 1, "files": [], "begun": {}, "end": {}}'], (BackupFault,),
    ),
    "a sealed backup": Parser(unseal, lambda: [sealed()], (BackupFault,)),
    "the register of backups": Parser(
        written("backups.json", lambda path: Register(path.parent).all()),
        lambda: [b'[{"id": "1", "file": "/b.tar"}]', b"[]"], (BackupFault,),
    ),
    "rules of retention": Parser(
        written("retention.json", lambda path: RuleBook(path.parent).read()),
        lambda: [b'{"days": {"general": 3}, "holds": []}'], (RulesFault,),
    ),
    "a model's header": Parser(written("m.gguf", read_gguf), lambda: [gguf()], (GgufError,)),
    "questions to measure with": Parser(
        written("q.jsonl", read_questions),
        lambda: [(TESTS / "sample_questions.jsonl").read_bytes()[:4000]], (QuestionFileError,),
    ),
    "results": Parser(
        written("r.jsonl", lambda path: results_here(str(path))),
        lambda: [b'{"run": {"id": "1"}, "key": "1"}\n'], (TableError,),
    ),
    "a word list": Parser(
        written("w.toml", lambda path: list_here(str(path), str(path))),
        lambda: [b'name = "a"\nwords = ["x", "y z"]\npatterns = ["[a-z]{3}-\\\\d+"]\n',
                 b"words = [" + b"9" * 5_000 + b"]"],
        (WordListError,),
    ),
    "settings": Parser(
        written("strongroom.toml", settings_file), lambda: [TOML],
        (SettingsError, SettingsFileError),
    ),
    "refused attempts": Parser(
        attempts,
        lambda: [json.dumps({**vars_of(Attempt.now("socket.connect", "x", ("y",), "z"))}).encode()],
    ),
    "notes of written files": Parser(
        written("written.jsonl", _notes), lambda: [b'{"sha256": "1", "rows": 1}\n']
    ),
    "a cookie": Parser(cookies, lambda: [b"strongroom=abc; strongroom-visit=def"]),
    "what a browser keeps for us": Parser(away, lambda: [b"W10", b"abc.def"]),
    "where to go on": Parser(
        lambda content: safe_next(content.decode("utf-8", "replace")),
        lambda: [b"/source?space=a", b"//evil.example", b"/\\\\evil", b"http://[::1"],
    ),
    "what a page begins": Parser(_said, lambda: [b'{"fn_index": 3, "session_hash": "a"}']),
    "a code": Parser(
        lambda content: SecondFactor(SECRET).step_of(content.decode("utf-8", "replace"), 1e9),
        lambda: [b"123456"],
    ),
    "receipts": Parser(
        written("r.json", lambda path: _verify_receipts(path, key().public)),
        lambda: [b'[{"signature": "00", "key": "1"}]'], (TrailFault,),
    ),
    "a message to the owner": Parser(
        control, lambda: [b'{"ask": {"question": "a"}}', b'{"names": ["a"], "space": "b"}', b"[]"]
    ),
    **{
        f"a questionnaire{suffix}": Parser(
            written(f"q{suffix}", read_questionnaire), partial(corpus_of, suffix),
            (QuestionnaireError,),
        )
        for suffix in (".csv", ".jsonl", ".txt", ".xlsx", "")
    },
}  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, corpus: list[bytes]) -> bytes:
    """A real input with parts changed, left out, doubled or put in."""
    content = bytearray(draw(st.sampled_from(corpus)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 40))
        what = draw(st.sampled_from(["write", "cut", "double", "insert", "end"]))
        if what == "write":
            content[at : at + length] = draw(st.binary(max_size=length))
        elif what == "cut":
            del content[at : at + length]
        elif what == "double":
            content[at:at] = content[at : at + length]
        elif what == "insert":
            content[at:at] = draw(st.sampled_from(ODD))
        else:
            del content[at:]
    return bytes(content)


ODD = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"NaN", b"1e999", b"-1",
    b"9" * 5_000, b"null", b"[[", b"{}", b'"', b"\r", b"\xe2\x80\xa8", b"\x1a", b"../", b"%00",
    b"\xff" * 8, b"\x00" * 600,
)  # fmt: skip
NESTED = tuple(
    start + opening * DEEP
    for opening in (b"[", b'{"a":', b"(", b"{")
    for start in (b"", b"a = ", b'{"run": ', b'{"files": ', b'{"days": ')
)


def _read(parser: Parser, content: bytes) -> None:
    with warnings.catch_warnings(), suppress(*parser.refuses):
        warnings.simplefilter("ignore")  # a library's remarks on a damaged file
        parser.parse(content)


@pytest.mark.parametrize("name", PARSERS)
def test_what_is_as_it_should_be_is_read(name: str) -> None:
    for content in PARSERS[name].corpus():
        _read(PARSERS[name], content)


@pytest.mark.parametrize("name", PARSERS)
def test_changed_input_is_read_or_refused_in_words(name: str) -> None:
    parser = PARSERS[name]

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=EXAMPLES == 60,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.one_of(changed(parser.corpus()), st.binary(max_size=300)))
    def run(content: bytes) -> None:
        _read(parser, content)

    run()


@pytest.mark.parametrize("name", PARSERS)
def test_structures_without_end_are_read_or_refused_in_words(name: str) -> None:
    for content in NESTED:
        _read(PARSERS[name], content)
