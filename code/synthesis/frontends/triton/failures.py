"""Messages of exceptions that Triton raises when it compiles a kernel."""

from typing import Any

from synthesis.frontends.failures import detail, detail_of

_WIDEST = 120
"""Maximum number of characters of a line of the source in a message."""


def compilation_detail(error: BaseException) -> str:
    """Return why Triton does not compile a kernel, and the innermost line of the source at which it stops.

    Triton's own message begins with up to twelve lines of the source, and that of a function that the kernel calls is
    only in the exception that caused this one.
    """
    place, innermost = "", error
    while True:
        place = _line_of(innermost) or place
        if innermost.__cause__ is None:
            break
        innermost = innermost.__cause__
    if not place:
        return detail_of(error)
    own: Any = getattr(innermost, "error_message", str(innermost))
    return detail(type(error).__name__, f"at `{place[:_WIDEST]}`: {own}" if own else f"at `{place[:_WIDEST]}`")


def _line_of(error: BaseException) -> str:
    """Return the line of the source that one of Triton's errors is about; empty for any other exception."""
    source: Any = getattr(error, "src", None)
    number: Any = getattr(getattr(error, "node", None), "lineno", None)
    if not isinstance(source, str) or not isinstance(number, int):
        return ""
    return "".join(source.splitlines()[number - 1 : number]).strip()
