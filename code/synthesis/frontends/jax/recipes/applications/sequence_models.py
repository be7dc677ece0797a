"""Whole models that are scanned over time: recurrent networks, learned dynamics, and sampling of tokens."""

from itertools import pairwise

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import positive, truth, weights, whole
from synthesis.frontends.jax.recipes.applications.precision import Precision
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.recurrent_networks import SLOPES, fill_marks, write_network
from synthesis.frontends.jax.recipes.applications.steps import FORMS, finish_step
from synthesis.frontends.jax.recipes.applications.token_generation import write_tokens
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree

_BODIES = read_bodies("jax", "sequence_models", margin=4)

_RATES = _BODIES["rates"]
_METHODS = {
    "euler": '''
    def euler_step(params, TAKEN, dt: float) -> Array:
        {? """{One step of Euler's method ~ The state a step later}."""}
        return y + dt * vector_field(params, GIVEN)
    ''',
    "midpoint": _BODIES["midpoint"],
    "heun": _BODIES["heun"],
    "rk4": _BODIES["rk4"],
}  # fmt: skip
_PATH = """
        {def body(y, EACH):
            {?0.5 y = METHOD(params, GIVEN, dt)
            return y, y ~
            next_y = METHOD(params, GIVEN, dt)
            return next_y, next_y}

        {?0.4 # {free-running rollout ~ no correction during the rollout}}
        {_, path = jax.lax.scan(body, starts, OVER) ~ _, path = jax.lax.scan(jax.checkpoint(body), starts, OVER) ~
        path = jax.lax.scan(body, starts, OVER)[1]}}
"""
_PATH_LOSS = """
        error = path - observed
        {losses = jnp.mean(error ** 2, axis=-1) ~ losses = jnp.sum(jnp.square(error), axis=-1) ~
        {?0.4 # Huber loss}
        abs_error = jnp.abs(error)
        losses = jnp.mean(jnp.where(abs_error < delta, 0.5 * error ** 2, delta * (abs_error - 0.5 * delta)), axis=-1) ~
        {?0.4 # {errors normalized by standard deviations}}
        losses = jnp.mean((error / scale) ** 2, axis=-1) ~
        losses = jnp.mean(jnp.logaddexp(error, -error) - jnp.log(2.0), axis=-1)}
"""
_PATH_MEANS = {
    "masked": """
        loss = {jnp.sum(mask * losses) / jnp.maximum(jnp.sum(mask), 1.0) ~ masked_mean(losses, mask)}
    """,
    "discounted": """
        {?0.4 # {discount distant errors}}
        decay = discount ** jnp.arange(losses.shape[0])
        {loss = jnp.mean(decay[:, None] * losses) ~
        loss = jnp.sum(decay[:, None] * losses) / (jnp.sum(decay) * losses.shape[1]) ~
        loss = jnp.mean(decay @ losses)}
    """,
    "last": """
        {?0.4 # {where it ends counts more}}
        loss = jnp.mean(losses) + last_weight * {jnp.mean(losses[-1]) ~ losses[-1].mean()}
    """,
    "": """
        loss = {jnp.mean(losses) ~ losses.mean()}
    """,
}
_PATH_PENALTIES = {
    "weights": """
        {?0.4 # {biases are not penalized ~ weight decay}}
        {loss = loss + penalty_weight * sum(jnp.sum(layer['w'] ** 2) for layer in params) ~
        penalty = sum(jnp.vdot(layer['w'], layer['w']) for layer in params)
        loss = loss + 0.5 * penalty_weight * penalty}
    """,
    "smooth": """
        {?0.4 # {penalize jumps ~ keeps the path smooth}}
        {loss = loss + penalty_weight * jnp.mean((path[1:] - path[:-1]) ** 2) ~
        loss = loss + penalty_weight * jnp.mean(jnp.square(jnp.diff(path, axis=0)))}
    """,
    "": "",
}


_PATH_ENDS = _BODIES["path_ends"]


