"""Processes items in a sandboxed process that any item may crash."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from synthesis.core.errors import Symptom
from synthesis.core.sandbox.wire import WireError
from synthesis.core.sandbox.zygote import Casualty, Zygote

START_SECONDS = 60.0
"""Seconds of processor time that the process may take to start, in addition to the limit of its first item."""
T = TypeVar("T")
R = TypeVar("R")


def map_isolated(
    zygote: Zygote,
    items: Sequence[T],
    work: Callable[[Sequence[T]], Callable[[], Iterator[Any]]],
    read: Callable[[bytes], R],
    limit: float,
) -> Iterator[R | Casualty]:
    """Yield the result for each item, in order. An item that crashes its process is retried once, alone.

    Args:
        zygote: the process to fork from.
        items: the items.
        work: takes some of the items and returns a function that processes them. This yields the position of each item
            when it begins, and then its result as bytes.
        read: decodes a result from bytes.
        limit: seconds of processor time that one item may take.

    Raises:
        MachineError: if processes cannot run on this machine.
    """
    done, alone = 0, False
    while done < len(items):
        given = items[done : done + 1] if alone else items[done:]
        harm: Casualty | None = None
        made, left = 0, 2 * len(given)
        for item in zygote.run(
            work(given), int | bytes, time_limit=limit, first_limit=limit + START_SECONDS, contained=True
        ):
            left -= 1
            if isinstance(item, Casualty):
                harm = item
            elif left < 0:
                harm = Casualty(symptom=Symptom.CRASH, detail="its results are more than its rows")
                break
            elif isinstance(item, bytes) and made < len(given):
                try:
                    found = read(item)
                except WireError as error:
                    harm = Casualty(symptom=Symptom.CRASH, detail=f"its results cannot be read: {error}")
                    break
                made += 1
                yield found
        done += made
        if made == len(given):
            alone = False
            continue
        if harm is not None:
            zygote.check_machine()
        if alone or (harm is not None and harm.symptom is Symptom.TIMEOUT):
            yield harm or Casualty(symptom=Symptom.CRASH, detail="ended without its results")
            done, alone = done + 1, False
        else:
            alone = True
