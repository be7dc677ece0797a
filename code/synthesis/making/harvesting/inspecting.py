"""Prints what an environment has of some packages.

Run in that environment: ``python -m synthesis.making.harvesting.inspecting NAME ...``.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any

from synthesis.core.licences import declared_licence

_NOT_EXTRACTED = ("tests", "test", "examples", "docs", "benchmarks")
"""Top-level modules that some packages bring by mistake, and that are not theirs alone."""


def describe(name: str) -> dict[str, Any]:
    """Version, licence and modules of a package; its modules are none if it is not there."""
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
    """Print what there is of some packages, as JSON."""
    sys.stdout.write(json.dumps({name: describe(name) for name in names}))


if __name__ == "__main__":
    main(sys.argv[1:])
