"""Finds built-ins that kernels are drawn with, but that the installed release of Warp lacks."""

import re


def lacking(source: str) -> list[str]:
    """Return the Warp built-ins that a source calls and that the installed release does not have, sorted."""
    called = set(re.findall(r"\bwp\.(\w+)\(", source))
    if not called:  # not a Warp kernel; Warp may not even be installed
        return []
    import warp as wp

    from synthesis.frontends.warp.introspection import is_builtin_name

    return sorted(name for name in called if not hasattr(wp, name) and not is_builtin_name(name))
