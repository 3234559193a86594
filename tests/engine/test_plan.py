"""The plan: never more than there is, never less for more, and words an administrator reads."""

import json
import shutil
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import hardware
from app.engine.hardware import GB, Gpu, Hardware, bandwidth_of, detect, detect_from_outside
from app.engine.plan import Plan, PlanError, buyers_table, plan, plan_for_buyer
from app.engine.shapes import LLAMA_2, QUANTISATIONS, llama_2

H100 = Gpu("NVIDIA H100 80GB HBM3", 79 * GB, 80 * GB, 3350)
L40S = Gpu("NVIDIA L40S", 47 * GB, 48 * GB, 864)
RTX = Gpu("NVIDIA GeForce RTX 4090", 24 * GB, 24 * GB, 1008)


def machine(*gpus: Gpu, memory: int = 64 * GB, cores: int = 8) -> Hardware:
    return Hardware(gpus, memory, cores)


def rank(found: Plan | None) -> tuple[int, int]:
    return (found.n_gpu_layers, found.chats) if found else (-1, 0)


def tried(size: str, quantisation: str, on: Hardware, **wishes: object) -> Plan | None:
    try:
        return plan(llama_2(size, quantisation), on, **wishes)  # type: ignore[arg-type]
    except PlanError:
        return None


MEMORIES = st.lists(st.integers(0, 100), max_size=4)


@given(
    size=st.sampled_from(list(LLAMA_2)),
    quantisation=st.sampled_from(QUANTISATIONS),
    gpus=MEMORIES,
    more=MEMORIES,
    memory=st.integers(0, 200),
    context=st.sampled_from([512, 4096]),
    chats=st.none() | st.integers(1, 40),
)
@settings(max_examples=150, deadline=None)
def test_never_over_memory_and_more_memory_never_gives_less(
    size: str,
    quantisation: str,
    *,
    gpus: list[int],
    more: list[int],
    memory: int,
    context: int,
    chats: int | None,
) -> None:
    small = [Gpu(f"gpu {n}", free * GB, free * GB, 1000) for n, free in enumerate(gpus)]
    large = [
        Gpu(gpu.name, gpu.free + extra * GB, gpu.total + extra * GB, 1000)
        for gpu, extra in zip(small, [*more, 0, 0, 0, 0], strict=False)
    ]
    plans = [
        tried(size, quantisation, machine(*some, memory=memory * GB), context=context, chats=chats)
        for some in (small, large)
    ]
    for found, there in zip(plans, (small, large), strict=True):
        if found is None:
            continue
        assert len(found.gpu_bytes) == len(there)
        assert all(used <= gpu.free for used, gpu in zip(found.gpu_bytes, there, strict=True))
        assert found.memory_bytes <= memory * GB
        assert 1 <= found.chats <= (chats or 32)
        assert found.kv_cells == found.chats * found.context
        if found.tensor_split:
            assert sum(found.tensor_split) == found.n_gpu_layers
        assert found.in_words()
    assert rank(plans[1]) >= rank(plans[0])


def test_everything_on_one_big_gpu() -> None:
    found = plan(llama_2("7b", "Q4_K_M"), machine(H100))
    assert found.n_gpu_layers == found.layers == 33
    assert found.chats == 32
    assert found.tensor_split == ()
    words = found.in_words()
    assert "33 of 33 layers on GPU 0 (NVIDIA H100 80GB HBM3)" in words
    assert "32 chats at 4,096 tokens at once" in words
    assert "tokens/s for one chat alone, from memory bandwidth" in words
    # the data sheet's bandwidth over the bytes of a token is the most that there can be
    assert found.tokens_per_second is not None
    assert 200 < found.tokens_per_second < 3350 / 4.0


def test_a_model_that_fits_in_part_says_what_it_costs() -> None:
    found = plan(llama_2("70b", "Q4_K_M"), machine(RTX))
    assert 0 < found.n_gpu_layers < found.layers == 81
    assert found.tokens_per_second is not None
    assert found.tokens_per_second < 5
    assert "smaller quantisation or a larger GPU" in found.in_words()


def test_two_gpus_share_in_proportion_to_their_room() -> None:
    found = plan(llama_2("70b", "Q4_K_M"), machine(L40S, RTX), chats=2)
    assert found.n_gpu_layers == 81
    assert found.tensor_split[0] > 1.5 * found.tensor_split[1] > 0
    assert "GPU 0 (NVIDIA L40S), GPU 1 (NVIDIA GeForce RTX 4090)" in found.in_words()


