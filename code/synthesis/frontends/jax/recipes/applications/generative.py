"""Losses of generative models, of distillation from teachers, and of action values."""

from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import positive, truth, weights, whole, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text, with_texts

_BODIES = read_bodies("jax", "generative", margin=8)

_SAME = """
    {?0.15 if LEFT.shape != RIGHT.shape:
        raise ValueError(f'expected equal shapes, got <<LEFT.shape>> and <<RIGHT.shape>>')}
"""
_LOSSES = {
    "evidence_bound": (
        _SAME.replace("LEFT", "mu").replace("RIGHT", "log_var"),
        _BODIES["evidence_bound"],
    ),
    "adversarial": (
        _SAME.replace("LEFT", "real").replace("RIGHT", "fake"),
        _BODIES["adversarial"],
    ),
    "denoising": (
        _BODIES["denoising"],
    ),
    "distillation": (
        _BODIES["distillation"],
    ),
    "action_values": (
        _BODIES["action_values"],
    ),
    "codebook": (
        _BODIES["codebook"],
    ),
}  # fmt: skip
_PREDICTED = {
    # Min-SNR weights: for each prediction (noise, data or velocity), the loss is the error of the data times the
    # clipped signal-to-noise ratio.
    "all": _BODIES["all"],
    "none": "{loss = jnp.mean(error) ~ loss = error.mean()}",
}
_DENOISER = _BODIES["denoiser"]
_SUMMARIES = {
    "evidence_bound": "Negative evidence lower bound of a variational autoencoder",
    "adversarial": "Critic and generator losses of an adversarial network",
    "denoising": "Loss of a denoising diffusion model",
    "distillation": "Distillation loss of a student with teacher and labels",
    "action_values": "Temporal-difference loss of action values",
    "codebook": "Vector quantization loss with a codebook",
}


_TITLES = {
    "evidence_bound": ("vae_loss", "negative_elbo", "elbo_loss"),
    "adversarial": ("gan_losses", "adversarial_losses"),
    "denoising": ("diffusion_loss", "denoising_loss"),
    "distillation": ("distillation_loss", "student_loss"),
    "action_values": ("dqn_loss", "td_loss", "q_learning_loss"),
    "codebook": ("vector_quantize", "quantize", "quantize_with_loss"),
}
"""Names of functions, by target."""


def _declare_arrays(p: Program, target: str, count: int, latent: int, rows: int, width: int) -> None:
    """Declare the arrays of all losses."""
    p.tensor("x", Leaf((rows, width), 0, 1) if target == "evidence_bound" else Leaf((rows, width)),
             "inputs of shape (batch, features)", ("x", "inputs"))  # fmt: skip
    p.tensor(
        "outputs", Leaf((rows, width), -2, 2), "what the model gives for them", ("outputs", "logits", "predictions")
    )
    p.tensor("mu", Leaf((rows, latent)), "means of the codes", ("mu", "mean", "z_mean"))
    p.tensor("log_var", Leaf((rows, latent), -2, 1), "logarithms of their variances", ("log_var", "logvar"))
    p.tensor("real", Leaf((rows, count), -2, 2), "scores of real examples", ("real_logits", "real_scores"))
    p.tensor("fake", Leaf((rows, count), -2, 2), "scores of generated examples", ("fake_logits", "fake_scores"))
    p.tensor("slopes", Leaf((rows, width)), "gradients of the critic, an example a row", ("grads", "critic_grads"),
             given=p.maybe(0.4), optional=True)  # fmt: skip
    p.tensor("noise", Leaf((rows, width), -2, 2), "noise that was added", ("noise", "eps"))
    p.tree("params", {"w1": weights(width, 64), "time": weights(100, 64), "w2": weights(64, width)},
           "weights of the model", ("params", "weights"))  # fmt: skip
    p.tensor("betas", Leaf((100,), 0.01, 0.05), "variance that each step adds", ("betas", "noise_schedule"))
    p.tensor("t", whole(rows, below=100), "step of each example", ("t", "timesteps"))
    p.tensor("teacher", Leaf((rows, width), -3, 3), "scores of the teacher", ("teacher_logits", "teacher"))
    p.tensor("labels", whole(rows, below=width), "true classes", ("labels", "y"))
    p.tensor("mask", truth(rows), "examples that count", ("mask", "valid"), given=p.maybe(0.4), optional=True)
    p.tensor("q", Leaf((rows, count), -2, 2), "values of actions now", ("q_values", "q"))
    p.tensor("next_q", Leaf((rows, count), -2, 2), "values of actions in the next state", ("next_q_values", "target_q"))
    double = p.choices.chance(0.5)
    p.tensor("online_next", Leaf((rows, count), -2, 2), "values by the network that learns",
             ("online_next_q", "selector_q"), given=double, optional=True)  # fmt: skip
    p.tensor("actions", whole(rows, below=count), "actions that were taken", ("actions", "a_t"))
    p.tensor("rewards", Leaf((rows,)), "rewards", ("rewards", "r_t"))
    p.tensor("dones", truth(rows), "whether an episode ended", ("dones", "terminals"))
    p.tensor(
        "weight", positive(rows), "weight of each sample", ("weights", "importance"), given=p.maybe(0.3), optional=True
    )
    p.tensor("codes", Leaf((p.size(32, 64), width)), "table of codes", ("codebook", "codes", "embedding"))


