"""The command ``irsmith``: one file a command, none with logic of its own.

Exit status: 0 done; 1 nothing could be made of the kernels given, or a row failed verification, or a file could not be
read; 2 a usage error; 130 interrupted.
"""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError, MissingArgumentError

from synthesis.cli.extract import extract
from synthesis.cli.generate import generate
from synthesis.cli.interrupts import keep_interrupts
from synthesis.cli.list import list_names
from synthesis.cli.minimize import minimize
from synthesis.cli.ops import ops
from synthesis.cli.options import MissingOptions, read_config, require_whole_numbers
from synthesis.cli.rejections import rejections
from synthesis.cli.replay import replay
from synthesis.cli.show import show
from synthesis.cli.stats import stats
from synthesis.cli.tables import plain_console, print_line
from synthesis.cli.verify import verify
from synthesis.errors import ConfigError, IrsmithError, MissingFrontendError, UsageError
from synthesis.version import __version__

app = App(
    name="irsmith",
    help="Make pairs of Python kernels and compiler IR, from NVIDIA Warp and JAX, on a machine without a GPU.",
    version=__version__,
    help_format="markdown",
    suppress_keyboard_interrupt=False,
)
for _command in (generate, extract, verify, show, stats, ops, rejections, replay, minimize):
    app.command(_command)
app.command(list_names, name="list")
app.register_install_completion_command()  # pyright: ignore[reportUnknownMemberType]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit status."""
    errors = plain_console(stderr=True)
    missing = MissingOptions()
    try:
        _refuse_other_systems()
        app.config = (read_config, missing, require_whole_numbers)
        with keep_interrupts():
            result = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except MissingArgumentError as error:
        command = f"irsmith {' '.join(error.command_chain or ())}"
        print_line(errors, f"irsmith: {missing.complain(command, arguments) if missing.names else error}")
        print_line(errors, "irsmith: see irsmith --help")
        return 2
    except CycloptsError as error:
        cause = error.__cause__  # a record of settings that refuses its fields
        print_line(errors, f"irsmith: {cause if isinstance(cause, UsageError) else error}")
        print_line(errors, "irsmith: see irsmith --help")
        return 2
    except (UsageError, MissingFrontendError) as error:
        print_line(errors, f"irsmith: {error}")
        return 2
    except IrsmithError as error:
        print_line(errors, f"irsmith: {error}")
        return 1
    except KeyboardInterrupt:
        rest = "; the same command continues where it stopped" if arguments[:1] == ["generate"] else ""
        print_line(errors, f"irsmith: interrupted{rest}")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return result if isinstance(result, int) else 0


def _refuse_other_systems() -> None:
    """Say at once that there is no way on Windows, rather than fail on the first process that is forked.

    Raises:
        ConfigError: on Windows.
    """
    if sys.platform == "win32":
        raise ConfigError("irsmith runs on Linux and macOS, which can fork processes; on Windows use WSL")
