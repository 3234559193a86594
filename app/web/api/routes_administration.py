"""What a program may administer: all people's keys, to list and to revoke; and the description."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Request

from app.people.keys import Keys, May, plain
from app.web.api.errors import ApiError, ApiRoute, opened_with
from app.web.auth.signed_in import person_of


def key_list_routes(keys: Keys, openapi: Callable[[], dict[str, Any]]) -> APIRouter:
    """The routes below /v1/keys; no key makes another one."""
    router = APIRouter(prefix="/v1", route_class=ApiRoute, tags=["Administration"])

    @router.get("/keys", dependencies=[Depends(opened_with(May.ADMINISTER))])
    def listed() -> dict[str, Any]:
        """All people's keys, without their secrets."""
        return {"object": "list", "data": [plain(key) for key in keys.of()]}

    @router.delete("/keys/{key}", dependencies=[Depends(opened_with(May.ADMINISTER))])
    def revoke(request: Request, key: str) -> dict[str, Any]:
        """Have a key count no more, at once."""
        if all(one.id != key for one in keys.of()):
            raise ApiError("there is no such key", 404, "not_found")
        keys.revoke(key, by=person_of(request.scope).id)
        return {"id": key, "object": "key", "deleted": True}

    @router.get("/openapi.json")
    def description() -> dict[str, Any]:
        """This description."""
        return openapi()

    return router
