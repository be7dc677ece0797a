"""Counts the Warp built-ins that have verified rows, and the reasons for the others.

    python benchmarks/builtins.py build/builtins            # every built-in
    python benchmarks/builtins.py build/builtins dot lerp   # some of them, though their outcome is known
    python benchmarks/builtins.py build/builtins --again    # also those without a verified row
    python benchmarks/builtins.py table build/builtins      # writes benchmarks/builtins.txt from what the folder holds

Arguments: a folder, built-ins. The folder holds the kernels' files, and the outcome of each kernel in
``outcomes.jsonl``. A kernel with a recorded outcome is not extracted again.

The kernels are those of ``tests/warp_rules``, which are made from the signatures in Warp's own registry (number
formats, vectors, matrices, quaternions, transforms, tiles), and those of ``benchmarks/builtin_kernels`` for built-ins
whose signature is not enough to call them. Files are extracted as by ``irsmith extract``, so domains and launches are
inferred. Kernels that query an object are launched by ``objects.py`` and recorded, as by ``irsmith record``. A built-in
counts if a text of one of its kernels is verified.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from warp_rules.signatures import cases_of
from warp_rules.table import CASES

from synthesis import Pair, extract
from synthesis.core.errors import TargetError
from synthesis.frontends.registry import toolchain_here
from synthesis.frontends.warp.introspection import groups_of_builtins

WRITTEN = Path(__file__).parent / "builtin_kernels"
RECORDED = WRITTEN / "objects.py"
MOST = 4
"""Maximum number of kernels of a built-in that are made from its signatures."""
TOGETHER = 40
"""Maximum number of kernels in a file."""
HEAD = "import warp as wp\n\n\n"
NOT_ON_A_CPU: Mapping[str, str] = {
    "select": "removed in Warp 1.10: a call of it does not compile",
    "breakpoint": "stops the process that calls it",
    "dense_gemm_batched": "declared, but Warp's headers lack it",
    "dense_chol_batched": "declared, but Warp's headers lack it",
    "dense_solve_batched": "declared, but Warp's headers lack it",
}
"""Maps a built-in that no kernel can call on a CPU to the reason."""


@dataclass(frozen=True, slots=True)
class Called:
    """A kernel that calls a built-in."""

    built_in: str
    name: str
    head: str
    """The beginning of the kernel's file."""
    source: str

    @property
    def digest(self) -> str:
        """The digest that identifies the kernel in ``outcomes.jsonl``."""
        return hashlib.sha256((self.head + self.source).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one kernel."""

    digest: str
    verified: tuple[str, ...]
    """The levels whose texts are verified."""
    reason: str
    """Why other levels are not verified, or why the kernel did not become a row."""


def kernels_of(path: Path) -> Iterator[Called]:
    """Yield the kernels of a file. Each name begins with the built-in that the kernel calls."""
    head, *kernels = re.split(r"(?m)^(?=@wp\.kernel)", path.read_text().partition("\n\nif __name__")[0])
    for kernel in kernels:
        built_in, label = re.findall(r"(?m)^def (\w+?)__(\w+)\(", kernel)[0]
        yield Called(built_in, f"{built_in}__{label}", head, kernel.strip() + "\n")


def kernels() -> Iterator[Called]:
    """Yield all kernels except those that are recorded."""
    own = [each for path in sorted(WRITTEN.glob("*.py")) if path != RECORDED for each in kernels_of(path)]
    yield from own
    written = {each.built_in for each in [*own, *kernels_of(RECORDED)]}
    for name in groups_of_builtins():
        cases = CASES.get(name) or ([] if name in written else _from_signatures(name))
        step = max(1, len(cases) // MOST)
        for case in cases[::step][:MOST]:
            yield Called(name, case.name, HEAD, case.spec().source.removeprefix(HEAD))


def _from_signatures(name: str) -> Sequence[Any]:
    try:
        return list(cases_of(name))
    except (AttributeError, KeyError, TypeError, NotImplementedError):  # no call can be derived from the signature
        return []


def outcomes_of(found: Iterable[Any], wanted: Mapping[str, Called]) -> Iterator[Outcome]:
    """Yield the outcomes of the wanted kernels from the results of an extraction. ``wanted`` maps names to kernels."""
    for outcome in found:
        name = outcome.spec.name if isinstance(outcome, Pair) else outcome.kernel_name
        if name not in wanted or (not isinstance(outcome, Pair) and outcome.level is not None):
            continue
        if isinstance(outcome, Pair):
            reasons = {str(each) for each in outcome.verdict.unverified.values()}
            reasons |= {f"{each.symptom}: {each.detail}" for each in outcome.rejections}
            yield Outcome(wanted[name].digest, tuple(sorted(outcome.verdict.verified)), "; ".join(sorted(reasons)))
        else:
            yield Outcome(wanted[name].digest, (), f"{outcome.symptom}: {outcome.detail}")


def extracted(folder: Path, together: Sequence[Called]) -> list[Outcome]:
    """Extract kernels with the same head from one file, or from a file each if that fails; return the outcomes."""
    wanted = {each.name: each for each in together}
    path = folder / f"{together[0].digest}.py"
    path.write_text(together[0].head + "\n\n".join(each.source for each in together))
    try:
        found = list(outcomes_of(extract(str(path), frontend="warp"), wanted))
        if found or len(together) == 1:
            return found
    except TargetError as error:
        if len(together) == 1:
            return [Outcome(together[0].digest, (), f"not imported: {error}")]
    return [outcome for each in together for outcome in extracted(folder, [each])]


def recorded(folder: Path, wanted: Sequence[Called]) -> list[Outcome]:
    """Record the kernels that ``objects.py`` launches, extract the recording, and return the outcomes."""
    kept = folder / "recording"
    shutil.rmtree(kept, ignore_errors=True)
    command = [sys.executable, "-m", "synthesis", "record", "--out", str(kept), "--", sys.executable, str(RECORDED)]
    subprocess.run([*command, *(each.name for each in wanted)], check=True, stdout=subprocess.DEVNULL)
    found = extract(recorded=kept, frontend="warp")
    return list(outcomes_of(found, {each.name: each for each in wanted}))


def known(folder: Path) -> dict[str, Outcome]:
    """Return the last outcome of each kernel by digest."""
    path = folder / "outcomes.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    outcomes = (Outcome(**json.loads(line)) for line in lines)
    return {each.digest: each for each in outcomes}


def run(folder: Path, names: Sequence[str], *, again: bool) -> None:
    """Extract the kernels whose outcome is not known, or those of the given built-ins."""
    folder.mkdir(parents=True, exist_ok=True)
    before = known(folder)

    def pending(each: Called) -> bool:
        outcome = before.get(each.digest)
        return each.built_in in names if names else outcome is None or (again and not outcome.verified)

    by_head: dict[str, list[Called]] = defaultdict(list)
    for each in filter(pending, kernels()):
        by_head[each.head].append(each)
    groups = [some[start : start + TOGETHER] for some in by_head.values() for start in range(0, len(some), TOGETHER)]
    for together in groups:
        keep(folder, together, extracted(folder, together))
    launched = list(filter(pending, kernels_of(RECORDED)))
    if launched:
        keep(folder, launched, recorded(folder, launched))


def keep(folder: Path, together: Sequence[Called], outcomes: Sequence[Outcome]) -> None:
    """Record the outcomes of kernels, and print them."""
    by_digest = {each.digest: each for each in outcomes}
    with (folder / "outcomes.jsonl").open("a") as log:
        for each in together:
            outcome = by_digest.get(each.digest, Outcome(each.digest, (), "neither a row nor a rejection"))
            log.write(json.dumps(asdict(outcome)) + "\n")
            if not outcome.verified:
                print(each.name, outcome.reason.partition("\n")[0], sep=": ", flush=True)
    print(f"{sum(bool(each.verified) for each in outcomes)} of {len(together)}", flush=True)


def table(folder: Path) -> Iterator[str]:
    """Yield the lines of ``benchmarks/builtins.txt``."""
    yield " ".join(f"{name} {number}" for name, number in toolchain_here("warp").items())
    yield ""
    outcomes, groups = known(folder), groups_of_builtins()
    verified: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    reasons: dict[str, str] = {}
    for each in [*kernels(), *kernels_of(RECORDED)]:
        outcome = outcomes.get(each.digest)
        tried[each.built_in] += 1
        if outcome is not None and outcome.verified:
            verified[each.built_in] += 1
        elif outcome is not None:
            reasons[each.built_in] = outcome.reason
    sizes, cannot = Counter(groups.values()), Counter(groups[name] for name in NOT_ON_A_CPU)
    done = Counter(groups[name] for name in verified)
    yield f"{'group':<20}{'built-ins':>10}{'callable':>10}{'verified':>10}"
    for group, count in sizes.items():
        yield f"{group:<20}{count:>10}{count - cannot[group]:>10}{done[group]:>10}"
    able = sizes.total() - cannot.total()
    yield f"{'all':<20}{sizes.total():>10}{able:>10}{done.total():>10}   {100 * done.total() / able:.1f} %"
    yield f"{tried.total()} kernels, {verified.total()} of them rows with a verified text"
    yield ""
    yield "Without a verified row, and the reason that irsmith gives:"
    for name in groups:
        if not verified[name]:
            told = NOT_ON_A_CPU.get(name) or reasons.get(name, "no kernel calls it")
            yield f"  {name:<36}{told.partition(chr(10))[0][:140]}"


def main(arguments: list[str]) -> None:
    """Run the command line."""
    again = "--again" in arguments
    arguments = [each for each in arguments if each != "--again"]
    if not arguments:
        sys.exit(__doc__)
    if arguments[0] == "table":
        path = Path(__file__).with_suffix(".txt")
        path.write_text("\n".join(table(Path(arguments[1]))) + "\n")
        return
    run(Path(arguments[0]), arguments[1:], again=again)


if __name__ == "__main__":
    main(sys.argv[1:])
