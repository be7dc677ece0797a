"""The settings of the recording of a program."""

from dataclasses import dataclass

from synthesis.core.errors import ConfigError
from synthesis.core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Recording(Settings):
    """The settings of the recording of a program's kernel launches."""

    launches: int = 4
    """Maximum number of recorded launches of a kernel. Each differs from the earlier ones."""
    kernel_size: int = 32
    """Maximum size of the recorded launches of a kernel, in MiB."""
    size: int = 2048
    """Maximum size of the recording of a process, in MiB."""
    pretend_gpu: bool = False
    """Whether PyTorch reports a GPU to the program. If there is none, tensors for the GPU are on the host."""

    def __post_init__(self) -> None:
        """Reject limits that would keep nothing."""
        super().__post_init__()
        for name in ("launches", "kernel_size", "size"):
            given = getattr(self, name)
            if isinstance(given, bool) or not isinstance(given, int) or given < 1:
                raise ConfigError(f"{name} must be an integer from 1, got {given!r}")
