"""Losses of models that generate, of teachers, and of values of actions."""

from textwrap import dedent

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import positive, truth, weights, whole
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_SAME = """
    {?0.5 if LEFT.shape != RIGHT.shape:
        raise ValueError(f'shapes <<LEFT.shape>> and <<RIGHT.shape>> {differ ~ do not fit}')}
"""
_LOSSES = {
    "evidence_bound": (
        _SAME.replace("LEFT", "mu").replace("RIGHT", "log_var"),
        """
        # {how badly the inputs are told again ~ reconstruction}
        {if kind == 'gaussian':
            error = {jnp.square(outputs - x) ~ (outputs - x) ** 2}
            {?0.5 if noise_scale != 1.0:
                error = error / noise_scale ** 2}
        {elif kind == 'bernoulli':
            error = {jax.nn.softplus(outputs) - x * outputs ~
                jnp.maximum(outputs, 0) - outputs * x + jnp.log1p(jnp.exp(-jnp.abs(outputs)))}
        else:
            raise ValueError(f'unknown likelihood <<kind>>') ~
        else:
            # scores of pixels that are on or off
            error = jax.nn.softplus(outputs) - x * outputs} ~
        {?0.5 if kind not in ('gaussian', 'bernoulli'):
            raise ValueError(f'unknown likelihood <<kind>>')}
        error = jnp.square(outputs - x) if kind == 'gaussian' else jax.nn.softplus(outputs) - x * outputs}
        axes = {tuple(range(1, x.ndim)) ~ tuple(range(1, error.ndim))}
        reconstruction = jnp.sum(error, axis=axes)
        # {distance from the standard normal distribution ~ keep codes near the prior}
        {divergence = 0.5 * jnp.sum(jnp.exp(log_var) + mu ** 2 - 1.0 - log_var, axis=-1) ~
        divergence = -0.5 * jnp.sum(1.0 + log_var - jnp.square(mu) - jnp.exp(log_var), axis=-1)}
        {?0.5 if free_bits > 0:
            # {a little information costs nothing ~ free bits keep codes from collapsing}
            divergence = jnp.maximum(divergence, free_bits)}
        {loss = jnp.mean(reconstruction + beta * divergence) ~
        loss = reconstruction.mean() + beta * divergence.mean()}
        """,
    ),
    "adversarial": (
        _SAME.replace("LEFT", "real").replace("RIGHT", "fake"),
        """
        {if form == 'hinge':
            # {no more to win beyond the margin ~ scores beyond the margin are good enough}
            {loss_real = jax.nn.relu(1.0 - real)
            loss_fake = jax.nn.relu(1.0 + fake) ~
            loss_real = jax.nn.relu(margin - real)
            loss_fake = jax.nn.relu(margin + fake)}
            generator_loss = -fake
        elif form == 'logistic':
            loss_real = jax.nn.softplus(-real)
            loss_fake = jax.nn.softplus(fake)
            generator_loss = jax.nn.softplus(-fake)
        {elif form == 'least_squares':
            loss_real = (real - 1.0) ** 2
            loss_fake = fake ** 2
            generator_loss = (fake - 1.0) ** 2 ~}
        {elif form == 'wasserstein':
            loss_real, loss_fake, generator_loss = -real, fake, -fake ~}
        else:
            raise ValueError(f'unknown form <<form>>')}
        {?0.4 if smoothing > 0:
            # {scores of real examples do not drift away ~ keeps scores near zero}
            loss_real = loss_real + smoothing * jnp.square(real)}
        critic_loss = {0.5 * (jnp.mean(loss_real) + jnp.mean(loss_fake)) ~ loss_real.mean() + loss_fake.mean()}
        {?0.5 if slopes is not None:
            {?0.5 norm = jnp.sqrt(jnp.sum(slopes ** 2, axis=-1) + 1e-12) ~ norm = jnp.linalg.norm(slopes, axis=-1)}
            # {slopes of length one ~ keep the critic from becoming steep}
            critic_loss = critic_loss + penalty_weight * jnp.mean((norm - 1.0) ** 2)}
        loss = critic_loss if critic else jnp.mean(generator_loss)
        """,
    ),
    "denoising": (
        """
        {?0.4 if x.ndim != 2 or x.shape != noise.shape:
            raise ValueError(f'noise of shape <<noise.shape>> for inputs of shape <<x.shape>>')}
        {alpha_bar = jnp.cumprod(1.0 - betas)[t] ~
        alphas = 1.0 - betas
        alpha_bar = jnp.exp(jnp.cumsum(jnp.log(alphas)))[t]}
        alpha_bar = {alpha_bar.reshape(-1, 1) ~ alpha_bar[:, None]}
        noisy = jnp.sqrt(alpha_bar) * x + jnp.sqrt(1.0 - alpha_bar) * noise
        {?0.5 # what the model makes of it}
        {predicted = {jax.nn.silu ~ jax.nn.relu}(noisy @ params['w1'] + params['time'][t]) @ params['w2'] ~
        h = noisy @ params['w1'] + {params['time'][t] ~ jnp.take(params['time'], t, axis=0)}
        predicted = {jax.nn.gelu ~ jax.nn.silu}(h) @ params['w2']}
        {if predicts == 'noise':
            wanted = noise
        elif predicts == 'data':
            wanted = x
        elif predicts == 'velocity':
            # {between noise and data, well behaved at both ends ~ velocity}
            wanted = jnp.sqrt(alpha_bar) * noise - jnp.sqrt(1.0 - alpha_bar) * x
        else:
            raise ValueError(f'cannot predict <<predicts>>') ~
        if predicts not in ('noise', 'data', 'velocity'):
            raise ValueError(f'cannot predict <<predicts>>')
        velocity = jnp.sqrt(alpha_bar) * noise - jnp.sqrt(1.0 - alpha_bar) * x
        wanted = <<'noise': noise, 'data': x, 'velocity': velocity>>[predicts]}
        error = {jnp.mean(jnp.square(predicted - wanted), axis=-1) ~ ((predicted - wanted) ** 2).mean(axis=-1)}
        WEIGH
        """,
    ),
    "distillation": (
        """
        {?0.4 if outputs.shape[-1] != teacher.shape[-1]:
            raise ValueError('student and teacher have different classes')}
        {?0.4 # no gradient reaches the teacher}
        teacher = jax.lax.stop_gradient(teacher)
        {soft = jax.nn.log_softmax(outputs / temperature) ~ soft = jax.nn.log_softmax(outputs / temperature, axis=-1)}
        {wanted = jax.nn.softmax(teacher / temperature, axis=-1)}
        {if direction == 'forward':
            gap = jnp.sum(wanted * (jnp.log(wanted + 1e-9) - soft), axis=-1)
        elif direction == 'reverse':
            # {the student avoids what the teacher would not say ~ mode seeking}
            gap = jnp.sum(jnp.exp(soft) * (soft - jnp.log(wanted + 1e-9)), axis=-1)
        else:
            raise ValueError(f'unknown direction <<direction>>') ~
        gap = -jnp.sum(wanted * soft, axis=-1)}
        {?0.5 # soft targets shrink gradients by the square of the temperature}
        gap = gap * temperature ** 2
        hard = -jnp.take_along_axis(jax.nn.log_softmax(outputs), labels[:, None], axis=-1)[:, 0]
        per_example = share * gap + (1.0 - share) * hard
        {if mask is not None:
            {loss = masked_mean(per_example, mask) ~
            kept = mask.astype(per_example.dtype)
            loss = jnp.sum(per_example * kept) / jnp.maximum(kept.sum(), 1.0)}
        else:
            loss = per_example.mean()}
        """,
    ),
    "action_values": (
        """
        {?0.4 if q.ndim != 2 or actions.ndim != 1:
            raise ValueError(f'expected values of shape (batch, actions), got <<q.shape>>')}
        {rows = jnp.arange(q.shape[0])
        taken = q[rows, actions] ~ taken = jnp.take_along_axis(q, actions[:, None], axis=-1)[:, 0]}
        {if online_next is not None:
            # {one network chooses, the other one judges ~ keeps values from growing}
            best = jnp.argmax(online_next, axis=-1)
            ahead = jnp.take_along_axis(next_q, best[:, None], axis=-1)[:, 0]
        elif soft_value > 0:
            ahead = soft_value * jax.nn.logsumexp(next_q / soft_value, axis=-1)
        else:
            ahead = {next_q.max(axis=-1) ~ jnp.max(next_q, axis=-1)} ~
        ahead = soft_value * jax.nn.logsumexp(next_q / soft_value, axis=-1) if soft_value > 0 else next_q.max(axis=-1)}
        {?0.5 # nothing comes after the end of an episode}
        {goal = rewards + gamma * {(1.0 - dones) ~ (1.0 - dones.astype(q.dtype))} * ahead ~
        goal = jnp.where(dones, rewards, rewards + gamma * ahead)}
        {?0.4 if max_reward is not None:
            goal = jnp.clip(goal, -max_reward, max_reward)}
        gap = {taken - jax.lax.stop_gradient(goal) ~ jax.lax.stop_gradient(goal) - taken}
        {if huber > 0:
            size = jnp.abs(gap)
            per_example = jnp.where(size <= huber, 0.5 * gap ** 2, huber * (size - 0.5 * huber))
        else:
            per_example = 0.5 * {jnp.square(gap) ~ gap ** 2} ~
        per_example = 0.5 * gap ** 2}
        {if weight is not None:
            {?0.5 # rare samples were drawn too often}
            per_example = per_example * weight}
        loss = {per_example.mean() ~ jnp.mean(per_example)}
        """,
    ),
    "codebook": (
        """
        {?0.4 if x.shape[-1] != codes.shape[-1]:
            raise ValueError(f'codes of <<codes.shape[-1]>> features for inputs of <<x.shape[-1]>>')}
        {?0.5 if normalize:
            x = x / {safe_norm(x) ~ jnp.linalg.norm(x, axis=-1, keepdims=True)}
            codes = codes / {safe_norm(codes) ~ jnp.linalg.norm(codes, axis=-1, keepdims=True)}}
        # {squared distances without a tensor of differences ~ all distances by one product}
        distances = jnp.sum(x ** 2, axis=-1, keepdims=True) - 2.0 * x @ codes.T + jnp.sum(codes ** 2, axis=-1)
        nearest = {jnp.argmin(distances, axis=-1) ~ distances.argmin(axis=-1)}
        quantized = {codes[nearest] ~ jnp.take(codes, nearest, axis=0)}
        # {codes come to the inputs, inputs stay near their codes ~ both sides are pulled, one more than the other}
        pull = jnp.mean((jax.lax.stop_gradient(x) - quantized) ** 2)
        commit = jnp.mean((x - jax.lax.stop_gradient(quantized)) ** 2)
        loss = pull + commitment * commit
        {?0.5 if entropy_weight > 0:
            {?0.5 # {use all of the codes ~ codes that nobody uses are wasted}}
            usage = jax.nn.softmax(-distances, axis=-1).mean(axis=0)
            loss = loss + entropy_weight * jnp.sum(usage * jnp.log(usage + 1e-9))}
        # straight through: gradients pass as if nothing was rounded
        rounded = x + jax.lax.stop_gradient(quantized - x)
        """,
    ),
}  # fmt: skip
_PREDICTED = {
    # What a model that gives noise, data or velocity is to be weighted by for a weight of the data's error.
    "all": """
        {?0.6 # {no step rules the loss ~ weigh by the signal to noise, up to a limit}}
        snr = (alpha_bar / (1.0 - alpha_bar)).reshape(-1)
        {bounded = jnp.minimum(snr, max_snr) if max_snr is not None else snr ~
        bounded = snr
        if max_snr is not None:
            bounded = jnp.minimum(snr, max_snr)}
        if predicts == 'noise':
            weight_of = bounded / snr
        elif predicts == 'velocity':
            weight_of = bounded / (snr + 1.0)
        else:
            weight_of = bounded
        loss = jnp.mean(weight_of * error)
    """,
    "none": "{loss = jnp.mean(error) ~ loss = error.mean()}",
}
_SUMMARIES = {
    "evidence_bound": "Negative evidence lower bound of a variational autoencoder",
    "adversarial": "Losses of a critic and of the generator that it judges",
    "denoising": "Loss of a model that takes noise away",
    "distillation": "Loss of a student that learns from a teacher and from labels",
    "action_values": "Temporal-difference loss of action values",
    "codebook": "Loss of vectors that are rounded to a table of codes",
}


