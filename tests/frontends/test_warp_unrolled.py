"""Kernels that unrolling makes long keep their loops."""

import ast

import pytest

pytest.importorskip("warp")

from synthesis import KernelGenerator
from synthesis.frontends.warp.recipes.unrolled import LONGEST, MOST_TIMES, most_trips, operations_of


def nest(*trips: int, body: str = "out[i0] += a[i0] * b[i0] + c[i0]") -> ast.AST:
    """Loops of so many trips, one in the other."""
    lines = [f"{'    ' * depth}for i{depth} in range({count}):" for depth, count in enumerate(trips)]
    return ast.parse("\n".join([*lines, "    " * len(trips) + body]))


def test_loops_of_constant_trips_multiply_what_is_in_them() -> None:
    body = operations_of(nest(), 16)
    assert body == 7  # an assignment, four elements, a product, a sum
    assert operations_of(nest(5), 16) == 1 + 5 * body  # and the range
    assert operations_of(nest(5), 4) == 1 + body
    assert operations_of(nest(3, 5), 16) == 1 + 3 * (1 + 5 * body)
    assert operations_of(nest(3, 5), 3) == 1 + 3 * (1 + body)
    assert operations_of(ast.parse("for i in range(n):\n    f(i)"), 16) == 2


@pytest.mark.parametrize(("trips", "found"), [((2, 2), 16), ((9, 9), 8), ((3, 9, 9), 8), ((17, 17), 16)])
def test_loops_are_unrolled_as_far_as_a_kernel_is_not_long(trips: tuple[int, ...], found: int) -> None:
    assert most_trips(nest(*trips), 16) == found


@pytest.mark.parametrize("recipe", ["grid_lists", "windows"])
def test_a_long_kernel_says_how_far_it_is_unrolled(recipe: str) -> None:
    generator = KernelGenerator("warp", 4)
    found = 0
    for index, _ in zip(generator.numbers_of(recipe), range(12), strict=False):
        spec = generator.spec(index)
        most = spec.signature.options["max_unroll"]
        tree = ast.parse(spec.source)
        if most < 16:
            found += 1
            assert f'module="unique", module_options={{"max_unroll": {most}}}' in spec.source
        assert operations_of(tree, most) <= 1.2 * max(LONGEST, MOST_TIMES * operations_of(tree, 1))
    assert found
