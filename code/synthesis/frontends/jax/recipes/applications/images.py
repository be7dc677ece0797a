"""Layers of images: convolutions with normalization and skip connections, patches, pooling."""

from collections.abc import Callable, Mapping

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.image_blocks import Block
from synthesis.frontends.jax.recipes.applications.network_stages import IMAGES
from synthesis.frontends.jax.recipes.applications.parts import positive, weights
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "images", margin=4)
_SQUARE = """
    {?0.4 if x.ndim != 4:
        raise ValueError(f'expected images of shape ORDER, got <<x.shape>>')}
"""


_PAD_BY_HAND = _BODIES["pad_by_hand"]
_STANDARDIZED = _BODIES["standardized"]
_OF_THE_BATCH = """
    if training:
        mean, var = h.mean(axis=BATCHED), h.var(axis=BATCHED)
        {?0.4 # {what inference will use ~ follows the batches slowly}}
        new_stats = <<
            'mean': momentum * stats['mean'] + (1.0 - momentum) * mean,
            'var': momentum * stats['var'] + (1.0 - momentum) * var,
        >>
    else:
        mean, var = stats['mean'], stats['var']
        new_stats = stats
    {h = (h - meanTO_SIDES) * jax.lax.rsqrt(varTO_SIDES + eps) ~ h = (h - meanTO_SIDES) / jnp.sqrt(varTO_SIDES + eps)}
    h = h * params['scale']TO_SIDES + params['bias']TO_SIDES
"""
_SHRINK = _BODIES["shrink"]