def _draw_generative(stream: Stream, target: str) -> KernelSpec:
    """A loss of several terms that the caller chooses among."""
    p = Program(stream)
    rows, width, latent, count = p.size(16, 32, 64), p.size(16, 32, 64), p.size(8, 16), p.size(4, 8, 16)
    p.tensor(
        "x",
        Leaf((rows, width), 0, 1) if target == "evidence_bound" else Leaf((rows, width)),
        "inputs of shape (batch, features)",
        ("x", "inputs", "batch"),
    )
    p.tensor(
        "outputs", Leaf((rows, width), -2, 2), "what the model gives for them", ("outputs", "logits", "predictions")
    )
    p.tensor("mu", Leaf((rows, latent)), "means of the codes", ("mu", "mean", "z_mean"))
    p.tensor("log_var", Leaf((rows, latent), -2, 1), "logarithms of their variances", ("log_var", "logvar"))
    p.tensor("real", Leaf((rows, count), -2, 2), "scores of real examples", ("real_logits", "real_scores"))
    p.tensor("fake", Leaf((rows, count), -2, 2), "scores of generated examples", ("fake_logits", "fake_scores"))
    p.tensor(
        "slopes", Leaf((rows, width)), "gradients of the critic", ("gradients", "slopes"), given=False, optional=True
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
    p.option("free_bits", "0.0", "float", "divergence that costs nothing", p.pick("0.5", "0.0", "2.0"), ("free_bits",))
    p.number("beta", "1.0", "weight of the divergence", (0.5, 2.0), ("beta", "kl_weight"))
    p.option(
        "form",
        p.pick("'hinge'", "'logistic'"),
        "str",
        "which loss it is",
        p.pick("'hinge'", "'logistic'"),
        ("loss_type", "mode"),
    )
    p.option("margin", "1.0", "float", "margin of the scores", None)
    p.option(
        "smoothing",
        "0.0",
        "float",
        "how much large scores cost",
        p.pick("0.001", "0.0"),
        ("drift_weight", "eps_drift"),
    )
    p.option("penalty_weight", "10.0", "float", "weight of the penalty", None, ("gp_weight", "penalty_weight"))
    p.option("critic", "True", "bool", "whether the loss of the critic is asked for", "True", ("critic", "for_critic"))
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
        "which way the divergence is taken",
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
    p.option(
        "max_reward", "None", "float | None", "largest target", p.pick("1.0", "None"), ("clip_target", "max_target")
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
    weigh = dedent(_PREDICTED[p.pick("all", "none")]).strip()
    p.write(*(dedent(text).replace("WEIGH", weigh) for text in _LOSSES[target]))
    ends: dict[str, tuple[tuple[str, tuple[Tree, ...]], ...]] = {
        "evidence_bound": (
            ("return loss, reconstruction.mean(), divergence.mean()", (Leaf(()), Leaf(()), Leaf(()))),
            ("return loss, <<'reconstruction': jnp.mean(reconstruction), 'kl': jnp.mean(divergence)>>",
             (Leaf(()), {"reconstruction": Leaf(()), "kl": Leaf(())})),
        ),
        "adversarial": (
            ("{?0.5 accuracy = jnp.mean(real > fake)}\nreturn loss, generator_loss.mean()", (Leaf(()), Leaf(()))),
        ),
        "denoising": (("return loss, error", (Leaf(()), Leaf((rows,)))),),
        "distillation": (("return loss, gap.mean(), hard.mean()", (Leaf(()), Leaf(()), Leaf(()))),),
        "action_values": (
            ("return loss, jnp.abs(gap)", (Leaf(()), Leaf((rows,)))),
            ("return loss, <<'td_error': jnp.abs(gap).mean(), 'q': taken.mean()>>",
             (Leaf(()), {"td_error": Leaf(()), "q": Leaf(())})),
        ),
        "codebook": (
            ("return loss, rounded, nearest", (Leaf(()), Leaf((rows, width)), Leaf((rows,), dtype="int32"))),
            ("return rounded, loss", (Leaf((rows, width)), Leaf(()))),
        ),
    }  # fmt: skip
    single = ("return loss", (Leaf(()),))
    p.finish(*ends[target], *([single, single] if target not in ("codebook",) else []))
    titles = {
        "evidence_bound": ("vae_loss", "negative_elbo", "elbo_loss"),
        "adversarial": ("gan_loss", "adversarial_loss", "critic_loss_fn"),
        "denoising": ("diffusion_loss", "denoising_loss"),
        "distillation": ("distillation_loss", "student_loss"),
        "action_values": ("dqn_loss", "td_loss", "q_learning_loss"),
        "codebook": ("vq_loss", "quantize", "codebook_loss"),
    }[target]
    return p.done("losses", "model_loss", target, titles, _SUMMARIES[target], "the loss and what it consists of")


RECIPES = (Recipe(name="model_loss", category="losses", targets=tuple(_LOSSES), draw=_draw_generative),)
