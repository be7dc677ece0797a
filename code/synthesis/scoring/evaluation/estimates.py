"""pass@k without bias, and how far it may be off.

pass@k is the chance that of k answers to a question at least one is right. Of n answers with c right ones it is
estimated as 1 - C(n-c, k) / C(n, k) (Chen et al. 2021, *Evaluating large language models trained on code*), and
averaged over questions.
"""

import math
from dataclasses import dataclass

USUAL = (1, 5, 10, 25, 50, 100, 200, 500, 1000)
"""The k that are reported, as far as every question has that many answers."""
_Z = 1.959963984540054
"""Of a normal distribution, 95 % are within this many standard deviations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over questions, and the interval of 95 % around it."""

    value: float
    low: float
    high: float


def pass_at(k: int, answers: int, right: int) -> float:
    """The chance that of k answers one is right, estimated without bias.

    Args:
        k: at most ``answers``.
        answers: how many were sampled.
        right: how many of them are right.

    Raises:
        ValueError: if there are fewer answers than k, or more right ones than answers.
    """
    if not 1 <= k <= answers or not 0 <= right <= answers:
        raise ValueError(f"pass@{k} of {answers} answers, {right} of them right")
    return 1.0 - math.comb(answers - right, k) / math.comb(answers, k)


def interval(mean: float, count: int) -> Estimate:
    """Wilson's interval of 95 % around a mean of ``count`` independent values, each between 0 and 1.

    It is Wilson's of a share, which is right where each value is 0 or 1, and too wide, never too narrow, where they are
    between: no distribution on [0, 1] varies more than that of zeros and ones. It is never empty, not at 0 or 1 either.
    """
    spread = _Z * _Z / count
    middle = (mean + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * math.sqrt(max(0.0, mean * (1 - mean)) / count + spread / (4 * count))
    return Estimate(value=mean, low=min(mean, max(0.0, middle - half)), high=max(mean, min(1.0, middle + half)))
