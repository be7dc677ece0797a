"""Divides the help of a command with many options into panels."""

from typing import TYPE_CHECKING

from cyclopts.help import DefaultFormatter, HelpEntry, HelpPanel

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions

_FEW = 10
"""Maximum number of options of a command that are shown in one panel."""
PANELS = {
    "Texts and verification": (
        "--level", "--device", "--verify", "--ptx", "--reach", "--text-time-limit", "--source-time-limit", "--trust",
    ),
    "Data set": (
        "--format", "--validation", "--test", "--hold-out", "--near", "--against", "--drop-overlap", "--tokenizer",
        "--no-finalize",
    ),
    "Processes and machines": (
        "--workers", "--engine", "--address", "--rank", "--world-size", "--chunk-size", "--kernels-per-module",
        "--time-limit",
    ),
    "Sandbox": ("--sandbox", "--memory-limit", "--thread-limit", "--file-limit", "--output-limit"),
    "Settings and output": ("--config", "--dry-run", "--progress", "--json"),
}  # fmt: skip
"""The options of each panel, by title. Other options are in the first panel."""


class Panels:
    """Draws the options of a command in several panels."""

    def __init__(self) -> None:
        self._draw = DefaultFormatter()

    def __call__(self, console: "Console", options: "ConsoleOptions", panel: HelpPanel) -> None:
        """Print a panel of commands or options."""
        for each in divided(panel):
            self._draw(console, options, each)


def divided(panel: HelpPanel) -> list[HelpPanel]:
    """Return the non-empty panels that replace a panel."""
    if panel.format != "parameter" or len(panel.entries) <= _FEW:
        return [panel]
    title_of = {name: title for title, names in PANELS.items() for name in names}
    parts: dict[str, list[HelpEntry]] = {title: [] for title in ("", *PANELS)}
    for entry in panel.entries:
        parts[next((title_of[name] for name in entry.names if name in title_of), "")].append(entry)
    return [
        panel.copy(entries=entries, **({"title": title} if title else {}))
        for title, entries in parts.items()
        if entries
    ]