def _draw_conv(p: Program) -> None:
    """Draw one convolution with a normalization and more."""
    b = Block(p, residual=False)
    b.recorded = p.choices.chance(0.4)
    into, out, size = p.size(1, 3, 4, 8), p.size(8, 16, 32), p.size(1, 3, 3, 5)
    norm = p.pick("none", "training", "group", "instance", "channel")
    # A batch of one image has no batch statistics.
    norm = "group" if norm == "training" and b.rows == 1 else norm
    groups = p.size(1, 1, 2) if into in (4, 8) else 1
    stride = p.size(1, 1, 2)
    by_hand = size > 1 and p.maybe(0.3)
    padding = p.pick("SAME", "reflect", "wrap") if by_hand else p.pick("SAME", "SAME", "VALID")
    # Normalized over a single image, a constant subtracted from all pixels has no effect.
    norm = "group" if norm == "instance" and b.byte and padding != "SAME" else norm
    standard = size > 1 and not b.low and norm in ("group", "training") and p.maybe(0.2)
    b.tree["kernel"] = b.layout.filters(size, into // groups, out, b.dtype)
    b.tree |= {"bias": weights(out)} if norm == "none" else {"scale": positive(out), "bias": weights(out)}
    b.declare_params("filters of the layer, and what its channels are scaled by", "ConvParams")
    b.declare_images(into)
    b.functions()
    p.tree("stats", {"mean": weights(out), "var": positive(out)}, "running statistics", ("stats", "batch_stats"))
    p.option("training", "True", "bool", "whether to use the statistics of the batch", "True", ("training", "train"))
    p.number("momentum", p.pick("0.9", "0.99"), "decay of the running statistics")
    p.number("eps", "1e-5", "small number that keeps the division safe")
    p.option("stride", "1", "int", "stride of the windows", str(stride), ("stride",))
    p.option("groups", "1", "int", "number of channel groups", str(groups), ("groups", "feature_group_count"))
    p.option("padding", "'SAME'", "str", "padding", f"'{padding}'", ("padding",))
    pool = p.pick("'max'", "'mean'")
    p.option("pool", "None", "str | None", "pooling operation", pool, ("pool", "pooling"))
    value = "x.astype(params['kernel'].dtype)" if b.low and b.byte else "x"
    kernel = "kernel" if standard else "params['kernel']"
    more = f"{', feature_group_count=groups' if groups > 1 else ''}{b.wide}"
    b.write(_SQUARE, b.floats(), _STANDARDIZED if standard else "", _PAD_BY_HAND if by_hand else "")
    b.write(f"h = jax.lax.conv_general_dilated({value}, {kernel}, (stride, stride), padding, "
            f"dimension_numbers=LAYOUT{more})")  # fmt: skip
    if norm == "none":
        b.write("{h = h + params['bias']TO_SIDES ~ h += params['bias']TO_SIDES}")
    else:
        b.write(_OF_THE_BATCH if norm == "training" else f"h = {b.norm(norm, 'params', 'h')}")
    b.write(f"h = {b.activated('h')}")
    new = -(-b.side // stride) if padding != "VALID" else (b.side - size) // stride + 1
    if p.maybe(0.25):
        b.write(_SHRINK)
        new //= 2
    made = b.result(new, out)
    if norm == "training":
        p.add(f"return {b.ended}, new_stats")
        p.set_results(made, {"mean": Leaf((out,)), "var": Leaf((out,))})
    else:
        p.add(f"return {b.ended}")
        p.set_results(made)


_SHORTCUT = _BODIES["shortcut"]
_CHECK_WAY = """
    {?0.35 if 'proj' not in params and (stride > 1 or x.shape[CHANNEL] != OUT):
        raise ValueError(f'a block that changes <<x.shape>> takes a projection')}
"""
_RESNET = {
    "basic": """
        {?0.5 # {two convolutions and a way around}}
        h = ACT(NORM1(conv(x, params['conv1'], stride)))
        h = NORM2(conv(h, params['conv2']))
    """,
    "bottleneck": _BODIES["bottleneck"],
    "before": _BODIES["before"],
}


def _draw_residual(p: Program) -> None:
    """Draw convolutions with a skip connection."""
    b = Block(p, residual=True)
    form = p.pick(*_RESNET)
    into, stride = p.size(8, 16, 32), p.size(1, 2)
    changed = stride == 2 or p.choices.chance(0.3)
    out = into * 2 if changed else into
    middle = into // 2 if form == "bottleneck" else out
    norm = p.pick("group", "channel", "batch", "batch")
    sizes = {"bottleneck": ((1, into, middle), (3, middle, middle), (1, middle, out))}.get(
        form, ((3, into, out), (3, out, out))
    )
    for place, each in enumerate(sizes, start=1):
        b.tree[f"conv{place}"] = b.layout.filters(*each, b.dtype)
        b.tree[f"norm{place}"] = b.normal(norm, each[1] if form == "before" else each[2])
    if changed:
        b.tree["proj"] = b.layout.filters(1, into, out, b.dtype)
        if form != "before":
            b.tree["norm_proj"] = b.normal(norm, out)
    gated = p.maybe(0.2)
    if gated:
        b.tree["gate"] = b.excite(out)
    p.tree("params", dict(b.tree), "filters and normalizations of the block", ("params", "block"))
    b.declare_images(into)
    b.functions()
    p.option("stride", "1", "int", "stride of the block", str(stride), ("stride",))
    b.write(_SQUARE)
    text = _RESNET[form]
    for place in range(1, len(sizes) + 1):
        text = b.around(text, f"NORM{place}", lambda value, at=f"params['norm{place}']": b.norm(norm, at, value))
    b.write(b.around(text, "ACT", b.activated))
    b.write("h = squeeze_excite(params['gate'], h)" if gated else "", b.dropout())
    if form == "before":
        b.write("h = {shortcut + h ~ h + shortcut}")
    else:
        normed = b.norm(norm, "params['norm_proj']", "conv(x, params['proj'], stride)")
        b.write(_SHORTCUT.replace("NORMED", normed), f"h = {b.activated(p.pick('shortcut + h', 'h + shortcut'))}")
    p.add(f"return {b.ended}")
    p.set_results(b.result(-(-b.side // stride), out))


_SEPARABLE = {
    "separable": _BODIES["separable"],
    "inverted": """
        {?0.6 # {wide inside, narrow outside ~ expand, filter, project}}
        h = ACT(NORM1(conv(FLOATS, params['expand'])))
        h = conv(h, params['depthwise'], stride, groups=h.shape[CHANNEL])
        h = ACT(NORM2(h))
        GATE
        {?0.4 # no activation after the projection}
        h = NORM3(conv(h, params['project']))
        DROP
        {if h.shape == x.shape: ~ if stride == 1 and x.shape[CHANNEL] == h.shape[CHANNEL]:}
            {?0.4 # residual connection where sizes agree}
            {h = x + h ~ h = h + x}
    """,
    "large": """
        {?0.6 # {large depthwise kernel, then a pointwise MLP}}
        h = conv(FLOATS, params['depthwise'], groups=FLOATS.shape[CHANNEL])
        h = NORM1(h)
        {h = ACT(conv(h, params['expand'])) ~ h = conv(h, params['expand'])
        h = ACT(h)}
        h = conv(h, params['project'])
        if 'layer_scale' in params:
            # {begin close to the identity ~ one weight for each channel of the branch}
            h = h * params['layer_scale']TO_SIDES
        DROP
        {h = x + h ~ h = h + x}
    """,
}


def _draw_depthwise(p: Program) -> None:
    """Draw depthwise convolutions and channel mixes."""
    b = Block(p, residual=False)
    form = p.pick(*_SEPARABLE)
    b.byte = False  # pixels are normalized at the start of a model, not in its blocks
    into, stride = p.size(8, 16, 32), p.size(1, 2) if form != "large" else 1
    size, norm = p.size(3, 3, 5), p.pick("group", "channel", "batch", "batch") if form != "large" else "channel"
    norm = "batch" if norm == "group" and into < 8 else norm
    out = p.size(24, 48) if form == "separable" or stride == 2 else into
    wide = into * p.size(2, 4)
    gated = form == "inverted" and p.maybe(0.25)
    filters = b.layout.filters
    if form == "separable":
        b.tree |= {"depthwise": filters(size, 1, into, b.dtype), "norm1": b.normal(norm, into)}
        b.tree |= {"pointwise": filters(1, into, out, b.dtype), "norm2": b.normal(norm, out)}
    elif form == "inverted":
        b.tree |= {"expand": filters(1, into, wide, b.dtype), "norm1": b.normal(norm, wide)}
        b.tree |= {"depthwise": filters(size, 1, wide, b.dtype), "norm2": b.normal(norm, wide)}
        b.tree |= {"project": filters(1, wide, out, b.dtype), "norm3": b.normal(norm, out)}
        b.tree |= {"gate": b.excite(wide)} if gated else {}
    else:
        b.tree |= {"depthwise": filters(7, 1, into, b.dtype), "norm1": b.normal(norm, into)}
        b.tree |= {"expand": filters(1, into, wide, b.dtype), "project": filters(1, wide, into, b.dtype)}
        b.tree |= {"layer_scale": weights(into)} if p.choices.chance(0.7) else {}
    p.tree("params", dict(b.tree), "filters and normalizations of the block", ("params", "block"))
    b.declare_images(into)
    b.functions(grouped=True)
    p.option("stride", "1", "int", "stride of the block", str(stride), ("stride",))
    drop = b.dropout() if form != "separable" else ""
    text = _SEPARABLE[form].replace(
        "        GATE\n", "        h = squeeze_excite(params['gate'], h)\n" if gated else ""
    )
    before, _, after = text.partition("        DROP\n")
    b.write(_SQUARE, b.floats())
    for part in (before, drop, after):
        for place in (1, 2, 3):
            at = f"params['norm{place}']"
            part = b.around(part, f"NORM{place}", lambda value, at=at: b.norm(norm, at, value))
        b.write(b.around(part, "ACT", b.activated).replace("FLOATS", "x"))
    p.add(f"return {b.ended}")
    p.set_results(b.result(-(-b.side // stride), out))


_CUT = _BODIES["cut"]
_PATCHES = {
    True: _BODIES["patches.patches"],
    False: _BODIES["patches.patches_2"],
}
_CONV_PATCHES = '''
    def conv_patches(x: Array, kernel: Array, patch: int) -> Array:
        {? """A convolution whose windows do not overlap."""}
        return jax.lax.conv_general_dilated(x, kernel, (patch, patch), 'VALID', dimension_numbers=LAYOUTMORE)
'''
_POSITIONS = """
    {?0.6 if params['pos'].shape[0] != h.shape[1]:
        raise ValueError(f'expected as many positions as patches, got <<h.shape[1]>> patches')}
    {h = h + params['pos'] ~ h += params['pos']}
"""
_CLASS_VECTOR = _BODIES["class_vector"]


def _draw_patches(p: Program) -> None:
    """Draw the patches of images, each as a vector."""
    b = Block(p, residual=False)
    into, out = p.size(1, 3, 4), p.size(16, 32)
    patch = 7 if b.side % 7 == 0 else 4 if b.side % 8 else p.size(4, 8)
    count = (b.side // patch) ** 2
    normed, placed = p.maybe(0.3), p.maybe(0.6)
    first = placed and p.maybe(0.35)
    b.tree |= {"kernel": b.layout.filters(patch, into, out, b.dtype), "bias": weights(out)}
    b.tree |= {"scale": positive(out), "shift": weights(out)} if normed else {}
    b.tree |= {"cls": weights(out)} if first else {}
    b.tree |= {"pos": weights(count + first, out)} if placed else {}
    p.tree("params", dict(b.tree), "filters of the patches, and what is added to them", ("params", "weights"))
    b.declare_images(into)
    text = _CONV_PATCHES.replace("LAYOUTMORE", b.layout.placeholders["LAYOUT"] + b.wide)
    p.function(b.layout.written(text))
    p.option("patch", None, "int", "side length of a patch", str(patch), ("patch_size", "patch"))
    sides = ("x.shape[2]", "x.shape[3]") if b.layout.first else ("x.shape[1]", "x.shape[2]")
    value = "x.astype(params['kernel'].dtype)" if b.low and b.byte else "x"
    b.write(_CUT.replace("HEIGHT", sides[0]).replace("WIDTH", sides[1]), b.floats())
    b.write(_PATCHES[b.layout.first].replace("VALUE", value).replace("WIDE)", f"{b.wide})"))
    b.write("{h = h + params['bias'] ~ h += params['bias']}")
    b.write("h = layer_norm(h, params['scale'], params['shift'])" if normed else "")
    b.write(_CLASS_VECTOR if first else "", _POSITIONS if placed else "")
    p.add(f"return {b.ended}")
    p.set_results(Leaf((b.rows, count + first, out), dtype="bfloat16" if b.low and not b.byte else "float32"))


_DRAWN: Mapping[str, Callable[[Program], None]] = {
    "conv_block": _draw_conv, "residual_block": _draw_residual, "depthwise_block": _draw_depthwise,
    "patch_embedding": _draw_patches,
}  # fmt: skip
_TITLES = {
    "conv_block": ("conv_block", "conv_layer", "conv_norm_act"),
    "residual_block": ("residual_block", "resnet_block"),
    "depthwise_block": ("depthwise_block", "mobile_block"),
    "patch_embedding": ("patch_embed", "patchify", "embed_patches"),
}
_SUMMARIES = {
    "conv_block": "Convolution, normalization and an activation",
    "residual_block": "Applies convolutions with a residual shortcut",
    "depthwise_block": "Applies a depthwise separable convolution",
    "patch_embedding": "Splits images into patches and embeds them",
}


def _draw_images(stream: Stream, target: str) -> KernelSpec:
    """Draw a block of convolutions over a batch of images."""
    p = Program(stream)
    _DRAWN[target](p)
    returned = "one vector for each patch" if target == "patch_embedding" else "features of the images"
    return p.done("layers", "image_block", target, _TITLES[target], _SUMMARIES[target], returned)


RECIPES = (
    with_texts(
        Recipe(name="image_block", category="layers", targets=tuple(_DRAWN), draw=_draw_images),
        IMAGES,
        weight=3.0,
    ),
)
