"""The generation of texts by a network, one token after the other."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.parts import key, weights, whole
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree

_BODIES = read_bodies("jax", "token_generation", margin=4)

_SCORES = {
    "cell": _BODIES["cell"],
    "window": _BODIES["window"],
}
_GRU_LINES = """{z = jnp.concatenate([x, h], axis=-1)
        {reset, update = jnp.split(jax.nn.sigmoid(z @ params['w_gates'] + params['b_gates']), 2, axis=-1) ~
        gates = jax.nn.sigmoid(z @ params['w_gates'] + params['b_gates'])
        reset, update = jnp.split(gates, 2, axis=-1)}
        new = jnp.tanh(jnp.concatenate([x, reset * h], axis=-1) @ params['w_new'] + params['b_new'])
        {h = update * h + (1.0 - update) * new ~ h = new + update * (h - new)}}"""
_CHOSEN = """
        hidden, token, done = carry
        hidden, logits = next_scores(params, hidden, token)
        LIMITED
        {token = jax.random.categorical(step_key, logits, axis=-1) ~ token = jax.random.categorical(step_key, logits)}
        {log_probs = jax.nn.log_softmax(logits, axis=-1)
        log_prob = jnp.take_along_axis(log_probs, token[:, None], axis=-1)[:, 0] ~
        log_prob = jnp.take_along_axis(logits, token[:, None], axis=-1)[:, 0] - jax.nn.logsumexp(logits, axis=-1)}
        COUNTED
        {?0.4 # {finished texts stay finished ~ padding after the end}}
        token = jnp.where(done, pad_id, token)
        {log_prob = jnp.where(done, 0.0, log_prob)}
        {done = done | (token == eos_id) ~ done = jnp.logical_or(done, token == eos_id)}
        return (hidden, token, done), (token, log_prob)
"""
_LIMITS = {
    "top_k": """
        {?0.4 # {mask all but the best}}
        {best = jax.lax.top_k(logits, top_k)[0]
        logits = jnp.where(logits < best[:, -1:], -1e9, logits) ~
        lowest = jax.lax.top_k(logits, top_k)[0][:, -1:]
        logits = jnp.where(logits >= lowest, logits, -1e9)}
    """,
    "min_p": """
        {?0.4 # {tokens that are much less likely than the best are left out}}
        probs = jax.nn.softmax(logits, axis=-1)
        {logits = jnp.where(probs < min_p * jnp.max(probs, axis=-1, keepdims=True), -1e9, logits) ~
        floor = min_p * probs.max(axis=-1, keepdims=True)
        logits = jnp.where(probs >= floor, logits, -1e9)}
    """,
    "top_p": """
        {?0.4 # {smallest nucleus of tokens}}
        {probs = jax.nn.softmax(logits, axis=-1)
        ordered = jnp.sort(probs, axis=-1)[:, ::-1]
        count = jnp.sum(jnp.cumsum(ordered, axis=-1) < top_p, axis=-1, keepdims=True)
        {?0.5 floor = jnp.take_along_axis(ordered, jnp.minimum(count, ordered.shape[-1] - 1), axis=-1)
        ~ last = jnp.minimum(count, ordered.shape[-1] - 1)
        floor = jnp.take_along_axis(ordered, last, axis=-1)}
        logits = jnp.where(probs < floor, -1e9, logits)}
    """,
    "banned": """
        {?0.4 # {padding is never sampled}}
        {logits = logits.at[:, pad_id].set(-1e9) ~
        logits = jnp.where(jnp.arange(logits.shape[-1]) == pad_id, -1e9, logits)}
    """,
    "": "",
}
_DRAWN = _BODIES["drawn"]


def write_tokens(p: Program) -> None:
    """Write the generation of texts by a network, one token after the other."""
    kind = p.pick("cell", "window")
    rows, dim, hidden, words = p.size(4, 8, 16), p.size(8, 16, 24), p.size(16, 32), p.size(48, 96, 112, 112)
    seen = p.choices.choice((2, 3, 4))
    steps = p.choices.choice((6, 8, 12))
    tree: dict[str, Tree] = {"embed": weights(words, dim)}
    text = p.choose(_SCORES[kind].replace("GRU", _GRU_LINES).replace("ACT", p.pick("jax.nn.relu", "jnp.tanh")))
    deep = "params['head']" in text
    if kind == "cell":
        tree |= {
            "w_gates": weights(dim + hidden, 2 * hidden), "b_gates": weights(2 * hidden),
            "w_new": weights(dim + hidden, hidden), "b_new": weights(hidden),
        }  # fmt: skip
    else:
        last = hidden if deep else words
        tree |= {"w1": weights(seen * dim, hidden), "b1": weights(hidden), "w2": weights(hidden, last)}
        tree |= {"b2": weights(last)}
    tree |= {"head": weights(hidden, words), "head_bias": weights(words)} if deep else {}
    p.tree("params", tree, "weights of the network", ("params", "weights"))
    state = Leaf((rows, hidden)) if kind == "cell" else whole(rows, seen, below=words)
    p.tensor("state", state, "state of the network" if kind == "cell" else "the last tokens of each text",
             ("state", "h0") if kind == "cell" else ("window", "context"))  # fmt: skip
    p.tensor("first", whole(rows, below=words), "first token of each text", ("first_token", "tokens0", "bos"))
    p.tensor("key", key(), "random key", ("key", "rng"))
    p.option(
        "num_steps", str(steps), "int", "number of tokens to generate", str(steps), ("num_steps", "max_new_tokens")
    )
    p.option("top_k", "5", "int", "number of most likely tokens to sample from", p.pick("3", "5", "8"), ("top_k",))
    p.option(
        "top_p", "0.9", "float", "cumulative probability of the tokens to sample from", p.pick("0.9", "0.8"), ("top_p",)
    )
    p.option("min_p", "0.1", "float", "smallest probability relative to the most likely token", p.pick("0.1", "0.2"),
             ("min_p",))  # fmt: skip
    p.option("eos_id", "1", "int", "end-of-sequence id", "1", ("eos_id", "end_id"))
    p.option("pad_id", "0", "int", "padding token id", "0", ("pad_id",))
    p.number("temperature", p.pick("0.8", "0.7"), "how even choices are", (0.5, 1.2), ("temperature",))
    p.function(text)
    cooled = "        {logits = logits / temperature ~ logits /= temperature}" if p.choices.chance(0.6) else ""
    limited = "\n".join((cooled, _LIMITS[p.pick(*_LIMITS)]))
    chosen, run = _CHOSEN.replace("        LIMITED", limited), _DRAWN
    counted = p.choices.chance(0.25)
    if counted:  # a text may contain the padding token, so its length cannot be found from that
        chosen = chosen.replace("COUNTED", "alive = jnp.logical_not(done)")
        chosen = chosen.replace("(token, log_prob)\n", "(token, log_prob, alive)\n")
        run = run.replace("(tokens, log_probs) =", "(tokens, log_probs, alive) =")
    chosen = chosen.replace("        COUNTED\n", "")
    p.write(f"def draw(carry, step_key):{chosen}", run)
    drawn, told = Leaf((rows, steps), dtype="int32"), Leaf((rows, steps))
    if counted:
        p.finish(
            ("lengths = jnp.sum(alive, axis=0)\nreturn tokens.T, log_probs.sum(axis=0), lengths",
             (drawn, Leaf((rows,)), Leaf((rows,), dtype="int32"))),
        )  # fmt: skip
        return
    p.finish(
        ("return tokens.T, log_probs.T", (drawn, told)),
        ("return {tokens.T ~ jnp.swapaxes(tokens, 0, 1)}, jnp.sum(log_probs, axis=0)", (drawn, Leaf((rows,)))),
        ("return <<'tokens': tokens.T, 'log_probs': log_probs.T>>", ({"tokens": drawn, "log_probs": told},)),
    )  # fmt: skip
