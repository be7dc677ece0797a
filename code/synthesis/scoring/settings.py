"""The settings of the scoring, which check themselves."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from synthesis.core.errors import ConfigError
from synthesis.core.settings import Confining
from synthesis.frontends.registry import description_of
from synthesis.scoring.scores import Step

CREDITS: Mapping[Step, float] = {
    Step.NOTHING: 0.0,
    Step.PARSED: 0.0,
    Step.COMPILED: 0.0,
    Step.RAN: 0.0,
    Step.SOME: 0.25,
    Step.FORWARD: 0.5,
    Step.ALL: 1.0,
}
"""The default credit of each step."""
BINARY: Mapping[Step, float] = {step: float(step is Step.ALL) for step in Step}
"""Credits with which only the last step counts."""


@dataclass(frozen=True, kw_only=True)
class Scoring(Confining):
    """The settings of the scoring."""

    seed: int | None = None
    """Seed of the inputs. By default each call draws a new, unknown seed."""
    require_verified: bool = True
    """Score answers only at levels that the row lists as verified. --require-verified=false allows all levels of the
    row."""
    text_time_limit: float | None = None
    """Processor time limit for one text, in seconds. A text that exceeds it is run once more, alone. By default 1 s for
    Warp and 4 s for JAX."""
    source_time_limit: float = 20.0
    """Processor time limit for loading and lowering one Python source, in seconds."""
    text_limit: int = 65_536
    """Maximum number of characters of an answer, or four times the length of the row's own text if that is more. A
    longer answer scores 0."""
    kept_plans: int = 64
    """Number of rows whose inputs and expected results are cached in memory."""
    workers: int = 1
    """Number of worker processes."""
    credits: Mapping[str, float] | None = None
    """Credit of each step, from 0 to 1, in increasing order; the step all has 1. A step that is not given has the
    credit of the step before it. By default a wrong derivative with right forward results has 0.5, partly right results
    have 0.25, and everything else has 0."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        if self.seed is not None and not _is_integer(self.seed):
            raise ConfigError(f"seed must be an integer, got {self.seed!r}")
        if not isinstance(self.require_verified, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigError(f"require_verified is true or false, got {self.require_verified!r}")
        for name in ("text_limit", "kept_plans", "workers"):
            if not _is_integer(getattr(self, name)) or getattr(self, name) < 1:
                raise ConfigError(f"{name} must be an integer from 1, got {getattr(self, name)!r}")
        for name in ("text_time_limit", "source_time_limit"):
            value = getattr(self, name)
            if value is None and name == "text_time_limit":
                continue
            if value is None or not (_is_number(value) and value > 0):
                raise ConfigError(f"{name} must be a number of seconds above 0, got {value!r}")
        object.__setattr__(self, "credits", None if self.credits is None else _whole(self.credits))

    @property
    def step_credits(self) -> Mapping[Step, float]:
        """The credit of each step."""
        return CREDITS if self.credits is None else {Step(name): value for name, value in self.credits.items()}

    def time_limit(self, frontend: str) -> float:
        """Return the processor time limit of one text of a front end, in seconds."""
        return self.text_time_limit or description_of(frontend).text_seconds


@dataclass(frozen=True, kw_only=True)
class Repeatable(Scoring):
    """The settings of commands that score. The seed has a default, so that a result can be reproduced."""

    seed: int = 0  # pyright: ignore[reportIncompatibleVariableOverride]  (a result has to be made again)
    """Seed of the inputs that texts are run on. The same seed gives the same result. Do not train a model on scores of
    a single seed: use another one for each call."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        if self.seed is None:  # pyright: ignore[reportUnnecessaryComparison]
            raise ConfigError("the seed must be an integer, so that the result can be made again; got None")


def _whole(given: object) -> dict[str, float]:
    """Return the credit of every step, given the credits of some steps."""
    steps = ", ".join(Step)
    if not isinstance(given, Mapping):
        raise ConfigError(f"credits must map steps to numbers, as in {{'some': 0.25}}; got {given!r}")
    entries = cast("Mapping[Any, Any]", given)
    if unknown := [name for name in entries if name not in set(Step)]:
        raise ConfigError(f"credits: no step {unknown[0]!r}; allowed: {steps}")
    if wrong := [name for name, value in entries.items() if not _is_number(value) or not 0 <= value <= 1]:
        raise ConfigError(f"credits: {wrong[0]} must be from 0 to 1, got {entries[wrong[0]]!r}")
    found, least = dict[str, float](), 0.0
    for step in Step:
        value = float(entries.get(step, 1.0 if step is Step.ALL else least))
        if value < least:
            raise ConfigError(f"credits: {step} has {value:g}, less than a step before it; the order is {steps}")
        found[str(step)] = least = value
    if found[Step.ALL] != 1.0:
        raise ConfigError(f"credits: all must have 1, got {found[Step.ALL]:g}")
    return found


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
