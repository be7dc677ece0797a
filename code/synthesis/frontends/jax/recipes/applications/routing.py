"""Parts of language models: mixtures of experts, losses at the last layer, speculative decoding."""

from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import key, placed, weights, whole, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "routing", margin=4)

_EXPERTS = _BODIES["experts"]
_BALANCE = _BODIES["balance"]
_ROUTED = _BODIES["routed"]
_WAYS = (
    _BODIES["ways.ways"],
    _BODIES["ways.ways_2"],
    _BODIES["ways.ways_3"],
)


def _routed(p: Program) -> Text:
    """Draw a layer of experts that routes each token to a few of them."""
    batch, length, dim, hidden = p.choices.choice((2, 3)), p.choices.choice((6, 8)), p.size(8, 16), p.size(16, 24)
    experts, k = p.choices.choice((4, 6, 8)), p.choices.choice((1, 2, 2))
    way = p.choices.choice(_WAYS).strip("\n")
    text = _ROUTED.replace("    WAY", way)
    lines = p.choose(text)
    gated, biased, shared = (p.choices.chance(0.5) for _ in range(3))
    if "renormalize and top_k > 1" not in lines:
        k = 2  # the normalized weight of a single expert would be one
    params: dict[str, Tree] = {
        "router": Leaf((dim, experts)),
        "experts": {
            "w_in": weights(experts, dim, hidden), "w_out": weights(experts, hidden, dim),
            **({"w_gate": weights(experts, dim, hidden)} if gated else {}),
        },
        **({"router_bias": weights(experts)} if biased and "'router_bias' in params" in lines else {}),
        **({"shared": {"w_in": weights(dim, hidden), "w_out": weights(hidden, dim)}}
           if shared and "'shared' in params" in lines else {}),
    }  # fmt: skip
    out = Leaf((batch, length, dim))
    asked = p.choices.chance(0.6)
    result: tuple[Tree, ...] = (out, Leaf(()))
    if "return out, metrics" in lines:
        names = ["balance", *(["max_prob"] if "'max_prob'" in lines else [])]
        result = (out, dict.fromkeys(names, Leaf(())))
    elif "if not return_aux" in lines and not asked:
        result = (out,)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(params, "parameters of the router and the experts", ("params", "weights")),
            "x": Array(Leaf((batch, length, dim), -2, 2), "features of shape (batch, length, dim)", ("x", "inputs")),
            "key": Array(key(), "random key", ("key", "rng"), 0.5),
            "top_k": Option("int", "number of experts for each token", (str(k),),
                            ("top_k", "num_selected", "experts_per_token")),
            "jitter": Option("float", "amplitude of the noise on the router inputs", ("0.01", "0.1"),
                             ("jitter", "noise")),
            "score": Option("str", "router score: softmax or sigmoid", ("'softmax'", "'sigmoid'"),
                            ("score", "router_score")),
            "renormalize": Option("bool", "whether to normalize the expert weights", ("True", "False"),
                                  ("renormalize", "normalize_gates")),
            "capacity_factor": Option("float", "capacity of an expert relative to an even load", ("1.25", "1.0", "2.0"),
                                      ("capacity_factor",)),
            "z_weight": Option("float", "weight of the squared log normalizer", ("0.0", "1e-3"),
                               ("z_weight", "z_loss")),
            "return_aux": Option("bool", "whether to return the auxiliary loss", ("True",), ("return_aux", "with_aux"),
                                 str(asked)),
        },
        result=result,
        helpers=(_EXPERTS, _BALANCE),
        titles=("moe_layer", "expert_layer", "mixture_of_experts", "sparse_mlp"),
        summary=p.pick("Applies an expert MLP to each token, chosen by a router", "Applies a mixture of experts"),
        returned="features of every token" + (", and the load balancing loss" if len(result) > 1 else ""),
    )  # fmt: skip


_EACH_LOSS = _BODIES["each_loss"]
_HEAD_LOSS = _BODIES["head_loss"]
_COUNTED = (
    "if with_accuracy:\n    right = (jnp.argmax(logits, axis=-1) == y).astype(w.dtype)\n"
    "    totals['accuracy'] = totals['accuracy'] + jnp.sum(w * right)",
    "if with_accuracy:\n    totals['accuracy'] += jnp.sum(jnp.where(jnp.argmax(logits, axis=-1) == y, w, 0.0))",
)


