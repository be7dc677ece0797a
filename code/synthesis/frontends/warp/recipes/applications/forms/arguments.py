"""Names of arguments in the style of one code base, with the same ending for all arrays of one kind."""

import ast
from collections.abc import Callable
from dataclasses import replace

from synthesis.core.signatures import Role
from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.forms import words
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    Given,
    Sheet,
    names_in,
    nodes_in,
    parts_of,
    plural,
    singular,
    subject_of,
)

_ITEM_SHARE = 0.7
"""Probability that the names of all arrays begin with the kind of item that an element belongs to, as in ``body_mass``.

Arguments of applications' kernels have 12.7 characters on average.
"""
_ITEM_WORDS = frozenset({
    "body", "bodies", "joint", "joints", "contact", "contacts", "shape", "shapes", "particle", "particles", "spring",
    "world", "worlds", "env", "envs", "tri", "tris", "face", "faces", "edge", "edges", "vertex", "vertices", "vert",
    "dof", "dofs", "geom", "geoms", "jnt", "node", "nodes", "cell", "cells", "pixel", "pixels", "ray", "rays", "camera",
    "cam", "row", "rows", "col", "link", "links", "point", "points", "pair", "pairs", "tet", "tets", "element",
    "actuator", "articulation", "muscle", "tendon", "constraint", "efc", "voxel", "block", "agent", "robot", "sensor",
    "image", "color", "depth", "grid", "mesh", "query", "foot", "limit", "out", "output", "result", "results",
})  # fmt: skip
"""Words in the name of an array that name its item, or show that its elements belong to no item."""
_COLUMNS = frozenset({"col", "column", "px", "x_id"})
"""Names of an index that is a position along an axis of a grid and does not identify an item."""
_LONGEST = 26
"""Maximum length of an argument's name after words were added to it."""
_REFERRED_ITEMS = frozenset({
    "art", "articulation", "body", "cell", "cluster", "color", "constraint", "contact", "dof", "edge", "element", "env",
    "face", "geom", "group", "joint", "link", "material", "mesh", "node", "particle", "patch", "row", "shape", "spring",
    "tet", "tri", "vertex", "voxel", "world",
})  # fmt: skip
"""Items that the integers of an array may identify, such as ``shape`` and ``body`` in ``shape_body``."""
_VERTEX_INDICES_NAMES = {
    "triangles": "tri_indices", "tris": "tri_indices", "faces": "face_indices", "edges": "edge_indices",
    "tets": "tet_indices", "springs": "spring_indices", "elements": "element_indices", "hinges": "hinge_indices",
}  # fmt: skip
"""For each name of an array of vertex indices, the name with the ending ``_indices``."""
_LETTERED_PAIRS_SHARE = 0.5
"""Probability that the two arguments of a pair end with ``_a`` and ``_b`` instead of 0 and 1."""
_OWNER_PREFIXES = (("model", "state"), ("model", "data"), ("model", "solver"), ("scene", "scene"), ("sim", "sim"))
"""Pairs of prefixes that name the object that stores an array: one for constant arrays, one for arrays that change."""
_EQUATION_PREFIXES = ("problem", "system", "solver")
"""Prefixes of the names of arrays of a system of equations."""
_EQUATION_WORDS = frozenset({
    "A", "L", "aref", "basis", "bias", "col", "diag", "diagonal", "impulse", "impulses", "lambda", "lambdas", "lhs",
    "matrix", "multiplier", "multipliers", "nnz", "pivot", "preconditioner", "residual", "residuals", "rhs", "row",
    "rows", "solution", "unknowns", "values",
})  # fmt: skip
"""Words in names of arrays that belong to a system of equations."""
_KNOWN_PREFIXES = ("model", "state", "data", "problem", "solver", "sim", "scene", "src", "dst")
"""Prefixes of names that already name the object that stores an array."""
_PREFIXED_SHARE = 0.5
"""Probability that the names of all arrays begin with the object that stores them, as in ``model_body_mass``.

Three or more arguments have such a prefix in these shares of newton's kernels: 3 % for a model, 3.4 % for a problem,
and about 8 % for a solver, a state, data, limits or another part of a program.
"""
_FEWEST_ARRAYS = 3
"""Minimum number of arrays of a kernel whose names get a prefix such as ``model_``."""
_CONTACT_KIND_SHARE = 0.3
"""Probability that the names of contact arrays say whether the contacts are soft or rigid."""
_CHANGING_WORDS = frozenset({
    "angle", "coords", "f", "force", "forces", "impulse", "lambda", "pos", "position", "positions", "pose", "poses",
    "pressure", "q", "qd", "qdd", "quat", "rotation", "state", "temperature", "time", "torque", "torques", "transform",
    "twist", "u", "v", "vel", "velocities", "velocity", "wrench", "wrenches", "x", "xform",
})  # fmt: skip
"""Words in names of non-integer arrays whose values change from step to step."""
_CONSTANT_WORDS = frozenset({"default", "home", "initial", "limit", "nominal", "rest", "target"})
"""Words in names of arrays that are constant although their quantity usually changes, such as ``rest_pos``."""


