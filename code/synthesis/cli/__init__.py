"""The command ``irsmith``: one file for each command, without logic.

Add a command as ``docs/contributing/command.md`` says. Exit status: 0 done; 1 no row could be made from the given
kernels, a row failed verification, or a file could not be read; 2 a usage error; 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError, MissingArgumentError

from synthesis.cli.interrupts import keep_interrupts
from synthesis.cli.options import MissingOptions, read_config, require_whole_numbers
from synthesis.cli.panels import Panels
from synthesis.core.errors import ConfigError, IrsmithError, MissingFrontendError, UsageError
from synthesis.core.sandbox.environment import OF_WORK
from synthesis.core.version import __version__

app = App(
    name="irsmith",
    help="Make pairs of Python kernels and compiler IR, from NVIDIA Warp, JAX and Triton, on a machine without a GPU.",
    version=__version__,
    help_format="markdown",
    help_formatter=Panels(),
    suppress_keyboard_interrupt=False,
)
COMMANDS = {
    "generate": "Draw kernels and write them with their IR as a data set.",
    "kernel": "Check a kernel file, or write the start of one.",
    "finalize": "Make a data set from runs: splits without shared programs, files for loaders, a card, a leak report.",
    "extract": "Make a data set of your own kernels and their IR.",
    "relower": "Lower the rows of a folder again with the installed tools, as a new data set.",
    "record": "Run a program and record its launches of Warp and Triton kernels and its calls of jitted JAX functions.",
    "harvest": "Install packages, and make a data set of their kernels.",
    "verify": "Verify a finished folder of pairs again, from its files alone.",
    "compare": "Compare two folders: which rows are in both, and which of their texts differ.",
    "export": (
        "Write a folder of pairs as files to train on: prompts and completions, documents, columns, repairs, versions."
    ),
    "score": "Score texts of a model against the rows of a folder, by executing them.",
    "evaluate": "Score the answers of a model and report pass@k, by properties of rows and questions.",
    "serve": "Score answers of a model over HTTP.",
    "show": "Show a pair's Python beside its IR.",
    "stats": "Count the rows of a folder by category, level, operation, length and rejection.",
    "explore": "Make a static site of data sets: an overview, a table to search, a page for each pair.",
    "ops": ("List the operations of a tool, and whether the oracle that texts are verified against models them."),
    "rejections": "List the candidates and texts of a folder that were rejected, and why.",
    "replay": "Make one candidate of a folder again, and compare the result with the recorded one.",
    "minimize": "Reduce a failing kernel while it keeps failing, and print a report for the tool's authors.",
    "doctor": "Check this machine and each front end, and print what a bug report needs.",
    "list": "List front ends, or the devices, levels, directions, categories and recipes of one.",
}
"""Each command with the first line of its docstring.

A command's module is imported only when it is called, so that other commands and ``--help`` start quickly.
"""
_CONTINUED = {"generate", "extract", "relower", "harvest", "export", "evaluate"}
"""Commands that resume when they are run again."""
_FUNCTIONS = {"list": "list_names"}
"""The names of command functions that differ from the command."""
for _name, _summary in COMMANDS.items():
    app.command(f"synthesis.cli.{_name}:{_FUNCTIONS.get(_name, _name)}", name=_name, help=_summary)
app.register_install_completion_command()  # pyright: ignore[reportUnknownMemberType]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status.

    ``irsmith record`` leaves the environment unchanged, so that the recorded program sees the machine's GPUs and cores.
    All other commands restrict them.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] != ["record"]:
        os.environ.update(OF_WORK)
    sys.exit(run(arguments))


def run(arguments: Sequence[str]) -> int:
    """Run the command line, and return the exit status."""
    missing = MissingOptions()
    try:
        _refuse_other_systems()
        _show_full_help(arguments)
        app.config = (read_config, missing, require_whole_numbers)
        with keep_interrupts():
            result = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except MissingArgumentError as error:
        command = f"irsmith {' '.join(error.command_chain or ())}"
        _complain(f"irsmith: {missing.complain(command, arguments) if missing.names else error}")
        _complain("irsmith: see irsmith --help")
        return 2
    except CycloptsError as error:
        cause = error.__cause__  # the error of a settings record that rejected a field
        _complain(f"irsmith: {cause if isinstance(cause, UsageError) else error}")
        _complain("irsmith: see irsmith --help")
        return 2
    except (UsageError, MissingFrontendError) as error:
        _complain(f"irsmith: {error}")
        return 2
    except IrsmithError as error:
        _complain(f"irsmith: {error}")
        return 1
    except KeyboardInterrupt:
        rest = "; the same command continues where it stopped" if {*arguments[:1]} & _CONTINUED else ""
        _complain(f"irsmith: interrupted{rest}")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return result if isinstance(result, int) else 0


def _show_full_help(arguments: Sequence[str]) -> None:
    """Show the full docstring in the help of the requested command. The list of commands has only the first lines."""
    for name in COMMANDS.keys() & set(arguments):
        app[name].help = None


def _complain(text: str) -> None:
    """Print a line on standard error."""
    from synthesis.cli.tables import plain_console, print_line  # printing is not needed to start

    print_line(plain_console(stderr=True), text)


def _refuse_other_systems() -> None:
    """Report that Windows is not supported, instead of failing at the first fork.

    Raises:
        ConfigError: on Windows.
    """
    if sys.platform == "win32":
        raise ConfigError("irsmith runs on Linux and macOS, which can fork processes; on Windows use WSL")
