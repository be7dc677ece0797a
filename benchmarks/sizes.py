"""Compares drawn kernels with those of applications: their sizes, their constructs, and their names.

    make sizes
    python benchmarks/sizes.py warp 3000 0

Arguments: front end, number of drawn kernels, seed. Prints a table for ``benchmarks/sizes.txt``. Applications are, for
Warp, all functions decorated with ``wp.kernel`` in newton, mujoco_warp and Warp itself; for JAX, functions and methods
of optax, flax, equinox, brax and jax_md that call JAX's functions on arrays. Test files are left out, and each text
counts once. The sources are parsed, not run. For JAX, texts are compared, too: StableHLO of drawn functions and of
programs built with flax, equinox and optax, lowered for abstract shapes (``measures/programs.py``).

JAX libraries contain functions, but not whole programs such as models with their losses and training steps, which users
write. Drawn functions of the category ``training`` are such programs. So library functions are compared with drawn
functions of all other categories, and programs with those of ``training``. Another line compares the texts of all drawn
functions with programs.

The line of a number has percentiles of both populations and their Kolmogorov-Smirnov distance (0: equal distributions,
1: no overlap). Pairs of operations, of which one uses the other's result, also through variables, are those of
applications. Their line has the share of pairs, weighted by frequency, that also occur in a drawn kernel
(``measures/dataflow.py``). The line of a share has both shares, their ratio, and their difference, which is the same
distance for truth values. A star marks a ratio beyond a factor of 1.5, with a remark if that is intended or both shares
are too small. Docstrings do not count as lines or statements. A function is counted without its helpers, but with its
inner functions.
"""

import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np
from measures import comparing, jax_functions, warp_kernels
from measures.profiles import Profile
from measures.reading import MissingPackageError, draw_functions, read_applications
from measures.reasons import REASONS
from measures.texts import profile_cuda, profile_stablehlo

from synthesis import Pair, SynthesisPipeline

_TEXTS = 300
"""Maximum number of drawn kernels whose texts are counted."""

_LEVELS = {"warp": "cuda_forward", "jax": "stablehlo"}
_PROGRAMS: dict[str, tuple[str, ...]] = {"warp": (), "jax": ("training",)}
"""The categories whose kernels are whole programs."""
_COUNTERS = {"warp": warp_kernels, "jax": jax_functions}


def lower_drawn(frontend: str, count: int, seed: int, categories: tuple[str, ...] = ()) -> list[Profile]:
    """Return the profiles of the texts of the first drawn kernels, of some categories or of all.

    Kernels that become no row have no text.
    """
    level = _LEVELS[frontend]
    only = {"category": list(categories)} if categories else {}
    pipeline = SynthesisPipeline(frontend, seed=seed, level=[level], verify="none", **only)
    profile = profile_cuda if frontend == "warp" else profile_stablehlo
    texts = (each.texts[level] for each in pipeline.outcomes(range(min(count, _TEXTS))) if isinstance(each, Pair))
    return [profile(text) for text in texts if text is not None]


def print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


def compare_python(frontend: str, count: int, seed: int) -> list[comparing.Numbers]:
    """Print the comparison of the Python of both populations, and return the numeric lines."""
    counters = _COUNTERS[frontend]
    packages = read_applications(frontend)
    real = [counters.profile(each) for functions in packages.values() for each in functions]
    programs = _PROGRAMS[frontend]
    drawn = [counters.profile(each) for each in draw_functions(frontend, count, seed, but=programs)]
    tool = f"{frontend} {version('warp-lang' if frontend == 'warp' else 'jax')}"
    listed = ", ".join(f"{len(functions)} {name}" for name, functions in packages.items())
    with_what = f"{tool}, Python {platform.python_version()}, {datetime.now(UTC).date()}"
    without = f", without those of {', '.join(programs)}," if programs else ""
    print(f"{with_what}: {len(drawn)} drawn with seed {seed}{without} {len(real)} real ({listed})\n")
    numbers = comparing.compare_numbers(drawn, real)
    own = {name for names in counters.NAMES.values() for name in names}
    shares = [
        *comparing.compare_shares(drawn, real),
        *comparing.compare_skeletons(drawn, real),
        *comparing.compare_flows(drawn, real),
        *comparing.compare_names(drawn, real, but=own),
    ]
    print_lines(comparing.print_numbers("Python", numbers))
    print_lines(comparing.print_shares(shares, REASONS[frontend]))
    print_lines(comparing.print_summary(numbers, shares, REASONS[frontend]))
    return numbers


def compare_texts(frontend: str, count: int, seed: int) -> list[comparing.Numbers]:
    """Print the properties of drawn kernels' texts, for JAX compared with programs, and return the numeric lines."""
    drawn = lower_drawn(frontend, count, seed, _PROGRAMS[frontend])
    if frontend == "warp":
        print(f"\nCUDA of {len(drawn)} drawn; real kernels are not lowered")
        print_lines(comparing.print_shares(comparing.list_shares(drawn), REASONS[frontend]))
        return []
    from measures.programs import lower_programs

    texts = dict(lower_programs())
    real = [profile_stablehlo(text) for text in texts.values()]
    which = ", ".join(_PROGRAMS[frontend])
    print(f"\nStableHLO of {len(drawn)} drawn of {which}, and of {len(real)} programs ({', '.join(texts)})\n")
    numbers = comparing.compare_numbers(drawn, real)
    shares = [*comparing.compare_shares(drawn, real), *comparing.compare_vocabulary(drawn, real)]
    print_lines(comparing.print_numbers("StableHLO", numbers))
    print_lines(comparing.print_shares(shares, REASONS[frontend]))
    print_lines(comparing.print_summary(numbers, shares, REASONS[frontend]))
    everything = comparing.compare_numbers(lower_drawn(frontend, count, seed), real)
    apart = np.mean([each.distance for each in everything])
    print(f"of drawn functions of all categories the mean distance of these numeric lines is {apart:.3f}")
    return numbers


def main(frontend: str, count: int, seed: int) -> None:
    """Print the comparison."""
    try:
        numbers = compare_python(frontend, count, seed)
    except MissingPackageError as error:
        sys.exit(str(error))
    numbers += compare_texts(frontend, count, seed)
    apart = np.mean([each.distance for each in numbers])
    print(f"\n{frontend}: mean distance of all {len(numbers)} numeric lines {apart:.3f}")


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in _LEVELS:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
