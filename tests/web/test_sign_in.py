"""Signing in as browsers and attackers do it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from people.people_fakes import BETTER, GOOD
from web.signing_in import Served, serving, sign_in, token_of

from app.governance.audit.records import RecordKind
from app.people.vouching import Groups
from app.web.auth.proxies import networks
from app.web.auth.sign_in import TrustedHeader, safe_next
from app.web.server import Outside


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("people")) as served:
        yield served


@pytest.fixture
def site(running: Served) -> Served:
    """The running site, with nobody's failures held against the next test."""
    running.house.clock.now += 7 * 24 * 3600
    running.records.clear()
    return running


def test_a_page_sends_strangers_to_the_sign_in_and_back(site: Served) -> None:
    with site.client() as client:
        assert client.get("/").headers["location"] == "/sign-in"
        sent = client.get("/account?done=x")
        assert (sent.status_code, sent.headers["location"]) == (
            303,
            "/sign-in?next=/account%3Fdone%3Dx",
        )
        shown = client.get(sent.headers["location"])
        assert 'value="/account?done=x"' in shown.text
        answer = sign_in(client, "kim", GOOD, next="/account?done=x")
        assert answer.headers["location"] == "/account?done=x"
        assert "Kim Li" in client.get("/account").text


@pytest.mark.parametrize("path", ["/config", "/gradio_api/startup-events", "/theme.css"])
def test_calls_of_strangers_get_401(site: Served, path: str) -> None:
    with site.client() as client:
        assert client.get(path).status_code == 401
        assert client.get("/", headers={"accept": "application/json"}).status_code == 401


def test_gradios_queue_is_closed_to_strangers(site: Served) -> None:
    with site.client() as client:
        body = {"data": [], "fn_index": 0, "session_hash": "abc"}
        assert client.post("/gradio_api/queue/join", json=body).status_code in (401, 403)
        assert client.get("/gradio_api/queue/data?session_hash=abc").status_code == 401
        assert client.get("/gradio_api/heartbeat/abc").status_code == 401


def test_what_the_sign_in_needs_is_there_before_it(site: Served) -> None:
    with site.client() as client:
        for path in ("/health", "/strongroom/style.css", "/strongroom/pages.css"):
            assert client.get(path).status_code == 200


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Served) -> None:
    with site.client() as client:
        answer = sign_in(client, "kim", GOOD)
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        flags = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= flags
        assert not any(flag.startswith("domain") for flag in flags)
    session = next(cookie for cookie in cookies if cookie.startswith("strongroom="))
    assert "max-age" not in session.lower()
    assert len(session.split("=")[1].split(";")[0]) >= 43  # 256 bits


def test_over_https_cookies_are_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    outside = Outside(("rooms.example",), networks(["127.0.0.1"]), (), behind_tls=True)
    with serving(tmp_path, outside=outside) as site:
        headers = {"host": "rooms.example", "origin": "https://rooms.example"}
        with site.client(**headers) as client:
            first = client.get("/sign-in")
            jar = {c.split("=")[0]: c for c in first.headers.get_list("set-cookie")}
            visit = jar["__Host-strongroom-visit"]
            form = {"name": "kim", "password": GOOD}
            form["csrf"] = first.text.split('name="csrf" value="')[1][:64]
            cookie = {"cookie": visit.split(";")[0]}
            answer = client.post("/sign-in", data=form, headers=cookie)
            assert answer.status_code == 303
            for cookie_set in answer.headers.get_list("set-cookie"):
                assert cookie_set.startswith("__Host-")
                assert "secure" in cookie_set.lower()
            session = answer.headers.get_list("set-cookie")[0].split(";")[0]
            signed_in = client.get("/account", headers={"cookie": session})
            assert signed_in.status_code == 200
            # The same token under the name that a neighbouring host could set is nothing.
            bare = session.removeprefix("__Host-")
            assert client.get("/account", headers={"cookie": bare}).status_code == 303


