"""Two texts of one application in one kernel: the second with names of its own, and without what the first has read."""

import ast
import itertools
from collections import Counter
from collections.abc import Sequence

from synthesis.frontends.warp.recipes.applications.forms.guards import opposite
from synthesis.frontends.warp.recipes.applications.forms.sheet import names_in, unparse


def continue_with(first: str, second: str) -> str | None:
    """What to write of a second text after a first one, with the same arguments.

    Returns:
        The second, its locals renamed where the first has some of the same names, and without assignments that it has
        in common with the first; None if both write one array, or the first has always left before.
    """
    before, after = ast.parse(first), ast.parse(second)
    if isinstance(before.body[-1], ast.Return) or _arrays(before) & _arrays(after):
        return None
    done = {ast.dump(each) for each in before.body if isinstance(each, ast.Assign)}
    changed = {name for each in (before, after) for name, count in _stored(each.body).items() if count > 1}
    shared = [
        each
        for each in after.body
        if isinstance(each, ast.Assign) and ast.dump(each) in done and changed.isdisjoint(_stored([each]))
    ]
    kept = [each for each in after.body if each not in shared]
    taken = _stored(before.body).keys() - _stored(shared).keys()
    known = set(names_in([*before.body, *kept]))
    renaming = _Renaming({name: _another(name, known) for name in sorted(_stored(kept).keys() & taken)})
    return "\n".join(unparse(renaming.visit(each)) for each in kept) or None


def stay(text: str) -> str:
    """A text that another one may follow for every thread: what comes after a guard stands in a branch of it.

    Where a thread leaves from inside a loop or a branch of a branch, the text stays as it is.
    """
    tree = ast.parse(text)
    body = _without_returns(tree.body)
    return text if body is None else "\n".join(map(unparse, body))


def _without_returns(body: list[ast.stmt]) -> list[ast.stmt] | None:
    """Statements that never leave; None if there is no simple way to write them."""
    for place, statement in enumerate(body):
        if not _may_leave(statement):
            continue
        match statement:
            case ast.If(test=test, body=[*early, ast.Return()], orelse=[]) if not any(map(_may_leave, early)):
                rest = _without_returns(body[place + 1 :])
                if rest is None:
                    return None
                if not rest:
                    return [*body[:place], *([ast.If(test, early, [])] if early else [])]
                branch = ast.If(test, early, rest) if early else ast.If(opposite(test), rest, [])
                return [*body[:place], branch]
            case _:
                return None
    return list(body)


def _may_leave(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Return) for node in ast.walk(statement))


def _another(name: str, known: set[str]) -> str:
    """The first name with a number that is not known; it is known afterwards."""
    found = next(each for number in itertools.count(2) if (each := f"{name}{number}") not in known)
    known.add(found)
    return found


def _stored(body: Sequence[ast.stmt]) -> Counter[str]:
    """The variables that some statements give a value to, and how often."""
    return Counter(
        node.id
        for each in body
        for node in ast.walk(each)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )


def _arrays(tree: ast.Module) -> set[str]:
    """The arrays whose elements are set."""
    return {
        node.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    }


class _Renaming(ast.NodeTransformer):
    """Gives variables other names."""

    def __init__(self, others: dict[str, str]) -> None:
        self.others = others

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.others.get(node.id, node.id), node.ctx)
