"""Functions as people write them for a purpose: layers, losses, optimizers, training steps, dynamics."""

from dataclasses import replace

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications import (
    attention,
    augment,
    blocks,
    control,
    dense,
    embedding,
    filters,
    generative,
    graphs,
    grids,
    images,
    integrators,
    losses,
    matter,
    metrics,
    optimizers,
    outcomes,
    pairs,
    recurrent,
    schedules,
    training,
    transforms,
)

_MIX = {2: 0.25, 3: 0.3, 4: 0.25, 5: 0.2}
"""Applications' functions are longer than others."""

RECIPES: tuple[Recipe, ...] = tuple(
    replace(recipe, usual_mix=_MIX)
    for module in (
        dense,
        attention,
        blocks,
        graphs,
        embedding,
        images,
        recurrent,
        losses,
        pairs,
        generative,
        optimizers,
        transforms,
        schedules,
        training,
        augment,
        outcomes,
        metrics,
        control,
        matter,
        grids,
        integrators,
        filters,
    )
    for recipe in module.RECIPES
)
