"""Administrators change settings, word lists and the chat model in the browser."""

import time
import tomllib
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from web.signing_in import token_of
from web.test_changes_on_record import Site, site  # noqa: F401 -- a fixture

from app.answering.ask import Ask
from app.answering.chat_model import ChatModelSource
from app.answering.filters.screen import QuestionRefused
from app.answering.self_test import SelfTest, store
from app.engine.client import EngineError
from app.engine.models import default_chat_model
from app.engine.templates import ChatTemplate, Turn
from app.governance.audit.reading import records
from app.settings import SETTINGS_FILE, Settings, load_settings
from app.workspace.administration import Administration
from app.workspace.settings_file import IN_BROWSER, SettingsFile, kind_of, typed, written

WRITTEN = """# Ours, by the book.
[answer]
passages = 20  # enough for contracts

[web]
port = 7999
"""


def prompt_of(template: ChatTemplate) -> list[int]:
    return template.encode("You count.", [Turn("Count from one to a hundred.", None)])


def post(client: httpx.Client, route: str, **form: str) -> httpx.Response:
    token = token_of(client, "/account")
    return client.post(f"/administration{route}", data={**form, "csrf": token})


def test_a_setting_is_changed_in_its_file_and_nothing_else_of_it(site: Site) -> None:  # noqa: F811
    SETTINGS_FILE.write_text(WRITTEN)
    boss = site.client("boss")
    before = site.newest()
    done = post(boss, "/settings", name="answer.passages", value="12")
    assert done.status_code == 303
    text = SETTINGS_FILE.read_text()
    assert text == WRITTEN.replace("passages = 20", "passages = 12")
    assert load_settings().answer.passages == 12
    assert site.home.settings.answer.passages == 12  # the next question is answered so
    about = {"change": "setting", "name": "answer.passages", "to": "12"}
    assert site.found(before, "settings-changed", site.boss.id, about)
    assert "answer.passages has been changed." in boss.get(done.headers["location"]).text
    # What is read at the start waits for the next one, and says so.
    done = post(boss, "/settings", name="web.questions_a_minute", value="7")
    told = boss.get(done.headers["location"]).text
    assert "From the next start on: 7" in told
    assert "2 settings wait for a restart." in told  # the port, too, was written after the start
    assert site.home.settings.web.questions_a_minute == 20
    assert post(boss, "/settings", name="answer.passages", action="default").status_code == 303
    assert "passages" not in SETTINGS_FILE.read_text()
    assert "# Ours, by the book." in SETTINGS_FILE.read_text()
    assert site.home.settings.answer.passages == Settings().answer.passages


@pytest.mark.parametrize(
    ("name", "value", "words", "german"),
    [
        ("answer.passages", "0", "must be at least 1", "muss mindestens 1 sein"),
        ("answer.passages", "many", "must be a whole number", "muss eine ganze Zahl sein"),
        ("answer.unsupported", "hide", "must be one of the words", "muss eines der Wörter sein"),
        ("web.port", "80", "on the server alone", "nur auf dem Server"),
        ("no.such", "1", "on the server alone", "nur auf dem Server"),
        ("filters.questions", "mask", "nothing to look for", "nichts, wonach gesucht wird"),
    ],
)
def test_what_could_not_be_started_with_is_refused(
    site: Site,  # noqa: F811
    name: str,
    value: str,
    words: str,
    german: str,
) -> None:
    SETTINGS_FILE.write_text(WRITTEN)
    before = site.newest()
    with closing(site.client("boss")) as boss:
        refused = post(boss, "/settings", name=name, value=value)
        assert refused.status_code == 409
        assert words in refused.text
        boss.headers["accept-language"] = "de"
        assert german in post(boss, "/settings", name=name, value=value).text
    assert SETTINGS_FILE.read_text() == WRITTEN
    assert [one.name for one in Path().iterdir() if "toml" in one.name] == [str(SETTINGS_FILE)]
    assert not site.found(before, "settings-changed", site.boss.id, {})


