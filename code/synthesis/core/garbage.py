"""How often a process of irsmith's own looks for garbage that refers to itself."""

import atexit
import gc

MADE_BETWEEN = 50_000
"""So many more objects have been made than are gone when the youngest are looked at; all are looked at after a hundred
such times. Python's own figure is 700, with which imports of Warp or JAX, none of whose objects is ever garbage, take a
fifth longer, and rows a twentieth. With 10,000 all of them are looked at once while a command imports what it needs,
which a first row waits for a twentieth of its time."""


def collect_rarely() -> None:
    """Look for garbage less often, and not once more at the end, when a process gives back all that it has anyway.

    For processes that do nothing but irsmith's work; whoever imports irsmith keeps what is set.
    """
    gc.set_threshold(MADE_BETWEEN)
    atexit.register(gc.freeze)