def test_a_session_planted_before_the_sign_in_is_worth_nothing(site: Served) -> None:
    planted = "attacker" + "x" * 40
    with site.client() as client:
        client.cookies.set("strongroom", planted)
        answer = sign_in(client, "kim", GOOD)
        assert answer.status_code == 303
        token = answer.headers.get_list("set-cookie")[0].split("=")[1].split(";")[0]
        assert token != planted
    with site.client() as attacker:
        assert attacker.get("/account", headers={"cookie": f"strongroom={planted}"}).is_redirect
    # Nor does an earlier session of this browser live on: signing in ends it.
    with site.client() as client:
        form = {"name": "kim", "password": GOOD, "csrf": token_of(client, "/sign-in")}
        old = site.house.sessions.begin(site.house.people.named("boss").id)
        visit = client.cookies["strongroom-visit"]
        both = {"cookie": f"strongroom-visit={visit}; strongroom={'x' * 43}"}
        assert client.post("/sign-in", data=form, headers=both).status_code == 303
        assert site.house.sessions.find(old) is not None


def test_signing_out_ends_the_session_at_the_server(site: Served) -> None:
    client = site.signed_in("kim")
    cookie = {"cookie": f"strongroom={client.cookies['strongroom']}"}
    answer = client.post("/sign-out", data={"csrf": token_of(client, "/account")})
    assert answer.headers["location"].startswith("/sign-in")
    with site.client() as thief:
        assert thief.get("/account", headers=cookie).is_redirect
    assert [kind for kind, *_ in site.records] == [RecordKind.SIGNED_IN, RecordKind.SIGNED_OUT]


def test_nothing_changes_without_the_sessions_own_token(site: Served) -> None:
    kim, boss = site.signed_in("kim"), site.signed_in("boss")
    form = {"now": GOOD, "new": BETTER, "again": BETTER}
    for token in ("", "0" * 64, "é", token_of(boss, "/account/password")):
        for path in ("/account/password", "/account/sessions", "/sign-out"):
            assert kim.post(path, data={**form, "csrf": token}).status_code == 403
    assert kim.post("/sign-out").status_code == 403
    assert kim.get("/account").status_code == 200
    token = token_of(kim, "/account")
    assert kim.post("/account/sessions", headers={"x-csrf-token": token}).status_code == 303


def test_nobody_is_signed_in_as_somebody_by_another_page(site: Served) -> None:
    with site.client() as victim, site.client() as attacker:
        victim.get("/sign-in")
        theirs = token_of(attacker, "/sign-in")
        form = {"name": "boss", "password": GOOD, "csrf": theirs}
        assert victim.post("/sign-in", data=form).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
    ],
)
def test_forms_and_scripts_of_other_sites_are_refused(
    site: Served, headers: dict[str, str]
) -> None:
    client = site.signed_in("kim")
    token = token_of(client, "/account")
    assert client.post("/sign-out", data={"csrf": token}, headers=headers).status_code == 403
    body = {"data": [], "fn_index": 0, "session_hash": "abc"}
    joined = client.post("/gradio_api/queue/join", json=body, headers=headers)
    assert joined.status_code == 403
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/%0d%0aset-cookie:x\r\nx: y",
        "javascript:alert(1)",
        "http:evil.example",
        "evil.example",
        "",
        "/sign-in?next=/x",
        "/sign-out",
        "/gradio_api/queue/data",
        "///evil.example",
        "/" + "a" * 3000,
    ],
)
def test_the_sign_in_leads_to_pages_of_ours_only(site: Served, address: str) -> None:
    assert safe_next(address) == "/"
    with site.client() as client:
        answer = sign_in(client, "kim", GOOD, next=address)
        assert answer.headers["location"] == "/"


def test_names_and_passwords_are_not_told_apart(site: Served) -> None:
    with site.client() as client:
        wrong = sign_in(client, "kim", "wrong")
        unknown = sign_in(client, "kim2", "wrong")
    assert wrong.status_code == unknown.status_code == 401
    clean = [answer.text.replace('value="kim2"', 'value="kim"') for answer in (wrong, unknown)]
    assert clean[0] == clean[1]
    assert "name or the password is wrong" in wrong.text


