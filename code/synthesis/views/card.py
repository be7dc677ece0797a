"""Writes the card of an export: its content, and the files of each split for data set loaders."""

from collections.abc import Mapping, Sequence

from synthesis.core.version import __version__
from synthesis.views.columns import Column, Kind
from synthesis.views.settings import Export

_ABOUT = {
    "sft": "Questions and answers (`prompt`, `completion`, lists of messages): a text of a kernel is given, another "
    "one is requested. Each completion is a stored text, byte for byte.",
    "pretrain": "One Markdown document for each kernel (`text`): the facts, its Python, then its texts.",
    "raw": "Every column of the rows, flat.",
    "repair": "Texts with one planted error that verification found, its message, and the right text; as `prompt` and "
    "`completion` (lists of messages), and in columns of their own.",
    "versions": "Two different texts of one kernel at one level, made by two versions of its tools (`old_text`, "
    "`new_text`; `old_toolchain` and `new_toolchain` hold JSON), and the effect of the difference: `operations`, a "
    "JSON list of the operations in lines that only one text has, apart from names of values, and the numbers of lines "
    "that a diff removes and adds.",
}


def card_of(settings: Export, splits: Mapping[str, int], columns: Sequence[Column], licences: Sequence[str]) -> str:
    """Return the ``README.md`` of an export.

    Args:
        settings: the settings of the export.
        splits: number of records by split.
        columns: the columns of every record.
        licences: the licences of the rows.
    """
    lines = ["---", "configs:", f"- config_name: {settings.view}", "  data_files:"]
    for name in splits:
        lines += [f"  - split: {name}", f"    path: {name}-*.{settings.format}"]
    lines += ["---", "", f"# {settings.view}, exported by irsmith {__version__}", "", _ABOUT[settings.view], ""]
    lines += ["| split | records |", "| --- | --- |", *(f"| {name} | {count} |" for name, count in splits.items()), ""]
    lines += ["| column | type |", "| --- | --- |", *(f"| `{each.name}` | {_type(each)} |" for each in columns), ""]
    kept = ", ".join(f"{name}={value!r}" for name, value in settings.shown.items())
    lines += [f"Settings: {kept}.", "", f"Licences of rows: {', '.join(licences) or 'none'}."]
    return "\n".join(lines) + "\n"


def _type(column: Column) -> str:
    return "list of objects with role and content" if column.kind is Kind.MESSAGES else str(column.kind)
