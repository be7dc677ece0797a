"""How often a front end's categories are drawn beside each other in their usual mix."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from synthesis.frontends.base import Recipe

_TARGETS_A_SHARE = 8
_APPLICATIONS = 0.7
"""The share of kernels that are of applications."""


def usual_weights(
    recipes: Sequence[Recipe], applications: Collection[str], unlike: Mapping[str, int] | None = None
) -> dict[str, int]:
    """How often each category is drawn beside the others.

    Seven kernels in ten are of applications, which share that equally. The others are there for the operations that
    these have seldom or never, so their shares are as the numbers of operations that they aim at, and each operation
    comes up about equally often.

    Args:
        recipes: all of them.
        applications: the categories whose kernels are whole applications.
        unlike: the weights of those that applications have more or less of than an equal share.
    """
    targets = Counter[str]()
    for recipe in recipes:
        targets[recipe.category] += len(recipe.targets)
    single = {each: -(-count // _TARGETS_A_SHARE) for each, count in targets.items() if each not in applications}
    share = round(_APPLICATIONS / (1 - _APPLICATIONS) * sum(single.values()) / len(applications))
    return single | dict.fromkeys(applications, share) | dict(unlike or {})
