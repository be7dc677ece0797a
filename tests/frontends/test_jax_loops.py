"""A loop that XLA leaves out is run by the interpreter, which leaves nothing out: what never ends is not right."""

import numpy as np
import pytest

from synthesis.errors import Symptom
from synthesis.frontends.base import Outcome, Program, Purpose, numbered
from synthesis.isolation.confinement import Confinement
from synthesis.records import Argument, Rejection, Role, Signature
from synthesis.registry import get_frontend
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


def ran(loop: str) -> Outcome | Rejection:
    array = Argument(name="a", type_name="f32", dtype="float32", shape=(24, 24), role=Role.INPUT)
    level = get_frontend("jax").level("stablehlo")
    signature = Signature(arguments=(array,), results=(array,))
    runs = numbered(Purpose.DRAW, [{"a": np.full((24, 24), 0.01, np.float32)}] * 6)
    program = Program(name="loops", level=level, text=_TEXT.replace("@LOOP@", loop), signature=signature, runs=runs)
    with Verifier(get_frontend("jax"), time_limit=2.0, confinement=Confinement(), strangers=True, again=False) as used:
        (found,) = used.run([program])
    return found


@pytest.mark.parametrize("loop", [
    f"{_FOR_EVER} return %r : {_KIND}",
    f"{_FOR_EVER} %x = stablehlo.select %no, %e, %r : tensor<i1>, {_KIND} return %x : {_KIND}",
    f"{_FOR_EVER} return %e : {_KIND}",
], ids=["nobody needs it", "nobody takes it", "it changes nothing"])  # fmt: skip
def test_a_loop_without_end_is_a_timeout_where_xla_leaves_it_out(loop: str) -> None:
    found = ran(loop)
    assert isinstance(found, Rejection)
    assert found.symptom is Symptom.TIMEOUT


@pytest.mark.parametrize("result", [f"%r : {_KIND}", f"%e#1 : {_KIND}"], ids=["nobody needs it", "its result"])
def test_a_loop_that_ends_is_no_harm(result: str) -> None:
    assert not isinstance(ran(f"{_SEVEN_TIMES} return {result}"), Rejection)
