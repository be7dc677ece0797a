"""Opens files of lines for reading, or standard input, and for atomic writing, or standard output."""

import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from synthesis.core.errors import ConfigError, OutputError, TargetError

STANDARD = "-"


@contextmanager
def opened_lines(name: str) -> Generator[Iterator[bytes]]:
    """Yield the lines of a file, or of standard input for ``-``.

    Raises:
        TargetError: if it cannot be read.
    """
    if name == STANDARD:
        yield iter(sys.stdin.buffer)
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 (closed below)
    except OSError as error:
        raise TargetError(f"cannot read {name}: {error.strerror or error}") from error
    with file:
        yield iter(file)


@contextmanager
def written_lines(name: str, *, apart: bool = False) -> Generator[Callable[[str], object]]:
    """Yield a function that writes a line to a file, which appears at the end, or to standard output for ``-``.

    Args:
        name: the file.
        apart: whether standard output is used for something else.

    Raises:
        ConfigError: if it is standard output although ``apart``.
        OutputError: if the file cannot be written.
    """
    if name == STANDARD:
        if apart:
            raise ConfigError("--json prints the counts on standard output; name a file for the scores with --out")
        yield sys.stdout.write
        return
    path = Path(name)
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".score-", delete=False
        ) as file:
            try:
                yield file.write
            except BaseException:
                with suppress(OSError):
                    Path(file.name).unlink()
                raise
        Path(file.name).replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {name}: {error.strerror or error}") from error
