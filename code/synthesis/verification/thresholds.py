"""Finds what results depend on in a source: numbers that arguments are compared with, and functions with a kink."""

import ast
import functools
import itertools
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from synthesis.core.records import KernelSpec

_ARITHMETIC = re.compile(r"abs|min|max|sign|clamp|bool|(?:u?int|float)\d*")
"""Names of functions that compute with numbers alone."""
_NAMED = {
    "pi": math.pi,
    "PI": math.pi,
    "HALF_PI": math.pi / 2,
    "half_pi": math.pi / 2,
    "tau": math.tau,
    "TAU": math.tau,
}
"""Constants of modules, such as ``math.pi`` and ``wp.HALF_PI``."""
_UNSIGNED = re.compile(r"\buint\d+\b")
_KINK_FUNCTIONS = re.compile(
    r"\b(?:clamp|clip|min|max|minimum|maximum|abs|relu|leaky_relu|sign|atomic_min|atomic_max|sort|argsort|median|"
    r"quantile|percentile|top_k|amax|amin|cummax|cummin|argmax|argmin|segment_max|segment_min|ptp)\b"
)
"""Matches functions that have a kink."""
_SOONEST = 32
"""Maximum length of each tuple in ``Thresholds``; the first numbers and pairs in the source are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The numbers and arguments that the comparisons and branches of a source depend on."""

    of: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])
    """Maps an argument to the numbers that it, or a value computed from it, is compared with."""
    flags: frozenset[str] = frozenset()
    """Arguments that are tested for truth, passed to ``range``, or compared with something other than a number.

    The other operand may be another argument or a thread's index.
    """
    numbers: tuple[float, ...] = ()
    """All numbers in the source, beginning with those in comparisons."""
    together: tuple[tuple[str, str], ...] = ()
    """Pairs of arguments in the same comparison."""
    equal: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])
    """Maps an argument to the numbers that it, or a value computed from it, is compared with by == or !=."""
    indices: frozenset[str] = frozenset()
    """Arguments on which an index or a call depends, except a call of arithmetic on numbers; they may be indices."""
    unsigned: frozenset[str] = frozenset()
    """Arguments on which the distance of a shift, or a conversion to an unsigned type, depends.

    It is not defined for negative numbers. All arguments are meant if it depends on a function's own parameters.
    """


def thresholds_of(source: str, names: Collection[str], *, calls: bool = False) -> Thresholds:
    """Return the numbers that a source compares arguments with; none if the source cannot be parsed.

    Args:
        source: the complete source, with helpers and constants.
        names: the names of the arguments.
        calls: whether to follow arguments into called functions of the source.
    """
    return _thresholds_of(source, tuple(names), calls=calls)


def kernel_thresholds(spec: KernelSpec, *, calls: bool = False) -> Thresholds:
    """Return the numbers that a kernel's source compares its arguments with; see :func:`thresholds_of`."""
    return thresholds_of(spec.source, [each.name for each in spec.signature.arguments], calls=calls)


def has_extremes(source: str) -> bool:
    """Return whether a kernel may take the larger or smaller of two numbers, judging by its source."""
    return _KINK_FUNCTIONS.search(source) is not None


@functools.lru_cache(maxsize=4)  # a plan calls it several times for one kernel
def _thresholds_of(source: str, names: tuple[str, ...], *, calls: bool) -> Thresholds:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return Thresholds()
    constants, origins = _constants(tree), _origins(tree, names, calls=calls)
    found: dict[str, dict[float, None]] = {}
    flags = set[str]()
    numbers: dict[float, None] = {}
    together: dict[tuple[str, str], None] = {}
    equal: dict[str, dict[float, None]] = {}
    for test, compared in _tests(tree):
        in_test = dict.fromkeys(_numbers(test, constants))
        about = set[str]().union(*(origins.get(name, set[str]()) for name in _names(test)))
        numbers |= in_test
        if compared:
            together |= dict.fromkeys(itertools.combinations(sorted(set(names).intersection(_names(test))), 2))
        for name in about:
            found.setdefault(name, {}).update(in_test)
            if isinstance(test, ast.Compare) and any(isinstance(each, ast.Eq | ast.NotEq) for each in test.ops):
                equal.setdefault(name, {}).update(in_test)
        if not compared or not in_test:
            flags |= about
    numbers |= dict.fromkeys(_numbers(tree, constants))
    return Thresholds(
        of={name: tuple(each)[:_SOONEST] for name, each in found.items()},
        flags=frozenset(flags),
        numbers=tuple(numbers)[:_SOONEST],
        together=tuple(together)[:_SOONEST],
        equal={name: tuple(each) for name, each in equal.items()},
        indices=frozenset[str]().union(*(origins.get(name, set[str]()) for name in _index_names(tree))),
        unsigned=frozenset[str]().union(*(origins.get(name, names) for name in _unsigned_names(tree))),
    )


