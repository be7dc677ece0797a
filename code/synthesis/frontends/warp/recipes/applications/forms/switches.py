"""Switches: a truth for all threads that says whether a term is added."""

import ast

from synthesis.frontends.warp.recipes.applications.forms.kinds import kinds_in
from synthesis.frontends.warp.recipes.applications.forms.sheet import Given, Sheet, blocks_of, names_in
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type

_SHARE = 0.14
"""How often a kernel with such a term has one; of applications' arguments that are no arrays 4 % are truths."""
_PATTERNS = ("use_{}", "enable_{}", "with_{}", "apply_{}", "add_{}", "{}_enabled")
_DOMAIN = (0, 1)
_KEY = "switch"


def switch(sheet: Sheet, choices: Stream) -> None:
    """Ask for a truth before one of the terms that are added to a variable."""
    known = kinds_in(sheet)
    nodes = [node for statement in sheet.body for node in ast.walk(statement)]
    divisors = [
        each.right
        for each in nodes
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div | ast.FloorDiv | ast.Mod)
    ]
    needed = {*names_in(divisors), *names_in([each.test for each in nodes if isinstance(each, ast.While)])}
    places = [
        (block, place)
        for block in blocks_of(sheet.body)
        for place, statement in enumerate(block)
        if isinstance(statement, ast.AugAssign)
        and isinstance(statement.op, ast.Add | ast.Sub)
        and isinstance(statement.target, ast.Name)
        and (known.get(statement.target.id) == "wp.vec3" or known.get(statement.target.id) == "float")
        and statement.target.id not in needed
    ]
    if not places or not choices.chance(_SHARE):
        return
    block, place = choices.choice(places)
    term = block[place]
    spoken = [name for name in names_in([term]) if name in sheet.given and len(sheet.given[name].names[0]) > 2]
    words = [sheet.given[name].names[0] for name in spoken] or ["term", "bias", "offset"]
    word = choices.choice(words)
    names = tuple(each.format(word) for each in choices.shuffled(_PATTERNS))
    sheet.given[_KEY] = Given(kind=Type("bool"), domain=_DOMAIN, names=names)
    block[place] = ast.If(ast.Name(_KEY, ast.Load()), [term], [])
