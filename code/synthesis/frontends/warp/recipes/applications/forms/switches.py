"""Switches: a truth for all threads that says whether a term is added."""

import ast

from synthesis.frontends.warp.recipes.applications.forms.kinds import kinds_in
from synthesis.frontends.warp.recipes.applications.forms.sheet import Given, Sheet, names_in
from synthesis.frontends.warp.recipes.applications.forms.terms import extra_terms
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type

_SHARE = 0.3
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
        each
        for each in extra_terms(sheet)
        if each.variable not in needed and known.get(each.variable) in ("wp.vec3", "float")
    ]
    if not places or not choices.chance(_SHARE):
        return
    block, place, _, words = choices.choice(places)
    word = choices.choice(words)
    names = tuple(each.format(word) for each in choices.shuffled(_PATTERNS))
    sheet.given[_KEY] = Given(kind=Type("bool"), domain=_DOMAIN, names=names)
    block[place] = ast.If(ast.Name(_KEY, ast.Load()), [block[place]], [])