def _index_names(tree: ast.AST) -> Iterator[str]:
    """Yield the names in indices, and in arguments of calls except those of arithmetic on numbers."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(slice=index):
                yield from _names(index)
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if _ARITHMETIC.fullmatch(called):
                continue
            case ast.Call(args=arguments, keywords=keywords):
                for each in [*arguments, *keywords]:
                    yield from _names(each)
            case _:
                continue


def _unsigned_names(tree: ast.AST) -> Iterator[str]:
    """Yield the variables in distances of shifts, and in calls of or with an unsigned type."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {(alias.asname or alias.name).partition(".")[0] for node in imports for alias in node.names}
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=ast.LShift() | ast.RShift(), right=inner):
                pass
            case ast.Call() as inner if _UNSIGNED.search(ast.unparse(inner)):
                pass
            case _:
                continue
        called = {id(each.func) for each in ast.walk(inner) if isinstance(each, ast.Call)}
        for each in ast.walk(inner):
            if isinstance(each, ast.Name) and id(each) not in called and each.id not in modules:
                yield each.id


def _constants(tree: ast.Module) -> dict[str, float]:
    """Return the names that a module assigns numbers to, either directly or inside one call (``wp.constant(3)``)."""
    found: dict[str, float] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            value = statement.value
            inner = value.args[0] if isinstance(value, ast.Call) and len(value.args) == 1 else value
            number = _number(inner, {})
            if number is not None:
                found[statement.targets[0].id] = number
    return found


def _origins(tree: ast.AST, names: Collection[str], *, calls: bool) -> dict[str, set[str]]:
    """Return, for each name, the arguments that its value is computed from, as far as simple assignments show."""
    made = {name: {name} for name in names}
    links = [*_links(tree), *(_links_of_calls(tree) if calls else ())]
    for _ in range(4):  # a loop may read what it assigns later
        for target, read in links:
            for name in read:
                made.setdefault(target, set()).update(made.get(name, ()))
    return made


def _links(tree: ast.AST) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                pairs = [(target, value) for target in targets]
            case ast.AugAssign(target=target, value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                pairs = [(target, value)]
            case ast.For(target=target, iter=value):
                pairs = [(target, value)]
            case _:
                continue
        for target, value in pairs:
            for each in ast.walk(target):
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                    yield each.id, _names(value)


def _links_of_calls(tree: ast.AST) -> Iterator[tuple[str, list[str]]]:
    """Yield the parameters of the functions of a source, with the names that calls pass to them."""
    functions = {node.name: node.args for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
            given = functions[node.func.id]
            parameters = [each.arg for each in (*given.posonlyargs, *given.args)]
            yield from ((name, _names(value)) for name, value in zip(parameters, node.args, strict=False))
            yield from ((each.arg, _names(each.value)) for each in node.keywords if each.arg is not None)


def _tests(tree: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """Yield the expressions that control flow depends on, each with whether it is a comparison.

    Expressions that are not comparisons are tested for truth, or are arguments of ``range``.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Compare():
                yield node, True
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                yield from _truths(test)
            case ast.Call(func=ast.Name(id="range"), args=arguments):
                yield from ((each, False) for each in arguments)
            case _:
                continue


def _truths(test: ast.expr) -> Iterator[tuple[ast.expr, bool]]:
    if isinstance(test, ast.BoolOp):
        for each in test.values:
            yield from _truths(each)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _truths(test.operand)
    elif not isinstance(test, ast.Compare):
        yield test, False


def _names(node: ast.AST) -> list[str]:
    """Return the names in a tree, and dotted names of attributes, such as ``state.mass``."""
    found: list[str] = []
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            found.append(each.id)
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            found.append(f"{each.value.id}.{each.attr}")
    return found


def _numbers(node: ast.AST, constants: Mapping[str, float]) -> Iterator[float]:
    """Yield the numbers in a tree in order, except those that are indices."""
    number = _number(node, constants)
    if number is not None:
        yield number
        return
    for child in [node.value] if isinstance(node, ast.Subscript) else ast.iter_child_nodes(node):
        yield from _numbers(child, constants)


def _number(node: ast.AST, constants: Mapping[str, float]) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value) if abs(value) < 1e30 else None
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _number(operand, constants)
            return None if inner is None else -inner
        case ast.Name(id=name):
            return constants.get(name)
        case ast.Attribute(value=ast.Name(), attr=name):
            return _NAMED.get(name)
        case _:
            return None
