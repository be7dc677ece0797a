"""Assigns rows to splits. The split is a function of the row alone, so no row moves when a data set grows.

It is chosen by the hash of the source's structure, which does not depend on the levels. A function lowered at several
shapes, with different texts, is therefore always in one split. Held-out rows form a separate split.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.dataset.storage.naming import TRAIN

VALIDATION = "validation"
"""The split for choosing models and settings."""
TEST = "test"
"""The split for the final evaluation."""
HELD_OUT = "held_out"
"""The split of the rows that hold-outs select."""
SPLITS = (TRAIN, VALIDATION, TEST, HELD_OUT)
"""All splits, in the order in which they are listed."""
ACROSS = "across splits"
"""The key for pairs of rows in two splits, in counts by split."""
_DIGITS = 12
"""Number of hexadecimal digits of a structure's hash that choose the split."""
_KINDS = ("op", "ops", "category", "recipe", "difficulty")


@dataclass(frozen=True, slots=True)
class HoldOut:
    """Selects the rows to hold out: by operation, several operations together, category, recipe or difficulty."""

    text: str
    """The hold-out as it was given."""
    kind: str
    names: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "HoldOut":
        """Parse a hold-out: ``op:sin``, ``ops:sin+matmul``, ``category:tile``, ``recipe:chain``, ``difficulty:5``.

        Raises:
            ConfigError: if the text is not valid.
        """
        kind, _, rest = text.partition(":")
        names = frozenset(rest.split("+") if kind == "ops" else [rest])
        if kind not in _KINDS or not all(names) or (kind == "ops" and len(names) < 2):
            raise ConfigError(
                "hold_out must be op:NAME, ops:NAME+NAME for rows that have all of them, category:NAME, recipe:NAME or "
                f"difficulty:1 to difficulty:5; got {text!r}"
            )
        if kind == "difficulty" and rest not in ("1", "2", "3", "4", "5"):
            raise ConfigError(f"hold_out: a difficulty is 1 to 5, got {text!r}")
        return cls(text, kind, names)

    def takes(self, metadata: Mapping[str, Any]) -> bool:
        """Return whether a row is held out.

        Args:
            metadata: the row's metadata, as stored in files.
        """
        if self.kind in ("op", "ops"):
            return self.names <= set(json.loads(metadata["ops"]))
        return str(metadata[self.kind]) in self.names


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRule:
    """The rule that assigns rows to splits."""

    validation: float
    """Share of structures in the validation split."""
    test: float
    """Share of structures in the test split."""
    held_out: Sequence[HoldOut] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the rule as JSON values."""
        held_out = [each.text for each in self.held_out]
        return {"validation": self.validation, "test": self.test, "hold_out": held_out}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "SplitRule":
        """Return the rule from the output of ``to_json``.

        Raises:
            ConfigError: if the entry is not valid.
        """
        try:
            held_out = [HoldOut.of(each) for each in entry["hold_out"]]
            return cls(validation=entry["validation"], test=entry["test"], held_out=held_out)
        except (KeyError, TypeError, AttributeError) as error:
            raise ConfigError(f"invalid rule of splits: {error}") from error

    def split_of(self, metadata: Mapping[str, Any]) -> str:
        """Return the split that the rule assigns to a row. It does not consider other rows with the same structure."""
        if any(each.takes(metadata) for each in self.held_out):
            return HELD_OUT
        at = int(metadata["structure_hash"][:_DIGITS], 16) / 16**_DIGITS
        if at < self.test:
            return TEST
        return VALIDATION if at < self.test + self.validation else TRAIN
