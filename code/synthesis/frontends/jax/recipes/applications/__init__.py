"""Functions as people write them for a purpose: layers, losses, optimizers, training steps, dynamics."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications import (
    attention,
    control,
    dense,
    embedding,
    grids,
    images,
    losses,
    matter,
    metrics,
    optimizers,
    outcomes,
    pairs,
    recurrent,
    training,
    transforms,
)

RECIPES: tuple[Recipe, ...] = (
    *dense.RECIPES,
    *attention.RECIPES,
    *embedding.RECIPES,
    *images.RECIPES,
    *recurrent.RECIPES,
    *losses.RECIPES,
    *pairs.RECIPES,
    *optimizers.RECIPES,
    *transforms.RECIPES,
    *training.RECIPES,
    *outcomes.RECIPES,
    *metrics.RECIPES,
    *control.RECIPES,
    *matter.RECIPES,
    *grids.RECIPES,
)