def _draw_dynamics(p: Program, end: str) -> None:
    """Write a system whose derivatives a network computes, the error of its paths, and the use of the gradient.

    Args:
        p: the function.
        end: ``rollout`` if the paths are returned, ``gradient``, or ``step`` if the parameters are updated.
    """
    rows, length, size, hidden = p.size(8, 16, 32), p.size(8, 10, 12), p.size(4, 6, 16), p.size(16, 24, 32)
    driven, acted = p.choices.chance(0.5), p.size(2, 3)
    depth = 1 + p.choices.chance(0.6) + (p.level >= 4 and p.choices.chance(0.4))
    sizes = [size + driven * acted, *[hidden] * depth, size]
    tree: Tree = [{"w": weights(a, b), "b": weights(b)} for a, b in pairwise(sizes)]
    method = p.pick("euler", "midpoint", "midpoint", "heun", "rk4")
    p.tree("params", tree, "weights of the network", ("params", "weights"))
    p.tensor("starts", Leaf((rows, size), -1, 1), "states at the beginning", ("starts", "y0", "init_states"))
    p.tensor("observed", Leaf((length, rows, size), -2, 2), "observed states of shape (time, batch, state)",
             ("observed", "targets", "trajectory"))  # fmt: skip
    p.tensor("controls", Leaf((length, rows, acted), -1, 1), "controls of shape (time, batch, controls)",
             ("controls", "actions"))  # fmt: skip
    p.tensor("mask", truth(length, rows), "which steps were observed", ("mask", "is_observed"))
    p.tensor("scale", positive(size), "how much each number varies", ("scale", "state_std"))
    p.number("dt", p.pick("0.01", "0.05", "0.1"), "length of a step", None, ("dt", "step_size"))
    p.number("delta", "1.0", "where the loss becomes linear", None, ("delta", "huber_delta"))
    p.number("discount", p.pick("0.95", "0.99"), "factor of the errors from one step to the next", None, ("discount",))
    p.number("last_weight", "1.0", "weight of the last step", None, ("final_weight", "last_weight"))
    p.option("penalty_weight", p.pick("1e-3", "1e-4"), "float", "weight of the penalty", "0.1", ("penalty_weight",))
    act = p.pick("jnp.tanh", "jnp.tanh", "jax.nn.silu")
    taken, given = ("y: Array, u: Array", "y, u") if driven else ("y: Array", "y")
    control = ", u" if driven else ""
    later = {
        "MIDDLE": f"middle{control}", "AHEAD": f"ahead{control}", "SECOND": f"y + 0.5 * dt * k1{control}",
        "THIRD": f"y + 0.5 * dt * k2{control}", "FOURTH": f"y + dt * k3{control}",
    }  # fmt: skip
    marks = {"TAKEN": taken, "GIVEN": given, "ACT": act, **later}
    joined = "h = jnp.concatenate([y, u], axis=-1)" if driven else "h = y"
    for text in (_RATES, _METHODS[method]):
        p.function(fill_marks(text.replace("JOINED", joined), marks, Precision()))
    path = _PATH.replace("EACH", "u" if driven else "_").replace("METHOD", f"{method}_step").replace("GIVEN", given)
    path = path.replace("OVER", "controls" if driven else "None, length=observed.shape[0]")
    mean, penalty = p.pick("", "", *_PATH_MEANS), p.pick("", *_PATH_PENALTIES)
    p.write("{?0.3 if starts.shape != observed.shape[1:]:\n    raise ValueError(f'states of shape <<starts.shape>>, "
            "but observed are <<observed.shape>>')}")  # fmt: skip
    if end == "rollout":
        p.write(path.replace("\n    ", "\n"), _PATH_ENDS)
        p.set_results(Leaf((length, rows, size)), Leaf((length,)))
        return
    body = path + _PATH_LOSS + _PATH_MEANS[mean] + _PATH_PENALTIES[penalty]
    p.write(f"def loss_fn(params):{body}\n        return loss", SLOPES)
    finish_step(p, tree, FORMS if end == "step" else (), decays=penalty != "")


