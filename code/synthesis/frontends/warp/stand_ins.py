"""Small objects that stand in for those that a user's kernel queries, and of which nothing is known."""

from dataclasses import replace

from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.frontends.warp.handles import EXISTS, PARTS, TEXTURES, TYPES, VOLUMES

_COUNT = 16
"""Number of boxes of a tree."""
_GROUPS = 3
"""Number of groups of the points of a hash grid."""
_SPREAD = 1.5
"""Half the width of the space in which objects are: the bound of the common domain of floating-point numbers."""


def stand_ins(argument: Argument, kind: str, signature: Signature) -> tuple[Argument, ...]:
    """Return an argument as small objects whose contents are drawn, of which one may be what the kernel queries.

    None are returned if the argument cannot be an object of that kind. Some queries are of volumes of any type of
    value. A query of a hash grid may be of one group of its points. An array may hold the ids of objects, some of
    which may be 0.

    Args:
        argument: an argument without a domain.
        kind: one of the kinds in ``handles.py``; empty for the kind that the argument's type tells.
        signature: the signature of the kernel. A hash grid has the points of its first array of vectors, if there is
            one.
    """
    kind = kind or next((name for name, spelled in TYPES.items() if spelled == argument.dtype), "")
    fits = (argument.dtype, argument.element) == (TYPES.get(kind, "uint64"), ())
    if argument.shape is not None:
        fits = fits and argument.role is Role.INPUT and kind not in (*TYPES, "hash_grid")
    if kind not in PARTS or argument.handle or not fits:
        return ()
    kinds = (kind, *(each for each in VOLUMES if each != kind)) if kind in VOLUMES else (kind,)
    made = [_object_of(argument.name, each, signature) for each in kinds]
    if kind == "hash_grid":
        made.append(_in_groups(made[0]))
    made = [replace(each, type_name=argument.type_name, shape=argument.shape) for each in made]
    return tuple(made if argument.shape is None else [*made, *map(_with_gaps, made)])


def _with_gaps(objects: Argument) -> Argument:
    """Return an array of ids of which some are 0, so that there is no object."""
    exists = Argument(name=EXISTS, type_name="", dtype="int32", domain=Domain(low=0, high=1))
    return replace(objects, fields=(*objects.fields, exists))


def _object_of(name: str, kind: str, signature: Signature) -> Argument:
    # The recipes are imported only here, because importing them takes long.
    from synthesis.frontends.warp.recipes.applications import shapes

    if kind == "mesh":
        return shapes.mesh_argument(name, "icosahedron", 0.1, velocities=True)
    if kind == "bvh":
        return shapes.bvh_argument(name, _COUNT, _SPREAD, (0.1, 0.4))
    if kind == "hash_grid":
        return _grid_of(shapes.grid_argument(name, _COUNT, ""), signature)
    if kind in VOLUMES:
        values = (0.0, 9.0) if kind == "volume_i" else (-1.0, 1.0)
        return shapes.volume_argument(name, kind, (6, 7, 5), _SPREAD, values, 0.0)
    return shapes.texture_argument(name, (6, 7, 5)[: TEXTURES[kind]["values"].rank], (-1.0, 1.0), True, "CLAMP", True)


def _grid_of(grid: Argument, signature: Signature) -> Argument:
    """Return a hash grid of the points in the kernel's first array of three-dimensional vectors that it only reads.

    If there is none, its points are its own.
    """
    arrays = [
        each for each in signature.arguments
        if each.role is Role.INPUT and (each.dtype, each.element) == ("float32", (3,)) and len(each.shape or ()) == 1
    ]  # fmt: skip
    points, *others = grid.fields
    held = replace(points, shape=arrays[0].shape, same=arrays[0].name) if arrays else replace(points, shape=(None,))
    return replace(grid, fields=(held, *others))


def _in_groups(grid: Argument) -> Argument:
    """Return a hash grid whose points are in groups."""
    numbers = Domain(low=0, high=_GROUPS - 1)
    groups = Argument(name="groups", type_name="", dtype="int32", shape=grid.fields[0].shape, domain=numbers)
    return replace(grid, fields=(*grid.fields, groups))
