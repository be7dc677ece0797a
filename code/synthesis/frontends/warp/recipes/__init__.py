"""Warp's recipes, by category: each draws kernels for one purpose.

Add a recipe to the module of its category and to the list below. ``docs/contributing/recipe.md`` shows how.
"""

from synthesis.frontends.base import Recipe
from synthesis.frontends.families import own_recipes
from synthesis.frontends.warp.recipes import (
    adjoints,
    applications,
    arithmetic,
    array,
    atomic,
    control_flow,
    domains,
    function,
    integer,
    launch,
    loops,
    math,
    matrix,
    native,
    numeric,
    quaternion,
    random,
    stencil,
    tile,
    tile_algebra,
    usages,
    vector,
)
from synthesis.frontends.warp.recipes.files import recipe_of
from synthesis.frontends.weights import usual_weights

CATEGORIES = (
    "arithmetic",
    "vector",
    "matrix",
    "control_flow",
    "math",
    "atomic",
    "array",
    "launch",
    "stencil",
    "quaternion",
    "transform",
    "random",
    "function",
    "struct",
    "integer",
    "bitwise",
    "tile",
    "tile_reduction",
    "tile_algebra",
    "tile_indexing",
    "native",
    "simulation",
    "geometry",
    "image",
    "learning",
    "solver",
    "contact",
    "articulation",
    "particles",
    "sparse",
    "mesh",
    "events",
    "deformable",
    "control",
    "bookkeeping",
    "field",
    "multibody",
    "queries",
    "joints",
    "shapes",
    "state",
    "constraints",
    "topology",
    "voxels",
    "sensors",
)
"""A new one is the last, so that no kernel of another moves."""
RECIPES: tuple[Recipe, ...] = (
    *arithmetic.RECIPES,
    *vector.RECIPES,
    *matrix.RECIPES,
    *control_flow.RECIPES,
    *loops.RECIPES,
    *math.RECIPES,
    *atomic.RECIPES,
    *array.RECIPES,
    *launch.RECIPES,
    *stencil.RECIPES,
    *quaternion.RECIPES,
    *random.RECIPES,
    *function.RECIPES,
    *integer.RECIPES,
    *tile.RECIPES,
    *tile_algebra.RECIPES,
    *native.RECIPES,
    *adjoints.RECIPES,
    *numeric.RECIPES,
    *domains.RECIPES,
    *usages.RECIPES,
    *applications.RECIPES,
    *own_recipes("synthesis.frontends.warp.kernels", recipe_of),
)
_UNLIKE = {
    "state": 60,
    "bookkeeping": 30,
    **dict.fromkeys(("joints", "constraints", "sparse"), 26),
    **dict.fromkeys(("shapes", "multibody"), 24),
    "events": 23,
    "queries": 24,
    "sensors": 20,
    "control": 14,
    **dict.fromkeys(("contact", "topology"), 13),
    "articulation": 12,
    "voxels": 9,
    "field": 8,
    **dict.fromkeys(("deformable", "mesh", "particles"), 5),
    "geometry": 7,
    **dict.fromkeys(("simulation", "image", "learning", "solver"), 5),
}
"""How often categories are drawn that applications have more or less of than of others.

Theirs are mostly solvers of robots and what these keep account of. A quarter compute nothing and only move, choose or
reset what they are given. They have few formulas for single particles, few vectors that are measured, crossed or
normalized beside integers that are looked up and counted, and few loops over the cells or entries around one, which
Warp unrolls. They ask meshes and trees in one kernel of fifty; here it is one of twenty-five, since each question is an
operation of its own that some rows are to have. Formulas of a field are few, those of geometry just as many as bring
each of its operations up a dozen times in 20,000 kernels.
"""
WEIGHTS = usual_weights(RECIPES, CATEGORIES[CATEGORIES.index("simulation") :], _UNLIKE, share=0.79)
"""Families that decide and look up as applications do: guards, flags, enums, -1 for none, rows, slots, searches.

Four kernels in five are of these and of formulas of a field; the others are there for single operations."""
