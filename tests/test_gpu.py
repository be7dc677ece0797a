"""Kernels of every category on a GPU, if there is one: rows' texts pass there, and launches agree with the CPU."""

from typing import Any

import numpy as np
import pytest
import warp as wp_module
from gpu_texts import judged_on_gpu, takes_slots
from running import load, needs_gpu, run, written_part

from synthesis import KernelGenerator, KernelSpec, Pair, SynthesisPipeline, get_frontend
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.verification.inputs import draw_inputs

wp: Any = wp_module
NEEDS_GPU = Unproved(Hindrance.NEEDS_GPU)
GENERATOR = KernelGenerator("warp", seed=8)

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not wp.is_cuda_available(), reason="no NVIDIA GPU here"),
]


def of_category(category: str, count: int) -> list[KernelSpec]:
    return [GENERATOR.generate(category, number) for number in range(count)]


@pytest.mark.parametrize("category", [each for each in GENERATOR.categories if each != "native"])
def test_the_texts_of_rows_are_verified_on_a_gpu(category: str) -> None:
    frontend = get_frontend("warp")
    pipeline = SynthesisPipeline("warp", seed=8, category=[category])
    held: list[bool] = []
    for pair in pipeline.pairs(6):
        assert isinstance(pair, Pair)
        proved = (*pair.verdict.verified, *(name for name, why in pair.verdict.unverified.items() if why == NEEDS_GPU))
        texts = {name: text for name in proved if name.startswith("cuda") and (text := pair.texts[name]) is not None}
        kernel = load(pair.spec)
        judgement = judged_on_gpu(frontend, kernel, texts)
        held.append(set(judgement.verdict.verified) == set(texts) and not judgement.failed)
        frontend.compiler.release([kernel])
    # Another order of atomic additions, and other rounding of functions, may take one kernel in many beyond its
    # tolerance.
    assert sum(held) >= len(held) - 1


@pytest.mark.parametrize("category", [each for each in GENERATOR.categories if each != "native"])
def test_a_gpu_gives_what_the_cpu_gives(category: str) -> None:
    for spec in of_category(category, 4):
        if takes_slots(spec.source):
            continue
        kernel, inputs = load(spec), draw_inputs(spec.signature, 0)
        on_cpu, on_gpu = run(kernel, inputs), run(kernel, inputs, "cuda:0")
        for name, value in on_cpu.items():
            close = np.isclose(on_gpu[name], value, rtol=2e-3, atol=2e-3, equal_nan=True)
            # A comparison of nearly equal numbers may differ for one thread in many.
            assert close.mean() > 0.9, f"{name}\n{spec.source}"
        get_frontend("warp").compiler.release([kernel])


def test_shared_memory_and_barriers_run() -> None:
    seen: set[str] = set()
    for spec in of_category("native", 16):
        assert needs_gpu(spec)
        kernel, inputs = load(spec), draw_inputs(spec.signature, 0)
        (values,) = [inputs[each.name] for each in spec.signature.arguments if each.role == "input"]
        for value in run(kernel, inputs, "cuda:0").values():
            written = written_part(value)
            assert written.size == value.size, spec.source
            assert np.isfinite(written).all()
            if spec.recipe == "block_histogram":
                start = next(inputs[each.name] for each in spec.signature.arguments if each.role == "inout")
                assert value.sum() - start.sum() == values.size
        seen.add(spec.recipe)
        get_frontend("warp").compiler.release([kernel])
    assert len(seen) == 5
