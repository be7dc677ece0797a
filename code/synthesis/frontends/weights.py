"""How often a front end's categories are drawn beside each other in their usual mix."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from synthesis.frontends.base import Recipe

_TARGETS_A_SHARE = 3
_APPLICATIONS = 0.72
"""The share of kernels that are of applications."""


def usual_weights(
    recipes: Sequence[Recipe],
    applications: Collection[str],
    unlike: Mapping[str, int] | None = None,
    *,
    share: float = _APPLICATIONS,
) -> dict[str, int]:
    """How often each category is drawn beside the others.

    Two kernels in three are of applications, or as many as is said. The others are there for the operations that these
    have seldom or never, so their shares are as the numbers of operations that they aim at, and each operation comes up
    about equally often: some 15 times in 20,000 kernels, by turns, so that none comes up less than ten times.

    Args:
        recipes: all of them.
        applications: the categories whose kernels are whole applications.
        unlike: how often these are drawn beside each other; by default all equally often.
        share: how many kernels are of applications.
    """
    targets = Counter[str]()
    for recipe in recipes:
        targets[recipe.category] += len(recipe.targets)
    single = {each: -(-count // _TARGETS_A_SHARE) for each, count in targets.items() if each not in applications}
    beside = dict.fromkeys(applications, 1) | dict(unlike or {})
    turn = share / (1 - share) * sum(single.values()) / sum(beside.values())
    return single | {each: round(turn * often) for each, often in beside.items()}
