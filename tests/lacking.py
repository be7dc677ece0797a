"""What an older release of Warp lacks of what kernels are drawn with."""

import re


def lacking(source: str) -> list[str]:
    """The built-ins of Warp's that a source calls and the installed release does not have."""
    called = set(re.findall(r"\bwp\.(\w+)\(", source))
    if not called:  # it is none of Warp's, which may not be installed
        return []
    import warp as wp

    from synthesis.frontends.warp.introspection import is_builtin_name

    return sorted(name for name in called if not hasattr(wp, name) and not is_builtin_name(name))
