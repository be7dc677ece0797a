"""Families that decide and look up as applications do: guards, flags, enums, -1 for none, rows, slots, searches."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications import bodies, contacts, events, meshes, particles, rows

RECIPES: tuple[Recipe, ...] = (
    *contacts.RECIPES,
    *bodies.RECIPES,
    *particles.RECIPES,
    *rows.RECIPES,
    *meshes.RECIPES,
    *events.RECIPES,
)