def _declare_options(p: Program) -> None:
    """Declare the options of all losses."""
    p.option("kind", "'gaussian'", "str", "likelihood of the inputs", p.pick("'bernoulli'", "'gaussian'"),
             ("likelihood", "kind"))  # fmt: skip
    p.option("noise_scale", "1.0", "float", "standard deviation of the inputs", p.pick("0.5", "1.0"),
             ("noise_scale", "obs_std"))  # fmt: skip
    p.option(
        "free_bits", "0.0", "float", "KL divergence without a penalty", p.pick("0.5", "0.0", "2.0"), ("free_bits",)
    )
    p.number("beta", "1.0", "weight of the kl", (0.5, 2.0), ("beta", "kl_weight"))
    p.option("form", p.pick("'hinge'", "'logistic'"), "str", "form of the loss", p.pick("'hinge'", "'logistic'"),
             ("loss_type", "mode"))  # fmt: skip
    p.option("smoothing", "0.0", "float", "weight of the penalty of large scores", p.pick("0.001", "0.0"),
             ("drift_weight", "eps_drift"))  # fmt: skip
    p.option("penalty_weight", "10.0", "float", "weight of the penalty", None, ("gp_weight", "penalty_weight"))
    p.option("predicts", "'noise'", "str", "quantity that the model predicts",
             p.pick("'noise'", "'data'", "'velocity'"), ("prediction_type", "target"))  # fmt: skip
    p.option("max_snr", "None", "float | None", "largest signal-to-noise weight", p.pick("5.0", "None"),
             ("max_snr", "snr_gamma"))  # fmt: skip
    p.option("direction", "'forward'", "str", "direction of the KL divergence", p.pick("'forward'", "'reverse'"),
             ("direction", "kl_direction"))  # fmt: skip
    p.number("temperature", p.pick("2.0", "4.0"), "what scores are divided by", (1.0, 4.0), ("temperature", "tau"))
    p.number("share", "0.5", "weight of the teacher", (0.2, 0.8), ("alpha", "distill_weight"))
    p.option("soft_value", "0.0", "float", "temperature of the soft maximum", p.pick("0.0", "0.5"),
             ("soft_temperature", "entropy_coef"))  # fmt: skip
    p.option("huber", "1.0", "float", "threshold of the Huber loss", p.pick("1.0", "0.0"), ("huber_delta", "delta"))
    p.number("gamma", "0.99", "discount", (0.9, 0.99), ("gamma", "discount"))
    p.option("normalize", "False", "bool", "whether to normalize vectors to length one", p.pick("True", "False"),
             ("normalize", "cosine"))  # fmt: skip
    p.number("commitment", "0.25", "weight of the inputs' side", (0.1, 0.5), ("commitment_cost", "beta"))
    p.option("entropy_weight", "0.0", "float", "weight of the entropy of code usage", p.pick("0.1", "0.0", "0.01"),
             ("entropy_weight", "diversity_weight"))  # fmt: skip


