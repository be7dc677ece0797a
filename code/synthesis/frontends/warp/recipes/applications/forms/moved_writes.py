"""Writes of array elements, and of slots of lists, that become functions without a result."""

import ast
from collections import Counter
from collections.abc import Mapping, Sequence

from synthesis.drawing.streams import Stream
from synthesis.drawing.templates import KNOWN
from synthesis.drawing.walking import walk
from synthesis.frontends.warp.recipes.applications.forms.kinds import kinds_in
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    Made,
    Sheet,
    blocks_of,
    names_in,
    parse_expression,
    singular,
)

STORES_SHARE, _FEWEST_STORES, _MOST_STORED = 0.5, 3, 9
"""For consecutive writes of array elements that become a function: probability, minimum number of lines, and maximum
number of parameters.

9 % of applications' kernels call a function for its effect and not for a result.
"""
SLOTS_SHARE, _FEWEST_LINES, _MOST_GIVEN = 0.7, 2, 14
"""For lines that reserve and write a slot of a list and become a function: probability, minimum number of lines, and
maximum number of parameters."""
_OF_LISTS = frozenset(
    {"out", "in", "new", "list", "buffer", "ids", "index", "indices", "idx", "sorted", "data", "flat"}
)
"""Words in the name of a list that do not describe its items."""
_APPENDING = ("add_{}", "append_{}", "write_{}", "emit_{}")
_WRITING = ("write_{}", "store_{}", "set_{}", "save_{}")
SHORT = 3
KNOWN_NAMES = KNOWN | {"wp"}


def define(
    sheet: Sheet, titles: tuple[str, ...], parameters: Mapping[str, str], lines: list[ast.stmt],
    returned: ast.expr | None = None,
) -> ast.Call:  # fmt: skip
    """Add a function with lines of a kernel to the sheet, and return a call of it.

    Args:
        sheet: the kernel.
        titles: names to choose from for the function.
        parameters: the types of its parameters, by name.
        lines: its body.
        returned: its return annotation, if any.
    """
    name = f"made_{len(sheet.made)}"
    sheet.roles[name] = titles
    typed = [ast.arg(each, parse_expression(kind)) for each, kind in parameters.items()]
    arguments = ast.arguments([], typed, None, [], [], None, [])
    sheet.made.append(Made(ast.FunctionDef(name, arguments, lines, [], returned), moved=True))
    return ast.Call(ast.Name(name, ast.Load()), [ast.Name(each, ast.Load()) for each in parameters], [])


def move_stores_out(sheet: Sheet, choices: Stream) -> None:
    """Move consecutive lines that only write array elements into a function that returns nothing."""
    known = kinds_in(sheet)
    for block in blocks_of(sheet.body):
        for start in range(len(block) - _FEWEST_STORES + 1):
            if start and _is_store(block[start - 1], sheet):
                continue  # all consecutive writes move together
            stop = start
            while stop < len(block) and _is_store(block[stop], sheet):
                stop += 1
            if stop - start < _FEWEST_STORES:
                continue
            names = dict.fromkeys(names_in(block[start:stop]))
            free = [each for each in names if each not in sheet.fixed and each not in KNOWN_NAMES]
            free.sort(key=lambda each: "array" in known.get(each, ""))
            clear = all(each in known and each not in sheet.bundles and each not in sheet.objects for each in free)
            if not clear or len(free) > _MOST_STORED:
                continue
            arrays = [each for each in free if "array" in known[each]]
            words = [each.partition("_")[0] for array in arrays for each in sheet.given[array].names[:1]]
            subject = max(sorted(set(words)), key=words.count)
            said = subject if words.count(subject) > 1 and len(subject) > SHORT else "results"
            titles = tuple(each.format(said) for each in choices.shuffled(_WRITING))
            call = define(sheet, titles, {each: known[each] for each in free}, block[start:stop])
            block[start:stop] = [ast.Expr(call)]
            return


def move_slots_out(sheet: Sheet, choices: Stream) -> None:
    """Move lines that reserve a slot of a list and write it into a function that returns nothing."""
    known = kinds_in(sheet)
    for block in blocks_of(sheet.body):
        start = next((place for place, each in enumerate(block) if _takes_slot(each)), len(block))
        lines = block[start:]
        nodes = [node for each in lines for node in walk(each)]
        leaves = any(isinstance(node, ast.Break | ast.Continue | ast.Return) for node in nodes)
        if len(lines) < _FEWEST_LINES or start == 0 or (leaves and block is not sheet.body):
            continue
        stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        outside = Counter(names_in(sheet.body)) - Counter(names_in(lines))
        free = [each for each in dict.fromkeys(names_in(lines)) if each not in stored]
        free = [each for each in free if each not in sheet.fixed and each not in KNOWN_NAMES]
        free.sort(key=lambda each: "array" in known.get(each, ""))
        clear = all(each in known and each not in sheet.bundles and each not in sheet.objects for each in free)
        if not clear or len(free) > _MOST_GIVEN or not stored.isdisjoint(outside):
            continue
        written = [
            node.value.id
            for node in nodes
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
        said = _list_item_word([sheet.given[each].names[0] for each in dict.fromkeys(written) if each in sheet.given])
        if not said:
            continue
        titles = tuple(each.format(said) for each in choices.shuffled(_APPENDING))
        call = define(sheet, titles, {each: known[each] for each in free}, lines)
        block[start:] = [ast.Expr(call)]
        return


def _list_item_word(arrays: Sequence[str]) -> str:
    """Return the word for an item of a list, from the names of the list's arrays; empty if they do not contain one.

    It is ``pair`` for ``pair_list``, and ``contact`` for ``contact_pos`` and ``contact_normal``.
    """
    words = [
        [each for each in name.partition("_of_")[0].split("_") if each not in _OF_LISTS and len(each) >= SHORT]
        for name in arrays
    ]
    first = [each[0] for each in words if each]
    common = max(sorted(set(first)), key=first.count, default="")
    if first.count(common) > 1:
        return singular(common)
    return singular(next((each[-1] for each in words if each), ""))


def _takes_slot(statement: ast.stmt) -> bool:
    """Return whether a statement assigns the result of ``atomic_add``, which reserves a slot of a list."""
    match statement:
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=ast.Attribute(attr="atomic_add"))):
            return True
        case _:
            return False


def _is_store(statement: ast.stmt, sheet: Sheet) -> bool:
    """Return whether a statement assigns an array element without calling a function of the kernel."""
    match statement:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=array))], value=value) if array in sheet.given:
            return not any(isinstance(node, ast.Call) and isinstance(node.func, ast.Name) for node in walk(value))
        case _:
            return False
