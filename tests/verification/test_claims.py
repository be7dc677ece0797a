"""What a stranger's row says of its kernel, held against the kernel itself."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from synthesis import KernelGenerator, get_frontend
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Kernel
from synthesis.generator import draw
from synthesis.verification.claims import LARGEST_ARRAY, refuted_claim

DRAWN = 60
"""Kernels a front end, one or two of each recipe's category; none of them may be refused."""

WARP = """
import warp as wp

@wp.func
def put(a: wp.array(dtype=float), i: int, value: float):
    a[i] = value

@wp.func
def grown(a: wp.array(dtype=float), i: int):
    return a[i] + 1.0

@wp.kernel
def step(
    n: int,
    x: wp.array(dtype=float),
    k: wp.array(dtype=int),
    a: wp.array(dtype=float),
    b: wp.array(dtype=float),
    c: wp.array(dtype=float),
):
    i = wp.tid()
    a[i] = x[i] * float(k[i] + n) * float(a.shape[0])
    put(b, i, x[i])
    c[i] = grown(c, i)
"""
UNIT = Domain(low=0.1, high=1.0)
X = Argument(name="x", type_name="wp.array(dtype=float)", dtype="float32", shape=(8,), domain=UNIT)
N = Argument(name="n", type_name="int", dtype="int32", domain=Domain(low=3, high=3))
K = replace(X, name="k", type_name="wp.array(dtype=int)", dtype="int32", domain=Domain(low=0, high=9))
OUTPUTS = {
    "a": replace(X, name="a", role=Role.OUTPUT, domain=None),
    "b": replace(X, name="b", role=Role.OUTPUT, domain=None),
    "c": replace(X, name="c", role=Role.INOUT),
}
STEP = KernelSpec(
    frontend="warp",
    name="step",
    category="",
    source=WARP,
    signature=Signature(arguments=(N, X, K, *OUTPUTS.values()), launch=(8,), differentiable=("x", "c")),
)


def changed(argument: str, **fields: Any) -> KernelSpec:
    """The row with another claim of one argument."""
    arguments = tuple(replace(each, **fields) if each.name == argument else each for each in STEP.signature.arguments)
    return replace(STEP, signature=replace(STEP.signature, arguments=arguments))


def refuted(spec: KernelSpec) -> str | None:
    frontend = get_frontend(spec.frontend)
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel), kernel
    try:
        return refuted_claim(spec, kernel)
    finally:
        frontend.compiler.release([kernel])


def false_claims() -> Iterator[tuple[KernelSpec, str]]:
    yield changed("x", domain=Domain(low=2.0, high=2.0)), "x is said to be in [2, 2]; the width must be"
    yield changed("x", domain=Domain(low=0.0, high=0.0)), "x is said to be in [0, 0]; the width must be"
    yield changed("c", domain=Domain(low=1000.0, high=1000.5)), "c is said to be in [1000, 1000.5]; the width must"
    yield changed("k", domain=Domain(low=1, high=1)), "k is said to hold only 1; an array that is read needs more"
    yield changed("x", shape=(0,)), "x is said to have shape [0]; allowed: 1 to 16777216 elements"
    yield changed("x", shape=(LARGEST_ARRAY + 1,)), "x is said to have shape [16777217]; allowed:"
    yield changed("c", role=Role.OUTPUT, domain=None), "c is said to be an output; the source reads and writes it"
    yield changed("a", role=Role.INPUT, domain=UNIT), "a is said to be an input; the source only writes it"
    yield changed("b", role=Role.INPUT, domain=UNIT), "b is said to be an input; the source only writes it"
    yield changed("x", role=Role.INOUT), "x is said to be an inout; the source only reads it"
    yield changed("x", dtype="float64"), "x is said to be float64 of 1 dimensions; it is float32 of 1 dimensions"
    yield changed("x", shape=(8, 2)), "x is said to be float32 of 2 dimensions; it is float32 of 1 dimensions"
    yield changed("x", element=(3,)), "x is said to be float32[3] of 1 dimensions; it is float32 of 1 dimensions"
    yield changed("x", name="y"), "the arguments are said to be n, y, k, a, b, c; they are n, x, k, a, b, c"
    for launch in ((0,), (), (2**13, 2**13)):
        yield (
            replace(STEP, signature=replace(STEP.signature, launch=launch)),
            f"the launch is said to be {list(launch)}",
        )
    trimmed = replace(STEP.signature, differentiable=("c",))
    yield replace(STEP, signature=trimmed), "the arguments with a gradient are said to be c; they are x, c"


