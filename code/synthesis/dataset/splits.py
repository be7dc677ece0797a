"""Which split a row is in: a function of the row alone, so that none ever moves when a data set grows.

It is the structure of the source that tells, which is the same whatever the levels of the row; so functions at several
shapes, whose texts differ, come to the same split. What is held out comes to a split of its own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.dataset.storage.naming import TRAIN

VALIDATION, TEST, HELD_OUT = "validation", "test", "held_out"
SPLITS = (TRAIN, VALIDATION, TEST, HELD_OUT)
"""In the order in which everything lists them."""
ACROSS = "across splits"
"""What counts of splits call that which is in two of them."""
_DIGITS = 12
"""Hexadecimal digits of a structure's hash that tell its split."""
_KINDS = ("op", "ops", "category", "recipe", "difficulty")


@dataclass(frozen=True, slots=True)
class HoldOut:
    """Which rows are held out: all that have an operation, or several together, or a category, recipe or difficulty."""

    text: str
    """As it was given."""
    kind: str
    names: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "HoldOut":
        """What a text says: ``op:sin``, ``ops:sin+matmul``, ``category:tile``, ``recipe:chain``, ``difficulty:5``.

        Raises:
            ConfigError: if it says nothing of the kind.
        """
        kind, _, rest = text.partition(":")
        names = frozenset(rest.split("+") if kind == "ops" else [rest])
        if kind not in _KINDS or not all(names) or (kind == "ops" and len(names) < 2):
            raise ConfigError(
                f"hold_out is op:NAME, ops:NAME+NAME for rows that have all of them, category:NAME, recipe:NAME or "
                f"difficulty:1 to difficulty:5; got {text!r}"
            )
        if kind == "difficulty" and rest not in ("1", "2", "3", "4", "5"):
            raise ConfigError(f"hold_out: a difficulty is 1 to 5, got {text!r}")
        return cls(text, kind, names)

    def takes(self, metadata: Mapping[str, Any]) -> bool:
        """Whether a row is held out.

        Args:
            metadata: the row's, as files have it.
        """
        if self.kind in ("op", "ops"):
            return self.names <= set(json.loads(metadata["ops"]))
        return str(metadata[self.kind]) in self.names


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRule:
    """Which split a row is in."""

    validation: float
    """Share of structures."""
    test: float
    """Likewise."""
    held_out: Sequence[HoldOut] = ()

    def to_json(self) -> dict[str, Any]:
        """The rule as JSON values."""
        held_out = [each.text for each in self.held_out]
        return {"validation": self.validation, "test": self.test, "hold_out": held_out}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "SplitRule":
        """The rule that ``to_json`` gave.

        Raises:
            ConfigError: if it is none.
        """
        try:
            held_out = [HoldOut.of(each) for each in entry["hold_out"]]
            return cls(validation=entry["validation"], test=entry["test"], held_out=held_out)
        except (KeyError, TypeError, AttributeError) as error:
            raise ConfigError(f"no rule of splits: {error}") from error

    def split_of(self, metadata: Mapping[str, Any]) -> str:
        """The split of a row, if nothing of its structure has come to another."""
        if any(each.takes(metadata) for each in self.held_out):
            return HELD_OUT
        at = int(metadata["structure_hash"][:_DIGITS], 16) / 16**_DIGITS
        if at < self.test:
            return TEST
        return VALIDATION if at < self.test + self.validation else TRAIN
