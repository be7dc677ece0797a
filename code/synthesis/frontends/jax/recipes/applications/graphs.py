"""Graph layers: messages along edges, aggregated at their ends."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.networks import GRAPHS
from synthesis.frontends.jax.recipes.applications.parts import positive, truth, weights, whole
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import with_texts

_ENDS = """
    {?0.5 if {senders.shape != receivers.shape ~ senders.ndim != 1 or senders.shape != receivers.shape}:
        {raise ValueError('senders and receivers have different shapes') ~
        raise ValueError(f'<<senders.shape[0]>> senders but <<receivers.shape[0]>> receivers')} ~
    {?0.4 if nodes.ndim != 2:
        raise ValueError(f'expected nodes of shape (nodes, features), got <<nodes.shape>>')}}
    n = nodes.shape[0]
"""
_LOOPS = """
    {?0.4 if self_loops:
        {?0.6 # {every node is its own neighbour too}}
        loops = jnp.arange(n{~, dtype=senders.dtype})
        senders = jnp.concatenate([senders, loops])
        receivers = jnp.concatenate([receivers, loops])}
"""
_GATHER = """
    {if aggregate == 'sum':
        pooled = jax.ops.segment_sum(messages, receivers, {n ~ num_segments=n})
    elif aggregate == 'mean':
        sums = jax.ops.segment_sum(messages, receivers, n)
        count = jax.ops.segment_sum(jnp.ones(receivers.shape), receivers, n)
        {?0.5 # {nodes without neighbours keep zero}}
        pooled = sums / jnp.maximum(count, 1.0)[:, None]
    elif aggregate == 'max':
        pooled = jax.ops.segment_max(messages, receivers, n)
        {?0.5 # {no message leaves minus infinity behind}}
        pooled = jnp.where(jnp.isfinite(pooled), pooled, 0.0)
    else:
        raise ValueError(f'unknown aggregation <<aggregate>>') ~
    pooled = jax.ops.segment_sum(messages, receivers, {n ~ num_segments=n})
    if aggregate == 'mean':
        degree = jax.ops.segment_sum(jnp.ones(receivers.shape), receivers, n)
        {?0.5 # {nodes without neighbours keep zero}}
        pooled = pooled / jnp.maximum(degree, 1.0)[:, None]
    elif aggregate != 'sum':
        raise ValueError(f'expected sum or mean, got <<aggregate>>') ~
    {pooled = jax.ops.segment_sum(messages, receivers, num_segments=n) ~
    pooled = jnp.zeros((n, messages.shape[-1]), messages.dtype)
    pooled = pooled.at[receivers].add(messages)}}
"""
_OUT = """
    {{?0.5 out = ACT(out) ~
    if activate_out:
        out = ACT(out)}}
    {?0.3 if residual:
        {?0.7 if out.shape != nodes.shape:
            raise ValueError('a residual connection needs as many outputs as inputs')}
        out = out + nodes}
    {?0.35 if node_mask is not None:
        {?0.7 if node_mask.shape != (n,):
            raise ValueError(f'expected a mask of shape (<<n>>,), got <<node_mask.shape>>')}
        {?0.5 # {padding of the graph stays zero}}
        out = jnp.where(node_mask[:, None], out, 0.0)}
"""
_EDGES = """
    {?0.45 if edge_weight is not None:
        {?0.8 if edge_weight.shape != senders.shape:
            raise ValueError(f'expected one weight for each edge, got <<edge_weight.shape>>')}
        messages = messages * edge_weight[:, None]}
"""
_LAYERS = {
    "graph_convolution": (
        _ENDS, _LOOPS,
        """
        {?0.6 # {messages shrink with the degrees of both ends ~ symmetric normalization}}
        ones = jnp.ones(senders.shape[0], dtype=nodes.dtype)
        {in_degree = jax.ops.segment_sum(ones, receivers, n)
        out_degree = jax.ops.segment_sum(ones, senders, n) ~
        in_degree = jnp.zeros(n).at[receivers].add(ones)
        out_degree = jnp.zeros(n).at[senders].add(ones)}
        scale_in = jax.lax.rsqrt(jnp.maximum(in_degree, 1.0))
        scale_out = jax.lax.rsqrt(jnp.maximum(out_degree, 1.0))
        h = nodes @ params['kernel']
        {messages = h[senders] * (scale_out[senders] * scale_in[receivers])[:, None]
        pooled = jax.ops.segment_sum(messages, receivers, n) ~
        messages = (h * scale_out[:, None])[senders]
        pooled = scale_in[:, None] * jax.ops.segment_sum(messages, receivers, n)}
        out = pooled + params['bias']
        """,
        _OUT,
    ),
    "graph_attention": (
        _ENDS, _LOOPS,
        """
        h = {nodes @ params['kernel'] ~ jnp.dot(nodes, params['kernel'])}
        {?0.6 # {one score for each edge, from both of its ends}}
        scores = {h[senders] @ params['score_from'] + h[receivers] @ params['score_to'] ~
            (h @ params['score_from'])[senders] + (h @ params['score_to'])[receivers]}
        scores = jax.nn.leaky_relu(scores, {0.2 ~ negative_slope=0.2})
        {?0.6 # {softmax over the edges that end at a node}}
        top = jax.ops.segment_max(scores, receivers, n)
        {?0.4 top = jax.lax.stop_gradient(top)}
        scores = jnp.exp(scores - top[receivers])
        denom = jax.ops.segment_sum(scores, receivers, n)
        attn = scores / {(denom[receivers] + 1e-9) ~ jnp.maximum(denom[receivers], 1e-9)}
        messages = attn[:, None] * h[senders]
        pooled = jax.ops.segment_sum(messages, receivers, n)
        out = pooled + params['bias']
        """,
        _OUT,
    ),
    "sage_layer": (
        _ENDS,
        "messages = {nodes[senders] ~ jnp.take(nodes, senders, axis=0)}",
        _EDGES, _GATHER,
        """
        {?0.6 # {a node keeps its own features beside those of its neighbours}}
        out = nodes @ params['own'] + pooled @ params['kernel'] + params['bias']
        """,
        _OUT,
        """
        {?0.4 if normalize:
            length = jnp.linalg.norm(out, axis=-1, keepdims=True)
            out = out / jnp.maximum(length, {1e-6 ~ 1e-12})}
        """,
    ),
    "edge_update": (
        _ENDS,
        """
        {?0.6 # {what an edge says depends on both ends}}
        joined = jnp.concatenate([nodes[senders], nodes[receivers]], axis=-1)
        messages = ACT(joined @ params['edge'] + params['edge_bias'])
        """,
        _EDGES, _GATHER,
        """
        out = jnp.concatenate([nodes, pooled], axis=-1) @ params['node'] + params['node_bias']
        """,
        _OUT,
    ),
    "isomorphism_layer": (
        _ENDS,
        """
        {messages = nodes[senders]
        {?0.45 if edge_weight is not None:
            {?0.8 if edge_weight.shape != senders.shape:
                raise ValueError(f'expected one weight for each edge, got <<edge_weight.shape>>')}
            messages = messages * edge_weight[:, None]} ~
        {?0.4 {if edge_features.shape[0] != senders.shape[0]:
            raise ValueError(f'expected features of <<senders.shape[0]>> edges, got <<edge_features.shape>>') ~
        if edge_features.shape[-1] != nodes.shape[-1]:
            raise ValueError('edges and nodes have features of different widths')}}
        {?0.5 # {what kind of edge it is goes into the message}}
        messages = jax.nn.relu(nodes[senders] + edge_features)}
        {pooled = jax.ops.segment_sum(messages, receivers, num_segments=n) ~
        pooled = jnp.zeros_like(nodes).at[receivers].add(messages)}
        h = (1.0 + epsilon) * nodes + pooled
        {?0.5 # {two layers, which tell sums of neighbours apart}}
        h = ACT(h @ params['w1'] + params['b1'])
        out = h @ params['w2'] + params['b2']
        """,
        _OUT,
    ),
}  # fmt: skip


def _draw_graph(stream: Stream, target: str) -> KernelSpec:
    """Draw a layer over the nodes and edges of a graph."""
    p = Program(stream)
    count, edges = p.size(32, 48, 64), p.size(128, 192, 256)
    into = p.size(8, 16, 32)
    out = into if target == "isomorphism_layer" else p.size(8, 16, 32)
    act = p.pick("jax.nn.relu", "jax.nn.relu", "jax.nn.gelu", "jax.nn.elu", "jax.nn.silu")
    last = {"isomorphism_layer": "b2", "edge_update": "node_bias"}.get(target, "bias")
    fields: dict[str, dict[str, Tree]] = {
        "graph_convolution": {"kernel": weights(into, out)},
        "graph_attention": {"kernel": weights(into, out), "score_from": weights(out), "score_to": weights(out)},
        "sage_layer": {"own": weights(into, out), "kernel": weights(into, out)},
        "edge_update": {
            "edge": weights(2 * into, out),
            "edge_bias": weights(out),
            "node": weights(into + out, out),
        },
        "isomorphism_layer": {"w1": weights(into, out), "b1": weights(out), "w2": weights(out, out)},
    }
    p.tree("params", fields[target] | {last: weights(out)}, "weights of the layer", ("params", "weights"))
    p.tensor("nodes", Leaf((count, into), -1, 1), "features of the nodes", ("nodes", "node_features", "x"))
    p.tensor("senders", whole(edges, below=count), "where each edge begins", ("senders", "src", "sources"))
    p.tensor("receivers", whole(edges, below=count), "where each edge ends", ("receivers", "dst", "targets"))
    p.tensor(
        "edge_weight", positive(edges), "weight of each edge", ("edge_weight", "edge_weights"), optional=True,
    )  # fmt: skip
    p.tensor(
        "edge_features", Leaf((edges, into), -1, 1), "features of the edges", ("edge_features", "edge_attr"),
    )  # fmt: skip
    p.tensor("node_mask", truth(count), "nodes that exist", ("node_mask", "mask"), optional=True)
    asked = p.pick("'sum'", "'mean'", "'mean'")
    p.option(
        "aggregate",
        p.pick("'sum'", "'mean'"),
        "str",
        "how messages are brought together",
        asked,
        ("aggregate", "reduce"),
    )
    p.option("self_loops", p.pick("True", "False"), "bool", "whether nodes hear themselves", p.pick("True", "False"))
    p.option("activate_out", "True", "bool", "whether the result is activated", None, ("activate", "final_activation"))
    p.option("residual", "False", "bool", "whether inputs are added", "True" if out == into else "False")
    p.option("normalize", "False", "bool", "whether rows get length one", p.pick("True", "False"))
    p.number("epsilon", "0.0", "how much more a node counts than its neighbours", (0.0, 0.5), ("epsilon", "eps"))
    p.write(*(text.replace("ACT(", f"{act}(") for text in _LAYERS[target]))
    made = Leaf((count, out))
    ends: list[tuple[str, tuple[Tree, ...]]] = [("return out", (made,)), ("return out", (made,))]
    if target == "edge_update":
        ends.append(("return out, messages", (made, Leaf((edges, out)))))
    p.finish(*ends)
    titles = {
        "graph_convolution": ("graph_conv", "gcn_layer", "graph_convolution"),
        "graph_attention": ("graph_attention", "gat_layer"),
        "sage_layer": ("sage_layer", "neighbour_layer", "aggregate_neighbours"),
        "edge_update": ("message_passing", "interaction_layer", "edge_conv"),
        "isomorphism_layer": ("gin_layer", "isomorphism_layer"),
    }[target]
    return p.done(
        "layers",
        "graph_layer",
        target,
        titles,
        p.pick(
            "One round of messages between the nodes of a graph", "Updates the nodes of a graph by their neighbours"
        ),
        "new features of the nodes",
    )


RECIPES = (
    with_texts(
        Recipe(name="graph_layer", category="layers", targets=tuple(_LAYERS), draw=_draw_graph),
        GRAPHS,
        weight=3.0,
    ),
)
