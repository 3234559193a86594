"""The first process of a container: starts the program, hands it signals, buries dead processes.

The kernel gives the first process no default answer to SIGTERM and every orphan to look after. And
what is started later inside, such as the health check, joins the network of the first process,
which must therefore stay that of the container: `strongroom serve` moves into one of its own.
"""

import os
import signal
import sys
from types import FrameType

_HANDED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


def main(command: list[str]) -> int:
    """Run `command` to its end and return its exit code; 128 and more for a signal's number."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _HANDED_ON)
    child = os.posix_spawn(command[0], command, os.environ, setsigmask=())

    def hand_on(number: int, _: FrameType | None) -> None:
        os.kill(child, number)

    for number in _HANDED_ON:
        signal.signal(number, hand_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDED_ON)
    while True:
        ended, status = os.wait()
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