def test_many_wrong_passwords_have_to_wait(site: Served) -> None:
    with site.client() as client:
        token = token_of(client, "/sign-in")
        form = {"name": "kim", "password": "wrong", "csrf": token}
        statuses = [client.post("/sign-in", data=form).status_code for _ in range(60)]
        last = client.post("/sign-in", data=form)
    assert statuses[0] == 401
    assert set(statuses[6:]) == {429}
    assert int(last.headers["retry-after"]) > 0
    assert "Too many attempts" in last.text
    failed = [person for kind, person, _ in site.records if kind is RecordKind.SIGN_IN_FAILED]
    assert 0 < len(failed) <= 6
    assert set(failed) == {site.house.people.named("kim").id}


def test_a_first_password_has_to_be_changed_before_anything_else(site: Served) -> None:
    if "new" not in [account.person.name for account in site.house.people.accounts()]:
        site.house.people.add("new", GOOD)
    client = site.signed_in("new")
    assert client.get("/account").headers["location"] == "/account/password"
    assert client.get("/").headers["location"] == "/account/password"
    assert client.get("/config", headers={"accept": "application/json"}).status_code == 403
    page = client.get("/account/password")
    assert "Choose your password" in page.text
    form = {"now": GOOD, "csrf": token_of(client, "/account/password")}
    short = client.post("/account/password", data={**form, "new": "short", "again": "short"})
    assert "at least 12" in short.text
    differ = client.post("/account/password", data={**form, "new": BETTER, "again": GOOD})
    assert "differ" in differ.text
    same = client.post("/account/password", data={**form, "new": GOOD, "again": GOOD})
    assert "is the old one" in same.text
    old = client.cookies["strongroom"]
    done = client.post("/account/password", data={**form, "new": BETTER, "again": BETTER})
    assert done.headers["location"] == "/"
    assert client.cookies["strongroom"] != old
    assert client.get("/account").status_code == 200


def test_a_first_password_is_chosen_without_typing_the_given_one_again(site: Served) -> None:
    site.house.people.add("newer", GOOD)
    client = site.signed_in("newer")
    page = client.get("/account/password")
    assert 'name="now"' not in page.text
    assert 'href="/library"' not in page.text  # all other pages lead back here
    form = {"csrf": token_of(client, "/account/password")}
    same = client.post("/account/password", data={**form, "new": GOOD, "again": GOOD})
    assert "is the old one" in same.text
    done = client.post("/account/password", data={**form, "new": BETTER, "again": BETTER})
    assert done.headers["location"] == "/"
    # From now on, the password is asked for.
    assert 'name="now"' in client.get("/account/password").text
    form = {"csrf": token_of(client, "/account/password"), "new": GOOD, "again": GOOD}
    again = client.post("/account/password", data=form)
    assert again.status_code == 400


def test_an_address_that_does_not_exist_is_a_page_with_a_way_back(site: Served) -> None:
    with site.client() as client:
        visit = {"accept": "text/html,*/*;q=0.8", "accept-language": "de"}
        page = client.get("/nonsense<b>", headers=visit)
        assert page.status_code == 404
        assert "Diese Seite gibt es nicht" in page.text
        assert 'href="/"' in page.text
        assert "nonsense" not in page.text
        script = client.get("/nonsense", headers={**visit, "sec-fetch-mode": "cors"})
        assert script.text == "Nicht gefunden."


def test_one_can_sign_out_everywhere_else(site: Served) -> None:
    here, there = site.signed_in("kim"), site.signed_in("kim")
    assert "Sign out everywhere else" in here.get("/account").text
    here.post("/account/sessions", data={"csrf": token_of(here, "/account")})
    assert here.get("/account").status_code == 200
    assert there.get("/account").is_redirect