_POLICIES = {
    "categorical": _BODIES["categorical"],
    "gaussian": _BODIES["gaussian"],
}
_MLP = _BODIES["mlp"]
_ADVANTAGES = _BODIES["advantages"]
_POLICY_LOSSES = {
    "clipped": """
        log_prob, entropy = log_prob_and_entropy(params, obs, actions)
        ratio = jnp.exp(log_prob - old_log_probs)
        {clipped = jnp.clip(ratio, 1.0 - clip_eps, 1.0 + clip_eps)
        policy_loss = -jnp.mean(jnp.minimum(ratio * advantages, clipped * advantages)) ~
        surrogate = jnp.minimum(ratio * advantages, jnp.clip(ratio, 1.0 - clip_eps, 1.0 + clip_eps) * advantages)
        policy_loss = -surrogate.mean()}
    """,
    "plain": """
        log_prob, entropy = log_prob_and_entropy(params, obs, actions)
        {policy_loss = -jnp.mean(log_prob * advantages) ~ policy_loss = -(advantages * log_prob).mean()}
    """,
    "penalized": """
        log_prob, entropy = log_prob_and_entropy(params, obs, actions)
        log_ratio = log_prob - old_log_probs
        ratio = jnp.exp(log_ratio)
        {?0.4 # {penalize divergence from the behaviour policy}}
        {kl = jnp.mean(ratio - 1.0 - log_ratio)
        policy_loss = kl_coef * kl - jnp.mean(ratio * advantages) ~
        policy_loss = jnp.mean(kl_coef * (ratio - 1.0 - log_ratio) - ratio * advantages)}
    """,
}
_POLICY_TOTALS = """
        {value_error = mlp(params['critic'], obs)[..., 0] - returns ~
        new_values = mlp(params['critic'], obs).squeeze(-1)
        value_error = new_values - returns}
        {value_loss = 0.5 * jnp.mean(value_error ** 2) ~ value_loss = jnp.mean(jnp.square(value_error)) ~
        {?0.4 # Huber loss}
        abs_error = jnp.abs(value_error)
        value_loss = jnp.mean(jnp.where(abs_error < 1.0, 0.5 * value_error ** 2, abs_error - 0.5))}
        {return policy_loss + value_coef * value_loss - entropy_coef * jnp.mean(entropy) ~
        loss = policy_loss + value_coef * value_loss
        {?0.4 # {entropy bonus}}
        loss = loss - entropy_coef * {jnp.mean(entropy) ~ entropy.mean()}
        return loss}
"""


def _draw_policy(p: Program) -> None:
    """Write the update of a policy and its critic from the steps of several episodes."""
    steps, rows, seen = p.size(8, 10, 12), p.size(8, 16, 32), p.size(4, 6, 16)
    hidden, acts = p.size(16, 24, 32), p.size(2, 3, 4)
    depth = 1 + p.choices.chance(0.6)
    kind = p.pick(*_POLICIES)

    def layers(out: int) -> Tree:
        return [{"w": weights(a, b), "b": weights(b)} for a, b in pairwise([seen, *[hidden] * depth, out])]

    tree: dict[str, Tree] = {"actor": layers(acts), "critic": layers(1)}
    if kind == "gaussian":
        tree["log_std"] = Leaf((acts,), -1, 0)
    p.tree("params", tree, "weights of the policy and its critic", ("params",))
    p.tensor("obs", Leaf((steps, rows, seen), -2, 2), "observations of shape (time, batch, features)",
             ("obs", "observations"))  # fmt: skip
    taken = whole(steps, rows, below=acts) if kind == "categorical" else Leaf((steps, rows, acts), -2, 2)
    p.tensor("actions", taken, "what was done", ("actions",))
    p.tensor("old_log_probs", Leaf((steps, rows), -1.5, -0.5), "how likely that was",
             ("old_log_probs", "behavior_log_probs"))  # fmt: skip
    p.tensor("rewards", Leaf((steps, rows)), "rewards of shape (time, batch)", ("rewards",))
    p.tensor("dones", truth(steps, rows), "where episodes end", ("dones", "terminated"))
    p.tensor("last_obs", Leaf((rows, seen), -2, 2), "observations after the last step", ("last_obs", "next_obs"))
    p.option("gamma", "0.99", "float", "discount factor", p.pick("0.99", "0.95"), ("gamma", "discount"))
    p.option(
        "lam", "0.95", "float", "decay factor of the advantage estimates", p.pick("0.95", "0.9"), ("lam", "gae_lambda")
    )
    p.option("clip_eps", "0.2", "float", "clipping range of the probability ratio", p.pick("0.2", "0.1"), ("clip_eps",))
    p.option("kl_coef", "0.1", "float", "weight of the divergence", p.pick("0.1", "0.5"), ("kl_coef", "beta"))
    p.number("value_coef", "0.5", "weight of the critic", None, ("value_coef", "vf_coef"))
    p.number("entropy_coef", "0.01", "weight of the entropy", None, ("entropy_coef", "ent_coef"))
    act = p.pick("jnp.tanh", "jnp.tanh", "jax.nn.silu", "jax.nn.relu")
    p.function(_MLP.replace("ACT", act))
    p.function(_POLICIES[kind])
    loss = _POLICY_LOSSES[p.pick("clipped", "clipped", "plain", "penalized")]
    p.write("{?0.3 if rewards.shape != dones.shape:\n    raise ValueError(f'rewards of shape <<rewards.shape>>, but "
            "ends of shape <<dones.shape>>')}")  # fmt: skip
    p.write(_ADVANTAGES, f"def loss_fn(params):{loss}{_POLICY_TOTALS}", SLOPES)
    finish_step(p, tree)


