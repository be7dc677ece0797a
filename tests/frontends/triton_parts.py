"""Kernels and texts for the tests of the Triton front end."""

from collections.abc import Sequence

from synthesis import Rejection, get_frontend
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Lowered, Recipe

FRONTEND = get_frontend("triton")
COMPILER = FRONTEND.compiler
RECIPES = {each.name: each for each in FRONTEND.drawer.recipes}

SOURCE = """import triton
import triton.language as tl


@triton.jit(noinline=True)
def gain(x, by):
    if x > 0:
        return x * by
    else:
        return by


@triton.jit
def scaled(x, by):
    return tl.where(x > 0, x * by, by)


@triton.jit
def scale_kernel(x_ptr, out_ptr, n, scale, BLOCK: tl.constexpr):
    offs = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offs < n
    x = tl.load(x_ptr + offs, mask=mask, other=0.0)
    total = tl.sum(tl.exp(x), axis=0)
    for i in range(0, n, 4):
        total += i
    tl.store(out_ptr + offs, scaled(x, gain(scale, 2.0)) / total, mask=mask)
"""


def pointer(name: str, short: str = "fp32", dtype: str = "float32", role: Role = Role.INPUT) -> Argument:
    return Argument(name=name, type_name=f"*{short}", dtype=dtype, shape=(100,), role=role)


def spec_of(source: str = SOURCE, name: str = "scale_kernel") -> KernelSpec:
    arguments = (
        pointer("x_ptr"),
        pointer("out_ptr", role=Role.OUTPUT),
        Argument(name="n", type_name="i32", dtype="int32"),
        Argument(name="scale", type_name="fp32", dtype="float32"),
    )
    options = {"num_warps": 2, "divisible_by_16": ["x_ptr"]}
    signature = Signature(arguments=arguments, launch=(2,), call={"constants": {"BLOCK": 64}}, options=options)
    return KernelSpec(frontend="triton", name=name, category="tests", source=source, signature=signature)


def drawn(recipe: str, number: int = 0) -> KernelSpec:
    """A kernel of a recipe."""
    found: Recipe = RECIPES[recipe]
    stream = Stream(recipe, number, difficulty=found.difficulties[number % len(found.difficulties)])
    return found.draw(stream, found.targets[number % len(found.targets)])


def lower(spec: KernelSpec, levels: Sequence[str] | None = None, device: str = "cuda:90") -> Lowered | Rejection:
    """The texts of a record's kernel."""
    kernel = FRONTEND.load_one(spec)
    assert not isinstance(kernel, Rejection), kernel
    (result,) = COMPILER.lower([kernel], FRONTEND.choose_levels(levels, device), device=device)
    COMPILER.release([kernel])
    return result


def texts_of(spec: KernelSpec, levels: Sequence[str] | None = None, device: str = "cuda:90") -> dict[str, str]:
    """The texts of a record's kernel, all of which must exist."""
    result = lower(spec, levels, device)
    assert isinstance(result, Lowered), result
    assert not result.rejections, result.rejections
    return {name: text for name, text in result.texts.items() if text is not None}
