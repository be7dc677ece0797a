"""Dead statements and idle arguments of drawn Triton kernels."""

from textwrap import dedent, indent

import numpy as np

from synthesis import KernelGenerator
from synthesis.core.signatures import Domain
from synthesis.frontends.triton.recipes.pruning import needed, pruned
from synthesis.frontends.triton.recipes.samples import evaluated, sampled
from synthesis.verification.usefulness import dead_names


def _body(text: str) -> str:
    return indent(dedent(text).strip("\n"), "    ")


def test_drawn_kernels_read_all_that_they_assign() -> None:
    generator = KernelGenerator("triton", 6)
    for index in range(150):
        source = generator.spec(index).source
        assert not dead_names(source), source


def test_pruning_removes_what_nothing_needs() -> None:
    lines = """
    x = tl.load(x_ptr)
    # the largest so far
    top = 0.0
    total = 0.0
    for i in range(4):
        top = tl.maximum(top, x)
        total += x
    old = tl.atomic_add(count_ptr, 1)
    if FLAG:
        top = x
    else:
        total = total * 2.0
    tl.store(out_ptr, total)
    """
    left = """
    x = tl.load(x_ptr)
    total = 0.0
    for i in range(4):
        total += x
    tl.atomic_add(count_ptr, 1)
    if not FLAG:
        total = total * 2.0
    tl.store(out_ptr, total)
    """
    assert pruned(_body(lines)) == _body(left)


def test_values_of_the_next_iteration_are_kept() -> None:
    lines = _body("""
    y = 0.0
    last = 0.0
    for i in range(4):
        y = y + last
        last = tl.load(x_ptr + i)
    tl.store(out_ptr, y)
    """)
    assert pruned(lines) == lines


def test_what_only_another_branch_reads_is_not_needed() -> None:
    lines = _body("""
    if HAS_BIAS and MODE == 'add':
        b = tl.load(b_ptr)
    else:
        b = 0.0
    tl.store(out_ptr, b)
    """)
    assert "b_ptr" not in needed(lines, {"HAS_BIAS": False, "MODE": "add"})
    assert "b_ptr" not in needed(lines, {"HAS_BIAS": True, "MODE": "none"})
    assert "b_ptr" in needed(lines, {"HAS_BIAS": True, "MODE": "add"})
    assert "b_ptr" in needed(lines, {"MODE": "add"})


def test_an_operation_that_loses_an_argument_is_recognised() -> None:
    x = sampled(0, "x_ptr", Domain(low=0.25, high=3))
    y = sampled(1, "y_ptr", Domain(low=4, high=5))
    assert evaluated("tl.maximum(x, 0.0)", {"x": x})
    assert evaluated("tl.minimum(x, 0.0)", {"x": x}) is None
    assert evaluated("tl.maximum(x, y)", {"x": x, "y": y}) is None
    assert evaluated("1.0 / (x - x)", {"x": x}) is None
    made = evaluated("x * y", {"x": x, "y": y})
    assert made is not None
    assert set(made) == {"", "x_ptr", "y_ptr"}
    assert np.array_equal(made["y_ptr"], x[""] * y["y_ptr"])
