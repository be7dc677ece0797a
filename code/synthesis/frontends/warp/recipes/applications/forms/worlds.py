"""Kernels of many worlds, with one more launch dimension or index.

Arrays get a dimension for the world, or hold the items of all worlds, one world after another.
"""

import ast
import itertools
import math
import re
from collections.abc import Mapping
from dataclasses import replace

from synthesis.core.signatures import Role
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.walking import Rewriter, Visitor
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    LOCAL,
    THREAD,
    Given,
    Sheet,
    item_of,
    names_in,
    nodes_in,
    parts_of,
    plural,
    subject_of,
)

_SHARE = 0.1
"""Probability that the arrays of a kernel of one launch dimension get a dimension for the world.

In applications, 4 % of the accesses to arrays use both indices of a thread in two dimensions.
"""
_FLAT = 0.12
"""Probability that a kernel whose arrays get a dimension for the world has one index for the world and the item."""
_SPLIT = 0.22
"""Probability that the items of a kernel of one launch dimension belong to several worlds, one world after another.

A third of applications' kernels has several thread indices.
"""
_UNEVEN = 0.6
"""Probability that worlds whose items are stored one world after another have different numbers of items."""
_LEAST = 12
"""Minimum number of items that can be divided among worlds."""
_BATCHED = {"float32": 0.85, "int32": 0.3, "bool": 0.3}
"""Probability that read arrays of a type differ between worlds, decided for all arrays of the type together.

Integers of a model are its topology, which is usually the same in all worlds.
"""
_CHANGING = re.compile(
    r"(?:^|_)(?:active|alive|asleep|awake|count|counter|enabled|flags?|mask|mode|num|phase|selected|state|status|steps?"
    r"|touched|valid|visible|was|is|efc|contact)(?:_|$)"
)
"""Matches names of integers that differ between worlds. Other integers describe items and their connections."""
_AXIS = re.compile(r"_[xyz]$")
"""Matches the suffix of arguments that are components of one vector. All or none of them are read from arrays."""
_BOXED_SHARE = 0.02
"""Probability that a value that all threads share is read from an array of one element."""
_BOXED_IN_WORLDS_SHARE = 0.25
"""Probability that a kernel of many worlds reads each value that is no array from an array with one element a world."""
_TAKEN = {
    "env", "wid", "world", "body_world", "world_of", "world_mask", "point_world", "group_of",
    "per_world", "DOFS_PER_WORLD",
    # lists of contacts differ between worlds
    "contact_shape0", "contact_pair", "contacts", "contacts_io", "offsets",
}  # fmt: skip
"""Names of placeholders for worlds, for the world of an item, or for numbers of items of a world.

A kernel with one of them already has several worlds.
"""
_COUNTS = (2, 3, 4, 8)
_MOST_THREADS = 288
_HIGHEST_RANK = 3
_WORLD = "world_"
"""Placeholder name of the world's index."""
_EACH = "per_world"
"""Placeholder name of the number of threads for each world."""
_NAMES = ("worldid", "world", "env", "world_id", "env_id", "w")
_PER_WORLD = ("num_per_world", "per_world", "num_per_env", "count_per_world")
_PER_WORLD_OF = ("{many}_per_world", "num_{many}", "{many}_per_env", "{one}_count")
_STARTS = "starts_"
"""Placeholder name of the array of the first item of each world."""
_NUMBERS = "numbers_"
"""Placeholder name of the array of the number of items of each world."""
_STARTS_OF = ("{one}_start", "world_{one}_start", "{one}_offset", "first_{one}", "{one}_world_start")
_NUMBERS_OF = ("num_{many}", "{one}_count", "world_{one}_count", "num_world_{many}")
_LOCALS = ("local_id", "j", "i", "local", "k", "lid")
_INT = Type("int32")
_DIVISIONS = (ast.Mod, ast.FloorDiv)


def spread(sheet: Sheet, choices: Stream) -> None:
    """Give some kernels many worlds, and read some of their numbers from arrays."""
    counts = [count for count in _COUNTS if count * math.prod(sheet.launch) <= _MOST_THREADS]
    several = len(sheet.axes) == 1 and counts and _may_spread(sheet) and choices.chance(_SHARE)
    count = choices.choice(counts) if several else 1
    if several:
        _batch(sheet, choices, count)
    elif _may_split(sheet) and choices.chance(_SPLIT):
        count = _split(sheet, choices)
    _box(sheet, choices, count)


def _may_spread(sheet: Sheet) -> bool:
    """Return whether all written arrays of a kernel, and some read ones, can get a dimension for the world.

    The kernel must not query objects. Nor may its first thread do all the work, because each world would then launch
    many idle threads.
    """
    named = sheet.named()
    written = {key: each for key in named if (each := sheet.given.get(key)) and each.role is not Role.INPUT}
    high = any(len(each.shape or ()) > _HIGHEST_RANK for each in written.values())
    if named & sheet.objects or named & _TAKEN or written.keys() & _bare(sheet) or high:
        return False
    return bool(_differing(sheet)) and not any(map(_ends_others, sheet.body))


