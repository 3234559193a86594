"""The routes of saved conversations: whose they are, and that nobody gets at another's."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fakes import leave_answer
from web.running import KIM, LEE, Site

from app.people.conversations.turns import Feedback, SavedTurn, drawn_from

# The routes ask who it is, not how they look; Chromium is not needed here.
SECRET = "Quokkaprojekt"


@pytest.fixture
def kim(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, trust_env=False) as client:
        yield client


@pytest.fixture
def lee(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, trust_env=False, headers={"cookie": "who=lee"}) as client:
        yield client


@pytest.fixture
def saved(site: Site) -> str:
    answer = leave_answer(f"Leave for {SECRET}?")
    turn = SavedTurn(1, answer.question, "done", answer=answer, spaces=drawn_from(answer))
    site.conversations.keep(KIM.id, "kims", turn, begins=True)
    return "kims"


def token(client: httpx.Client) -> str:
    """The token in the page that this person was given."""
    drawn = call(client, 0, [""])
    return re.findall(r'data-csrf=\\"([0-9a-f]+)', drawn)[0]


def asking(config: dict[str, Any]) -> int:
    """The number of the event by which the page asks."""
    calls = config["dependencies"]
    return next(int(one["id"]) for one in calls if one["targets"][0][1] == "ask")


def call(
    client: httpx.Client, event: int, data: list[object], tab: str = "tab", question: str = ""
) -> str:
    """What Gradio's page gets for one event, as the stream's text."""
    sent = {"question": question} if question else None
    body = {"data": data, "event_data": sent, "fn_index": event, "session_hash": tab}
    client.post("/gradio_api/queue/join", json=body).raise_for_status()
    return listen(client, tab)


def listen(client: httpx.Client, tab: str) -> str:
    heard = ""
    with client.stream(
        "GET", "/gradio_api/queue/data", params={"session_hash": tab}, timeout=60
    ) as stream:
        for line in stream.iter_lines():
            heard += line
            if "close_stream" in line or "unexpected" in line:
                break
    return heard


def test_only_its_person_lists_finds_and_exports_a_conversation(
    kim: httpx.Client, lee: httpx.Client, saved: str
) -> None:
    for path in ("/conversations", f"/conversations?find={SECRET}"):
        assert SECRET in kim.get(path).text
        assert SECRET not in lee.get(path).text
    for kind in ("md", "pdf"):
        mine = kim.get(f"/conversation/{saved}.{kind}")
        assert mine.status_code == 200
        assert mine.headers["content-disposition"].startswith("attachment; filename=")
        assert mine.headers["x-content-type-options"] == "nosniff"
        theirs, missing = (lee.get(f"/conversation/{name}.{kind}") for name in (saved, "not-there"))
        assert (theirs.status_code, theirs.content) == (404, missing.content)
    assert SECRET in kim.get(f"/conversation/{saved}.md").text
    assert kim.get(f"/conversation/{saved}.exe").status_code == 404


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("rename", {"title": "mine"}),
        ("delete", {}),
        ("turn/1/vote", {"verdict": "down", "comment": "x"}),
    ],
)
def test_only_its_person_changes_a_conversation(
    kim: httpx.Client,
    lee: httpx.Client,
    site: Site,
    saved: str,
    action: str,
    values: dict[str, str],
) -> None:
    before = site.conversations.read(KIM.id, saved, set)
    own = {"X-CSRF-Token": token(lee)}
    theirs, missing = (
        lee.post(f"/conversation/{name}/{action}", data=values, headers=own)
        for name in (saved, "not-there")
    )
    assert (theirs.status_code, theirs.content) == (404, missing.content)
    for headers in ({}, own, {"X-CSRF-Token": "0" * 64}):  # not without the session's own token
        refused = kim.post(f"/conversation/{saved}/{action}", data=values, headers=headers)
        assert refused.status_code == 403
    assert site.conversations.read(KIM.id, saved, set) == before
    mine = {"X-CSRF-Token": token(kim)}
    done = kim.post(f"/conversation/{saved}/{action}", data=values, headers=mine)
    assert done.status_code == 204
    assert site.conversations.read(KIM.id, saved, set) != before


@pytest.mark.parametrize("number", ["0", "-1", "2", "9" * 30])
def test_a_turn_that_is_not_there_cannot_be_judged(
    kim: httpx.Client, saved: str, number: str
) -> None:
    answered = kim.post(
        f"/conversation/{saved}/turn/{number}/vote",
        data={"verdict": "up"},
        headers={"X-CSRF-Token": token(kim)},
    )
    assert answered.status_code == 404


def test_an_export_shows_nothing_that_can_no_longer_be_read(
    kim: httpx.Client, site: Site, saved: str
) -> None:
    site.backend.closed = ("general",)
    text = kim.get(f"/conversation/{saved}.md").text
    assert "28" not in text
    assert "can no longer read" in text
    assert "28" not in kim.get("/conversations?find=unused").text


def test_another_persons_tab_is_out_of_reach(
    kim: httpx.Client, lee: httpx.Client, site: Site
) -> None:
    """A tab's name was enough to read its answers, ask in it and stop it."""
    config = kim.get("/config").json()
    ask = asking(config)
    call(kim, 0, [""], tab="same")
    heard = call(kim, ask, [None], tab="same", question=f"leave for {SECRET}?")
    assert "28" in heard
    sent = {"question": f"slow leave, {SECRET}?"}
    body = {"data": [None], "event_data": sent, "fn_index": ask, "session_hash": "same"}
    event = kim.post("/gradio_api/queue/join", json=body).json()["event_id"]
    while len(site.backend.streams) < 2:
        time.sleep(0.02)
    # Lee asks in a tab of that very name: an own, empty conversation, and hears of nothing else.
    heard = call(lee, ask, [None], tab="same", question="meal?")
    assert "42 euros" in heard
    assert SECRET not in heard
    assert event not in heard
    assert site.backend.asked[-1].person == LEE.id
    assert site.backend.asked[-1].history == ()
    stop = next(one["id"] for one in config["dependencies"] if one["targets"][0][1] == "click")
    call(lee, stop, [None], tab="same")
    lee.post(
        "/gradio_api/cancel",
        json={"event_id": "0", "session_hash": "same", "fn_index": ask},
    ).raise_for_status()
    assert not site.backend.streams[1].closed.is_set()
    site.backend.go.set()
    assert event in listen(kim, "same")
    assert {entry.title for entry in site.conversations.listed(LEE.id)} == {"meal?"}


