"""What an engine process is started with."""

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

MAX_SEQUENCES = 256  # llama.cpp's own limit on sequence ids


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA adapter and how strongly it is applied."""

    path: Path
    scale: float = 1.0

    @classmethod
    def parse(cls, text: str) -> "Adapter":
        """Read FILE[:SCALE]. Raises ValueError when SCALE is not a number."""
        head, colon, tail = text.rpartition(":")
        if not colon or Path(text).exists():
            return cls(Path(text))
        try:
            return cls(Path(head), float(tail))
        except ValueError:
            raise ValueError(
                f"--lora {text}: expected FILE or FILE:SCALE, e.g. ours.gguf:0.8"
            ) from None


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Everything that shapes one engine process; 0 or None means "choose for this machine"."""

    model: Path
    host: str = "127.0.0.1"
    port: int = 8081
    listener_fd: int | None = None  # an open listening socket handed down by the supervisor
    parallel: int = 0  # chats that generate at the same time; 0: what fits, up to a sensible number
    context: int = 4096  # window of one chat, in tokens
    kv_cells: int = 0  # all chats together; 0: parallel windows
    gpu_layers: int | None = None  # None: as many as fit; -1: all
    tensor_split: tuple[float, ...] = ()  # share of the model per GPU
    threads: int = 0  # 0: cores - 1
    batch: int = 512  # most tokens computed in one step; small enough to stop soon on a GPU
    flash: Literal["auto", "on", "off"] = "auto"
    guesses: Literal["auto", "on", "off"] = "auto"  # see speculation; auto: where it is exact
    cells: Literal["auto", "shared", "separate"] = "auto"  # see Llama
    kv_type: Literal["f16", "q8_0", "q4_0"] = "f16"
    adapters: tuple[Adapter, ...] = ()
    queue: int = 64  # requests that may wait before new ones hear "busy"
    slice_seconds: float = 0.15  # longest that a prefill slice may hold up other people's words
    watch_stdin: bool = False  # end when stdin closes: the parent process is gone
    name: str = ""  # shown in /v1/models; "": the file's name

    def __post_init__(self) -> None:
        for field, low in (("parallel", 0), ("context", 256), ("batch", 32), ("queue", 1)):
            if getattr(self, field) < low:
                raise ValueError(f"{field} is {getattr(self, field)}; it must be at least {low}")
        if self.parallel > MAX_SEQUENCES // 2:
            raise ValueError(f"parallel is {self.parallel}; the most is {MAX_SEQUENCES // 2}")
        if self.kv_cells and self.kv_cells < self.context:
            raise ValueError(
                f"kv_cells is {self.kv_cells}, less than one chat's context of {self.context}: "
                "raise it or lower the context"
            )

    @property
    def total_cells(self) -> int:
        return self.kv_cells or max(1, self.parallel) * self.context

    def arguments(self) -> list[str]:
        """The command line of `python -m app.engine` that means these options."""
        plain = EngineOptions(self.model)
        words = ["--model", str(self.model)]
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("model", "port", "listener_fd", "watch_stdin"):
                continue
            if field.name == "adapters":
                words += [f"--lora={one.path}:{one.scale:g}" for one in self.adapters]
            elif value != getattr(plain, field.name):
                text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
                words.append(f"--{field.name.replace('_', '-')}={text}")
        return words

    def sequences(self, *, shared: bool) -> int:
        """Sequence ids: the generating chats, and finished ones that are kept for their starts.

        Sequences with cells of their own need a whole window each.
        """
        if shared:
            return min(MAX_SEQUENCES, self.parallel + max(16, self.parallel))
        return min(MAX_SEQUENCES, max(1, self.parallel, self.total_cells // self.context))

    @property
    def worker_threads(self) -> int:
        # All cores collapse under any other load (measured 4 tokens/s instead of 54).
        return self.threads or max(1, usable_cores() - 1)


def usable_cores() -> int:
    """Cores that this process may use, which in a container is fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
