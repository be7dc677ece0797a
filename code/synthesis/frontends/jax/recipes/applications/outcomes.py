"""What is drawn from scores, and what episodes come to: sampled tokens, returns, objectives of policies."""

from textwrap import indent

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
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.grammar.lines import block, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_WHY = {
    "top_k_sampling": ("only the best k may be chosen", "rule out unlikely tokens"),
    "nucleus": ("the smallest set with enough probability", "keep the head of the distribution"),
    "min_p_sampling": ("rule out what is much less likely than the best",),
    "discounted_returns": ("from the last step to the first",),
    "advantages": ("what happened against what was expected", "temporal differences"),
    "importance_returns": ("actions were taken by another policy", "correct for the policy that acted"),
    "clipped_objective": ("what happened against what was expected",),
}


def _draw_sampling(stream: Stream, target: str) -> KernelSpec:
    """The next tokens, drawn from scores of them."""
    p = Program(stream)
    rows, words = p.size(1, 2, 4, 8, 16, 32), p.size(64, 128, 256, 512, 1024)
    p.tensor(
        "logits",
        Leaf((rows, words), -4, 4),
        "scores of the next token, shape (batch, vocab)",
        ("logits", "scores", "next_logits"),
    )
    p.tensor("key", key(), "random key", ("key", "rng", "rng_key"))
    p.tensor(
        "seen",
        whole(rows, p.size(8, 16, 32), below=words),
        "tokens so far, shape (batch, length)",
        ("tokens", "previous", "generated"),
    )
    p.tensor(
        "bias",
        Leaf((words,), -1, 1),
        "what is added to the score of each token",
        ("bias", "logit_bias"),
        given=p.maybe(0.35),
        optional=True,
    )
    p.number("temperature", p.pick("1.0", "0.7", "0.8"), "how even the choice is", (0.5, 1.5), ("temperature", "temp"))
    p.number(
        "penalty",
        p.pick("1.2", "1.1"),
        "how much less seen tokens are chosen",
        None,
        ("penalty", "repetition_penalty"),
    )
    p.option("k", p.pick("40", "10"), "int", "how many tokens may be chosen", p.pick("8", "16", "32"), ("k", "top_k"))
    p.number(
        "mass",
        p.pick("0.9", "0.95"),
        "probability of the tokens that may be chosen",
        (0.5, 0.95),
        ("top_p", "p", "mass"),
    )
    p.number("floor", p.pick("0.05", "0.1"), "least probability relative to the best", (0.02, 0.2), ("min_p", "floor"))
    p.option("greedy", "False", "bool", "whether the best token is taken", "False", ("greedy", "deterministic"))
    p.add(guard(p, "logits.ndim != 2", "expected scores of shape (batch, vocab), got {logits.shape}", 0.35))
    p.add(block("if bias is not None:", p.pick("logits = logits + bias", "logits += bias[None, :]")))
    if p.maybe(0.35):
        p.add(
            "'# make what was said before less likely'",
            p.pick(
                "rows = jnp.arange(logits.shape[0])[:, None]\n"
                "hit = jnp.zeros(logits.shape, bool).at[rows, seen].set(True)",
                "hit = jax.nn.one_hot(seen, logits.shape[-1]).sum(axis=1) > 0",
            ),
            p.pick(
                "logits = jnp.where(hit, jnp.where(logits > 0, logits / penalty, logits * penalty), logits)",
                "weaker = jnp.where(logits > 0, logits / penalty, logits * penalty)\n"
                "logits = jnp.where(hit, weaker, logits)",
            ),
        )
    p.add(remark(p, "cold is sure, hot is even", share=0.3))
    p.add(p.pick("logits = logits / temperature", "logits = logits / jnp.maximum(temperature, 1e-4)"))
    low = p.pick("-jnp.inf", "-jnp.inf", "jnp.finfo(logits.dtype).min")
    p.add(
        remark(p, *_WHY[target]) if target in _WHY else "",
        {
            "categorical": "",
            "top_k_sampling": p.pick(
                f"values, _ = lax.top_k(logits, k)\nlogits = jnp.where(logits < values[:, -1:], {low}, logits)",
                f"cut = jnp.sort(logits, axis=-1)[:, -k][:, None]\nlogits = jnp.where(logits >= cut, logits, {low})",
                f"values = jax.lax.top_k(logits, k)[0]\n"
                f"logits = jnp.where(logits < values[..., -1, None], {low}, logits)",
            ),
            "nucleus": join(
                p.pick("ordered = jnp.sort(logits, axis=-1)[:, ::-1]", "ordered = -jnp.sort(-logits, axis=-1)"),
                "sums = jnp.cumsum(jax.nn.softmax(ordered, axis=-1), axis=-1)",
                p.pick(
                    "last = jnp.sum(sums < mass, axis=-1, keepdims=True)", "last = (sums < mass).sum(axis=-1)[:, None]"
                ),
                "cut = jnp.take_along_axis(ordered, last, axis=-1)",
                f"logits = jnp.where(logits < cut, {low}, logits)",
            ),
            "min_p_sampling": join(
                "probs = jax.nn.softmax(logits, axis=-1)",
                p.pick(
                    "cut = floor * probs.max(axis=-1, keepdims=True)",
                    "cut = floor * jnp.max(probs, axis=-1, keepdims=True)",
                ),
                f"logits = jnp.where(probs < cut, {low}, logits)",
            ),
        }[target],
    )
    chosen = p.pick(
        "token = jax.random.categorical(key, logits, axis=-1)",
        "token = jax.random.categorical(key, logits)",
        "noise = jax.random.gumbel(key, logits.shape)\ntoken = jnp.argmax(logits + noise, axis=-1)",
        "u = jax.random.uniform(key, logits.shape, minval=1e-6, maxval=1.0)\n"
        "token = jnp.argmax(logits - jnp.log(-jnp.log(u)), axis=-1)",
    )
    if p.maybe(0.2):
        chosen = p.pick(
            f"if greedy:\n    token = jnp.argmax(logits, axis=-1)\nelse:\n{indent(chosen, '    ')}",
            "best = jnp.argmax(logits, axis=-1)\n"
            "token = best if greedy else jax.random.categorical(key, logits, axis=-1)",
        )
    p.add(
        chosen,
        p.pick(
            "log_p = jax.nn.log_softmax(logits, axis=-1)",
            "log_p = logits - jax.nn.logsumexp(logits, axis=-1, keepdims=True)",
        ),
        p.pick(
            "picked = jnp.take_along_axis(log_p, token[:, None], axis=-1)[:, 0]",
            "picked = jnp.take_along_axis(log_p, jnp.expand_dims(token, -1), axis=-1).squeeze(-1)",
            "picked = log_p[jnp.arange(log_p.shape[0]), token]",
        ),
    )
    if p.maybe(0.3):
        p.add(
            p.pick(
                "return token, picked, jnp.exp(log_p)", "probs_out = jnp.exp(log_p)\nreturn token, picked, probs_out"
            )
        )
        p.gives(Leaf((rows,), dtype="int32"), Leaf((rows,)), Leaf((rows, words)))
    else:
        p.add("return token, picked")
        p.gives(Leaf((rows,), dtype="int32"), Leaf((rows,)))
    titles = {
        "categorical": ("sample_token", "sample"),
        "top_k_sampling": ("sample_top_k", "top_k_sample"),
        "nucleus": ("sample_top_p", "nucleus_sample"),
        "min_p_sampling": ("sample_min_p", "min_p_sample"),
    }[target]
    return p.done(
        "training",
        "sampling",
        target,
        titles,
        p.pick("Draws the next token of every sequence", "Samples tokens from their scores"),
        "tokens, and their log probabilities",
    )


