"""What a server is run with: one record, which is the options."""

from dataclasses import dataclass, fields
from ipaddress import ip_address
from typing import Any

from synthesis.errors import ConfigError
from synthesis.scoring.settings import Scoring


@dataclass(frozen=True, kw_only=True)
class Serving(Scoring):
    """What a server is run with."""

    host: str = "127.0.0.1"
    """Where it listens: the loopback address, so that this machine alone can ask, unless something else is said."""
    port: int = 8000
    """Of the same; 0 for any that is free."""
    batch: int = 40
    """Answers that a process scores together; more of them waiting are scored after that."""
    gather: float = 5.0
    """Milliseconds that an idle process waits for more answers when there are fewer."""
    queue: int = 4000
    """Answers that may wait; a request that would make them more is answered 503, with when to come again."""
    body_limit: int = 16
    """MiB that a request may have; a larger one is answered 413."""
    wait_limit: float = 600.0
    """Seconds after which a request that is not done is answered 504."""
    batch_limit: float = 300.0
    """Seconds by the clock that a process may take for a batch; one that takes longer is replaced."""
    recycle: int = 2000
    """Batches after which a process is replaced."""

    def __post_init__(self) -> None:
        """Refuse what nothing can be served with."""
        super().__post_init__()
        if not isinstance(self.host, str) or not self.host:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigError(f"host is an address, got {self.host!r}")
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
        """Whether this machine alone can ask."""
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
"""Name, least and most."""
