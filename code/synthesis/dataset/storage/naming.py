"""What the files of rows are called, and what of their rows that says."""

import re
from collections.abc import Sequence

# What loaders of data sets take for the name of a split, between anything that is no letter.
_SPLIT = re.compile(
    r"(?<![a-z])(?=(?:train|training|validation|valid|dev|val|test|testing|eval|evaluation)(?![a-z]))", re.IGNORECASE
)


def file_stem(number: int, name: str, *, digits: int = 6) -> str:
    """What a row's files are called before the suffix: ``<number>_<name>``.

    A word that loaders of data sets take for a split (``test``, ``eval`` …) gets a letter before it.

    Args:
        number: the row's.
        name: its kernel's.
        digits: how many the number has at least, as many as the largest of its folder, so that names sort as numbers.
    """
    return f"{number:0{digits}d}_{_SPLIT.sub('k', name)}"


TRAIN = "train"
_TABLE = re.compile(r"([a-z_]+)-\d{5,}-of-\d{5,}\.parquet")


def split_of(name: str) -> str:
    """The split that a file's rows are in, by its name: ``warp/test-00000-of-00001.parquet`` has rows for testing.

    Rows of files that are called otherwise, of a run's parts among them, are for training.
    """
    found = _TABLE.fullmatch(name.rpartition("/")[2])
    return found[1] if found else TRAIN


def is_table(name: str) -> bool:
    """Whether a file in the folder of a front end is called as a Parquet file of rows."""
    return _TABLE.fullmatch(name) is not None


def form_of(names: Sequence[str]) -> str | None:
    """The form of a data set by the names of its files: parquet, json or text; None if it has no rows."""
    rows = [name for name in names if not name.endswith(".md")]
    if not rows:
        return None
    if any(map(is_table, (name.rpartition("/")[2] for name in rows))):
        return "parquet"
    return "json" if all(name.endswith(".json") and not name.startswith("_") for name in rows) else "text"


def table_name(frontend: str, split: str, number: int, files: int) -> str:
    """The name of a Parquet file of rows, which loaders of data sets read the split from."""
    return f"{frontend}/{split}-{number:05d}-of-{files:05d}.parquet"