def _draw_returns(stream: Stream, target: str) -> KernelSpec:
    """What was won from each step of episodes on, and what a policy is told by it."""
    p = Program(stream)
    length, count = p.size(16, 32, 64), p.size(8, 16, 32, 64)
    shape = (length, count)
    p.tensor("rewards", Leaf(shape), "rewards of shape (time, batch)", ("rewards", "r_t"))
    p.tensor("values", Leaf(shape, -2, 2), "estimated values, shape (time, batch)", ("values", "v_t"))
    p.tensor(
        "last_value", Leaf((count,), -2, 2), "estimated value after the last step", ("last_value", "bootstrap_value")
    )
    p.tensor("dones", truth(*shape), "whether an episode ends", ("dones", "done", "terminals"))
    clipped = target == "clipped_objective"
    p.tensor(
        "log_p",
        Leaf(shape, -2, 0),
        "log probabilities of the actions now",
        ("log_probs", "new_log_probs") if clipped else ("target_log_probs", "log_pi"),
    )
    p.tensor(
        "old_log_p",
        Leaf(shape, -2, 0),
        "log probabilities of the actions when they were taken",
        ("old_log_probs", "behavior_log_probs") if clipped else ("behavior_log_probs", "log_mu"),
    )
    p.tensor(
        "new_values", Leaf(shape, -2, 2), "values as the network estimates them now", ("new_values", "value_preds")
    )
    p.tensor("entropy", positive(*shape), "entropy of the policy at each step", ("entropy", "policy_entropy"))
    p.number("entropy_coef", "0.01", "weight of the entropy", (0.005, 0.05), ("entropy_coef", "ent_coef"))
    p.number("value_coef", "0.5", "weight of the value loss", (0.25, 1.0), ("value_coef", "vf_coef"))
    p.number("gamma", "0.99", "discount of a step", (0.9, 0.99), ("gamma", "discount"))
    p.number("lam", "0.95", "how far estimates reach", (0.8, 0.98), ("gae_lambda", "lam", "lambda_"))
    p.number("clip", p.pick("0.2", "0.1"), "how far a ratio may go", (0.1, 0.3), ("clip_eps", "epsilon", "clip_ratio"))
    p.number("eps", "1e-8", "small number that keeps the division safe")
    p.option(
        "standardise",
        p.pick("True", "False"),
        "bool",
        "whether advantages are standardized",
        p.pick("True", "False"),
        ("normalize", "normalize_advantages"),
    )
    p.add(guard(p, "rewards.shape != dones.shape", "shapes {rewards.shape} and {dones.shape} differ", 0.35))
    p.add(
        remark(p, "nothing is carried over the end of an episode", "episodes end"),
        p.pick("alive = 1.0 - dones.astype(jnp.float32)", "alive = jnp.where(dones, 0.0, 1.0)", "alive = 1.0 - dones"),
    )
    scan, back = p.pick("lax.scan", "jax.lax.scan"), p.choices.chance(0.5)

    def backwards(start: str, step: str, inputs: str, to: str) -> list[str]:
        if back:
            return [step, f"_, {to} = {scan}(step, {start}, ({inputs}), reverse=True)"]
        turned = ", ".join(f"{each}[::-1]" for each in inputs.split(", "))
        return [step, f"_, {to} = {scan}(step, {start}, ({turned}))", f"{to} = {to}[::-1]"]

    if target == "discounted_returns":
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
                "rewards, alive",
                "returns",
            )
        )
        if p.maybe(0.5):
            p.add("advantages = returns - values")
        else:
            p.add(
                remark(p, "what is usual at this time of an episode", "the mean of the batch as a baseline"),
                p.pick(
                    "advantages = returns - returns.mean(axis=1, keepdims=True)",
                    "advantages = returns - returns.mean()",
                ),
            )
    else:
        p.add(
            remark(p, *_WHY[target]),
            p.pick(
                "next_values = jnp.concatenate([values[1:], last_value[None]], axis=0)",
                "next_values = jnp.append(values[1:], last_value[None], axis=0)",
                "next_values = jnp.vstack([values[1:], last_value])",
            ),
            p.pick(
                "deltas = rewards + gamma * next_values * alive - values",
                "deltas = rewards + gamma * alive * next_values - values",
            ),
        )
        if target == "importance_returns":
            p.add(
                p.pick("ratio = jnp.exp(log_p - old_log_p)", "ratio = jnp.exp(jnp.clip(log_p - old_log_p, -3.0, 3.0))"),
                p.pick("rho = jnp.minimum(1.0, ratio)", "rho = jnp.clip(ratio, max=1.0)"),
                "deltas = rho * deltas",
            )
        off_policy = target == "importance_returns"
        step = block(
            "def step(carry, inputs):",
            "delta, mask, cut = inputs" if off_policy else "delta, mask = inputs",
            "carry = delta + gamma * lam * cut * mask * carry"
            if off_policy
            else p.pick("carry = delta + gamma * lam * mask * carry", "carry = delta + (gamma * lam) * carry * mask"),
            "return carry, carry",
        )
        start = p.pick("jnp.zeros_like(last_value)", "jnp.zeros(values.shape[1:])", "jnp.zeros(rewards.shape[1])")
        if off_policy:
            p.add(
                *backwards(start, step, "deltas, alive, rho", "corrections"),
                p.pick("returns = values + corrections", "returns = corrections + values"),
                "next_returns = jnp.concatenate([returns[1:], last_value[None]], axis=0)",
                "advantages = rho * (rewards + gamma * alive * next_returns - values)",
            )
        else:
            p.add(
                *backwards(start, step, "deltas, alive", "advantages"),
                p.pick("returns = advantages + values", "returns = values + advantages"),
            )
    if p.maybe(0.45):
        p.add(
            block(
                "if standardise:",
                remark(p, "one scale for all batches", "rewards may have any size"),
                p.pick(
                    "advantages = (advantages - advantages.mean()) / (advantages.std() + eps)",
                    "advantages = (advantages - jnp.mean(advantages)) / (jnp.std(advantages) + eps)",
                ),
            )
        )
    if target == "clipped_objective":
        p.add(
            remark(p, "targets are constants of the loss", "no gradient through what is aimed at"),
            "advantages = jax.lax.stop_gradient(advantages)\nreturns = jax.lax.stop_gradient(returns)",
        )
        p.add(
            "ratio = jnp.exp(log_p - old_log_p)"
            if p.choices.chance(0.5)
            else "log_ratio = log_p - old_log_p\nratio = jnp.exp(log_ratio)",
            remark(p, "no gain from moving too far", "stay near the policy that acted"),
            "bounded = jnp.clip(ratio, 1.0 - clip, 1.0 + clip)",
            p.pick(
                "policy_loss = -jnp.mean(jnp.minimum(ratio * advantages, bounded * advantages))",
                "policy_loss = jnp.maximum(-advantages * ratio, -advantages * bounded).mean()",
            ),
            p.pick(
                "value_loss = 0.5 * jnp.mean((returns - new_values) ** 2)",
                "value_loss = jnp.mean(jnp.square(new_values - returns))",
                "value_clipped = values + jnp.clip(new_values - values, -clip, clip)\n"
                "worse = jnp.maximum((new_values - returns) ** 2, (value_clipped - returns) ** 2)\n"
                "value_loss = 0.5 * worse.mean()",
            ),
        )
        bonus = p.pick(" - entropy_coef * entropy.mean()", " - entropy_coef * jnp.mean(entropy)", "")
        p.add(f"loss = policy_loss + value_coef * value_loss{bonus}")
        apart = p.choices.chance(0.5)
        p.add("return loss, policy_loss, value_loss" if apart else "return loss")
        p.gives(*(Leaf(()) for _ in range(3 if apart else 1)))
    elif p.choices.chance(0.6):
        p.add("return advantages, returns")
        p.gives(Leaf(shape), Leaf(shape))
    else:
        p.add("return {'advantages': advantages, 'returns': returns}")
        p.gives({"advantages": Leaf(shape), "returns": Leaf(shape)})
    titles = {
        "discounted_returns": ("discounted_returns", "compute_returns", "reward_to_go"),
        "advantages": ("compute_gae", "generalized_advantages", "gae"),
        "importance_returns": ("vtrace", "vtrace_targets", "off_policy_returns"),
        "clipped_objective": ("ppo_loss", "clipped_policy_loss", "surrogate_loss"),
    }[target]
    return p.done(
        "training",
        "episode_returns",
        target,
        titles,
        {
            "discounted_returns": "Discounted sums of the rewards to come",
            "advantages": "Advantages and returns by generalized advantage estimation",
            "importance_returns": "Returns corrected for another policy's actions",
            "clipped_objective": "Clipped policy objective with a value loss",
        }[target],
        "advantages and returns",
    )


RECIPES = (
    Recipe(
        name="sampling",
        category="training",
        targets=("categorical", "top_k_sampling", "nucleus", "min_p_sampling"),
        draw=_draw_sampling,
    ),
    Recipe(
        name="episode_returns",
        category="training",
        targets=("discounted_returns", "advantages", "importance_returns", "clipped_objective"),
        draw=_draw_returns,
    ),
)
