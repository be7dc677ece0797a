"""The settings of a server, which are also its options."""

from dataclasses import dataclass, fields
from ipaddress import ip_address
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.scoring.settings import Scoring


@dataclass(frozen=True, kw_only=True)
class Serving(Scoring):
    """The settings of a server."""

    host: str = "127.0.0.1"
    """Address to listen on. By default the loopback address, which only this machine can reach."""
    port: int = 8000
    """Port to listen on; 0 for any free port."""
    batch: int = 40
    """Maximum number of answers that a process scores together."""
    gather: float = 5.0
    """Time that an idle process waits for a full batch, in milliseconds."""
    queue: int = 4000
    """Maximum number of waiting answers. A request beyond it gets status 503 with a time to retry."""
    body_limit: int = 16
    """Maximum size of a request, in MiB. A larger request gets status 413."""
    wait_limit: float = 600.0
    """Time limit for a request, in seconds. A request that exceeds it gets status 504."""
    batch_limit: float = 300.0
    """Wall time limit for a batch, in seconds. A process that exceeds it is replaced."""
    recycle: int = 2000
    """Number of batches after which a process is replaced."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        if not isinstance(self.host, str) or not self.host:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigError(f"host must be an address, got {self.host!r}")
        for name, least, most in _NUMBERS:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                raise ConfigError(f"{name} must be an integer from {least} to {most}, got {value!r}")
        for name in ("gather", "wait_limit", "batch_limit"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
                raise ConfigError(f"{name} must be a number from 0, got {value!r}")

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def scoring(self) -> dict[str, Any]:
        """The settings of each process's scorer, as JSON values."""
        kept = {name: value for name, value in self.to_json().items() if name in _SCORING}
        return {**kept, "workers": 1}


_SCORING = frozenset(each.name for each in fields(Scoring))
_NUMBERS = (
    ("port", 0, 65535),
    ("batch", 1, 10_000),
    ("queue", 1, 10_000_000),
    ("body_limit", 1, 1024),
    ("recycle", 1, 1 << 40),
)
"""Integer settings, each with its minimum and maximum."""
