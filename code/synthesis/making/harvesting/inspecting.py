"""Prints the version, licence and modules of packages in an environment.

It is run in that environment: ``python -m synthesis.making.harvesting.inspecting NAME ...``.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any

from synthesis.core.licences import declared_licence

_NOT_EXTRACTED = ("tests", "test", "examples", "docs", "benchmarks")
"""Top-level modules that some packages install by mistake and that several packages may share."""


def describe(name: str) -> dict[str, Any]:
    """Return the version, licence and modules of a package, all empty if it is not installed."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return {"version": "", "licence": "", "modules": []}
    info: Any = found.metadata
    licence = declared_licence(info.get("License-Expression"), info.get("License"), info.get_all("Classifier") or ())
    return {"version": found.version, "licence": licence, "modules": sorted(set(_modules(found)))}


def _modules(found: Distribution) -> Iterator[str]:
    for file in found.files or ():
        top, *rest = file.parts
        name = top if rest else top.removesuffix(".py")
        if file.suffix == ".py" and name.isidentifier() and name not in _NOT_EXTRACTED:
            yield name


def main(names: Sequence[str]) -> None:
    """Print the descriptions of packages as JSON."""
    sys.stdout.write(json.dumps({name: describe(name) for name in names}))


if __name__ == "__main__":
    main(sys.argv[1:])
