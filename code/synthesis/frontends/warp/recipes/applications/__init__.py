"""Families that decide and look up as applications do: guards, flags, enums, -1 for none, rows, slots, searches."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications import (
    bodies,
    box_queries,
    contacts,
    events,
    mesh_queries,
    meshes,
    neighbor_queries,
    particles,
    ray_queries,
    rows,
)

RECIPES: tuple[Recipe, ...] = (
    *contacts.RECIPES,
    *bodies.RECIPES,
    *particles.RECIPES,
    *rows.RECIPES,
    *meshes.RECIPES,
    *events.RECIPES,
    *mesh_queries.RECIPES,
    *ray_queries.RECIPES,
    *box_queries.RECIPES,
    *neighbor_queries.RECIPES,
)
