"""What a request is answered when the machine fails: a sentence, and the cause in the log alone."""

import logging

from app.errors import local_words_for
from app.web.auth.security import App, Message, Receive, Scope, Send, answer_refusal, refusal_texts

log = logging.getLogger(__name__)


class Faults:
    """Answers 503 with a sentence where the disk, a database or the trail fails below a route.

    What is no fault of the machine's is a defect of ours: it goes on, and the log has all of it.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            words = local_words_for(error)
            if begun or scope["type"] != "http" or words is None:
                raise
            log.error("%s could not be answered: %s", scope["path"][:200], words)
            await answer_refusal(scope, send, 503, refusal_texts(scope).cannot)
