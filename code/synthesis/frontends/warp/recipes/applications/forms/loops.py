"""Loops: a row for one thread or shared by several, one item for each thread or a stride, ``range`` or ``while``."""

import ast
import math
from collections.abc import Iterator

from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.walking import Rewriter
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    THREAD,
    Filling,
    Given,
    Sheet,
    blocks_of,
    is_remark,
    item_of,
    names_in,
    names_stored,
    nodes_in,
    parse_expression,
    parts_of,
    plural,
)

_SHARED_ROW_SHARE = 0.85
"""Probability that several threads share a row whose entries are independent.

5 % of applications' kernels have a range with a step; without this form 2 % of drawn ones had one.
"""
_LANES = (2, 4, 8)
"""Numbers of threads that may share a row."""
_STRIDED_SHARE = 0.07
"""Probability that the threads of a kernel process the items with a stride."""
_FEWER = (2, 4, 8)
"""Numbers of items that a thread may process if the threads process the items with a stride."""
_WHILE_SHARE = 0.24
"""Probability that a kernel has ``while`` loops with a counter in place of ``range`` loops.

6 % of applications' kernels have a ``while`` loop; without this form 3 % of drawn ones had one.
"""
_MOST_THREADS = 512
"""Maximum number of threads of a launch that gets another dimension."""
_MOST_AXES = 2
"""Maximum number of dimensions of a launch that gets another dimension. Warp has four, but few kernels use them all."""
_FROM_ZERO_SHARE = 0.83
"""Probability that a kernel counts the entries of a row from 0.

Of the indices of applications' arrays 3 % are loop counters, 9 % are arithmetic and 26 % were computed before. Without
this form drawn kernels had 6 %, 6 % and 22 %.
"""
_INLINE_INDEX_SHARE = 0.8
"""Probability that a kernel that counts from 0 computes an entry's index inside the brackets, if it is used once."""
_BETWEEN_ENDS_SHARE = 0.7
"""Probability that a kernel counts from 0 even if a row is given by a start and an end, which ``range`` could take."""
_COUNTER_NAMES, _BEGIN_NAMES = ("i", "k", "j", "n", "ii"), ("start", "begin", "first", "offset", "base")
_LONG = 4
"""Minimum number of iterations, if it is a literal, of a loop that threads share or that becomes a ``while`` loop."""
_FEW = 8
"""Minimum number of iterations, if it is given by an argument or a shape, of a loop that threads share."""
_LANE = "lane_"
"""Placeholder name of the index of a thread among those that share its row."""
_STEP = "lanes_"
"""Placeholder name of the number of threads that share a row."""
_LANE_NAMES = ("lane", "sub", "lane_id", "sub_id", "tid_in_row", "worker")
_STEP_NAMES = ("num_lanes", "lanes", "threads_per_item", "stride", "num_workers", "lane_count")
_ALL, _EVERY = "all_", "every_"
"""Placeholder names of the number of items and of the number of threads."""
_EVERY_NAMES = ("num_threads", "total_num_threads", "stride", "grid_stride", "thread_count")
_COUNT_NAMES, _COUNT_NAMES_OF = ("n", "count", "num_items", "total"), ("num_{many}", "{one}_count", "total_{many}")
_THREADS = ("tid", "thread_id", "t")
_LEAST = 16
"""Minimum number of items of a kernel with a stride."""
_INT = Type("int32")


def share(sheet: Sheet, choices: Stream) -> None:
    """In most kernels, let several threads share a loop, each with its own start and their number as the step.

    The kernel must end with a loop of independent iterations, and only read before it.
    """
    loop = sheet.body[-1]
    most = _most_iterations(loop, sheet)
    counts = [each for each in _LANES if each * math.prod(sheet.launch) <= _MOST_THREADS and each < most]
    flat = 0 < len(sheet.axes) <= _MOST_AXES
    if not (flat and counts and _ends_with_independent_loop(sheet.body, sheet)) or not choices.chance(
        _SHARED_ROW_SHARE
    ):
        return
    assert isinstance(loop, ast.For)
    assert isinstance(loop.iter, ast.Call)
    first, last = _bounds(loop.iter)
    lane = ast.Name(_LANE, ast.Load())
    from_there = lane if _is_zero(first) else ast.BinOp(first, ast.Add(), lane)
    loop.iter.args = [from_there, last, ast.Name(_STEP, ast.Load())]
    count = choices.choice(counts)
    sheet.given[_STEP] = Given(kind=_INT, domain=(count, count), names=_STEP_NAMES)
    sheet.axes = [*sheet.axes, (_LANE, *_LANE_NAMES)]
    sheet.launch = (*sheet.launch, count)


