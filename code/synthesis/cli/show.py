"""``irsmith show``."""

import json as json_module
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table

from synthesis.errors import ConfigError
from synthesis.rows import find_pair, read_pair

_LEXERS = {"cpp": "cpp", "cuda": "cuda", "hlo": "text", "jaxpr": "text", "stablehlo": "mlir"}


def show(
    file: Path,
    *,
    id: str | None = None,  # noqa: A002 (the option's name)
    level: Annotated[list[str] | None, Parameter(negative="")] = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Show a pair's Python beside its IR.

    Examples:

        irsmith show data/samples/warp/000000_*.json

        irsmith show pairs/000003_mix_state.json --level stablehlo

        irsmith show pairs --id 3

    Parameters
    ----------
    file: Path
        A file that irsmith generate or irsmith extract wrote, or its folder.
    id: str
        Which pair of a folder: its id or the first characters of it, its file's number, or the kernel's name.
    level: list[str]
        Show this level only; may be given several times.
    json: bool
        Print the pair as JSON.
    """
    if file.is_dir() and id is None:
        raise ConfigError(f"{file} is a folder; say with --id which of its pairs to show: an id, a number, or a name")
    if id is not None and not file.is_dir():
        raise ConfigError(f"--id chooses a pair of a folder, and {file} is none")
    pair = find_pair(file, id, level) if id is not None else read_pair(file, level)
    console = Console()
    if json:
        console.print_json(json_module.dumps(pair.document), indent=2)
        return
    console.print(Rule(f"{pair.name}  [dim]{pair.summary}[/dim]"))
    for name, text in pair.texts.items():
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column("Python", ratio=2)
        table.add_column(name, ratio=3)
        table.add_row("[bold]Python[/bold]", f"[bold]{name}[/bold]")
        table.add_row(_code(pair.source, "python"), _code(text or "(none)", _LEXERS.get(pair.language(name), "text")))
        console.print(table)


def _code(text: str, lexer: str) -> Syntax:
    return Syntax(text.rstrip(), lexer, theme="ansi_dark", word_wrap=True, background_color="default")
