"""Checks irsmith with each supported release of its tools: ``make versions`` and benchmarks/versions.txt.

    python benchmarks/versions.py check [--all-tests] [--count N] [PAIR ...]
    python benchmarks/versions.py table [--count N] > benchmarks/versions.txt

A pair is a Python and the tools installed for it. Each file of ``constraints/`` is one: its name has the versions, and
its lines are the packages of its environment. Environments are made in ``.venv-versions`` and kept until the file
changes. A pair is reported and skipped if its Python is not found on the path or in pyenv's folder.

``check`` runs the fast tests, or all tests with ``--all-tests``, and draws and verifies N candidates (200) of each
front end. One candidate, or one in two hundred, may be rejected. ``table`` draws and verifies N candidates (2,000) with
each release, verifies the rows again on other inputs, and counts the texts that differ from those of the release
before. A stopped run continues. ``rm -r build/versions`` discards its rows.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CONSTRAINTS = ROOT / "constraints"
ENVIRONMENTS = ROOT / ".venv-versions"
RESULTS = ROOT / "build" / "versions"
NAME = re.compile(r"python(?P<python>[\d.]+)-jax(?P<jax>[\d.]+)-warp(?P<warp>[\d.]+)")
SEED, OTHER_SEED = 31, 7
"""Seed of the drawn kernels, and seed of the inputs on which their rows are verified again."""
CANDIDATES = {"check": 200, "table": 2000}
"""Number of candidates of each front end, by command, if none is given."""
ENOUGH = 0.995
"""Minimum share of candidates that must become rows. One rejected candidate is always allowed."""
FAST = (
    *("test_levels", "test_protocol", "test_releases", "test_linemaps", "test_catalogues", "test_references"),
    *("test_jax_releases", "test_jax_rules", "test_jaxpr_texts", "test_jax_lowering", "test_jax_execution"),
    *("test_jax_statements", "test_warp_releases", "test_warp_lowering", "test_warp_texts", "test_warp_headers"),
)
"""Tests of ``tests/frontends`` that use the tools themselves."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A Python and the tools installed for it."""

    name: str
    python: str
    jax: str
    warp: str

    @property
    def tools(self) -> dict[str, str]:
        """The release of each front end's tool."""
        return {"jax": self.jax, "warp": self.warp}

    @property
    def interpreter(self) -> Path:
        """The Python interpreter of the pair's environment."""
        return ENVIRONMENTS / self.name / "bin" / "python"

    def run(self, *words: str, quiet: bool = False) -> subprocess.CompletedProcess[str]:
        """Run the environment's Python with these arguments, in the checkout."""
        output = subprocess.PIPE if quiet else None
        return subprocess.run(
            [str(self.interpreter), *words], cwd=ROOT, check=False, text=True, stdout=output, stderr=output
        )


def pairs() -> list[Pair]:
    """Return the pairs for which there are files, sorted by the releases of Python and JAX.

    Raises:
        ValueError: if a file's name is not that of a pair.
    """
    found: list[Pair] = []
    for path in CONSTRAINTS.glob("*.txt"):
        match = NAME.fullmatch(path.stem)
        if match is None:
            raise ValueError(f"{path}: a file of constraints is named pythonX.Y-jaxA.B.C-warpD.E.F.txt")
        found.append(Pair(path.stem, match["python"], match["jax"], match["warp"]))
    return sorted(found, key=lambda each: (ordered(each.python), ordered(each.jax), ordered(each.warp)))


def ordered(release: str) -> tuple[int, ...]:
    """Return a release as numbers, so that releases sort correctly."""
    return tuple(map(int, release.split(".")))


