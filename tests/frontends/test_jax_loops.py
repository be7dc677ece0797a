"""A loop that XLA leaves out is run by the interpreter, which leaves nothing out: what never ends is not right."""

import numpy as np
import pytest

from synthesis.core.errors import Symptom
from synthesis.core.records import Rejection
from synthesis.core.sandbox.confinement import Confinement
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Outcome, Program, Purpose, numbered
from synthesis.frontends.registry import get_frontend
from synthesis.verification.verifier import Verifier

_KIND = "tensor<24x24xf32>"
_TEXT = f"""module @loops {{
  func.func public @main(%a: {_KIND}) -> ({_KIND}) {{
    %s = stablehlo.dot_general %a, %a, contracting_dims = [1] x [0] : ({_KIND}, {_KIND}) -> {_KIND}
    %r = stablehlo.dot_general %s, %a, contracting_dims = [1] x [0] : ({_KIND}, {_KIND}) -> {_KIND}
    %no = stablehlo.constant dense<false> : tensor<i1>
    @LOOP@
  }}
}}"""
_FOR_EVER = (
    f"%e = stablehlo.while(%it = %s) : {_KIND} cond {{ %t = stablehlo.constant dense<true> : tensor<i1> "
    f"stablehlo.return %t : tensor<i1> }} do {{ stablehlo.return %it : {_KIND} }}"
)
_SEVEN_TIMES = (
    f"%z = stablehlo.constant dense<0> : tensor<i32> %e:2 = stablehlo.while(%i = %z, %it = %s) : tensor<i32>, {_KIND} "
    "cond { %n = stablehlo.constant dense<7> : tensor<i32> %t = stablehlo.compare LT, %i, %n : "
    "(tensor<i32>, tensor<i32>) -> tensor<i1> stablehlo.return %t : tensor<i1> } do { %one = stablehlo.constant "
    f"dense<1> : tensor<i32> %j = stablehlo.add %i, %one : tensor<i32> %q = stablehlo.cosine %it : {_KIND} "
    f"stablehlo.return %j, %q : tensor<i32>, {_KIND} }}"
)


_HLO = """HloModule loops

body {
  it = f32[24,24] parameter(0)
  ROOT same = f32[24,24] copy(it)
}

condition {
  it = f32[24,24] parameter(0)
  ROOT yes = pred[] constant(true)
}

ENTRY main {
  a = f32[24,24] parameter(0)
  for_ever = f32[24,24] while(a), condition=condition, body=body
  ROOT r = f32[24,24] sine(a)
}
"""
_SIZES = (24, 200)
"""One that the interpreter runs quickly, and one that it does not."""


def ran(text: str, size: int, level: str = "stablehlo") -> Outcome | Rejection:
    array = Argument(name="a", type_name="f32", dtype="float32", shape=(size, size), role=Role.INPUT)
    program = Program(
        name="loops",
        level=get_frontend("jax").level(level),
        text=text.replace("24x24", f"{size}x{size}"),
        signature=Signature(arguments=(array,), results=(array,)),
        runs=numbered(Purpose.DRAW, [{"a": np.full((size, size), 0.01, np.float32)}] * 6),
    )
    with Verifier(get_frontend("jax"), time_limit=2.0, confinement=Confinement(), untrusted=True, again=False) as used:
        (found,) = used.run([program])
    return found


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("loop", [
    f"{_FOR_EVER} return %r : {_KIND}",
    f"{_FOR_EVER} %x = stablehlo.select %no, %e, %r : tensor<i1>, {_KIND} return %x : {_KIND}",
    f"{_FOR_EVER} return %e : {_KIND}",
], ids=["nobody needs it", "nobody takes it", "it changes nothing"])  # fmt: skip
def test_a_loop_without_end_costs_the_text_its_results_where_xla_leaves_it_out(loop: str, size: int) -> None:
    found = ran(_TEXT.replace("@LOOP@", loop), size)
    assert isinstance(found, Rejection)
    assert found.symptom in (Symptom.TIMEOUT, Symptom.CRASH)


def test_so_does_one_in_hlo() -> None:
    assert isinstance(ran(_HLO, 24, "hlo"), Rejection)
    ends = _HLO.replace("  for_ever = f32[24,24] while(a), condition=condition, body=body\n", "")
    assert not isinstance(ran(ends, 24, "hlo"), Rejection)


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("result", [f"%r : {_KIND}", f"%e#1 : {_KIND}"], ids=["nobody needs it", "its result"])
def test_a_loop_that_ends_does_no_harm(result: str, size: int) -> None:
    assert not isinstance(ran(_TEXT.replace("@LOOP@", f"{_SEVEN_TIMES} return {result}"), size), Rejection)
