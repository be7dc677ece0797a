"""Packs the text files of a folder into one string, which a run's settings store."""

import json
import re
from collections.abc import Mapping

from synthesis.core.errors import ConfigError
from synthesis.core.identity.hashing import digest

_PACKED = re.compile(r"(?P<name>.*?)#(?P<digest>[0-9a-f]{16}) (?=\{)", re.DOTALL)
"""Matches the beginning of a packed string. The files follow as JSON."""
_DIGEST_LENGTH = 16
"""Number of hexadecimal digits of the files' digest."""


def pack(name: str, files: Mapping[str, str]) -> str:
    """Return one text with a folder's name, the digest of its files, and the files.

    Args:
        name: the folder, as the user named it.
        files: the path of each file in the folder, and its text.
    """
    return f"{name}#{_digest_of(files)} {json.dumps(files)}"


def unpack(packed: str) -> tuple[str, dict[str, str]] | None:
    """Return the folder's name and its files, or None if the text is not packed.

    Raises:
        ConfigError: if the files do not match the digest.
    """
    found = _PACKED.match(packed)
    if found is None:
        return None
    try:
        files = {str(name): str(text) for name, text in json.loads(packed[found.end() :]).items()}
    except ValueError as error:
        raise ConfigError(f"kernels: cannot read the files that a run keeps: {error}") from error
    if _digest_of(files) != found["digest"]:
        raise ConfigError(f"kernels: the files of {found['name']} do not match their digest {found['digest']}")
    return found["name"], files


def packed_digest(packed: str) -> str:
    """Return the digest in a packed text.

    Raises:
        ConfigError: if the text is not packed.
    """
    found = _PACKED.match(packed)
    if found is None:
        raise ConfigError(f"kernels: {packed[:80]!r} is not packed")
    return found["digest"]


def _digest_of(files: Mapping[str, str]) -> str:
    return digest("kernel files", *(f"{name}\0{text}" for name, text in files.items()))[:_DIGEST_LENGTH]
