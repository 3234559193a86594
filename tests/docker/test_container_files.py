"""Dockerfiles and compose files: linted, valid by the specification, and closed as they promise."""

import ipaddress
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from app.settings import load_settings

DOCKER = Path(__file__).parents[2] / "docker"
DOCKERFILES = [DOCKER / "Dockerfile", DOCKER / "Dockerfile.cuda"]
COMPOSE_FILES = [DOCKER / "compose.yaml", DOCKER / "compose.split.yaml"]
# The schema of the Compose Specification (github.com/compose-spec/compose-spec, Apache-2.0), at
# commit 170098ba07d9f53c383a41bfd4c5166b0a4529a6.
SCHEMA = Path(__file__).parent / "compose-spec.json"


def _composed(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text("utf-8")))


def _hadolint() -> str:
    found = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which(
        "hadolint"
    )
    assert found, "hadolint is not installed: make .venv/done/dev"
    return found


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_linted(path: Path) -> None:
    done = subprocess.run(
        [_hadolint(), "--no-color", str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_linter_finds_things(tmp_path: Path) -> None:
    bad = tmp_path / "Dockerfile"
    bad.write_text("FROM debian:latest\nRUN cd /srv && sudo true\n")
    done = subprocess.run([_hadolint(), str(bad)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "DL3007" in done.stdout


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_an_image_starts_from_nothing_and_belongs_to_nobody(path: Path) -> None:
    text = path.read_text("utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert bases == ["scratch", "${BASE}", "scratch"]
    last = text[text.rindex("\nFROM ") :]
    assert "\nUSER 10001:10001\n" in last
    assert not re.search(r"^(RUN|ADD) ", last, re.MULTILINE)
    for word in ("HEALTHCHECK", "CMD", "ENTRYPOINT"):  # there is no shell for the other form
        assert re.search(rf'^(?:{word}|  {word}|{word}.*\\\n  CMD) ?\["', last, re.MULTILINE), word
    # A base that is only named by a tag ends the build.
    assert 'environment.py pinned "${BASE}"' in text
    assert not re.search(r"^ARG BASE=", text, re.MULTILINE)


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_whatever_is_installed_can_come_from_the_folder_of_wheels(path: Path) -> None:
    runs = re.findall(r"^RUN (?:.*\\\n)*.*", path.read_text("utf-8"), re.MULTILINE)
    installing = [run for run in runs if re.search(r"environment\.py (install|models)", run)]
    assert len(installing) == 2
    for run in installing:
        assert "--mount=type=bind,from=wheels,target=/wheels" in run
        assert "--wheels /wheels" in run


def test_models_are_looked_for_in_the_folder_of_wheels(tmp_path: Path) -> None:
    python = tmp_path / "environment/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$PIP_FIND_LINKS: $*"\n')
    python.chmod(0o755)
    step = [sys.executable, str(DOCKER / "environment.py"), "models", str(tmp_path / "environment")]
    done = subprocess.run(
        [*step, "--wheels", "/wheels"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "/wheels: -m app.cli models fetch\n"


@pytest.mark.parametrize(
    "path",
    ["docker/.env", "docker/key.pem", "docker/documents/a.pdf", "docker/models/a.safetensors"],
)
def test_what_people_put_beside_the_compose_files_stays_out_of_git(
    path: str, tmp_path: Path
) -> None:
    shutil.copy(DOCKER.parent / ".gitignore", tmp_path)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    assert (
        subprocess.run(["git", "check-ignore", "-q", path], cwd=tmp_path, check=False).returncode
        == 0
    )


@pytest.mark.parametrize("path", COMPOSE_FILES, ids=lambda path: path.name)
def test_valid_by_the_specification(path: Path) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    assert [error.message for error in validator.iter_errors(_composed(path))] == []
    spoilt = _composed(path)
    spoilt["services"]["strongroom"]["read_onyl"] = True
    assert not validator.is_valid(spoilt)


@pytest.mark.parametrize("path", COMPOSE_FILES, ids=lambda path: path.name)
def test_every_service_is_closed(path: Path) -> None:
    composed = _composed(path)
    for name, service in composed["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["user"] == "10001:10001", name
        assert service["pids_limit"] <= 1024, name
        assert service["mem_limit"] == service["memswap_limit"], name
        assert service["ulimits"] == {"core": 0}, name
        assert all("noexec" in mount for mount in service["tmpfs"]), name
        for port in service.get("ports", ()):
            address = str(port).partition("}")[0] if "{" in str(port) else str(port)
            assert "127.0.0.1" in address, name


def test_one_machine_is_reached_from_itself_alone() -> None:
    composed = _composed(DOCKER / "compose.yaml")
    service = composed["services"]["strongroom"]
    assert [port.startswith("127.0.0.1:") for port in service["ports"]] == [True]
    assert service["dns"] == ["127.0.0.1"]
    options = composed["networks"]["alone"]["driver_opts"]
    assert options["com.docker.network.bridge.enable_ip_masquerade"] == "false"


def test_documents_live_where_no_route_leads_out() -> None:
    composed = _composed(DOCKER / "compose.split.yaml")
    services = composed["services"]
    assert composed["networks"]["inside"]["internal"] is True
    assert not composed["networks"]["outside"] or not composed["networks"]["outside"].get(
        "internal"
    )
    outside = [name for name, one in services.items() if "outside" in one["networks"]]
    assert outside == ["proxy"]
    assert [name for name, one in services.items() if one.get("ports")] == ["proxy"]
    for name in ("strongroom", "engine", "chroma"):
        assert services[name]["networks"] == ["inside"], name
    assert not [v for v in services["proxy"]["volumes"] if "Caddyfile" not in v["source"]]


@pytest.mark.parametrize("path", COMPOSE_FILES, ids=lambda path: path.name)
def test_the_settings_in_them_are_real(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for service in _composed(path)["services"].values():
        for name, value in service.get("environment", {}).items():
            if name.startswith("STRONGROOM_"):
                filled = re.sub(r"\$\{STRONGROOM_NAME[^}]*\}", "chat.example.com", value)
                monkeypatch.setenv(name, re.sub(r"\$\{[^}]*\}", "x" * 20, filled))
    monkeypatch.delenv("STRONGROOM_NAME", raising=False)
    settings = load_settings()
    assert settings.web.hosts == (("chat.example.com",) if "split" in path.name else ("localhost",))
    if "split" in path.name:
        composed = _composed(path)
        inside = ipaddress.ip_network(composed["networks"]["inside"]["ipam"]["config"][0]["subnet"])
        proxy = composed["services"]["proxy"]["networks"]["inside"]["ipv4_address"]
        assert ipaddress.ip_address(proxy) in inside
        # Or another container may be given the address that is trusted, as happens by chance.
        given = composed["networks"]["inside"]["ipam"]["config"][0]["ip_range"]
        assert ipaddress.ip_address(proxy) not in ipaddress.ip_network(given)
        assert settings.web.behind_tls
        assert settings.web.proxies == (proxy,)
        assert settings.engine.url == "http://engine:8081"
