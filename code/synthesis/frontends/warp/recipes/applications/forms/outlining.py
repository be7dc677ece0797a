"""Helper functions: lines that compute one or two values, or write results, become a function of their own."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from synthesis.drawing.streams import Stream
from synthesis.drawing.walking import walk
from synthesis.frontends.warp.recipes.applications.forms.kinds import kinds_in
from synthesis.frontends.warp.recipes.applications.forms.moved_writes import (
    KNOWN_NAMES,
    SHORT,
    SLOTS_SHARE,
    STORES_SHARE,
    define,
    move_slots_out,
    move_stores_out,
)
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    THREAD,
    Sheet,
    blocks_of,
    parse_expression,
)

_SHARES = (0.95, 0.5)
"""Probabilities that a kernel gets a helper function made of its lines, and that it then gets a second one."""
_SMALLEST, _LARGEST = 12, 130
"""Minimum and maximum number of expression nodes of a helper function."""
_WHOLE = 26
"""Minimum number of expression nodes of a single statement that becomes a function."""
_MOST_PARAMETERS, _MOST_ARRAYS, _LONG = 6, 2, 3
"""Maximum numbers of parameters and of array parameters of a function.

A function of fewer than ``_LONG`` statements has no array parameters and only one result.
"""
_MOST_RESULTS = 2
"""Maximum number of values that a function returns. 8 % of applications' kernels call a function with several."""
_SHARE_OF_KERNEL = 0.5
"""Maximum share of a kernel's expression nodes that may move into a function."""
_RETURN_ANNOTATION_SHARE = 0.65
"""Probability that a function has a return annotation."""
_WORDS = {
    ("x", "wp.vec3"): "position", ("p", "wp.vec3"): "point", ("v", "wp.vec3"): "velocity", ("q", "wp.quat"): "rotation",
    ("w", "float"): "weight", ("r", "float"): "distance", ("n", "wp.vec3"): "normal",
    ("f", "wp.vec3"): "force", ("m", "float"): "mass", ("vel", "wp.vec3"): "velocity",
    ("pos", "wp.vec3"): "position", ("dist", "float"): "distance", ("dir", "wp.vec3"): "direction",
    ("tau", "float"): "torque", ("tau", "wp.vec3"): "torque", ("dl", "float"): "impulse", ("dlam", "float"): "impulse",
    ("div", "float"): "divergence", ("disc", "float"): "discriminant", ("err", "float"): "error",
}  # fmt: skip
"""Words for variables in the names of functions, by a short name and a type that together have one usual meaning."""
_SHORTENED = frozenset({"acc", "num", "new", "old", "out", "total", "diff", "delta", "res", "tmp", "val"})
"""Names of variables that are as long as words but describe nothing, so no function is named after them."""
_VAGUE = frozenset({
    "value", "values", "sum", "count", "result", "next_value", "last_value", "low", "high", "slot", "found", "index",
    "item", "first", "last", "best", "start", "end", "num_around", "here", "row", "col", "key", "cell", "kind", "hits",
    "left",
    "right", "base", "flag", "state", "other", "least", "most", "dest", "offset", "begin", "stop", "size",
    "scaled",
})  # fmt: skip
"""Names that do not describe a value. Lines whose result has such a name do not become a function."""
_NAMED_OR_NUMBERED = re.compile(r"id='\w+'|value=[-\d.e]+")
_VERBS = ("compute_{}", "compute_{}", "eval_{}", "get_{}")
_QUESTIONS = ("is_{}", "check_{}")
"""Names of a function that returns a bool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Consecutive statements that only assign variables and can become a function.

    Attributes:
        block: the block that contains them.
        start: the index of the first one.
        stop: the index after the last one.
        results: the variables that are used after them.
        parameters: the types of the variables and arrays that they read.
    """

    block: list[ast.stmt]
    start: int
    stop: int
    results: tuple[str, ...]
    parameters: Mapping[str, str]

    @property
    def statements(self) -> list[ast.stmt]:
        return self.block[self.start : self.stop]


def outline(sheet: Sheet, choices: Stream) -> None:
    """Move some of a kernel's lines into helper functions."""
    for share in _SHARES:
        if not choices.chance(share):
            break
        known, places = kinds_in(sheet), _Places(sheet)
        for block, start, stop in choices.shuffled(list(_runs(sheet, places))):
            part = _part(block, start, stop, sheet, known, places)
            if part is not None and all(_word_for(each, known[each], sheet) for each in part.results):
                _move_out(sheet, part, choices, known)
                break
    if choices.child("stores").chance(STORES_SHARE):
        move_stores_out(sheet, choices.child("stores"))
    if choices.child("slots").chance(SLOTS_SHARE):
        move_slots_out(sheet, choices.child("slots"))


