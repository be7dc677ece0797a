"""Losses of generative models, of distillation from teachers, and of action values."""

from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import positive, settled, truth, weights, whole
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text, with_texts

_SAME = """
    {?0.15 if LEFT.shape != RIGHT.shape:
        raise ValueError(f'expected equal shapes, got <<LEFT.shape>> and <<RIGHT.shape>>')}
"""
_LOSSES = {
    "evidence_bound": (
        _SAME.replace("LEFT", "mu").replace("RIGHT", "log_var"),
        """
        {?0.4 # {negative log likelihood}}
        {if kind == 'gaussian':
            error = {0.5 * jnp.square(outputs - x) ~ 0.5 * (outputs - x) ** 2}
        {elif kind == 'bernoulli':
            error = jax.nn.softplus(outputs) - x * outputs
        else:
            raise ValueError(f'unknown likelihood <<kind>>') ~
        else:
            error = jax.nn.softplus(outputs) - x * outputs} ~
        {?0.3 if kind not in ('gaussian', 'bernoulli'):
            raise ValueError(f'unknown likelihood <<kind>>')}
        error = 0.5 * (outputs - x) ** 2 if kind == 'gaussian' else jax.nn.softplus(outputs) - x * outputs}
        axes = {tuple(range(1, x.ndim)) ~ tuple(range(1, error.ndim))}
        reconstruction = jnp.sum(error, axis=axes)
        {?0.4 # {KL kl from the standard normal prior}}
        {kl = 0.5 * jnp.sum(jnp.exp(log_var) + mu ** 2 - 1.0 - log_var, axis=-1) ~
        kl = -0.5 * jnp.sum(1.0 + log_var - jnp.square(mu) - jnp.exp(log_var), axis=-1)}
        {?0.3 if free_bits > 0:
            {?0.4 # {free bits}}
            kl = jnp.maximum(kl, free_bits)}
        {loss = jnp.mean(reconstruction + beta * kl) ~
        loss = reconstruction.mean() + beta * kl.mean()}
        """,
    ),
    "adversarial": (
        _SAME.replace("LEFT", "real").replace("RIGHT", "fake"),
        """
        {if form == 'hinge':
            loss_real, loss_fake = jax.nn.relu(1.0 - real), jax.nn.relu(1.0 + fake)
            generator_loss = -fake
        elif form == 'logistic':
            {loss_real, loss_fake = jax.nn.softplus(-real), jax.nn.softplus(fake) ~
            loss_real = jax.nn.softplus(-real)
            loss_fake = jax.nn.softplus(fake)}
            generator_loss = jax.nn.softplus(-fake)
        {elif form == 'least_squares':
            loss_real = (real - 1.0) ** 2
            loss_fake = fake ** 2
            generator_loss = (fake - 1.0) ** 2 ~}
        {elif form == 'wasserstein':
            loss_real, loss_fake, generator_loss = -real, fake, -fake ~}
        else:
            raise ValueError(f'unknown loss type <<form>>')}
        critic_loss = {0.5 * (jnp.mean(loss_real) + jnp.mean(loss_fake)) ~ loss_real.mean() + loss_fake.mean()}
        {?0.4 if slopes is not None:
            {?0.3 if slopes.ndim != 2:
                raise ValueError(f'expected one gradient for each example, got shape <<slopes.shape>>')}
            {?0.4 # {gradient penalty}}
            grad_norm = jnp.linalg.norm(slopes, axis=-1)
            critic_loss = critic_loss + penalty_weight * jnp.mean((grad_norm - 1.0) ** 2)}
        generator_loss = jnp.mean(generator_loss)
        """,
    ),
    "denoising": (
        """
        {?0.15 if x.shape != noise.shape:
            raise ValueError(f'noise of shape <<noise.shape>> for inputs of shape <<x.shape>>')}
        {alpha_bar = jnp.cumprod(1.0 - betas)[t] ~
        alphas = 1.0 - betas
        alpha_bar = jnp.exp(jnp.cumsum(jnp.log(alphas)))[t]}
        alpha_bar = {alpha_bar.reshape(-1, 1) ~ alpha_bar[:, None]}
        noisy = jnp.sqrt(alpha_bar) * x + jnp.sqrt(1.0 - alpha_bar) * noise
        predicted = denoise(params, noisy, t)
        {if predicts == 'noise':
            regression_target = noise
        elif predicts == 'data':
            regression_target = x
        elif predicts == 'velocity':
            regression_target = jnp.sqrt(alpha_bar) * noise - jnp.sqrt(1.0 - alpha_bar) * x
        else:
            raise ValueError(f'unknown prediction type <<predicts>>') ~
        if predicts not in ('noise', 'data', 'velocity'):
            raise ValueError(f'unknown prediction type <<predicts>>')
        if predicts == 'velocity':
            regression_target = jnp.sqrt(alpha_bar) * noise - jnp.sqrt(1.0 - alpha_bar) * x
        else:
            regression_target = noise if predicts == 'noise' else x}
        error = {jnp.mean(jnp.square(predicted - regression_target), axis=-1) ~
        ((predicted - regression_target) ** 2).mean(axis=-1)}
        WEIGH
        """,
    ),
    "distillation": (
        """
        {?0.15 if outputs.shape[-1] != teacher.shape[-1]:
            raise ValueError(
                f'student with <<outputs.shape[-1]>> classes, teacher with <<teacher.shape[-1]>>')}
        {?0.4 # no gradient reaches the teacher}
        teacher = jax.lax.stop_gradient(teacher)
        student_log_probs = jax.nn.log_softmax(outputs / temperature, axis=-1)
        teacher_log_probs = jax.nn.log_softmax(teacher / temperature, axis=-1)
        {if direction == 'forward':
            kl = jnp.sum(jnp.exp(teacher_log_probs) * (teacher_log_probs - student_log_probs), axis=-1)
        elif direction == 'reverse':
            {?0.4 # {mode seeking}}
            kl = jnp.sum(jnp.exp(student_log_probs) * (student_log_probs - teacher_log_probs), axis=-1)
        else:
            raise ValueError(f'unknown direction <<direction>>') ~
        kl = jnp.sum(jnp.exp(teacher_log_probs) * (teacher_log_probs - student_log_probs), axis=-1)}
        {?0.4 # gradients of soft targets scale with 1 / temperature ** 2}
        kl = kl * temperature ** 2
        nll = -jnp.take_along_axis(jax.nn.log_softmax(outputs), labels[:, None], axis=-1)[:, 0]
        per_example = share * kl + (1.0 - share) * nll
        {if mask is not None:
            {?0.3 if mask.shape != per_example.shape:
                raise ValueError(f'expected a mask of shape <<per_example.shape>>, got <<mask.shape>>')}
            {loss = masked_mean(per_example, mask) ~
            loss = jnp.sum(per_example * mask) / jnp.maximum(mask.sum(), 1)}
        else:
            loss = per_example.mean()}
        """,
    ),
    "action_values": (
        """
        {?0.15 if q.ndim != 2 or actions.ndim != 1:
            raise ValueError(f'expected values of shape (batch, actions), got <<q.shape>>')}
        {rows = jnp.arange(q.shape[0])
        q_taken = q[rows, actions] ~ q_taken = jnp.take_along_axis(q, actions[:, None], axis=-1)[:, 0]}
        {if online_next is not None:
            {?0.4 # {double Q-learning}}
            next_actions = jnp.argmax(online_next, axis=-1)
            next_value = jnp.take_along_axis(next_q, next_actions[:, None], axis=-1)[:, 0]
        elif soft_value > 0:
            next_value = soft_value * jax.nn.logsumexp(next_q / soft_value, axis=-1)
        else:
            next_value = {next_q.max(axis=-1) ~ jnp.max(next_q, axis=-1)} ~
        next_value = {next_q.max(axis=-1) ~ jnp.max(next_q, axis=-1)}}
        {td_target = rewards + gamma * {(1.0 - dones) ~ (1.0 - dones.astype(q.dtype))} * next_value ~
        td_target = jnp.where(dones, rewards, rewards + gamma * next_value)}
        td_error = {q_taken - jax.lax.stop_gradient(td_target) ~ jax.lax.stop_gradient(td_target) - q_taken}
        {if huber > 0:
            abs_error = jnp.abs(td_error)
            per_example = jnp.where(abs_error <= huber, 0.5 * td_error ** 2, huber * (abs_error - 0.5 * huber))
        else:
            per_example = 0.5 * {jnp.square(td_error) ~ td_error ** 2} ~
        per_example = 0.5 * td_error ** 2}
        {?0.3 if weight is not None:
            {?0.3 if weight.shape != per_example.shape:
                raise ValueError(f'<<weight.shape>> weights for <<per_example.shape>> samples')}
            {?0.4 # {importance sampling weights}}
            per_example = per_example * weight}
        loss = {per_example.mean() ~ jnp.mean(per_example)}
        """,
    ),
    "codebook": (
        """
        {?0.15 if x.shape[-1] != codes.shape[-1]:
            raise ValueError(f'codes of <<codes.shape[-1]>> features for inputs of <<x.shape[-1]>>')}
        {?0.3 if normalize:
            {x, codes = x / safe_norm(x), codes / safe_norm(codes) ~
            x = x / jnp.linalg.norm(x, axis=-1, keepdims=True)
            codes = codes / jnp.linalg.norm(codes, axis=-1, keepdims=True)}}
        {?0.4 # {squared distances to all codes}}
        distances = jnp.sum(x ** 2, axis=-1, keepdims=True) - 2.0 * x @ codes.T + jnp.sum(codes ** 2, axis=-1)
        indices = {jnp.argmin(distances, axis=-1) ~ distances.argmin(axis=-1)}
        quantized = {codes[indices] ~ jnp.take(codes, indices, axis=0)}
        codebook_loss = jnp.mean((jax.lax.stop_gradient(x) - quantized) ** 2)
        commitment_loss = jnp.mean((x - jax.lax.stop_gradient(quantized)) ** 2)
        loss = codebook_loss + commitment * commitment_loss
        {?0.3 if entropy_weight > 0:
            {?0.4 # {encourage even use of the codes}}
            usage = jax.nn.softmax(-distances, axis=-1).mean(axis=0)
            loss = loss + entropy_weight * jnp.sum(usage * jnp.log(usage + 1e-9))}
        {?0.5 # straight-through estimator}
        quantized = x + jax.lax.stop_gradient(quantized - x)
        """,
    ),
}  # fmt: skip
_PREDICTED = {
    # The factor of the loss in noise, data or velocity that is equal to a weight of the data's error.
    "all": """
        {?0.4 # {min-SNR weighting}}
        snr = (alpha_bar / (1.0 - alpha_bar)).reshape(-1)
        {clipped_snr = jnp.minimum(snr, max_snr) if max_snr is not None else snr ~
        clipped_snr = snr
        if max_snr is not None:
            clipped_snr = jnp.minimum(snr, max_snr)}
        if predicts == 'noise':
            loss_weight = clipped_snr / snr
        elif predicts == 'velocity':
            loss_weight = clipped_snr / (snr + 1.0)
        else:
            loss_weight = clipped_snr
        loss = jnp.mean(loss_weight * error)
    """,
    "none": "{loss = jnp.mean(error) ~ loss = error.mean()}",
}
_DENOISER = '''
    def denoise(params, x: Array, t: Array) -> Array:
        {?0.3 """Predicts from noisy inputs and the timestep."""}
        {h = {jax.nn.silu ~ jax.nn.gelu}(x @ params['w1'] + params['time'][t]) ~
        h = jnp.dot(x, params['w1']) + params['time'][t]
        h = {jax.nn.silu ~ jax.nn.gelu}(h)}
        return h @ params['w2']
'''
_SUMMARIES = {
    "evidence_bound": "Negative evidence lower bound of a variational autoencoder",
    "adversarial": "Losses of a critic and of the generator that it judges",
    "denoising": "Loss of a model that takes noise away",
    "distillation": "Loss of a student that learns from a teacher and from labels",
    "action_values": "Temporal-difference loss of action values",
    "codebook": "Loss of vectors that are rounded to a table of codes",
}


