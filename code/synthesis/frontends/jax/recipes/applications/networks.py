"""Extended network layers: attention with several masks, and graph networks."""

from collections.abc import Callable
from itertools import pairwise

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


ATTENTION: dict[str, Callable[[Program], Text]] = {"masked_attention": _attended}
GRAPHS: dict[str, Callable[[Program], Text]] = {"graph_network": _network}
