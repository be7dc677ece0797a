"""Families of kernels with the structure of applications. Each chooses templates and fills their holes.

Add a part to a family's table, or a family to the module of its subject.
"""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.domains import geometry, image, learning, simulation, solver

RECIPES: tuple[Recipe, ...] = (
    *simulation.RECIPES,
    *geometry.RECIPES,
    *image.RECIPES,
    *learning.RECIPES,
    *solver.RECIPES,
)
