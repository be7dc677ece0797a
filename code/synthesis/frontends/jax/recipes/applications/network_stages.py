"""Stages of extended image models."""

from collections.abc import Callable
from typing import Any

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import key, weights, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "network_stages", margin=4)

_CONV = _BODIES["conv"]
_NORMED = _BODIES["normed"]
_EXCITED = _BODIES["excited"]
_STAGES = """
    {?0.5 {if x.ndim != 4:
        raise ValueError('expected images of shape (batch, height, width, channels)') ~
    if norm not in ('batch', 'layer', 'instance'):
        raise ValueError(f'unknown normalization <<norm>>')}}
    {x = ACT(conv(x, params['stem'], stride=stem_stride)) ~ x = conv(x, params['stem'], stride=stem_stride)}
    {features = <<>> ~ features = []}
    {block_index = 0 ~}
    for i, stage in enumerate(params['stages']):
        for j, block in enumerate(stage):
            {stride = 2 if i > 0 and j == 0 else 1 ~ stride = 1
            if j == 0 and i > 0:
                {?0.5 # {each stage but the first halves the image}}
                stride = 2}
            BODY
            {?0.5 if 'excite' in block:
                h = excite(block['excite'], h)}
            {if 'shortcut' in block:
                {?0.4 # {where size or width changes}}
                skip = conv(x, block['shortcut'], stride)
            else:
                skip = x ~ skip = conv(x, block['shortcut'], stride) if 'shortcut' in block else x}
            {?0.4 {if key is not None and drop_rate > 0.0:
                {?0.5 # {whole blocks are left out for some images}}
                block_key = jax.random.fold_in(key, 16 * i + j)
                kept = jax.random.bernoulli(block_key, 1.0 - drop_rate, (x.shape[0], 1, 1, 1))
                h = jnp.where(kept, h / (1.0 - drop_rate), 0.0)}}
            {x = ACT(skip + h) ~ x = skip + h ~ x = skip + (h * block['gamma'] if 'gamma' in block else h)}
        {if i in out_stages:
            STORE ~ STORE}
    {if pool:
        return jnp.mean(x, axis=(1, 2))
    return features ~
    if head is None:
        return features
    {pooled = jnp.mean(x, axis=(1, 2))
    return pooled @ head['kernel'] + head['bias'] ~ return jnp.mean(x, axis=(1, 2)) @ head['kernel'] + head['bias']} ~
    return features}
"""
_PRE_ACTIVATED_HEAD = _BODIES["pre_activated_head"]
_BLOCKS = (
    """
            h = conv(x, block['conv1'], stride)
            h = ACT(channel_norm(h, block['norm1'], norm))
            {h = channel_norm(conv(h, block['conv2']), block['norm2'], norm) ~
            h = conv(h, block['conv2'])
            h = channel_norm(h, block['norm2'], norm)}
    """,
    """
            {?0.4 # {pre-activation, as in version 2}}
            pre = ACT(channel_norm(x, block['norm0'], norm))
            h = conv(pre, block['conv1'], stride)
            h = conv(ACT(channel_norm(h, block['norm1'], norm)), block['conv2'])
    """,
    """
            {?0.4 # {per channel, then across channels}}
            h = conv(x, block['depthwise'], stride, groups=x.shape[-1])
            h = channel_norm(h, block['norm0'], norm)
            {h = ACT(h @ block['expand']) @ block['project'] ~ h = ACT(h @ block['expand'])
            h = h @ block['project']}
    """,
)


def _stage_lines(p: Program, kind: int) -> tuple[tuple[int, ...], str, bool]:
    """Return the lines, and whether features are in a list."""
    body = _BLOCKS[kind].strip("\n").rstrip(" ").rstrip("\n")
    counts = p.choices.choice(((1, 1), (2, 1), (1, 2), (1, 1, 1)))
    text = _STAGES.replace("            BODY", body)
    if kind == 1:
        # with normalization first, no activation follows, except before the last layer
        text = text.replace("{x = ACT(conv(x, params['stem'], stride=stem_stride)) ~ ", "{")
        text = text.replace("{x = ACT(skip + h) ~ ", "{")
        text = text.replace("conv(x, block['shortcut']", "conv(pre, block['shortcut']")
        text = text[: text.index("    {if pool:")] + _PRE_ACTIVATED_HEAD
    lines = p.choose(text)
    act = p.pick("jax.nn.relu", "jax.nn.gelu", "jax.nn.silu")
    lines = lines.replace("ACT", act).replace("block_index = 0\n", "")
    listed = "features = []" in lines
    store = "features.append(x)" if listed else p.pick("features[f'stage<<i + 1>>'] = x", "features[f'c<<i + 2>>'] = x")
    lines = lines.replace("STORE", store.replace("<<", "{").replace(">>", "}"))
    return counts, lines, listed


