"""Imports the libraries that adapters need, or explains how to install them."""

from importlib import import_module
from typing import Any

from synthesis.core.errors import MissingLibraryError


def need(module: str, package: str) -> Any:
    """Return a module of another library.

    Raises:
        MissingLibraryError: if it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != module.partition(".")[0]:
            raise
        raise MissingLibraryError(f"this needs {package}, which is not installed: pip install {package}") from error