def add_item_prefixes(sheet: Sheet, choices: Stream) -> None:
    """In most kernels, prefix the names of each array with the item that its last index identifies: ``body_mass``.

    Arrays whose names already contain an item are not renamed.
    """
    if not choices.chance(_ITEM_SHARE):
        return
    indexed_by = ({each for each in names if each not in sheet.avoided} for names in sheet.axes)
    axes = zip(sheet.axes, indexed_by, strict=True)
    items = {names[0]: subject_of(sorted(kept)) for names, kept in axes if not _COLUMNS & set(names)}
    items |= {key: subject_of(sheet.roles.get(key, (key,))) for key in sheet.items}
    found = dict[str, set[str]]()
    for node in nodes_in(sheet.body):
        match node:
            case ast.Subscript(value=ast.Name(id=array), slice=index) if array in sheet.given:
                last = parts_of(index)[-1]
                found.setdefault(array, set()).add(items.get(last.id, "") if isinstance(last, ast.Name) else "")
            case _:
                pass
    taken = {each for given in sheet.given.values() for each in given.names}
    for array, of in found.items():
        given, (item, *others) = sheet.given[array], of
        name_words = {word for each in given.names for word in each.split("_")}
        if others or not item or name_words & (_ITEM_WORDS | {item, plural(item)}):
            continue
        names = tuple(f"{item}_{each}" for each in given.names)
        if not taken & set(names) and max(map(len, names)) <= _LONGEST:
            sheet.given[array] = replace(given, names=names)
            taken.update(names)


def spell(sheet: Sheet, choices: Stream) -> None:
    """Rewrite the endings of argument names in the style of one code base, and add prefixes such as ``model_``.

    The names of local variables must be chosen before, because they are derived from the shorter names.
    """
    for rule, share in _RULES:
        if choices.chance(share):
            _rename(sheet, rule)
    if choices.chance(_LETTERED_PAIRS_SHARE):
        _name_pairs(sheet)
    if choices.chance(_CONTACT_KIND_SHARE):
        _name_contacts(sheet)
    if choices.chance(_PREFIXED_SHARE):
        _add_owner_prefixes(sheet, choices)


def _rename(sheet: Sheet, rule: Callable[[Given, str], str]) -> None:
    """Replace argument names by those that a rule returns, unless a new name may conflict with another name."""
    taken = {each for given in sheet.given.values() for each in given.names}
    taken |= {each for pool in (*sheet.axes, *sheet.roles.values()) for each in pool}
    taken |= {*names_in(sheet.body), *sheet.fixed, *sheet.objects}
    for key, given in sheet.given.items():
        names = tuple(dict.fromkeys(rule(given, each) for each in given.names))
        new = set(names) - set(given.names)
        if new and not new & taken and max(map(len, new)) <= _LONGEST:
            sheet.given[key] = replace(given, names=names)
            taken |= new


def _is_whole(given: Given) -> bool:
    return given.kind.dtype == "int32"


def _is_numbers(given: Given) -> bool:
    """Return whether an argument is an array of integers, not of integer vectors, that the kernel only reads."""
    return _is_whole(given) and given.shape is not None and not given.kind.shape and given.role is Role.INPUT


def _with_count_ending(given: Given, name: str) -> str:
    """Return the name of a number of items with the ending ``_count``: ``joint_count`` for ``num_joints``."""
    items = name.removeprefix("num_")
    return f"{singular(items)}_count" if _is_whole(given) and items not in (name, "") else name


def _with_offset_ending(given: Given, name: str) -> str:
    """Return the name of a start index with the ending ``_offset``: ``row_offset`` for ``row_start``.

    Names of the start of a joint's coordinates are unchanged.
    """
    stem, _, last = name.rpartition("_")
    if not _is_whole(given) or not stem or stem.endswith(("_q", "_qd")):
        return name
    return {"start": f"{stem}_offset", "starts": f"{stem}_offsets"}.get(last, name)


def _with_index_ending(given: Given, name: str) -> str:
    """Return the name of an array of ids with the ending ``_index`` or ``_indices`` in place of ``_id`` or ``_ids``."""
    stem, _, last = name.rpartition("_")
    if not _is_numbers(given) or not stem:
        return name
    return {"id": f"{stem}_index", "ids": f"{stem}_indices"}.get(last, name)


