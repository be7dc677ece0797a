"""Switches: a bool argument that decides whether a term is added or an array is written."""

import ast

from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.warp.recipes.applications.forms.kinds import kinds_in
from synthesis.frontends.warp.recipes.applications.forms.sheet import Given, Sheet, names_in, nodes_in
from synthesis.frontends.warp.recipes.applications.forms.terms import extra_terms

_SHARE = 0.5
"""Probability that a kernel with an optional term has a switch.

4 % of the arguments in applications that are not arrays are bools.
"""
_PATTERNS = ("use_{}", "enable_{}", "with_{}", "apply_{}", "add_{}", "{}_enabled")
_LAST_WRITE_SHARE = 0.12
"""Probability that a kernel that writes several arrays has a switch for the last one."""
_STORING = ("write_{}", "compute_{}", "update_{}", "store_{}", "output_{}")
_STATE_WORDS = frozenset({"out", "new", "next", "in", "dst", "to"})
_DOMAIN = (0, 1)
SWITCH = "switch"
"""Placeholder name of the switch."""


def switch(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, make one of the terms that are added to a variable depend on a switch."""
    known = kinds_in(sheet)
    nodes = list(nodes_in(sheet.body))
    divisors = [
        each.right
        for each in nodes
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div | ast.FloorDiv | ast.Mod)
    ]
    needed = {*names_in(divisors), *names_in([each.test for each in nodes if isinstance(each, ast.While)])}
    places = [
        each
        for each in extra_terms(sheet)
        if each.variable not in needed and known.get(each.variable) in ("wp.vec3", "float")
    ]
    if not places or not choices.chance(_SHARE):
        _guard_last(sheet, choices)
        return
    block, place, _, words = choices.choice(places)
    word = choices.choice(words)
    names = tuple(each.format(word) for each in choices.shuffled(_PATTERNS))
    sheet.given[SWITCH] = Given(kind=Type("bool"), domain=_DOMAIN, names=names)
    block[place] = ast.If(ast.Name(SWITCH, ast.Load()), [block[place]], [])


def _guard_last(sheet: Sheet, choices: Stream) -> None:
    """In some kernels that write several arrays, make the last write depend on a switch."""
    *before, last = sheet.body
    outputs = {key for key, each in sheet.given.items() if each.is_output}
    match last:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=key))]) if key in outputs:
            others = {
                node.value.id
                for node in nodes_in(before)
                if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in outputs
            }
            if key in others or not others or not choices.chance(_LAST_WRITE_SHARE):
                return
        case _:
            return
    word = "_".join(each for each in sheet.given[key].names[0].split("_") if each not in _STATE_WORDS)
    names = tuple(each.format(word) for each in choices.shuffled(_STORING))
    sheet.given[SWITCH] = Given(kind=Type("bool"), domain=_DOMAIN, names=names)
    sheet.body[-1] = ast.If(ast.Name(SWITCH, ast.Load()), [last], [])
