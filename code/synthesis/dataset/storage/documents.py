"""A pair as its file holds it, made from a row of a table or from JSON, and checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from synthesis.core.errors import TargetError, UnknownNameError
from synthesis.core.records import KernelSpec, Origin
from synthesis.core.signatures import Signature
from synthesis.dataset.storage.contradictions import contradiction
from synthesis.dataset.storage.naming import TRAIN
from synthesis.dataset.storage.rows import Row, document_of, unpacked_metadata
from synthesis.frontends.base import Level
from synthesis.frontends.registry import levels_of


@dataclass(frozen=True, slots=True)
class Document:
    """A pair as read from a file."""

    source: str
    texts: Mapping[str, str | None]
    """The text of each level, in the file's order; None if the row has none."""
    metadata: Mapping[str, Any]
    """All columns except the source and the texts, as Python values."""
    stem: str
    """The name of the pair's files, up to the first dot."""
    raw: Mapping[str, Any]
    """The file's JSON; for a pair stored as texts, the JSON that a single file would have."""
    altered: bool = False
    """Whether the file has changed since it was written, according to the run's record."""
    split: str = TRAIN
    """The split that the file belongs to; ``train`` if there are no splits."""

    @property
    def name(self) -> str:
        """The kernel's name."""
        return self.metadata["kernel_name"]

    @property
    def frontend(self) -> str:
        """The name of the kernel's front end."""
        return self.metadata["frontend"]

    @property
    def device(self) -> str:
        """The device that the texts are for."""
        return self.metadata["device"]

    @property
    def summary(self) -> str:
        """Front end, category and device, separated by commas."""
        return f"{self.frontend}, {self.metadata['category']}, {self.device}"

    @property
    def spec(self) -> KernelSpec:
        """The kernel's record.

        Raises:
            TargetError: if the metadata lacks what determines the kernel's behaviour.
        """
        metadata = self.metadata
        try:
            return KernelSpec(
                frontend=metadata["frontend"],
                name=metadata["kernel_name"],
                category=metadata["category"],
                source=self.source,
                signature=Signature.from_json(metadata["signature"], metadata["options"]),
                recipe=metadata["recipe"],
                target=metadata["target"],
                description=metadata["description"],
                ops=tuple(metadata["ops"]),
                difficulty=metadata["difficulty"],
                origin=Origin.from_json(metadata["origin"]),
                licence=metadata["licence"],
                compiled_from=metadata["compiled_from"],
                self_contained=metadata["self_contained"],
                seed=metadata["seed"],
                index=metadata["index"],
                config=metadata["config"],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise TargetError(f"{self.stem}: the metadata of a pair lacks or misspells {error}") from error

    def level(self, name: str) -> Level | None:
        """Return the level with a name; None if its front end has none."""
        return next((each for each in levels_of(self.frontend) if each.name == name), None)

    def only(self, levels: Sequence[str] | None, where: str) -> "Document":
        """Return the pair with only the given levels.

        Raises:
            UnknownNameError: if it lacks one of them.
        """
        for name in levels or ():
            if name not in self.texts:
                raise UnknownNameError("level", name, self.texts, where=f"in {where}")
        kept = {name: text for name, text in self.texts.items() if levels is None or name in levels}
        return replace(self, texts=kept)


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A file or row that is not a valid pair, or not as the run wrote it."""

    path: str
    why: str
    symptom: str = "unreadable"
    """``unreadable``, or ``missing`` if the folder's record lists a file that does not exist."""

    @property
    def stem(self) -> str:
        """The name of the file, without folder and suffix."""
        return Path(self.path).stem


def document_of_row(row: Row, where: str, number: int) -> Document:
    """Return the pair in a row of a table.

    Raises:
        TargetError: if it is invalid.
    """
    place = f"row {number} of {where}"
    metadata = _unpacked(row.metadata, place)
    if not isinstance(row.source, str):  # pyright: ignore[reportUnnecessaryIsInstance]  (the file may be anybody's)
        raise TargetError(f"{place} is not a pair: its source is not a string")
    texts = _texts(row.texts, place)
    _check_together(row.source, texts, metadata, place)
    index = metadata["index"] if metadata["index"] is not None else number - 1
    return Document(row.source, texts, metadata, f"{index:06d}_{metadata['kernel_name']}", document_of(row, row.texts))


def document_of_json(document: dict[str, Any], where: str, *, stem: str = "row") -> Document:
    """Return the pair that a JSON object describes.

    Args:
        document: the source and the texts, and everything else under ``metadata``.
        where: its name in error messages.
        stem: the name of its file, up to the first dot.

    Raises:
        TargetError: if it is invalid.
    """
    if not isinstance(document.get("python_source"), str) or not isinstance(document.get("metadata"), dict):
        raise TargetError(f"{where} is not a pair: it lacks python_source or metadata")
    named = {name: text for name, text in document.items() if name not in ("python_source", "metadata")}
    metadata, texts = _unpacked(document["metadata"], where), _texts(named, where)
    _check_together(document["python_source"], texts, metadata, where)
    return Document(document["python_source"], texts, metadata, stem, document)


def _check_together(source: str, texts: Mapping[str, str | None], metadata: Mapping[str, Any], where: str) -> None:
    """Raise an error if columns contradict each other or the texts.

    Raises:
        TargetError: if they do.
    """
    wrong = contradiction(source, texts, metadata)
    if wrong is not None:
        raise TargetError(f"{where} is not a pair: {wrong}")


def _unpacked(metadata: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the metadata of a pair, as Python values.

    Raises:
        TargetError: if it is invalid.
    """
    try:
        return unpacked_metadata(metadata)
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise TargetError(f"{where} is not a pair: its metadata lacks or misspells {error}") from error


def _texts(found: Mapping[str, Any], where: str) -> dict[str, str | None]:
    """Return the texts of a pair, with None for empty ones.

    Raises:
        TargetError: if one is not a string.
    """
    texts = {name: text or None for name, text in found.items()}
    if wrong := [name for name, text in texts.items() if not isinstance(text, str | None)]:
        raise TargetError(f"{where} is not a pair: its {wrong[0]} is no text")
    return texts
