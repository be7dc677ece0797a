"""Texts of tiles whose outcome depends on how many threads a block has: one thread proves nothing of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from checking import judged
from conftest import other_release
from running import load

from synthesis import KernelGenerator, KernelSpec, Pair, SynthesisPipeline, get_frontend
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import Lowered
from synthesis.verification.judge import Judgement
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("warp")
NEEDS_GPU = Unproved(Hindrance.NEEDS_GPU)
LEVELS = ("cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward")


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(get_frontend("warp")) as started:
        yield started


def drawn(category: str, *marks: str) -> KernelSpec:
    """The first kernel of a category whose source has all the marks, with backward texts whatever it declares."""
    generator = KernelGenerator("warp", seed=3)
    specs = (generator.generate(category, number) for number in range(100))
    spec = next(spec for spec in specs if all(mark in spec.source for mark in marks))
    options = {**spec.signature.options, "enable_backward": True}
    return replace(
        spec,
        source=spec.source.replace("(enable_backward=False)", ""),
        signature=replace(spec.signature, options=options),
    )


def judgement_of(verifier: Verifier, spec: KernelSpec) -> Judgement:
    frontend, kernel = get_frontend("warp"), load(spec)
    (lowered,) = frontend.compiler.lower([kernel], [frontend.level(name) for name in LEVELS], device="cpu+cuda")
    assert isinstance(lowered, Lowered)
    (found,) = judged(verifier, spec, {name: text for name, text in lowered.texts.items() if text is not None})
    return found


def test_what_each_thread_stores_of_a_block_is_not_differentiated_by_one_thread(verifier: Verifier) -> None:
    found = judgement_of(verifier, drawn("tile_reduction", "wp.tile_sum", "[0]", "enable_backward=False"))
    assert set(found.verdict.verified) == {"cpp_forward", "cpp_backward", "cuda_forward"}
    assert found.verdict.unverified == {"cuda_backward": NEEDS_GPU}


def test_what_the_block_stores_as_a_tile_is(verifier: Verifier) -> None:
    found = judgement_of(verifier, drawn("tile_reduction", "wp.tile_sum", "wp.tile_store"))
    assert set(found.verdict.verified) == set(LEVELS)


def test_a_text_that_no_cpu_runs_is_as_wrong_as_the_same_statements_for_a_cpu(verifier: Verifier) -> None:
    found = judgement_of(verifier, drawn("tile", "wp.tile_from_thread"))
    assert set(found.failed) == {"cpp_backward", "cuda_backward"}
    if found.failed["cuda_backward"].symptom == "build_error" and other_release("warp"):
        pytest.skip(f"this Warp's headers lack an adjoint: {other_release('warp')}")
    assert found.failed["cuda_backward"].symptom == "wrong_gradient"
    assert "cpp_backward of the same statements" in found.failed["cuda_backward"].detail
    assert found.verdict.unverified == {"cuda_forward": NEEDS_GPU}


def test_drawn_kernels_whose_threads_store_a_block_s_number_have_no_backward_text() -> None:
    made = SynthesisPipeline("warp", seed=3, recipe=["tile_reduce"]).outcomes(range(24))
    pairs = [each for each in made if isinstance(each, Pair)]
    stores = [each for each in pairs if "wp::array_store(" in (each.texts["cuda_forward"] or "")]
    assert len(stores) >= 4
    assert all(each.texts["cpp_backward"] is None and each.texts["cuda_backward"] is None for each in stores)
    assert all("cuda_backward" in each.verdict.verified for each in pairs if each.texts["cuda_backward"] is not None)
