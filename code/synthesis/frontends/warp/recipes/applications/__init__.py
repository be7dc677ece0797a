"""Families that decide and look up as applications do: guards, flags, enums, -1 for none, rows, slots, searches."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications import bodies, contacts, deformables, events, fields, kinematics, meshes, particles, records, robots, rows, shapes

RECIPES: tuple[Recipe, ...] = (
    *contacts.RECIPES,
    *deformables.RECIPES,
    *bodies.RECIPES,
    *fields.RECIPES,
    *kinematics.RECIPES,
    *particles.RECIPES,
    *records.RECIPES,
    *robots.RECIPES,
    *rows.RECIPES,
    *shapes.RECIPES,
    *meshes.RECIPES,
    *events.RECIPES,
)
