"""Functions as people write them for a purpose: layers, losses, optimizers, training steps, dynamics."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications import attention, dense, embedding

RECIPES: tuple[Recipe, ...] = (*dense.RECIPES, *attention.RECIPES, *embedding.RECIPES)
