"""The numbers that a source compares its arguments with: where its branches part."""

import ast
import functools
import itertools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

_SOONEST = 32
"""How many numbers of a source are taken, the first ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What a source decides by."""

    of: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])
    """Argument to the numbers that it, or what is computed from it, is compared with."""
    flags: frozenset[str] = frozenset()
    """Arguments whose truth is asked for, or that a comparison with another argument or a thread's number is about."""
    numbers: tuple[float, ...] = ()
    """Every number of the source, those of comparisons first."""
    together: tuple[tuple[str, str], ...] = ()
    """Pairs of arguments that stand in one comparison."""


def thresholds_of(source: str, names: Collection[str]) -> Thresholds:
    """The numbers that a source compares arguments with; of a source that does not parse, none.

    Args:
        source: complete, with helpers and constants.
        names: the arguments'.
    """
    return _thresholds_of(source, tuple(names))


@functools.lru_cache(maxsize=4)  # a plan asks for those of its kernel several times
def _thresholds_of(source: str, names: tuple[str, ...]) -> Thresholds:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return Thresholds()
    constants, origins = _constants(tree), _origins(tree, names)
    found: dict[str, dict[float, None]] = {}
    flags = set[str]()
    numbers: dict[float, None] = {}
    together: dict[tuple[str, str], None] = {}
    for test, compared in _tests(tree):
        held = dict.fromkeys(_numbers(test, constants))
        about = set[str]().union(*(origins.get(name, set[str]()) for name in _names(test)))
        numbers |= held
        if compared:
            together |= dict.fromkeys(itertools.combinations(sorted(set(names).intersection(_names(test))), 2))
        for name in about:
            found.setdefault(name, {}).update(held)
        if not compared or not held:
            flags |= about
    numbers |= dict.fromkeys(_numbers(tree, constants))
    return Thresholds(
        of={name: tuple(each)[:_SOONEST] for name, each in found.items()},
        flags=frozenset(flags),
        numbers=tuple(numbers)[:_SOONEST],
        together=tuple(together)[:_SOONEST],
    )


def _constants(tree: ast.Module) -> dict[str, float]:
    """Names that a module gives to numbers, as they are or inside one call (``wp.constant(3)``)."""
    found: dict[str, float] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            value = statement.value
            inner = value.args[0] if isinstance(value, ast.Call) and len(value.args) == 1 else value
            number = _number(inner, {})
            if number is not None:
                found[statement.targets[0].id] = number
    return found


def _origins(tree: ast.AST, names: Collection[str]) -> dict[str, set[str]]:
    """Name to the arguments that its value is computed from, as far as plain assignments tell."""
    made = {name: {name} for name in names}
    links = list(_links(tree))
    for _ in range(4):  # what is assigned later in a loop is computed from as well
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


def _tests(tree: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """What decides: comparisons, and expressions whose truth is asked for; and whether it is the former."""
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
    """The names in a tree, and those of fields with what they are of, as ``state.mass``."""
    found: list[str] = []
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            found.append(each.id)
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            found.append(f"{each.value.id}.{each.attr}")
    return found


def _numbers(node: ast.AST, constants: Mapping[str, float]) -> Iterator[float]:
    """The numbers in a tree, in its order, but for those that are indices."""
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
        case _:
            return None
