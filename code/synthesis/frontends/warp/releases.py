"""What differs between Warp's releases: the one place that knows.

Each difference is told by what the installed Warp, or a stored text, has, not by a number.
``tests/frontends/test_warp_releases.py`` has a test for each entry but the last but one, which the oracle does not
follow: ``tests/frontends/test_warp_objects.py`` is about textures.

====== =============================================================================================
since  what changed
====== =============================================================================================
1.19.0 a C++ kernel is a template over whether threads and arrays are contiguous, it is static, and
       the index of a one-dimensional launch is ``wp::linear_tid<…>`` in place of ``wp::tid``
1.19.0 a loop of constant trips compares with a number; before, it asked ``iter_cmp`` as any other
1.19.0 the nearest texel of a texture that repeats is there near its end too; before, none was found
1.18.0 ``//`` of signed whole numbers rounds down, as Python's does; before, it rounded toward zero
====== =============================================================================================

1.17.0 is the oldest release that is supported. Warp 1.16 would need a second way of lowering: its code generator prints
the casts of a module inside another header (it has no ``codegen_cast_macros``).
"""

import re
from collections.abc import Mapping

_TEMPLATE = "template <bool wp_linear_contiguous>\n"
_OWN_INDEX = re.compile(r"^#define builtin_tid1d\(\) (.+)$", re.MULTILINE)
_SPECIALIZED_INDEX = "wp::linear_tid"
_RANGE = re.compile(r"^\s*(var_\d+) = wp::range\((var_\d+(?:, var_\d+){0,2})\);$", re.MULTILINE)

PLAIN_INDEX = "wp::tid(task_index, dim)"
"""What ``wp.tid()`` of a one-dimensional launch is in C++ that is no template; the headers of every release have it."""


def is_specialized(text: str) -> bool:
    """Whether the kernel of a C++ text is a template over whether threads and arrays are contiguous."""
    return _TEMPLATE in text


def own_index(header: str) -> str:
    """What ``wp.tid()`` of a one-dimensional launch is in a C++ text that is a template, with this Warp's headers.

    Where this Warp prints no templates, such a text is of a newer one. It is called for any arrays, for which the two
    indices are the same.

    Args:
        header: what Warp writes before any C++ text.

    Raises:
        ValueError: if the header does not define it.
    """
    found = _OWN_INDEX.search(header)
    if found is None:
        raise ValueError("Warp's C++ header does not define builtin_tid1d()")
    return found[1] if _SPECIALIZED_INDEX in found[1] else PLAIN_INDEX


def rounds_down(header: str) -> bool:
    """Whether ``//`` of signed whole numbers rounds down, as Warp's documentation says, and not toward zero.

    Args:
        header: Warp's ``native/builtin.h``.
    """
    return "floordiv_signed" in header


def ranges_with_trips(body: str, constants: Mapping[str, str]) -> set[str]:
    """The variables that are ranges of numbers which are written in a text, with one trip at least.

    A loop over one of them begins in older texts as a loop does that may have no trip; in newer ones there is no range.

    Args:
        body: of a C++ or CUDA function.
        constants: its variables that are constants, and their values.
    """
    found = set[str]()
    for name, given in _RANGE.findall(body):
        values = [constants.get(each, "") for each in given.split(", ")]
        numbers = [int(each) for each in values if re.fullmatch(r"-?\d{1,10}", each)]
        if len(numbers) == len(values) and 0 not in numbers[2:] and range(*numbers):
            found.add(name)
    return found