def _draw_generative(stream: Stream, target: str) -> KernelSpec:
    """Draw a loss of several terms from which the caller chooses."""
    p = Program(stream)
    rows, width, latent, count = p.size(16, 32, 64), p.size(16, 32, 64), p.size(8, 16), p.size(4, 8, 16)
    p.tensor(
        "x",
        Leaf((rows, width), 0, 1) if target == "evidence_bound" else Leaf((rows, width)),
        "inputs of shape (batch, features)",
        ("x", "inputs"),
    )
    p.tensor(
        "outputs", Leaf((rows, width), -2, 2), "what the model gives for them", ("outputs", "logits", "predictions")
    )
    p.tensor("mu", Leaf((rows, latent)), "means of the codes", ("mu", "mean", "z_mean"))
    p.tensor("log_var", Leaf((rows, latent), -2, 1), "logarithms of their variances", ("log_var", "logvar"))
    p.tensor("real", Leaf((rows, count), -2, 2), "scores of real examples", ("real_logits", "real_scores"))
    p.tensor("fake", Leaf((rows, count), -2, 2), "scores of generated examples", ("fake_logits", "fake_scores"))
    p.tensor(
        "slopes",
        Leaf((rows, width)),
        "gradients of the critic, an example a row",
        ("grads", "critic_grads"),
        given=p.maybe(0.4),
        optional=True,
    )
    p.tensor("noise", Leaf((rows, width), -2, 2), "noise that was added", ("noise", "eps"))
    p.tree(
        "params",
        {"w1": weights(width, 64), "time": weights(100, 64), "w2": weights(64, width)},
        "weights of the model",
        ("params", "weights"),
    )
    p.tensor("betas", Leaf((100,), 0.01, 0.05), "variance that each step adds", ("betas", "noise_schedule"))
    p.tensor("t", whole(rows, below=100), "step of each example", ("t", "timesteps"))
    p.tensor("teacher", Leaf((rows, width), -3, 3), "scores of the teacher", ("teacher_logits", "teacher"))
    p.tensor("labels", whole(rows, below=width), "true classes", ("labels", "y"))
    p.tensor("mask", truth(rows), "examples that count", ("mask", "valid"), given=p.maybe(0.4), optional=True)
    p.tensor("q", Leaf((rows, count), -2, 2), "values of actions now", ("q_values", "q"))
    p.tensor("next_q", Leaf((rows, count), -2, 2), "values of actions in the next state", ("next_q_values", "target_q"))
    double = p.choices.chance(0.5)
    p.tensor(
        "online_next",
        Leaf((rows, count), -2, 2),
        "values by the network that learns",
        ("online_next_q", "selector_q"),
        given=double,
        optional=True,
    )
    p.tensor("actions", whole(rows, below=count), "actions that were taken", ("actions", "a_t"))
    p.tensor("rewards", Leaf((rows,)), "rewards", ("rewards", "r_t"))
    p.tensor("dones", truth(rows), "whether an episode ended", ("dones", "terminals"))
    p.tensor(
        "weight", positive(rows), "weight of each sample", ("weights", "importance"), given=p.maybe(0.3), optional=True
    )
    p.tensor("codes", Leaf((p.size(32, 64), width)), "table of codes", ("codebook", "codes", "embedding"))
    p.option(
        "kind",
        "'gaussian'",
        "str",
        "likelihood of the inputs",
        p.pick("'bernoulli'", "'gaussian'"),
        ("likelihood", "kind"),
    )
    p.option("noise_scale", "1.0", "float", "spread of the inputs", p.pick("0.5", "1.0"), ("noise_scale", "obs_std"))
    p.option("free_bits", "0.0", "float", "kl that costs nothing", p.pick("0.5", "0.0", "2.0"), ("free_bits",))
    p.number("beta", "1.0", "weight of the kl", (0.5, 2.0), ("beta", "kl_weight"))
    p.option(
        "form",
        p.pick("'hinge'", "'logistic'"),
        "str",
        "which loss it is",
        p.pick("'hinge'", "'logistic'"),
        ("loss_type", "mode"),
    )
    p.option(
        "smoothing",
        "0.0",
        "float",
        "how much large scores cost",
        p.pick("0.001", "0.0"),
        ("drift_weight", "eps_drift"),
    )
    p.option("penalty_weight", "10.0", "float", "weight of the penalty", None, ("gp_weight", "penalty_weight"))
    p.option(
        "predicts",
        "'noise'",
        "str",
        "what the model gives",
        p.pick("'noise'", "'data'", "'velocity'"),
        ("prediction_type", "target"),
    )
    p.option(
        "max_snr", "None", "float | None", "largest weight of a step", p.pick("5.0", "None"), ("max_snr", "snr_gamma")
    )
    p.option(
        "direction",
        "'forward'",
        "str",
        "which way the kl is taken",
        p.pick("'forward'", "'reverse'"),
        ("direction", "kl_direction"),
    )
    p.number("temperature", p.pick("2.0", "4.0"), "what scores are divided by", (1.0, 4.0), ("temperature", "tau"))
    p.number("share", "0.5", "weight of the teacher", (0.2, 0.8), ("alpha", "distill_weight"))
    p.option(
        "soft_value",
        "0.0",
        "float",
        "temperature of a soft maximum",
        p.pick("0.0", "0.5"),
        ("soft_temperature", "entropy_coef"),
    )
    p.option("huber", "1.0", "float", "where the loss turns linear", p.pick("1.0", "0.0"), ("huber_delta", "delta"))
    p.number("gamma", "0.99", "discount", (0.9, 0.99), ("gamma", "discount"))
    p.option(
        "normalize", "False", "bool", "whether vectors get length one", p.pick("True", "False"), ("normalize", "cosine")
    )
    p.number("commitment", "0.25", "weight of the inputs' side", (0.1, 0.5), ("commitment_cost", "beta"))
    p.option(
        "entropy_weight",
        "0.0",
        "float",
        "weight of even usage",
        p.pick("0.1", "0.0", "0.01"),
        ("entropy_weight", "diversity_weight"),
    )
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
    titles = {
        "evidence_bound": ("vae_loss", "negative_elbo", "elbo_loss"),
        "adversarial": ("gan_losses", "adversarial_losses"),
        "denoising": ("diffusion_loss", "denoising_loss"),
        "distillation": ("distillation_loss", "student_loss"),
        "action_values": ("dqn_loss", "td_loss", "q_learning_loss"),
        "codebook": ("vector_quantize", "quantize", "quantize_with_loss"),
    }[target]
    return p.done("losses", "model_loss", target, titles, _SUMMARIES[target], "the loss and what it consists of")


