"""Configures the garbage collector of irsmith's own processes."""

import atexit
import gc

MADE_BETWEEN = 50_000
"""Threshold of the youngest generation: net number of new objects before it is collected.

A full collection follows after a hundred such collections. Python's default is 700. With it, importing Warp or JAX
takes a fifth longer, because none of the many new objects is garbage, and making rows takes a twentieth longer. With
10,000, a full collection occurs during a command's imports, which delays the first row by a twentieth.
"""


def collect_rarely() -> None:
    """Collect garbage less often, and not at exit, when the process releases all memory anyway.

    It is meant for processes that do only irsmith's work. Importing irsmith as a library changes no setting.
    """
    gc.set_threshold(MADE_BETWEEN)
    atexit.register(gc.freeze)
