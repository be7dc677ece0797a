"""A program whose kernels a library makes of a user's functions: their own lines do not say what Warp builds."""

import ast
import sys
from typing import Any

import numpy as np
import warp as wp

COUNT = 5


class Doubles(ast.NodeTransformer):
    """Has a function's ``weight`` called with twice what it is given."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """The call, or that of twice its argument."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "weight":
            node.args = [ast.BinOp(node.args[0], ast.Mult(), ast.Constant(2.0))]
        return node


def make_struct(fields: dict[str, Any]) -> Any:
    """A struct whose class no text declares."""

    class Args:
        pass

    Args.__annotations__ = dict(fields)
    for each in fields:
        setattr(Args, each, None)
    return wp.struct(Args)


class Basis:
    """A basis as a library has one: functions of a degree, held by an object."""

    def __init__(self, degree: int) -> None:
        scale = float(degree)
        vector = wp.types.vector(length=degree, dtype=float)
        nothing = make_struct({})
        given = make_struct({"values": wp.array(dtype=float), "offset": float})

        @wp.func
        def weight(x: float):
            """The weight of a node."""
            return x * scale

        @wp.func
        def spread(x: float):
            out = vector(x)
            return wp.length_sq(out)

        @wp.func
        def product(x: wp.types.vector(length=2, dtype=wp.Scalar), y: Any):
            return x[0] * y

        @wp.func
        def product(x: Any, y: Any):  # noqa: F811
            return x * y

        @wp.func
        def product(x: float, y: float, z: float):  # noqa: F811
            return x * y * z

        self.weight, self.spread, self.product, self.Arg, self.Nothing = weight, spread, product, given, nothing


def make_kernel(basis: Basis, other: Basis) -> Any:
    """A kernel of two bases, whose functions have the same names, with other calls put into its tree."""
    Arg, Nothing = basis.Arg, basis.Nothing
    weight = basis.weight

    def gathered(arg: Arg, unused: Nothing, other_arg: other.Arg, out: wp.array(dtype=float)):
        """Its own lines lack a factor of two."""
        i = wp.tid()
        x = arg.values[i] + arg.offset + other_arg.values[i]
        pair = wp.vec2(x, 1.0)
        out[i] = weight(x) + other.weight(x) + other.spread(x) + basis.product(pair, 3.0) + basis.product(x, 2.0)

    return wp.Kernel(gathered, key="gathered", module=wp.get_module("made"), code_transformers=[Doubles()])


def main() -> None:
    """Launch it."""
    first, second = Basis(2), Basis(3)
    kernel = make_kernel(first, second)
    one, two = first.Arg(), second.Arg()
    one.values = wp.array(np.linspace(0.5, 2.5, COUNT), dtype=float)
    two.values = wp.array(np.linspace(1.5, -2.5, COUNT), dtype=float)
    one.offset, two.offset = 0.25, 1.25
    out = wp.zeros(COUNT, dtype=float)
    wp.launch(kernel, dim=COUNT, inputs=[one, first.Nothing(), two], outputs=[out])
    sys.stdout.write(f"{out.numpy().tolist()}\n")


if __name__ == "__main__":
    main()