def _runs(sheet: Sheet, places: "_Places") -> Iterator[tuple[list[ast.stmt], int, int]]:
    """Yield sequences of statements that only assign variables, each with its block and position."""
    for block in blocks_of(sheet.body):
        for start in range(len(block)):
            cost = 0
            for stop in range(start, len(block)):
                fact = places.facts[id(block[stop])]
                cost += fact.cost
                if cost > _LARGEST or not fact.pure:
                    break
                if cost >= _SMALLEST:
                    yield block, start, stop + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fact:
    """Facts about a statement.

    Attributes:
        cost: the number of its expression nodes.
        pure: whether it only assigns variables.
        first: the index of its first name in :attr:`_Places.names`.
        last: the index after its last name.
    """

    cost: int
    pure: bool
    first: int
    last: int


class _Places:
    """Facts about each statement of a kernel, and all its names in the order of execution."""

    def __init__(self, sheet: Sheet) -> None:
        self.names: list[ast.Name] = []
        self.facts: dict[int, _Fact] = {}
        self.added_to = set[int]()
        self._objects = sheet.objects
        self._forms: dict[int, str] = {}
        for each in sheet.body:
            self._note(each)
        self.cost = sum(self.facts[id(each)].cost for each in sheet.body)

    def _note(self, node: ast.AST) -> None:
        """Record the names in a node in the order of execution: an assignment's value before its target."""
        first = len(self.names)
        children = list(ast.iter_child_nodes(node))
        match node:
            case ast.Name():
                self.names.append(node)
            case ast.Assign(targets=targets, value=value):
                children = [value, *targets]
            case ast.For(target=target, iter=iterable, body=body):
                children = [iterable, target, *body]
            case ast.AugAssign(target=target):
                self.added_to.add(id(target))
            case _:
                pass
        for each in children:
            self._note(each)
        if isinstance(node, ast.stmt):
            inner = list(walk(node))
            cost = sum(1 for each in inner if isinstance(each, ast.expr))
            pure = _is_pure(inner, self._objects)
            self.facts[id(node)] = _Fact(cost=cost, pure=pure, first=first, last=len(self.names))

    def form(self, statement: ast.stmt) -> str:
        """Return the source of a statement without its names and numbers."""
        if id(statement) not in self._forms:
            self._forms[id(statement)] = _NAMED_OR_NUMBERED.sub("", ast.dump(statement))
        return self._forms[id(statement)]

    def around(self, statements: list[ast.stmt]) -> tuple[list[ast.Name], list[ast.Name], list[ast.Name]]:
        """Return the names before some consecutive statements, in them, and after them."""
        first, last = self.facts[id(statements[0])].first, self.facts[id(statements[-1])].last
        return self.names[:first], self.names[first:last], self.names[last:]


def _is_pure(nodes: list[ast.AST], objects: frozenset[str]) -> bool:
    """Return whether a statement with these nodes only assigns variables.

    It must not write memory, leave the block, draw random numbers, use tiles or query an object.
    """
    loops = any(isinstance(node, ast.For | ast.While) for node in nodes)
    for node in nodes:
        match node:
            case ast.Expr(value=ast.Constant()):
                pass
            case ast.Return() | ast.Raise() | ast.Expr():
                return False
            case ast.Break() | ast.Continue() if not loops:
                return False
            case ast.Subscript(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()):
                return False
            case ast.Name(id=name) if name in objects:
                return False
            case ast.Call(func=ast.Attribute(attr=name)) if name.startswith(("atomic_", "tile_", "rand", "tid")):
                return False
            case _:
                pass
    return True


def _part(
    block: list[ast.stmt], start: int, stop: int, sheet: Sheet, known: Mapping[str, str], places: _Places
) -> _Part | None:  # fmt: skip
    """Return the statements ``block[start:stop]`` as a part; None if they cannot or should not become a function.

    They cannot, for example, if they change a variable that was assigned before, or if a type is unknown.
    """
    statements = block[start:stop]
    if isinstance(statements[-1], ast.Expr) or not _is_sensible(block, start, stop, places):
        return None
    before, inside, after = places.around(statements)
    stored = {node.id for node in inside if isinstance(node.ctx, ast.Store)}
    first = {node.id: node for node in reversed(inside)}
    if any(isinstance(first[name].ctx, ast.Load) or id(first[name]) in places.added_to for name in stored):
        return None  # they change a variable that was assigned before
    leaving = {node.id for node in (*before, *after) if node.id in stored}
    if not 1 <= len(leaving) <= _MOST_RESULTS or any(node.id in leaving for node in before):
        return None
    if not leaving <= {_target(each) for each in statements if isinstance(each, ast.Assign)}:
        return None
    results = tuple(dict.fromkeys(node.id for node in inside if node.id in leaving))
    if len(results) > 1 and (len(statements) < _LONG or not _share_a_source(statements, results)):
        return None
    needed = [name for name in dict.fromkeys(node.id for node in inside) if name not in stored]
    free = [name for name in needed if name not in sheet.fixed and name not in KNOWN_NAMES]
    clear = all(name in known and name not in sheet.bundles for name in (*free, *results))
    if not clear or not free or len(free) > _MOST_PARAMETERS or THREAD in free:
        return None
    arrays = [name for name in free if "array" in known[name]]
    if len(arrays) > (_MOST_ARRAYS if len(statements) >= _LONG else 0) or any(
        "array" in known[each] for each in results
    ):
        return None
    parameters = {name: known[name] for name in (*arrays, *(each for each in free if each not in arrays))}
    return _Part(block=block, start=start, stop=stop, results=results, parameters=parameters)


