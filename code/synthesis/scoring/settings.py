"""What texts are scored with: one record that checks itself."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from synthesis.errors import ConfigError
from synthesis.scoring.scores import Step
from synthesis.settings import Confining
from synthesis.sources.planned import OTHER_TIME_LIMIT, TIME_LIMITS

CREDITS: Mapping[Step, float] = {
    Step.NOTHING: 0.0,
    Step.PARSED: 0.0,
    Step.COMPILED: 0.0,
    Step.RAN: 0.0,
    Step.SOME: 0.25,
    Step.FORWARD: 0.5,
    Step.ALL: 1.0,
}
"""What each step is worth unless something else is said."""
BINARY: Mapping[Step, float] = {step: float(step is Step.ALL) for step in Step}
"""Nothing short of all is worth anything."""


@dataclass(frozen=True, kw_only=True)
class Scoring(Confining):
    """What texts are scored with."""

    seed: int | None = None
    """Of the inputs, points and directions; if it is not said, each call takes a new one that nobody knows."""
    require_verified: bool = True
    """Whether answers are scored at levels alone that the row lists as verified; --require-verified=false for all that
    it has."""
    text_time_limit: float | None = None
    """Seconds of processor time that one text may run; one that takes longer is tried once more, alone. 1 s for Warp
    and 4 s for JAX if it is not said."""
    source_time_limit: float = 20.0
    """Seconds of processor time that one Python source may take to be loaded and lowered."""
    text_limit: int = 65_536
    """Most characters of an answer, or four times those of the row's own text if that is more; a longer one is worth
    nothing."""
    kept_plans: int = 64
    """Rows whose inputs and expected results are kept in memory for further answers of the same seed."""
    workers: int = 1
    """Processes that score at once."""
    credits: Mapping[str, float] | None = None
    """Step to what it is worth, from 0 to 1 and no step less than one before it; all is worth 1. Steps that it
    lacks are worth what the one before is. By default half for a right forward part of a wrong derivative, a quarter
    for what is partly right, else nothing."""

    def __post_init__(self) -> None:
        """Refuse what nothing can be scored with."""
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
    def worth(self) -> Mapping[Step, float]:
        """What each step is worth."""
        return CREDITS if self.credits is None else {Step(name): value for name, value in self.credits.items()}

    @property
    def time_limits(self) -> Mapping[str, float]:
        """Front end to seconds of processor time that one text may run."""
        return TIME_LIMITS if self.text_time_limit is None else dict.fromkeys(TIME_LIMITS, self.text_time_limit)

    def time_limit(self, frontend: str) -> float:
        """Seconds of processor time that one text of a front end may run."""
        return self.time_limits.get(frontend, self.text_time_limit or OTHER_TIME_LIMIT)


@dataclass(frozen=True, kw_only=True)
class Repeatable(Scoring):
    """What the commands score with: inputs are the same each time, so that a result can be made again."""

    seed: int = 0  # pyright: ignore[reportIncompatibleVariableOverride]  (a result has to be made again)
    """Of the inputs that texts are run on; the same seed gives the same result. A model must not be trained on the
    scores of one seed alone: give each call another one."""

    def __post_init__(self) -> None:
        """Refuse what nothing can be scored with."""
        super().__post_init__()
        if self.seed is None:  # pyright: ignore[reportUnnecessaryComparison]
            raise ConfigError("the seed must be an integer, so that the result can be made again; got None")


def _whole(given: object) -> dict[str, float]:
    """What every step is worth, of what is said of some."""
    steps = ", ".join(Step)
    if not isinstance(given, Mapping):
        raise ConfigError(f"credits are steps with what each is worth, as in {{'some': 0.25}}; got {given!r}")
    told = cast("Mapping[Any, Any]", given)
    if unknown := [name for name in told if name not in set(Step)]:
        raise ConfigError(f"credits: no step {unknown[0]!r}; allowed: {steps}")
    if wrong := [name for name, value in told.items() if not _is_number(value) or not 0 <= value <= 1]:
        raise ConfigError(f"credits: {wrong[0]} must be worth 0 to 1, got {told[wrong[0]]!r}")
    found, least = dict[str, float](), 0.0
    for step in Step:
        value = float(told.get(step, 1.0 if step is Step.ALL else least))
        if value < least:
            raise ConfigError(f"credits: {step} is worth {value:g}, less than a step before it; the order is {steps}")
        found[str(step)] = least = value
    if found[Step.ALL] != 1.0:
        raise ConfigError(f"credits: all is worth 1, got {found[Step.ALL]:g}")
    return found


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