def _draw_generative(stream: Stream, target: str) -> KernelSpec:
    """Draw a loss of several terms from which the caller chooses."""
    p = Program(stream)
    rows, width, latent, count = p.size(16, 32, 64), p.size(16, 32, 64), p.size(8, 16), p.size(4, 8, 16)
    _declare_arrays(p, target, count, latent, rows, width)
    _declare_options(p)
    p.function(_DENOISER)
    weigh = dedent(_PREDICTED[p.pick("all", "none")]).strip()
    p.write(*(dedent(text).replace("WEIGH", weigh) for text in _LOSSES[target]))
    ends: dict[str, tuple[tuple[str, tuple[Tree, ...]], ...]] = {
        "evidence_bound": (
            ("return loss, reconstruction.mean(), kl.mean()", (Leaf(()), Leaf(()), Leaf(()))),
            ("return loss, <<'reconstruction': jnp.mean(reconstruction), 'kl': jnp.mean(kl)>>",
             (Leaf(()), {"reconstruction": Leaf(()), "kl": Leaf(())})),
        ),
        "adversarial": (
            ("return critic_loss, generator_loss", (Leaf(()), Leaf(()))),
            ("return <<'critic': critic_loss, 'generator': generator_loss>>",
             ({"critic": Leaf(()), "generator": Leaf(())},)),
        ),
        "denoising": (("return loss, error", (Leaf(()), Leaf((rows,)))),),
        "distillation": (("return loss, <<'distillation': jnp.mean(kl), 'labels': jnp.mean(nll)>>",
                          (Leaf(()), {"distillation": Leaf(()), "labels": Leaf(())})),),
        "action_values": (
            ("return loss, jnp.abs(td_error)", (Leaf(()), Leaf((rows,)))),
            ("return loss, <<'td_error': jnp.abs(td_error).mean(), 'q': q_taken.mean()>>",
             (Leaf(()), {"td_error": Leaf(()), "q": Leaf(())})),
        ),
        "codebook": (
            ("return loss, quantized, indices", (Leaf(()), Leaf((rows, width)), Leaf((rows,), dtype="int32"))),
            ("return quantized, loss", (Leaf((rows, width)), Leaf(()))),
        ),
    }  # fmt: skip
    single = ("return loss", (Leaf(()),))
    p.finish(*ends[target], *([single, single] if target not in ("codebook", "adversarial") else []))
    return p.done(
        "losses", "model_loss", target, _TITLES[target], _SUMMARIES[target], "the loss and what it consists of"
    )


_PICKED = _BODIES["picked"]
_ROBUST = _BODIES["robust"]
_VALUES = """
    {?0.5 if backup not in ('max', 'double', 'soft', 'expected'):
        raise ValueError(f'unknown backup <<backup>>')
    ~ {?0.5 if values.shape != next_values.shape:
        raise ValueError(f'values of shapes <<values.shape>> and <<next_values.shape>>')}}
    {taken = select(values, batch['action']) ~ actions = batch['action'].astype(jnp.int32)
    taken = select(values, actions)}
    {if backup == 'double':
        {?0.5 # {double Q-learning}}
        {chooser = values if online_next is None else online_next
        future = select(next_values, jnp.argmax(chooser, axis=-1)) ~
        future = select(next_values, jnp.argmax(online_next, axis=-1))}
    elif backup == 'soft':
        {?0.4 # {a maximum that is soft}}
        future = temperature * jax.nn.logsumexp(next_values / temperature, axis=-1)
    {elif backup == 'expected':
        greedy = jnp.max(next_values, axis=-1)
        future = (1.0 - epsilon) * greedy + epsilon * jnp.mean(next_values, axis=-1) ~}
    else:
        future = jnp.max(next_values, axis=-1)}
    {rewards = batch['reward']
    {?0.6 if max_reward is not None:
        rewards = jnp.clip(rewards, -max_reward, max_reward)} ~
    rewards = batch['reward'] if max_reward is None else jnp.clip(batch['reward'], -max_reward, max_reward)}
    {going = 1.0 - jnp.asarray(batch['done'], values.dtype)
    targets = rewards + gamma * going * future ~
    targets = rewards + jnp.where(batch['done'], 0.0, gamma * future)}
    {?0.45 if value_range is not None:
        {?0.4 # {bounded returns}}
        low, high = value_range
        targets = jnp.clip(targets, low, high)}
    error = taken - {targets ~ jax.lax.stop_gradient(targets)}
    losses = robust(error, delta)
    {?0.5 {if weights is not None:
        {?0.4 # {what was drawn often counts less}}
        losses = weights / jnp.max(weights) * losses ~
    losses = losses if weights is None else weights * losses}}
    {?0.4 if conservative > 0.0:
        {?0.5 # {pessimistic about unseen actions}}
        gap = jax.nn.logsumexp(values, axis=-1) - taken
        losses = losses + conservative * gap}
    {{loss = jnp.mean(losses) ~
    {if mask is not None:
        loss = masked_mean(losses, mask)
    else:
        loss = jnp.mean(losses) ~
    loss = masked_mean(losses, mask) if mask is not None else jnp.mean(losses)}}
    metrics = <<'loss': loss, 'mean_value': jnp.mean(taken), METRIC>>
    return loss, metrics ~
    if reduction == 'none':
        return losses, jnp.abs(error)
    return {jnp.sum(losses) if reduction == 'sum' else jnp.mean(losses)}, jnp.abs(error) ~
    loss = jnp.mean(losses)
    {?0.5 # {what surprised is seen again}}
    priorities = {(jnp.abs(error) + 1e-3) ** exponent ~ jnp.abs(error) + 1e-3
    priorities = priorities if exponent == 1.0 else priorities ** exponent}
    return loss, priorities}
"""


