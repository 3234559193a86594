"""The pages of docs/integrate, tried from top to bottom by their own words."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from web.whole import Whole

PAGES = Path(__file__).resolve().parents[2] / "docs" / "integrate"


@pytest.mark.parametrize("page", ["openai.md", "mcp.md", "langchain.md"])
def test_what_a_page_shows_works(
    company: Whole,
    key_of: Callable[..., str],
    page: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STRONGROOM_URL", company.url)
    monkeypatch.setenv("STRONGROOM_KEY", key_of("lee"))
    blocks = re.findall(r"^```python\n(.*?)^```", (PAGES / page).read_text("utf-8"), re.M | re.S)
    assert blocks
    names: dict[str, Any] = {"__name__": page}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
    said = capsys.readouterr().out
    assert "answered" in said
    if page != "mcp.md":
        assert "employee-handbook.pdf" in said
