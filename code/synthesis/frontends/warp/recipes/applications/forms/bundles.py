"""Structs of arrays, such as a model, a state or contacts. A kernel reads some fields and writes a few.

Programs pass such a struct to many kernels, so it may have fields that this one does not use.
"""

import ast
from collections.abc import Iterator, Mapping

from synthesis.core.signatures import Role
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.walking import Rewriter
from synthesis.frontends.warp.recipes.applications.forms.arguments import is_changing
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    Bundle,
    Given,
    Sheet,
    names_stored,
)
from synthesis.frontends.warp.recipes.applications.forms.worlds import differs

_SHARE = 0.06
"""Probability that a kernel has a struct of arrays if it can. 3.6 % of all kernels of applications have one."""
_TWO_STRUCTS_SHARE = 0.35
"""Probability that a kernel has one struct of read arrays and another one of written arrays."""
_NUMBERS_SHARE = 0.7
"""Probability that numeric arguments become fields of a struct. All suitable arrays do."""
_LEAST = 2
"""Minimum number of fields that the kernel uses."""
_MOST = 9
"""Maximum number of fields that the kernel uses."""
_FEWEST_NAMED = 2
"""Minimum number of fields whose names must contain an item, so that the struct can be named after it."""
_FEWEST = 8
"""Minimum size of an array field that the kernel does not use."""
_MOST_UNUSED = 1
"""Maximum number of fields that the kernel does not use."""
_OF_CPP = frozenset(
    {"auto", "default", "delete", "double", "enum", "long", "new", "register", "short", "static", "union"}
)
"""Names that no field may have, because it becomes a member of a struct in C++."""
_STRUCT_NAMES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "contact": (("Contacts", "ContactData", "ContactBuffer"), ("contacts", "contact_data", "c")),
    "joint": (("Joints", "Articulation", "JointData"), ("joints", "articulation", "robot")),
    "body": (("Bodies", "BodyData", "RigidBodies"), ("bodies", "body_data", "rb")),
    "particle": (("Particles", "ParticleData", "ParticleSystem"), ("particles", "parts", "system")),
    "tri": (("MeshData", "Triangles", "Surface"), ("mesh_data", "surface", "geo")),
    "vert": (("MeshData", "Vertices", "Surface"), ("mesh_data", "verts", "geo")),
    "face": (("MeshData", "Faces", "Surface"), ("mesh_data", "surface", "geo")),
    "spring": (("Springs", "Cloth", "SpringData"), ("springs", "cloth", "links")),
    "cell": (("Grid", "GridData", "Field"), ("grid", "domain", "cells")),
    "geom": (("Geoms", "GeomData", "Shapes"), ("geoms", "shapes", "geom_data")),
    "shape": (("Shapes", "ShapeData", "Collider"), ("shapes", "collider", "shape_data")),
    "event": (("Events", "EventQueue", "Log"), ("events", "queue", "log_data")),
}
"""Names of the struct and of the argument, by the item in the names of the fields."""
_READ = (("Model", "ModelData", "ModelInfo"), ("model", "m", "mdl", "info"))
_SETTINGS = (("Options", "SolverOptions", "Settings"), ("options", "opts", "settings"))
"""Names of a struct that a kernel of one thread reads: its fields are settings of a solver rather than a model."""
_STATE = (("State", "SimState", "StateData", "BodyState"), ("state", "s", "state_in", "state_0"))
"""Names of a struct of arrays that are only read, if most of them change from step to step."""
_WRITTEN = (("State", "Data", "SimState", "Workspace"), ("state", "d", "data", "state_out"))
_FLOAT, _INT, _VEC = Type("float32"), Type("int32"), Type("float32", (3,))
_UNUSED_FIELDS: Mapping[str, tuple[Type, tuple[float, float], bool]] = {
    "mass": (_FLOAT, (0.5, 2.0), True), "inv_mass": (_FLOAT, (0.5, 2.0), True), "radius": (_FLOAT, (0.1, 1.0), True),
    "friction": (_FLOAT, (0.2, 0.9), True), "damping": (_FLOAT, (0.0, 1.0), True), "flags": (_INT, (0, 7), True),
    "world_id": (_INT, (0, 3), True), "group": (_INT, (0, 5), True), "com": (_VEC, (-1.0, 1.0), True),
    "gravity": (_VEC, (-1.0, 1.0), False), "timestep": (_FLOAT, (0.01, 0.1), False),
    "num_worlds": (_INT, (1, 4), False), "max_count": (_INT, (16, 64), False), "time": (_FLOAT, (0.0, 4.0), False),
    "margin": (_FLOAT, (0.0, 0.1), False),
}  # fmt: skip
"""Unused fields that a struct may have: type, domain, and whether it is an array."""