def test_too_many_questions_at_once_are_told_in_our_words(
    kim: httpx.Client, lee: httpx.Client, site: Site
) -> None:
    config = kim.get("/config").json()
    ask = asking(config)
    for tab in "abcd":  # as many as one person may have on the way
        sent = {"question": "long search: leave?"}
        body = {"data": [None], "event_data": sent, "fn_index": ask, "session_hash": tab}
        kim.post("/gradio_api/queue/join", json=body).raise_for_status()
    while len(site.backend.streams) < 4:
        time.sleep(0.02)
    assert "Several of your questions are still being answered." in call(
        kim, ask, [None], tab="e", question="meal?"
    )
    assert "42 euros" in call(lee, ask, [None], tab="a", question="meal?")  # nobody else is held up
    site.backend.go.set()
    for tab in "abcd":
        assert "28 working days" in listen(kim, tab)


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"session_hash": 7}', b"[" * 100_000])
def test_a_call_that_is_not_gradios_is_refused(kim: httpx.Client, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    assert kim.post("/gradio_api/queue/join", content=body, headers=headers).status_code == 400


def test_a_forged_choice_names_no_document(
    kim: httpx.Client, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A list of choices on Gradio's side once told its log every name that one may choose."""
    config = kim.get("/config").json()
    for dependency in config["dependencies"]:
        forged: list[object] = ["nowhere.pdf"] * len(dependency["inputs"])
        call(kim, dependency["id"], forged, tab=f"forged{dependency['id']}")
    out, err = capfd.readouterr()
    assert "handbook" not in (out + err + caplog.text)
    assert "handbook" not in json.dumps(config)


def test_the_list_is_as_fast_with_many_conversations(kim: httpx.Client, site: Site) -> None:
    answer = leave_answer("leave?")
    for number in range(200):
        turn = SavedTurn(1, f"Question {number}?", "done", answer=answer, feedback=Feedback("up"))
        site.conversations.keep(KIM.id, f"c{number}", turn, begins=True)
    page = call(kim, 0, [""])
    assert "Question 7?" not in page  # the list comes after the page, and only as titles
    listed = kim.get("/conversations").text
    assert listed.count("<li>") == 200
    assert "28 working days" not in listed
