"""Hashes of about a hundred kernels of each front end, which show what a change affects. See ``make golden``."""

import hashlib
import json
from pathlib import Path

from synthesis import KernelGenerator

PATH = Path(__file__).parent / "golden.json"
# Number of kernels of each category, so that all front ends have about the same total.
NUMBERS = {"warp": 4, "jax": 7, "triton": 10}


def hashes() -> dict[str, str]:
    """Return the short hash of each kernel's source by ``front end/category/number``."""
    return {
        f"{name}/{category}/{number}": hash_of(generator.generate(category, number).source)
        for name, count in NUMBERS.items()
        for generator in (KernelGenerator(name),)
        for category in generator.categories
        for number in range(count)
    }


def hash_of(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:10]


def recorded() -> dict[str, str]:
    return json.loads(PATH.read_text(encoding="utf-8"))


if __name__ == "__main__":
    PATH.write_text(json.dumps(hashes(), indent=0) + "\n", encoding="utf-8")
