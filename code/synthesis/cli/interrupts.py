"""Handles Ctrl-C where Python would ignore the exception."""

import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager

_SOON = 0.05
"""Seconds until the interrupt is raised again."""


@contextmanager
def keep_interrupts() -> Generator[None]:
    """Raise an interrupt again that was raised inside a destructor or a weak reference callback.

    Python only prints exceptions raised there, and the command would continue. JAX has many such callbacks.
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
