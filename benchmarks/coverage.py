"""Counts the kernels of installed packages that become rows, and the reasons for the others.

    python benchmarks/coverage.py warp warp.examples warp.tests
    python benchmarks/coverage.py jax jax.nn optax

Arguments: front end, installed packages. Prints a table for ``benchmarks/coverage.txt``: kernels found, rows, rows with
a self-contained source, and rejections of whole kernels by symptom. ``no_example_arguments`` is a JAX function that
none of the guessed shapes fit, and ``build_error`` a Warp kernel that Warp cannot build. With ``--errors``, each
rejection is printed.
"""

import sys
from collections import Counter
from importlib.metadata import version

from synthesis import Pair, extract
from synthesis.core.examples import Examples
from synthesis.frontends.registry import get_frontend


def main(frontend: str, packages: list[str], *, errors: bool) -> None:
    toolchain = get_frontend(frontend).compiler.toolchain()
    print("irsmith", version("irsmith"), *(f"{name} {number}" for name, number in toolchain.items()))
    print(f"{'package':<16}{'found':>7}{'rows':>7}{'whole':>7}  rejections")
    for package in packages:
        rows = whole = 0
        symptoms: Counter[str] = Counter()
        for outcome in extract(package, frontend=frontend, examples=Examples(guess=True)):
            if isinstance(outcome, Pair):
                rows += 1
                whole += outcome.spec.self_contained
                continue
            symptoms[outcome.symptom] += 1
            if errors:
                print(f"{outcome.kernel_name} ({outcome.origin}): {outcome.symptom}: {outcome.detail}")
        listed = ", ".join(f"{symptom} {count}" for symptom, count in symptoms.most_common())
        print(f"{package:<16}{rows + symptoms.total():>7}{rows:>7}{whole:>7}  {listed}", flush=True)


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--errors"]
    if len(arguments) < 2:
        sys.exit(__doc__)
    main(arguments[0], arguments[1:], errors="--errors" in sys.argv)