@pytest.mark.needs("warp")
@pytest.mark.parametrize(
    ("spec", "words"), list(false_claims()), ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_false_claim_is_told_with_what_is_right(spec: KernelSpec, words: str) -> None:
    assert (refuted(spec) or "").startswith(words)


@pytest.mark.needs("warp")
def test_claims_that_ask_no_less_of_a_text_are_believed() -> None:
    assert refuted(STEP) is None
    # Starting from values where poison would do; sizes and counts; no claim of derivatives at all.
    spec = changed("a", role=Role.INOUT, domain=Domain(low=0.0, high=0.0))
    spec = replace(spec, signature=replace(spec.signature, differentiable=("x", "a", "c")))
    assert refuted(spec) is None
    assert refuted(replace(STEP, signature=replace(STEP.signature, differentiable=()))) is None


@pytest.fixture
def jax_row() -> KernelSpec:
    results = (
        replace(X, name="result_0", type_name="f32[8]", role=Role.OUTPUT, domain=None),
        replace(X, name="result_1", type_name="f32[]", shape=(), role=Role.OUTPUT, domain=None),
    )
    signature = Signature(
        arguments=(replace(X, type_name="f32[8]"), replace(X, name="y", type_name="f32[8]")),
        results=results,
        differentiable=("x", "y"),
        cotangents=("ct_result_0", "ct_result_1"),
        options=KernelGenerator("jax", 0).spec(0).signature.options,
    )
    source = "import jax.numpy as jnp\n\n\ndef f(x, y):\n    return jnp.sin(x) + y, jnp.sum(x * y)\n"
    return KernelSpec(frontend="jax", name="f", category="", source=source, signature=signature)


@pytest.mark.needs("jax")
def test_lists_of_a_function_that_were_cut_are_told(jax_row: KernelSpec) -> None:
    def said(**fields: Any) -> str | None:
        return refuted(replace(jax_row, signature=replace(jax_row.signature, **fields)))

    whole = jax_row.signature
    assert said() is None
    assert said(results=whole.results[:1]) == "the results are said to be result_0; they are result_0, result_1"
    assert said(differentiable=("x",)) == "the arguments with a gradient are said to be x; they are x, y"
    assert said(cotangents=("ct_result_0",)) == (
        "the cotangents are said to be ct_result_0; they are ct_result_0, ct_result_1"
    )
    assert said(differentiable=()) == "the arguments with a gradient are said to be none; they are x, y"
    assert said(differentiable=(), cotangents=()) is None
    assert said(results=(replace(whole.results[0], shape=(4,)), whole.results[1])) == (
        "result_0 is said to have shape (4,); it has (8,)"
    )
    assert said(launch=(8,)) == "the launch is said to be (8,); the kernel has none"


@pytest.mark.parametrize("name", ["warp", "jax"])
def test_no_drawn_kernel_is_refused(name: str) -> None:
    generator = KernelGenerator(get_frontend(name), seed=3)
    for index in range(DRAWN):
        assert refuted(generator.spec(index)) is None, index


@pytest.mark.needs("warp")
def test_an_array_of_a_drawn_kernel_that_its_text_reads_back_is_no_output() -> None:
    """One text of travel times reads the element behind the one that it writes, the others read none."""
    recipe = next(each for each in get_frontend("warp").drawer.recipes if each.name == "segment")
    specs = [draw(recipe, Stream("roles", number), "sort_segment") for number in range(40)]
    told = [(spec, each.role) for spec in specs for each in spec.signature.arguments if each.name == "time_to_go"]
    assert {role for _, role in told} == {Role.OUTPUT, Role.INOUT}
    for wanted in (Role.OUTPUT, Role.INOUT):
        assert [refuted(spec) for spec, role in told if role is wanted][:2] == [None, None]
