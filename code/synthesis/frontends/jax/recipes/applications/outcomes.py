"""Sampling from scores, and outcomes of episodes: sampled tokens, returns, policy objectives."""

from collections.abc import Callable
from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import (
    guard,
    key,
    positive,
    remark,
    truth,
    whole,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.return_parts import WRITERS
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "outcomes", margin=4)

_WHY = {
    "discounted_returns": ("from the last step to the first",),
    "advantages": ("temporal difference errors",),
    "importance_returns": ("importance weights for off-policy actions",),
    "clipped_objective": ("temporal difference errors",),
}


_PREPARED = _BODIES["prepared"]
_OPTIONAL = (
    "",
    _BODIES["optional.optional"],
    _BODIES["optional.optional_2"],
    _BODIES["optional.optional_3"],
    """
    if pad_id is not None:
        {?0.4 # {padding is never generated}}
        logits = logits.at[:, pad_id].set(-jnp.inf)
    """,
    """
    if greedy:
        return GREEDY
    """,
)
"""Optional changes of scores before sampling, of which a function has one."""
_KEPT = {
    "categorical": "",
    "top_k_sampling": _BODIES["top_k_sampling"],
    "nucleus": _BODIES["nucleus"],
    "min_p_sampling": _BODIES["min_p_sampling"],
}
_CHOSEN = """
    {tokens = jax.random.categorical(key, logits, axis=-1) ~
    noise = jax.random.gumbel(key, logits.shape)
    tokens = jnp.argmax(logits + noise, axis=-1)}
"""
_PICKED = _BODIES["picked"]
_PICKED_GREEDY = "jnp.argmax(logits, axis=-1), jnp.max(jax.nn.log_softmax(logits, axis=-1), axis=-1)"


