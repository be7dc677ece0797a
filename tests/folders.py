"""What tests look at folders with."""

from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    """Each file below a folder, by its path from there, but for what differs between machines."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "figures"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
