"""Wheels put together from installed files are the wheels that were installed; nothing else is."""

import shutil
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import PathDistribution, distribution
from pathlib import Path

import pytest
from bundle.bundle_fakes import fake_wheel

from app.engine.models import STARTER_CHAT, STARTER_EMBEDDER
from app.governance.bundle.chosen_models import chosen_models
from app.governance.bundle.contents import BundleFault
from app.governance.bundle.distributions import inside_wheel, name_of, needed_by
from app.governance.bundle.licences import licence_of, third_party_list
from app.governance.bundle.repacking import repack
from app.governance.bundle.wheels import collect_wheels
from app.settings import load_settings

# One of plain Python, one with compiled code, one with a script, one with many licence texts.
SOME = ("idna", "markupsafe", "tqdm", "numpy")


@pytest.mark.parametrize("name", SOME[:3])
def test_a_wheel_put_together_installs_the_same_files(name: str, tmp_path: Path) -> None:
    ours = distribution(name)
    wheel = repack(ours, tmp_path)
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv/bin/python"
    pip = repack(distribution("pip"), tmp_path)
    subprocess.run(
        [python, "-I", f"{pip}/pip", "install", "-q", "--no-index", "--no-deps", str(wheel)],
        check=True, capture_output=True,
    )  # fmt: skip
    (site,) = (tmp_path / "venv/lib").glob("*/site-packages")
    (info,) = site.glob("*.dist-info")
    theirs = {str(file): file.hash for file in PathDistribution(info).files or [] if file.hash}
    own = ("INSTALLER", "REQUESTED", "direct_url.json")
    for file in ours.files or []:
        if file.hash and file.name not in own and file.suffix != ".pyc" and ".." not in file.parts:
            assert theirs[str(file)] is not None
            assert theirs[str(file)].value == file.hash.value
    commands = [point.name for point in ours.entry_points if point.group == "console_scripts"]
    assert all((tmp_path / "venv/bin" / command).exists() for command in commands)


def test_put_together_twice_it_is_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    ours = distribution("idna")
    one, two = repack(ours, tmp_path / "a"), repack(ours, tmp_path / "b")
    assert one.name == two.name == f"idna-{ours.version}-py3-none-any.whl"
    assert one.read_bytes() == two.read_bytes()


def test_an_installed_file_that_was_changed_is_named(tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(fake_wheel(tmp_path, "1.0")) as archive:
        archive.extractall(site)
    (site / "fake_room.py").write_text("import os  # and something else")
    changed = PathDistribution(site / "strongroom-1.0.dist-info")
    with pytest.raises(BundleFault, match=r"fake_room\.py is not the file that was installed"):
        repack(changed, tmp_path)


def test_a_kept_wheel_is_taken_only_if_it_is_what_is_installed(tmp_path: Path) -> None:
    site, kept, into = tmp_path / "site", tmp_path / "kept", tmp_path / "into"
    for folder in (kept, into):
        folder.mkdir()
    wheel = fake_wheel(kept, "1.0")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    ours = PathDistribution(site / "strongroom-1.0.dist-info")
    (same,) = collect_wheels([ours], into, print, kept=[wheel], offline=True)
    assert same.origin == "built on this machine"
    with zipfile.ZipFile(wheel, "a") as archive:
        text = archive.read("strongroom-1.0.dist-info/RECORD").decode()
    shutil.copyfile(wheel, tmp_path / "other.whl")
    with zipfile.ZipFile(wheel, "w") as archive:
        record = text.replace("fake_room.py,sha256=", "fake_room.py,sha256=x")
        archive.writestr("strongroom-1.0.dist-info/RECORD", record)
    (other,) = collect_wheels([ours], into, print, kept=[wheel], offline=True)
    assert other.origin == "put together from installed files"


def test_what_is_needed_leaves_out_the_tools_of_tests(tmp_path: Path) -> None:
    names = {name_of(one) for one in needed_by(distribution("gradio"))}
    assert {"pydantic", "httpx", "numpy", "pandas"} <= names
    assert not names & {"pytest", "ruff", "mypy", "gradio"}
    assert "httptools" in {name_of(one) for one in needed_by(distribution("chromadb"))}  # an extra


def test_licences_come_with_their_texts_and_copyleft_is_flagged(tmp_path: Path) -> None:
    tqdm, numpy = licence_of(distribution("tqdm")), licence_of(distribution("numpy"))
    assert tqdm.copyleft == "of files"
    assert numpy.copyleft == ""
    assert dict(numpy.texts)["LICENSE.txt"]
    fake = fake_wheel(tmp_path, "1.0")
    with zipfile.ZipFile(fake) as archive:
        archive.extractall(tmp_path / "gpl")
    metadata = tmp_path / "gpl/strongroom-1.0.dist-info/METADATA"
    plain = metadata.read_text()
    for stated, kind in (
        ("GPL-3.0-or-later", "strong"),
        ("AGPL-3.0-only", "strong"),
        ("LGPL-2.1-or-later", "of files"),
        ("MPL-2.0", "of files"),
        ("BSD-3-Clause", ""),
    ):
        metadata.write_text(plain.replace("Apache-2.0", stated))
        licence = licence_of(PathDistribution(metadata.parent))
        assert (licence.stated, licence.copyleft) == (stated, kind)
        assert ("COPYLEFT" in third_party_list([licence], [])) == (kind == "strong")
    assert dict(licence_of(inside_wheel(fake)).texts) == {
        "LICENSE": b"Apache License, Version 2.0\n"
    }


def test_the_starter_models_go_along_whole_and_an_altered_one_does_not(tmp_path: Path) -> None:
    settings = load_settings({"home": tmp_path / "data"})
    chosen = {model.name: model for model in chosen_models(settings, [])}
    assert set(chosen) == {STARTER_CHAT, STARTER_EMBEDDER}
    embedder = chosen[STARTER_EMBEDDER].contents
    assert f"{STARTER_EMBEDDER}/model-int8.onnx" in embedder
    assert f"{STARTER_EMBEDDER}.json" in embedder
    with pytest.raises(BundleFault, match="--model nothing-like-it cannot be taken: known are"):
        chosen_models(settings, ["nothing-like-it"])
    own = tmp_path / "data/models"
    own.mkdir(parents=True)
    shutil.copyfile(chosen[STARTER_CHAT].contents[STARTER_CHAT], own / "ours.gguf")
    (own / "ours.gguf.json").write_text('{"sha256": "' + "0" * 64 + '"}')
    with pytest.raises(BundleFault, match=r"ours\.gguf is not what it was"):
        chosen_models(settings, ["ours.gguf"])
    (own / "ours.gguf.json").unlink()
    names = [model.name for model in chosen_models(settings, ["ours.gguf"])]
    assert names == [STARTER_EMBEDDER, "ours.gguf"]


def test_only_making_a_bundle_may_start_pip(tmp_path: Path) -> None:
    from app.cli import build_parser
    from app.governance.bundle.arguments import goes_out

    parser = build_parser()
    assert goes_out(parser.parse_args(["bundle", "out.tar"]))
    assert not goes_out(parser.parse_args(["bundle", "--verify", "out.tar"]))
    assert not goes_out(parser.parse_args(["check"]))
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "--home", str(tmp_path), "bundle"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "name the file to write" in done.stderr
