"""Runs drawn kernels with their own tool, for tests and benchmarks that need the results."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis import KernelSpec, Rejection, Role, get_frontend
from synthesis.core.formats import is_floating, numpy_dtype
from synthesis.frontends.base import Frontend, Kernel, Recipe
from synthesis.verification.inputs import Values, another_draw, array_shape, draw_inputs, with_shared_parts
from synthesis.verification.twins import at_executed_sizes

_DRAWS = 16
"""Number of draws on which the usefulness of a kernel is tested, since most kernels return early on some inputs."""


def with_recipes(name: str, recipes: Sequence[Recipe]) -> Frontend:
    """Return a front end with its recipes replaced."""
    frontend = get_frontend(name)
    drawer = replace(frontend.drawer, recipes=tuple(recipes))
    return replace(frontend, drawing=lambda: drawer)


def load(spec: KernelSpec) -> Kernel:
    kernel = get_frontend(spec.frontend).load_one(spec)
    assert not isinstance(kernel, Rejection), f"{kernel.detail}\n{spec.source}"
    return kernel


def run(kernel: Kernel, inputs: Values, device: str = "cpu") -> Values:
    """Return the outputs of a kernel: the results of a JAX function, or the output arrays of a Warp kernel."""
    return _run_warp(kernel, inputs, device) if kernel.spec.frontend == "warp" else _run_jax(kernel, inputs)


def _run_jax(kernel: Kernel, inputs: Values) -> Values:
    import jax as jax_module

    jax: Any = jax_module
    results = jax.tree.leaves(jax.jit(kernel.live)(*inputs.values()))
    names = [result.name for result in kernel.spec.signature.results]
    return {name: plain(np.asarray(result)) for name, result in zip(names, results, strict=True)}


def plain(value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the value in a dtype that NumPy itself has: bfloat16 is widened to float32."""
    return value.astype(np.float32) if value.dtype.kind == "V" else value


def _run_warp(kernel: Kernel, inputs: Values, device: str) -> Values:
    import warp as wp_module

    from synthesis.frontends.warp.objects import make_object

    wp: Any = wp_module
    arguments: dict[str, Any] = {}
    kept: list[Any] = []
    outputs: dict[str, Any] = {}
    for argument in kernel.spec.signature.spread.arguments:
        name = argument.name
        value = poison(array_shape(argument), argument.dtype) if argument.role is Role.OUTPUT else inputs[name]
        if argument.handle:
            parts = {each.name: np.array(field_of(value, each.name)) for each in argument.fields}
            kept += [parts, make_object(argument.handle, parts, device)]
            given: Any = wp.uint64(kept[-1].id)
        elif argument.fields and argument.shape is None:
            given = kernel_type(kernel, name)()
            for each in argument.fields:
                setattr(given, each.name, struct_value(given, each.name, field_of(value, each.name)))
        elif argument.shape is None:
            given = value.item() if value.ndim == 0 else kernel_type(kernel, name)(*value.ravel())
        else:
            given = wp.array(np.array(value), dtype=kernel_type(kernel, name).dtype, device=device)
            if argument.role is not Role.INPUT:
                outputs[name] = given
        outer, _, field = name.partition(".")
        if field:
            arguments.setdefault(outer, kernel_type(kernel, outer)())
            setattr(arguments[outer], field, given)
        else:
            arguments[name] = given
    signature = kernel.spec.signature
    block = signature.options["block_dim"]
    if signature.tiled:
        blocks = list(signature.launch or ())
        wp.launch_tiled(kernel.live, dim=blocks, inputs=[*arguments.values()], block_dim=block, device=device)
    else:
        wp.launch(kernel.live, dim=signature.launch, inputs=[*arguments.values()], block_dim=block, device=device)
    return {name: plain(array.numpy()) for name, array in outputs.items()}


def kernel_type(kernel: Kernel, name: str) -> Any:
    outer, _, field = name.partition(".")
    found = next(argument.type for argument in kernel.live.adj.args if argument.label == outer)
    return found.vars[field].type if field else found


def field_of(values: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    return values[name]


def struct_value(struct: Any, field: str, value: npt.NDArray[Any]) -> Any:
    """Return a value of the type of a struct's field."""
    return value.item() if value.ndim == 0 else type(getattr(struct, field))(*value.ravel())


def poison(shape: tuple[int, ...], dtype: str) -> npt.NDArray[np.generic]:
    """Return an array of values that no kernel writes: NaN, or a number far outside every domain; False for bool."""
    kind = numpy_dtype(dtype)
    if kind.kind == "b":
        return np.zeros(shape, kind)
    value = np.nan if is_floating(kind) else (np.iinfo(kind).min or np.iinfo(kind).max) // 3
    return np.full(shape, value, dtype=kind)


def quick_compiles() -> None:
    """Make Warp compile fast, without optimisation and without messages."""
    import warp as wp_module

    wp: Any = wp_module
    wp.config.log_level = wp.LOG_ERROR
    wp.config.optimization_level = 0
    wp.config.cpu_compiler_flags = ""


def needs_gpu(spec: KernelSpec) -> bool:
    """Return whether a drawn kernel cannot run on a CPU, because its native code uses blocks of threads."""
    return spec.category == "native"


def shortcomings(spec: KernelSpec) -> list[str]:
    """Return why a drawn kernel is useless: outputs that are not finite or are constant, inputs without an effect."""
    kernel = load(spec if spec.signature.twin is None else at_executed_sizes(spec))
    spec = at_executed_sizes(spec)
    found: list[str] = []
    constant = {each.name for each in (*spec.signature.results, *spec.signature.arguments)}
    before: Values = {}
    idle = {each.name: each for each in spec.signature.arguments if each.role is not Role.OUTPUT}
    idle = {name: each for name, each in idle.items() if not any(part.same for part in each.fields)}
    for seed in range(_DRAWS):
        inputs = draw_inputs(spec.signature, seed)
        before = run(kernel, inputs)
        for name, value in before.items():
            written = written_part(value)
            if not np.isfinite(written).all():
                found.append(f"{name} is not finite")
            marks = value.dtype.kind in "iub" and written.size < value.size  # a flag or a number set where it has to be
            if written.size and (value.size == 1 or marks or written.min() != written.max()):
                constant.discard(name)
        for name, argument in list(idle.items()):
            other = another_draw(argument, inputs[name])
            if other is not None:
                after = run(kernel, with_shared_parts(spec.signature, inputs | {name: other}))
                if all(np.array_equal(before[each], after[each], equal_nan=True) for each in before):
                    continue
            del idle[name]  # it matters, or is such as a number of bodies that the arrays' sizes decide
        if not constant & before.keys() and not idle:
            break
    get_frontend(spec.frontend).compiler.release([kernel])
    found += [f"{name} is constant" for name in before if name in constant]
    return found + [f"{name} changes nothing" for name in idle]


def written_part(value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the elements of an output that a kernel wrote. Threads beyond a count leave the poison."""
    poisoned = np.isnan(value) if value.dtype.kind == "f" else value == poison((), str(value.dtype))
    return value[~poisoned]
