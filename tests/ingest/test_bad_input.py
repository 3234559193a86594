"""Hostile and odd files: one clear status each, bounded memory, nothing leaks out of them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

SCRIPT = """
import json, resource, sys, dataclasses
from pathlib import Path
from ingest_fakes import MemoryIndex
from ingest.pipeline import ingest_paths
index = MemoryIndex()
report = ingest_paths(index, [Path(argument) for argument in sys.argv[1:]])
texts = {name: index.text(name) for _, name in index.records}
json.dump({
    "statuses": [dataclasses.asdict(status) for status in report.documents],
    "ok": texts.get("ok_3pages.pdf"),
    "leaks": [name for name, text in texts.items() if "root:x:0" in text],
    "orders": [name for name, text in texts.items() if "PWNED-7431" in text],
    # Not ru_maxrss of its own, which begins with the memory of the process that started it.
    "peak_kib": int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
              + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
    "timings": report.timings,
}, sys.stdout)
"""


@pytest.fixture(scope="module")
def result(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    generated = tmp_path_factory.mktemp("bad") / "generated"
    generator = shared_dir / "badinput" / "generate.py"
    subprocess.run([sys.executable, generator, generated], check=True, capture_output=True)
    before = sorted(path for path in generated.rglob("*"))
    pwned = Path("/tmp/pwned.txt")
    assert not pwned.exists()
    # A process of its own, so that its memory can be measured.
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, generated, shared_dir / "badinput"],
        check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(HERE)},
    )  # fmt: skip
    assert sorted(path for path in generated.rglob("*")) == before
    assert not pwned.exists()
    found = json.loads(run.stdout)
    found["files"] = [p for folder in (generated, shared_dir / "badinput")
                      for p in folder.rglob("*") if p.is_file()]  # fmt: skip
    return found


pytestmark = [pytest.mark.shared, pytest.mark.timeout(900)]


def statuses(result: dict) -> dict[str, tuple[str, str]]:
    return {s["document"]: (s["status"], s["reason"]) for s in result["statuses"]}


def test_every_file_has_one_status_with_a_reason(result):
    names = {status["document"] for status in result["statuses"]}
    within = {one for one in names if any(one.startswith(f"{other}/") for other in names)}
    assert len(names) == len(result["statuses"])
    assert len(names - within) == len(result["files"])
    for status in result["statuses"]:
        assert status["status"] in {"indexed", "warning", "rejected"}
        if status["status"] != "indexed":
            assert len(status["reason"]) > 10, status
        assert "Traceback" not in status["reason"]
        assert len(status["reason"]) < 500, status


def test_memory_stays_under_two_gib_in_all(result):
    assert result["peak_kib"] < 2 << 20, result["peak_kib"]


def test_nothing_was_expanded_from_disk_and_no_hidden_order_was_read(result):
    assert result["leaks"] == []
    # Two files describe the canary in plain words; everywhere else it is hidden.
    assert set(result["orders"]) <= {"README.md", "generate.py"}


def test_good_files_among_them_are_searchable(result):
    assert "Page 2: policy clause 7 applies." in result["ok"]


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("bomb_document_xml_1GiB.docx", "rejected", "XML"),
        ("bomb_media_2GiB.docx", "indexed", ""),
        ("billion_laughs.docx", "rejected", "entities"),
        ("xxe_file.docx", "rejected", "entities"),
        ("path_traversal.docx", "indexed", ""),
        ("not_a_zip.docx", "rejected", "damaged"),
        ("zero_bytes.pdf", "rejected", "empty"),
        ("truncated_half.pdf", "rejected", "damaged"),
        ("image_only_1page.pdf", "rejected", "no words that could be recognised"),
        ("html_named.pdf", "warning", "is a web page although"),
        ("double.pdf.txt", "warning", "is a PDF although"),
        ("invisible_text_injection.pdf", "warning", "invisible text"),
        ("hidden_injection.html", "warning", "hidden"),
        ("bidi_zero_width.md", "warning", "invisible characters"),
        ("one_line_20MB.txt", "indexed", ""),
        ("pages_20000.pdf", "indexed", ""),
        ("million_headings.md", "indexed", ""),
        ("binary_named.md", "rejected", "binary"),
        ("noext", "indexed", ""),
        ("pdf-pypdf/r3-empty-password.pdf", "indexed", ""),
        ("pdf-pypdf/r3-user-password.pdf", "rejected", "encrypted; save a copy without a password"),
        ("pdf-pypdf/imagemagick-images.pdf", "rejected", "invisible text on 4 of 6 pages"),
    ],
)
def test_the_cause_is_named(result, name, status, words):
    found, reason = statuses(result)[name]
    assert found == status, reason
    assert words in reason


def test_encodings_come_out_readable(result):
    for name, (status, reason) in statuses(result).items():
        if name.startswith("enc_"):
            assert status in {"indexed", "warning"}, (name, reason)