def find_python(feature: str) -> str | None:
    """Return a Python of a feature release such as 3.13, on the path or in pyenv's folder; None if there is none."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    installed = sorted(pyenv.glob(f"{feature}.*/bin/python"), key=lambda path: ordered(path.parts[-3]), reverse=True)
    candidates = [shutil.which(f"python{feature}"), *map(str, installed), sys.executable]
    return next((each for each in candidates if each is not None and feature_of(each) == feature), None)


def feature_of(interpreter: str) -> str:
    """Return the feature release of a Python, such as 3.13; an empty string if it does not run."""
    asked = [interpreter, "-c", "import sys; print(*sys.version_info[:2], sep='.')"]
    return subprocess.run(asked, check=False, capture_output=True, text=True).stdout.strip()


def set_up(pair: Pair) -> bool:
    """Make a pair's environment unless it exists, and return whether it could be made.

    Raises:
        subprocess.CalledProcessError: if a package cannot be installed.
    """
    constraints = CONSTRAINTS / f"{pair.name}.txt"
    stamp = ENVIRONMENTS / pair.name / ".set-up"
    newest = max(path.stat().st_mtime for path in (constraints, ROOT / "pyproject.toml"))
    if stamp.exists() and stamp.stat().st_mtime >= newest:
        return True
    found = find_python(pair.python)
    if found is None:
        return False
    tell(f"{pair.name}: setting up {stamp.parent}")
    subprocess.run([found, "-m", "venv", "--clear", str(stamp.parent)], check=True)
    pip = [str(pair.interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--constraint", str(constraints), "pip"], check=True)
    packages = ["--editable", ".[warp,jax,serve]", "--group", "dev"]
    subprocess.run([*pip, "--constraint", str(constraints), *packages], check=True, cwd=ROOT)
    stamp.touch()
    return True


def tell(line: str) -> None:
    """Print a line about the progress."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


# ---- rows of a release


def folder_of(pair: Pair, frontend: str, count: int) -> Path:
    """Return the folder of the rows of a front end's first candidates, made with a pair's tools."""
    return RESULTS / f"{frontend}-{pair.tools[frontend]}-{count}"


def draw(pair: Pair, frontend: str, count: int) -> Path:
    """Draw and verify a front end's first candidates with a pair's tools, and return the folder of their rows.

    Raises:
        RuntimeError: if the command fails.
    """
    folder = folder_of(pair, frontend, count)
    tell(f"{pair.name}: {count} candidates of {frontend} in {folder.relative_to(ROOT)}")
    words = ["--frontend", frontend, "--count", str(count), "--seed", str(SEED), "--out", str(folder)]
    done = pair.run("-m", "synthesis", "generate", *words, quiet=True)
    if done.returncode:
        raise RuntimeError(f"{pair.name}: generate ended with status {done.returncode}:\n{done.stderr[-2000:]}")
    return folder


