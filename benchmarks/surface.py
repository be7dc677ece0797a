"""Counts the verified calls of JAX's public functions: usual ones, with other types, with options, transformed.

    python benchmarks/surface.py run FOLDER      # some twenty minutes; continues what was stopped
    python benchmarks/surface.py table FOLDER > benchmarks/surface.txt

The functions are those of JAX's public modules, and the calls are those of ``surface_calls.py`` that JAX traces and
lowers. Each call is a function in a file, from which ``irsmith extract`` makes a row. The table has the number of calls
with both default levels verified, and the reasons for the others. The exit status is 1 if a reason is not allowed, such
as a wrong result, a crash or a primitive without a rule, which must be investigated.
"""

import argparse
import json
import re
import sys
import textwrap
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from surface_calls import Call, calls_of, public_functions

from synthesis.core.run_settings import Extraction, Running
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.runs.extraction import extract_to_folder

LEVELS = ("jaxpr", "stablehlo")
HEAD = "import jax\nimport jax.numpy as jnp\nimport {module}\n\nimport synthesis\n"
ALLOWED: Mapping[str, str] = {
    "the inputs tell too little": r"the inputs tell too little",
    "the results are not finite": r"is not finite, on the inputs drawn|give results that are finite",
    "the two precisions are apart": r"differs by .* between float64 and",
    "the inputs do not come to all of it": r"not reached: ",
    "the function is at fault on common inputs": r"LinAlgError|is at fault|trips of|inferred: (?:Matrix|Singular)",
    "the implementation decides": r"rng_bit_generator|equal numbers, any of which|the implementation decides",
    "an axis of devices": r"(?:pbroadcast|ppermute|axis_index|all_gather|psum_scatter|all_to_all)\b",
    "a text that JAX prints in part": r"retraced from the source, the same bytes",
    "a form without a rule": r"with these parameters \(",
    "one of two tools is off": r"tool_disagrees: ",
    "a source may not name it": r"its source does more than define a kernel",
    "the text takes long": r"timeout",
}
"""Maps the title of an allowed reason for an unverified level to the pattern that matches such reasons."""
_SHOWN = 12
"""Number of calls that are listed for a reason."""


def write_calls(folder: Path) -> list[Call]:
    """Return the calls, and write them to a file for each JAX module unless the files exist."""
    known = folder / "calls.jsonl"
    if not known.exists():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = {path: list(calls_of(path)) for path, _ in public_functions()}
        sources: dict[str, list[str]] = defaultdict(list)
        for path, several in made.items():
            sources[path.rpartition(".")[0]] += [each.source for each in several]
        (folder / "calls").mkdir(parents=True, exist_ok=True)
        for module, parts in sources.items():
            text = "\n\n".join([HEAD.format(module=module), *parts])
            (folder / "calls" / f"{module.replace('.', '_')}_calls.py").write_text(text, encoding="utf-8")
        lines = [
            json.dumps([path, [[each.name, each.kind, each.source] for each in several]])
            for path, several in made.items()
        ]
        known.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [Call(*each) for _, several in functions_of(folder) for each in several]


def functions_of(folder: Path) -> list[tuple[str, list[list[str]]]]:
    """Return the path of each public function, with its calls."""
    return [tuple(json.loads(line)) for line in (folder / "calls.jsonl").read_text(encoding="utf-8").splitlines()]


def run(folder: Path) -> None:
    """Make rows of all calls, or continue a stopped run."""
    calls = write_calls(folder)
    print(f"{len(calls)} calls", file=sys.stderr)
    running = Running(validation=0.0, test=0.0, near="ignore", progress="plain", workers=1)
    extract_to_folder(str(folder / "calls"), folder / "rows", Extraction(), running)


def reasons_of(folder: Path) -> dict[str, dict[str, str]]:
    """Return, by call and level, the reason why a text is not verified; an empty string if it is."""
    found: dict[str, dict[str, str]] = {}
    for document in read_folder(folder / "rows"):
        metadata = document.metadata
        unverified: Mapping[str, str] = metadata["unverified"] or {}
        found[str(metadata["kernel_name"])] = {
            level: "" if level in metadata["verified"] else str(unverified.get(level, "")) or "?" for level in LEVELS
        }
    for line in (folder / "rows" / "_irsmith" / "rejections.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        told = f"{entry['symptom']}: {entry['detail']}"
        levels = found.setdefault(entry["kernel_name"], {})
        for level in LEVELS if entry["level"] is None else (entry["level"],):
            levels[level] = told
    return found


def kind_of(reason: str) -> str | None:
    """Return the title that a reason is counted under; None if the reason is not allowed."""
    return next((name for name, pattern in ALLOWED.items() if re.search(pattern, reason)), None)


def table(folder: Path) -> Iterator[str]:
    """Yield the lines of ``benchmarks/surface.txt``. The last lines list reasons that are not allowed."""
    functions, reasons = functions_of(folder), reasons_of(folder)
    calls = [Call(*each) for _, several in functions for each in several]
    traced = sum(1 for _, several in functions if several)
    tools = f"jax {version('jax')}, irsmith {version('irsmith')}"
    yield f"JAX's public functions, verified (benchmarks/surface.py says how). {tools}"
    yield ""
    yield f"{len(functions)} public functions, {traced} with a call that JAX traces and lowers; {len(calls)} calls"
    yield ""
    yield f"  {'calls':24}{'number':>8}{'jaxpr':>8}{'stablehlo':>11}{'both':>8}"
    kinds = dict.fromkeys(each.kind for each in calls)
    for kind in (*kinds, "all"):
        its = [reasons.get(each.name, dict.fromkeys(LEVELS, "?")) for each in calls if kind in (each.kind, "all")]
        done = [sum(1 for each in its if not each.get(level, "?")) for level in LEVELS]
        both = sum(1 for each in its if not any(each.get(level, "?") for level in LEVELS))
        yield f"  {kind:24}{len(its):>8}{done[0]:>8}{done[1]:>11}{both:>8}  {100 * both / max(1, len(its)):.1f} %"
    yield ""
    groups: dict[str, set[str]] = defaultdict(set)
    counts, strange = Counter[str](), list[str]()
    for each in calls:
        for level in LEVELS:
            reason = reasons.get(each.name, {}).get(level, "?")
            if reason:
                kind = kind_of(reason) or "not allowed"
                counts[kind] += 1
                groups[kind].add(each.name)
                strange += [f"  {each.name}, {level}: {reason[:80]}"] if kind == "not allowed" else []
    yield "  why the others are not"
    for kind, count in counts.most_common():
        names = sorted(groups[kind])
        shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
        yield from textwrap.wrap(f"{count:>8} levels  {kind}: {shown}", 125, subsequent_indent=" " * 17)
    if strange:
        yield ""
        yield "  not allowed"
        yield from strange


def main() -> int:
    """Run the command line, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["run", "table"])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    if given.what == "run":
        run(given.folder)
        return 0
    lines = list(table(given.folder))
    print("\n".join(lines))
    return 1 if "  not allowed" in lines else 0


if __name__ == "__main__":
    sys.exit(main())
