"""What programs may call, described: as OpenAPI, and as rows for a page that people read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

_ABOUT = """\
Answers from a company's own documents, with citations. Every call carries a key, runs with the \
rights and limits of the key's person, and is on record. Errors are as in the OpenAI protocol.
"""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a request."""

    name: str
    kind: str
    about: str
    required: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One method of one path."""

    method: str
    path: str
    about: str
    fields: Sequence[Field]


class Described:
    """The description of some routers, once `of` has said which."""

    def __init__(self) -> None:
        self._routes: list[BaseRoute] = []

    def of(self, *routers: APIRouter) -> None:
        """Describe these; to be called once, before anybody reads it."""
        self._routes = [route for router in routers for route in router.routes]

    def openapi(self) -> dict[str, Any]:
        """As OpenAPI 3.1."""
        return self._openapi

    @cached_property
    def _openapi(self) -> dict[str, Any]:
        told = get_openapi(
            title="Strongroom",
            version=version("strongroom"),
            description=_ABOUT,
            routes=self._routes,
        )
        told.setdefault("components", {})["securitySchemes"] = {
            "key": {"type": "http", "scheme": "bearer"}
        }
        told["security"] = [{"key": []}]
        for _, _, call in _calls(told):
            call["responses"].pop("422", None)  # it is a 400 here, of another form
        return told

    def groups(self) -> list[tuple[str, list[Call]]]:
        """The calls by what they are for, in the order in which they were made."""
        found: dict[str, list[Call]] = {}
        for path, method, call in _calls(self._openapi):
            about = " ".join(call.get("description", "").split())
            one = Call(method.upper(), path, about, list(self._fields(call)))
            found.setdefault((call.get("tags") or ["Others"])[0], []).append(one)
        return list(found.items())

    def _fields(self, call: dict[str, Any]) -> Iterator[Field]:
        for given in call.get("parameters", ()):
            yield self._field(given["name"], given["schema"], bool(given.get("required")))
        content = call.get("requestBody", {}).get("content", {})
        for kind in content.values():
            schema = self._resolved(kind["schema"])
            needed = schema.get("required", ())
            for name, field in schema.get("properties", {}).items():
                yield self._field(name, field, name in needed)

    def _field(self, name: str, schema: dict[str, Any], required: bool) -> Field:
        return Field(name, self._kind(schema), schema.get("description", ""), required)

    def _kind(self, schema: dict[str, Any]) -> str:
        if "$ref" in schema:
            return self._kind(self._resolved(schema))
        if several := schema.get("anyOf"):
            names = [self._kind(one) for one in several if one.get("type") != "null"]
            return " or ".join(dict.fromkeys(names))
        if "const" in schema:
            return str(schema["const"])
        if "enum" in schema:
            return " or ".join(map(str, schema["enum"]))
        if schema.get("type") == "array":
            return f"list of {self._kind(schema.get('items', {}))}"
        return str(schema.get("type", "any"))

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        name = schema.get("$ref", "").rpartition("/")[2]
        return self._openapi["components"]["schemas"][name] if name else schema


def _calls(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in told["paths"].items():
        for method, call in methods.items():
            yield path, method, call
