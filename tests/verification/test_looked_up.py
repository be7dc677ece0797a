"""Kernels that a decorator of the user's own declares, or that look functions up: rows that stand by themselves."""

import importlib
import inspect
from pathlib import Path

import pytest
from checking import judged_with, pairs_of

from synthesis import Pair

pytestmark = pytest.mark.needs("warp")


def rows_of(folder: Path, source: str) -> dict[str, Pair]:
    """The verified pairs of a file, by name."""
    path = folder / "own.py"
    path.write_text(source)
    return pairs_of(path)


OWN_DECORATORS = """
import warp as wp

def my_kernel(f):
    return wp.kernel(f, enable_backward=False)

def with_options(**options):
    def wrap(f):
        return wp.kernel(f, **options)
    return wrap

def counted(kernel):
    SEEN.append(kernel)
    return kernel

def my_func(f):
    return wp.func(f)

SEEN = []

@my_func
def thrice(x: float):
    return x * 3.0

@my_kernel
def plainly(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = thrice(x[i])

@with_options(
    module="unique",
    module_options={"fast_math": True},
)
def with_own_module(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = wp.exp(x[i])

@counted
@wp.kernel
def listed(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = wp.sin(x[i])
"""


def test_a_decorator_of_ones_own_stands_as_warps_with_the_options_of_the_kernel(tmp_path: Path) -> None:
    found = rows_of(tmp_path, OWN_DECORATORS)
    heads = {
        "plainly": "@wp.kernel(enable_backward=False)",
        "with_own_module": "@wp.kernel(module='unique', module_options={'fast_math': True})",
        "listed": "@wp.kernel",
    }
    assert found.keys() == heads.keys()
    for name, head in heads.items():
        lines = found[name].spec.source.splitlines()
        assert head in lines, found[name].spec.source
        assert not any("my_" in line or "with_options" in line or "SEEN" in line for line in lines)
        assert {"cpp_forward", "cuda_forward"} <= set(found[name].verdict.verified), found[name].verdict
    assert found["plainly"].spec.signature.options["enable_backward"] is False
    assert found["with_own_module"].spec.signature.options["fast_math"] is True


TABLES = """
import warp as wp

@wp.func
def square(x: float):
    return x * x

def make(k):
    @wp.func
    def scaled(x: float):
        return k * x
    return scaled

TABLE = {"square": square, "twice": make(2.0), "sine": wp.sin}

class Held:
    functions = [square, TABLE["twice"]]

@wp.kernel
def by_name(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = wp.static(TABLE["square"])(x[i]) + wp.static(TABLE["sine"])(x[i])

@wp.kernel
def by_number(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = wp.static(Held.functions[1])(x[i])

def chosen(name):
    @wp.kernel
    def looked_up(x: wp.array(dtype=float), y: wp.array(dtype=float)):
        i = wp.tid()
        y[i] = wp.static(TABLE[name])(x[i])
    return looked_up

KERNEL = chosen("twice")
"""


def test_a_function_that_a_table_holds_stands_in_the_source(tmp_path: Path) -> None:
    found = rows_of(tmp_path, TABLES)
    assert found.keys() == {"by_name", "by_number", "looked_up"}
    for pair in found.values():
        assert pair.spec.self_contained
        assert "TABLE" not in pair.spec.source
        assert {"cpp_forward", "cpp_backward"} <= set(pair.verdict.verified), (pair.spec.source, pair.verdict)


def test_a_wrong_text_of_a_kernel_with_a_decorator_of_ones_own_is_refused(tmp_path: Path) -> None:
    pair = rows_of(tmp_path, OWN_DECORATORS)["plainly"]
    text = str(pair.texts["cpp_forward"])
    wrong = text.replace("3.0", "3.1")
    right, changed = judged_with(pair, "cpp_forward", wrong)
    assert right.verdict.verified == ("cpp_forward",)
    assert list(changed.failed) == ["cpp_forward"]


MADE = """
import warp as wp

def made(rate: float):
    @wp.func
    def f(x: float):
        return rate * x
    return f

slow = made(2.0)
fast = made(3.0)

@wp.kernel
def both(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = slow(x[i]) - fast(x[i] * x[i])

@wp.func(name="halved")
def half(x: float):
    return 0.5 * wp.float(x)

@wp.kernel
def by_another_name(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = half(x[i])
"""


@pytest.mark.parametrize(("name", "named"), [("both", ("f_0", "f_1")), ("by_another_name", ("halved_0",))])
def test_functions_have_the_names_in_the_texts_that_warp_knows_them_by(
    tmp_path: Path, name: str, named: tuple[str, ...]
) -> None:
    pair = rows_of(tmp_path, MADE)[name]
    assert {"cpp_forward", "cpp_backward", "cuda_forward"} <= set(pair.verdict.verified), pair.verdict
    assert all(f" {each}(" in str(pair.texts["cpp_forward"]) for each in named)


OUT_OF_LINE = """
import warp as wp

def kernel_of(rate: float):
    @wp.func(inline=False)
    def apart(x: float):
        return rate * x

    @wp.kernel
    def not_inlined(x: wp.array(dtype=float), y: wp.array(dtype=float)):
        i = wp.tid()
        y[i] = apart(x[i])

    return not_inlined

not_inlined = kernel_of(2.0)
"""


def test_a_function_that_is_written_out_stays_out_of_line(tmp_path: Path) -> None:
    if "inline" not in inspect.signature(importlib.import_module("warp").func).parameters:
        pytest.skip("this release of Warp has no option inline of wp.func")
    pair = rows_of(tmp_path, OUT_OF_LINE)["not_inlined"]
    assert {"cpp_forward", "cpp_backward", "cuda_forward"} <= set(pair.verdict.verified), pair.verdict
    assert "WP_NOINLINE" in str(pair.texts["cpp_forward"])
