"""Gives up what lets root's process look into others, and lets other processes look into this one.

Linux alone. There is no way back: neither for this process nor for programs that it starts.
"""

import ctypes
import os
import struct
import sys

_VERSION = 0x20080522  # _LINUX_CAPABILITY_VERSION_3
_DROP, _DUMPABLE = 24, 4  # PR_CAPBSET_DROP, PR_SET_DUMPABLE
_GPU = "/dev/nvidiactl"
_MOST = 64  # capabilities that this version can name
# From <linux/capability.h>: what root needs for files of others, and for memory and turns of the
# processor. Not among them: looking into processes, mounting, loading modules, raw packets, and
# opening files by their number (DAC_READ_SEARCH), which leads out of a container.
_CHOWN, _DAC_OVERRIDE, _FOWNER, _FSETID, _KILL = 0, 1, 3, 4, 5
_NET_BIND_SERVICE, _IPC_LOCK, _SYS_NICE, _SYS_RESOURCE = 10, 14, 23, 24
KEPT = (_CHOWN, _DAC_OVERRIDE, _FOWNER, _FSETID, _KILL, _NET_BIND_SERVICE, _IPC_LOCK, _SYS_NICE,
        _SYS_RESOURCE)  # fmt: skip


def give_up_rights(*, drives_gpu: bool = False) -> None:
    """Keep of root's rights those of `KEPT`, and let nobody but root look into this process.

    One that drives a GPU stays as it is for others of its user: whether each driver works in a
    closed process was not tried.

    Call while this process has one thread: the others would keep their rights. What the kernel
    refuses, such as rights that are gone already, is left as it is.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    # No image of its memory, and /proc/PID/mem, environ, fd and maps are root's alone.
    if not (drives_gpu and os.path.exists(_GPU)):
        libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    if os.geteuid() != 0:
        return
    for one in range(_MOST):
        if one not in KEPT:
            libc.prctl(_DROP, one, 0, 0, 0)  # a program of root's would have it again
    header, sets = struct.pack("Ii", _VERSION, 0), ctypes.create_string_buffer(24)
    if libc.capget(header, sets):
        return
    # struct __user_cap_data_struct, twice: effective, permitted and inheritable, 32 bits each
    now = struct.unpack("6I", sets.raw)
    kept = sum(1 << one for one in KEPT)
    halves = (kept & 0xFFFFFFFF, kept >> 32)
    libc.capset(header, struct.pack("6I", *(bits & halves[at // 3] for at, bits in enumerate(now))))