class _Uses(Visitor):
    """Finds names with other uses than these: an array element with all indices, an atomic, the shape of an array."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.bare = set[str]()

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.value, ast.Name):
            indices = parts_of(node.slice)
            given = self.sheet.given.get(node.value.id)
            if given is not None and len(given.shape or ()) != len(indices):
                self.bare.add(node.value.id)
            self.visit(node.slice)
        else:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        arguments = node.args
        if _is_atomic(node):
            arguments = arguments[1:]
        for each in arguments:
            self.visit(each)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if not (node.attr == "shape" and isinstance(node.value, ast.Name)):
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self.bare.add(node.id)


def _is_atomic(node: ast.Call) -> bool:
    """Return whether a call is an atomic operation."""
    function = node.func
    return isinstance(function, ast.Attribute) and function.attr.startswith("atomic_")


def _bare(sheet: Sheet) -> set[str]:
    """Return the names of arrays that cannot get one more index."""
    uses = _Uses(sheet)
    for statement in sheet.body:
        uses.visit(statement)
    return {name for name in uses.bare if name in sheet.given and sheet.given[name].shape is not None}


class _Batching(Rewriter):
    """Adds the world as the first index of arrays; in arrays of one element it replaces the index."""

    def __init__(self, arrays: set[str], single: set[str]) -> None:
        self.arrays = arrays
        self.single = single

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if isinstance(node.value, ast.Attribute) and isinstance(node.value.value, ast.Name):
            owner = node.value.value.id
            if owner in self.arrays - self.single and isinstance(node.slice, ast.Constant):
                return ast.Subscript(node.value, ast.Constant(int(str(node.slice.value)) + 1), node.ctx)
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        inner = self.visit(node.slice)
        if name not in self.arrays:
            return ast.Subscript(self.visit(node.value), inner, node.ctx)
        own = [] if name in self.single else parts_of(inner)
        indices: list[ast.expr] = [ast.Name(_WORLD, ast.Load()), *own]
        return ast.Subscript(node.value, indices[0] if len(indices) == 1 else ast.Tuple(indices, ast.Load()), node.ctx)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node = ast.Call(node.func, [self.visit(each) for each in node.args], node.keywords)
        target = node.args[0] if node.args else None
        if _is_atomic(node) and isinstance(target, ast.Name) and target.id in self.arrays:
            rest = node.args[2:] if target.id in self.single else node.args[1:]
            node.args = [target, ast.Name(_WORLD, ast.Load()), *rest]
        return node


def _batch(sheet: Sheet, choices: Stream, count: int) -> None:
    """Give a kernel's arrays a dimension for ``count`` worlds."""
    able, differing = _batchable(sheet), _differing(sheet)
    read = {each.kind.dtype for each in differing.values()}
    batched = {kind for kind, share in _BATCHED.items() if choices.chance(share)}
    batched = batched if batched & read else read  # the worlds must differ in something that they read
    chosen = {
        key
        for key, each in able.items()
        if each.role is not Role.INPUT
        or (key in differing and each.kind.dtype in batched)
        or each.shape == (1,)  # each world has its own counter
    }
    single = {key for key in chosen if sheet.given[key].shape == (1,)}
    batching = _Batching(chosen, single)
    sheet.body = [batching.visit(each) for each in sheet.body]
    for key in chosen:
        given = sheet.given[key]
        own = () if key in single else given.shape or ()
        sheet.given[key] = replace(given, shape=(count, *own), base=given.base * count)
    (names,), (threads,) = sheet.axes, sheet.launch
    if not choices.chance(_FLAT):
        sheet.axes, sheet.launch = [(_WORLD, *_NAMES), names], (count, threads)
        return
    sheet.axes = [(THREAD, *(each for each in ("tid", "i", "idx", "thread_id") if each != names[0]))]
    sheet.launch = (count * threads,)
    sheet.roles |= {_WORLD: _NAMES, names[0]: names}
    item = item_of(names)
    count_names = tuple(each.format(one=item, many=plural(item)) for each in _PER_WORLD_OF) if item else _PER_WORLD
    sheet.given[_EACH] = Given(kind=_INT, domain=(threads, threads), names=count_names)
    sheet.body[:0] = ast.parse(f"{_WORLD} = {THREAD} // {_EACH}\n{names[0]} = {THREAD} % {_EACH}").body


def _batchable(sheet: Sheet) -> dict[str, Given]:
    """Return the arrays that can get one more index."""
    named = sheet.named() - _bare(sheet)
    return {
        key: each for key, each in sheet.given.items() if key in named and 0 < len(each.shape or ()) <= _HIGHEST_RANK
    }


def _differing(sheet: Sheet) -> dict[str, Given]:
    """Return the arrays that are read and may differ between worlds.

    Arrays of the model are only included if there are no others.
    """
    read = {key: each for key, each in _batchable(sheet).items() if each.role is not Role.OUTPUT}
    return {key: each for key, each in read.items() if not _is_of_model(each)} or read