def _most_iterations(loop: ast.stmt, sheet: Sheet) -> float:
    """Return the maximum number of iterations of a loop, or ``_MOST_THREADS`` if it is unknown.

    Return 0 if the statement is no loop, or if an argument or a shape gives too few iterations.
    """
    if not isinstance(loop, ast.For) or not isinstance(loop.iter, ast.Call):
        return 0
    match loop.iter.args[-1]:
        case ast.Constant(value=int(most)):
            return most
        case ast.Name(id=key) | ast.Subscript(value=ast.Name(id=key)) if key in sheet.given:
            high = sheet.given[key].domain[1]
            return high if high >= _FEW else 0
        case ast.Subscript(
            value=ast.Attribute(value=ast.Name(id=key), attr="shape"), slice=ast.Constant(value=int(axis))
        ):
            size = (sheet.given[key].shape or ())[axis : axis + 1] if key in sheet.given else ()
            return size[0] if size and size[0] >= _FEW else 0
        case _:
            return _MOST_THREADS


def stride(sheet: Sheet, choices: Stream) -> None:
    """Launch some kernels with fewer threads than items, and let each thread process items with a stride."""
    if len(sheet.axes) != 1 or sheet.launch[0] < _LEAST or not _may_stride(sheet) or not choices.chance(_STRIDED_SHARE):
        return
    names, item_count = sheet.axes[0], sheet.launch[0]
    fewer = choices.choice([each for each in _FEWER if item_count % each == 0] or [1])
    word = item_of([each for each in names if each not in sheet.avoided])
    counts = tuple(each.format(one=word, many=plural(word)) for each in _COUNT_NAMES_OF) if word else _COUNT_NAMES
    threads = item_count // fewer
    sheet.given[_ALL] = Given(kind=_INT, domain=(item_count, item_count), names=tuple(choices.shuffled(counts)))
    sheet.given[_EVERY] = Given(kind=_INT, domain=(threads, threads), names=_EVERY_NAMES)
    every = ast.parse(f"for {names[0]} in range({THREAD}, {_ALL}, {_EVERY}):\n    pass").body[0]
    assert isinstance(every, ast.For)
    every.body = [_ReturnToContinue().visit(each) for each in sheet.body]
    sheet.body = [every]
    sheet.find_last_index(_THREADS)
    sheet.launch = (threads,)


def _may_stride(sheet: Sheet) -> bool:
    """Return whether a kernel's lines can be the body of a loop.

    No loop inside may return, and the lines may not begin with a test of the index.
    """
    index, first = sheet.indices[0], next(each for each in sheet.body if not isinstance(each, ast.Expr))
    tests = nodes_in([first.test]) if isinstance(first, ast.If) else iter(())
    asks = any(isinstance(each, ast.Compare) and ast.unparse(each.left) == index for each in tests)
    inside = [each for each in nodes_in(sheet.body) if isinstance(each, ast.For | ast.While)]
    leaves = any(isinstance(each, ast.Return) for each in nodes_in(inside))
    return not (index.endswith("_") or asks or leaves) and index in names_in(sheet.body)


class _ReturnToContinue(Rewriter):
    """Replaces ``return`` by ``continue``."""

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        return node if node.value else ast.Continue()


