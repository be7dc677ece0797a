"""Yields smaller versions of a kernel: with fewer statements, expressions, arguments or elements. Pure functions."""

import ast
import builtins
import copy
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Signature

Node = TypeVar("Node", bound=ast.AST)
Transform = Callable[[ast.Module], None]
_SMALL = (0, 1, 2, 0.0, 1.0, True, False, None)


def size_of(spec: KernelSpec) -> tuple[int, int, int]:
    """Return the size of a kernel: nodes of its syntax tree, non-trivial numbers, elements of arrays and threads."""
    tree = ast.parse(spec.source)
    nodes = list(ast.walk(tree))
    plain = sum(isinstance(node, ast.Constant) and node.value not in _SMALL for node in nodes)
    shapes = [*(each.shape or () for each in spec.signature.spread.arguments), spec.signature.launch or ()]
    return len(nodes), plain, sum(size or 0 for shape in shapes for size in shape)


def normalised(spec: KernelSpec) -> KernelSpec:
    """Return the kernel without comments and docstrings, formatted by ``ast.unparse``."""
    tree = ast.parse(spec.source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None and len(node.body) > 1:
            del node.body[0]
    return _written(spec, tree)


Step = Callable[[KernelSpec], Iterator[KernelSpec]]
"""A kind of reduction: yields smaller versions of a kernel, the largest reductions first."""


def all_steps() -> tuple[Step, ...]:
    """Return all kinds of reductions, from the largest to the smallest."""
    return (
        _without_definitions,
        _without_statements,
        _without_branches,
        _inlined,
        _with_fewer_elements,
        _with_parts,
        _without_parameters,
        _with_plain_numbers,
    )


def smaller(spec: KernelSpec, step: Step) -> Iterator[KernelSpec]:
    """Return the versions of a kernel that a step yields, if they are smaller and use no undefined name."""
    size = size_of(spec)
    return (each for each in step(spec) if _is_whole(each) and size_of(each) < size)


def tidied(spec: KernelSpec) -> KernelSpec:
    """Return the kernel without unused variables, definitions, imports, and parameters with their arguments."""
    while True:
        tree = ast.parse(spec.source)
        read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        for block in _blocks(tree):
            kept = [each for each in block if not _is_unread(each, read)]
            block[:] = kept or [ast.Pass()]
        tree.body = [each for each in tree.body if not _is_unread(each, read | {spec.name})]
        made = _written(spec, tree)
        made = next(_without_parameters(made), made)
        if made.source == spec.source:
            return spec
        spec = made


def _is_unread(statement: ast.stmt, read: Collection[str]) -> bool:
    """Return whether a statement only binds names that are never read."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name not in read
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name not in read
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return all((each.asname or each.name).partition(".")[0] not in read for each in aliases)
        case _:
            return False


def _changed(spec: KernelSpec, change: Callable[[ast.Module], object]) -> Iterator[KernelSpec]:
    tree = ast.parse(spec.source)
    change(tree)
    try:
        yield _written(spec, tree)
    except (ValueError, AttributeError, SyntaxError):  # the result is not valid Python
        return


def _written(spec: KernelSpec, tree: ast.Module) -> KernelSpec:
    return replace(spec, source=ast.unparse(ast.fix_missing_locations(tree)) + "\n")


# Whole definitions


def _without_definitions(spec: KernelSpec) -> Iterator[KernelSpec]:
    """Yield the kernel without a helper, a constant or an import of the module."""
    for number, each in enumerate(ast.parse(spec.source).body):
        if not (isinstance(each, ast.FunctionDef) and each.name == spec.name):
            yield from _changed(spec, lambda tree, number=number: tree.body.pop(number))


# Statements

_BLOCKS = ("body", "orelse", "finalbody")


def _blocks(tree: ast.AST) -> list[list[ast.stmt]]:
    """Return the statement lists of functions and of nested blocks, outer ones first."""
    found: list[list[ast.stmt]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            continue
        blocks = (getattr(node, name, None) for name in _BLOCKS)
        found += [block for block in blocks if isinstance(block, list) and block and isinstance(block[0], ast.stmt)]
    return found


def _without_statements(spec: KernelSpec) -> Iterator[KernelSpec]:
    """Yield the kernel without some adjacent statements of a block, from the end of the block to its start.

    First all statements but one are left out, then half as many, and so on until one at a time.
    """
    for number, block in enumerate(_blocks(ast.parse(spec.source))):
        length = max(1, len(block) - 1)
        while length:
            for start in range(len(block) - length, -1, -length):
                yield from _changed(
                    spec, lambda tree, at=(number, start, length): _cut(_blocks(tree)[at[0]], at[1], at[2])
                )
            length //= 2


def _cut(block: list[ast.stmt], start: int, length: int) -> None:
    del block[start : start + length]
    if not block:
        block.append(ast.Pass())


def _without_branches(spec: KernelSpec) -> Iterator[KernelSpec]:
    """Yield the kernel with an ``if`` or a loop replaced by its body."""
    for number, block in enumerate(_blocks(ast.parse(spec.source))):
        for place, statement in enumerate(block):
            for name in ("body", "orelse"):
                if isinstance(statement, ast.If | ast.For | ast.While) and getattr(statement, name):
                    at = (number, place, name)
                    yield from _changed(spec, lambda tree, at=at: _hoist(_blocks(tree)[at[0]], at[1], at[2]))


def _hoist(block: list[ast.stmt], place: int, name: str) -> None:
    statement = block[place]
    inner: list[ast.stmt] = getattr(statement, name)
    before: list[ast.stmt] = []
    if isinstance(statement, ast.For) and name == "body":
        before = [ast.Assign(targets=[statement.target], value=ast.Constant(0))]
    block[place : place + 1] = [*before, *inner]


def _inlined(spec: KernelSpec) -> Iterator[KernelSpec]:
    """Yield the kernel with a variable inlined, if it is assigned once and read once."""
    for name in _single_names(ast.parse(spec.source)):
        yield from _changed(spec, lambda tree, name=name: _inline(tree, name))


def _single_names(tree: ast.Module) -> list[str]:
    stored: dict[str, int] = {}
    loaded: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            counter = loaded if isinstance(node.ctx, ast.Load) else stored
            counter[node.id] = counter.get(node.id, 0) + 1
    return [name for name, count in stored.items() if count == 1 and loaded.get(name) == 1]


def _inline(tree: ast.Module, name: str) -> None:
    value: ast.expr | None = None
    for block in _blocks(tree):
        for statement in list(block):
            if isinstance(statement, ast.Assign) and _assigns(statement, name):
                value = statement.value
                block.remove(statement)
    if value is not None:
        _Replacing(lambda node: value if isinstance(node, ast.Name) and node.id == name else None).visit(tree)


def _assigns(statement: ast.Assign, name: str) -> bool:
    (target, *more) = statement.targets
    return not more and isinstance(target, ast.Name) and target.id == name


class _Replacing(ast.NodeTransformer):
    def __init__(self, replacement: Callable[[ast.expr], ast.expr | None]) -> None:
        self._replacement = replacement

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        found = self._replacement(node) if isinstance(node, ast.expr) else None
        return node if found is None else found


# Expressions


def _expressions(tree: ast.AST) -> list[ast.expr]:
    """Return the expressions computed in functions, outer ones first, without annotations and decorators."""
    found: list[ast.expr] = []
    pending: list[ast.AST] = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    pending = [statement for function in pending for statement in getattr(function, "body", ())]
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            found.append(node)
        pending += [each for each in ast.iter_child_nodes(node) if not isinstance(node, ast.keyword)]
    return found


def _parts(node: ast.expr) -> list[ast.expr]:
    """Return the parts that can replace an expression: its operands or its arguments."""
    match node:
        case ast.BinOp():
            return [node.left, node.right]
        case ast.UnaryOp():
            return [node.operand]
        case ast.IfExp():
            return [node.body, node.orelse]
        case ast.BoolOp():
            return list(node.values)
        case ast.Call():
            return list(node.args)
        case ast.Tuple() | ast.List() if len(node.elts) > 1:
            rest = (node.elts[:place] + node.elts[place + 1 :] for place in range(len(node.elts)))
            return [type(node)(elts=each, ctx=ast.Load()) for each in rest] + ([node.elts[0]] if node.elts else [])
        case ast.Attribute() if not isinstance(node.value, ast.Name):
            return [node.value]
        case _:
            return []


def _with_parts(spec: KernelSpec) -> Iterator[KernelSpec]:
    """Yield the kernel with an expression replaced by an operand or by 1."""
    for number, node in enumerate(_expressions(ast.parse(spec.source))):
        parts = _parts(node)
        for place in range(len(parts)):
            yield from _changed(spec, lambda tree, at=(number, place): _put_part(tree, *at))
        if isinstance(node, ast.BinOp | ast.Call | ast.Subscript):
            yield from _changed(spec, lambda tree, number=number: _put(tree, number, ast.Constant(1.0)))


def _put_part(tree: ast.Module, number: int, place: int) -> None:
    _put(tree, number, copy.deepcopy(_parts(_expressions(tree)[number])[place]))


def _put(tree: ast.Module, number: int, new: ast.expr) -> None:
    old = _expressions(tree)[number]
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if value is old:
                setattr(node, name, new)
            elif isinstance(value, list):
                setattr(node, name, [new if each is old else each for each in value])  # pyright: ignore


# Arguments, numbers, elements


def _without_parameters(spec: KernelSpec) -> Iterator[KernelSpec]:
    """Yield the kernel without an unused parameter."""
    kernel = _kernel_of(ast.parse(spec.source), spec.name)
    if kernel is None or spec.signature.call is not None:
        return
    read = {node.id for node in ast.walk(kernel) if isinstance(node, ast.Name)}
    for number, parameter in enumerate(kernel.args.args):
        if parameter.arg not in read:
            for made in _changed(spec, lambda tree, number=number: _drop_parameter(tree, spec.name, number)):
                yield replace(made, signature=without_argument(spec.signature, parameter.arg))


def _kernel_of(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    return next((each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == name), None)


def _drop_parameter(tree: ast.Module, name: str, number: int) -> None:
    kernel = _kernel_of(tree, name)
    if kernel is not None:
        del kernel.args.args[number]


def without_argument(signature: Signature, name: str) -> Signature:
    """Return a signature without an argument and its derivative."""
    return replace(
        signature,
        arguments=tuple(each for each in signature.arguments if each.name != name),
        differentiable=tuple(each for each in signature.differentiable if each != name),
    )


def _with_plain_numbers(spec: KernelSpec) -> Iterator[KernelSpec]:
    """Yield the kernel with a number replaced by 1 or 2."""
    for number, node in enumerate(_expressions(ast.parse(spec.source))):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value not in _SMALL:
            for value in (1, 2) if isinstance(node.value, int) else (1.0,):
                yield from _changed(spec, lambda tree, at=(number, value): _put(tree, at[0], ast.Constant(at[1])))


def _with_fewer_elements(spec: KernelSpec) -> Iterator[KernelSpec]:
    """Yield the kernel with a size reduced in all shapes and in the launch."""
    signature = spec.signature
    shapes = [*(each.shape or () for each in signature.spread.arguments), signature.launch or ()]
    for old in sorted({size for shape in shapes for size in shape if size and size > 1}, reverse=True):
        for new in sorted({1, 2, old // 2}):
            if new < old:
                arguments = tuple(_resized(each, {old: new}) for each in signature.arguments)
                launch = signature.launch and tuple(new if size == old else size for size in signature.launch)
                yield replace(spec, signature=replace(signature, arguments=arguments, launch=launch))


def _resized(argument: Argument, sizes: Mapping[int, int]) -> Argument:
    """Return an argument with other sizes in its shape, or, for an integer, with another size as its value or limit.

    Of the recorded values of an array (``Argument.base``), the first ones along each dimension are kept.
    """
    if argument.is_bundle:
        return replace(argument, fields=tuple(_resized(each, sizes) for each in argument.fields))
    domain = argument.domain
    if domain is not None and argument.dtype.startswith(("int", "uint")):
        for old, new in sizes.items():
            if domain.low == domain.high == old:
                domain = Domain(low=new, high=new)
            elif domain.low >= 0 and domain.high == old - 1:
                domain = Domain(low=min(domain.low, new - 1), high=new - 1)
        argument = replace(argument, domain=domain)
    if argument.shape is None:
        return argument
    shape = tuple(size if size is None else sizes.get(size, size) for size in argument.shape)
    base = argument.base
    if base:
        elements = np.reshape(base, tuple(size or 0 for size in (*argument.shape, *argument.element)))
        base = tuple(elements[tuple(map(slice, shape))].ravel().tolist())
    return replace(argument, shape=shape, base=base, type_name=_resized_type(argument, shape))


def _resized_type(argument: Argument, shape: Iterable[int | None]) -> str:
    """Return the type's name with another shape.

    JAX's names contain the shape, Warp's do not, and the brackets of Triton's ``tensordesc<fp16[16, 32]>`` have the
    shape of a block.
    """
    head, bracket, rest = argument.type_name.partition("[")
    if not bracket or "." in head or "<" in head:
        return argument.type_name
    return f"{head}[{','.join(map(str, shape))}]{rest.partition(']')[2]}"


# Filters


def _is_whole(spec: KernelSpec) -> bool:
    """Return whether every name that is read is bound somewhere. Otherwise the kernel need not be tried."""
    try:
        tree = ast.parse(spec.source)
    except SyntaxError:
        return False
    given = set(dir(builtins))
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                given.add(node.name)
            case ast.Import() | ast.ImportFrom():
                given |= {(each.asname or each.name).partition(".")[0] for each in node.names}
            case ast.arg():
                given.add(node.arg)
            case ast.Name() if not isinstance(node.ctx, ast.Load):
                given.add(node.id)
            case _:
                pass
    return all(node.id in given for node in ast.walk(tree) if isinstance(node, ast.Name))
