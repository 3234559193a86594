"""What can be wrong with an index, said for the person who has to put it right."""


class IndexFault(Exception):
    """The index cannot be used or changed; the message says why and what to do."""


class EmbedderMismatch(IndexFault):
    """The index was made with another embedder than the one given."""


class DocumentHeld(Exception):
    """A document that may not be replaced or taken away; the message says why."""


class DocumentGone(Exception):
    """A document to be replaced was deleted meanwhile; nothing was stored, the message says why."""


class UnknownName(Exception):
    """A space or document that is not there; the message lists what is."""
