"""Warp's recipes, and their categories."""

from collections import Counter

from synthesis.frontends.base import Recipe
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
)
"""A new one is the last, so that no kernel of another moves."""
_APPLICATIONS = CATEGORIES[CATEGORIES.index("contact") :]
_TARGETS_A_SHARE = 8
_SELDOM = {"queries": 4}
"""Applications ask meshes and trees in one kernel of fifty."""


def _weigh() -> dict[str, int]:
    """How often each category is drawn beside the others.

    Three in five kernels are of applications. The others are there for the operations that these have seldom or never,
    so their shares are as the numbers of operations that they aim at, and each comes up about equally often.
    """
    targets = Counter[str]()
    for recipe in RECIPES:
        targets[recipe.category] += len(recipe.targets)
    single = {each: -(-targets[each] // _TARGETS_A_SHARE) for each in CATEGORIES if each not in _APPLICATIONS}
    share = round(1.5 * sum(single.values()) / len(_APPLICATIONS))
    return single | dict.fromkeys(_APPLICATIONS, share) | _SELDOM


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
)
WEIGHTS = _weigh()