def _stage_weights(
    first: int,
    rows: int,
    side: int,
    kind: int,
    counts: tuple[int, ...],
    stem_stride: int,
    normal: Callable[[int], (Tree)],
    *,
    excited: bool,
    scaled: bool,
) -> tuple[list[Tree], list[Leaf], int | Any]:
    """Return the weights of all stages, their features, and the number of channels of the last one."""
    size = side // stem_stride
    stages: list[Tree] = []
    made: list[Leaf] = []
    before = first
    for place, count in enumerate(counts):
        width = first * 2**place
        blocks: list[Tree] = []
        for number in range(count):
            if place > 0 and number == 0:
                size = size // 2
            block: dict[str, Tree] = {}
            if kind == 0:
                block = {"conv1": weights(3, 3, before, width), "norm1": normal(width),
                         "conv2": weights(3, 3, width, width), "norm2": normal(width)}  # fmt: skip
            elif kind == 1:
                block = {"norm0": normal(before), "conv1": weights(3, 3, before, width), "norm1": normal(width),
                         "conv2": weights(3, 3, width, width)}  # fmt: skip
            else:
                block = {"depthwise": weights(3, 3, 1, before), "norm0": normal(before),
                         "expand": weights(before, 2 * width), "project": weights(2 * width, width)}  # fmt: skip
            if excited:
                block["excite"] = {"down": weights(width, width // 2), "up": weights(width // 2, width)}
            if scaled:
                block["gamma"] = Leaf((width,), 0.1, 1)
            if before != width:
                block["shortcut"] = weights(1, 1, before, width)
            blocks.append(block)
            before = width
        stages.append(blocks)
        made.append(Leaf((rows, size, size, width)))
    return stages, made, before


def _stage_result(
    p: Program, rows: int, counts: tuple[int, ...], lines: str, made: list[Leaf], before: int | Any, *, listed: bool
) -> tuple[list[int], bool, bool, int, Leaf | dict[str, Leaf] | list[Leaf]]:
    """Return the stages that are asked for, and the result."""
    picked = "if i in out_stages" in lines
    told = sorted(p.choices.shuffled(range(len(counts)))[: p.choices.integer(1, len(counts))])
    last = len(counts) - 1
    if picked and last not in told:
        told.append(last)  # all weights affect the last feature
    kept = [(place, leaf) for place, leaf in enumerate(made) if not picked or place in told]
    pooled = "if pool:" in lines and p.choices.chance(0.4)
    headed = "if head is None" in lines and p.choices.chance(0.5)
    classes = p.choices.choice((4, 10))
    features: Tree = [leaf for _, leaf in kept]
    if not listed:
        mark = ("stage", 1) if "stage{" in lines else ("c", 2)
        features = {f"{mark[0]}{place + mark[1]}": leaf for place, leaf in kept}
    result: Tree = features
    if pooled:
        result = Leaf((rows, before))
    elif headed:
        result = Leaf((rows, classes))
    return told, pooled, headed, classes, result


def _stages(p: Program) -> Text:
    """Draw stages of blocks of an image model, which returns the features of some stages."""
    rows, side, first = p.choices.choice((1, 2)), p.choices.choice((8, 16)), p.size(6, 8)
    kind = p.choices.integer(0, 2)
    counts, lines, listed = _stage_lines(p, kind)
    norm = p.pick("batch", "layer", "instance")
    if norm == "instance":  # instance normalization needs images with several pixels up to the end
        side = 16
    excited = "'excite' in block" in lines and p.choices.chance(0.6)
    scaled = "'gamma' in block" in lines and p.choices.chance(0.6)
    stem_stride = p.choices.choice((1, 2))

    def normal(width: int) -> Tree:
        kept = {"mean": Leaf((width,)), "var": Leaf((width,), 0.5, 1.5)} if norm == "batch" else {}
        return {"scale": Leaf((width,), 0.5, 1.5), "bias": Leaf((width,)), **kept}

    stages, made, before = _stage_weights(
        first, rows, side, kind, counts, stem_stride, normal, excited=excited, scaled=scaled
    )
    told, pooled, headed, classes, result = _stage_result(p, rows, counts, lines, made, before, listed=listed)
    window = p.choices.choice((3, 5))
    head: Tree = {
        **({"norm": normal(before)} if kind == 1 else {}), "kernel": weights(before, classes), "bias": weights(classes),
    }  # fmt: skip
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array({"stem": weights(window, window, 3, first), "stages": stages}, "weights by stage",
                            ("params", "weights")),
            "x": Array(Leaf((rows, side, side, 3)), "images of shape (batch, height, width, channels)", ("x",)),
            "head": Array(head if headed else Leaf((classes,)),
                          "parameters of the last layer", ("head",), float(not headed)),
            "key": Array(key(), "random key", ("key", "rng"), 0.5),
            "norm": Option("str", "normalization: batch, layer or instance", (f"'{norm}'",), ("norm", "norm_type")),
            "stem_stride": Option("int", "stride of the first convolution", (str(stem_stride),), ("stem_stride",)),
            "out_stages": Option("tuple[int, ...]", "stages whose features are returned", (repr(tuple(told)),),
                                 ("out_stages", "out_indices")),
            "drop_rate": Option("float", "drop path rate", ("0.1", "0.2"),
                                ("drop_path_rate", "drop_rate")),
            "pool": Option("bool", "whether to average over the image", ("False",), ("pool", "global_pool"),
                           str(pooled)),
        },
        result=(result,),
        helpers=(_CONV, _NORMED, _EXCITED),
        titles=("backbone", "extract_features", "image_encoder"),
        summary=p.pick("Applies stages of blocks to images", "Computes image features stage by stage"),
        returned="features" if not (pooled or headed) else "one row for each image",
    )  # fmt: skip


IMAGES: dict[str, Callable[[Program], Text]] = {"image_stages": _stages}
"""Maps each target to the function that draws it."""
