"""Extended network layers: attention with several masks, graph networks, stages of image models."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import key, truth, weights, whole, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "networks", margin=4)

_SEEN = _BODIES["seen"]
_DROPPED = _BODIES["dropped"]
_SLOPES = _BODIES["slopes"]
_ATTENDED = _BODIES["attended"]


def _cut_sinks(lines: str) -> tuple[bool, bool, str]:
    """Return lines that agree on whether attention has sinks, whether it has, and whether they are cut off."""
    # Only with sinks, the probabilities have one more column, which is cut off.
    ended = "sinks is not None" in lines
    cut = "if probs.shape[-1] != k_len" in lines
    if ended and not cut:
        lines = lines.replace(
            "out = jnp.einsum('bhqk,bkhd->bqhd', probs, v)",
            "out = jnp.einsum('bhqk,bkhd->bqhd', probs[..., :k_len], v)",
        )
    elif cut and not ended:
        lines = lines.replace("if probs.shape[-1] != k_len:\n    probs = probs[..., :k_len]\n", "")
    return ended, cut, lines


def _attended(p: Program) -> Text:
    """Draw multi-head attention with masks by position, length and document."""
    batch, length, heads, depth = p.choices.choice((1, 2)), p.size(12, 16), p.choices.choice((2, 4)), p.size(8, 16)
    lines = p.choose(_ATTENDED).replace("LOWEST", p.pick("-1e9", "-1e30", "jnp.finfo(logits.dtype).min"))
    ended, cut, lines = _cut_sinks(lines)
    queries = p.choices.choice((length, length, length // 2))
    shared = p.choices.chance(0.5) and "repeat" in lines
    kv = heads // 2 if shared else heads
    q, k = Leaf((batch, queries, heads, depth), -2, 2), Leaf((batch, length, kv, depth), -2, 2)
    told = p.choices.chance(0.5)
    width = heads * depth
    projected, wide = "out @ out_kernel" in lines and p.choices.chance(0.6), p.size(16, 24)
    out = Leaf((batch, queries, wide if projected else width))
    result: tuple[Tree, ...] = (out,)
    if "not return_weights" in lines and told:
        keys = length + (1 if ended and not cut else 0)
        shape = (batch, queries, keys) if "jnp.mean(probs, axis=1)" in lines else (batch, heads, queries, keys)
        result = (out, Leaf(shape))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "q": Array(q, "queries of shape (batch, queries, heads, depth)", ("q", "query", "queries")),
            "k": Array(k, "keys of shape (batch, keys, heads, depth)", ("k", "key", "keys")),
            "v": Array(k, "value of each key", ("v", "value", "values")),
            "bias": Array(Leaf((heads, queries, length)), "bias added to the scores", ("bias", "attn_bias"), 0.3),
            "key_lengths": Array(Leaf((batch,), length - 3, length, "int32"), "mask of valid keys",
                                 ("key_lengths", "kv_lengths"), 0.4),
            "segments": Array(Leaf((batch, length), 0, 1, "int32"), "segment id of each key",
                              ("segment_ids", "segments"), 0.5),
            "sinks": Array(Leaf((heads,)), "logit of the attention sink of each head", ("sinks", "sink_logits"), 0.3),
            "gate": Array(Leaf((heads,) if "gate[:, None]" in lines else (batch, queries, heads), -2, 2),
                          "gate of each head", ("gate", "head_gate"), 0.3),
            "norm_scales": Array((Leaf((depth,), 0.5, 1.5), Leaf((depth,), 0.5, 1.5)), "scale of queries and keys",
                                 ("qk_scales", "norm_scales")),
            "out_kernel": Array(weights(width, wide), "weights of the output projection", ("out_kernel", "w_out"),
                                float(not projected)),
            "key": Array(key(), "random key", ("rng", "dropout_key"), 0.5),
            "scale": Option("float | None", "scale of the scores", ("None", "0.125", "0.25"), ("scale", "sm_scale")),
            "softcap": Option("float | None", "soft limit of the scores", ("None", "30.0", "50.0"),
                              ("softcap", "logit_cap")),
            "causal": Option("bool", "whether positions attend only to earlier ones", ("True", "False"),
                             ("causal", "is_causal")),
            "window": Option("int | None", "largest distance of a position that is attended to", ("None", "4", "8"),
                             ("window", "window_size")),
            "linear_bias": Option("bool", "whether to add a linear distance bias", ("True", "False"),
                                  ("linear_bias", "use_alibi")),
            "drop_rate": Option("float", "dropout rate", ("0.1", "0.2"), ("dropout_rate", "rate")),
            "return_weights": Option("bool", "whether to return the attention weights as well", ("False",),
                                     ("return_weights", "output_attentions"), str(told)),
        },
        result=result,
        helpers=(_SEEN, _DROPPED, _SLOPES),
        titles=("dot_product_attention", "attend", "masked_attention", "attention"),
        summary=p.pick("Computes attention with several kinds of masks",
                       "Computes scaled dot-product attention of many heads"),
        returned="attended values" + (", and the attention weights" if len(result) > 1 else ""),
    )  # fmt: skip


_MLP = _BODIES["mlp"]
_POOLED = '''
    def pool(x: Array, index: Array, count: int, how: str) -> Array:
        {?0.5 """{Brings rows of one index together ~ Sum, mean or largest of the rows of each index}."""}
        {if how == 'max':
            largest = jax.ops.segment_max(x, index, num_segments=count)
            return jnp.where(jnp.isfinite(largest), largest, 0.0)
        total = jax.ops.segment_sum(x, index, num_segments=count)
        if how == 'sum':
            return total
        size = jax.ops.segment_sum(jnp.ones(index.shape, x.dtype), index, num_segments=count)
        return total / jnp.maximum(size, 1.0)[:, None] ~
        total = jnp.zeros((count, x.shape[-1]), x.dtype).at[index].add(x)
        if how == 'mean':
            size = jnp.zeros(count, x.dtype).at[index].add(1.0)
            total = total / jnp.maximum(size, 1.0)[:, None]
        elif how != 'sum':
            raise ValueError(f'unknown pooling <<how>>')
        return total}
'''
_NETWORK = _BODIES["network"]


def _with_jumps(lines: str) -> tuple[bool, str]:
    """Return the lines with the features of the last layer, and whether they are those of all rounds."""
    jumps = "states = [nodes]" in lines
    keep, features = ("states.append(nodes)", "features = jnp.concatenate(states, axis=-1)") if jumps else (
        "", "features = nodes")  # fmt: skip
    masked = "if node_mask is not None" in lines
    if jumps and masked:
        features = "states[-1] = nodes\n" + features
    lines = lines.replace("    KEEP\n", f"    {keep}\n" if keep else "").replace("FEATURES", features)
    if not jumps:
        lines = (
            lines.replace("features = nodes\n", "").replace("features,", "nodes,").replace(", features)", ", nodes)")
        )
        lines = lines.replace("features = jnp.concatenate(", "nodes = jnp.concatenate(")
    return jumps, lines


def _graph(count: int, edges: int, into: int, graphs: int, *, linked: bool, pooled: bool) -> dict[str, Tree]:
    """Return the arrays of a graph."""
    graph: dict[str, Tree] = {
        "nodes": Leaf((count, into), -2, 2),
        "senders": whole(edges, below=count), "receivers": whole(edges, below=count),
        **({"edges": Leaf((edges, 3), -2, 2)} if linked else {}),
        **({"graph_ids": whole(count, below=graphs)} if pooled else {}),
    }  # fmt: skip
    return graph


def _network(p: Program) -> Text:
    """Draw a graph network: rounds of message passing between a first and a last layer."""
    count, edges, into, width = p.size(24, 32), p.size(48, 64), p.size(5, 8), p.size(12, 16)
    out, rounds, graphs = p.choices.choice((1, 3, 6)), p.choices.choice((1, 2, 2, 3)), p.choices.choice((3, 4))
    lines = p.choose(_NETWORK).replace("**layer['norm']", "layer['norm']['scale'], layer['norm']['bias']")
    jumps, lines = _with_jumps(lines)
    act = p.pick("jax.nn.relu", "jax.nn.silu", "jax.nn.gelu", "jnp.tanh")
    deep = p.choices.chance(0.5)

    def layers(first: int, last: int) -> Tree:
        sizes = [first, width, last] if deep else [first, last]
        return [{"w": weights(a, b), "b": weights(b)} for a, b in pairwise(sizes)]

    linked = p.choices.chance(0.6)
    pooled = p.choices.chance(0.6)
    gated = "'gate' in layer" in lines and p.choices.chance(0.6)
    normed = "'norm' in layer" in lines and p.choices.chance(0.7)
    each: dict[str, Tree] = {
        "message": layers((3 if linked else 2) * width, width), "update": layers(2 * width, width),
        **({"gate": weights(width, 1)} if gated else {}),
        **({"norm": {"scale": Leaf((width,), 0.5, 1.5), "bias": Leaf((width,))}} if normed else {}),
    }  # fmt: skip
    readouts = p.choices.choice((("mean",), ("sum",), ("sum", "max"), ("mean", "max"))) if pooled else ("mean",)
    aggregate = p.pick("sum", "mean", "max")
    known = p.choices.chance(0.5)
    helper = _pool_of(maximum=aggregate == "max" or "max" in readouts or known)
    many = width * (rounds + 1 if jumps else 1)
    params: dict[str, Tree] = {
        "encoder": layers(into, width), "rounds": [each] * rounds,
        "decoder": layers(many * (len(readouts) if pooled else 1), out),
        **({"edge_encoder": layers(3, width)} if linked else {}),
    }  # fmt: skip
    graph = _graph(count, edges, into, graphs, linked=linked, pooled=pooled)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(params, "weights of the network", ("params", "weights")),
            "graph": Array(graph, "nodes, edges, senders and receivers", ("graph", "batch")),
            "edge_mask": Array(truth(edges), "mask of existing edges", ("edge_mask",), 0.4),
            "node_mask": Array(truth(count), "mask of existing nodes", ("node_mask",), 0.4),
            "num_graphs": Option("int | None" if "num_graphs is" in lines or not pooled else "int",
                                 "number of graphs in the batch", (str(graphs) if pooled else "None",), ("num_graphs",
                                                                                                         )),
            "readouts": Option("tuple[str, ...]", "aggregation of the nodes",
                               (repr(readouts),), ("readouts", "graph_pools")),
            "aggregate": Option("str", "aggregation of the messages", (f"'{aggregate}'",),
                                ("aggregate", "reduce")),
            "residual": Option("bool", "whether to add a residual connection", ("True", "False"), ("residual",)),
            "both_ways": Option("bool", "whether to send messages in both directions", ("False", "True"),
                                ("both_ways", "bidirectional")),
            "update_edges": Option("bool", "whether to update the edges", ("True", "False"), ("update_edges",)),
        },
        result=(Leaf((graphs if pooled else count, out)),),
        helpers=(_MLP.replace("ACT", act), helper),
        titles=("graph_network", "message_passing_network", "apply_gnn"),
        summary=p.pick("Performs rounds of message passing on graphs", "Applies a graph neural network"),
        returned="one row for each " + ("graph" if pooled else "node"),
    )  # fmt: skip


def _pool_of(*, maximum: bool) -> str:
    """Return the template of the pooling function; ``maximum`` is whether maximum pooling is one of its cases."""
    whole_text, _, second = _POOLED.partition(" ~\n        total = jnp.zeros")
    head, _, first = whole_text.partition("        {if how == 'max':")
    if maximum:
        return f"{head}        if how == 'max':{first}\n"
    return f"{head}        total = jnp.zeros{second.replace('return total}', 'return total')}"


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


ATTENTION: dict[str, Callable[[Program], Text]] = {"masked_attention": _attended}
GRAPHS: dict[str, Callable[[Program], Text]] = {"graph_network": _network}
IMAGES: dict[str, Callable[[Program], Text]] = {"image_stages": _stages}
"""Maps each target to the function that draws it."""