def test_what_a_variable_sets_is_not_changed_in_the_file(
    site: Site,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STRONGROOM_ANSWER_PASSAGES", "9")
    with closing(site.client("boss")) as boss:
        refused = post(boss, "/settings", name="answer.passages", value="5")
        assert refused.status_code == 409
        assert "STRONGROOM_ANSWER_PASSAGES" in refused.text
    assert not SETTINGS_FILE.exists()


def test_every_setting_of_the_browser_comes_back_as_it_was_typed(tmp_path: Path) -> None:
    file = SettingsFile(Settings(), tmp_path / "strongroom.toml")
    for name in sorted(IN_BROWSER):
        section, key = name.split(".")
        held = getattr(Settings(), section)
        field = type(held).model_fields[key]
        default = written(getattr(held, key))
        file.put({name: typed(name, default)})
        now = file.now()
        assert now is not None
        assert written(getattr(getattr(now, section), key)) == default, name
        assert kind_of(field.annotation, field.metadata)
    known = tomllib.loads(file.path.read_text())
    assert set(known) <= {name.split(".")[0] for name in IN_BROWSER}


def test_a_word_list_holds_at_once_and_leaves_no_word_in_the_trail(
    site: Site,  # noqa: F811
) -> None:
    boss = site.client("boss")
    ask = Ask("What about the Quokkaprojekt?", person=site.kim.id)
    assert post(boss, "/settings/list", name="Projects", text="Quokkaprojekt\n").status_code == 303
    assert post(boss, "/settings", name="filters.questions", value="refuse").status_code == 303
    with pytest.raises(QuestionRefused):
        site.home.search(ask, k=1)
    # Without a list the filters would have nothing to look for.
    assert post(boss, "/settings/list/remove", name="Projects").status_code == 409
    assert post(boss, "/settings", name="filters.questions", value="off").status_code == 303
    assert post(boss, "/settings/list/remove", name="Projects").status_code == 303
    site.home.search(ask, k=1)
    assert not list((site.home.settings.home / "word-lists").iterdir())
    for name in ("../evil", "", "a/b", ".hidden"):
        assert post(boss, "/settings/list", name=name, text="x").status_code == 409
    told = [str(one.data) for one in records(site.home.trail.folder)]
    assert any("word list" in one for one in told)
    assert not any("Quokkaprojekt" in one for one in told if "word list" in one)


def test_another_model_answers_and_the_old_one_stays_where_that_fails(
    site: Site,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Two engines of the starter model, and a file that is no model."""
    home = site.home
    home.chat.start()
    old = home.chat.model()
    models = home.settings.home / "models"
    models.mkdir(exist_ok=True)
    starter = default_chat_model(home.settings)
    other = models / "another.gguf"
    other.hardlink_to(starter.path) if _same_disk(starter.path, models) else other.write_bytes(
        starter.path.read_bytes()
    )
    store(SelfTest(old.name.sha256, {"form": 0.0, "refuse": 0.0, "pairing": 0.0}, 500.0), other)
    house = Administration(home)
    writing = old.engine.complete(prompt_of(old.template), max_tokens=200)
    next(writing)  # an answer in flight
    with pytest.raises(Exception, match="no chat model"):
        house.switch_model("nowhere", "1")
    house.switch_model("another.gguf", site.boss.id)
    for _ in range(3000):
        if house.switch is not None and house.switch.ended:
            break
        time.sleep(0.1)
    assert house.switch is not None
    assert (house.switch.ended, house.switch.reason) == ("done", "")
    assert home.chat.name() == "another"
    assert tomllib.loads(SETTINGS_FILE.read_text())["engine"]["model"] == str(other)
    assert "".join(writing)  # which the old one finishes
    assert "".join(home.chat.model().engine.complete(prompt_of(old.template), max_tokens=4))
    # What does not come up is not used, and is not in the settings.
    engine = home.settings.engine.model_copy(update={"model": other, "gpu_layers": 0})
    source = ChatModelSource(home.settings.model_copy(update={"engine": engine}))
    with closing(source):
        before = source.model()

        def refuse(model: object) -> None:
            raise RuntimeError("not this one")

        for beside in (True, False):
            with pytest.raises(RuntimeError, match="not this one"):
                source.switch(starter, refuse, beside=beside)
            assert source.name() == "another"
            now = source.model()
            assert "".join(now.engine.complete(prompt_of(now.template), max_tokens=4))
        with pytest.raises(EngineError):  # of an engine that was ended meanwhile
            next(before.engine.complete(prompt_of(before.template), max_tokens=4))


def _same_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev
