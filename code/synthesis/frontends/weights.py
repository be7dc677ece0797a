"""Weights of a front end's categories in their default mix."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from synthesis.frontends.base import Recipe

_TARGETS_A_SHARE = 3
_APPLICATIONS = 0.72
"""The share of kernels that are from application categories."""


def usual_weights(
    recipes: Sequence[Recipe],
    applications: Collection[str],
    unlike: Mapping[str, int] | None = None,
    *,
    share: float = _APPLICATIONS,
) -> dict[str, int]:
    """Return the weight of each category.

    By default, 72 % of the kernels are applications. The other categories cover operations that these rarely or never
    use, so their weights are proportional to their number of targets. Each operation then occurs about 15 times in
    20,000 kernels. Targets are taken in turn, so that each occurs at least ten times.

    Args:
        recipes: all recipes.
        applications: the categories whose kernels are whole applications.
        unlike: relative weights of the application categories; 1 for one that is not named.
        share: the share of kernels that are applications.
    """
    targets = Counter[str]()
    for recipe in recipes:
        targets[recipe.category] += len(recipe.targets)
    single = {each: -(-count // _TARGETS_A_SHARE) for each, count in targets.items() if each not in applications}
    beside = dict.fromkeys(applications, 1) | dict(unlike or {})
    turn = share / (1 - share) * sum(single.values()) / sum(beside.values())
    return single | {each: round(turn * often) for each, often in beside.items()}