def count(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, replace ``range`` loops up to a variable or an argument by ``while`` loops."""
    if not choices.chance(_WHILE_SHARE):
        return
    for block in list(blocks_of(sheet.body)):
        for place in reversed(range(len(block))):
            loop = block[place]
            after = names_in(block[place + 1 :])
            if isinstance(loop, ast.For) and _is_countable(loop) and ast.unparse(loop.target) not in after:
                block[place : place + 1] = _counted(loop)


def offset(sheet: Sheet, choices: Stream) -> None:
    """In most kernels, count the entries of a row from 0, and add the start of the row."""
    if not choices.chance(_FROM_ZERO_SHARE):
        return
    alone, any_row = choices.chance(_INLINE_INDEX_SHARE), choices.child("ends").chance(_BETWEEN_ENDS_SHARE)
    for block in reversed(list(blocks_of(sheet.body))):  # inner ones first, because a loop gets a new body
        for place in reversed(range(len(block))):
            loop = block[place]
            if not isinstance(loop, ast.For) or not _is_row(loop) or not (any_row or _has_count(loop)):
                continue
            if ast.unparse(loop.target) not in names_in(block[place + 1 :]):
                block[place : place + 1] = _from_zero(sheet, loop, alone=alone)


def _has_count(loop: ast.For) -> bool:
    """Return whether the end of a range is its start plus a count."""
    assert isinstance(loop.iter, ast.Call)
    first, last = loop.iter.args[:2]
    return isinstance(last, ast.BinOp) and isinstance(last.op, ast.Add) and ast.dump(last.left) == ast.dump(first)


def _is_row(loop: ast.For) -> bool:
    """Return whether a loop is over the entries of a row, and changes neither the row's ends nor the counter."""
    match loop:
        case ast.For(target=ast.Name(id=counter), iter=ast.Call(func=ast.Name(id="range"), args=[first, last])):
            fixed = {*names_in([first, last]), counter}.isdisjoint(names_stored(loop.body))
            row = isinstance(first, ast.Name) or _is_next(first, last)
            return row and fixed and isinstance(last, ast.Name | ast.BinOp | ast.Subscript)
        case _:
            return False


def _is_next(first: ast.expr, last: ast.expr) -> bool:
    """Return whether the start and the end of a row are consecutive elements of an array."""
    match first, last:
        case ast.Subscript(value=one, slice=index), ast.Subscript(value=other, slice=ast.BinOp(left=left)):
            return ast.unparse(one) == ast.unparse(other) and ast.unparse(index) == ast.unparse(left)
        case _:
            return False


def _from_zero(sheet: Sheet, loop: ast.For, *, alone: bool) -> list[ast.stmt]:
    """Return a loop over a row with a counter from 0, after an assignment of the row's start if it needs one."""
    assert isinstance(loop.iter, ast.Call)
    assert isinstance(loop.target, ast.Name)
    (first, last), entry, before = loop.iter.args, loop.target.id, list[ast.stmt]()
    turn = f"{entry}_turn"
    sheet.roles[turn] = _COUNTER_NAMES
    if not isinstance(first, ast.Name):
        begin = f"{entry}_begin"
        sheet.roles[begin] = _BEGIN_NAMES
        before.append(ast.Assign([ast.Name(begin, ast.Store())], first))
        first = ast.Name(begin, ast.Load())
    match last:
        case ast.BinOp(left=ast.Name(id=start), op=ast.Add(), right=count) if start == ast.unparse(first):
            pass
        case _:
            count = ast.BinOp(last, ast.Sub(), first)
    place = ast.BinOp(first, ast.Add(), ast.Name(turn, ast.Load()))
    loop.target, loop.iter.args = ast.Name(turn, ast.Store()), [count]
    if alone and list(names_in(loop.body)).count(entry) == 1:
        loop.body = [Filling({entry: place}).visit(each) for each in loop.body]
    else:
        loop.body = [ast.Assign([ast.Name(entry, ast.Store())], place), *loop.body]
    return [*before, loop]


def _bounds(call: ast.Call) -> tuple[ast.expr, ast.expr]:
    """Return the start and the end of a range."""
    return (ast.Constant(0), call.args[0]) if len(call.args) == 1 else (call.args[0], call.args[1])


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def _is_range(loop: ast.For) -> bool:
    """Return whether a loop is over a range without a step, whose end is not a literal below ``_LONG``."""
    match loop:
        case ast.For(target=ast.Name(), iter=ast.Call(func=ast.Name(id="range"), args=[*_, last] as given)):
            short = isinstance(last, ast.Constant) and (not isinstance(last.value, int) or last.value < _LONG)
            return len(given) <= len(("first", "last")) and not short
        case _:
            return False


def _ends_with_independent_loop(body: list[ast.stmt], sheet: Sheet) -> bool:
    """Return whether lines end with a loop of independent iterations and only read before it."""
    *before, loop = body
    if not isinstance(loop, ast.For) or not _is_range(loop) or any(True for _ in _effects(before)):
        return False
    assert isinstance(loop.target, ast.Name)
    if any(isinstance(node, ast.Break | ast.Return) for node in nodes_in(loop.body)) or _carries(before, loop):
        return False
    own = {loop.target.id, *_offset_counters(loop.body, loop.target.id)}
    effects = list(_effects(loop.body))
    written = {name for name, _ in effects}
    read = {
        (node.value.id, ast.unparse(node.slice))
        for node in nodes_in(loop.body)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    places = {(name, ast.unparse(index)) for name, index in effects if index is not None}
    fixed = set(names_in(loop.body)) - set(names_stored(loop.body))
    own |= {f"{each} + {loop.target.id}" for each in fixed} | {f"{loop.target.id} + {each}" for each in fixed}
    alone = all(index is None or own & {ast.unparse(each) for each in parts_of(index)} for _, index in effects)
    # No thread reads what another one writes.
    return bool(effects) and alone and all(name in sheet.given for name in written) and all(
        each in places for each in read if each[0] in written
    )  # fmt: skip


def _effects(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield the names of the arrays that lines write, each with the index, or None for an ``atomic_add``.

    The name is empty for any other effect.
    """
    for node in nodes_in(body):
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=index, ctx=ast.Store()):
                yield name, index
            case ast.Subscript(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()):
                yield "", None
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="atomic_add"), args=[ast.Name(id=name), *_])):
                yield name, None
            case ast.Expr() if not is_remark(node):
                yield "", None
            case ast.Assign(value=ast.Call(func=ast.Attribute(attr=called))) if called.startswith("atomic_"):
                yield "", None
            case _:
                pass


def _carries(before: list[ast.stmt], loop: ast.For) -> bool:
    """Return whether a loop changes a variable that was assigned before it."""
    return not set(names_stored(before)).isdisjoint(names_stored(loop.body))


def _offset_counters(body: list[ast.stmt], counter: str) -> set[str]:
    """Return the variables that are the loop's counter plus a variable that does not change in the loop."""
    changed = set(names_stored(body))
    found = set[str]()
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(left=left, op=ast.Add(), right=right)):
                parts = {ast.unparse(left), ast.unparse(right)}
                others = set(names_in([left, right])) - {counter}
                plain = all(isinstance(each, ast.Name) for each in (left, right))
                if counter in parts and plain and not others & changed:
                    found.add(name)
            case _:
                pass
    return found


def _is_countable(loop: ast.For) -> bool:
    """Return whether a loop can be written with ``while``: its end does not change, and it has no ``continue``."""
    if not _is_range(loop):
        return False
    assert isinstance(loop.iter, ast.Call)
    first, last = _bounds(loop.iter)
    plain = isinstance(last, ast.Name) and isinstance(first, ast.Name | ast.Constant)
    fixed = {*names_in([last]), ast.unparse(loop.target)}.isdisjoint(names_stored(loop.body))
    return plain and fixed and not any(isinstance(node, ast.Continue) for node in nodes_in(loop.body))


def _counted(loop: ast.For) -> list[ast.stmt]:
    """Return the two statements that replace a ``for`` loop: the assignment of a counter, and a ``while`` loop."""
    assert isinstance(loop.iter, ast.Call)
    assert isinstance(loop.target, ast.Name)
    first, last = _bounds(loop.iter)
    start = ast.Call(parse_expression("int"), [first], []) if isinstance(first, ast.Constant) else first
    counter = loop.target
    goes_on = ast.Compare(ast.Name(counter.id, ast.Load()), [ast.Lt()], [last])
    step = ast.AugAssign(ast.Name(counter.id, ast.Store()), ast.Add(), ast.Constant(1))
    return [ast.Assign([ast.Name(counter.id, ast.Store())], start), ast.While(goes_on, [*loop.body, step], [])]
