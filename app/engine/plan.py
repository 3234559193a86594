"""How a model fits a machine: layers on GPUs, chats at once, and how fast that should be.

Memory on a GPU = weights of its layers + keys and values of its layers + work space + what the
driver takes. llama.cpp puts the last layers on the GPUs, output layer first, and always keeps
the token embedding in main memory (llama-model.cpp, `load_tensors`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.engine.gguf import ModelFile
from app.engine.hardware import GB, Gpu, Hardware, bandwidth_of
from app.engine.shapes import LLAMA_2, QUANTISATIONS, llama_2

KV_BYTES = {"f16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}  # of one value
MOST_CHATS = 32
PARTLY_OFFLOADED_CHATS = 4
_DRIVER = 600 << 20  # CUDA context, kernels and pools of one GPU
_KEPT_FREE = 0.03  # of a GPU's free memory, for what the formula does not know
_MAIN_MEMORY_SHARE = 0.8  # of what is free: the documents' side of the house needs some too
_CPU_BANDWIDTH = 40.0  # GB/s: two channels of DDR4/DDR5; servers have more
_USED_BANDWIDTH = 0.7  # of the data sheet's, that matrix-vector kernels reach


class PlanError(Exception):
    """A model does not fit; the message says by how much and what to change."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start the engine with, and what to expect.

    `kv_cells` tokens of context are shared by all chats; `chats` of them can be `context` tokens
    long at the same time. `gpu_bytes` is what each GPU will hold, `memory_bytes` the main memory.
    """

    model: str
    n_gpu_layers: int
    layers: int  # all that there are, output layer included
    context: int
    chats: int
    tensor_split: tuple[float, ...]
    threads: int
    kv_type: str
    gpu_bytes: tuple[int, ...]
    memory_bytes: int
    tokens_per_second: float | None  # one chat alone, expected; None if nothing is known
    gpus: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def kv_cells(self) -> int:
        return self.chats * self.context

    def in_words(self) -> str:
        """One sentence for the administrator, and a line for each note."""
        if self.n_gpu_layers == 0:
            place = f"on the CPU with {_count(self.threads, 'thread')}"
        else:
            on = [
                f"GPU {number} ({name})"
                for number, (name, size) in enumerate(zip(self.gpus, self.gpu_bytes, strict=True))
                if size
            ]
            place = f"{self.n_gpu_layers} of {self.layers} layers on {', '.join(on)}"
        chats = "1 chat" if self.chats == 1 else f"{self.chats} chats"
        sizes = [f"{size / GB:.1f} GB" for size in self.gpu_bytes if size]
        sizes.append(f"{self.memory_bytes / GB:.1f} GB of main memory")
        words = f"{self.model}: {place}, {chats} at {self.context:,} tokens at once"
        words += f" ({' + '.join(sizes)})"
        if self.tokens_per_second is not None:
            words += (
                f", expected about {_round(self.tokens_per_second)} tokens/s for one chat alone, "
                "from memory bandwidth"
            )
        return "\n".join([words, *self.notes])


def plan(
    model: ModelFile,
    hardware: Hardware,
    *,
    context: int = 4_096,
    chats: int | None = None,
    gpu_layers: int | None = None,
    kv_type: str = "f16",
    threads: int | None = None,
    batch: int = 512,
    flash: bool = True,
) -> Plan:
    """Choose layers and chats; whatever is given is kept, if it fits.

    As many layers as fit go to the GPUs, then as many chats as fit beside them. More memory never
    gives fewer layers, nor fewer chats for the same layers. Raises PlanError when not even one
    chat fits.
    """
    notes = []
    if model.n_ctx_train and context > model.n_ctx_train:
        notes.append(
            f"The model was trained on {model.n_ctx_train:,} tokens; the window is that instead "
            f"of {context:,}."
        )
        context = model.n_ctx_train
    if not hardware.gpus and hardware.unusable:
        notes.append(
            f"{hardware.unusable[0]} is there, but llama.cpp was built for the CPU: build it for "
            "CUDA with `make run GPU=cuda`."
        )
    job = _Job(model, hardware, context, kv_type, batch, flash)
    most = model.n_layers + 1
    wanted = most if gpu_layers is None or gpu_layers < 0 else min(gpu_layers, most)
    for layers in range(wanted if hardware.gpus else 0, -1, -1):
        fitted = job.with_layers(layers, chats)
        if fitted is None:
            continue
        if layers < wanted and gpu_layers is not None:
            notes.append(f"Only {layers} of the {wanted} layers asked for fit.")
        if chats is not None and fitted.chats < chats:
            notes.append(f"Only {fitted.chats} of the {chats} chats asked for fit.")
        if 0 < layers < most:
            notes.append(
                "The rest runs on the CPU and sets the pace: a smaller quantisation or a larger "
                "GPU would be many times as fast."
            )
        return replace(
            fitted,
            threads=threads or max(1, hardware.cores - 1),
            notes=tuple(notes),
        )
    needed = job.main_memory(0, 1)
    raise PlanError(
        f"{model.path.name} with one chat of {context:,} tokens takes {needed / GB:.1f} GB, and "
        f"{hardware.free_memory * _MAIN_MEMORY_SHARE / GB:.1f} GB of main memory can be used: take "
        "a smaller quantisation or model, or lower engine.context"
    )


class _Job:
    """One model on one machine."""

    def __init__(
        self,
        model: ModelFile,
        hardware: Hardware,
        context: int,
        kv_type: str,
        batch: int,
        flash: bool,
    ) -> None:
        self.model = model
        self.hardware = hardware
        self.context = context
        self.kv_type = kv_type
        self.batch = batch
        self.flash = flash
        self.weights = (*model.layer_bytes, model.output_bytes)
        self.kv = model.kv_bytes(KV_BYTES[kv_type])

    def with_layers(self, layers: int, chats: int | None) -> Plan | None:
        """The plan with so many layers on GPUs and the most chats; None if one does not fit."""
        if layers == 0:
            most = chats or PARTLY_OFFLOADED_CHATS
        else:
            most = chats or (MOST_CHATS if layers > self.model.n_layers else PARTLY_OFFLOADED_CHATS)
        for count in range(most, 0, -1):
            if self.main_memory(layers, count) > self.hardware.free_memory * _MAIN_MEMORY_SHARE:
                continue
            split = self._split(layers, count)
            if split is not None:
                return self._plan(layers, count, split)
        return None

    def main_memory(self, layers: int, chats: int) -> int:
        """Bytes of main memory with so many layers on GPUs."""
        kept = self.weights[: len(self.weights) - layers]
        size = self.model.input_bytes + sum(kept)
        tied = not any(tensor.name == "output.weight" for tensor in self.model.tensors)
        if tied and layers == 0:
            size -= self.model.input_bytes  # one copy serves as both
        kv_layers = min(len(kept), self.model.n_layers)
        size += int(self.kv * kv_layers * self.context * chats)
        return size + self._work_space(chats)

    def _work_space(self, chats: int) -> int:
        """Bytes for one step's activations, logits and attention mask, on each device.

        An upper estimate: llama.cpp's scheduler reuses buffers. It allocated 98 MiB where this
        says 120 (SmolLM2-135M, 4,096 cells) and 98 where it says 144 (16,384 cells); without
        flash attention 326 where it says 432. Keys and values are exact.
        """
        model, cells = self.model, self.context * chats
        activations = 4 * self.batch * (model.n_vocab + 6 * model.n_embd + 3 * model.n_ff)
        mask = 4 * self.batch * cells
        scores = 0 if self.flash else 4 * self.batch * cells * model.n_heads
        return activations + mask + scores

    def _room(self, gpu: Gpu, chats: int) -> float:
        """Bytes of a GPU for weights, keys and values."""
        return gpu.free * (1 - _KEPT_FREE) - _DRIVER - self._work_space(chats)

    def _split(self, layers: int, chats: int) -> tuple[int, ...] | None:
        """How many of the `layers` each GPU takes; None if they do not fit.

        In proportion to the GPUs' room, so that all work alike; where that overflows one (layers
        differ in size), GPU by GPU as full as they go.
        """
        if layers == 0:
            return (0,) * len(self.hardware.gpus)
        room = [self._room(gpu, chats) for gpu in self.hardware.gpus]
        sizes = self._layer_sizes(layers, chats)
        if sum(sizes) > sum(max(0.0, r) for r in room):
            return None
        fair = _in_proportion(layers, room)
        if self._fits(fair, sizes, room):
            return fair
        counts, at = [], 0
        for space in room:
            start, used = at, 0.0
            while at < layers and used + sizes[at] <= space:
                used += sizes[at]
                at += 1
            counts.append(at - start)
        return tuple(counts) if at == layers else None

    def _layer_sizes(self, layers: int, chats: int) -> list[float]:
        """Weights, keys and values of the last `layers` layers; the output layer is the last."""
        kv = self.kv * self.context * chats
        sizes = [weights + kv for weights in self.weights[:-1]] + [float(self.weights[-1])]
        return sizes[len(sizes) - layers :]

    @staticmethod
    def _fits(counts: Sequence[int], sizes: Sequence[float], room: Sequence[float]) -> bool:
        at = 0
        for count, space in zip(counts, room, strict=True):
            if count and sum(sizes[at : at + count]) > space:
                return False
            at += count
        return True

    def _plan(self, layers: int, chats: int, split: tuple[int, ...]) -> Plan:
        sizes = self._layer_sizes(layers, chats)
        gpu_bytes, at = [], 0
        for count in split:
            used = sum(sizes[at : at + count])
            gpu_bytes.append(int(used) + _DRIVER + self._work_space(chats) if count else 0)
            at += count
        return Plan(
            model=self.model.path.name,
            n_gpu_layers=layers,
            layers=len(self.weights),
            context=self.context,
            chats=chats,
            tensor_split=tuple(map(float, split)) if sum(map(bool, split)) > 1 else (),
            threads=1,
            kv_type=self.kv_type,
            gpu_bytes=tuple(gpu_bytes),
            memory_bytes=self.main_memory(layers, chats),
            tokens_per_second=self._speed(layers, split),
            gpus=tuple(gpu.name for gpu in self.hardware.gpus),
        )

    def _speed(self, layers: int, split: tuple[int, ...]) -> float | None:
        """Tokens/s of one chat alone: each token reads all weights and half a window's keys."""
        sizes = [
            size + self.kv * self.context / 2 * (number < self.model.n_layers)
            for number, size in enumerate(self.weights)
        ]
        at = len(sizes) - layers
        seconds = sum(sizes[:at]) / (_CPU_BANDWIDTH * GB)
        for gpu, count in zip(self.hardware.gpus, split, strict=True):
            if count and gpu.bandwidth is None:
                return None
            if count:
                seconds += sum(sizes[at : at + count]) / ((gpu.bandwidth or 1) * GB)
            at += count
        if layers == 0:
            return None  # main memory's speed is not known
        return _USED_BANDWIDTH / seconds