def _share_a_source(statements: Sequence[ast.stmt], results: Sequence[str]) -> bool:
    """Return whether all results depend on a common variable that the statements assign."""
    made_of = dict[str, set[str]]()
    for each in statements:
        names = [node for node in walk(each) if isinstance(node, ast.Name)]
        parts = {part for node in names for part in made_of.get(node.id, ())}
        for node in names:
            if isinstance(node.ctx, ast.Store):
                made_of[node.id] = parts | {node.id}
    first, *others = (made_of[each] for each in results)
    return bool(first.intersection(*others))


def _is_sensible(block: list[ast.stmt], start: int, stop: int, places: _Places) -> bool:
    """Return whether the statements ``block[start:stop]`` are a sensible function.

    They must be long enough, at most half of the kernel, no part of a case distinction, and of another form than the
    statements next to them.
    """
    statements = [each for each in block[start:stop] if not isinstance(each, ast.Expr)]
    cost = sum(places.facts[id(each)].cost for each in statements)
    if cost > _SHARE_OF_KERNEL * places.cost or (len(statements) < 2 and cost < _WHOLE):
        return False
    if _same_case_distinction(block, start) or _same_case_distinction(block, stop):
        return False
    beside = {places.form(each) for each in (*block[max(start - 2, 0) : start], *block[stop : stop + 2])}
    return beside.isdisjoint(map(places.form, statements))


def _same_case_distinction(block: list[ast.stmt], place: int) -> bool:
    """Return whether a statement and the one before it are branches on the same value, which belong together."""
    tested = [
        ast.dump(each.test.left)
        for each in block[max(place - 1, 0) : place + 1]
        if isinstance(each, ast.If) and isinstance(each.test, ast.Compare)
    ]
    return len(tested) > 1 and len(set(tested)) == 1


def _target(statement: ast.Assign) -> str | None:
    (target,) = statement.targets
    return target.id if isinstance(target, ast.Name) else None


def _move_out(sheet: Sheet, part: _Part, choices: Stream, known: Mapping[str, str]) -> None:
    """Move a part into a new function, and replace it by an assignment of the function's results."""
    *lines, last = part.statements
    one = part.results[0] if len(part.results) == 1 else None
    if one is not None and isinstance(last, ast.Assign) and _target(last) == one:
        lines.append(ast.Return(last.value))
    else:
        lines += [last, ast.Return(_name_or_tuple(part.results, ast.Load()))]
    said = "_and_".join(dict.fromkeys(_word_for(each, known[each], sheet) or each for each in part.results))
    is_question = one is not None and known[one] == "bool" and not said.startswith(("is_", "has_"))
    titles = tuple(each.format(said) for each in choices.shuffled(_QUESTIONS if is_question else _VERBS))
    returned = parse_expression(known[one]) if choices.chance(_RETURN_ANNOTATION_SHARE) and one is not None else None
    call = define(sheet, titles, part.parameters, lines, returned)
    part.block[part.start : part.stop] = [ast.Assign([_name_or_tuple(part.results, ast.Store())], call)]


def _name_or_tuple(names: tuple[str, ...], context: ast.expr_context) -> ast.expr:
    parts: list[ast.expr] = [ast.Name(each, context) for each in names]
    return parts[0] if len(parts) == 1 else ast.Tuple(parts, context)


def _word_for(variable: str, kind: str, sheet: Sheet) -> str | None:
    """Return the word for a variable in the name of a function that computes it.

    The result is None for a variable without a meaningful name.
    """
    for each in (variable, *sheet.roles.get(variable, ())):
        bare = each.rstrip("0123456789_")
        stem = bare.partition("_")[0]  # ``v`` for ``v_j``, whose suffix is an index
        said = _WORDS.get((stem, kind)) or (each if len(stem) >= SHORT else "")
        if said and said not in _VAGUE and bare not in _VAGUE | _SHORTENED:
            return said
    return None