def test_without_gpu_one_core_is_left() -> None:
    found = plan(llama_2("7b", "Q4_K_M"), machine(cores=8))
    assert (found.n_gpu_layers, found.threads) == (0, 7)
    assert "on the CPU with 7 threads" in found.in_words()
    assert plan(llama_2("7b", "Q4_K_M"), machine(cores=1)).threads == 1
    assert plan(llama_2("7b", "Q4_K_M"), machine(), threads=3).threads == 3


def test_a_gpu_that_the_build_cannot_use_is_named() -> None:
    on = Hardware((), 64 * GB, 8, unusable=("NVIDIA H100",))
    assert "NVIDIA H100 is there" in plan(llama_2("7b", "Q8_0"), on).in_words()
    assert "make run GPU=cuda" in plan(llama_2("7b", "Q8_0"), on).in_words()


def test_what_does_not_fit_says_by_how_much() -> None:
    with pytest.raises(PlanError, match=r"takes 4[0-9]\.\d GB, and 12\.8 GB.*smaller quant"):
        plan(llama_2("70b", "Q4_K_M"), machine(memory=16 * GB))


def test_wishes_are_kept_or_answered() -> None:
    model = llama_2("7b", "Q4_K_M")
    assert plan(model, machine(H100), gpu_layers=10).n_gpu_layers == 10
    assert plan(model, machine(H100), gpu_layers=-1).n_gpu_layers == 33
    assert plan(model, machine(H100), gpu_layers=0).n_gpu_layers == 0
    assert plan(model, machine(H100), chats=5).chats == 5
    cut = plan(model, machine(RTX), chats=100)
    assert f"Only {cut.chats} of the 100 chats" in cut.in_words()
    part = plan(llama_2("70b", "Q8_0"), machine(RTX, memory=99 * GB), gpu_layers=81)
    assert f"Only {part.n_gpu_layers} of the 81 layers" in part.in_words()
    longer = plan(model, machine(H100), context=100_000)
    assert longer.context == 4096
    assert "trained on 4,096 tokens" in longer.in_words()


def test_smaller_keys_and_values_make_room_for_more_chats() -> None:
    model = llama_2("7b", "Q4_K_M")
    assert plan(model, machine(RTX), kv_type="q8_0").chats > plan(model, machine(RTX)).chats


def test_the_buyers_table() -> None:
    rows = {name: found for name, _, found in plan_for_buyer("70b", [80])}
    assert list(rows) == list(QUANTISATIONS)
    assert rows["Q4_K_M"] is not None
    assert rows["F16"] is None
    table = buyers_table("70b", [80])
    assert "Llama 2 70B chat on 80 GB" in table
    assert [line.split()[3] for line in table.splitlines()[2:]] == ["yes"] * 4 + ["no"]
    assert "48 GB + 48 GB" in buyers_table("70b", [48, 48])
    with pytest.raises(PlanError, match="7b, 13b, 70b"):
        buyers_table("8b", [80])


def test_this_machine_can_be_looked_at_from_outside() -> None:
    seen = detect_from_outside()
    assert seen.cores >= 1
    assert seen.free_memory > 0
    assert [gpu.name for gpu in seen.gpus] == [gpu.name for gpu in detect().gpus]


def test_a_child_that_dies_is_a_machine_without_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(command: list[str], **_: object) -> None:
        raise subprocess.CalledProcessError(-6, command)

    monkeypatch.setattr(subprocess, "run", dies)
    assert detect_from_outside().gpus == ()


def test_nvidias_tool_names_what_llama_cpp_cannot_use(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "NVIDIA H100 80GB HBM3, 80995, 81559\nTesla T4, 15000, 15360\n"
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda command, **_: subprocess.CompletedProcess(command, 0, stdout=text, stderr=""),
    )
    first, second = hardware._nvidia_smi()
    assert (first.name, first.free, first.bandwidth) == (
        "NVIDIA H100 80GB HBM3", 80995 << 20, 3350,
    )  # fmt: skip
    assert second.bandwidth == 320


def test_bandwidths_are_told_apart_by_name() -> None:
    assert bandwidth_of("NVIDIA H100 PCIe") == 2000
    assert bandwidth_of("NVIDIA H200") == 4800
    assert bandwidth_of("NVIDIA L4") == 300
    assert bandwidth_of("NVIDIA L40S") == 864
    assert bandwidth_of("Something new") is None


def test_the_module_prints_the_machine_as_json() -> None:
    code = "from app.engine.hardware import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout)) == {"gpus", "free_memory", "cores", "unusable"}
