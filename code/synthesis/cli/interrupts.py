"""Ctrl-C that arrives where Python drops exceptions: it comes again."""

import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager

_SOON = 0.05
"""Seconds."""


@contextmanager
def keep_interrupts() -> Generator[None]:
    """Raise an interrupt again that came inside a destructor or the callback of a weak reference.

    Python only prints what is raised there, and a command would go on; JAX has many such callbacks.
    """
    report, armed = sys.unraisablehook, False

    def again(lost: "sys.UnraisableHookArgs") -> None:
        nonlocal armed
        if lost.exc_type is KeyboardInterrupt:
            armed = True
            signal.signal(signal.SIGALRM, signal.default_int_handler)
            signal.setitimer(signal.ITIMER_REAL, _SOON)
        else:
            report(lost)

    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = report
        if armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
