"""Numbers for Prometheus, records for syslog, and a log for collectors."""

import json
import logging
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from web.whole import Whole

from app.cli import build_parser
from app.governance.audit.forwarding import Forwarder
from app.governance.audit.keys import SigningKey
from app.governance.audit.reading import records
from app.governance.audit.records import RecordKind
from app.governance.audit.trail import Trail
from app.logs import JsonLines
from app.people.keys import May
from app.privacy.allowed import named_in
from app.serving import _of_syslog
from app.settings import load_settings

SAMPLE = re.compile(r'([a-z_]+)(\{[a-z]+="[^"]*"\})? (-?[0-9.e+]+)\Z')


def numbers(company: Whole, secret: str) -> dict[str, float]:
    answered = httpx.get(
        f"{company.url}/metrics", headers={"authorization": f"Bearer {secret}"}, trust_env=False
    )
    assert answered.status_code == 200
    found = {}
    for line in answered.text.splitlines():
        if not line.startswith("#"):
            sample = SAMPLE.match(line)
            assert sample is not None, line
            found[sample[1] + (sample[2] or "")] = float(sample[3])
    return found


def test_what_happens_is_counted_and_nobody_is_named(
    company: Whole, key_of: Callable[..., str]
) -> None:
    secret = key_of("kim", may=[May.METRICS])
    before = numbers(company, secret)
    question = {"messages": [{"role": "user", "content": "How many days of annual leave?"}]}
    asking = {"authorization": f"Bearer {key_of('kim')}"}
    with httpx.Client(base_url=company.url, headers=asking, trust_env=False, timeout=120) as kim:
        assert kim.post("/v1/chat/completions", json=question).status_code == 200
        assert kim.post("/v1/search", json={"query": "leave"}).status_code == 200
        assert kim.get("/v1/files/file-nothing").status_code == 404
    after = numbers(company, secret)

    def more(name: str) -> float:
        return after[name] - before[name]

    assert more("strongroom_questions_total") == 1
    assert more('strongroom_answers_total{outcome="answered"}') == 1
    assert more("strongroom_answer_seconds_count") == 1
    assert more("strongroom_searches_total") == 1
    assert more('strongroom_refused_total{what="access"}') >= 1
    assert after["strongroom_documents"] == 2
    assert after["strongroom_engine_up"] == 1
    assert 0 < after["strongroom_disk_free_bytes"] < after["strongroom_disk_size_bytes"]
    said = "\n".join(after)
    for name in ("kim", "lee", "board", "general", "handbook", "leave"):
        assert name not in said


def test_a_key_for_questions_reads_no_numbers(company: Whole, key_of: Callable[..., str]) -> None:
    asking = {"authorization": f"Bearer {key_of('kim')}"}
    assert httpx.get(f"{company.url}/metrics", headers=asking, trust_env=False).status_code == 403


