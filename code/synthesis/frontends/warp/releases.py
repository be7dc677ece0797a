"""All differences between Warp's releases that this front end handles.

Each difference is detected from the installed Warp's headers or from a stored text, not from a version number.
``tests/frontends/test_warp_releases.py`` has a test for each entry except the third, of which the oracle models only
the new behaviour. ``tests/frontends/test_warp_objects.py`` tests textures.

====== =============================================================================================
since  what changed
====== =============================================================================================
1.19.0 a C++ kernel is a template over whether threads and arrays are contiguous, it is static, and
       the index of a one-dimensional launch is ``wp::linear_tid<…>`` in place of ``wp::tid``
1.19.0 a loop with a constant number of iterations compares numbers; before, it called ``iter_cmp``
1.19.0 the nearest texel of a repeating texture is also found near its end; before, none was found
1.18.0 ``//`` of signed integers rounds down, as Python's does; before, it rounded toward zero
====== =============================================================================================

1.17.0 is the oldest supported release. Warp 1.16 would need a second way of lowering: its code generator prints the
casts of a module inside another header (it has no ``codegen_cast_macros``).
"""

import re
from collections.abc import Mapping

_TEMPLATE = "template <bool wp_linear_contiguous>\n"
_OWN_INDEX = re.compile(r"^#define builtin_tid1d\(\) (.+)$", re.MULTILINE)
_SPECIALIZED_INDEX = "wp::linear_tid"
_RANGE = re.compile(r"^\s*(var_\d+) = wp::range\((var_\d+(?:, var_\d+){0,2})\);$", re.MULTILINE)

PLAIN_INDEX = "wp::tid(task_index, dim)"
"""C++ of ``wp.tid()`` in a one-dimensional launch, in a text that is not a template; valid in every release."""


def is_specialized(text: str) -> bool:
    """Return whether the kernel of a C++ text is a template over whether threads and arrays are contiguous."""
    return _TEMPLATE in text


def own_index(header: str) -> str:
    """Return the C++ of ``wp.tid()`` in a one-dimensional launch, for a C++ text that is a template.

    If the installed Warp prints no templates, the text is from a newer release, and :data:`PLAIN_INDEX` is returned.
    The two expressions give the same index here, because texts are run as for arrays that may not be contiguous.

    Args:
        header: the header that Warp writes before any C++ text.

    Raises:
        ValueError: if the header does not define it.
    """
    found = _OWN_INDEX.search(header)
    if found is None:
        raise ValueError("Warp's C++ header does not define builtin_tid1d()")
    return found[1] if _SPECIALIZED_INDEX in found[1] else PLAIN_INDEX


def rounds_down(header: str) -> bool:
    """Return whether ``//`` of signed integers rounds down, as Warp's documentation says, and not toward zero.

    Args:
        header: Warp's ``native/builtin.h``.
    """
    return "floordiv_signed" in header


def ranges_with_trips(body: str, constants: Mapping[str, str]) -> set[str]:
    """Return the variables that are ranges of literal numbers with at least one iteration.

    In older texts, a loop over such a range begins like a loop that may have no iterations. Newer texts have no range
    for it.

    Args:
        body: the body of a C++ or CUDA function.
        constants: the values of its constant variables.
    """
    found = set[str]()
    for name, given in _RANGE.findall(body):
        values = [constants.get(each, "") for each in given.split(", ")]
        numbers = [int(each) for each in values if re.fullmatch(r"-?\d{1,10}", each)]
        if len(numbers) == len(values) and 0 not in numbers[2:] and range(*numbers):
            found.add(name)
    return found
