"""Some of several cases of a family, and the option that chooses one of them by name."""

from collections.abc import Mapping

from synthesis.drawing.lines import chain
from synthesis.frontends.jax.recipes.applications.modes import Option
from synthesis.frontends.jax.recipes.applications.program import Program


def some_of(p: Program, cases: Mapping[str, str], least: int = 2, most: int = 3) -> dict[str, str]:
    """Return some of several cases, in their order.

    Args:
        p: the function.
        cases: the lines of each case, by name.
        least: the smallest number of cases that are returned.
        most: the largest number of cases that are returned.
    """
    count = p.choices.integer(least, min(most, len(cases)))
    kept = set(p.choices.shuffled(list(cases))[:count])
    return {name: text for name, text in cases.items() if name in kept}


def some_with_usual(p: Program, cases: Mapping[str, str], usual: tuple[str, ...]) -> dict[str, str]:
    """Return some of several cases, in their order, always with the usual ones."""
    others = some_of(p, {name: text for name, text in cases.items() if name not in usual}, 1, 2)
    kept = {*usual, *others} if len(usual) == 1 or p.choices.chance(0.6) else {*usual}
    return {name: text for name, text in cases.items() if name in kept}


def chain_by_name(cases: Mapping[str, str], variable: str, word: str) -> str:
    """Return an ``if`` chain that selects a case by name, with an error for any other name.

    Args:
        cases: the lines of each case, by name.
        variable: the variable that holds the name.
        word: the word for the variable in the message of the error.
    """
    tests = [(f"{variable} == '{name}'", text) for name, text in cases.items()]
    return chain(*tests, otherwise=f"raise ValueError(f'unknown {word} <<{variable}>>')")


def option_of(p: Program, cases: Mapping[str, str], names: tuple[str, ...]) -> Option:
    """Return an option that names one of the cases."""
    values = p.choices.shuffled([f"'{name}'" for name in cases])
    return Option("str", f"one of {', '.join(cases)}", tuple(values), names)