def _with_indices_ending(given: Given, name: str) -> str:
    """Return the name of an array of vertex indices with the ending ``_indices``: ``tri_indices`` for ``triangles``."""
    return _VERTEX_INDICES_NAMES.get(name, name) if _is_whole(given) and given.shape is not None else name


def _with_to(given: Given, name: str) -> str:
    """Return the name of an array that maps items to others with ``_to_``: ``shape_to_body`` for ``shape_body``."""
    one, _, other = name.partition("_")
    return f"{one}_to_{other}" if _is_numbers(given) and {one, other} <= _REFERRED_ITEMS else name


_RULES: tuple[tuple[Callable[[Given, str], str], float], ...] = (
    (_with_count_ending, 0.55), (_with_offset_ending, 0.35), (_with_index_ending, 0.55), (_with_indices_ending, 0.45),
    (_with_to, 0.3),
)  # fmt: skip
"""Rules that rename arguments, with their probabilities.

Shares of the names of newton's arrays, and of drawn arrays without these rules: ``num_`` 0.6 % and 2.4 %, ``_count``
2.7 % and 2.8 %, ``_offset`` 3.1 % and 0.8 %, ``_indices`` 1.6 % and 0.5 %, ``_to_`` 1.3 % and 0.1 %.
"""


def _name_pairs(sheet: Sheet) -> None:
    """Rename ``point0`` and ``point1`` to ``point_a`` and ``point_b``."""
    every = {each for given in sheet.given.values() for each in given.names}

    def lettered(_: Given, name: str) -> str:
        stem = name[:-1]
        if name[-1:] not in ("0", "1") or len(stem) < 2 or not {f"{stem}0", f"{stem}1"} <= every:
            return name
        return f"{stem.removesuffix('_')}_{'ab'[int(name[-1])]}"

    _rename(sheet, lettered)


def _name_contacts(sheet: Sheet) -> None:
    """Rename ``contact_normal`` to ``soft_contact_normal`` in a kernel of particles, else ``rigid_contact_normal``."""
    if words.uses_vocabulary(sheet, "mujoco"):
        return
    name_words = {word for given in sheet.given.values() for each in given.names for word in each.split("_")}
    kind = "soft" if "particle" in name_words else "rigid"

    def prefixed(given: Given, name: str) -> str:
        return f"{kind}_{name}" if given.shape is not None and name.startswith("contact_") else name

    if not name_words & {"rigid", "soft"}:
        _rename(sheet, prefixed)


def _add_owner_prefixes(sheet: Sheet, choices: Stream) -> None:
    """Prefix the names of all arrays with the object that stores them.

    Arrays of a system of equations get one prefix. Otherwise constant and changing arrays get different prefixes.
    """
    arrays = [each for each in sheet.given.values() if each.shape is not None]
    every = [each for given in arrays for each in given.names]
    if sheet.bundles or words.uses_vocabulary(sheet, "mujoco") or any(_has_owner_prefix(each) for each in every):
        return
    if 2 * sum(map(_is_of_equations, arrays)) >= len(arrays) >= _FEWEST_ARRAYS:
        constant_prefix = changing_prefix = choices.choice(_EQUATION_PREFIXES)
    elif sum(map(_has_item_prefix, arrays)) >= _FEWEST_ARRAYS:
        constant_prefix, changing_prefix = choices.choice(_OWNER_PREFIXES)
    else:
        return

    def prefixed(given: Given, name: str) -> str:
        return (
            name
            if given.shape is None
            else f"{changing_prefix if is_changing(given, name) else constant_prefix}_{name}"
        )

    if all(
        len(prefixed(each, name)) <= _LONGEST for each in arrays for name in each.names
    ):  # all get a prefix, or none
        _rename(sheet, prefixed)


def _has_owner_prefix(name: str) -> bool:
    """Return whether a name has a prefix of ``_KNOWN_PREFIXES``, or cannot have one: a letter, ``…_in``, ``…_out``."""
    return len(name) == 1 or name.startswith(_KNOWN_PREFIXES) or name.endswith(("_in", "_out"))


def _is_of_equations(given: Given) -> bool:
    return any(not _EQUATION_WORDS.isdisjoint(each.split("_")) for each in given.names)


def _has_item_prefix(given: Given) -> bool:
    """Return whether some name of an array begins with the item of its elements, followed by another word."""
    parts = (each.partition("_") for each in given.names)
    return any(owner in _ITEM_WORDS and rest for owner, _, rest in parts)


def is_changing(given: Given, name: str) -> bool:
    """Return whether the contents of an array change from step to step, judged by its role, type and name."""
    name_words = set(name.split("_"))
    return given.role is not Role.INPUT or (
        not _is_whole(given) and bool(name_words & _CHANGING_WORDS) and not name_words & _CONSTANT_WORDS
    )
