"""What the engine can run on: GPUs with their free memory, main memory, cores."""

import csv
import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

GB = 1_000_000_000

# Memory bandwidth in GB/s from the makers' data sheets; the first pattern found in a name counts.
_BANDWIDTH = (
    (r"B200", 8_000),
    (r"GH200", 4_000),
    (r"H200", 4_800),
    (r"H100 NVL", 3_900),
    (r"H100 PCIe", 2_000),
    (r"H100", 3_350),
    (r"A100.*80GB PCIe", 1_935),
    (r"A100.*80GB", 2_039),
    (r"A100", 1_555),
    (r"V100", 900),
    (r"L40S?\b", 864),
    (r"L4\b", 300),
    (r"A40\b", 696),
    (r"A10G?\b", 600),
    (r"T4\b", 320),
    (r"RTX PRO 6000", 1_792),
    (r"RTX 6000 Ada", 960),
    (r"A6000", 768),
    (r"RTX 5090", 1_792),
    (r"RTX 5080", 960),
    (r"RTX 4090", 1_008),
    (r"RTX 4080", 717),
    (r"RTX 4070", 504),
    (r"RTX 3090", 936),
    (r"RTX 3080", 760),
    (r"RTX 3060", 360),
)
_GPU = 1  # ggml_backend_dev_type in ggml-backend.h; integrated ones share main memory


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU. Memory in bytes; bandwidth in GB/s, None if the name is not in our table."""

    name: str
    free: int
    total: int
    bandwidth: float | None = None


@dataclass(frozen=True, slots=True)
class Hardware:
    """A machine. `unusable` are GPUs that this build of llama.cpp cannot use."""

    gpus: tuple[Gpu, ...]
    free_memory: int  # main memory, bytes
    cores: int
    unusable: tuple[str, ...] = ()


def bandwidth_of(name: str) -> float | None:
    """GB/s of a GPU by its name."""
    for pattern, bandwidth in _BANDWIDTH:
        if re.search(pattern, name, re.IGNORECASE):
            return bandwidth
    return None


def detect() -> Hardware:
    """Look at this machine, through llama.cpp itself.

    On a GPU that makes this process hold a few hundred MB there: the engine, which needs them
    anyway, calls this; others call `detect_from_outside`.
    """
    gpus = _llama_gpus()
    names = [gpu.name for gpu in gpus]
    unusable = () if gpus else tuple(gpu.name for gpu in _nvidia_smi() if gpu.name not in names)
    return Hardware(gpus, _free_memory(), usable_cores(), unusable)


def detect_from_outside() -> Hardware:
    """Like `detect`, in a child process: a driver that crashes or hangs does no harm here."""
    command = [sys.executable, "-m", "app.engine.hardware"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        found = json.loads(done.stdout.strip().splitlines()[-1])
        gpus = tuple(Gpu(**gpu) for gpu in found.pop("gpus"))
        return Hardware(gpus, found["free_memory"], found["cores"], tuple(found["unusable"]))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError, IndexError):
        return Hardware((), _free_memory(), usable_cores(), tuple(g.name for g in _nvidia_smi()))


def main() -> None:
    """Print this machine as one line of JSON."""
    print(json.dumps(asdict(detect())))


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _llama_gpus() -> tuple[Gpu, ...]:
    """GPUs by llama.cpp's own devices (ggml-backend.h); none if it is not installed."""
    try:
        import llama_cpp.llama_cpp as lib

        from app.engine.tokenizer import quiet_llama_log

        quiet_llama_log()
        lib.llama_backend_init()
        ggml = lib._lib  # libllama; its dependencies' symbols are found through it
        ggml.ggml_backend_dev_count.restype = ctypes.c_size_t
        ggml.ggml_backend_dev_get.restype = ctypes.c_void_p
        ggml.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
        ggml.ggml_backend_dev_description.restype = ctypes.c_char_p
        for name in ("type", "description", "memory"):
            getattr(ggml, f"ggml_backend_dev_{name}").argtypes = [ctypes.c_void_p]
        ggml.ggml_backend_dev_memory.argtypes += [ctypes.POINTER(ctypes.c_size_t)] * 2
        ggml.ggml_backend_dev_memory.restype = None
        gpus = []
        for index in range(ggml.ggml_backend_dev_count()):
            device = ggml.ggml_backend_dev_get(index)
            if ggml.ggml_backend_dev_type(device) != _GPU:
                continue
            free, total = ctypes.c_size_t(), ctypes.c_size_t()
            ggml.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
            name = (ggml.ggml_backend_dev_description(device) or b"GPU").decode("utf-8", "replace")
            gpus.append(Gpu(name, free.value, total.value, bandwidth_of(name)))
    except (ImportError, OSError, AttributeError):
        return ()
    return tuple(gpus)


def _nvidia_smi() -> tuple[Gpu, ...]:
    """GPUs by NVIDIA's tool, which knows them whatever llama.cpp was built for."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    query = ["--query-gpu=name,memory.free,memory.total", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            [tool, *query], capture_output=True, text=True, timeout=20, check=True
        )
        rows = [[cell.strip() for cell in row] for row in csv.reader(done.stdout.splitlines())]
        return tuple(
            Gpu(name, int(free) << 20, int(total) << 20, bandwidth_of(name))
            for name, free, total in rows
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return ()


def _free_memory() -> int:
    """Main memory that can be had without swapping, bytes; respects a container's limit."""
    free = 0
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    free = int(line.split()[1]) << 10
    except OSError:
        free = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text("ascii")
        used = Path("/sys/fs/cgroup/memory.current").read_text("ascii")
        free = min(free, int(limit) - int(used))
    except (OSError, ValueError):  # no such limit
        pass
    return max(0, free)


if __name__ == "__main__":
    main()