def _draw_sampling(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that samples the next tokens from their scores."""
    p = Program(stream)
    rows, words = p.size(1, 2, 4, 8, 16, 32), p.size(64, 128, 256, 512, 1024)
    p.tensor("logits", Leaf((rows, words), -4, 4), "scores of the next token, shape (batch, vocab)",
             ("logits", "next_logits"))  # fmt: skip
    p.tensor("key", key(), "random key", ("key", "rng", "rng_key"))
    p.tensor("seen", whole(rows, p.size(8, 16, 32), below=words), "tokens so far, shape (batch, length)",
             ("prev_tokens", "previous", "generated"), optional=True)  # fmt: skip
    p.tensor(
        "bias", Leaf((words,), -1, 1), "what is added to the score of each token", ("bias", "logit_bias"), optional=True
    )
    p.number("temperature", p.pick("1.0", "0.7", "0.8"), "how even the choice is", (0.5, 1.5), ("temperature", "temp"))
    p.option(
        "penalty", "1.2", "float", "repetition penalty", p.pick("1.2", "1.1"),
        ("repetition_penalty", "penalty"),
    )  # fmt: skip
    p.option("pad_id", "None", "int | None", "id of the padding token, which is never chosen", p.pick("0", "1"))
    p.option("k", p.pick("40", "10"), "int", "number of most likely tokens to choose from", p.pick("8", "16", "32"),
             ("k", "top_k"))  # fmt: skip
    p.option(
        "mass", p.pick("0.9", "0.95"), "float", "cumulative probability of the tokens to choose from",
        p.pick("0.5", "0.8", "0.9"), ("top_p", "p"),
    )  # fmt: skip
    p.option(
        "floor", p.pick("0.05", "0.1"), "float", "smallest probability relative to the most likely token",
        p.pick("0.02", "0.1", "0.2"),
        ("min_p", "floor"),
    )  # fmt: skip
    p.option("greedy", "False", "bool", "whether to take the most likely token", "False", ("greedy", "deterministic"))
    p.option("frequency_penalty", "0.5", "float", "penalty for each earlier occurrence", p.pick("0.5", "0.2"))
    optional = p.choices.choice(_OPTIONAL)
    prepared = p.choose(dedent(_PREPARED).replace("OPTIONAL", dedent(optional).strip()))
    # With only a few tokens, an effect on them could not be seen.
    told = rows < 16 or "seen" in prepared or p.maybe(0.4)
    end = _PICKED if told else "return tokens"
    best = _PICKED_GREEDY if told else "jnp.argmax(logits, axis=-1)"
    p.add(prepared.replace("GREEDY", best))
    p.write(_KEPT[target], _CHOSEN, end)
    p.set_results(Leaf((rows,), dtype="int32"), *([Leaf((rows,))] if told else []))
    titles = {
        "categorical": ("sample_token", "sample"),
        "top_k_sampling": ("sample_top_k", "top_k_sample"),
        "nucleus": ("sample_top_p", "nucleus_sample"),
        "min_p_sampling": ("sample_min_p", "min_p_sample"),
    }[target]
    return p.done("pipelines", "sampling", target, titles,
                  p.pick("Samples the next token of every sequence", "Samples tokens from logits"),
                  "tokens, and their log probabilities" if told else "the next token of each sequence")  # fmt: skip


_RETURN_TITLES = {
    "discounted_returns": ("discounted_returns", "compute_returns", "reward_to_go"),
    "advantages": ("compute_gae", "generalized_advantages", "gae"),
    "importance_returns": ("vtrace", "vtrace_targets", "off_policy_returns"),
    "clipped_objective": ("ppo_loss", "clipped_policy_loss", "surrogate_loss"),
}
"""Names of functions of returns, by target."""


_RETURN_SUMMARIES = {
    "discounted_returns": "Discounted returns of rewards",
    "advantages": "Advantages and returns by generalized advantage estimation",
    "importance_returns": "Off-policy corrected returns",
    "clipped_objective": "Clipped policy objective with a value loss",
}
"""What functions of returns compute, by target."""


def _declare_steps(p: Program, target: str, count: int, shape: tuple[int, int]) -> None:
    """Declare the steps of episodes, and the numbers and options."""
    p.tensor("rewards", Leaf(shape), "rewards of shape (time, batch)", ("rewards", "r_t"))
    p.tensor("values", Leaf(shape, -2, 2), "estimated values, shape (time, batch)", ("values", "v_t"))
    p.tensor(
        "last_value", Leaf((count,), -2, 2), "estimated value after the last step", ("last_value", "bootstrap_value")
    )
    p.tensor("dones", truth(*shape), "whether an episode ends", ("dones", "done", "terminals"))
    clipped = target == "clipped_objective"
    p.tensor("log_p", Leaf(shape, -2, 0), "log probabilities of the actions now",
             ("log_probs", "new_log_probs") if clipped else ("target_log_probs", "log_pi"))  # fmt: skip
    p.tensor("old_log_p", Leaf(shape, -2, 0), "log probabilities of the actions when they were taken",
             ("old_log_probs", "behavior_log_probs") if clipped else ("behavior_log_probs", "log_mu"))  # fmt: skip
    p.tensor(
        "new_values", Leaf(shape, -2, 2), "values as the network estimates them now", ("new_values", "value_preds")
    )
    p.tensor("entropy", positive(*shape), "entropy of the policy at each step", ("entropy", "policy_entropy"))
    p.option(
        "entropy_coef", "0.01", "float", "weight of the entropy", p.pick("0.01", "0.001"), ("entropy_coef", "ent_coef")
    )
    p.option("value_coef", "0.5", "float", "weight of the value loss", p.pick("0.5", "0.25"), ("value_coef", "vf_coef"))
    p.option("gamma", "0.99", "float", "discount factor", p.pick("0.99", "0.95"), ("gamma", "discount"))
    p.option("lam", "0.95", "float", "decay factor of the advantage estimates", p.pick("0.95", "0.9"),
             ("gae_lambda", "lam", "lambda_"))  # fmt: skip
    p.number("clip", p.pick("0.2", "0.1"), "how far a ratio may go", (0.1, 0.3), ("clip_eps", "epsilon", "clip_ratio"))
    p.number("eps", "1e-8", "small number that keeps the division safe")
    p.option("standardise", p.pick("True", "False"), "bool", "whether advantages are standardized",
             p.pick("True", "False"), ("normalize", "normalize_advantages"))  # fmt: skip


def _write_mask(p: Program) -> None:
    """Write the checks, and which steps are not the last of an episode."""
    p.add(
        guard(
            p,
            "rewards.shape != dones.shape",
            "expected equal shapes, got rewards {rewards.shape} and dones {dones.shape}",
            0.15,
        )
    )
    p.add(
        remark(p, "no bootstrapping across episode ends"),
        p.pick(
            "not_done = 1.0 - dones.astype(jnp.float32)",
            "not_done = jnp.where(dones, 0.0, 1.0)",
            "not_done = 1.0 - dones",
        ),
    )


def _write_returns(p: Program, backwards: Callable[[str, str, str, str], list[str]]) -> None:
    """Write discounted returns, and advantages over a baseline."""
    step = block(
        "def step(carry, inputs):",
        "reward, mask = inputs",
        p.pick("carry = reward + gamma * mask * carry", "carry = reward + gamma * carry * mask"),
        "return carry, carry",
    )
    p.add(
        *backwards(
            "last_value" if p.choices.chance(0.6) else "jnp.zeros_like(rewards[0])",
            step,
            "rewards, not_done",
            "returns",
        )
    )
    if p.maybe(0.5):
        p.add("advantages = returns - values")
    else:
        p.add(
            remark(p, "batch mean as a baseline"),
            p.pick(
                "advantages = returns - returns.mean(axis=1, keepdims=True)",
                "advantages = returns - returns.mean()",
            ),
        )


def _write_advantages(p: Program, target: str, backwards: Callable[[str, str, str, str], list[str]]) -> None:
    """Write the advantages of generalized or off-policy estimation."""
    p.add(
        remark(p, *_WHY[target]),
        p.pick(
            "next_values = jnp.concatenate([values[1:], last_value[None]], axis=0)",
            "next_values = jnp.concatenate((values[1:], last_value[None]))",
        ),
        p.pick(
            "deltas = rewards + gamma * next_values * not_done - values",
            "deltas = rewards + gamma * not_done * next_values - values",
        ),
    )
    if target == "importance_returns":
        p.add(
            "ratio = jnp.exp(log_p - old_log_p)",
            "rho = jnp.minimum(ratio, 1.0)",
            "deltas = rho * deltas",
        )
    off_policy = target == "importance_returns"
    step = block(
        "def step(carry, inputs):",
        "td_error, mask, cut = inputs" if off_policy else "td_error, mask = inputs",
        "carry = td_error + gamma * lam * cut * mask * carry"
        if off_policy
        else p.pick("carry = td_error + gamma * lam * mask * carry", "carry = td_error + (gamma * lam) * carry * mask"),
        "return carry, carry",
    )
    start = p.pick("jnp.zeros_like(last_value)", "jnp.zeros(values.shape[1:])", "jnp.zeros(rewards.shape[1])")
    if off_policy:
        p.add(
            *backwards(start, step, "deltas, not_done, rho", "corrections"),
            p.pick("returns = values + corrections", "returns = corrections + values"),
            "next_returns = jnp.concatenate([returns[1:], last_value[None]], axis=0)",
            "advantages = rho * (rewards + gamma * not_done * next_returns - values)",
        )
    else:
        p.add(
            *backwards(start, step, "deltas, not_done", "advantages"),
            p.pick("returns = advantages + values", "returns = values + advantages"),
        )


def _write_clipped_loss(p: Program) -> None:
    """Write the clipped objective of a policy, with the loss of its values."""
    p.add(
        "",
        "advantages = jax.lax.stop_gradient(advantages)\nreturns = jax.lax.stop_gradient(returns)",
    )
    p.add(
        "ratio = jnp.exp(log_p - old_log_p)"
        if p.choices.chance(0.5)
        else "log_ratio = log_p - old_log_p\nratio = jnp.exp(log_ratio)",
        remark(p, "clipped surrogate objective"),
        "clipped_ratio = jnp.clip(ratio, 1.0 - clip, 1.0 + clip)",
        p.pick(
            "policy_loss = -jnp.mean(jnp.minimum(ratio * advantages, clipped_ratio * advantages))",
            "policy_loss = jnp.maximum(-advantages * ratio, -advantages * clipped_ratio).mean()",
        ),
        p.pick(
            "value_loss = 0.5 * jnp.mean((returns - new_values) ** 2)",
            "value_loss = jnp.mean(jnp.square(new_values - returns))",
            "value_clipped = values + jnp.clip(new_values - values, -clip, clip)\n"
            "value_loss = jnp.maximum((new_values - returns) ** 2, (value_clipped - returns) ** 2)\n"
            "value_loss = 0.5 * value_loss.mean()",
        ),
    )
    bonus = p.pick(" - entropy_coef * entropy.mean()", " - entropy_coef * jnp.mean(entropy)", "")
    p.add(f"loss = policy_loss + value_coef * value_loss{bonus}")
    apart = p.choices.chance(0.5)
    p.add("return loss, policy_loss, value_loss" if apart else "return loss")
    p.set_results(*(Leaf(()) for _ in range(3 if apart else 1)))


def _draw_returns(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that computes the returns from each step of episodes, or objectives from them."""
    p = Program(stream)
    length, count = p.size(16, 32, 64), p.size(8, 16, 32, 64)
    shape = (length, count)
    _declare_steps(p, target, count, shape)
    _write_mask(p)
    scan, back = "jax.lax.scan", p.choices.chance(0.75)

    def backwards(start: str, step: str, inputs: str, to: str) -> list[str]:
        if back:
            return [step, f"_, {to} = {scan}(step, {start}, ({inputs}), reverse=True)"]
        turned = ", ".join(f"{each}[::-1]" for each in inputs.split(", "))
        return [step, f"_, {to} = {scan}(step, {start}, ({turned}))", f"{to} = {to}[::-1]"]

    if target == "discounted_returns":
        _write_returns(p, backwards)
    else:
        _write_advantages(p, target, backwards)
    if p.maybe(0.45):
        p.add(
            block(
                "if standardise:",
                "",
                p.pick(
                    "advantages = (advantages - advantages.mean()) / (advantages.std() + eps)",
                    "advantages = (advantages - jnp.mean(advantages)) / (jnp.std(advantages) + eps)",
                ),
            )
        )
    if target == "clipped_objective":
        _write_clipped_loss(p)
    elif p.choices.chance(0.6):
        p.add("return advantages, returns")
        p.set_results(Leaf(shape), Leaf(shape))
    else:
        p.add("return {'advantages': advantages, 'returns': returns}")
        p.set_results({"advantages": Leaf(shape), "returns": Leaf(shape)})
    return p.done(
        "pipelines",
        "episode_returns",
        target,
        _RETURN_TITLES[target],
        _RETURN_SUMMARIES[target],
        "advantages and returns",
    )


RECIPES = (
    Recipe(
        name="sampling",
        category="pipelines",
        targets=("categorical", "top_k_sampling", "nucleus", "min_p_sampling"),
        draw=_draw_sampling,
    ),
    with_texts(
        Recipe(
            name="episode_returns",
            category="pipelines",
            targets=("discounted_returns", "advantages", "importance_returns", "clipped_objective"),
            draw=_draw_returns,
            target_weights={"discounted_returns": 0.8, "advantages": 0.8, "importance_returns": 0.8},
        ),
        WRITERS,
    ),
)
