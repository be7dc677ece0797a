"""A folder of kernel files, also as one text that a run's settings keep."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from synthesis.errors import ConfigError
from synthesis.grammar.streams import digest
from synthesis.kernel_files.family import Family
from synthesis.kernel_files.reading import KernelFileError, family_of, source_of

_PACKED = re.compile(r"(?P<name>.*?)#(?P<digest>[0-9a-f]{16}) (?=\{)", re.DOTALL)
"""What a packed text begins with; the files follow as JSON."""
_DIGEST_LENGTH = 16
"""Hexadecimal digits that tell the files of a folder from others."""


@dataclass(frozen=True, slots=True)
class KernelFolder:
    """The families of a folder's kernel files, for all front ends."""

    name: str
    """The folder, as it was given."""
    files: dict[str, str]
    """The path of each file in the folder, and its text."""
    families: tuple[Family, ...]

    @property
    def packed(self) -> str:
        """The folder's name, the digest of its files, and the files: ``of`` reads it wherever the folder is not."""
        return f"{self.name}#{_digest_of(self.files)} {json.dumps(self.files)}"

    @classmethod
    def of(cls, place: str) -> "KernelFolder":
        """The kernel files of a folder and of the folders in it; names that begin with ``_`` or ``.`` are left out.

        Args:
            place: the folder, or a ``packed`` text of one.

        Raises:
            KernelFileError: if a file is not a kernel file.
            ConfigError: if there is no such folder or no file in it, or the packed text is damaged.
        """
        if packed := _PACKED.match(place):
            name, files = packed["name"], _unpacked(place[packed.end() :])
            if _digest_of(files) != packed["digest"]:
                raise ConfigError(f"kernels: the files of {name} are not those of their digest {packed['digest']}")
        else:
            name, files = place, _read(Path(place))
        families = tuple(family_of(text, Path(name, each)) for each, text in files.items())
        for number, family in enumerate(families):
            for other in families[:number]:
                if (family.name, family.frontend) == (other.name, other.frontend):
                    raise KernelFileError(family.path, 1, f"another file has the name {family.name}: {other.path}")
        return cls(name, files, families)


def _digest_of(files: dict[str, str]) -> str:
    """What tells the files of a folder from others."""
    return digest("kernel files", *(f"{name}\0{text}" for name, text in files.items()))[:_DIGEST_LENGTH]


def packed_digest(packed: str) -> str:
    """The digest that a ``packed`` text says."""
    found = _PACKED.match(packed)
    if found is None:
        raise ConfigError(f"kernels: {packed[:80]!r} is not packed")
    return found["digest"]


def _read(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise ConfigError(f"kernels: {folder} is not a folder")
    paths = sorted(path for path in folder.rglob("*.py") if not path.name.startswith(("_", ".")))
    if not paths:
        raise ConfigError(f"kernels: no file in {folder} ends in .py; irsmith kernel new writes one")
    return {path.relative_to(folder).as_posix(): source_of(path) for path in paths}


def _unpacked(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"kernels: cannot read the files that a run keeps: {error}") from error
    return {str(name): str(source) for name, source in found.items()}
