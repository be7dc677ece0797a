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
        {?0.4 # {gradient step, then projection}}
        params = jax.tree.map(lambda w, g: w - step * g, params, grads)
    """,
    cases={
        "box": "out = jax.tree.map(lambda w: jnp.clip(w, {-bound, bound ~ min=-bound, max=bound}), params)",
        "nonnegative": "out = jax.tree.map({jax.nn.relu ~ lambda w: jnp.maximum(w, 0.0)}, params)",
        "ball": """
            {?0.4 # {the global norm is bounded}}
            norm = global_norm(params)
            shrink = {jnp.minimum(1.0, bound / (norm + eps)) ~ bound / jnp.maximum(norm, bound)}
            out = jax.tree.map(lambda w: w * shrink, params)
        """,
        "max_norm": """
            def clip_norm(w):
                {?0.4 # {each array by itself}}
                norm = {jnp.linalg.norm(w) ~ jnp.sqrt(jnp.sum(jnp.square(w)))}
                return w * {jnp.minimum(1.0, bound / (norm + eps)) ~ (bound / jnp.maximum(norm, bound))}

            out = jax.tree.map(clip_norm, params)
        """,
        "unit_columns": """
            def normalize(w):
                if w.ndim < 2:
                    {?0.4 # {biases are not constrained}}
                    return w
                return w / {(jnp.linalg.norm(w, axis=0, keepdims=True) + eps) ~ safe_norm(w, axis=0)}

            out = jax.tree.map(normalize, params)
        """,
        "simplex": """
            def project_simplex(w):
                {?0.5 # {Euclidean projection onto the simplex by sorting}}
                u = {jnp.sort(w, axis=-1)[..., ::-1] ~ -jnp.sort(-w, axis=-1)}
                cssv = jnp.cumsum(u, axis=-1) - 1.0
                rho = jnp.sum(u * jnp.arange(1, w.shape[-1] + 1) > cssv, axis=-1, keepdims=True)
                theta = jnp.take_along_axis(cssv, rho - 1, axis=-1) / rho
                return jnp.maximum(w - theta, 0.0)

            out = jax.tree.map(project_simplex, params)
        """,
    },
    named=("constraint", "kind", "projection"),
    word="constraint",
    returned="parameters that are allowed",
)  # fmt: skip
_COMPRESS = Family(
    summary="Compresses gradients before workers exchange them",
    titles=("compress_gradients", "compress", "compress_updates", "compress_grads"),
    before="""
    """,
    cases={
        "sign": """
            {?0.5 # one bit for each entry and one scale for each array}
            out = jax.tree.map(lambda g: jnp.sign(g) * {jnp.mean(jnp.abs(g)) ~ jnp.abs(g).mean()}, grads)
        """,
        "top_k": """
            def sparsify(g):
                flat = {jnp.abs(g).ravel() ~ jnp.abs(g).reshape(-1)}
                k = max(1, int(flat.size * share))
                {?0.4 # {only the largest entries are sent}}
                threshold_k = {jnp.sort(flat)[-k] ~ jax.lax.top_k(flat, k)[0][-1]}
                return jnp.where(jnp.abs(g) >= threshold_k, g, 0.0)

            out = jax.tree.map(sparsify, grads)
        """,
        "random_k": """
            leaves, treedef = jax.tree.flatten(grads)
            keys = jax.random.split(rng, len(leaves))
            {?0.5 # {unbiased: entries that are sent are scaled up}}
            sparse = []
            for leaf_key, g in zip(keys, leaves):
                keep = jax.random.bernoulli(leaf_key, share, g.shape)
                sparse.append(jnp.where(keep, g / share, 0.0))
            out = jax.tree.unflatten(treedef, sparse)
        """,
        "ternary": """
            def ternarize(g):
                magnitude = jnp.abs(g)
                {?0.5 # {entries become -scale, 0 or scale}}
                mask = magnitude > threshold * {jnp.mean(magnitude) ~ magnitude.mean()}
                scale = jnp.sum(jnp.where(mask, magnitude, 0.0)) / jnp.maximum(jnp.sum(mask), 1)
                return jnp.where(mask, jnp.sign(g) * scale, 0.0)

            out = jax.tree.map(ternarize, grads)
        """,
        "low_rank": """
            def project(g):
                if g.ndim != 2 {or min(g.shape) < 2 ~}:
                    return g
                {?0.5 # {one step of power iteration ~ rank one approximation}}
                v = g.sum(axis=0) + eps
                u = g @ (v / (jnp.linalg.norm(v) + eps))
                u = u / (jnp.linalg.norm(u) + eps)
                return jnp.outer(u, u @ g)

            out = jax.tree.map(project, grads)
        """,
    },
    after="""
        {if scale_back:
            {?0.4 # {restore the norm of the gradients}}
            ratio = global_norm(grads) / (global_norm(out) + eps)
            out = jax.tree.map(lambda g: g * ratio, out) ~}
    """,
    named=("method", "scheme", "mode"),
    word="method",
    returned="gradients of the same shapes",
)  # fmt: skip
_CHOOSE = Family(
    summary="Selects an action for each row of scores",
    titles=("select_actions", "choose_actions", "act", "pick_actions"),
    before="""
        {?0.15 if scores.ndim != 2:
            raise ValueError(f'expected scores of shape (batch, actions), got <<scores.shape>>')}
        if allowed is not None:
            {?0.4 # {invalid actions are never selected}}
            scores = jnp.where(allowed, scores, -jnp.inf)
    """,
    cases={
        "greedy": "out = {jnp.argmax(scores, axis=-1) ~ scores.argmax(axis=-1)}",
        "sample": """
            out = jax.random.categorical(rng, scores / temperature, axis=-1)
        """,
        "epsilon_greedy": """
            explore_key, action_key = jax.random.split(rng)
            explore = jax.random.{uniform(explore_key, scores.shape[:1]) < share ~
            bernoulli(explore_key, share, scores.shape[:1])}
            {?0.5 # {uniform over the valid actions}}
            uniform_logits = jnp.where(jnp.isneginf(scores), -jnp.inf, 0.0)
            random_actions = jax.random.categorical(action_key, uniform_logits, axis=-1)
            out = jnp.where(explore, random_actions, jnp.argmax(scores, axis=-1))
        """,
        "top_k": """
            {?0.15 if k > scores.shape[-1]:
                raise ValueError(f'k={k} is larger than the number of actions <<scores.shape[-1]>>')}
            top_scores, indices = jax.lax.top_k(scores, k)
            sampled = jax.random.categorical(rng, top_scores / temperature, axis=-1)
            out = jnp.take_along_axis(indices, sampled[:, None], axis=-1)[:, 0]
        """,
        "noisy": """
            {noise = jax.random.gumbel(rng, scores.shape)
            out = jnp.argmax(scores / temperature + noise, axis=-1) ~
            noise = temperature * jax.random.normal(rng, scores.shape)
            out = jnp.argmax(scores + noise, axis=-1)}
        """,
    },
    after="""
        {?0.4 if finished is not None:
            {?0.4 # {finished episodes do nothing}}
            out = jnp.where(finished, pad, out)}
    """,
    named=("strategy", "mode", "method"),
    word="strategy",
    returned="one action for each row",
)  # fmt: skip
_SCALE = Family(
    summary="Advantages of actions by an estimate that a name chooses",
    titles=("estimate_advantages", "compute_advantages", "advantage_estimates"),
    before="""
        {?0.15 if rewards.shape != values.shape:
            raise ValueError(f'rewards of shape <<rewards.shape>>, but values of shape <<values.shape>>')}
        discounts = gamma * {(1.0 - dones.astype(rewards.dtype)) ~ jnp.where(dones, 0.0, 1.0)}
        next_values = jnp.concatenate([values[1:], last_value[None]])
    """,
    cases={
        "td": "out = rewards + discounts * next_values - values",
        "monte_carlo": """
            def step(carry, inputs):
                reward, discount = inputs
                carry = reward + discount * carry
                return carry, carry

            _, returns = jax.lax.scan(step, last_value, (rewards, discounts), reverse=True)
            out = returns - values
        """,
        "lambda": """
            deltas = rewards + discounts * next_values - values

            def step(carry, inputs):
                delta_t, discount = inputs
                carry = delta_t + lam * discount * carry
                return carry, carry

            zeros = jnp.{zeros_like(last_value) ~ zeros(last_value.shape)}
            _, advantages = jax.lax.scan(step, zeros, (deltas, discounts), reverse=True)
            out = advantages
        """,
    },
    after="""
        {{?0.7 if standardize:
            out = (out - out.mean()) / (out.std() + eps)} ~
        {?0.7 if mask is not None:
            {?0.15 if mask.shape != out.shape:
                raise ValueError(f'expected a mask of shape <<out.shape>>, got <<mask.shape>>')}
            out = jnp.where(mask, out, 0.0)} ~
        if mask is not None:
            {?0.4 # {statistics of the valid steps only}}
            n = jnp.maximum(jnp.sum(mask), 1)
            mean = jnp.sum(out * mask) / n
            var = jnp.sum(jnp.where(mask, (out - mean) ** 2, 0.0)) / n
            out = jnp.where(mask, (out - mean) / jnp.sqrt(var + eps), 0.0)
        elif standardize:
            out = (out - out.mean()) / jnp.sqrt(out.var() + eps)}
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
        "allowed": Array(truth(rows, choices), "valid actions", ("action_mask", "mask")),
        "finished": Array(truth(rows), "rows whose episode has ended", ("finished", "done")),
        "rng": Array(key(), "random key", ("key", "rng")),
        "rewards": Array(Leaf(batch), "rewards of shape (time, batch)", ("rewards", "r_t")),
        "values": Array(Leaf(batch, -2, 2), "estimated values", ("values", "v_t")),
        "last_value": Array(Leaf(batch[1:], -2, 2), "value after the last step", ("last_value", "bootstrap")),
        "dones": Array(truth(*batch), "whether an episode ends", ("dones", "terminals")),
        "mask": Array(truth(*batch), "steps that count", ("mask", "valid")),
        "weight": Array(positive(*batch), "weight of each step", ("weights",)),
        "temperature": Option("float", "how even the choice is", ("1.0", "0.7", "0.5"), ("temperature", "temp")),
        "share": Option("float", "how often a random action is taken", ("0.1", "0.3"), ("epsilon", "explore_prob")),
        "k": Option("int", "how many of the best actions are considered", ("4", "8"), ("k", "top_k")),
        "pad": Option("int", "the action of finished rows", ("0",), ("noop_action", "noop")),
        "gamma": Option("float", "discount", ("0.99", "0.95"), ("gamma", "discount")),
        "lam": Option("float", "decay of the estimates", ("0.95", "0.9"), ("gae_lambda", "lam")),
        "standardize": Option("bool", "whether they are standardized", ("True", "False"), ("standardize", "normalize")),
        "eps": Constant("1e-8", "small number that keeps the division safe", ("eps",)),
    }  # fmt: skip
    result = Leaf((rows,), dtype="int32") if target == "choices_of_scores" else Leaf(batch)
    return draw_by_name(stream, ("training", "batch_by_name", target), BATCHES[target], given, result)


RECIPES = (
    Recipe(name="update_by_name", category="optimizers", targets=tuple(FAMILIES), draw=_draw_update),
    Recipe(name="batch_by_name", category="training", targets=tuple(BATCHES), draw=_draw_batch),
)
