"""Counts the tokens of texts with a given tokenizer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError

_FILE = "tokenizer.json"


def counter_of(path: Path | None) -> Callable[[str], int] | None:
    """Return a function that counts the tokens of a text, without special tokens; None if there is no tokenizer.

    Args:
        path: a ``tokenizer.json`` of Hugging Face's tokenizers, or a folder with one.

    Raises:
        ConfigError: if it does not exist or cannot be read, or the package tokenizers is not installed.
    """
    if path is None:
        return None
    file = path / _FILE if path.is_dir() else path
    if not file.is_file():
        raise ConfigError(f"tokenizer: no {_FILE} at {path}")
    try:
        import tokenizers  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise ConfigError("tokenizer: needs the package tokenizers: pip install tokenizers") from error
    package: Any = tokenizers  # pyright: ignore[reportUnknownVariableType]
    try:
        known = package.Tokenizer.from_file(str(file))
    except Exception as error:  # (the library has no exception class of its own)
        raise ConfigError(f"tokenizer: cannot read {file}: {error}") from error
    return lambda text: len(known.encode(text, add_special_tokens=False).ids)
