"""Families of functions in the shapes that applications have; each chooses its parts and fills their holes."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.domains import learning, simulation, solver, statistics

RECIPES: tuple[Recipe, ...] = (*simulation.RECIPES, *learning.RECIPES, *solver.RECIPES, *statistics.RECIPES)
