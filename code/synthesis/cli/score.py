"""``irsmith score``."""

import json as json_of
import sys
from contextlib import ExitStack
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import counted, plain_console, print_json, print_line
from synthesis.core.progress import Meter
from synthesis.core.progress_display import progress_bar
from synthesis.dataset.storage.index import RowIndex
from synthesis.scoring.files import opened_lines, written_lines
from synthesis.scoring.lines import Counts, score_lines
from synthesis.scoring.scorer import Scorer
from synthesis.scoring.settings import Repeatable

_File = Annotated[str, Parameter(allow_leading_hyphen=True)]


def score(
    *,
    dataset: str,
    candidates: _File,
    out: _File = "-",
    settings: Annotated[Repeatable, Flat] = Repeatable(),  # noqa: B008 (it is frozen)
    progress: str = "auto",
    config: Config = None,
    json: Flag = False,
) -> int:
    """Score texts of a model against the rows of a folder, by executing them.

    Each line of the input is an answer, a JSON object: the id of a row, a level of the row (or python, if the answer is
    Python source) and the text. The lines of the result are in the same order. Each has the id, the level, and either
    the score (a value from 0 to 1, whether it is accepted, the last step that it reached, and what was wrong) or an
    error that names the line. The exit status is 1 if a line is not an answer to a row, and 0 otherwise, whatever the
    scores.

    Texts run in processes with limits and, if the kernel of this machine allows it, without rights. A text that equals
    the row's own text, apart from white space, is accepted without execution. Any other text is executed.

    Examples:

        irsmith score --dataset pairs --candidates answers.jsonl --out scores.jsonl

        irsmith score --dataset pairs --candidates - --seed 7 --workers 4 < answers.jsonl

    Parameters
    ----------
    dataset: str
        A folder that irsmith generate or irsmith extract wrote, or its URL.
    candidates: str
        A file of JSON lines, or - for standard input.
    out: str
        The file to write, or - for standard output. The file appears when it is complete.
    progress: str
        How to show progress on standard error: auto (a bar at a terminal, lines elsewhere), plain, json or none.
    config: Path
        A TOML or JSON file with any of these settings. The command line has precedence.
    json: bool
        Print the counts as JSON on standard output. The scores then need a file.
    """
    counts = Counts()
    with ExitStack() as stack:
        write = stack.enter_context(written_lines(out, apart=json))
        lines = stack.enter_context(opened_lines(candidates))
        rows = RowIndex(dataset)
        show = stack.enter_context(progress_bar("score", progress))
        meter = Meter(None, [show])
        scorer = stack.enter_context(Scorer(settings))
        scored = score_lines(
            scorer, rows, lines, name=candidates, seed=settings.seed, counts=counts, on_line=meter.finish
        )
        for line in scored:
            write(json_of.dumps(line, ensure_ascii=False) + "\n")
    if json:
        print_json(counts.to_json())
    else:
        _print(counts, plain_console(stderr=out == "-" or not sys.stdout.isatty()))
    return counts.status


def _print(counts: Counts, console: Console) -> None:
    accepted = (
        f"{counted(counts.lines, 'candidate')}, {counts.accepted} accepted ({counts.same_text} as the rows' own texts)"
    )
    print_line(
        console, f"{accepted}, {counts.not_judged} not judged, {counts.errors} lines in error; seed {counts.seed}"
    )
    for symptom, count in counts.symptoms.most_common():
        print_line(console, f"  {count:>7} {symptom}")
