"""``python -m synthesis`` is the command ``irsmith``."""

import sys

from synthesis.core.version import __version__


def main() -> None:
    """Run the command line and exit with its status. With ``--version``, none of its modules are imported."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"{__version__}\n")
        return
    from synthesis.core.garbage import collect_rarely

    collect_rarely()
    from synthesis.cli import main as run_commands

    run_commands()


if __name__ == "__main__":
    main()
