"""The built-ins in Warp's registry: which the oracle models, which are excluded and why, and which a row uses."""

import ast
import re
from collections.abc import Mapping

from synthesis.frontends.base import ToolOperation
from synthesis.frontends.warp import introspection
from synthesis.frontends.warp.reference.calls import MODELLED
from synthesis.frontends.warp.reference.operators import BUILT_INS

_OPERATORS = BUILT_INS | {"USub": "neg", "UAdd": "pos", "Not": "unot", "Invert": "invert"}
"""The built-in that each of Python's operators stands for, by the name of the operator's class."""
_EXCLUDED = {
    r"volume_(store\w*|\w*index|voxel_count)": "is for sparse grids that kernels build",
    r"(bvh|mesh)_get_group_root|mesh_query_(point_sign_(normal|parity)|furthest_point_no_sign|sphere|next)|"
    r"mesh_query_ray_count_intersections|mesh_get_bvh|bvh_query_(capsule|sphere)": (
        "is a rarely used query of a mesh or tree"
    ),
    r"tile_(mesh|bvh)_\w+|tile_query_valid|(mesh|bvh)_\w+_tiled": "is a query by a block of threads",
    r"breakpoint|printf?|expect_near": "does nothing but stop or print",
    r"block_dim": "has a different result on each device",
    r"tile_rand[fi]": "draws other numbers on each device",
    r"tile_stack\w*": "is shared by the threads of a block, of which a CPU has one",
    r"tile_slice_indexed": "has no call of its own: tile[rows] stands for it",
    r"select": "was removed in Warp 1.10; its name is left",
}
"""The reason why no kernel is drawn with some built-ins, by a regular expression for their names."""


def operations() -> Mapping[str, ToolOperation]:
    """Return every built-in that Python code can use, by name."""
    return {
        name: ToolOperation(
            modelled=name in MODELLED,
            differentiable=not introspection.lacks_adjoint(name),
            excluded=_why_excluded(name),
        )
        for name in introspection.visible_builtins()
    }


def _why_excluded(name: str) -> str:
    return next((reason for names, reason in _EXCLUDED.items() if re.fullmatch(names, name)), "")


def used(source: str) -> frozenset[str]:
    """Return the built-ins that a source calls, including those that its operators stand for."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id="wp"), attr=name):
                found.add(name)
            case ast.Call(func=ast.Name(id=name)):
                found.add(name)
            case ast.BinOp(op=operator) | ast.AugAssign(op=operator) | ast.UnaryOp(op=operator):
                found.add(_OPERATORS.get(type(operator).__name__, ""))
            case _:
                pass
    return frozenset(found.intersection(introspection.visible_builtins()))
