"""Every level of every front end is made, the same each time, and is run where it says that it can be."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from synthesis import KernelGenerator, KernelSpec, Pair, SynthesisPipeline, get_frontend
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.frontends.base import Frontend, Level
from synthesis.frontends.registry import frontend_names, levels_of

NAMES = frontend_names()
CATEGORIES = {"warp": ("math", "vector"), "jax": ("math", "reduction"), "triton": ("elementwise", "reduction")}
# A function that calls a Pallas kernel; nothing that is drawn does.
PALLAS = """
import jax
import jax.numpy as jnp
from jax.experimental import pallas as pl
from jax.experimental.pallas import triton


def doubled(x_ref, o_ref):
    o_ref[...] = x_ref[...] * 2.0


def twice(x):
    block = pl.BlockSpec((64, 128), lambda i: (i, 0))
    params = triton.CompilerParams(num_warps=4) if jax.sharding.get_abstract_mesh().abstract_device else None
    shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
    call = pl.pallas_call(
        doubled, out_shape=shape, grid=(4,), in_specs=[block], out_specs=block, compiler_params=params
    )
    return call(x)
"""


def made(frontend: Frontend, level: Level, specs: Sequence[KernelSpec], verify: str) -> list[Pair]:
    device = next(each for each in frontend.compiler.devices if level.exists_for(each))
    pipeline = SynthesisPipeline(frontend, level=[level.name], device=device, verify=verify)
    return [pair for pair in map(pipeline.create_pair, specs) if isinstance(pair, Pair) and pair.texts[level.name]]


@pytest.mark.parametrize("name", NAMES)
def test_levels_are_known_without_the_tool(name: str) -> None:
    assert levels_of(name) == get_frontend(name).compiler.levels
    assert all(level.made_by and level.language.suffix for level in levels_of(name))


@pytest.mark.filterwarnings("ignore:The Pallas Triton backend is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("name", "level"), [(name, level) for name in NAMES for level in levels_of(name)], ids=lambda each: str(each)[:40]
)
def test_a_level_is_made_and_run(name: str, level: Level) -> None:
    frontend = get_frontend(name)
    generator = KernelGenerator(frontend, seed=2)
    categories = CATEGORIES[name]
    specs = [generator.generate(category, 0) for category in categories]
    if level.made_by in ("mosaic", "triton"):
        specs = [pallas_spec(specs[0])]
    first = made(frontend, level, specs, "none")
    assert first, f"no text of {level.name}"
    runs = bool(level.run_by) and frontend.prover is not None
    again = made(frontend, level, specs, "all" if runs else "none")
    if level.name.removeprefix("vjp_").removeprefix("jvp_") not in ("optimized_hlo", "llvm_ir"):
        assert [pair.texts for pair in first] == [pair.texts for pair in again]
    if runs:
        assert all(pair.verdict.verified == (level.name,) for pair in again)


def pallas_spec(like: KernelSpec) -> KernelSpec:
    argument = Argument(
        name="x", type_name="f32[256,128]", dtype="float32", shape=(256, 128), domain=Domain(low=-1.0, high=1.0)
    )
    signature = Signature(
        arguments=(argument,), results=(replace(argument, name="result"),), options=like.signature.options
    )
    return replace(like, name="twice", source=PALLAS, signature=signature)