_PICKED = '''
    def select(values: Array, actions: Array) -> Array:
        {?0.5 """{The value of each action that was taken ~ One entry of each row}."""}
        {return jnp.take_along_axis(values, actions[..., None], axis=-1)[..., 0] ~
        {return jax.vmap(lambda row, a: row[a])(values, actions) ~
        return jnp.sum(values * jax.nn.one_hot(actions, values.shape[-1], dtype=values.dtype), axis=-1)}}
'''
_ROBUST = '''
    def robust(error: Array, delta: float | None) -> Array:
        {?0.5 """{Square of an error, or linear beyond a limit ~ Huber loss, or squares without a limit}."""}
        {if delta is None:
            return 0.5 * error ** 2
        {size = jnp.abs(error)
        inner = jnp.minimum(size, delta)
        return 0.5 * inner ** 2 + delta * (size - inner) ~
        return jnp.where(jnp.abs(error) < delta, 0.5 * error ** 2, delta * (jnp.abs(error) - 0.5 * delta))} ~
        if delta is not None:
            size = jnp.abs(error)
            return jnp.where(size < delta, 0.5 * size ** 2, delta * (size - 0.5 * delta))
        return 0.5 * jnp.square(error)}
'''
_VALUES = """
    {?0.5 if backup not in ('max', 'double', 'soft', 'expected'):
        raise ValueError(f'unknown backup <<backup>>')
    ~ {?0.5 if values.shape != next_values.shape:
        raise ValueError(f'values of shapes <<values.shape>> and <<next_values.shape>>')}}
    {taken = select(values, batch['action']) ~ actions = batch['action'].astype(jnp.int32)
    taken = select(values, actions)}
    {if backup == 'double':
        {?0.5 # {one network chooses, the other one judges}}
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
        {?0.4 # {returns lie between two numbers}}
        low, high = value_range
        targets = jnp.clip(targets, low, high)}
    error = taken - {targets ~ jax.lax.stop_gradient(targets)}
    losses = robust(error, delta)
    {?0.5 {if weights is not None:
        {?0.4 # {what was drawn often counts less}}
        losses = weights / jnp.max(weights) * losses ~
    losses = losses if weights is None else weights * losses}}
    {?0.4 if conservative > 0.0:
        {?0.5 # {actions that nobody took are not worth more}}
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
    """Draw the loss of action values, with several kinds of target."""
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
        lines=settled(lines),
        given={
            "values": Array(values, "values of all actions, shape (batch, actions)", ("values", "q_values", "q")),
            "next_values": Array(values, "values of the next state by the target network", ("next_values", "target_q")),
            "online_next": Array(values, "values of the next state by the network itself", ("online_next",),
                                 0.0 if other and backup == "'double'" else 1.0),
            "batch": Array(batch, "actions, rewards and ends", ("batch", "transitions")),
            "weights": Array(Leaf((rows,), 0.2, 1), "weight of each row", ("weights", "is_weights"), 0.3),
            "mask": Array(truth(rows), "rows that count", ("mask", "valid"), 0.3),
            "backup": Option("str", "how the next state is judged", known, ("backup", "target_type"), backup),
            "temperature": Option("float", "how soft the maximum is", ("1.0", "0.5", "0.1"), ("temperature",)),
            "epsilon": Option("float", "share of random actions", ("0.1", "0.05"), ("epsilon",)),
            "gamma": Constant(p.pick("0.99", "0.95"), "discount", ("gamma", "discount"), (0.9, 0.99)),
            "max_reward": Option("float | None", "largest reward", ("None", "1.0"), ("reward_clip", "max_reward")),
            "value_range": Option("tuple[float, float] | None", "least and largest return", ("None", "(-3.0, 3.0)"),
                                  ("value_range",)),
            "delta": Option("float | None", "where squares end", ("1.0", "None"), ("huber_delta", "delta")),
            "conservative": Option("float", "how much other actions are held down", ("0.0", "0.1", "1.0"),
                                   ("cql_weight", "conservative")),
            "reduction": Option("str", "mean, sum or none", ("'mean'",), ("reduction",), reduction),
            "exponent": Option("float", "how much surprise counts", ("0.6", "0.5", "1.0"), ("priority_exponent",)),
        },
        result=result,
        helpers=(_PICKED, _ROBUST),
        titles=("td_loss", "q_loss", "action_value_loss"),
        summary=p.pick("Temporal-difference loss with several ways to look ahead", "Loss of the values of actions"),
        returned="the loss and what is reported of it",
    )  # fmt: skip


_WHOLE = {"value_backups": _values}
RECIPES = (
    with_texts(
        Recipe(name="model_loss", category="losses", targets=tuple(_LOSSES), draw=_draw_generative),
        _WHOLE,
        weight=2.0,
    ),
)
