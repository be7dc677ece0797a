"""Caches the plans of rows: the inputs and expected results of their texts, for each row and seed."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence

from synthesis.core.identity.hashing import digest
from synthesis.dataset.storage.documents import Document
from synthesis.making.sources.planned import PlannedRows
from synthesis.verification.plan import OUTSIDE_DOMAIN, Plan

_TRIES = 3
"""Number of seeds that are tried if a kernel fails on the inputs of one."""
_MOST_BYTES = 1 << 29
"""Maximum number of bytes of arrays that are kept between calls."""
_Key = tuple[str, int, bool]


class Plans:
    """The plans of rows by seed.

    Args:
        planned: makes the plans.
        most: maximum number of plans that are kept; fewer if their arrays are large.
    """

    def __init__(self, planned: PlannedRows, most: int) -> None:
        self._planned = planned
        self._most = most
        self._kept: OrderedDict[_Key, Plan | str] = OrderedDict()

    def of(self, rows: Sequence[Document], seed: int, *, own_sizes: bool = False) -> list[Plan | str]:
        """Return the plan of each row; for a row without a text that can be run, the reason why.

        Args:
            rows: the rows.
            seed: the seed of the inputs.
            own_sizes: whether texts with a twin are run at their own sizes.

        Raises:
            MachineError: if processes cannot run on this machine.
        """
        keys = [(key_of(row), seed, own_sizes) for row in rows]
        found = {key: self._kept[key] for key in keys if key in self._kept}
        left: dict[_Key, Document] = {key: row for key, row in zip(keys, rows, strict=True) if key not in found}
        for number in range(_TRIES):
            if not left:
                break
            again = seed if number == 0 else int(digest("again", seed, number)[:15], 16)
            plans = self._planned.plans([*left.values()], seed=again, own_sizes=own_sizes)
            found |= dict(zip(left, plans, strict=True))
            left = {key: row for key, row in left.items() if _may_other_inputs_help(found[key])}
        for key in dict.fromkeys(keys):
            self._kept[key] = found[key]
            self._kept.move_to_end(key)
        self._forget()
        return [found[key] for key in keys]

    def _forget(self) -> None:
        """Remove the least recently used plans that exceed the limits."""
        size = sum(map(_size, self._kept.values()))
        while self._kept and (len(self._kept) > self._most or size > _MOST_BYTES):
            _, plan = self._kept.popitem(last=False)
            size -= _size(plan)


def _size(plan: Plan | str) -> int:
    """Return the number of bytes of a plan's inputs and expected results."""
    if isinstance(plan, str) or plan.draws is None:
        return 0
    draws = plan.draws
    given = (values for program in plan.programs[:1] for values in program.runs.values())
    return sum(each.nbytes for run in (*given, *draws.own, *draws.double, *draws.slack) for each in run.values())


def _may_other_inputs_help(plan: Plan | str) -> bool:
    """Return whether a plan for other inputs may verify texts that this one cannot.

    That is so if the kernel failed on the inputs, or if they cover too little of it.
    """
    if isinstance(plan, str):
        return OUTSIDE_DOMAIN in plan
    return plan.coverage is not None and plan.coverage.hindrance(plan.min_coverage) is not None


def key_of(row: Document) -> str:
    """Return a key of a row: the hash of its source, its texts, and everything that affects running them."""
    metadata = row.metadata
    parts = [row.source, dict(row.texts), *(metadata[name] for name in ("id", "kernel_name", "signature", "options"))]
    parts += [metadata["toolchain"], metadata["version"], row.device]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()