def plan_for_buyer(
    size: str, gpu_gb: Sequence[float], *, context: int = 4_096
) -> list[tuple[str, float, Plan | None]]:
    """What would fit: for each quantisation its file's GB and the plan on GPUs of `gpu_gb` GB.

    The plan is None where the model does not fit on the GPUs whole. `size`: "7b", "13b", "70b".
    The speed is that of an H100 with 80 GB, an L40S with 48 or an RTX 4090 with 24, so that the
    figure stands for the class of GPU.
    """
    hardware = Hardware(
        tuple(_bought(number, memory) for number, memory in enumerate(gpu_gb)), 64 * GB, 16
    )
    rows: list[tuple[str, float, Plan | None]] = []
    for quantisation in QUANTISATIONS:
        model = llama_2(size, quantisation)
        try:
            found: Plan | None = plan(model, hardware, context=context)
        except PlanError:
            found = None
        if found is not None and found.n_gpu_layers < found.layers:
            found = None
        rows.append((quantisation, model.size / GB, found))
    return rows


def buyers_table(size: str, gpu_gb: Sequence[float], *, context: int = 4_096) -> str:
    """`plan_for_buyer` as a table in words."""
    if size not in LLAMA_2:
        raise PlanError(f"no size {size}; there are {', '.join(LLAMA_2)}")
    gpus = " + ".join(f"{memory:g} GB" for memory in gpu_gb)
    lines = [
        f"Llama 2 {size.upper()} chat on {gpus} of GPU memory, window {context:,} tokens",
        f"{'quantisation':<14}{'file':>9}  {'fits':<6}{'chats at once':>14}{'tokens/s':>10}",
    ]
    for quantisation, gigabytes, found in plan_for_buyer(size, gpu_gb, context=context):
        row = f"{quantisation:<14}{gigabytes:>6.1f} GB  "
        if found is None:
            row += "no"
        else:
            speed = found.tokens_per_second
            row += f"{'yes':<6}{found.chats:>14}{_round(speed) if speed else '?':>10}"
        lines.append(row)
    return "\n".join(lines)


def _bought(number: int, gigabytes: float) -> Gpu:
    classes = ((96, "H200"), (60, "H100"), (40, "L40S"), (24, "RTX 4090"), (0, "RTX 4070"))
    alike = next(name for least, name in classes if gigabytes >= least)
    memory = int(gigabytes * GB)
    return Gpu(f"{gigabytes:g} GB, like {alike}, {number}", memory, memory, bandwidth_of(alike))


def _in_proportion(layers: int, room: Sequence[float]) -> tuple[int, ...]:
    """Whole numbers that sum to `layers`, in proportion to `room`."""
    usable = [max(0.0, space) for space in room]
    counts, before, total = [], 0, 0.0
    for space in usable:
        total += space
        until = round(layers * total / (sum(usable) or 1))
        counts.append(until - before)
        before = until
    return tuple(counts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _round(speed: float) -> str:
    """Two digits: it is an expectation."""
    return f"{float(f'{speed:.2g}'):,.0f}" if speed >= 10 else f"{speed:.1f}"