_SUMMARIES = {
    "recurrent_outputs": "Outputs of a recurrent network for a batch of sequences",
    "dynamics_rollout": "Trajectories of learned dynamics and their error",
    "policy_step": "One training step of a policy and its critic",
    "recurrent_gradient": "Loss of a recurrent network on sequences and its gradient",
    "recurrent_step": "One training step of a recurrent network",
    "dynamics_gradient": "Error of predicted trajectories and its gradient",
    "dynamics_step": "One training step of learned dynamics",
    "sampled_tokens": "Autoregressive generation of tokens",
}
_TITLES = {
    "recurrent_outputs": ("apply_network", "run_network", "predict_sequences"),
    "dynamics_rollout": ("rollout", "predict_paths", "evaluate_rollout"),
    "policy_step": ("update_policy", "train_step", "actor_critic_step"),
    "recurrent_gradient": ("loss_and_grads", "sequence_grads", "compute_gradients"),
    "recurrent_step": ("train_step", "update", "training_step"),
    "dynamics_gradient": ("rollout_grads", "loss_and_grads", "trajectory_grads"),
    "dynamics_step": ("train_step", "fit_step", "update_dynamics"),
    "sampled_tokens": ("sample_tokens", "generate", "sample_text"),
}
_RETURNED = {
    "outputs": "a value, class or score for each sequence or step",
    "rollout": "states of shape (time, batch, state), and an error for each step",
    "gradient": "the loss and the gradients",
    "step": "the new parameters, the state of the optimizer if there is one, and the loss",
    "tokens": "tokens of shape (batch, time), and how likely they were",
}


def _draw_sequence_model(stream: Stream, target: str) -> KernelSpec:
    """Draw a whole model that is scanned over time."""
    p = Program(stream)
    model, end = target.split("_")
    match model:
        case "recurrent":
            write_network(p, end)
        case "policy":
            _draw_policy(p)
        case "dynamics":
            _draw_dynamics(p, end)
        case _:
            write_tokens(p)
    return p.done("training", "sequence_model", target, _TITLES[target], _SUMMARIES[target], _RETURNED[end])


_WEIGHTS = {
    "recurrent_outputs": 1.5, "recurrent_gradient": 1.2, "recurrent_step": 0.8, "dynamics_gradient": 0.9,
    "dynamics_step": 0.6, "policy_step": 0.5, "sampled_tokens": 0.7,
}  # fmt: skip
RECIPES = (
    Recipe(
        name="sequence_model",
        category="training",
        targets=tuple(_TITLES),
        draw=_draw_sequence_model,
        target_weights=_WEIGHTS,
    ),
)
