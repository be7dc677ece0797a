"""What tests look at folders with."""

from pathlib import Path

from synthesis.output.reading import Document, read_folder


def contents(folder: Path) -> dict[str, bytes]:
    """Each file below a folder, by its path from there, but for what differs between machines."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.name not in ("figures", "logs")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def rows_of(folder: Path) -> dict[str, dict[str, bytes]]:
    """The data set of each front end that is in a folder: its files, whatever made them."""
    found = contents(folder)
    return {name: {path: found[path] for path in found if path.startswith(f"{name}/")} for name in ("warp", "jax")}


def documents(folder: Path) -> list[Document]:
    """The pairs of a folder, drawn ones by index, whichever split they are in."""
    return sorted(read_folder(folder), key=lambda each: each.metadata["index"] or 0)
