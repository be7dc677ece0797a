"""Warp's recipes, in the order in which indices visit their categories."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes import (
    adjoints,
    arithmetic,
    array,
    atomic,
    control_flow,
    function,
    integer,
    launch,
    loops,
    math,
    matrix,
    native,
    numeric,
    quaternion,
    random,
    stencil,
    tile,
    vector,
)

RECIPES: tuple[Recipe, ...] = (
    *arithmetic.RECIPES,
    *vector.RECIPES,
    *matrix.RECIPES,
    *control_flow.RECIPES,
    *loops.RECIPES,
    *math.RECIPES,
    *atomic.RECIPES,
    *array.RECIPES,
    *launch.RECIPES,
    *stencil.RECIPES,
    *quaternion.RECIPES,
    *random.RECIPES,
    *function.RECIPES,
    *integer.RECIPES,
    *tile.RECIPES,
    *native.RECIPES,
    *adjoints.RECIPES,
    *numeric.RECIPES,
)
