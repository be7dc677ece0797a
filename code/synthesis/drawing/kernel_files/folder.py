"""A folder of kernel files, which can be packed into one string for a run's settings."""

from dataclasses import dataclass
from pathlib import Path

from synthesis.core.errors import ConfigError
from synthesis.core.packing import pack, unpack
from synthesis.drawing.kernel_files.family import Family
from synthesis.drawing.kernel_files.reading import KernelFileError, family_of, source_of


@dataclass(frozen=True, slots=True)
class KernelFolder:
    """The families of a folder's kernel files, for all front ends."""

    name: str
    """The folder as it was given."""
    files: dict[str, str]
    """The content of each file, by its path in the folder."""
    families: tuple[Family, ...]

    @property
    def packed(self) -> str:
        """The folder's name, digest and files as one string, which ``of`` can read without the folder."""
        return pack(self.name, self.files)

    @classmethod
    def of(cls, place: str) -> "KernelFolder":
        """Return the kernel files of a folder and its subfolders, except those whose names begin with ``_`` or ``.``.

        Args:
            place: the folder, or a ``packed`` string.

        Raises:
            KernelFileError: if a file is not a valid kernel file.
            ConfigError: if there is no such folder or no file in it, or the packed string is damaged.
        """
        name, files = unpack(place) or (place, _read(Path(place)))
        families = tuple(family_of(text, Path(name, each)) for each, text in files.items())
        for number, family in enumerate(families):
            for other in families[:number]:
                if (family.name, family.frontend) == (other.name, other.frontend):
                    raise KernelFileError(family.path, 1, f"another file has the name {family.name}: {other.path}")
        return cls(name, files, families)


def _read(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise ConfigError(f"kernels: {folder} is not a folder")
    paths = sorted(path for path in folder.rglob("*.py") if not path.name.startswith(("_", ".")))
    if not paths:
        raise ConfigError(f"kernels: no file in {folder} ends in .py; irsmith kernel new writes one")
    return {path.relative_to(folder).as_posix(): source_of(path) for path in paths}
