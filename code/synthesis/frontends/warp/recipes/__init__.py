"""Warp's recipes, in the order in which indices visit their categories."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes import arithmetic, atomic, control_flow, math, matrix, vector

RECIPES: tuple[Recipe, ...] = (
    *arithmetic.RECIPES,
    *vector.RECIPES,
    *matrix.RECIPES,
    *control_flow.RECIPES,
    *math.RECIPES,
    *atomic.RECIPES,
)
