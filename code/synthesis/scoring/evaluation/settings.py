"""The settings of an evaluation. They are the options of its command, and are stored with its results."""

from dataclasses import dataclass, fields
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.core.settings import Confining
from synthesis.scoring.settings import Repeatable, Scoring


@dataclass(frozen=True, kw_only=True)
class Evaluating(Repeatable):
    """The settings of an evaluation."""

    k: tuple[int, ...] | None = None
    """The k of pass@k. Can be repeated. By default those of 1, 5, 10, 25, 50, 100 … for which every question has enough
    answers."""
    trained_on: str | None = None
    """The data set that the model was trained on, a folder or a URL. A structure counts as seen if a row of its
    training split has it. By default the data set itself."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        if self.k is not None:
            listed = (self.k,) if isinstance(self.k, int) else tuple(self.k)
            if not listed or any(isinstance(each, bool) or not isinstance(each, int) or each < 1 for each in listed):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise ConfigError(f"k must be a list of integers of at least 1, got {self.k!r}")
            object.__setattr__(self, "k", tuple(sorted(set(listed))))

    @property
    def lasting(self) -> dict[str, Any]:
        """The settings that scores depend on, which an evaluation stores."""
        kept = self.to_json()
        for name in (*(each.name for each in fields(Confining)), "workers", "kept_plans", "k", "trained_on"):
            kept.pop(name)
        return kept

    @property
    def scoring(self) -> Scoring:
        """The settings of the scorer."""
        return Scoring(**{each.name: getattr(self, each.name) for each in fields(Scoring)})
