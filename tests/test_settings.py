"""Settings come from the file, then the environment, then flags."""

from pathlib import Path

import pytest

from app.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_flags_win_over_variables_and_variables_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strongroom.toml").write_text(
        'home = "from-file"\n[engine]\ncontext = 2048\nthreads = 3\n[web]\nport = 1\n'
    )
    monkeypatch.setenv("STRONGROOM_ENGINE_CONTEXT", "1024")
    monkeypatch.setenv("STRONGROOM_WEB_PORT", "2")
    settings = load_settings({"web": {"port": 3}})
    assert settings.home == tmp_path / "from-file"
    assert (settings.engine.threads, settings.engine.context, settings.web.port) == (3, 1024, 3)


def test_a_mistake_in_the_file_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "strongroom.toml").write_text("[engine]\ncontxt = 2048\n")
    with pytest.raises(SettingsError, match=r"engine\.contxt"):
        load_settings()


def test_a_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRONGROOM_ENGINE_KEY", "very-secret")
    assert "very-secret" not in repr(load_settings())
