"""What is done to trees of parameters or gradients, and to batches of scores, by name."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Family, Option, draw_by_name
from synthesis.frontends.jax.recipes.applications.parts import key, positive, truth, weights
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_PROJECT = Family(
    summary="A step of projected gradient descent onto a set that a name chooses",
    titles=("projected_gradient_step", "projected_update", "constrained_step", "projected_descent"),
    before="""
        {?0.4 if not jax.tree.leaves(params):
            raise ValueError('no parameters')}
        # {first the gradient, then the constraint ~ a step may leave the allowed set}
        {params = jax.tree.map(lambda w, g: w - step * g, params, grads) ~
        params = jax.tree_util.tree_map(lambda w, g: w - step * g, params, grads)}
    """,
    cases={
        "box": "out = jax.tree.map(lambda w: jnp.clip(w, {-bound, bound ~ min=-bound, max=bound}), params)",
        "nonnegative": "out = jax.tree.map({jax.nn.relu ~ lambda w: jnp.maximum(w, 0.0)}, params)",
        "ball": """
            # {all parameters are one long vector ~ a ball of the whole tree}
            norm = global_norm(params)
            {?0.5 # inside the ball nothing changes}
            shrink = {jnp.minimum(1.0, bound / (norm + eps)) ~ bound / jnp.maximum(norm, bound)}
            out = jax.tree.map(lambda w: w * shrink, params)
        """,
        "max_norm": """
            def limited(w):
                # {each array by itself ~ no array is longer than this}
                norm = {jnp.linalg.norm(w) ~ jnp.sqrt(jnp.sum(jnp.square(w)))}
                return w * {jnp.minimum(1.0, bound / (norm + eps)) ~ (bound / jnp.maximum(norm, bound))}

            out = jax.tree.map(limited, params)
        """,
        "unit_columns": """
            def unit(w):
                if w.ndim < 2:
                    # {biases are free ~ vectors have no columns}
                    return w
                return w / {(jnp.linalg.norm(w, axis=0, keepdims=True) + eps) ~ safe_norm(w, axis=0)}

            out = jax.tree.map(unit, params)
        """,
        "simplex": """
            def probabilities(w):
                # {the nearest point whose entries are nonnegative and sum to one ~ Euclidean projection by sorting}
                ordered = {jnp.sort(w, axis=-1)[..., ::-1] ~ -jnp.sort(-w, axis=-1)}
                over = jnp.cumsum(ordered, axis=-1) - 1.0
                support = jnp.sum(ordered * jnp.arange(1, w.shape[-1] + 1) > over, axis=-1, keepdims=True)
                shift = jnp.take_along_axis(over, support - 1, axis=-1) / support
                return jnp.maximum(w - shift, 0.0)

            out = jax.tree.map(probabilities, params)
        """,
    },
    after="""
        out = jax.tree.map(lambda w, o: o.astype(w.dtype), params, out)
    """,
    named=("constraint", "kind", "projection"),
    word="constraint",
    returned="parameters that are allowed",
)  # fmt: skip
_COMPRESS = Family(
    summary="Makes gradients small enough to be sent",
    titles=("compress_gradients", "compress", "compress_updates", "compress_grads"),
    before="""
        {?0.4 if not jax.tree.leaves(grads):
            raise ValueError('no gradients')}
    """,
    cases={
        "sign": """
            {?0.5 # one bit an entry, and one size an array}
            out = jax.tree.map(lambda g: jnp.sign(g) * {jnp.mean(jnp.abs(g)) ~ jnp.abs(g).mean()}, grads)
        """,
        "top_k": """
            def largest(g):
                flat = {jnp.abs(g).ravel() ~ jnp.abs(g).reshape(-1)}
                count = max(1, int(flat.size * share))
                # {only the largest entries are kept ~ most entries hardly matter}
                limit = {jnp.sort(flat)[-count] ~ lax.top_k(flat, count)[0][-1]}
                return jnp.where(jnp.abs(g) >= limit, g, 0.0)

            out = jax.tree.map(largest, grads)
        """,
        "random_k": """
            leaves, treedef = {jax.tree.flatten(grads) ~ jax.tree_util.tree_flatten(grads)}
            keys = jax.random.split(rng, len(leaves))
            # {what is kept grows, so that the mean stays right ~ unbiased}
            kept = []
            for key_of, g in zip(keys, leaves):
                chosen = jax.random.bernoulli(key_of, share, g.shape)
                kept.append(jnp.where(chosen, g / share, 0.0))
            out = {jax.tree.unflatten(treedef, kept) ~ jax.tree_util.tree_unflatten(treedef, kept)}
        """,
        "ternary": """
            def signs(g):
                size = jnp.abs(g)
                # {three values an entry, and one size an array ~ small entries are not sent}
                large = size > threshold * {jnp.mean(size) ~ size.mean()}
                level = jnp.sum(jnp.where(large, size, 0.0)) / jnp.maximum(jnp.sum(large), 1)
                return jnp.where(large, jnp.sign(g) * level, 0.0)

            out = jax.tree.map(signs, grads)
        """,
        "low_rank": """
            def project(g):
                if g.ndim != 2 {or min(g.shape) < 2 ~}:
                    return g
                # {one step of a power iteration ~ the strongest direction is most of it}
                v = g.sum(axis=0) + eps
                u = g @ (v / (jnp.linalg.norm(v) + eps))
                u = u / (jnp.linalg.norm(u) + eps)
                return jnp.outer(u, u @ g)

            out = jax.tree.map(project, grads)
        """,
    },
    after="""
        {if scale_back:
            # {as long as before ~ the length is kept}
            rescale_by = global_norm(grads) / (global_norm(out) + eps)
            out = jax.tree.map(lambda g: g * rescale_by, out) ~
        out = jax.tree.map(lambda g, o: o.astype(g.dtype), grads, out)}
    """,
    named=("method", "scheme", "mode"),
    word="method",
    returned="gradients of the same shapes",
)  # fmt: skip
_CHOOSE = Family(
    summary="Turns scores into what is done next",
    titles=("select_actions", "choose_actions", "act", "pick_actions"),
    before="""
        {?0.4 if scores.ndim != 2:
            raise ValueError(f'expected scores of shape (batch, choices), got <<scores.shape>>')}
        {?0.5 if allowed is not None:
            # {what is not allowed is never chosen ~ rule out what is not allowed}
            scores = jnp.where(allowed, scores, {-1e9 ~ jnp.finfo(scores.dtype).min})}
        n, choices = scores.shape
    """,
    cases={
        "greedy": "{?0.4 # the best one}\nout = {jnp.argmax(scores, axis=-1) ~ scores.argmax(axis=-1)}",
        "sample": """
            {?0.5 if temperature <= 0.0:
                return jnp.argmax(scores, axis=-1)}
            out = jax.random.categorical(rng, scores / temperature, axis=-1)
        """,
        "epsilon_greedy": """
            # {mostly the best, now and then anything ~ explore}
            explore_key, pick_key = jax.random.split(rng)
            anything = jax.random.randint(pick_key, (n,), 0, choices)
            explore = jax.random.uniform(explore_key, (n,)) < share
            out = jnp.where(explore, anything, jnp.argmax(scores, axis=-1))
        """,
        "top_k": """
            {?0.4 if k > choices:
                raise ValueError(f'<<k>> of <<choices>> choices')}
            best, places = {lax.top_k(scores, k) ~ jax.lax.top_k(scores, k)}
            inside = jax.random.categorical(rng, best / temperature, axis=-1)
            out = jnp.take_along_axis(places, inside[:, None], axis=-1)[:, 0]
        """,
        "noisy": """
            {noise = jax.random.gumbel(rng, scores.shape)
            out = jnp.argmax(scores / temperature + noise, axis=-1) ~
            noise = temperature * jax.random.normal(rng, scores.shape)
            out = jnp.argmax(scores + noise, axis=-1)}
        """,
    },
    after="""
        {* if finished is not None:
            # {episodes that ended do nothing ~ nothing comes after the end}
            out = jnp.where(finished, pad, out)
        ~ {out = out.astype(jnp.int32)}}
    """,
    named=("strategy", "mode", "method"),
    word="strategy",
    returned="what each row chooses",
)  # fmt: skip
_SCALE = Family(
    summary="Advantages of actions by an estimate that a name chooses",
    titles=("estimate_advantages", "compute_advantages", "advantage_estimates"),
    before="""
        {?0.4 if rewards.shape != values.shape:
            raise ValueError(f'<<rewards.shape>> rewards but <<values.shape>> values')}
        alive = {1.0 - dones.astype(rewards.dtype) ~ jnp.where(dones, 0.0, 1.0)}
        {ahead = jnp.concatenate([values[1:], last_value[None]]) ~
        ahead = jnp.append(values[1:], last_value[None], axis=0)}
    """,
    cases={
        "td": "out = rewards + gamma * alive * ahead - values",
        "monte_carlo": """
            def step(carry, taken):
                reward, on = taken
                carry = reward + gamma * on * carry
                return carry, carry

            _, returns = {lax.scan ~ jax.lax.scan}(step, last_value, (rewards, alive), reverse=True)
            out = returns - values
        """,
        "lambda": """
            deltas = rewards + gamma * alive * ahead - values

            def step(carry, taken):
                delta_t, on = taken
                carry = delta_t + gamma * lam * on * carry
                return carry, carry

            {_, summed = lax.scan(step, jnp.zeros_like(last_value), (deltas, alive), reverse=True)
            out = summed ~
            # {from the last step to the first ~ backwards in time}
            _, turned = lax.scan(step, jnp.zeros_like(last_value), (deltas[::-1], alive[::-1]))
            out = turned[::-1]}
        """,
        "two_step": """
            # {what the next step sees, one step later ~ two rewards, then the estimate}
            one_step = rewards + gamma * alive * ahead
            later = jnp.concatenate([one_step[1:], last_value[None]])
            out = rewards + gamma * alive * later - values
        """,
    },
    after="""
        {* {if standardize:
            # {one scale for all batches ~ rewards of any size}
            out = (out - out.mean()) / (out.std() + {eps ~ 1e-8})}
        ~ if mask is not None:
            out = jnp.where(mask, out, 0.0)
        ~ {out = jax.lax.stop_gradient(out)}
        ~ out = jnp.clip(out, -limit, limit) if limit is not None else out}
    """,
    named=("estimator", "kind", "method"),
    word="estimator",
    returned="advantages of shape (time, batch)",
)  # fmt: skip
FAMILIES = {"projections": _PROJECT, "compression": _COMPRESS}
BATCHES = {"choices_of_scores": _CHOOSE, "advantage_estimates": _SCALE}


def _draw_update(stream: Stream, target: str) -> KernelSpec:
    """What is done to a tree by name."""
    sizes = stream.child("sizes")
    a, b = sizes.choice((16, 32, 64)), sizes.choice((16, 32, 64))
    trees: tuple[Tree, ...] = (
        {"w1": weights(a, b), "b1": weights(b), "w2": weights(b, a)},
        [weights(a, b), weights(b, a)],
        {"encoder": {"kernel": weights(a, b), "bias": weights(b)}, "decoder": {"kernel": weights(b, a)}},
        {"kernel": weights(a, b), "bias": weights(b)},
    )  # fmt: skip
    tree = sizes.choice(trees)
    given = {
        "params": Array(changed(tree, -1, 1), "parameters", ("params", "weights")),
        "grads": Array(changed(tree, -2, 2), "gradients of the parameters", ("grads", "gradients")),
        "step": Option("float", "step size", ("0.1", "0.01"), ("learning_rate", "lr", "step_size")),
        "bound": Option("float", "largest size", ("0.5", "1.0"), ("radius", "bound", "max_value")),
        "eps": Constant("1e-8", "small number that keeps the division safe", ("eps", "epsilon")),
        "threshold": Constant("0.7", "least size beside the mean of all", ("threshold",), (0.5, 1.0)),
        "share": Option("float", "share of the entries that is kept", ("0.1", "0.25"), ("fraction", "density")),
        "rng": Array(key(), "random key", ("key", "rng")),
        "scale_back": Option("bool", "whether the length is kept", ("False", "True"), ("rescale", "keep_norm")),
    }  # fmt: skip
    return draw_by_name(stream, ("optimizers", "update_by_name", target), FAMILIES[target], given, changed(tree, -1, 1))


def _draw_batch(stream: Stream, target: str) -> KernelSpec:
    """What is done to scores or rewards by name."""
    sizes = stream.child("sizes")
    rows, choices, length = sizes.choice((8, 16, 32)), sizes.choice((16, 64, 128)), sizes.choice((16, 32))
    batch = (length, sizes.choice((8, 16)))
    given = {
        "scores": Array(Leaf((rows, choices), -3, 3), "scores, (batch, choices)", ("logits", "preferences", "scores")),
        "allowed": Array(truth(rows, choices), "what may be chosen", ("action_mask", "allowed")),
        "finished": Array(truth(rows), "rows that have ended", ("finished", "done")),
        "rng": Array(key(), "random key", ("key", "rng")),
        "rewards": Array(Leaf(batch), "rewards of shape (time, batch)", ("rewards", "r_t")),
        "values": Array(Leaf(batch, -2, 2), "estimated values", ("values", "v_t")),
        "last_value": Array(Leaf(batch[1:], -2, 2), "value after the last step", ("last_value", "bootstrap")),
        "dones": Array(truth(*batch), "whether an episode ends", ("dones", "terminals")),
        "mask": Array(truth(*batch), "steps that count", ("mask", "valid")),
        "weight": Array(positive(*batch), "weight of each step", ("weights",)),
        "temperature": Option("float", "how even the choice is", ("1.0", "0.7", "0.5"), ("temperature", "temp")),
        "share": Option("float", "how often anything is tried", ("0.1", "0.3"), ("epsilon", "explore_prob")),
        "k": Option("int", "how many may be chosen", ("4", "8"), ("k", "top_k")),
        "pad": Option("int", "what rows that have ended choose", ("0",), ("noop_action", "noop")),
        "gamma": Constant("0.99", "discount", ("gamma", "discount"), (0.9, 0.99)),
        "lam": Constant("0.95", "how far estimates reach", ("gae_lambda", "lam"), (0.8, 0.98)),
        "standardize": Option("bool", "whether they are standardized", ("True", "False"), ("standardize", "normalize")),
        "limit": Option("float | None", "largest advantage", ("None", "1.0", "2.0"), ("clip", "max_advantage")),
        "eps": Constant("1e-8", "small number that keeps the division safe", ("eps",)),
    }  # fmt: skip
    result = Leaf((rows,), dtype="int32") if target == "choices_of_scores" else Leaf(batch)
    return draw_by_name(stream, ("training", "batch_by_name", target), BATCHES[target], given, result)


RECIPES = (
    Recipe(name="update_by_name", category="optimizers", targets=tuple(FAMILIES), draw=_draw_update),
    Recipe(name="batch_by_name", category="training", targets=tuple(BATCHES), draw=_draw_batch),
)
