"""A Triton driver for machines without a GPU, which describes a GPU but launches nothing."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import triton as _triton
import triton.backends.compiler as _targets
import triton.testing as _testing

from synthesis.frontends.triton.pretence import CAPABILITY, PROPERTIES, plain_tensors

triton: Any = _triton
targets: Any = _targets

testing: Any = _testing


def install_driver() -> Callable[[], None] | None:
    """Install the driver if there is no GPU, and return a function that removes it; return None if there is one."""
    config = triton.runtime.driver
    with plain_tensors():  # Triton asks PyTorch whether there is a GPU
        try:
            active = config.active
        except Exception:  # noqa: BLE001 (Triton raises several kinds where there is no GPU)
            active = None
    if active is not None:
        return None
    before = config._default, config._active, testing.do_bench, testing.do_bench_cudagraph
    config._default = config._active = _Driverless()
    testing.do_bench = testing.do_bench_cudagraph = _constant_time

    def uninstall() -> None:
        config._default, config._active, testing.do_bench, testing.do_bench_cudagraph = before

    return uninstall


def _constant_time(kernel_call: Any = None, *_: Any, quantiles: Any = None, **__: Any) -> Any:
    """Return the same time for every call, without making it.

    So ``triton.autotune`` takes the first configuration of its list.
    """
    del kernel_call
    return 1.0 if quantiles is None else [1.0] * len(quantiles)


class _Utilities:
    def get_device_properties(self, device: Any) -> dict[str, int]:
        del device
        return dict(PROPERTIES)


class _Driverless:
    """A driver that reports an H100 to Triton."""

    def __init__(self) -> None:
        self.utils = _Utilities()

    @staticmethod
    def is_active() -> bool:
        return True

    def get_current_target(self) -> Any:
        return targets.GPUTarget("cuda", CAPABILITY[0] * 10 + CAPABILITY[1], 32)

    def get_current_device(self) -> int:
        return 0

    def set_current_device(self, device: Any) -> None:
        del device

    def get_current_stream(self, device: Any = None) -> int:
        del device
        return 0

    def get_device_capability(self, device: Any = None) -> tuple[int, int]:
        del device
        return CAPABILITY

    def get_active_torch_device(self) -> Any:
        torch: Any = import_module("torch")
        return torch.device("cuda", 0)

    def get_device_interface(self) -> Any:
        torch: Any = import_module("torch")
        return torch.cuda

    def get_benchmarker(self) -> Any:
        return _constant_time

    def get_empty_cache_for_benchmark(self) -> Any:
        return None

    def clear_cache(self, cache: Any) -> None:
        del cache
