"""Determines the SPDX licence of a package from its metadata, and checks it against an allow-list."""

import re
from collections.abc import Collection, Iterable
from functools import cache
from importlib import import_module
from typing import Any

from synthesis.core.errors import ConfigError

UNKNOWN_LICENCE = "unknown"
_LIBRARY = "license_expression"
PERMISSIVE = (
    "0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC", "MIT", "MIT-0",
    "NCSA", "PSF-2.0", "Unlicense", "Zlib",
)  # fmt: skip
"""SPDX identifiers of licences that only require keeping their notice."""
_PHRASES = {
    "apache": "Apache-2.0", "apache 2": "Apache-2.0", "apache 2 0": "Apache-2.0", "apache license 2 0": "Apache-2.0",
    "apache license version 2 0": "Apache-2.0", "apache license version 2 0 january 2004": "Apache-2.0",
    "apache 2 0 license": "Apache-2.0", "apache software": "Apache-2.0",
    "apache software license": "Apache-2.0", "apache software license 2 0": "Apache-2.0",
    "mit license": "MIT", "the mit license": "MIT", "the mit license mit": "MIT", "expat": "MIT",
    "bsd 2 clause license": "BSD-2-Clause", "2 clause bsd license": "BSD-2-Clause", "simplified bsd": "BSD-2-Clause",
    "bsd 3 clause license": "BSD-3-Clause", "3 clause bsd license": "BSD-3-Clause", "new bsd": "BSD-3-Clause",
    "bsd 3 clause": "BSD-3-Clause", "modified bsd": "BSD-3-Clause", "revised bsd": "BSD-3-Clause",
    "isc license": "ISC", "isc license iscl": "ISC", "zlib libpng license": "Zlib",
    "the unlicense unlicense": "Unlicense",
    "python software foundation license": "PSF-2.0", "boost software license 1 0 bsl 1 0": "BSL-1.0",
    "mozilla public license 2 0 mpl 2 0": "MPL-2.0", "mpl 2 0": "MPL-2.0",
    "gnu general public license v2 gplv2": "GPL-2.0-only", "gnu general public license v3 gplv3": "GPL-3.0-only",
    "gnu general public license v3 or later gplv3": "GPL-3.0-or-later", "gplv3": "GPL-3.0-only",
    "gnu lesser general public license v3 lgplv3": "LGPL-3.0-only",
    "gnu affero general public license v3": "AGPL-3.0-only",
}  # fmt: skip
"""Common spellings of licences, in lower case without punctuation. ``BSD`` alone is ambiguous."""
_CLASSIFIER = "License :: "


def spdx_of(text: str) -> str | None:
    """Return the SPDX expression that a text is or stands for; None if it cannot be determined."""
    known = _PHRASES.get(" ".join(re.findall(r"[a-z0-9]+", text.lower())))
    if known is not None:
        return known
    parsed = _parse(text)
    return None if parsed is None else str(parsed)


def declared_licence(expression: str | None, text: str | None, classifiers: Iterable[str] = ()) -> str:
    """Return the licence that a package's metadata declare.

    Args:
        expression: the field ``License-Expression``.
        text: the field ``License``, which may hold anything, even a full licence text.
        classifiers: all classifiers of the package.

    Returns:
        An SPDX expression if one can be determined, else the first line of the field, or ``unknown``.
    """
    if expression:
        return spdx_of(expression) or expression
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    first = lines[0] if lines else ""
    for title in (first, " ".join(lines[:2])):  # the title of a whole licence may take two lines
        if (found := spdx_of(title)) is not None:
            return found
    named = {each.rpartition(" :: ")[2] for each in classifiers if each.startswith(_CLASSIFIER)}
    if len(named) == 1 and (found := spdx_of(next(iter(named)))) is not None:
        return found
    return first or UNKNOWN_LICENCE


def check_licences(names: Collection[str]) -> None:
    """Check that an allow-list consists of SPDX identifiers.

    Raises:
        ConfigError: with the first one that is not.
    """
    for name in names:
        if _parse(name) is None or " " in name:
            raise ConfigError(f"licence: {name!r} is not an SPDX identifier of a licence, such as MIT or Apache-2.0")


def check_expression(name: str, licence: str) -> None:
    """Check that a licence is an SPDX expression of known licences, such as ``MIT OR Apache-2.0``.

    Args:
        name: the setting's name, for the message.
        licence: the licence.

    Raises:
        ConfigError: if it is not.
    """
    if _parse(licence) is None:
        raise ConfigError(f"{name}: {licence!r} is not an SPDX licence expression, such as MIT or MIT OR Apache-2.0")


def is_allowed(licence: str, allowed: Collection[str]) -> bool:
    """Return whether the licences of an allow-list allow an SPDX expression; False for an invalid expression.

    For ``A OR B`` one must be allowed, for ``A AND B`` both. ``A WITH B`` counts as ``A``, because an exception only
    grants further permissions.
    """
    parsed = _parse(licence)
    return parsed is not None and _holds(parsed, {each.lower() for each in allowed})


def _holds(parsed: Any, allowed: set[str]) -> bool:
    licensing = _licensing()
    if isinstance(parsed, licensing.OR):
        return any(_holds(each, allowed) for each in parsed.args)
    if isinstance(parsed, licensing.AND):
        return all(_holds(each, allowed) for each in parsed.args)
    return str(getattr(parsed, "license_symbol", parsed)).lower() in allowed


def _parse(text: str) -> Any:
    library: Any = import_module(_LIBRARY)
    try:
        return _licensing().parse(text, validate=True, strict=True)
    except (library.ExpressionError, library.ExpressionParseError):
        return None


@cache
def _licensing() -> Any:
    library: Any = import_module(_LIBRARY)
    return library.get_spdx_licensing()
