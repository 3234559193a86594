"""The company's sign-in against a real OpenID Connect provider on loopback."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import oidc_provider_mock
import pytest
from web.signing_in import serving

from app.people.company import (
    CompanyRefused,
    CompanySignIn,
    CompanyUnreachable,
    Pending,
    Registration,
)
from app.people.vouching import Groups

RETURN = "http://127.0.0.1:9/sign-in/company/return"
CLAIMS = {
    "preferred_username": "kim",
    "name": "Kim Li",
    "email": "kim@calloway.example",
    "groups": ["ACME-HR", "Cooks"],
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    kim = oidc_provider_mock.User(sub="kim-17", claims=CLAIMS)
    with oidc_provider_mock.run_server_in_thread(require_nonce=True, user_claims=[kim]) as provider:
        yield f"http://localhost:{provider.server_port}"


def registration(issuer: str, **more: Any) -> Registration:
    return Registration(**{"issuer": issuer, "client_id": "us", "client_secret": "s3", **more})


def approve(address: str, sub: str = "kim-17") -> dict[str, str]:
    """Do what a person does at the provider; what the browser comes back with."""
    answer = httpx.post(address, data={"sub": sub}, trust_env=False)
    assert answer.status_code == 302, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def test_someone_is_vouched_for(issuer: str) -> None:
    company = CompanySignIn(registration(issuer))
    address, pending = company.begin(RETURN)
    asked = parse_qs(urlsplit(address).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["code_challenge"] != [pending.verifier]
    assert asked["nonce"] == [pending.nonce]
    assert asked["state"] == [pending.state]
    vouched = company.finish(RETURN, pending, approve(address))
    assert vouched.subject == f"{issuer}|kim-17"
    assert vouched.name == "kim"
    assert vouched.full_name == "Kim Li"
    assert vouched.groups == frozenset({"ACME-HR", "Cooks"})


def test_an_answer_to_another_question_is_refused(issuer: str) -> None:
    company = CompanySignIn(registration(issuer))
    address, pending = company.begin(RETURN)
    returned = approve(address)
    with pytest.raises(CompanyRefused, match="another sign-in"):
        company.finish(RETURN, pending, {**returned, "state": "x"})
    with pytest.raises(CompanyRefused, match="another sign-in"):
        company.finish(RETURN, pending, {})
    with pytest.raises(CompanyRefused, match="said no"):
        company.finish(RETURN, pending, {"state": pending.state, "error": "access_denied"})
    with pytest.raises(CompanyRefused, match="another issuer"):
        company.finish(RETURN, pending, {**returned, "iss": "http://evil.example"})
    # A token made for another browser's sign-in carries another nonce.
    swapped = Pending(pending.state, "another nonce", pending.verifier)
    with pytest.raises(CompanyRefused, match="not valid"):
        company.finish(RETURN, swapped, returned)
    # And the code was good once.
    with pytest.raises(CompanyRefused, match="code was not taken"):
        company.finish(RETURN, pending, returned)


def test_a_token_for_another_client_is_refused(issuer: str) -> None:
    company = CompanySignIn(registration(issuer))
    address, pending = company.begin(RETURN)
    returned = approve(address.replace("client_id=us", "client_id=them"))
    with pytest.raises((CompanyRefused, CompanyUnreachable)):
        company.finish(RETURN, pending, returned)


def test_only_the_issuers_own_host_is_contacted() -> None:
    asked: list[str] = []
    described: dict[str, str] = {}

    class Provider(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(described).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        issuer = f"http://127.0.0.1:{server.server_port}"
        good = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
        }
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            described.clear()
            described.update({**good, name: "http://evil.example/"})
            with pytest.raises(CompanyUnreachable, match=name):
                CompanySignIn(registration(issuer)).begin(RETURN)
        described.clear()
        described.update({**good, "issuer": "http://evil.example"})
        with pytest.raises(CompanyUnreachable, match="another issuer"):
            CompanySignIn(registration(issuer)).begin(RETURN)
        assert set(asked) == {"/.well-known/openid-configuration"}
    finally:
        server.shutdown()
        server.server_close()
    with pytest.raises(CompanyUnreachable, match="does not answer"):
        CompanySignIn(registration(issuer)).begin(RETURN)


@pytest.mark.parametrize("issuer", ["http://idp.example", "http://192.0.2.1", "ftp://x", "", "x"])
def test_an_unprotected_issuer_is_refused(issuer: str) -> None:
    with pytest.raises(CompanyUnreachable, match="https"):
        CompanySignIn(registration(issuer))


def test_signing_in_through_the_company_over_http(issuer: str, tmp_path: Path) -> None:
    company = CompanySignIn(registration(issuer))
    groups = Groups({"ACME-HR": "hr"}, administrators="ACME-Admins")
    with (
        serving(tmp_path, company=company, groups=groups) as site,
        site.client() as client,
        site.client() as other,
    ):
        assert "Sign in with Calloway" in client.get("/sign-in").text
        sent = client.get("/sign-in/company", params={"next": "/account"})
        assert sent.status_code == 303
        returned = approve(sent.headers["location"])
        # Someone else's browser, tricked into finishing this sign-in, is not signed in.
        assert other.get("/sign-in/company/return", params=returned).status_code == 403
        assert other.get("/account").is_redirect
        planted = "planted" + "x" * 40
        client.cookies.set("strongroom", planted)
        entered = client.get("/sign-in/company/return", params=returned)
        assert entered.headers["location"] == "/account"
        session = entered.headers.get_list("set-cookie")[0].split(";")[0]
        assert session.startswith("strongroom=")
        assert planted not in session
        account = client.get("/account", headers={"cookie": session}).text
        assert "Kim Li" in account
        assert "<li>hr</li>" in account
        assert "Cooks" not in account
        assert "kim@localhost" in account  # not the local account of that name
        assert "your company" in client.get("/account/password", headers={"cookie": session}).text
        # The same answer a second time opens nothing.
        assert client.get("/sign-in/company/return", params=returned).status_code == 403


def test_when_the_company_says_no_or_nothing_one_is_told(issuer: str, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with (
        serving(tmp_path / "a", company=CompanySignIn(registration(issuer))) as site,
        site.client() as client,
    ):
        sent = client.get("/sign-in/company")
        state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
        answer = client.get(
            "/sign-in/company/return", params={"state": state, "error": "access_denied"}
        )
        assert answer.status_code == 403
        assert "did not let you in" in answer.text
    (tmp_path / "b").mkdir()
    nobody = CompanySignIn(registration("http://127.0.0.1:9"))
    with serving(tmp_path / "b", company=nobody) as site, site.client() as client:
        answer = client.get("/sign-in/company")
        assert answer.status_code == 502
        assert "cannot be reached" in answer.text
