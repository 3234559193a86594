"""What a process that reads a foreign file says over its pipe: frames, each a 4-byte big-endian
length and so many bytes of JSON, or of a file.
"""

import os
import selectors
import struct
import time
from collections.abc import Callable
from typing import BinaryIO

LENGTH = struct.Struct(">I")  # of the bytes that follow


class FrameTooLong(Exception):
    """A frame is longer than what was allowed."""


class Stopped(Exception):
    """Nobody waits for what the process says any more."""


def write_frame(out: BinaryIO, data: bytes) -> None:
    """One frame; it is not flushed."""
    out.write(LENGTH.pack(len(data)))
    out.write(data)


class Frames:
    """Reads frames from the pipe `descriptor`; `stopped` is asked about once a second."""

    def __init__(self, descriptor: int, stopped: Callable[[], bool]) -> None:
        self._pipe = descriptor
        self._stopped = stopped
        self._buffer = bytearray()

    def next(self, deadline: float, largest: int) -> bytes:
        """One frame of at most `largest` bytes, before `deadline` on the monotonic clock.

        Raises TimeoutError, EOFError, FrameTooLong and Stopped.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._pipe, selectors.EVENT_READ)
            (length,) = LENGTH.unpack(self._take(LENGTH.size, deadline, selector))
            if length > largest:
                raise FrameTooLong
            return self._take(length, deadline, selector)

    def _take(self, count: int, deadline: float, selector: selectors.BaseSelector) -> bytes:
        while len(self._buffer) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if self._stopped():
                raise Stopped
            if selector.select(min(left, 1.0)):
                data = os.read(self._pipe, 1 << 16)
                if not data:
                    raise EOFError
                self._buffer += data
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken
