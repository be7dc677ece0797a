"""Layers of images: convolutions with normalization and a way around, patches, pooling."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import (
    activate,
    expect,
    guard,
    normalise,
    positive,
    remark,
    weights,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.grammar.lines import join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_NORMS = ("none", "channels", "instance", "running", "affine")
_FROM_BYTES = (
    "x = x.astype(DTYPE) / 255.0",
    "x = (x.astype(jnp.float32) / 127.5 - 1.0).astype(DTYPE)",
    "x = x.astype(DTYPE) * (1.0 / 255.0)",
)


def _draw_images(stream: Stream, target: str) -> KernelSpec:
    """A block of convolutions over a batch of images."""
    p = Program(stream)
    rows, side, into = p.size(1, 2, 4), p.size(8, 14, 16, 28, 32), p.size(1, 3, 4, 8)
    out = p.size(8, 16, 32)
    if side > 16 and not stream.real:  # at real sizes a twin is run
        rows, out = min(rows, 2), min(out, 16)
    residual = target == "residual_block"
    into = out if residual else into
    low = p.maybe(0.35)
    byte = p.choices.child("bytes").chance(0.35) and target != "residual_block"
    dtype = "bfloat16" if low else "float32"
    first = p.choices.chance(0.3)  # channels before the sides
    size = (
        p.size(4, 7)
        if target == "patch_embedding" and side % 7 == 0
        else p.size(4, 8)
        if target == "patch_embedding"
        else p.size(1, 3, 3, 5)
    )
    if target == "patch_embedding" and side % size:
        size = 7 if side % 7 == 0 else 4
    if residual:
        size = 3
    stride = size if target == "patch_embedding" else p.size(1, 1, 2) if target == "conv_block" else 1
    groups = into if target == "depthwise_block" else 1
    padding = (
        "VALID"
        if target == "patch_embedding"
        else p.pick("SAME", "SAME", "VALID")
        if target == "conv_block"
        else "SAME"
    )
    kernel = Leaf(
        (
            out if first else size,
            into // groups if first else size,
            size if first else into // groups,
            size if first else out,
        ),
        -0.2,
        0.2,
        dtype,
    )
    if groups > 1:
        wide = into * p.size(1, 2)
        if (
            wide == out == 16
        ):  # at real sizes they differ, and JAX prints an activation once for all arrays of one shape
            out = 32
        kernel = Leaf((wide, 1, size, size) if first else (size, size, 1, wide), -0.3, 0.3, dtype)
    channels = kernel.shape[0] if first else kernel.shape[3]
    second = Leaf((out, out, 3, 3) if first else (3, 3, out, out), -0.1, 0.1, dtype)
    point = weights(channels, out, dtype=dtype)
    forms = ("none", "channels", "channels") if target == "patch_embedding" else _NORMS
    norm = p.pick(*forms)
    biased = norm != "instance" and p.maybe(0.6)
    fields: list[tuple[str, Tree]] = [("kernel", kernel)]
    # A bias of a channel is gone where the mean over its sides is taken off.
    fields += [("bias", weights(channels, dtype=dtype))] if biased else []
    fields += [("kernel2", second)] if residual else [("pointwise", point)] if groups > 1 else []
    if p.choices.chance(0.4):
        tree: Tree = p.record("ConvParams", fields, "Filters of the block")
        at = {name: f"params.{name}" for name, _ in fields}
    else:
        tree, at = dict(fields), {name: f"params['{name}']" for name, _ in fields}
    p.tree("params", tree, "filters of the block", ("params", "weights"))
    shape = (rows, into, side, side) if first else (rows, side, side, into)
    p.tensor(
        "x",
        Leaf(shape, 0, 255, "uint8") if byte else Leaf(shape, -1, 1, dtype),
        f"images of shape {'(batch, channels, height, width)' if first else '(batch, height, width, channels)'}",
        ("x", "images", "inputs"),
    )
    p.tensor("scale", positive(out if groups > 1 else channels), "scale of each channel", ("scale", "gamma"))
    p.tensor("shift", weights(out if groups > 1 else channels), "offset of each channel", ("shift", "beta", "offset"))
    p.tensor(
        "running_mean", weights(out if groups > 1 else channels), "mean of each channel", ("running_mean", "mean_ema")
    )
    p.tensor(
        "running_var", positive(out if groups > 1 else channels), "variance of each channel", ("running_var", "var_ema")
    )
    p.number("eps", "1e-5", "small number that keeps the division safe")
    p.option("strides", None, "int", "distance of two windows", str(stride), ("stride", "strides"))
    p.option("padding", f"'{padding}'", "str", "what is beyond the edge", None, ("padding",))
    p.option(
        "pool",
        p.pick("None", "'max'"),
        "str | None",
        "how neighbours are brought together",
        p.pick("'max'", "'mean'", "None"),
        ("pool", "pooling"),
    )
    layout = p.pick("('NCHW', 'OIHW', 'NCHW')") if first else p.pick("('NHWC', 'HWIO', 'NHWC')")
    named = p.choices.chance(0.3)
    window = f"({stride}, {stride})" if p.choices.chance(0.5) or stride == 1 else "(strides, strides)"
    how = p.pick("padding", f"'{padding}'")
    grouped = f", feature_group_count={'x.shape[1]' if first else 'x.shape[-1]'}" if groups > 1 else ""
    wide = ", preferred_element_type=jnp.float32" if low else ""
    conv = p.pick("lax.conv_general_dilated", "jax.lax.conv_general_dilated")
    if byte:
        p.add(remark(p, "bytes to numbers", "from 0 to 255 to about unit size"))
        p.add(p.pick(*_FROM_BYTES).replace("DTYPE", f"jnp.{dtype}"))
    if named:
        p.add(f"dims = lax.conv_dimension_numbers(x.shape, {at['kernel']}.shape, {layout})")
    numbers = "dims" if named else layout
    axis = "1" if first else "-1"
    p.add(
        guard(p, "x.ndim != 4", "expected a batch of images, got {x.shape}", 0.35),
        expect(p, f"x.shape[{axis}] == {at['kernel']}.shape[{1 if first else 2}]") if groups == 1 else "",
    )
    p.add(f"h = {conv}(x, {at['kernel']}, {window}, {how}, dimension_numbers={numbers}{grouped}{wide})")
    new = side if padding == "SAME" else side - size + 1
    new = -(-new // stride) if padding == "SAME" else (side - size) // stride + 1
    spread = "VALUE[:, None, None]" if first else "VALUE"
    if biased and p.choices.chance(0.7):
        p.add(f"h = h + {spread.replace('VALUE', at['bias'])}")
    elif biased:
        p.add(f"h += {at['bias']}.reshape({'1, -1, 1, 1' if first else '1, 1, 1, -1'})")
    fixed = activate(p, "h")
    if groups > 1:
        p.add(f"h = {fixed}")
        p.add(
            p.pick(
                f"h = jnp.einsum('{'bchw,co->bohw' if first else 'bhwc,co->bhwo'}', h, {at['pointwise']}{wide})",
                f"h = jnp.tensordot(h, {at['pointwise']}, axes=(({axis},), (0,)))"
                if not first
                else f"h = jnp.einsum('bihw,io->bohw', h, {at['pointwise']}{wide})",
            )
        )
        channels = out
    p.add(_normed(p, norm, first, spread))
    p.add(remark(p, "two convolutions and a way around", "second convolution") if residual else "")
    if residual:
        p.add(
            f"h = {fixed}",
            f"h = {conv}(h{'.astype(x.dtype)' if low else ''}, {at['kernel2']}, (1, 1), 'SAME', "
            f"dimension_numbers={layout}{wide})",
            p.pick("h = h + x", "h = x + h"),
            p.pick(f"h = {fixed}", ""),
        )
    elif target != "patch_embedding" and (norm == "instance" or p.maybe(0.75)):
        p.add(f"h = {fixed}")
    flat = target == "patch_embedding"
    shape_out = (rows, channels, new, new) if first else (rows, new, new, channels)
    kind = "float32" if low and not residual else dtype
    if flat:
        merged = (
            "h.reshape(h.shape[0], h.shape[1], -1).transpose(0, 2, 1)"
            if first
            else p.pick("h.reshape(h.shape[0], -1, h.shape[-1])", "jnp.reshape(h, (h.shape[0], -1, h.shape[3]))")
        )
        p.add(remark(p, "patches as a sequence", "one row for each patch"), f"h = {merged}")
        shape_out = (rows, new * new, channels)
    elif not residual and p.maybe(0.3):
        sides = "(2, 3)" if first else "(1, 2)"
        p.add(remark(p, "one vector for each image", "global pooling"))
        p.add(p.pick(f"h = h.mean(axis={sides})", f"h = jnp.mean(h, axis={sides})", f"h = jnp.max(h, axis={sides})"))
        shape_out = (rows, channels)
    elif not residual and p.maybe(0.25) and new % 2 == 0:
        box = "(1, 1, 2, 2)" if first else "(1, 2, 2, 1)"
        p.add(
            p.pick(
                f"h = lax.reduce_window(h, -jnp.inf, lax.max, {box}, {box}, 'VALID')",
                f"h = lax.reduce_window(h, 0.0, lax.add, {box}, {box}, 'VALID') / 4.0",
            )
            if not low
            else f"h = lax.reduce_window(h.astype(jnp.float32), -jnp.inf, lax.max, {box}, {box}, 'VALID')"
        )
        kind = "float32"
        shape_out = tuple(
            each // 2 if each == new and place in ((2, 3) if first else (1, 2)) else each
            for place, each in enumerate(shape_out)
        )
    p.add("return h.astype(x.dtype)" if low else "return h")
    kind = "bfloat16" if low else kind
    p.gives(Leaf(shape_out, dtype=kind))
    titles = {
        "conv_block": ("conv_block", "conv_layer", "convolve"),
        "residual_block": ("residual_block", "resnet_block"),
        "depthwise_block": ("depthwise_separable_conv", "depthwise_block"),
        "patch_embedding": ("patch_embed", "patchify", "embed_patches"),
    }[target]
    return p.done(
        "layers",
        "image_block",
        target,
        titles,
        {
            "conv_block": "Convolution with normalization and an activation",
            "residual_block": "Two convolutions with a way around them",
            "depthwise_block": "Convolution of each channel, then a mix of channels",
            "patch_embedding": "Cuts images into patches and embeds them",
        }[target],
        "features of the images",
    )


def _normed(p: Program, form: str, first: bool, spread: str) -> str:
    """Normalization over channels, over sides, or by running statistics; nothing in some blocks."""
    scale, shift = spread.replace("VALUE", "scale"), spread.replace("VALUE", "shift")
    match form:
        case "channels":
            kind = p.pick("layer", "rms")
            offset = p.pick("", shift) if kind == "layer" else ""
            return normalise(p, "h", "h", scale, offset, kind, "1" if first else "-1")
        case "instance":
            return normalise(p, "h", "h", scale, p.pick("", shift), "layer", "(2, 3)" if first else "(1, 2)")
        case "running":
            mean, var = spread.replace("VALUE", "running_mean"), spread.replace("VALUE", "running_var")
            return join(
                p.pick(f"h = (h - {mean}) / jnp.sqrt({var} + eps)", f"h = (h - {mean}) * jax.lax.rsqrt({var} + eps)"),
                p.pick(f"h = h * {scale} + {shift}", f"h = {scale} * h + {shift}"),
            )
        case "affine":
            return p.pick(f"h = h * {scale} + {shift}", f"h = {scale} * h + {shift}")
        case _:
            return ""


RECIPES = (
    Recipe(
        name="image_block",
        category="layers",
        targets=("conv_block", "residual_block", "depthwise_block", "patch_embedding"),
        draw=_draw_images,
    ),
)
