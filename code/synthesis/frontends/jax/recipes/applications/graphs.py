"""Graph layers: messages along edges, aggregated at their ends."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.networks import GRAPHS
from synthesis.frontends.jax.recipes.applications.parts import positive, truth, weights, whole
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "graphs", margin=4)

_ENDS = _BODIES["ends"]
_LOOPS = _BODIES["loops"]
_GATHER = _BODIES["gather"]
_OUT = _BODIES["out"]
_EDGES = _BODIES["edges"]
_LAYERS = {
    "graph_convolution": (
        _ENDS, _LOOPS,
        _BODIES["graph_convolution"],
        _OUT,
    ),
    "graph_attention": (
        _ENDS, _LOOPS,
        _BODIES["graph_attention"],
        _OUT,
    ),
    "sage_layer": (
        _ENDS,
        "messages = {nodes[senders] ~ jnp.take(nodes, senders, axis=0)}",
        _EDGES, _GATHER,
        """
        {?0.6 # {each node keeps its own features}}
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
        _BODIES["isomorphism_layer"],
        _OUT,
    ),
}  # fmt: skip


_TITLES = {
    "graph_convolution": ("graph_conv", "gcn_layer", "graph_convolution"),
    "graph_attention": ("graph_attention", "gat_layer"),
    "sage_layer": ("sage_layer", "neighbour_layer", "aggregate_neighbours"),
    "edge_update": ("message_passing", "interaction_layer", "edge_conv"),
    "isomorphism_layer": ("gin_layer", "isomorphism_layer"),
}
"""Names of functions, by target."""


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
    p.option("aggregate", p.pick("'sum'", "'mean'"), "str", "aggregation of the messages", asked,
             ("aggregate", "reduce"))  # fmt: skip
    p.option("self_loops", p.pick("True", "False"), "bool", "whether to add self loops", p.pick("True", "False"))
    p.option("activate_out", "True", "bool", "whether to apply the activation to the output", None,
             ("activate", "final_activation"))  # fmt: skip
    p.option("residual", "False", "bool", "whether to add a residual connection", "True" if out == into else "False")
    p.option("normalize", "False", "bool", "whether to normalize rows to length one", p.pick("True", "False"))
    p.number("epsilon", "0.0", "how much more a node counts than its neighbours", (0.0, 0.5), ("epsilon", "eps"))
    p.write(*(text.replace("ACT(", f"{act}(") for text in _LAYERS[target]))
    made = Leaf((count, out))
    ends: list[tuple[str, tuple[Tree, ...]]] = [("return out", (made,)), ("return out", (made,))]
    if target == "edge_update":
        ends.append(("return out, messages", (made, Leaf((edges, out)))))
    p.finish(*ends)
    return p.done(
        "layers",
        "graph_layer",
        target,
        _TITLES[target],
        p.pick(
            "Performs one round of message passing on a graph", "Updates the nodes of a graph from their neighbours"
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
