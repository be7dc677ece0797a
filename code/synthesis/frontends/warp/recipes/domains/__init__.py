"""Families of kernels with the structure of applications. Each chooses templates and fills their holes.

A template that is added to the table of a family, or a family that is added to a module, is drawn as well.
"""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.domains import geometry, image, learning, rigid_and_cloth, simulation, solver

RECIPES: tuple[Recipe, ...] = (
    *simulation.RECIPES,
    *rigid_and_cloth.RECIPES,
    *geometry.RECIPES,
    *image.RECIPES,
    *learning.RECIPES,
    *solver.RECIPES,
)
