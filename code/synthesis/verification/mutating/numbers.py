"""Changes the numbers in a text: by a percentage, by one, or to another initial value."""

import math
from collections.abc import Callable

from synthesis.verification.mutating.records import Edit, Kind, Token, change


def float_edits(token: Token, write: Callable[[float], str], *, start: bool = False) -> list[Edit]:
    """Return changes of a floating-point constant by 1 % and by 10 %; if ``start``, a change to another initial value.

    Only an initial value may be zero or infinite. An infinite one becomes 0; to any other, 0.5 is added.
    """
    try:
        value = float(token.text)
    except ValueError:
        return []
    if start:
        return [change(Kind.START, token, write(0.0 if not math.isfinite(value) else value + 0.5))]
    if not math.isfinite(value) or value == 0:
        return []
    return [
        change(Kind.PERCENT, token, write(value * 1.01)),
        change(Kind.TENTH, token, write(value * 0.9)),
    ]


def whole_edits(token: Token, kind: Kind = Kind.INDEX, least: int | None = None) -> list[Edit]:
    """Return changes of an integer by plus and minus one, unless the result is less than ``least``."""
    if not token.text.lstrip("-").isdigit():
        return []
    value = int(token.text)
    return [change(kind, token, str(each)) for each in (value + 1, value - 1) if least is None or each >= least]
