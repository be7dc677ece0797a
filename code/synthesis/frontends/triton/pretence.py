"""A simulated GPU for programs that use PyTorch on a machine without one; tensors for it are made on the host.

PyTorch reports one GPU, an H100, whose tensors are on the host. Programs that need more, such as CUDA graphs or
libraries of the GPU, fail as they do without this module.
"""

import contextlib
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from synthesis.frontends.triton.replacing import Replacing

CAPABILITY = (9, 0)
"""The compute capability of the GPU that PyTorch reports."""
PROPERTIES = {
    "max_shared_mem": 232448,
    "max_num_regs": 65536,
    "multiprocessor_count": 132,
    "warpSize": 32,
    "sm_clock_rate": 1980000,
    "mem_clock_rate": 2619000,
    "mem_bus_width": 5120,
}
"""The properties of that GPU, an H100, that Triton's driver reports."""
_NAME = "NVIDIA H100 80GB HBM3"
_state = threading.local()


def pretend_gpu() -> Callable[[], None]:
    """Make PyTorch report a GPU, unless it has one, and return a function that restores PyTorch.

    Tensors are made on the host in the calling thread only.
    """
    torch: Any = import_module("torch")
    if torch.cuda.is_available():
        return _nothing_to_restore
    restore = answer_as_gpu(torch)
    mode = _mode_of(torch)
    mode.__enter__()

    def end() -> None:
        mode.__exit__(None, None, None)
        restore()

    return end


def _nothing_to_restore() -> None:
    pass


@contextlib.contextmanager
def plain_tensors() -> Any:
    """Return a context manager inside which tensors report that they are on the host."""
    before = getattr(_state, "plain", False)
    _state.plain = True
    try:
        yield
    finally:
        _state.plain = before


def _mode_of(torch: Any) -> Any:
    base: Any = import_module("torch.overrides").TorchFunctionMode
    gpu, host = torch.device("cuda", 0), torch.device("cpu")
    answers = {
        torch.Tensor.is_cuda.__get__: True,
        torch.Tensor.is_cpu.__get__: False,
        torch.Tensor.device.__get__: gpu,
        torch.Tensor.get_device: 0,
    }

    def moved(value: Any) -> Any:
        if isinstance(value, torch.device) and value.type == "cuda":
            return host
        return host if isinstance(value, str) and value.partition(":")[0] == "cuda" else value

    class OnHost(base):
        """A mode that makes tensors for the GPU on the host, and reports that they are on the GPU."""

        def __torch_function__(
            self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
        ) -> Any:
            del types
            named = kwargs or {}
            if getattr(_state, "plain", False):
                return func(*args, **named)
            if func in answers:
                return answers[func]
            if func is torch.Tensor.cuda:
                return args[0]
            if func is torch.Tensor.pin_memory:
                return args[0]
            named = {name: moved(value) for name, value in named.items() if name != "pin_memory"}
            return func(*map(moved, args), **named)

    return OnHost()


class _Nothing:
    """A stream, an event or a context that does nothing."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.cuda_stream = 0
        self.stream_id = 0
        self.device = 0

    def __enter__(self) -> "_Nothing":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def nothing(*_: Any, **__: Any) -> float:
            return 1.0

        return nothing


class _Generator:
    """A random number generator of the GPU, of which only the state is used."""

    def __init__(self, state: Any) -> None:
        self._state = state

    def get_state(self) -> Any:
        return self._state.clone()

    def set_state(self, state: Any) -> None:
        self._state.copy_(state)


def answering(answer: Any, own: Any = None) -> Callable[..., Any]:
    """Return a function that returns a fixed value; inside ``plain_tensors`` it calls ``own`` if that is given."""

    def answers(*args: Any, **kwargs: Any) -> Any:
        return own(*args, **kwargs) if own is not None and getattr(_state, "plain", False) else answer

    return answers


def answer_as_gpu(torch: Any) -> Callable[[], None]:
    """Make the functions of ``torch.cuda`` that look for a GPU report one; return a function that restores them."""
    cuda = torch.cuda
    properties = SimpleNamespace(
        name=_NAME,
        major=CAPABILITY[0],
        minor=CAPABILITY[1],
        multi_processor_count=PROPERTIES["multiprocessor_count"],
        total_memory=80 << 30,
        warp_size=PROPERTIES["warpSize"],
        max_threads_per_multi_processor=2048,
        regs_per_multiprocessor=PROPERTIES["max_num_regs"],
        shared_memory_per_block=49152,
        shared_memory_per_block_optin=PROPERTIES["max_shared_mem"],
        shared_memory_per_multiprocessor=233472,
        L2_cache_size=50 << 20,
        gcnArchName="",
    )
    answers = {
        "is_available": True,
        "is_initialized": True,
        "device_count": 1,
        "current_device": 0,
        "get_device_capability": CAPABILITY,
        "get_device_name": _NAME,
        "get_device_properties": properties,
        "is_bf16_supported": True,
        "is_current_stream_capturing": False,
        "current_stream": _Nothing(),
        "default_stream": _Nothing(),
        "memory_allocated": 0,
        "max_memory_allocated": 0,
        "mem_get_info": (80 << 30, 80 << 30),
        **dict.fromkeys(["synchronize", "set_device", "empty_cache", "init", "_lazy_init", "reset_peak_memory_stats"]),
    }
    made: dict[str, Any] = {name: answering(answer, getattr(cuda, name, None)) for name, answer in answers.items()}
    made |= dict.fromkeys(["device", "device_of", "stream", "Stream", "Event"], _Nothing)
    made["default_generators"] = (_Generator(torch.zeros(16, dtype=torch.uint8)),)
    replacing = Replacing()
    for name, value in made.items():
        replacing.set_attr(cuda, name, value)
    return replacing.restore
