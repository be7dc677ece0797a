"""A derivative's text is of no use where the forward text that it belongs to is refused."""

import pytest
from checking import judged, pairs_of_texts

from synthesis import Pair, Symptom, get_frontend
from synthesis.core.verdicts import GradientStatus
from synthesis.frontends.base import Kernel, Lowered
from synthesis.making.candidate import Candidate
from synthesis.making.proving import prove
from synthesis.making.stages import Terms
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier

KERNEL = """
import warp as wp

@wp.kernel
def scaled(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.sin(x[i]) * x[i]
"""
INPUTS = '[scaled]\nx = "f32[16]"\nout = "f32[16]"\ndim = 16\n'


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return pairs_of_texts(tmp_path_factory.mktemp("refused"), KERNEL, INPUTS)["scaled"]


def with_wrong(pair: Pair, *levels: str) -> dict[str, str | None]:
    """The pair's texts, of which some compute another function."""
    texts = dict(pair.texts)
    for level in levels:
        texts[level] = (texts[level] or "").replace("wp::sin(", "wp::cos(")
    return texts


@pytest.mark.needs("warp")
def test_the_backward_text_of_the_same_device_is_refused_with_it(pair: Pair) -> None:
    with Verifier(get_frontend("warp")) as verifier:
        (judgement,) = judged(verifier, pair.spec, with_wrong(pair, "cpp_forward"))
    assert judgement.verdict.verified == ("cuda_forward", "cuda_backward")
    problem = judgement.failed["cpp_backward"]
    assert problem.symptom is Symptom.WRONG_RESULT
    assert problem.detail.startswith("cpp_forward of the same kernel is refused: ")
    assert judgement.verdict.gradient.status is GradientStatus.AGREES


@pytest.mark.needs("warp")
def test_a_kernel_of_which_no_forward_text_passes_is_no_row(pair: Pair) -> None:
    frontend = get_frontend("warp")
    kernel = frontend.load_one(pair.spec)
    assert isinstance(kernel, Kernel)
    texts = with_wrong(pair, "cpp_forward", "cuda_forward")
    plan = make_plan(frontend, kernel, texts, useful=False)
    frontend.compiler.release([kernel])
    candidate = Candidate(spec=pair.spec, lowered=Lowered(texts=texts, line_map={}), plan=plan)
    with Verifier(frontend) as verifier:
        (done,) = prove(verifier, [candidate], Terms(useful=False, fresh=True, whole=True))
    assert done.stopped is not None
    assert done.stopped.symptom is Symptom.WRONG_RESULT
