"""The body of a request, read by a middleware and handed on as if nobody had."""

from app.web.auth.security import Message, Receive


async def read_body(receive: Receive, *, longest: int | None = None) -> bytes | None:
    """The whole body; None if it was cut off, or has more than `longest` bytes."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body.extend(message.get("body", b""))
        if longest is not None and len(body) > longest:
            return None
        if not message.get("more_body"):
            return bytes(body)


def handing_on(body: bytes, receive: Receive) -> Receive:
    """A `receive` that first gives `body` as a whole, and then goes on."""
    given = False

    async def hand_on() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return hand_on