class Collector:
    """A syslog server on loopback: what came, and a way to hang up."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.messages: list[str] = []
        self.connections: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except ssl.SSLError:  # who connects does not trust us
                continue
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            while True:
                length = b""
                while not length.endswith(b" "):
                    piece = stream.read(1)
                    if not piece:
                        return
                    length += piece
                self.messages.append(stream.read(int(length)).decode("ascii"))

    def hang_up(self) -> None:
        for connection in self.connections:
            with suppress(OSError):  # the other end was first
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self.connections.clear()

    def seqs(self) -> list[int]:
        return [json.loads(one.partition(" - ")[2])["seq"] for one in self.messages]


@contextmanager
def collecting(port: int = 0) -> Iterator[tuple[Collector, int]]:
    with socket.create_server(("127.0.0.1", port)) as listener:
        found = Collector(listener)
        yield found, listener.getsockname()[1]
        found.hang_up()


def until(true: Callable[[], bool]) -> None:
    for _ in range(6000):
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen")


@contextmanager
def trail_in(folder: Path) -> Iterator[Trail]:
    folder.mkdir(exist_ok=True)
    key = SigningKey.make(folder / "trail.pem")
    Trail.begin(folder / "audit", key, {})
    with closing(Trail.open(folder / "audit", key)) as trail:
        yield trail


HEAD = re.compile(
    r"<(108|109)>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \S+ strongroom \d+ [a-z-]{1,32} - \{"
)


def test_each_record_reaches_the_server_at_least_once(tmp_path: Path) -> None:
    """Also those that were written while it was away, and while this did not run."""
    with trail_in(tmp_path) as trail, collecting() as (collector, port):

        def write(count: int) -> int:
            for _ in range(count):
                data = {"question": {"text": "What is the secret?"}, "spaces": ["general"]}
                last = trail.record(RecordKind.QUESTION, person="p1", data=data)
            return last.seq

        first = write(1) + 1  # what was there before is not sent
        note = tmp_path / "syslog.json"
        server = f"tcp://127.0.0.1:{port}"
        with closing(Forwarder(trail.folder, note, server)) as forwarder:
            forwarder.start()
            last = write(5)
            until(lambda: set(range(first, last + 1)) <= set(collector.seqs()))
            collector.hang_up()
            last = write(5)
            until(lambda: set(range(first, last + 1)) <= set(collector.seqs()))
            assert forwarder.sent().messages >= last - first + 1
        last = write(3)  # while nobody sends
        with closing(Forwarder(trail.folder, note, server)) as forwarder:
            forwarder.start()
            until(lambda: set(range(first, last + 1)) <= set(collector.seqs()))
            until(lambda: forwarder.sent().waiting == 0)
        assert min(collector.seqs()) == first
        for message in collector.messages:
            assert HEAD.match(message), message
            assert "secret" not in message
            assert '"spaces":["general"]' in message
        assert len(list(records(trail.folder))) == last


def test_texts_are_sent_only_where_the_settings_say_so(tmp_path: Path) -> None:
    with trail_in(tmp_path) as trail, collecting() as (collector, port):
        note = tmp_path / "syslog.json"
        sending = Forwarder(trail.folder, note, f"tcp://127.0.0.1:{port}", texts=True)
        with closing(sending) as forwarder:
            forwarder.start()
            trail.record(RecordKind.QUESTION, person="p", data={"question": {"text": "Why?"}})
            until(lambda: any("Why?" in one for one in collector.messages))


def test_the_guard_knows_the_host_that_the_settings_name(tmp_path: Path) -> None:
    settings = load_settings(
        {"home": tmp_path, "monitoring": {"syslog": "tls://siem.example:6514"}}
    )
    (host,) = [one for one in named_in(settings) if one.because == "monitoring.syslog"]
    assert (host.name, host.port) == ("siem.example", 6514)
    assert not named_in(load_settings({"home": tmp_path}))


@pytest.mark.parametrize("wrong", ["siem.example", "udp://siem.example:514", "tls://siem.example"])
def test_what_is_no_server_is_refused(tmp_path: Path, wrong: str) -> None:
    from app.settings import SettingsError

    with pytest.raises(SettingsError):
        load_settings({"home": tmp_path, "monitoring": {"syslog": wrong}})


def test_a_line_of_the_log_is_one_object() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        record = logging.getLogger("app.x").makeRecord(
            "app.x", logging.ERROR, __file__, 1, "it %s\n", ("failed",),
            (type(error), error, error.__traceback__),
        )  # fmt: skip
    line = JsonLines().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["level"], told["logger"], told["message"]) == ("error", "app.x", "it failed\n")
    assert "two" in told["exception"]


DOCKER = Path(__file__).resolve().parents[2] / "docker"
BY_PROMETHEUS = {"up"}
COMMAND = re.compile(r"strongroom (check|models plan|audit show --kind [a-z-]+)")
METRIC = re.compile(r"\bstrongroom_[a-z_]+\b|\bup\b")


def expressions() -> dict[str, list[str]]:
    rules = yaml.safe_load((DOCKER / "monitoring" / "alerts.yml").read_text("utf-8"))
    board = json.loads((DOCKER / "monitoring" / "grafana-dashboard.json").read_text("utf-8"))
    return {
        "alerts.yml": [one["expr"] for group in rules["groups"] for one in group["rules"]],
        "grafana-dashboard.json": [
            target["expr"] for panel in board["panels"] for target in panel["targets"]
        ],
    }


@pytest.mark.parametrize("file", expressions())
def test_dashboard_and_alerts_name_numbers_that_there_are(
    company: Whole, key_of: Callable[..., str], file: str, tmp_path: Path
) -> None:
    known = {one.partition("{")[0] for one in numbers(company, key_of("kim", may=[May.METRICS]))}
    with trail_in(tmp_path) as trail:
        away = Forwarder(trail.folder, tmp_path / "syslog.json", "tcp://127.0.0.1:1")
        known |= {f"strongroom_{one.name}" for one in _of_syslog(away)}
    for expression in expressions()[file]:
        named = set(METRIC.findall(expression))
        assert named
        assert named - known <= BY_PROMETHEUS, expression


def test_each_alert_says_what_to_do_with_commands_that_there_are() -> None:
    rules = yaml.safe_load((DOCKER / "monitoring" / "alerts.yml").read_text("utf-8"))
    parser = build_parser()
    for rule in rules["groups"][0]["rules"]:
        remedy = rule["annotations"]["remedy"]
        assert rule["labels"]["severity"] in ("info", "warning", "critical")
        for command in COMMAND.findall(remedy):
            parser.parse_args(command.split())


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    units = []
    for unit in sorted((DOCKER / "systemd").iterdir()):
        text = unit.read_text("utf-8")
        for line in re.findall(r"^ExecStart=\S+/strongroom (.*)$", text, re.M):
            build_parser().parse_args(line.split())
        here = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.M)
        here = re.sub(r"^(User|Group)=strongroom$", r"\1=root", here, flags=re.M)
        (tmp_path / unit.name).write_text(
            re.sub(r"^Documentation=.*$", "", here, flags=re.M), "utf-8"
        )
        units.append(str(tmp_path / unit.name))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    wrong = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert wrong == []


def test_records_go_over_tls_to_the_server_that_is_trusted(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, "localhost")
    other = self_signed(tmp_path / "other", "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / "key.pem")
    with (
        trail_in(tmp_path / "trail") as trail,
        socket.create_server(("127.0.0.1", 0)) as plain,
        context.wrap_socket(plain, server_side=True) as listener,
    ):
        collector = Collector(listener)
        server = f"tls://localhost:{listener.getsockname()[1]}"

        def sending(trusted: Path) -> Forwarder:
            note = tmp_path / f"{trusted.parent.name}.json"
            forwarder = Forwarder(trail.folder, note, server, authorities=trusted)
            forwarder.start()
            return forwarder

        with closing(sending(other)) as forwarder:
            trail.record(RecordKind.SEARCH, person="p", data={})
            until(lambda: forwarder.failures > 0)
        with closing(sending(certificate)):
            sent = trail.record(RecordKind.SEARCH, person="p", data={})
            until(lambda: sent.seq in collector.seqs())
        assert collector.seqs() == [sent.seq]
        collector.hang_up()


def self_signed(folder: Path, name: str) -> Path:
    """A certificate of this name that vouches for itself; its key lies beside it."""
    folder.mkdir(exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate = folder / "certificate.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return certificate
