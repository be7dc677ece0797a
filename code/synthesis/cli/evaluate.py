"""``irsmith evaluate``."""

from pathlib import Path
from typing import Annotated

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import counted, plain_console, print_json, print_line
from synthesis.core.progress_display import progress_bar
from synthesis.scoring.evaluation.evaluating import PAGE, evaluate_with
from synthesis.scoring.evaluation.settings import Evaluating


def evaluate(
    *,
    dataset: str,
    generations: Path,
    out: str,
    settings: Annotated[Evaluating, Flat] = Evaluating(),  # noqa: B008 (it is frozen)
    progress: str = "auto",
    config: Config = None,
    json: Flag = False,
) -> None:
    """Score the answers of a model and report pass@k, by properties of rows and questions.

    Each answer is executed on inputs of --seed and compared with its row. Each line of the file is a question: {"id":
    row, "level": the requested level, "completions": [text, …]}, or with "direction" as in exports. The same command
    continues an interrupted run; once it is complete, the command has no effect.

    Examples:

        irsmith evaluate --dataset pairs --generations answers.jsonl --out report

        irsmith evaluate --dataset pairs --generations answers.jsonl --out report --trained-on train_pairs --k 1 --k 10

    Parameters
    ----------
    dataset: str
        The folder of pairs that the questions are about, or its URL.
    generations: Path
        A file of JSON lines: one question on each line, with all sampled answers.
    out: str
        The folder or URL for report.md, report.json and scores.jsonl: empty, or of the same evaluation.
    progress: str
        How to show progress on standard error: auto (a bar at a terminal, lines elsewhere), plain, json or none.
    config: Path
        A TOML or JSON file with any of these settings. The command line has precedence.
    json: bool
        Print the report as JSON.
    """
    with progress_bar("evaluate", progress) as show:
        report = evaluate_with(settings, dataset, generations, out, on_progress=show)
    if json:
        print_json(report.to_json())
        return
    console, overall = plain_console(), report.findings.overall
    answers, questions = counted(overall.answers, "answer"), counted(overall.questions, "question")
    print_line(console, f"{generations}: {answers} to {questions} about {counted(overall.rows, 'row')}")
    for k, each in overall.passes.items():
        print_line(console, f"  pass@{k:<5} {each.value:6.1%}  ({each.low:.1%} … {each.high:.1%})")
    for symptom, count in overall.symptoms.items():
        print_line(console, f"  {count:>7} {symptom}")
    print_line(console, f"  inputs of seed {report.seed}; the report is {out.rstrip('/')}/{PAGE}")
