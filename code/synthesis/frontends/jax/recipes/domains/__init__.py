"""Families of functions with the structure of applications. Each family chooses its parts and fills their holes.

Add a part to a family's table, or a family to the module of its subject.
"""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.domains import learning, simulation, solver, statistics

RECIPES: tuple[Recipe, ...] = (*simulation.RECIPES, *learning.RECIPES, *solver.RECIPES, *statistics.RECIPES)
