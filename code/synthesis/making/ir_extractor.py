"""Extracts the IR of one live kernel."""

from collections.abc import Sequence
from typing import Any

from synthesis.core.errors import ConfigError, KernelError, TargetError
from synthesis.core.examples import Examples
from synthesis.core.records import Rejection
from synthesis.frontends.base import Frontend, Kernel, Lowered
from synthesis.frontends.registry import frontend_of
from synthesis.making.confirmation import confirm_source


def extract_ir(
    kernel: object,
    device: str = "cpu",
    include_backward: bool = True,
    *,
    example_args: Sequence[Any] = (),
) -> dict[str, Any]:
    """Return the Python source and the IR of a kernel. The device need not be present.

    Args:
        kernel: a ``@wp.kernel`` function, or a function that JAX can trace.
        device: ``cpu`` or ``cuda``; for JAX also ``tpu``.
        include_backward: whether to return the adjoint (Warp) or the vector-Jacobian product (JAX).
        example_args: JAX only: arrays or ``jax.ShapeDtypeStruct`` objects or pytrees of them, which give the shapes and
            dtypes of the function's arguments. The values of arrays are ignored.

    Returns:
        For Warp ``python_source``, ``cpp_code`` (the whole unit as Warp emits it, C++ or CUDA), ``forward_code`` and
        ``backward_code`` (the kernel's own text, cleaned; None if the kernel has no backward) and ``metadata``.
        For JAX ``python_source``, ``jaxpr``, ``stablehlo``, ``vjp_stablehlo`` (None if the function cannot be
        differentiated) and ``metadata``. With ``include_backward=False`` the backward text is None.

    Raises:
        TargetError: if the object is not a kernel.
        ConfigError: if the device does not exist for the front end.
        KernelError: if the tool rejects the kernel.
    """
    frontend = frontend_of(kernel)
    found = find_kernel(frontend, kernel, example_args)
    devices = single_devices(frontend)
    if device not in devices:
        raise ConfigError(f"unknown device {device!r} for front end {frontend.name}; allowed: {', '.join(devices)}")
    texts = frontend.compiler.describe(found, device=device, include_backward=include_backward)
    levels = frontend.choose_levels(None, device)
    (lowered,) = frontend.compiler.lower([found], levels, device=device)
    spec = found.spec
    if isinstance(lowered, Lowered):
        spec, _ = confirm_source(frontend, found, lowered, levels, device)
    metadata = {
        "frontend": spec.frontend,
        "kernel_name": spec.name,
        "category": spec.category,
        "origin": spec.origin.to_json(),
        "licence": spec.licence,
        "compiled_from": spec.compiled_from,
        "self_contained": spec.self_contained,
        "device": device,
        "arg_types": found.spec.arg_types,
        "signature": found.spec.signature.to_json(),
        "options": dict(found.spec.signature.options),
        "toolchain": dict(frontend.compiler.toolchain()),
    }
    return {"python_source": found.spec.source, **texts, "metadata": metadata}


def single_devices(frontend: Frontend) -> tuple[str, ...]:
    """Return the devices of a front end that are a single device, not a combination."""
    return tuple(sorted(device for device in frontend.compiler.devices if "+" not in device))


def find_kernel(frontend: Frontend, kernel: object, example_args: Sequence[Any] = ()) -> Kernel:
    """Return the kernel of a live object that has exactly one.

    Raises:
        KernelError: if it cannot be used as it is: it is generic without types, or lacks example arguments.
        TargetError: if it stands for several kernels, such as a generic kernel with several instances.
    """
    found = frontend.compiler.discover(kernel, examples=Examples(arguments=tuple(example_args)))
    if len(found) != 1:
        raise TargetError(f"{kernel!r} stands for {len(found)} kernels; give one of its instances")
    if isinstance(found[0], Rejection):
        raise KernelError(found[0].stage, found[0].symptom, found[0].detail)
    return found[0]
