"""The options with which Warp builds a kernel, and the groups of devices for which it is built at once."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from synthesis.frontends.warp.introspection import depends_on_block, wp
from synthesis.frontends.warp.options import DEFAULTS

# Settings of wp.config that a text depends on, apart from the options that rows record. The MathDx libraries are off:
# they would have to be linked, and take seconds per kernel. The other settings only affect how a text is compiled.
_CONFIG: Mapping[str, Any] = {
    "cpu_compiler_flags": "",
    "enable_mathdx_fft": False,
    "enable_mathdx_gemm": False,
    "enable_mathdx_solver": False,
    "enable_tiles_in_stack_memory": True,
    "line_directives": True,
    "llvm_cuda": False,
    "optimization_level": None,
    "use_precompiled_headers": True,
    "verify_autograd_array_access": False,
}


def resolved_options(kernel: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return Warp's full set of options: the recorded ones of the kernel, and fixed values for all others."""
    given = dict(DEFAULTS) | dict(options)
    given["deterministic"] = wp.config.DeterministicMode[given["deterministic"]]
    resolved = kernel.module.resolve_options(SimpleNamespace(**_CONFIG, **given))
    mathdx = {name: value for name, value in _CONFIG.items() if name.startswith("enable_mathdx")}
    return resolved | given | mathdx | {"lineinfo": True, "output_arch": None}


def device_groups(kernel: Any, options: Mapping[str, Any], devices: Sequence[str]) -> list[tuple[str, ...]]:
    """Return groups of devices for which a kernel is built at once.

    Each device is alone if the kernel's tiles depend on the block, since on a CPU, Warp always launches with one thread
    per block.
    """
    if len(devices) > 1 and options_on("cpu", kernel, options) != options:
        return [(each,) for each in devices]
    return [tuple(devices)] if devices else []


def options_on(device: str, kernel: Any, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the options for a device. On a CPU, a kernel whose tiles depend on the block has ``block_dim`` 1."""
    if device != "cpu" or options.get("block_dim") == 1 or not depends_on_block(kernel):
        return options
    return {**options, "block_dim": 1}