def _values(p: Program) -> Text:
    """Draw a loss of action values with one of several kinds of target."""
    rows, actions = p.size(16, 32, 64), p.choices.choice((4, 6))
    more = (
        "'td_error': jnp.mean(jnp.abs(error))",
        "'target': jnp.mean(targets)",
        "'max_error': jnp.max(jnp.abs(error))",
    )
    lines = p.choose(_VALUES.replace("METRIC", p.pick(*more)))
    known = ("'max'", "'double'", "'soft'", "'expected'")
    if "backup == 'expected'" not in lines:
        known = known[:3]
        lines = lines.replace(", 'expected')", ")")
    reduction = p.pick("'mean'", "'sum'", "'none'")
    backup = p.pick(*known)
    each, values = Leaf((rows,)), Leaf((rows, actions), -2, 2)
    result: tuple[Tree, ...] = (Leaf(()), each)
    if "metrics = {" in lines:
        third = next(name for name in ("td_error", "target", "max_error") if f"'{name}'" in lines)
        result = (Leaf(()), {"loss": Leaf(()), "mean_value": Leaf(()), third: Leaf(())})
    elif "reduction ==" in lines and reduction == "'none'":
        result = (each, each)
    batch: Tree = {"action": whole(rows, below=actions), "reward": Leaf((rows,), -2, 2), "done": truth(rows)}
    other = p.choices.chance(0.7) or "chooser" not in lines
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "values": Array(values, "action values of shape (batch, actions)", ("values", "q_values", "q")),
            "next_values": Array(values, "action values of the next state by the target network",
                                 ("next_values", "target_q")),
            "online_next": Array(values, "action values of the next state by the online network", ("online_next",),
                                 0.0 if other and backup == "'double'" else 1.0),
            "batch": Array(batch, "actions, rewards and terminal flags", ("batch", "transitions")),
            "weights": Array(Leaf((rows,), 0.2, 1), "weight of each row", ("weights", "is_weights"), 0.3),
            "mask": Array(truth(rows), "mask of valid rows", ("mask", "valid"), 0.3),
            "backup": Option("str", "how the value of the next state is computed", known, ("backup", "target_type"),
                             backup),
            "temperature": Option("float", "temperature of the soft maximum", ("1.0", "0.5", "0.1"), ("temperature",)),
            "epsilon": Option("float", "probability of a random action", ("0.1", "0.05"), ("epsilon",)),
            "gamma": Constant(p.pick("0.99", "0.95"), "discount", ("gamma", "discount"), (0.9, 0.99)),
            "max_reward": Option("float | None", "largest absolute reward", ("None", "1.0"),
                                 ("reward_clip", "max_reward")),
            "value_range": Option("tuple[float, float] | None", "smallest and largest return", ("None", "(-3.0, 3.0)"),
                                  ("value_range",)),
            "delta": Option("float | None", "threshold of the Huber loss", ("1.0", "None"), ("huber_delta", "delta")),
            "conservative": Option("float", "weight of the conservative penalty", ("0.0", "0.1", "1.0"),
                                   ("cql_weight", "conservative")),
            "reduction": Option("str", "reduction: mean, sum or none", ("'mean'",), ("reduction",), reduction),
            "exponent": Option("float", "exponent of the priorities", ("0.6", "0.5", "1.0"), ("priority_exponent",)),
        },
        result=result,
        helpers=(_PICKED, _ROBUST),
        titles=("td_loss", "q_loss", "action_value_loss"),
        summary=p.pick("Temporal-difference loss with selectable targets", "Temporal-difference loss of action values"),
        returned="the loss and its metrics",
    )  # fmt: skip


_WHOLE = {"value_backups": _values}
RECIPES = (
    with_texts(
        Recipe(name="model_loss", category="losses", targets=tuple(_LOSSES), draw=_draw_generative),
        _WHOLE,
        weight=2.0,
    ),
)
