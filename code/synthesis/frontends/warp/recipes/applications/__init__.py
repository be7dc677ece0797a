"""Families that decide and look up as applications do: guards, flags, enums, -1 for none, rows, slots, searches."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications import bodies, contacts, deformables, events, meshes, particles, robots, rows

RECIPES: tuple[Recipe, ...] = (
    *contacts.RECIPES,
    *deformables.RECIPES,
    *bodies.RECIPES,
    *particles.RECIPES,
    *robots.RECIPES,
    *rows.RECIPES,
    *meshes.RECIPES,
    *events.RECIPES,
)
