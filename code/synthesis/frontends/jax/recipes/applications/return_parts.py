"""Value targets computed from rewards by one of several estimators, chosen by name."""

from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import settled, truth
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

BACKWARDS = '''
    def discounted(x: Array, decay: Array) -> Array:
        {?0.5 """{Sums of what is still to come, discounted step by step ~ Scans backwards over time}."""}
        {def step(carry, inputs):
            value, factor = inputs
            carry = value + factor * carry
            return carry, carry

        _, sums = jax.lax.scan(step, jnp.zeros_like(x[0]), (x, decay), reverse=True)
        return sums ~
        def step(carry, inputs):
            carry = inputs[0] + inputs[1] * carry
            return carry, carry

        return jax.lax.scan(step, jnp.zeros(x.shape[1:], x.dtype), (x, decay), reverse=True)[1]}
'''
_TARGETS = """
    {?0.3 if rewards.shape != values.shape:
        raise ValueError(f'expected values of shape <<rewards.shape>>, got <<values.shape>>')}
    {?0.2 if gamma <= 0.0 or gamma > 1.0:
        raise ValueError(f'expected a discount in (0, 1], got <<gamma>>')}
    {?0.45 if reward_scale != 1.0:
        rewards = reward_scale * rewards ~
    if reward_clip is not None:
        {?0.5 # {games differ in what they pay}}
        rewards = jnp.clip(rewards, -reward_clip, reward_clip)}
    {discounts = gamma * (1.0 - dones.astype(rewards.dtype)) ~ discounts = jnp.where(dones, 0.0, gamma)}
    {?0.4 if truncated is not None:
        {?0.5 # {time limits are no ends: the value beyond still counts}}
        discounts = jnp.where(truncated, gamma, discounts)}
    {next_values = jnp.concatenate([values[1:], last_value[None]]) ~
    next_values = jnp.concatenate([values, last_value[None]], axis=0)[1:]}
    {if estimator == 'gae':
        deltas = rewards + discounts * next_values - values
        advantages = discounted(deltas, discounts * lam)
        targets = advantages + values
    elif estimator == 'n_step':
        {?0.5 # {rewards of some steps, then the value}}
        targets = next_values
        for _ in range(num_steps - 1):
            targets = rewards + discounts * targets
            {?0.5 # {each step takes what the next one has gathered}}
            targets = jnp.concatenate([targets[1:], last_value[None]])
        targets = rewards + discounts * targets
        advantages = targets - values
    elif estimator == 'td':
        targets = rewards + discounts * next_values
        advantages = targets - values
    {elif estimator == 'monte_carlo':
        last = rewards.at[-1].add(discounts[-1] * last_value)
        targets = discounted(last, discounts)
        advantages = targets - values ~}
    else:
        raise ValueError(f'unknown estimator <<estimator>>') ~
    deltas = rewards + discounts * next_values - values
    if estimator not in ('lambda', 'td'):
        raise ValueError(f'expected lambda or td, got <<estimator>>')
    if estimator == 'td':
        advantages = deltas
    else:
        advantages = discounted(deltas, lam * discounts)
    targets = values + advantages ~
    {?0.5 # {as if the policy of now had acted}}
    {log_ratio = log_p - old_log_p
    ratio = jnp.exp(log_ratio) ~ ratio = jnp.exp(log_p - old_log_p)}
    if estimator == 'vtrace':
        rho, trace = jnp.minimum(rho_max, ratio), jnp.minimum(1.0, ratio)
    elif estimator == 'retrace':
        rho = {jnp.ones_like(ratio) ~ jnp.ones(ratio.shape, ratio.dtype)}
        trace = lam * jnp.minimum(1.0, ratio)
    else:
        raise ValueError(f'unknown correction <<estimator>>')
    deltas = rho * (rewards + discounts * next_values - values)
    advantages = discounted(deltas, discounts * trace)
    targets = values + advantages}
    {?0.6 if normalize:
        {if valid_steps is None:
            valid_steps = jnp.ones_like(advantages)
        count = jnp.maximum(jnp.sum(valid_steps), 1.0)
        center = jnp.sum(valid_steps * advantages) / count
        std = jnp.sqrt(jnp.sum(valid_steps * (advantages - center) ** 2) / count) ~
        center, std = jnp.mean(advantages), jnp.std(advantages)}
        advantages = (advantages - center) / (std + 1e-8)}
    {return advantages, targets ~ return advantages, jax.lax.stop_gradient(targets) ~
    return <<'advantages': advantages, 'targets': targets>> ~
    value_error = jnp.mean((targets - values) ** 2)
    return advantages, targets, <<'value_error': value_error, 'mean_target': jnp.mean(targets)>>}
"""


