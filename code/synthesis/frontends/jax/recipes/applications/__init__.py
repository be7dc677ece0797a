"""Functions as people write them for a purpose: layers, losses, optimizers, training steps, dynamics.

Each module holds the source templates of one subject and the functions that choose among them. A template that is
added to a family is drawn as well.
"""

from dataclasses import replace

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications import (
    array_tools,
    attention,
    augment,
    blocks,
    contacts,
    control,
    dense,
    dynamics_modes,
    embedding,
    encoders,
    ensembles,
    filters,
    generative,
    graphs,
    grids,
    images,
    integrators,
    language_models,
    layer_modes,
    layerwise,
    loss_modes,
    losses,
    matter,
    metrics,
    molecules,
    optimizer_parts,
    optimizers,
    outcomes,
    pairs,
    recurrent,
    rotations,
    schedules,
    sequence_models,
    training,
    training_parts,
    training_programs,
    transforms,
    tree_tools,
    update_modes,
    vision_models,
)
from synthesis.frontends.jax.recipes.applications.sizes import at_real_sizes

_MIX = {2: 0.12, 3: 0.2, 4: 0.28, 5: 0.4}
"""Relative frequencies of the difficulties. Functions of applications are longer than others."""

RECIPES: tuple[Recipe, ...] = tuple(
    replace(recipe, draw=at_real_sizes(recipe.draw), usual_mix=_MIX, difficulties=tuple(_MIX))
    for module in (
        dense,
        attention,
        blocks,
        graphs,
        embedding,
        layer_modes,
        images,
        recurrent,
        losses,
        pairs,
        generative,
        optimizers,
        transforms,
        schedules,
        layerwise,
        training,
        language_models,
        vision_models,
        augment,
        outcomes,
        update_modes,
        metrics,
        loss_modes,
        control,
        matter,
        grids,
        integrators,
        filters,
        dynamics_modes,
        rotations,
        contacts,
        molecules,
        tree_tools,
        array_tools,
        training_programs,
        ensembles,
        optimizer_parts,
        training_parts,
        sequence_models,
        encoders,
    )
    for recipe in module.RECIPES
)