def _ends_others(statement: ast.stmt) -> bool:
    """Return whether a statement ends all threads except the first, as ``if tid != 0: return`` does."""
    match statement:
        case ast.If(test=ast.Compare(left=ast.Name(), ops=[ast.NotEq() | ast.Gt()]) as test, body=[*_, ast.Return()]):
            return ast.unparse(test.comparators[0]) == "0"
        case _:
            return False


def _is_of_model(given: Given) -> bool:
    """Return whether an array holds integers that are part of the model and the same in every world."""
    return given.kind.dtype == "int32" and not differs(given)


def differs(given: Given) -> bool:
    """Return whether an array's names say that it holds counts or a current state."""
    return any(map(_CHANGING.search, given.names))


def _may_split(sheet: Sheet) -> bool:
    """Return whether the items of a kernel can be divided among worlds.

    Its only index must identify an item and have no bound, and its statements may not use worlds already. They may not
    split the index into a row and a column either, because the items of a world do not begin at 0.
    """
    item = subject_of(sheet.axes[0]) if len(sheet.axes) == 1 and sheet.launch[0] >= _LEAST else ""
    if item in ("", "world", "env"):
        return False
    if sheet.named() & _TAKEN or list(names_in(sheet.body)).count(sheet.indices[0]) < 2:
        return False
    inside = list(nodes_in(sheet.body))
    divided = [node.left for node in inside if isinstance(node, ast.Compare)]
    divided += [node.left for node in inside if isinstance(node, ast.BinOp) and isinstance(node.op, _DIVISIONS)]
    return sheet.indices[0] not in set(names_in(divided))


def _split(sheet: Sheet, choices: Stream) -> int:
    """Divide the items of a kernel among worlds, one world after another, and return the number of worlds."""
    (names,), (threads,) = sheet.axes, sheet.launch
    index = names[0]
    item = subject_of(names)
    even = [count for count in (2, 3, 4, 6, 8) if threads % count == 0]
    if even and not choices.chance(_UNEVEN):
        count = choices.choice(even)
        most = threads // count
        count_names = tuple(each.format(one=item, many=plural(item)) for each in _PER_WORLD_OF)
        sheet.given[_EACH] = Given(kind=_INT, domain=(most, most), names=count_names)
        lines = f"{index} = {_WORLD} * {_EACH} + {LOCAL}"
    else:
        count = choices.choice((2, 3, 4))
        starts = [0, *sorted(choices.shuffled(range(1, threads))[: count - 1]), threads]
        numbers = [end - start for start, end in itertools.pairwise(starts)]
        most = max(numbers)
        own = tuple(each.format(one=item, many=plural(item)) for each in choices.shuffled(_STARTS_OF))
        counted = choices.chance(0.5)
        shape = (count,) if counted else (count + 1,)
        sheet.given[_STARTS] = Given(kind=_INT, domain=(0, 0), names=own, shape=shape, base=tuple(starts[: shape[0]]))
        if counted:
            count_names = tuple(each.format(one=item, many=plural(item)) for each in choices.shuffled(_NUMBERS_OF))
            sheet.given[_NUMBERS] = Given(
                kind=_INT, domain=(0, 0), names=count_names, shape=(count,), base=tuple(numbers)
            )
            beyond = f"{LOCAL} >= {_NUMBERS}[{_WORLD}]"
            lines = f"if {beyond}:\n    return\n{index} = {_STARTS}[{_WORLD}] + {LOCAL}"
        else:
            beyond = f"{index} >= {_STARTS}[{_WORLD} + 1]"
            lines = f"{index} = {_STARTS}[{_WORLD}] + {LOCAL}\nif {beyond}:\n    return"
    sheet.axes = [(_WORLD, *_NAMES), (LOCAL, *(each for each in choices.shuffled(_LOCALS) if each not in names))]
    sheet.launch = (count, most)
    sheet.items = (index,)
    sheet.roles |= {index: tuple(each for each in names if each != "tid") or names}
    sheet.body[:0] = ast.parse(lines).body
    return count


class _Boxing(Rewriter):
    """Replaces values by elements of arrays of the same names."""

    def __init__(self, boxed: Mapping[str, ast.expr]) -> None:
        self.boxed = boxed

    def visit_Name(self, node: ast.Name) -> ast.expr:
        index = self.boxed.get(node.id)
        return node if index is None else ast.Subscript(node, index, ast.Load())


def _box(sheet: Sheet, choices: Stream, worlds: int) -> None:
    """Read some values for all threads from arrays with one element, or with one for each world."""
    boxed: dict[str, ast.expr] = {}
    if not sheet.axes:
        return  # a single thread shares no values with others
    named, by_world = sheet.named(), worlds > 1 and choices.chance(_BOXED_IN_WORLDS_SHARE)
    for key, given in sheet.given.items():
        if given.shape is not None or key not in named or given.domain[0] == given.domain[1]:
            continue
        if by_world:
            boxed[key] = ast.Name(_WORLD, ast.Load())
            sheet.given[key] = replace(given, shape=(worlds,))
        elif choices.child(_AXIS.sub("", key)).chance(_BOXED_SHARE):
            boxed[key] = ast.Constant(0)
            sheet.given[key] = replace(given, shape=(1,))
    sheet.body = [_Boxing(boxed).visit(each) for each in sheet.body]
