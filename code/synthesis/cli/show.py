"""``irsmith show``."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from synthesis.cli.lexers import lexer_of
from synthesis.cli.options import Flag
from synthesis.cli.tables import print_json
from synthesis.core.errors import ConfigError
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import find_pair, read_pair


def show(
    file: str,
    *,
    id: str | None = None,  # noqa: A002 (the option's name)
    level: Annotated[list[str] | None, Parameter(negative="", consume_multiple=False)] = None,
    raw: Flag = False,
    json: Flag = False,
) -> None:
    """Show a pair's Python beside its IR.

    Examples:

        irsmith show data/samples/warp/000000_*.json

        irsmith show pairs --id mix_state --level stablehlo

        irsmith show pairs --id 3 --level cuda_forward --raw > kernel.cu

    Parameters
    ----------
    file: str
        A JSON file of a pair; or the folder that irsmith generate or irsmith extract wrote, or its URL.
    id: str
        The pair of a folder to show: its id or the beginning of it, its number (17 or warp-17), or the kernel's name.
    level: list[str]
        Show only this level. Can be repeated.
    raw: bool
        Print only the text of the named level, or only the Python source if no level is named.
    json: bool
        Print the pair as JSON.
    """
    is_folder = "://" in file or Path(file).is_dir()
    if is_folder and id is None:
        raise ConfigError(f"{file} is a folder; choose a pair with --id: an id, a number, or a name")
    if id is not None and not is_folder:
        raise ConfigError(f"--id chooses a pair of a folder, but {file} is not a folder")
    pair = find_pair(file, id, level) if id is not None else read_pair(Path(file), level)
    if raw:
        sys.stdout.write(_one_text(pair, level or []))
    elif json:
        print_json(pair.raw)
    else:
        _print(Console(), pair)


def _one_text(pair: Document, levels: list[str]) -> str:
    """Return the text of the given level, or the source if no level is given.

    Raises:
        ConfigError: if several levels are given, or the pair has no text of the level.
    """
    if len(levels) > 1:
        raise ConfigError(f"--raw prints one text; of {', '.join(levels)} name one")
    text = pair.texts[levels[0]] if levels else pair.source
    if text is None:
        raise ConfigError(f"{pair.stem} has no text of level {levels[0]}")
    return text


def _print(console: Console, pair: Document) -> None:
    console.print(Rule(Text.assemble(f"{pair.name}  ", (pair.summary, "dim"))))
    twin = pair.metadata["signature"].get("twin")
    if twin is not None:
        sizes = ", ".join(f"{each['name']}: {each['type']}" for each in twin["arguments"])
        console.print(Text(f"verified at the sizes of its twin: {sizes}", "dim"))
    for name, text in pair.texts.items():
        level = pair.level(name)
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column("Python", ratio=2)
        table.add_column(name, ratio=3)
        table.add_row(Text("Python", style="bold"), Text(name, style="bold"))
        table.add_row(_code(pair.source, "python"), _code(text or "(none)", level.language.lexer if level else "text"))
        console.print(table)


def _code(text: str, lexer: str) -> Syntax:
    return Syntax(text.rstrip(), lexer_of(lexer), theme="ansi_dark", word_wrap=True, background_color="default")
