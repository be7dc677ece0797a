"""File names of rows, and the split that they imply."""

import re
from collections.abc import Sequence

# Words that data set loaders read as the name of a split, when delimited by non-letters.
_SPLIT = re.compile(
    r"(?<![a-z])(?=(?:train|training|validation|valid|dev|val|test|testing|eval|evaluation)(?![a-z]))", re.IGNORECASE
)


def file_stem(number: int, name: str, *, digits: int = 6) -> str:
    """Return the stem of a row's file names: ``<number>_<name>``.

    A word that data set loaders read as a split (``test``, ``eval`` …) gets the prefix ``k``.

    Args:
        number: the row's number.
        name: the kernel's name.
        digits: minimum number of digits: those of the folder's largest number, so that names sort as numbers.
    """
    return f"{number:0{digits}d}_{_SPLIT.sub('k', name)}"


TRAIN = "train"
_TABLE = re.compile(r"([a-z_]+)-\d{5,}-of-\d{5,}\.parquet")


def split_of(name: str) -> str:
    """Return the split of a file's rows from its name: ``test`` for ``warp/test-00000-of-00001.parquet``.

    Files with other names, including the parts of a run, are for training.
    """
    found = _TABLE.fullmatch(name.rpartition("/")[2])
    return found[1] if found else TRAIN


def is_table(name: str) -> bool:
    """Return whether a file in the folder of a front end has the name of a Parquet file of rows."""
    return _TABLE.fullmatch(name) is not None


def form_of(names: Sequence[str]) -> str | None:
    """Return the format of a data set from the names of its files: parquet, json or text; None if it has no rows."""
    rows = [name for name in names if not name.endswith(".md")]
    if not rows:
        return None
    if any(map(is_table, (name.rpartition("/")[2] for name in rows))):
        return "parquet"
    return "json" if all(name.endswith(".json") and not name.startswith("_") for name in rows) else "text"


def table_name(frontend: str, split: str, number: int, files: int) -> str:
    """Return the name of a Parquet file of rows. Loaders read the split from it."""
    return f"{frontend}/{split}-{number:05d}-of-{files:05d}.parquet"