def write_targets(p: Program) -> Text:
    """Write advantages and value targets, computed by a named estimator."""
    length, count = p.size(16, 32), p.size(8, 16, 32)
    whole = Leaf((length, count))
    lines = p.choose(_TARGETS)
    known = [each for each in ("gae", "n_step", "td", "monte_carlo", "lambda", "vtrace", "retrace")
             if f"'{each}'" in lines]  # fmt: skip
    cut, some = p.choices.chance(0.5), p.choices.chance(0.5)
    normalized = p.choices.chance(0.5)
    last = lines.rstrip().split("\n")[-1]
    result: tuple[Tree, ...] = (whole, whole)
    if "'advantages'" in last:
        result = ({"advantages": whole, "targets": whole},)
    elif "'value_error'" in last:
        result = (whole, whole, {"value_error": Leaf(()), "mean_target": Leaf(())})
    return Text(
        lines=settled(lines),
        given={
            "rewards": Array(whole, "rewards of shape (time, batch)", ("rewards", "r_t")),
            "values": Array(Leaf((length, count), -2, 2), "estimated values of shape (time, batch)", ("values", "v_t")),
            "last_value": Array(Leaf((count,), -2, 2), "value after the last step", ("last_value", "bootstrap_value")),
            "dones": Array(truth(length, count), "whether an episode ends", ("dones", "terminals")),
            "truncated": Array(truth(length, count), "whether the time was up", ("truncated", "timeouts"), float(cut)),
            "log_p": Array(Leaf((length, count), -2, 0), "log probabilities of the actions now",
                           ("log_probs", "target_log_probs")),
            "old_log_p": Array(Leaf((length, count), -2, 0), "log probabilities when they were taken",
                               ("old_log_probs", "behavior_log_probs")),
            "valid_steps": Array(Leaf((length, count), 0, 1), "steps that count", ("mask", "valid"),
                                 float(some or not normalized)),
            "estimator": Option("str", f"one of {', '.join(known)}", (f"'{p.choices.choice(known)}'",),
                                ("estimator", "method")),
            "gamma": Option("float", "discount factor", ("0.99", "0.95"), ("gamma", "discount")),
            "lam": Option("float", "decay of the estimates", ("0.95", "0.9"), ("lam", "gae_lambda")),
            "rho_max": Option("float", "largest ratio", ("1.0", "2.0"), ("rho_max", "rho_bar")),
            "num_steps": Option("int", "steps before the value", ("3", "2", "5"), ("n_step", "num_steps")),
            "reward_scale": Option("float", "what rewards are multiplied by", ("0.1", "1.0", "5.0"), ("reward_scale",)),
            "reward_clip": Option("float | None", "largest reward", ("None", "0.5", "0.8"), ("reward_clip",)),
            "normalize": Option("bool", "whether advantages are normalized", ("True",),
                                ("normalize", "normalize_advantages"), str(normalized)),
        },
        result=result,
        titles=("value_targets", "compute_targets", "estimate_advantages", "advantages_and_targets"),
        summary=p.pick("Advantages and targets by one of several estimators", "Targets of values from rewards"),
        returned="advantages and targets",
        helpers=(BACKWARDS,),
    )  # fmt: skip


WRITERS = {"value_targets": write_targets}
