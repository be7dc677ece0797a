"""Further draws of integers that may be indices, which show faults and an order of programs that matters."""

import pytest

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.frontends.base import OutOfBoundsError
from synthesis.frontends.triton.reference.oracle import TritonReference
from synthesis.verification.draws import Draws

_SOURCE = """import triton
import triton.language as tl


@triton.jit
def pick(x_ptr, label_ptr, out_ptr):
    row = tl.program_id(0)
    tl.store(out_ptr + row, tl.load(x_ptr + row * 50 + tl.load(label_ptr + row)))
"""


def _try(labels: Domain, *, recorded: bool = False, source: str = _SOURCE) -> str | None:
    label = Argument(
        name="label_ptr", type_name="*i32", dtype="int32", shape=(6,), domain=labels,
        base=(3,) if recorded else (), recorded=recorded,
    )  # fmt: skip
    arguments = (
        Argument(name="x_ptr", type_name="*fp32", dtype="float32", shape=(6, 50), domain=Domain(low=-1, high=1)),
        label,
        Argument(name="out_ptr", type_name="*fp32", dtype="float32", shape=(6,), role=Role.OUTPUT),
    )
    signature = Signature(arguments=arguments, launch=(6,), call={"constants": {}})
    spec = KernelSpec(frontend="triton", name="pick", category="extracted", source=source, signature=signature)
    return Draws(reference=TritonReference(spec), spec=spec, useful=False, seed=0, draws=6).try_indices().order


@pytest.mark.parametrize("labels", [Domain(low=-1, high=49), Domain(low=0, high=50)])
def test_an_index_of_a_stated_domain_that_few_draws_have_is_found(labels: Domain) -> None:
    with pytest.raises(OutOfBoundsError, match="in x_ptr"):
        _try(labels)


def test_indices_within_bounds_and_recorded_ones_are_no_fault() -> None:
    assert _try(Domain(low=0, high=49)) is None
    assert _try(Domain(low=0, high=0), recorded=True) is None


def test_an_order_of_programs_that_matters_on_few_draws_is_found() -> None:
    scatter = "tl.store(out_ptr + tl.load(label_ptr + row) % 6, tl.load(x_ptr + row))"
    source = _SOURCE.replace(_SOURCE.splitlines()[-1], f"    {scatter}")
    assert _try(Domain(low=0, high=5), source=source) == "out_ptr"
