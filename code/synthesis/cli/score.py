"""``irsmith score``."""

import json as json_of
import sys
from contextlib import ExitStack
from typing import Annotated

from cyclopts import Parameter

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import counted, plain_console, print_json, print_line
from synthesis.output.index import RowIndex
from synthesis.progress import Meter, progress_bar
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
    """Score models' texts against the rows of a folder, by execution on inputs of --seed.

    Each line of the candidates is a JSON object: the id of a row, a level of it (or python, for the way back) and the
    text. Each line of the result, in the same order, has id and level and either the score (value from 0 to 1,
    accepted, how far the text came, what was wrong) or an error that names the line. Exits with 1 if a line was no
    candidate of a row, and with 0 otherwise, however the texts fared.

    Texts run in processes that have limits, and no rights where the kernel can take them. A text that is the row's own
    but for white space is accepted at once; of any other, execution decides.

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
        The file to write, which is whole or not there; or - for standard output.
    progress: str
        How progress is shown on standard error: auto, a bar at a terminal and lines elsewhere; plain; json; or none.
    config: Path
        A TOML or JSON file with any of these settings; what the command line says goes before.
    json: bool
        Print what was counted as JSON on standard output; the scores need a file then.
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
        return counts.status
    console = plain_console(stderr=out == "-" or not sys.stdout.isatty())
    said = (
        f"{counted(counts.lines, 'candidate')}, {counts.accepted} accepted ({counts.same_text} as the rows' own texts)"
    )
    print_line(console, f"{said}, {counts.not_judged} not judged, {counts.errors} lines in error; seed {counts.seed}")
    for symptom, count in counts.symptoms.most_common():
        print_line(console, f"  {count:>7} {symptom}")
    return counts.status
