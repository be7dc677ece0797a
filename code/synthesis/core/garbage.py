"""Configures the garbage collector of irsmith's own processes."""

import atexit
import gc

MADE_BETWEEN = 50_000
"""Threshold of the youngest generation: net number of new objects before it is collected.

A full collection follows after a hundred such collections. Python's default is 700, with which imports of Warp or JAX,
whose objects are never garbage, take a fifth longer, and rows a twentieth. With 10,000, one full collection would occur
while a command imports what it needs, which delays the first row by a twentieth.
"""


def collect_rarely() -> None:
    """Collect garbage less often, and not at exit, when the process releases all memory anyway.

    It is meant for processes that do only irsmith's work. Importing irsmith as a library changes no setting.
    """
    gc.set_threshold(MADE_BETWEEN)
    atexit.register(gc.freeze)
