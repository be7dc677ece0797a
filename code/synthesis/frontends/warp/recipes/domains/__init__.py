"""Families of kernels in the shapes that applications have; each chooses its parts and fills their holes."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.domains import geometry, image, learning, simulation, solver

RECIPES: tuple[Recipe, ...] = (
    *simulation.RECIPES,
    *geometry.RECIPES,
    *image.RECIPES,
    *learning.RECIPES,
    *solver.RECIPES,
)
