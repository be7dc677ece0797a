"""Descriptive names of variables: ``inv_mass = body_inv_mass[b]`` instead of ``w = body_inv_mass[b]``."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from synthesis.drawing.streams import Stream
from synthesis.drawing.walking import walk
from synthesis.frontends.warp.recipes.applications.forms.kinds import kind_of, kinds_in
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    Given,
    Sheet,
    names_in,
    nodes_in,
    singular,
)

_SHARE = 0.82
"""Probability that a kernel has descriptive names.

Variables have 6.6 characters on average in applications, and had 3.8 in drawn kernels without this form. The 100 most
frequent names make up 31 % of those in applications, and made up 58 % in drawn kernels.
"""
_LONGEST = 5
"""Maximum length of a name that may be replaced."""
_KNOWN: Mapping[str, tuple[str, ...]] = {
    "body_q": ("body_pose", "body_tf", "body_transform", "pose"), "body_qd": ("body_twist", "body_vel", "twist"),
    "particle_q": ("particle_pos", "position"), "particle_qd": ("particle_vel", "velocity"),
    "joint_q": ("joint_pos", "joint_coord"), "joint_qd": ("joint_vel", "joint_speed"),
    "body_f": ("body_force", "body_wrench"), "joint_f": ("joint_force", "applied_force"),
    "particle_f": ("particle_force", "net_force"), "body_com": ("center_of_mass", "com_local"),
    "joint_X_p": ("parent_frame", "joint_frame"), "joint_X_c": ("child_frame", "child_anchor"),
    "qpos": ("coordinate", "joint_pos"), "qvel": ("dof_vel", "speed"), "xpos": ("world_pos", "body_pos"),
    "xquat": ("world_quat", "body_quat"), "xipos": ("com_pos", "inertial_pos"),
}  # fmt: skip
"""Names for the elements of arrays whose names are abbreviations."""
_WORDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("x", "wp.vec3"): ("pos", "position"), ("p", "wp.vec3"): ("point", "pos"), ("v", "wp.vec3"): ("vel", "velocity"),
    ("q", "wp.quat"): ("rot", "orientation", "quat"), ("n", "wp.vec3"): ("normal", "dir"), ("f", "wp.vec3"): ("force",),
    ("w", "wp.vec3"): ("omega", "ang_vel"), ("m", "float"): ("mass",), ("X", "wp.transform"): ("xform", "pose"),
    ("d", "float"): ("dist", "distance"), ("r", "wp.vec3"): ("arm", "rel_pos"), ("e", "wp.vec3"): ("edge",),
    ("d", "wp.vec3"): ("diff", "delta"), ("dx", "wp.vec3"): ("delta_pos", "displacement"),
    ("dv", "wp.vec3"): ("delta_vel", "rel_vel"),
    ("tau", "float"): ("torque",), ("R", "wp.mat33"): ("rot_matrix", "rotation"),
    ("I", "wp.mat33"): ("inertia",), ("nl", "int"): ("num_limits",), ("nc", "int"): ("num_contacts",),
    ("nj", "int"): ("num_joints",), ("vio", "int"): ("vector_offset", "row_offset"), ("s", "float"): ("value", "scale"),
    ("wid", "int"): ("world_id", "world_index"), ("num", "int"): ("count", "counter"), ("acc", "float"): ("total",),
    ("total", "wp.vec3"): ("total_force", "accumulated"), ("best", "float"): ("best_value", "closest"),
    ("dest", "int"): ("dest_index", "write_index"), ("slot", "int"): ("slot_index", "write_index"),
    ("lo", "int"): ("lower_bound", "search_low"), ("hi", "int"): ("upper_bound", "search_high"),
    ("mid", "int"): ("middle", "mid_index"), ("kind", "int"): ("type_id", "kind_id"), ("err", "float"): ("error",),
    ("dist", "float"): ("distance",), ("vel", "wp.vec3"): ("velocity",), ("pos", "wp.vec3"): ("position",),
    ("dir", "wp.vec3"): ("direction", "unit_dir"), ("diff", "wp.vec3"): ("difference",),
}  # fmt: skip
"""Names for a variable, by its short name and its type, if its value does not suggest a name."""
_STORED_PATTERNS: Mapping[str, tuple[str, ...]] = {
    "total": ("total_{}", "{}_sum"), "acc": ("total_{}", "{}_sum"), "sum": ("{}_sum", "total_{}"),
    "best": ("best_{}", "{}_best"), "num": ("num_{}", "{}_found"), "value": ("{}_value", "new_{}"),
}  # fmt: skip
"""Patterns of names for a variable that is stored in an array, by its placeholder name."""
_FEWEST = 2
"""A variable is named after the array element in which it is stored only if that name is longer than this."""
_LONG = 16
"""Maximum length of the name of an array element after which a variable is named."""
_INDICES = ("{}_id", "{}_idx", "{}_index")
_PLAIN = frozenset({
    "in", "out", "new", "old", "prev", "last", "next", "buf", "src", "dst", "a", "b", "io", "data", "arr", "array",
    "values", "value", "list", "local",
})  # fmt: skip
"""Words of an array's name that do not describe an element."""
_FIRST = frozenset({"first", "num", "last", "max", "min", "next", "has", "is", "no", "of"})
"""Words that mean nothing without the next word of the name."""
_MANY = frozenset({"indices", "ids", "nodes", "corners", "pairs"})
"""Words of arrays whose elements may have several indices."""
_DESCRIPTIVE_NAMES = frozenset(
    {"start", "end", "first", "last", "known", "found", "count", "begin", "stop", "level", "cell", "own"}
)
"""Short names that are already descriptive."""


