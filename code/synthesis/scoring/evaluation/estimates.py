"""Unbiased estimates of pass@k, with confidence intervals.

pass@k is the probability that at least one of k answers to a question is right. From n answers of which c are right, it
is estimated as 1 - C(n-c, k) / C(n, k) (Chen et al. 2021, *Evaluating large language models trained on code*), and
averaged over questions.
"""

import math
from dataclasses import dataclass

USUAL = (1, 5, 10, 25, 50, 100, 200, 500, 1000)
"""Values of k that are reported if every question has enough answers."""
_Z = 1.959963984540054
"""Half-width of the central 95 % interval of a standard normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over questions, with its 95 % interval."""

    value: float
    low: float
    high: float


def pass_at(k: int, answers: int, right: int) -> float:
    """Return the unbiased estimate of the probability that at least one of k answers is right.

    Args:
        k: at most ``answers``.
        answers: number of sampled answers.
        right: number of right answers.

    Raises:
        ValueError: if there are fewer answers than k, or more right ones than answers.
    """
    if not 1 <= k <= answers or not 0 <= right <= answers:
        raise ValueError(f"pass@{k} of {answers} answers, {right} of them right")
    return 1.0 - math.comb(answers - right, k) / math.comb(answers, k)


def interval(mean: float, count: int) -> Estimate:
    """Return Wilson's 95 % interval for a mean of ``count`` independent values between 0 and 1.

    Wilson's interval is for proportions, that is, for values of 0 or 1. For other values it is too wide rather than too
    narrow, because no distribution on [0, 1] has a larger variance than one of zeros and ones. It is never empty, not
    even at a mean of 0 or 1.
    """
    spread = _Z * _Z / count
    middle = (mean + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * math.sqrt(max(0.0, mean * (1 - mean)) / count + spread / (4 * count))
    return Estimate(value=mean, low=min(mean, max(0.0, middle - half)), high=max(mean, min(1.0, middle + half)))