def test_names_are_never_markup(site: Served) -> None:
    name = '"><script>alert(1)</script>'
    full_name = "<img src=x onerror=alert(1)>\u202egnp.exe"
    people = site.house.people
    if name not in [account.person.name for account in people.accounts()]:
        kim = "<b onclick=alert(1)>Kim</b>"
        made = people.add(name, GOOD, full_name=kim, must_change=False)
        # However such a name got there: the store itself takes no such letters.
        people.company_person("x|1", "x", origin="x", full_name=full_name)
        people.add_group("<i>group</i>")
        people.join(made.id, "<i>group</i>")
    client = site.signed_in(name)
    for path in ("/account", "/account/password"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<b onclick" not in text
        assert "<i>group" not in text
    assert "&lt;b onclick=alert(1)&gt;Kim&lt;/b&gt;" in client.get("/account").text
    with site.client() as stranger:
        again = sign_in(stranger, name, "wrong")
        assert "<script>alert" not in again.text
        assert "\u202e" not in people.company_person("x|1", "x", origin="x").full_name


def test_the_sign_in_speaks_german(site: Served) -> None:
    with site.client(**{"accept-language": "de"}) as client:
        page = client.get("/sign-in").text
        assert '<html lang="de">' in page
        assert "Passwort" in page
        assert "passen nicht zusammen" in sign_in(client, "kim", "falsch").text


def test_a_header_of_a_proxy_counts_from_the_proxy_alone(tmp_path: Path) -> None:
    header = TrustedHeader("X-Remote-User", "X-Remote-Groups")
    told = ("x-remote-user", "x-remote-groups")
    groups = Groups({"ACME-HR": "hr"}, administrators="ACME-Admins")
    spoofed = {"x-remote-user": "boss", "X-Remote-Groups": "ACME-Admins"}
    (tmp_path / "a").mkdir()
    elsewhere = Outside((), networks(["192.0.2.0/24"]), told)
    with serving(tmp_path / "a", header=header, groups=groups, outside=elsewhere) as site:
        with site.client(**spoofed) as client:
            assert client.get("/account").is_redirect
            assert client.get("/config").status_code == 401
            # Nor does it help to name a proxy's address oneself.
            assert client.get("/account", headers={"x-forwarded-for": "192.0.2.1"}).is_redirect
        signed_in = site.signed_in("kim")
        assert "Kim Li" in signed_in.get("/account", headers=spoofed).text
        with site.client() as client:
            sign_in(client, "nobody", "wrong")
            addresses = {str(about.get("address")) for _, _, about in site.records}
            assert addresses == {"127.0.0.1"}
    (tmp_path / "b").mkdir()
    here = Outside((), networks(["127.0.0.0/8"]), told)
    with (
        serving(tmp_path / "b", header=header, groups=groups, outside=here) as site,
        site.client() as client,
    ):
        kim = {"x-remote-user": "kim", "x-remote-groups": "ACME-HR, Cooks"}
        page = client.get("/account", headers=kim)
        assert page.status_code == 200
        assert "<li>hr</li>" in page.text
        assert "Cooks" not in page.text
        assert "Administrator" not in page.text
        assert "kim@proxy" in page.text  # not the local account of that name
        boss = {"x-remote-user": "root", "x-remote-groups": "ACME-Admins"}
        assert "Administrator" in client.get("/account", headers=boss).text
        # Two of them could mean two people: nobody, then.
        twice = [("x-remote-user", "kim"), ("x-remote-user", "root")]
        assert client.get("/account", headers=twice).is_redirect
        assert client.get("/account", headers={"x-remote-user": ""}).is_redirect
        # The address is the last one that no proxy of ours wrote.
        client.get("/sign-in")
        form = {"name": "x", "password": "y", "csrf": token_of(client, "/sign-in")}
        chain = {"x-forwarded-for": "6.6.6.6, 203.0.113.5, 127.0.0.9"}
        client.post("/sign-in", data=form, headers=chain)
        assert site.records[-1][2]["address"] == "203.0.113.5"


def test_where_nobody_has_a_password_here_none_is_asked_for(tmp_path: Path) -> None:
    with serving(tmp_path, passwords=False) as site, site.client() as client:
        page = client.get("/sign-in").text
        assert "password" not in page.lower().replace("passwords", "")
        client.get("/sign-in")
        assert httpx.codes.is_error(
            client.post("/sign-in", data={"name": "kim", "password": GOOD}).status_code
        )