def describe(sheet: Sheet, choices: Stream) -> None:
    """In most kernels, name variables after what is read into them or stored from them."""
    if not choices.chance(_SHARE):
        return
    known = kinds_in(sheet)
    bodies = [sheet.body, *(each.definition.body for each in sheet.made if each.moved)]
    values = dict[str, list[ast.expr]]()
    for name, value in (pair for body in bodies for pair in _assigned(body)):
        values.setdefault(name, []).append(value)
    used = set(sheet.fixed) | {each for body in bodies for each in names_in(body)}
    used |= {each for given in sheet.given.values() for each in given.names}
    used |= {each for pool in (*sheet.axes, *sheet.roles.values()) for each in pool}
    index_style, stored = choices.choice(_INDICES), _stored(bodies, sheet)
    for name, assigned in values.items():
        if len(name) > _LONGEST or name.endswith("_") or name in _DESCRIPTIVE_NAMES or name in sheet.given:
            continue
        if name in sheet.indices or name in sheet.items:
            continue
        # A variable with several reads is not named after the array in which it is stored.
        becomes = None if sum(isinstance(each, ast.Subscript) for each in assigned) > 1 else stored.get(name)
        found = _candidates(name, assigned[0], sheet, known, index_style) or _as_stored(name, becomes)
        pool = tuple(each for each in found if each not in used)
        if pool:
            sheet.roles[name] = pool
            used.update(pool)


def _assigned(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Yield the variables to which lines assign, each with the value, in the order of the lines."""
    for node in nodes_in(body):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case _:
                pass


def _candidates(
    name: str, value: ast.expr, sheet: Sheet, known: Mapping[str, str], index_style: str
) -> tuple[str, ...]:
    """Return names for a variable, given its first value."""
    end = _end(name)
    match value:
        case ast.Subscript(value=ast.Name(id=array)) if array in sheet.given:
            found = _of_arrays(sheet.given[array].names)
        case ast.Subscript(value=ast.Attribute(attr=field, value=ast.Name(id=owner))) if owner in sheet.bundles:
            found = _of_arrays((field,))
        case _:
            found = ()
    whole = known.get(name) == "int"
    if whole:
        found = tuple(each if _counts(each) else index_style.format(each) for each in found)
    stem = name.removesuffix(end).removesuffix("_")
    kind = known.get(name) or (kind_of(value.left, known) if isinstance(value, ast.BinOp) else None)
    found = found or _WORDS.get((stem, kind or ""), ())
    return tuple(f"{each}_{end}" if end else each for each in found)


def _stored(bodies: Sequence[Sequence[ast.stmt]], sheet: Sheet) -> dict[str, Given]:
    """Return the array of each variable that is stored unchanged in only one array."""
    arrays = dict[str, set[str]]()
    for body in bodies:
        for statement in body:
            for node in walk(statement):
                match node:
                    case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=array))], value=ast.Name(id=name)) if (
                        array in sheet.given
                    ):
                        arrays.setdefault(name, set()).add(array)
                    case _:
                        pass
    return {name: sheet.given[next(iter(found))] for name, found in arrays.items() if len(found) == 1}


def _as_stored(name: str, array: Given | None) -> tuple[str, ...]:
    """Return names for a variable whose value is stored in an array; empty if it is not stored in one.

    Names such as ``new_`` or ``next_`` are only used if the array has an old value.
    """
    if array is None:
        return ()
    forms = _STORED_PATTERNS.get(name, ("{}",) if array.is_output else ("{}", "new_{}", "next_{}"))
    elements = ("_".join(words) for each in array.names if (words := _words(each)))
    return tuple(form.format(each) for each in elements for form in forms if _FEWEST < len(each) <= _LONG)


def _end(name: str) -> str:
    """Return the suffix that distinguishes a variable, such as the ``a`` of ``a``, ``xa`` and ``x_a``; may be empty."""
    found = re.fullmatch(r"(?:[a-zA-Z]{1,2}_?)?([ab])|[a-zA-Z]{1,2}_?([ij]|\d)|[a-zA-Z]+_([a-z]{1,3}|\d)", name)
    return next(filter(None, found.groups()), "") if found else ""


def _counts(name: str) -> bool:
    """Return whether an integer's name already says what it is, such as a count, a flag or an index.

    Such a name gets no suffix such as ``_id``.
    """
    words = set(name.split("_"))
    return name.endswith(("id", "adr", "idx")) or bool(
        words & {
            "count", "num", "start", "end", "type", "kind", "flag", "flags", "mask", "group", "id", "index", "idx",
            "offset", "dim", "mode", "state", "length", "size", "level", "adr", "age", "depth", "color", "label", "key",
            "active", "enabled", "valid", "status", "nnz", "rownnz", "steps", "step", "sum", "total", "max", "min",
        }
    )  # fmt: skip


def _of_arrays(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names for an element of an array, given the names of the array."""
    found = list[str]()
    for name in names:
        if name in _KNOWN:
            found += _KNOWN[name]
            continue
        words = _words(name)
        if not words:
            continue
        if "_".join(words) != name:
            found.append("_".join(words))
        if len(words) > 1 and len("_".join(words[1:])) > _LONGEST - 1:
            found.append("_".join(words[1:]))
    return tuple(dict.fromkeys(each for each in found if len(each) > 2 and each.isidentifier()))


def _words(name: str) -> list[str]:
    """Return the words of an array's name that describe an element; empty if they do not."""
    words = [each for each in name.split("_") if each not in _PLAIN and each]
    if not words or words[0] in _FIRST or words[-1] in _MANY:
        return []
    return [*words[:-1], singular(words[-1])]
