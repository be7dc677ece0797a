"""A library that an adapter is for and that is not installed."""

from importlib import import_module
from typing import Any

from synthesis.core.errors import MissingLibraryError


def need(module: str, package: str) -> Any:
    """A module of somebody else's library.

    Raises:
        MissingLibraryError: if it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != module.partition(".")[0]:
            raise
        raise MissingLibraryError(f"this needs {package}, which is not installed: pip install {package}") from error
