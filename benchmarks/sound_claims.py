"""Checks the claims of the rows of a harvest in DIR: python benchmarks/sound_claims.py DIR COUNT SEED.

Takes random verified rows. Each text at a default level is changed in several ways, if possible: all stores are
deleted, an operation is exchanged, a statement is dropped, or branches are exchanged. A changed text counts if it
behaves differently from the right one on one of 20 inputs that verification does not draw. Writes sound_claims.txt in
this folder. The outcome of each text is a line of ``build/sound_claims/SEED.jsonl``, and a stopped run continues.
"""

import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from mutants.judging import Fate, judge_mutants

from synthesis import __version__, get_frontend
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.verification.mutating.choosing import mutants
from synthesis.verification.mutating.records import Kind, Mutant
from synthesis.verification.verifier import Verifier

HERE = Path(__file__).parent
LOGS = HERE.parent / "build" / "sound_claims"
KINDS = (Kind.OPERATOR, Kind.STATEMENT, Kind.EXCHANGED)
STORES = "all stores deleted"
INPUTS = 20
LONGEST = 16_000
"""Maximum number of characters of a text."""
_STORE = re.compile(r"^\s*wp::(?:array_store|store|atomic_\w+|tile_store\w*|tile_atomic\w*)\(.*\);\s*?\n", re.MULTILINE)


def changed(row: Document, generator: random.Random) -> Iterator[tuple[str, Mutant]]:
    """Yield changed texts of a row, each with a description of the change."""
    frontend = get_frontend(row.spec.frontend)
    levels = [each for each in frontend.compiler.levels if each.default and each.name in row.metadata["verified"]]
    for level in levels:
        text = row.texts[level.name]
        if text is None or len(text) > LONGEST:
            continue
        without = _STORE.sub("\n", text)
        if without != text:
            yield STORES, Mutant(kind=Kind.STATEMENT, level=level.name, text=without, done=STORES)
        for kind in KINDS:
            yield from ((str(kind), each) for each in mutants(text, level, generator, 1, kinds=(kind,)))


def judge(row: Document, number: int, generator: random.Random) -> Iterator[dict[str, object]]:
    """Yield the outcome of each changed text of a row."""
    chosen = list(changed(row, generator))
    whats = {each.text: what for what, each in chosen}
    texts = {name: text for name, text in row.texts.items() if text is not None}
    with Verifier(get_frontend(row.spec.frontend), time_limit=2.0) as verifier:
        for each in judge_mutants(verifier, row.spec, texts, [mutant for _, mutant in chosen], inputs=INPUTS):
            yield {
                "row": number,
                "id": row.metadata["id"],
                "package": row.spec.origin.package,
                "level": each.mutant.level,
                "what": whats[each.mutant.text],
                "fate": str(each.fate),
                "done": each.mutant.done,
            }


def table_of(lines: list[dict[str, str]], rows: int, seed: int) -> str:
    counts = Counter((each["level"], each["what"], each["fate"]) for each in lines)
    fates = [str(each) for each in (Fate.FOUND, Fate.PASSED, Fate.SAME, Fate.INVALID)]
    found = [f"{datetime.now(UTC):%Y-%m-%d}, irsmith {__version__}, {rows} verified real rows, seed {seed}", ""]
    found.append(f"{'':16}{'':24}" + "".join(f"{each:>12}" for each in fates))
    for level, what in sorted({(level, what) for level, what, _ in counts}):
        found.append(f"{level:16}{what:24}" + "".join(f"{counts[level, what, each]:12}" for each in fates))
    passed = [each for each in lines if each["fate"] == str(Fate.PASSED)]
    found += ["", "Wrong texts that pass:", *(f"  {each['id']} {each['level']}: {each['done']}" for each in passed)]
    return "\n".join(found) + ("\n" if passed else " none\n")


def main(folder: str, count: int, seed: int) -> None:
    LOGS.mkdir(parents=True, exist_ok=True)
    log, rows = LOGS / f"{seed}.jsonl", [each for each in read_folder(folder) if each.metadata["verified"]]
    chosen = random.Random(seed).sample(range(len(rows)), min(count, len(rows)))
    lines = [json.loads(each) for each in log.read_text().splitlines()] if log.exists() else []
    done = {each["row"] for each in lines}
    with log.open("a") as file:
        for at, number in enumerate(chosen, start=1):
            if number in done:
                continue
            made = [*judge(rows[number], number, random.Random(f"{seed} {number}"))] or [{"row": number, "fate": ""}]
            file.writelines(json.dumps(each) + "\n" for each in made)
            file.flush()
            lines += made
            print(f"{at} of {len(chosen)} rows", file=sys.stderr)
            text = table_of([each for each in lines if each["fate"]], at, seed)
            (HERE / "sound_claims.txt").write_text(text)
    print((HERE / "sound_claims.txt").read_text(), end="")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
