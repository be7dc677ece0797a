"""Warp's recipes, by category: each draws kernels for one purpose.

Add a recipe to the module of its category and to the list below. ``docs/contributing/recipe.md`` shows how.
"""

from synthesis.frontends.base import Drawer, Recipe
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
    tile_parts,
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
"""All categories, in the order of the generator. Append new ones, so that kernels of other categories stay the same."""
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
    *tile_parts.RECIPES,
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
"""Weights of categories whose frequency in applications is unusual.

Kernels of applications are mostly parts of robot solvers and their bookkeeping. A quarter of them compute nothing and
only copy, select or reset values. Formulas for single particles are rare in them, as are loops over neighbouring cells
or entries, which Warp unrolls. Integers are looked up and counted far more often than vectors are measured, crossed or
normalized. One kernel in 50 queries a mesh or a tree. Here it is one in 25, because each query is an operation of its
own that some rows should contain. Formulas of a field are rare. The weight of geometry is just large enough for each of
its operations to occur a dozen times in 20,000 kernels.
"""
WEIGHTS = usual_weights(RECIPES, CATEGORIES[CATEGORIES.index("simulation") :], _UNLIKE, share=0.79)
"""Weights of the recipes.

Four kernels in five are from the families of applications, with guards, flags, enums, -1 for none, rows, slots and
searches, or are formulas of a field. The others show single operations.
"""
DRAWER = Drawer(
    categories=CATEGORIES, recipes=RECIPES, usual_mix={1: 0.25, 2: 0.75}, weights=WEIGHTS, recipe_of=recipe_of
)
