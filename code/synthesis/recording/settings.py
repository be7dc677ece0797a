"""What is kept of a program, and how much."""

from dataclasses import dataclass

from synthesis.errors import ConfigError
from synthesis.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Recording(Settings):
    """How much is kept of a program's calls."""

    launches: int = 4
    """Launches of a kernel that are kept, each unlike those before."""
    kernel_size: int = 32
    """MiB that the launches of a kernel may come to."""
    size: int = 2048
    """MiB that a process may write."""

    def __post_init__(self) -> None:
        """Refuse what keeps nothing."""
        super().__post_init__()
        for name in ("launches", "kernel_size", "size"):
            given = getattr(self, name)
            if isinstance(given, bool) or not isinstance(given, int) or given < 1:
                raise ConfigError(f"{name} must be an integer from 1, got {given!r}")
