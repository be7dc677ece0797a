"""What a process without rights says of several things, each of which may be the end of it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from synthesis.core.errors import Symptom
from synthesis.core.sandbox.wire import WireError
from synthesis.core.sandbox.zygote import Casualty, Zygote

STARTING = 60.0
"""Seconds of processor time that such a process may take to start, beside its first thing."""
T = TypeVar("T")
R = TypeVar("R")


def each_apart(
    zygote: Zygote,
    things: Sequence[T],
    work: Callable[[Sequence[T]], Callable[[], Iterator[Any]]],
    read: Callable[[bytes], R],
    limit: float,
) -> Iterator[R | Casualty]:
    """What is said of each thing, in order; one that its process comes to harm of is tried once more, alone.

    Args:
        zygote: what processes are forked from.
        things: what is asked about.
        work: the call, of some of the things, that yields the position of each as it begins, then bytes about it.
        read: what the bytes say.
        limit: seconds of processor time that one thing may take.

    Raises:
        MachineError: if the machine does not let processes run.
    """
    done, alone = 0, False
    while done < len(things):
        given = things[done : done + 1] if alone else things[done:]
        harm: Casualty | None = None
        made, left = 0, 2 * len(given)
        for item in zygote.run(
            work(given), int | bytes, time_limit=limit, first_limit=limit + STARTING, contained=True
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
