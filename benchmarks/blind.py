"""A blind test: does a reader believe that a competent person wrote a kernel for a purpose?

    python benchmarks/blind.py prepare warp 7 build/blind      # 100 kernels as 001.py … 100.py, and what they are
    python benchmarks/blind.py table build/blind >> benchmarks/blind.txt

Arguments of ``prepare``: front end, seed, folder. It mixes 60 drawn kernels of difficulties 4 and 5 with 40 kernels of
the applications that ``sizes.py`` compares with, in an order that depends on the seed. It writes the origin of each to
``key.json`` beside the folder, where the reader does not look. Only the function is shown, without decorator, docstring
and comments, printed by ``ast.unparse``, so that neither layout nor comments reveal its origin. Application kernels are
at least as long as the shorter drawn ones.

The reader gives each file a score and writes ``scores.json`` into the folder, ``{"001": 4, …}``:

    5  certainly written for a purpose by somebody who knows the field
    4  probably; at most a detail is odd
    3  could be either
    2  probably not: parts have nothing to do with each other, or do what nobody needs
    1  certainly not

``table`` prints the mean score of both kinds and the score of each kernel, with the index of drawn ones. It needs the
packages of ``make sizes``.
"""

import ast
import copy
import json
import random
import statistics
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measures.reading import parse_functions, read_applications
from measures.syntax import Function

from synthesis import KernelGenerator

DRAWN, REAL = 60, 40
DIFFICULTIES = "4:0.5,5:0.5"
SCORES = range(1, 6)


def show(function: Function) -> str:
    """Return a function's code without decorators, docstring and comments."""
    node = copy.copy(function.node)
    node.decorator_list, node.body = [], function.body
    return ast.unparse(node)


def count_statements(function: Function) -> int:
    return sum(isinstance(each, ast.stmt) for each in function.inside())


def draw(frontend: str, seed: int) -> Iterator[tuple[str, Function]]:
    """Yield kernels of the upper difficulties in the usual mix, each with a description that identifies it."""
    generator = KernelGenerator(frontend, seed, difficulty=DIFFICULTIES)
    for index in range(DRAWN):
        spec = generator.spec(index)
        function = next(each for each in parse_functions(frontend, spec.source) if each.node.name == spec.name)
        yield f"drawn, seed {seed} index {index}, {spec.recipe}", function


def prepare(frontend: str, seed: int, folder: Path) -> None:
    """Write the kernels of a test into a folder, and their origins beside the folder."""
    choices = random.Random(seed)
    chosen = list(draw(frontend, seed))
    shortest = sorted(count_statements(each) for _, each in chosen)[DRAWN // 10]
    real = [
        (f"{package}, {each.node.name}", each)
        for package, functions in read_applications(frontend).items()
        for each in functions
        if count_statements(each) >= shortest
    ]
    chosen += choices.sample(real, REAL)
    choices.shuffle(chosen)
    folder.mkdir(parents=True)
    key: dict[str, str] = {}
    for place, (what, function) in enumerate(chosen, start=1):
        number = f"{place:03d}"
        key[number] = what
        (folder / f"{number}.py").write_text(f"{show(function)}\n", encoding="utf-8")
    told = {"frontend": frontend, "seed": seed, "key": key}
    folder.with_name(f"{folder.name}.key.json").write_text(json.dumps(told, indent=1), encoding="utf-8")


def print_table(folder: Path) -> None:
    """Print the mean scores and all scores of a test.

    Raises:
        SystemExit: if a file has no score from 1 to 5.
    """
    told: dict[str, Any] = json.loads(folder.with_name(f"{folder.name}.key.json").read_text("utf-8"))
    scores: dict[str, int] = json.loads((folder / "scores.json").read_text("utf-8"))
    key: dict[str, str] = told["key"]
    if unread := [number for number in key if scores.get(number) not in SCORES]:
        raise SystemExit(f"{folder / 'scores.json'}: no score from 1 to 5 of {', '.join(unread)}")
    groups = {
        kind: [number for number, what in key.items() if what.startswith("drawn") == (kind == "drawn")]
        for kind in ("drawn", "real")
    }
    print(f"{told['frontend']}, seed {told['seed']}, {datetime.now(UTC).date()}")
    for kind, numbers in groups.items():
        given = [scores[each] for each in numbers]
        spread = " ".join(f"{score}: {given.count(score)}" for score in SCORES)
        print(f"  {len(given):3} {kind:5}  mean {statistics.mean(given):.2f}   how often each score  {spread}")
    for numbers in groups.values():
        for number in sorted(numbers, key=lambda each: (scores[each], key[each])):
            print(f"    {scores[number]}  {key[number]}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["prepare", frontend, seed, folder]:
            prepare(frontend, int(seed), Path(folder))
        case ["table", folder]:
            print_table(Path(folder))
        case _:
            raise SystemExit(__doc__)
