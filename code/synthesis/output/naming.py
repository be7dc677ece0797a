"""What the files of rows are called."""

import re

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