def _head_loss(p: Program) -> Text:
    """Draw a loss of the next tokens that is computed for a few positions at a time."""
    batch, length, dim, vocab = p.size(2, 4), p.choices.choice((12, 16)), p.size(16, 24), p.size(40, 48)
    chunk = p.choices.choice((4, 6, 8))
    told = p.choices.chance(0.5)
    counted = p.choices.choice(_COUNTED) if told else ""
    text = _HEAD_LOSS.replace(
        "    EXTRA\n", "    if with_accuracy:\n        totals['accuracy'] = 0.0\n" if told else ""
    )
    text = text.replace(
        "        COUNTED\n", "".join(f"        {line}\n" for line in counted.split("\n")) if told else ""
    )
    lines = p.choose(text)
    tied = p.choices.chance(0.5)
    free = "if tied" in lines or "'head' in params" in lines
    biased = "'bias' in params" in lines and p.choices.chance(0.6)
    head: dict[str, Tree] = {"embedding": weights(vocab, dim)} if tied and free else {"head": weights(dim, vocab)}
    params = head | ({"bias": weights(vocab)} if biased else {})
    right = told and p.choices.chance(0.7)
    names = ["loss", *(["accuracy"] if right else [])]
    number = Leaf(())
    result: tuple[Tree, ...] = (number, dict.fromkeys(names, number))
    if "reduction ==" in lines:
        result = (dict.fromkeys(names, number), number)
    elif "'perplexity'" in lines:
        result = (dict.fromkeys([*names, "perplexity"], number),)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(params, "weights of the output layer", ("params", "weights")),
            "hidden": Array(Leaf((batch, length, dim), -2, 2), "features of shape (batch, length, dim)",
                            ("hidden", "hidden_states", "features")),
            "labels": Array(whole(batch, length, below=vocab), "target tokens", ("labels", "targets")),
            "weights": Array(Leaf((batch, length), 0.1, 1), "weight of each token",
                             ("loss_mask", "token_weights"), 0.4),
            "norm_scale": Array(Leaf((dim,), 0.5, 1.5), "scale of the last normalization", ("norm_scale", "final_norm"),
                                0.3),
            "tied": Option("bool", "whether to use the tied embedding as the output layer", ("False",),
                           ("tied", "tie_embeddings"),
                           str(tied)),
            "ignore_index": Option("int | None" if "ignore_index is not None" in lines else "int",
                                   "label that is ignored", ("-100", "0"), ("ignore_index", "pad_id")),
            "chunk_size": Option("int", "number of positions in a chunk", (str(chunk),), ("chunk_size", "block_size")),
            "softcap": Option("float | None", "soft limit of the logits", ("None", "30.0"), ("softcap", "logit_cap")),
            "smoothing": Option("float", "label smoothing", ("0.0", "0.1"), ("label_smoothing", "smoothing")),
            "z_weight": Option("float", "weight of the squared log normalizer", ("0.0", "1e-4"),
                               ("z_loss_weight", "z_weight")),
            "with_accuracy": Option("bool", "whether to return the accuracy", ("False",),
                                    ("with_accuracy", "compute_accuracy"), str(right)),
            "reduction": Option("str", "mean or sum", ("'mean'", "'sum'"), ("reduction",)),
        },
        result=result,
        helpers=(_EACH_LOSS,),
        titles=("chunked_loss", "head_loss", "next_token_loss"),
        summary=p.pick("Computes the next-token loss in chunks of positions",
                       "Computes the cross entropy in chunks of logits"),
        returned="the loss and its metrics",
    )  # fmt: skip


_NEXT = _BODIES["next"]
_REST = _BODIES["rest"]
_DRAFTED = _BODIES["drafted"]
_ACCEPTED = (
    _BODIES["accepted.accepted"],
    _BODIES["accepted.accepted_2"],
)
_EXTRA = (
    "extra = jax.random.categorical(next_key, jnp.log(rest + 1e-9), axis=-1)",
    _BODIES["extra"],
)
"""Statements that choose the token after the accepted ones: at random only, or greedily on request."""


def _drafted(p: Program) -> Text:
    """Draw a function that verifies tokens drafted by a smaller model."""
    batch, drafted, vocab = p.choices.choice((2, 3, 4)), p.choices.choice((3, 4, 5)), p.size(16, 24, 32)
    sure = p.choices.chance(0.5)
    lines = placed(p.choose(_DRAFTED), "ACCEPTED", p.choose(_ACCEPTED[sure]).strip("\n"))
    lines = placed(lines, "EXTRA", p.choose(_EXTRA[sure]).strip("\n"))
    told = p.choices.chance(0.5)
    # A greedy choice reads the draft's scores only where it stopped.
    tokens, counts = Leaf((batch, drafted + 1), dtype="int32"), Leaf((batch,), dtype="int32")
    result: tuple[Tree, ...] = (tokens, counts)
    if "'lengths'" in lines:
        result = ({"tokens": tokens, "lengths": counts},)
    elif "with_stats" in lines and told:
        result = (tokens, counts, Leaf(()))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "draft_tokens": Array(whole(batch, drafted, below=vocab), "draft tokens", ("draft_tokens", "proposals")),
            "draft_logits": Array(Leaf((batch, drafted, vocab), -2, 2), "logits of the draft model",
                                  ("draft_logits",)),
            "target_logits": Array(Leaf((batch, drafted + 1, vocab), -2, 2), "logits of the target model",
                                   ("target_logits", "model_logits")),
            "key": Array(key(), "random key", ("key", "rng")),
            "temperature": Option("float", "temperature", ("1.0", "0.7", "0.8"), ("temperature", "temp")),
            "greedy": Option("bool", "whether to take the most likely token", ("False",), ("greedy", "deterministic")),
            "typical": Option("float | None", "probability above which a token is accepted", ("None", "0.3", "0.1"),
                              ("typical_threshold", "typical")),
            "leniency": Option("float", "factor of the acceptance probability", ("1.0", "1.5", "2.0"),
                               ("leniency", "lenience")),
            "max_accept": Option("int | None", "largest number of accepted tokens", ("None", "2"), ("max_accept",)),
            "pad_id": Option("int", "padding token id", ("0", "1"), ("pad_id",)),
            "with_stats": Option("bool", "whether to return the acceptance rate", ("False",),
                                 ("with_stats", "return_rate"),
                                 str(told)),
        },
        result=result,
        helpers=(_NEXT, _REST),
        titles=("verify_draft", "accept_draft", "speculative_step"),
        summary=p.pick("Verifies drafted tokens against the model", "Performs one step of speculative decoding"),
        returned="accepted tokens with padding, and their number",
    )  # fmt: skip


WRITERS: dict[str, Callable[[Program], Text]] = {
    "expert_layer": _routed,
    "chunked_loss": _head_loss,
    "draft_check": _drafted,
}
"""Maps each target to the function that draws it."""
