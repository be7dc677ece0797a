"""Functions as people write them for a purpose: layers, losses, optimizers, training steps, dynamics."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications import (
    attention,
    dense,
    embedding,
    losses,
    optimizers,
    pairs,
    training,
    transforms,
)

RECIPES: tuple[Recipe, ...] = (
    *dense.RECIPES,
    *attention.RECIPES,
    *embedding.RECIPES,
    *losses.RECIPES,
    *pairs.RECIPES,
    *optimizers.RECIPES,
    *transforms.RECIPES,
    *training.RECIPES,
)
