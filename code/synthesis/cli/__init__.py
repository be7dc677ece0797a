"""The command ``irsmith``: one file a command, none with logic of its own.

Exit status: 0 done; 1 nothing could be made of the kernels given, or a row failed verification; 2 a usage error;
130 interrupted.
"""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError
from rich.console import Console

from synthesis.cli.extract import extract
from synthesis.cli.generate import generate
from synthesis.cli.ops import ops
from synthesis.cli.show import show
from synthesis.cli.stats import stats
from synthesis.cli.verify import verify
from synthesis.errors import IrsmithError, KernelError, MissingFrontendError, UsageError
from synthesis.version import __version__

app = App(
    name="irsmith",
    help="Make pairs of Python kernels and compiler IR, from NVIDIA Warp and JAX, on a machine without a GPU.",
    version=__version__,
    help_format="markdown",
    suppress_keyboard_interrupt=False,
)
for _command in (generate, extract, verify, show, stats, ops):
    app.command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit status."""
    errors = Console(stderr=True, soft_wrap=True)
    try:
        result = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        errors.print(f"irsmith: {error}", markup=False, highlight=False)
        errors.print("irsmith: see irsmith --help", markup=False, highlight=False)
        return 2
    except (UsageError, MissingFrontendError) as error:
        errors.print(f"irsmith: {error}", markup=False, highlight=False)
        return 2
    except (KernelError, IrsmithError) as error:
        errors.print(f"irsmith: {error}", markup=False, highlight=False)
        return 1
    except KeyboardInterrupt:
        rest = "; the same command continues where it stopped" if arguments[:1] == ["generate"] else ""
        errors.print(f"irsmith: interrupted{rest}", markup=False, highlight=False)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return result if isinstance(result, int) else 0
