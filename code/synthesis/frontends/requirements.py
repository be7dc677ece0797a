"""The installed libraries that a source needs in addition to the tools, and which of them are trusted."""

import ast
import sys
from collections.abc import Collection, Mapping

from packaging.utils import canonicalize_name

from synthesis.core.records import KernelSpec
from synthesis.frontends.provenance import release_of
from synthesis.frontends.registry import tool_modules

_COMMON = frozenset({"numpy", "scipy", "ml_dtypes", "synthesis"}) | sys.stdlib_module_names
"""Top-level packages that any source may import, in addition to those of the tools."""


def is_tool(package: str) -> bool:
    """Return whether any source may import a top-level package: a tool's, NumPy or the standard library."""
    return package in _COMMON or package in tool_modules()


def libraries_in(source: str) -> list[str]:
    """Return the top-level packages besides the tools that a source imports, sorted; empty if it is not Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found: set[str] = set()
    for each in ast.walk(tree):
        if isinstance(each, ast.Import):
            found |= {alias.name for alias in each.names}
        elif isinstance(each, ast.ImportFrom) and not each.level:
            found.add(each.module or "")
    roots = {name.partition(".")[0] for name in found} - {""}
    return sorted(each for each in roots if not is_tool(each))


def needs_of(spec: KernelSpec) -> dict[str, str]:
    """Return the libraries that a kernel's source needs, by name, with their versions as installed here.

    A self-contained source needs none. A library that is not installed has no entry.
    """
    if spec.self_contained:
        return {}
    found = (release_of(each) for each in libraries_in(spec.source))
    return {name: version for name, version in found if name}


def why_not_met(library: str, versions: Mapping[str, str], trusted: Collection[str] | None) -> str | None:
    """Return the reason why a source may not use a library here; None if it may.

    Args:
        library: its top-level package.
        versions: the versions of the libraries with which the source was traced, by name.
        trusted: names of libraries, as installed or as imported; None to trust all.
    """
    name, version = release_of(library)
    if not name:
        return f"it needs {library}, which is not installed"
    if versions.get(name, version) != version:
        return f"it needs {name} {versions[name]}, and {version} is installed"
    known = {canonicalize_name(each) for each in trusted or ()}
    if trusted is None or known & {canonicalize_name(name), canonicalize_name(library)}:
        return None
    return f"it needs {name} {version}, which is not among what is trusted: --trust {name}"
