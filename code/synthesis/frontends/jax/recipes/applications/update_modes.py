"""Operations on trees of parameters or gradients, and on batches of scores, chosen by name."""

import re
from collections.abc import Callable
from textwrap import dedent, indent

from synthesis.core.records import KernelSpec
from synthesis.drawing.lines import join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Family, Option, draw_by_name
from synthesis.frontends.jax.recipes.applications.parts import key, settled, truth, weights
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

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
        "half": """
            {out = jax.tree.map(lambda g: jax.lax.reduce_precision(g, exponent_bits=8, mantissa_bits=7), grads) ~
            def shorten(g):
                {?0.5 # {as many digits as bfloat16 has}}
                return jax.lax.reduce_precision(g, exponent_bits=8, mantissa_bits=7)

            out = jax.tree.map(shorten, grads)}
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
_MASKED = """
    {if allowed is not None:
        {?0.6 if allowed.shape != scores.shape:
            raise ValueError(f'expected a mask of shape <<scores.shape>>, got <<allowed.shape>>')}
        {?0.4 # {invalid actions are never selected}}
        scores = jnp.where(allowed, scores, -jnp.inf) ~
    scores = jnp.where(allowed, scores, {-jnp.inf ~ -1e9}) ~}
"""
_CHOICES = {
    "epsilon": (
        """
        {if allowed is not None:
            {?0.6 if allowed.shape != scores.shape:
                raise ValueError(f'expected a mask of shape <<scores.shape>>, got <<allowed.shape>>')}
            {?0.4 # {invalid actions are never selected}}
            scores = jnp.where(allowed, scores, {-jnp.inf ~ -1e9}) ~
        scores = jnp.where(allowed, scores, {-jnp.inf ~ -1e9})}
        greedy_actions = jnp.argmax(scores, axis=-1)
        {?0.35 if deterministic:
            return greedy_actions}
        {explore_key, action_key = jax.random.split(rng) ~ keys = jax.random.split(rng)
        explore_key, action_key = keys[0], keys[1]}
        {?0.5 # {uniform over the valid actions}}
        uniform_logits = jnp.where(scores < -1e8, {-jnp.inf ~ -1e9}, 0.0)
        random_actions = jax.random.categorical(action_key, uniform_logits, axis=-1)
        {?0.4 # {each row explores by itself}}
        explore = jax.random.{uniform(explore_key, scores.shape[:1]) < share ~
        bernoulli(explore_key, share, scores.shape[:1])}
        return jnp.where(explore, random_actions, greedy_actions)
        """,
        ("epsilon_greedy", "epsilon_greedy_actions"), "Best actions, or now and then random ones",
    ),
    "annealed": (
        """
        {frac = jnp.minimum(count / decay_steps, 1.0)
        epsilon = start + frac * (end - start) ~
        {?0.4 # {exploration decays exponentially}}
        epsilon = end + (start - end) * jnp.exp(-count / decay_steps)}
        explore_key, action_key = jax.random.split(rng)
        {num_actions = scores.shape[-1]
        random_actions = jax.random.randint(action_key, scores.shape[:1], 0, num_actions) ~
        random_actions = jax.random.randint(action_key, scores.shape[:-1], 0, scores.shape[-1])}
        explore = jax.random.uniform(explore_key, scores.shape[:1]) < epsilon
        actions = jnp.where(explore, random_actions, jnp.argmax(scores, axis=-1))
        return actions, epsilon
        """,
        ("explore", "annealed_epsilon_greedy", "decayed_epsilon_greedy"), "Actions with less and less exploration",
    ),
    "boltzmann": (
        """
        MASKED
        {scores = scores / temperature ~
        {?0.5 if temperature <= 0:
            raise ValueError(f'expected a positive temperature, got <<temperature>>')}
        scores = scores / temperature}
        {actions = jax.random.categorical(rng, scores, axis=-1) ~
        if deterministic:
            actions = jnp.argmax(scores, axis=-1)
        else:
            actions = jax.random.categorical(rng, scores, axis=-1)}
        log_probs = jax.nn.log_softmax(scores, axis=-1)
        {log_prob = jnp.take_along_axis(log_probs, actions[:, None], axis=-1)[:, 0] ~
        log_prob = log_probs[jnp.arange(actions.shape[0]), actions]}
        return actions, log_prob
        """,
        ("sample_actions", "boltzmann_actions", "act"), "Samples an action for each row, with its log probability",
    ),
    "top_k": (
        """
        {?0.4 if k > scores.shape[-1]:
            raise ValueError(f'cannot take <<k>> of <<scores.shape[-1]>> choices')}
        {top_scores, indices = jax.lax.top_k(scores, k)
        sampled = jax.random.categorical(rng, top_scores / temperature, axis=-1)
        return jnp.take_along_axis(indices, sampled[:, None], axis=-1)[:, 0] ~
        {?0.5 # {all but the k largest scores are out}}
        kth_score = jax.lax.top_k(scores, k)[0][:, -1:]
        filtered = jnp.where(scores < kth_score, -jnp.inf, scores)
        return jax.random.categorical(rng, filtered / temperature, axis=-1) ~
        top_scores, indices = jax.lax.top_k(scores / temperature, k)
        {?0.4 # {the Gumbel-max trick}}
        noise = jax.random.gumbel(rng, top_scores.shape)
        winner = jnp.argmax(top_scores + noise, axis=-1)
        return jnp.take_along_axis(indices, winner[:, None], axis=-1)[:, 0]}
        """,
        ("sample_top_k", "top_k_sample", "top_k_sampling"), "Samples one of the k best choices of each row",
    ),
    "ucb": (
        """
        {?0.4 # {choices that were seldom taken get a bonus}}
        {total = jnp.sum(visits, axis=-1, keepdims=True)
        bonus = coef * jnp.sqrt(jnp.log(1.0 + total) / (1.0 + visits)) ~
        {?0.4 # {PUCT, as in Monte Carlo tree search}}
        prior = jax.nn.softmax(prior_logits, axis=-1)
        total = jnp.sum(visits, axis=-1, keepdims=True)
        bonus = coef * prior * jnp.sqrt(total) / (1.0 + visits)}
        scores = scores + bonus
        MASKED
        return jnp.argmax(scores, axis=-1)
        """,
        ("ucb_actions", "select_ucb", "ucb_select"), "Actions by upper confidence bounds",
    ),
    "gumbel": (
        """
        {?0.5 if k > scores.shape[-1]:
            raise ValueError(f'cannot take <<k>> of <<scores.shape[-1]>> choices')}
        noise = jax.random.gumbel(rng, scores.shape)
        {?0.4 # {without replacement: the k largest of perturbed scores}}
        {_, choices = jax.lax.top_k(scores / temperature + noise, k)
        return choices ~
        perturbed, choices = jax.lax.top_k(scores / temperature + noise, k)
        return choices, perturbed ~
        perturbed = scores / temperature + noise
        choices = jax.lax.top_k(perturbed, k)[1]
        log_probs = jax.nn.log_softmax(scores / temperature, axis=-1)
        return choices, jnp.take_along_axis(log_probs, choices, axis=-1)}
        """,
        ("gumbel_top_k", "sample_without_replacement"), "Samples k different choices of each row",
    ),
}  # fmt: skip
_STANDARD = """
    {{?0.5 if standardize:
        ADV = (ADV - ADV.mean()) / (ADV.std() + eps)} ~
    if mask is not None:
        {?0.5 if mask.shape != ADV.shape:
            raise ValueError(f'expected a mask of shape <<ADV.shape>>, got <<mask.shape>>')}
        {?0.5 # {padding after the end of an episode ~ steps that do not count}}
        ADV = jnp.where(mask, ADV, 0.0) ~}
"""
_NEXT = """
    {discounts = gamma * {(1.0 - dones.astype(rewards.dtype)) ~ jnp.where(dones, 0.0, 1.0)} ~
    not_done = 1.0 - dones.astype(rewards.dtype)
    discounts = gamma * not_done}
"""
_ADVANTAGES = {
    "gae": (
        """
        NEXT
        {next_values = jnp.concatenate([values[1:], last_value[None]])
        deltas = rewards + discounts * next_values - values

        def step(advantage, inputs):
            delta, discount = inputs
            advantage = delta + lam * discount * advantage
            return advantage, advantage

        _, advantages = jax.lax.scan(step, jnp.{zeros_like(last_value) ~ zeros(last_value.shape)}, (deltas, discounts),
                                     reverse=True) ~
        def step(carry, inputs):
            advantage, next_value = carry
            reward, discount, value = inputs
            delta = reward + discount * next_value - value
            advantage = delta + discount * lam * advantage
            return (advantage, value), advantage

        start = (jnp.zeros_like(last_value), last_value)
        _, advantages = jax.lax.scan(step, start, (rewards, discounts, values), reverse=True)}
        {returns = advantages + values
        STANDARD
        return advantages, returns ~
        STANDARD
        return advantages}
        """,
        ("compute_gae", "generalized_advantage", "gae_advantages"), "Generalized advantage estimates",
    ),
    "td": (
        """
        NEXT
        {next_values = jnp.concatenate([values[1:], last_value[None]])
        advantages = rewards + discounts * next_values - values ~
        all_values = jnp.concatenate([values, last_value[None]])
        advantages = rewards + discounts * all_values[1:] - all_values[:-1]}
        STANDARD
        return advantages
        """,
        ("td_advantages", "td_errors", "one_step_advantages"), "Errors of temporal differences",
    ),
    "monte_carlo": (
        """
        NEXT

        def step(ret, inputs):
            reward, discount = inputs
            ret = reward + discount * ret
            return ret, ret

        {_, returns = jax.lax.scan(step, last_value, (rewards, discounts), reverse=True) ~
        {?0.4 # {what comes after the last step is estimated}}
        _, returns = jax.lax.scan(step, last_value, (rewards, discounts), reverse=True)}
        {advantages = returns - values
        STANDARD
        return advantages ~ advantages = returns - values
        STANDARD
        return advantages, returns ~
        baseline = returns.mean(axis=1, keepdims=True)
        {?0.4 # {the mean of the batch in place of a critic}}
        return returns - baseline, returns + 0.0 * values}
        """.replace(", returns + 0.0 * values", ""),
        ("monte_carlo_advantages", "discounted_advantages"), "Discounted returns over a baseline",
    ),
    "lambda_returns": (
        """
        NEXT
        next_values = jnp.concatenate([values[1:], last_value[None]])

        def step(ret, inputs):
            reward, discount, next_value = inputs
            {?0.5 # {a mixture of the estimate and of what follows}}
            ret = reward + discount * ((1.0 - lam) * next_value + lam * ret)
            return ret, ret

        _, returns = jax.lax.scan(step, last_value, (rewards, discounts, next_values), reverse=True)
        advantages = returns - values
        STANDARD
        return {advantages ~ advantages, returns}
        """,
        ("lambda_return_advantages", "td_lambda_advantages"), "Advantages by lambda returns",
    ),
    "v_trace": (
        """
        NEXT
        {rhos = jnp.exp(log_rhos)
        clipped_rhos = {jnp.minimum(rhos, rho_bar) ~ jnp.clip(rhos, max=rho_bar)}
        cs = lam * jnp.minimum(rhos, 1.0) ~
        clipped_rhos = jnp.minimum(jnp.exp(log_rhos), rho_bar)
        cs = jnp.minimum(jnp.exp(log_rhos), 1.0)}
        next_values = jnp.concatenate([values[1:], last_value[None]])
        deltas = clipped_rhos * (rewards + discounts * next_values - values)

        def step(acc, inputs):
            delta, discount, c = inputs
            acc = delta + discount * c * acc
            return acc, acc

        _, corrections = jax.lax.scan(step, jnp.zeros_like(last_value), (deltas, discounts, cs), reverse=True)
        {?0.4 # {targets of the critic}}
        vs = values + corrections
        next_vs = jnp.concatenate([vs[1:], last_value[None]])
        advantages = clipped_rhos * (rewards + discounts * next_vs - values)
        return {advantages ~ advantages, vs}
        """,
        ("v_trace", "vtrace_advantages", "off_policy_advantages"), "Advantages with clipped importance weights",
    ),
    "grouped": (
        """
        {?0.4 # {each group of answers is its own baseline}}
        {?0.3 if rewards.ndim != 2:
            raise ValueError(f'expected rewards of shape (groups, samples), got <<rewards.shape>>')}
        mean = rewards.mean(axis=-1, keepdims=True)
        {if scale_by_std:
            std = rewards.std(axis=-1, keepdims=True)
            return (rewards - mean) / (std + eps)
        return rewards - mean ~
        std = jnp.std(rewards, axis=-1, keepdims=True)
        return (rewards - mean) / (std + eps) ~
        {?0.5 # {the mean of all others}}
        n = rewards.shape[-1]
        baseline = (jnp.sum(rewards, axis=-1, keepdims=True) - rewards) / (n - 1)
        return rewards - baseline}
        """,
        ("group_advantages", "grpo_advantages", "group_relative_advantages"), "Rewards beside those of a group",
    ),
}  # fmt: skip
FAMILIES = {"projections": _PROJECT, "compression": _COMPRESS}


def _draw_update(stream: Stream, target: str) -> KernelSpec:
    """Draw an operation on a tree, chosen by name."""
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


def _settled(p: Program, text: str) -> str:
    """Return a text with its groups chosen, in the form of a text without groups."""
    return settled(p.choose(text))


def _put(text: str, mark: str, lines: str) -> str:
    """Return a text with lines in place of a mark that is alone on a line."""
    return re.sub(rf"(?m)^( *){mark}$", lambda found: indent(dedent(lines).strip("\n"), found[1]), text)


def _choices(p: Program) -> Text:
    rows, choices = p.size(8, 16, 32), p.size(16, 64, 128)
    way = p.pick(*_CHOICES)
    lines, titles, summary = _CHOICES[way]
    lines = _settled(p, _put(lines, "MASKED", _MASKED))
    if way == "boltzmann":  # its log probabilities are returned
        lines = lines.replace("-jnp.inf", "-1e9")
    k = p.choices.choice((4, 8))
    one, several = Leaf((rows,), dtype="int32"), Leaf((rows, k), dtype="int32")
    results: tuple[Tree, ...] = {
        "annealed": (one, Leaf(())), "boltzmann": (one, Leaf((rows,))),
        "gumbel": (several, Leaf((rows, k))) if "return choices, " in lines else (several,),
    }.get(way, (one,))  # fmt: skip
    policy = way in ("boltzmann", "top_k", "gumbel")
    return Text(
        lines=lines,
        given={
            "scores": Array(Leaf((rows, choices), -3, 3), "scores of shape (batch, actions)",
                            ("logits", "scores") if policy else ("q_values", "values") if way != "ucb" else
                            ("q_values",)),
            "allowed": Array(truth(rows, choices), "valid actions", ("action_mask", "mask", "valid")),
            "visits": Array(Leaf((rows, choices), 1, 50), "how often each was taken", ("visits", "counts")),
            "prior_logits": Array(Leaf((rows, choices), -2, 2), "scores of the policy", ("prior_logits",)),
            "rng": Array(key(), "random key", ("key", "rng")),
            "count": Array(Leaf((), 0, 100, "int32"), "steps so far", ("step_count", "t")),
            "start": Option("float", "share of random actions at first", ("1.0", "0.9"), ("eps_start",)),
            "end": Option("float", "share of random actions in the end", ("0.05", "0.1"), ("eps_end",)),
            "decay_steps": Option("int", "how long it takes", ("100", "200"), ("decay_steps",)),
            "temperature": Option("float", "how even the choice is", ("1.0", "0.7", "0.5"), ("temperature", "temp")),
            "share": Option("float", "how often a random action is taken", ("0.1", "0.3"), ("epsilon", "eps")),
            "coef": Option("float", "weight of the bonus", ("1.0", "2.0"), ("c", "exploration_coef")),
            "k": Option("int", "how many choices are considered", (str(k),), ("k", "top_k")),
            "deterministic": Option("bool", "whether the best is taken", ("False",), ("deterministic", "greedy")),
        },
        result=results,
        titles=titles,
        summary=summary,
        returned="the choices" if len(results) == 1 else "",
    )  # fmt: skip


def _advantages(p: Program) -> Text:
    length, batch = p.size(16, 32), p.size(8, 16)
    way = p.pick(*_ADVANTAGES)
    lines, titles, summary = _ADVANTAGES[way]
    standard = _STANDARD.replace("ADV", "advantages")
    checked = """
        {?0.2 if rewards.shape != values.shape:
            raise ValueError(f'rewards of shape <<rewards.shape>>, but values of shape <<values.shape>>')}
    """
    lines = _put(_put(lines, "NEXT", _NEXT), "STANDARD", standard)
    lines = _settled(p, join("" if way == "grouped" else checked, lines))
    shape = (length, batch)
    pair = lines.rstrip().split("return ")[-1].count(",") == 1 and way != "grouped"
    both = pair and not lines.rstrip().endswith("keepdims=True)")
    rewards = "(groups, samples)" if way == "grouped" else "(time, batch)"
    return Text(
        lines=lines,
        given={
            "rewards": Array(Leaf(shape), f"rewards of shape {rewards}",
                             ("rewards",) if way == "grouped" else ("rewards", "r_t")),
            "values": Array(Leaf(shape, -2, 2), "estimated values", ("values", "v_t")),
            "last_value": Array(Leaf(shape[1:], -2, 2), "value after the last step", ("last_value", "bootstrap_value")),
            "dones": Array(truth(*shape), "whether an episode ends", ("dones", "terminals")),
            "log_rhos": Array(Leaf(shape), "logarithms of the importance weights", ("log_rhos", "log_ratios")),
            "mask": Array(truth(*shape), "steps that count", ("mask", "valid")),
            "gamma": Option("float", "discount", ("0.99", "0.95"), ("gamma", "discount_factor")),
            "lam": Option("float", "decay of the estimates", ("0.95", "0.9"), ("gae_lambda", "lam") if way == "gae" else
                          ("lam", "lambda_")),
            "rho_bar": Option("float", "largest weight", ("1.0", "1.5"), ("rho_bar", "clip_rho")),
            "standardize": Option("bool", "whether they are standardized", ("True", "False"), ("normalize",)),
            "scale_by_std": Option("bool", "whether to divide by the deviation", ("True", "False"), ("scale_by_std",)),
            "eps": Constant("1e-8", "small number that keeps the division safe", ("eps",)),
        },
        result=(Leaf(shape), Leaf(shape)) if both else (Leaf(shape),),
        titles=titles,
        summary=summary,
        returned="advantages, and targets of the critic" if both else "advantages of the same shape",
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "choices_of_scores": _choices, "advantage_estimates": _advantages,
}  # fmt: skip
RECIPES = (
    Recipe(name="update_by_name", category="optimizers", targets=tuple(FAMILIES), draw=_draw_update),
    written_recipe("batch_by_name", "pipelines", _WRITERS),
)