def bundle(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, put arrays, and perhaps numbers, into one or two structs."""
    named = sheet.named()
    unassigned = named.difference(names_stored(sheet.body))
    fitting = {key: each for key, each in sheet.given.items() if key in unassigned}
    arrays = [key for key, each in fitting.items() if each.shape is not None]
    if named & sheet.objects or len(arrays) < _LEAST or not choices.chance(_SHARE):
        return
    written = [key for key in arrays if fitting[key].role is not Role.INPUT]
    read = [key for key in arrays if key not in written]
    whole = choices.chance(_NUMBERS_SHARE)
    numbers = [key for key, each in fitting.items() if each.shape is None and whole]
    groups = [_of_one_subject(read, fitting) or [*read, *numbers]]
    if len(written) >= _LEAST and choices.chance(_TWO_STRUCTS_SHARE):
        groups.append(written)
    taken = set[str]()
    for group in groups:
        if _LEAST <= len(group) <= _MOST:
            _gather(sheet, choices, group, taken)


def _of_one_subject(keys: list[str], given: Mapping[str, Given]) -> list[str]:
    """Return the arrays whose possible names all contain the most common item; empty if there are too few."""
    of = {
        subject: [key for key in keys if all(subject in name for name in given[key].names)] for subject in _STRUCT_NAMES
    }
    most = max(of.values(), key=len)
    return most if len(most) > _FEWEST_NAMED else []


def _gather(sheet: Sheet, choices: Stream, keys: list[str], taken: set[str]) -> None:
    """Put arguments into a new struct, and add the names of its fields to ``taken``."""
    key = f"bundle_{len(sheet.bundles)}"
    fields: dict[str, Given] = {}
    attributes: dict[str, str] = {}
    for each in keys:
        given = sheet.given[each]
        free = [name for name in given.names if name not in taken and name not in _OF_CPP]
        if not free:
            continue
        attributes[each] = choices.choice(free)
        taken.add(attributes[each])
        fields[attributes[each]] = given
        del sheet.given[each]
    fields |= dict(_unused_fields(sheet, choices, taken))
    writes = any(each.role is not Role.INPUT for each in fields.values())
    changing = [is_changing(each, name) or differs(each) for name, each in fields.items() if each.shape is not None]
    moving = 2 * sum(changing) > len(changing)
    titles, names = _WRITTEN if writes else _SETTINGS if not sheet.axes else _STATE if moving else _READ
    for subject, struct_names in _STRUCT_NAMES.items():
        if sum(subject in name for name in attributes.values()) >= _FEWEST_NAMED and choices.chance(0.7):
            titles, names = struct_names
    free = [each for each in titles if all(each != other.title for other in sheet.bundles.values())]
    sheet.bundles[key] = Bundle(title=choices.choice(free or [f"{titles[0]}View"]), names=names, fields=fields)
    sheet.roles[key] = names
    reading = _FieldReading(key, attributes)
    sheet.body = [reading.visit(each) for each in sheet.body]


def _unused_fields(sheet: Sheet, choices: Stream, taken: set[str]) -> Iterator[tuple[str, Given]]:
    """Yield a few fields that no line uses."""
    for name in choices.ranked(list(_UNUSED_FIELDS), key=str)[: choices.integer(0, _MOST_UNUSED)]:
        if name in taken:
            continue
        taken.add(name)
        kind, domain, several = _UNUSED_FIELDS[name]
        size = max(sheet.launch[-1], _FEWEST)
        yield name, Given(kind=kind, domain=domain, names=(name,), shape=(size,) if several else None)


class _FieldReading(Rewriter):
    """Replaces arguments by fields of a struct."""

    def __init__(self, bundle: str, attributes: Mapping[str, str]) -> None:
        self.bundle = bundle
        self.attributes = attributes

    def visit_Name(self, node: ast.Name) -> ast.expr:
        attribute = self.attributes.get(node.id)
        return node if attribute is None else ast.Attribute(ast.Name(self.bundle, ast.Load()), attribute, ast.Load())

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        """Rewrite ``a *= b`` and ``a /= b`` as plain assignments; Warp does not support them on a struct's array."""
        target, value = self.visit(node.target), self.visit(node.value)
        match target:
            case ast.Subscript(value=ast.Attribute() as array, slice=index) if isinstance(node.op, ast.Mult | ast.Div):
                read = ast.Subscript(array, index, ast.Load())
                return ast.Assign([target], ast.BinOp(read, node.op, value))
            case _:
                return ast.AugAssign(target, node.op, value)