def ask(pair: Pair, *words: str) -> Any:
    """Return the JSON output of a command of irsmith, whatever its exit status."""
    done = pair.run("-m", "synthesis", *words, "--json", quiet=True)
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        raise RuntimeError(f"{pair.name}: {' '.join(words)} printed no JSON:\n{done.stderr[-2000:]}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The outcomes of the candidates of a release."""

    count: int
    rows: int
    levels: dict[str, tuple[int, int]]
    """The number of texts, and of verified texts, by level."""
    failed: int
    """Number of rows that fail when they are verified again on other inputs."""

    @property
    def is_enough(self) -> bool:
        """Whether enough candidates became rows, and no row fails."""
        return self.count - self.rows <= max(1, (1 - ENOUGH) * self.count) and not self.failed


def count_rows(pair: Pair, folder: Path, count: int) -> Rows:
    """Count the rows of a folder, verify them again on other inputs, and print the failures."""
    stats = ask(pair, "stats", str(folder))
    again = ask(pair, "verify", str(folder), "--seed", str(OTHER_SEED), "--progress", "none")
    for each in again["failures"]:
        tell(f"  fails: {each['file']} {each['level']} {each['symptom']}: {each['detail']}")
    levels = {name: (texts, stats["verified"].get(name, 0)) for name, texts in stats["levels"].items()}
    return Rows(count=count, rows=stats["rows"], levels=levels, failed=again["failing_rows"])


# ---- the two commands


def check(chosen: Sequence[Pair], count: int, *, all_tests: bool) -> int:
    """Check each pair, and return 1 if one fails, or 0 if all pass that could be checked."""
    tests = [] if all_tests else [f"tests/frontends/{name}.py" for name in FAST]
    lines: list[str] = []
    status = 0
    for pair in chosen:
        if not set_up(pair):
            lines.append(f"{pair.name:44} skipped: no Python {pair.python} on the path or under pyenv's folder")
            continue
        began = time.monotonic()
        words = ("-m", "pytest", "--quiet", "--numprocesses", "auto", "--dist", "loadgroup", *tests)
        tested = pair.run(*words).returncode
        passes = tested == 0
        words = ["tests pass" if passes else f"tests fail (status {tested})"]
        for frontend in pair.tools:
            shutil.rmtree(folder_of(pair, frontend, count), ignore_errors=True)  # code may have changed since
            found = count_rows(pair, draw(pair, frontend, count), count)
            passes &= found.is_enough
            words.append(f"{frontend} {found.rows} of {found.count} rows, {found.failed} fail again")
        status |= not passes
        verdict = "ok" if passes else "FAILED"
        lines.append(f"{pair.name:44} {verdict}: {'; '.join(words)}; {(time.monotonic() - began) / 60:.1f} minutes")
    sys.stdout.write("\n".join([*lines, ""]))
    return status


def table(chosen: Sequence[Pair], count: int) -> int:
    """Print the table of releases, and return 1 if a release fails, else 0."""
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    sys.stdout.write(
        f"Rows with each release of the tools: python benchmarks/versions.py table --count {count}, {date}.\n"
        f"{count} candidates of seed {SEED} each, usual mix. Rows are verified again on inputs of seed {OTHER_SEED}.\n"
        "Texts differ from those of the same rows with the release in the line before.\n\n"
    )
    status = 0
    for frontend in ("jax", "warp"):
        kept = list(_release_lines(frontend, chosen, count))
        status |= not all(kept)
        sys.stdout.write("\n")
    return status


def _release_lines(frontend: str, chosen: Sequence[Pair], count: int) -> Iterator[bool]:
    """Print the lines of a front end's releases, and yield whether each release passes."""
    by_release: dict[str, Pair] = {}
    for pair in chosen:
        if pair.tools[frontend] not in by_release and set_up(pair):
            by_release[pair.tools[frontend]] = pair
    before: Path | None = None
    for release in sorted(by_release, key=ordered):
        pair = by_release[release]
        folder = draw(pair, frontend, count)
        found = count_rows(pair, folder, count)
        differ: dict[str, Any] = {}
        if before is not None:
            differ = ask(pair, "compare", str(before), str(folder), "--progress", "none")["levels"]
        share = f"{100 * found.rows / count:.2f} %"
        sys.stdout.write(
            f"{frontend} {release} (Python {pair.python}): {found.rows} rows ({share}), {found.failed} fail again\n"
        )
        for name, (texts, verified) in found.levels.items():
            line = f"  {name:16} {texts:5} texts, {verified:5} verified"
            if name in differ:
                line += f", {differ[name]['different']:5} differ from the release before"
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        before = folder
        yield found.is_enough


def main() -> int:
    """Run the command that the arguments name, and return the exit status."""
    known = {each.name: each for each in pairs()}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["check", "table"])
    parser.add_argument("pair", nargs="*", help=f"one of {', '.join(known)}; all if none is named; newest: the last")
    parser.add_argument("--all-tests", action="store_true", help="run the whole suite, for check")
    parser.add_argument("--count", type=int, help="candidates of each front end: 200 for check, 2000 for table")
    given = parser.parse_intermixed_args()
    names = [list(known)[-1] if name == "newest" else name for name in given.pair]
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"no such pair: {unknown[0]}; there are {', '.join(known)}")
    chosen = [known[name] for name in names] or list(known.values())
    count = given.count or CANDIDATES[given.command]
    return check(chosen, count, all_tests=given.all_tests) if given.command == "check" else table(chosen, count)


if __name__ == "__main__":
    sys.exit(main())
