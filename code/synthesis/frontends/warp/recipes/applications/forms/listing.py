"""Launches over a list of indices, or over indices that begin at an offset, instead of over all indices from 0."""

import ast

from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.warp.recipes.applications.forms.sheet import THREAD, Given, Sheet, item_of, names_in, plural

_LIST_SHARE = 0.12
"""Probability that a kernel is launched over a list of indices.

Of the indices of applications' arrays 31 % are the thread's own and 26 % were read or computed before. Without this
form drawn kernels had 50 % and 14 %.
"""
_OFFSET_SHARE = 0.05
"""Probability that a kernel is launched over indices that begin at an offset."""
_PADDED_SHARE = 0.3
"""Probability that a list has empty entries."""
_PAD_INTERVAL = 5
"""In a list with empty entries, one in this many is empty."""
_LIST = "listed"
"""Placeholder name of the list of indices."""
_OFFSET = "behind"
"""Placeholder name of the offset of the indices."""
_THREADS = ("tid", "t", "thread_id", "idx", "slot")
_LISTS = ("active_ids", "indices", "ids", "selected_ids", "active_list", "work_list")
_LISTS_OF = ("{one}_ids", "active_{many}", "{one}_indices", "{one}_list", "selected_{many}")
_WHOLE = frozenset({"pixel", "pixels", "px", "texel", "col", "column"})
"""Words in the names of indices that are never read from a list, because all such items are always processed."""
_OFFSETS = ("offset", "start", "first", "base", "begin", "index_offset", "start_index")
_OFFSETS_OF = ("{}_offset", "{}_start", "first_{}", "{}_begin", "{}_base")
_INT = Type("int32")
_LEAST = 16
"""Minimum number of threads of a kernel whose indices are read from a list or have an offset added."""


def choose_threads(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, read the last index from a list, or add an offset to it.

    The computation for each index stays the same. All threads have different indices, because the entries of a list are
    distinct.
    """
    form = choices.weighted((("", 1 - _LIST_SHARE - _OFFSET_SHARE), ("list", _LIST_SHARE), ("offset", _OFFSET_SHARE)))
    if not form or not _may_choose(sheet):
        return
    names, threads = sheet.axes[-1], sheet.launch[-1]
    index = names[0]
    item = item_of([each for each in names if each not in sheet.avoided])
    if form == "list":
        lines = _list(sheet, choices, index, threads, item)
    else:
        furthest = threads // choices.choice((2, 4))
        offsets = tuple(each.format(item) for each in choices.shuffled(_OFFSETS_OF)) if item else _OFFSETS
        sheet.given[_OFFSET] = Given(kind=_INT, domain=(0, furthest), names=offsets)
        sheet.launch = (*sheet.launch[:-1], threads - furthest)
        lines = choices.choice((f"{index} = {_OFFSET} + {THREAD}", f"{index} = {THREAD} + {_OFFSET}"))
    sheet.find_last_index(tuple(each for each in _THREADS if each != index))
    sheet.body[:0] = ast.parse(lines).body


def _may_choose(sheet: Sheet) -> bool:
    """Return whether a kernel's last index can come from a list or begin at an offset.

    The index must be used more than once, and must not be tested first.
    """
    if not sheet.axes or sheet.launch[-1] < _LEAST or sheet.indices[-1].endswith("_"):
        return False
    if any(_WHOLE & set(each.split("_")) for each in sheet.axes[-1]):
        return False
    return list(names_in(sheet.body)).count(sheet.indices[-1]) > 1 and not _tests_index_first(
        sheet.body, sheet.indices[-1]
    )


def _tests_index_first(body: list[ast.stmt], index: str) -> bool:
    """Return whether lines begin with a test that skips some indices, which makes a list of indices useless."""
    for statement in body:
        if isinstance(statement, ast.If) and not statement.orelse:
            only = isinstance(statement.body[0], ast.Return) or len(body) == 1
            return only and index in names_in([statement.test])
        if not isinstance(statement, ast.Expr):
            return False
    return False


def _list(sheet: Sheet, choices: Stream, index: str, threads: int, item: str) -> str:
    """Add a list of indices to a kernel, and return the lines that read it."""
    order = choices.shuffled(range(threads))
    lines = f"{index} = {_LIST}[{THREAD}]"
    if choices.chance(_PADDED_SHARE):
        order = [-1 if place % _PAD_INTERVAL == _PAD_INTERVAL - 1 else each for place, each in enumerate(order)]
        lines += f"\nif {index} {choices.choice(('< 0', '< 0', '== -1'))}:\n    return"
    formats = choices.shuffled(_LISTS_OF if item else _LISTS)
    names = [each.format(one=item, many=plural(item)) for each in formats] if item else formats
    sheet.given[_LIST] = Given(kind=_INT, domain=(0, 0), names=tuple(names), shape=(threads,), base=tuple(order))
    return lines
