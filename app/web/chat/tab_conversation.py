"""What one open tab is showing."""

import secrets

from app.people.conversations.turns import Selection


class TabConversation:
    """The conversation that a tab shows; its turns are in the store. For one event loop."""

    def __init__(self, conversation: str = "", *, saved: bool = False) -> None:
        self.conversation = conversation or secrets.token_urlsafe(16)
        self.saved = saved  # the store has it; until then it is only a name
        self.selection = Selection()  # where its next question searches
        self._looking: object | None = None

    def look(self) -> object:
        """Begin to follow what is answered; whoever followed it in this tab before is relieved."""
        self._looking = object()
        return self._looking

    def looks(self, mine: object) -> bool:
        """Whether the one who got this from `look` is still to follow it."""
        return self._looking is mine

    def leave(self) -> None:
        """The tab shows something else from now on; what is answered goes on."""
        self._looking = None
