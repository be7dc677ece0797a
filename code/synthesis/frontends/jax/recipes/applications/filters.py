"""Estimates of a hidden state from noisy observations, one step or a whole sequence."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import key, positive, truth
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_CHECK = """
    {?0.5 if zs.ndim != AXES {or zs.shape[-1] != WIDTH ~}:
        raise ValueError(f'observations of shape <<zs.shape>> do not fit')}
"""
_KALMAN = """
    {identity = jnp.eye(mean0.shape[-1]) ~ identity = jnp.eye(mean0.shape[-1], dtype=mean0.dtype)}

    def step(carry, taken):
        mu, cov = carry
        {z, ok = taken ~ z, ok = taken}
        # {where the model expects the state to be ~ predict}
        mu = mu @ transition.T
        cov = transition @ cov @ transition.T + process_noise * identity
        {?0.3 if inflation != 1.0:
            # {a model that is too sure of itself stops listening ~ forget a little}
            cov = cov * inflation}
        # {correct by what was seen ~ update}
        innovation = z - mu @ observe.T
        spread = observe @ cov @ observe.T + noise * jnp.eye(observe.shape[0])
        {if form == 'solve':
            gain = jnp.linalg.solve(spread, observe @ cov).T
        else:
            gain = cov @ observe.T @ jnp.linalg.inv(spread) ~
        gain = jnp.linalg.solve(spread, observe @ cov).T ~
        gain = cov @ observe.T @ jnp.linalg.inv(spread)}
        new = mu + innovation @ gain.T
        {if joseph:
            # stays symmetric in spite of rounding
            left = identity - gain @ observe
            new_cov = left @ cov @ left.T + noise * gain @ gain.T
        else:
            new_cov = (identity - gain @ observe) @ cov ~
        new_cov = (identity - gain @ observe) @ cov
        {?0.4 new_cov = 0.5 * (new_cov + new_cov.T)}}
        {?0.6 # {nothing was seen, so nothing is corrected ~ sensors drop out}}
        {new = jnp.where(ok, new, mu)
        new_cov = jnp.where(ok, new_cov, cov) ~
        new = jnp.where(ok, new, mu)}
        return (new, new_cov), new

    (mean, cov), path = {lax.scan ~ jax.lax.scan}(step, (mean0, cov0), (zs, seen))
"""
_SMOOTHING = """
    {?0.4 if trend < 0.0 {or trend > 1.0 ~}:
        raise ValueError(f'trend has to lie between 0 and 1, not <<trend>>')}

    def step(carry, z):
        old, slope = carry
        {if kind == 'simple':
            new = alpha * z + (1.0 - alpha) * old
        elif kind == 'trend':
            # {the slope is carried along ~ level and slope}
            new = alpha * z + (1.0 - alpha) * (old + slope)
            slope = trend * (new - old) + (1.0 - trend) * slope
        {elif kind == 'damped':
            new = alpha * z + (1.0 - alpha) * (old + damp * slope)
            slope = trend * (new - old) + (1.0 - trend) * damp * slope ~}
        else:
            raise ValueError(f'unknown kind <<kind>>') ~
        ahead = old if kind == 'simple' else old + damp * slope
        new = alpha * z + (1.0 - alpha) * ahead
        if kind != 'simple':
            slope = trend * (new - old) + (1.0 - trend) * damp * slope}
        {?0.4 if limit is not None:
            # {no jump is larger than this ~ outliers move it only so far}
            new = old + jnp.clip(new - old, -limit, limit)}
        return (new, slope), new

    {start = zs[0] ~ start = {jnp.mean(zs[:4], axis=0) ~ zs[:3].mean(axis=0)}}
    (mean, slope), path = {lax.scan ~ jax.lax.scan}(step, (start, {jnp.zeros_like(start) ~ zs[1] - zs[0]}), zs)
    {?0.3 path = path - path.mean(axis=0) if centred else path}
"""
_PARTICLES = """
    n = {states.shape[0] ~ len(states)}
    # {how well each particle explains what was seen ~ likelihoods}
    {gap = states - zs ~ gap = jnp.subtract(states, zs)}
    {log_w = -0.5 * jnp.sum(jnp.square(gap), axis=-1) / noise ** 2 ~
    if heavy_tails:
        # {outliers are not impossible, only rare ~ forgiving to outliers}
        log_w = -jnp.sum(jnp.log1p((gap / noise) ** 2), axis=-1)
    else:
        log_w = -0.5 * jnp.sum((gap / noise) ** 2, axis=-1)}
    {?0.5 if log_prior is not None:
        log_w = log_w + log_prior}
    {weight_of = jax.nn.softmax(log_w) ~
    log_w = log_w - jax.nn.logsumexp(log_w)
    weight_of = jnp.exp(log_w)}
    mean = {jnp.sum(weight_of[:, None] * states, axis=0) ~ weight_of @ states}
    {effective = 1.0 / jnp.sum({weight_of ** 2 ~ jnp.square(weight_of)})}
    {?0.7 if resample == 'multinomial':
        # {likely particles are drawn several times ~ draw as many as there were}
        chosen = jax.random.categorical(rng, log_w, shape=(n,))
        {states = states[chosen] ~ states = jnp.take(states, chosen, axis=0)}
    elif resample == 'shrink':
        states = mean + 0.9 * (states - mean)
    elif resample != 'none':
        raise ValueError(f'unknown resampling <<resample>>')}
"""
_ATTITUDE = """
    {?0.5 if zs.shape != rates.shape:
        raise ValueError('one rate for each direction')}

    def rotate(q, w):
        {?0.4 # {half the rate, in the body's frame ~ derivative of a quaternion}}
        zero = {jnp.zeros_like(w[:, :1]) ~ jnp.zeros((w.shape[0], 1), w.dtype)}
        turn = jnp.concatenate([zero, w], axis=-1)
        return q + 0.5 * dt * multiply(q, turn)

    spin = rates {- bias ~}
    {?0.4 if max_rate is not None:
        # {gyroscopes saturate ~ faster than the sensor can tell}
        spin = jnp.clip(spin, -max_rate, max_rate)}
    for _ in range(substeps):
        quat = rotate(quat, spin)
        quat = quat / {jnp.linalg.norm(quat, axis=-1, keepdims=True) ~ safe_norm(quat)}
    if alpha > 0:
        # {pull towards the direction of gravity ~ gyroscopes drift, gravity does not}
        x, y, z, w = {jnp.moveaxis(quat, -1, 0) ~ quat.T}
        down = jnp.stack([2.0 * (y * w - x * z), 2.0 * (x * y + z * w), 1.0 - 2.0 * (y ** 2 + z ** 2)], axis=-1)
        tilt = {jnp.cross(zs, down) ~ jnp.cross(zs, down, axis=-1)}
        {?0.4 if max_tilt is not None:
            tilt = jnp.clip(tilt, -max_tilt, max_tilt)}
        quat = rotate(quat, alpha * tilt)
        quat = quat / {jnp.linalg.norm(quat, axis=-1, keepdims=True) ~ safe_norm(quat)}
"""
_MULTIPLY = '''
    def multiply(a: Array, b: Array) -> Array:
        {?0.5 """Hamilton product of quaternions with the real part first."""}
        w1, x1, y1, z1 = {jnp.moveaxis(a, -1, 0) ~ (a[..., i] for i in range(4))}
        w2, x2, y2, z2 = {jnp.moveaxis(b, -1, 0) ~ (b[..., i] for i in range(4))}
        return jnp.stack([
            w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
            w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
            w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
            w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
        ], axis=-1)
'''
_TEXTS = {
    "kalman_filter": _KALMAN, "exponential_smoothing": _SMOOTHING, "particle_filter": _PARTICLES,
    "attitude_filter": _ATTITUDE,
}  # fmt: skip


def _draw_filter(stream: Stream, target: str) -> KernelSpec:
    """Estimates of a hidden state."""
    p = Program(stream)
    length, width, seen = p.size(64) if target == "kalman_filter" else p.size(32, 48, 64), p.size(2, 3, 4), 2
    count = p.size(64, 128, 256)
    shape = {"kalman_filter": (length, seen), "exponential_smoothing": (length, p.size(4, 8, 16)),
             "particle_filter": (width,), "attitude_filter": (count, 3)}[target]  # fmt: skip
    p.function(_MULTIPLY)
    p.tensor(
        "zs",
        Leaf(shape, -1, 1),
        f"what was observed, of shape {shape}".replace(",)", ")"),
        ("observations", "zs", "measurements"),
    )
    p.tensor("mean0", Leaf((width,), -1, 1), "state to begin with", ("mean0", "x0", "initial_mean"))
    p.tensor("cov0", positive(width, width), "covariance to begin with", ("cov0", "P0", "initial_cov"))
    p.tensor("transition", Leaf((width, width), -0.5, 0.5), "how the state moves on", ("transition", "F", "A"))
    p.tensor("observe", Leaf((seen, width), -1, 1), "what is seen of a state", ("observe", "H", "C"))
    p.tensor("seen", truth(shape[0]), "steps at which something was observed", ("observed", "valid"))
    p.tensor("states", Leaf((count, width), -1, 1), "particles of shape (n, features)", ("particles", "states"))
    p.tensor(
        "log_prior",
        Leaf((count,), -2, 0),
        "log weights before",
        ("log_weights", "log_prior"),
        given=p.maybe(0.5),
        optional=True,
    )
    resample = p.pick("'multinomial'", "'shrink'", "'none'")
    drawn = resample == "'multinomial'"
    p.tensor("rng", key(), "random key", ("key", "rng"), given=drawn, optional=True)
    p.tensor("rates", Leaf((count, 3), -1, 1), "angular rates", ("gyro", "rates", "angular_velocity"))
    p.tensor("bias", Leaf((3,), -0.1, 0.1), "bias of the rates", ("bias", "gyro_bias"))
    p.tensor("quat", positive(count, 4), "attitudes as quaternions", ("quat", "attitude", "q"))
    p.number("process_noise", "0.01", "variance that a step adds", (0.01, 0.1), ("process_noise", "q_var"))
    p.number("noise", p.pick("0.1", "0.5"), "noise of the observations", (0.2, 1.0), ("noise", "obs_noise", "r_var"))
    p.option(
        "inflation", "1.0", "float", "factor of the covariance", p.pick("1.02", "1.0"), ("inflation", "forgetting")
    )
    p.option("joseph", "True", "bool", "whether the stable form is used", p.pick("True", "False"), ("joseph", "stable"))
    p.option("form", "'solve'", "str", "how the gain is found", None, ("solver", "form"))
    p.option(
        "kind", "'simple'", "str", "what is carried along", p.pick("'trend'", "'simple'", "'trend'"), ("kind", "mode")
    )
    p.number("alpha", p.pick("0.3", "0.1"), "weight of what is new", None, ("alpha", "smoothing"))
    p.option("trend", p.pick("0.1", "0.2"), "float", "weight of a new slope", None, ("trend", "beta"))
    p.option("damp", p.pick("0.9", "0.98"), "float", "how slopes fade", None, ("damping", "phi"))
    p.option("limit", "None", "float | None", "largest step", p.pick("0.1", "None"), ("max_step", "limit"))
    p.option("centred", "False", "bool", "whether the mean is taken off", "False", ("centered", "center"))
    p.option(
        "heavy_tails",
        "False",
        "bool",
        "whether outliers are expected",
        p.pick("True", "False"),
        ("robust", "heavy_tails"),
    )
    p.option(
        "resample",
        "'multinomial'",
        "str",
        "how particles are chosen again",
        resample,
        ("resampling", "resample"),
    )
    p.option("max_rate", "None", "float | None", "largest rate", p.pick("0.8", "None"))
    p.option("max_tilt", "None", "float | None", "largest correction", p.pick("0.5", "None"))
    p.option("substeps", p.pick("1", "2"), "int", "steps of integration", p.pick("1", "2", "4"))
    p.option("dt", "0.01", "float", "time step", p.pick("0.01", "0.02"))
    checks = _CHECK.replace("AXES", str(len(shape))).replace("WIDTH", str(shape[-1]))
    p.write("" if target == "attitude_filter" else checks, _TEXTS[target])
    row, path = Leaf(shape[1:] or shape), Leaf(shape)
    ends: dict[str, tuple[tuple[str, tuple[Tree, ...]], ...]] = {
        "kalman_filter": (
            ("return path, mean", (Leaf((shape[0], width)), Leaf((width,)))),
            ("return path, mean, cov", (Leaf((shape[0], width)), Leaf((width,)), Leaf((width, width)))),
        ),
        "exponential_smoothing": (
            ("{return mean ~ forecast = mean\nreturn forecast}", (row,)),
            ("return mean, path", (row, path)),
            ("# {what comes next ~ one step ahead}\nforecast = mean + slope\nreturn forecast, path", (row, path)),
        ),
        "particle_filter": (
            ("return states, mean, effective", (Leaf((count, width)), Leaf((width,)), Leaf(()))),
            ("return states, weight_of, mean", (Leaf((count, width)), Leaf((count,)), Leaf((width,)))),
        ),
        "attitude_filter": (
            ("return quat", (Leaf((count, 4)),)),
            ("return quat, spin", (Leaf((count, 4)), Leaf((count, 3)))),
        ),
    }
    p.finish(*ends[target])
    titles = {
        "kalman_filter": ("kalman_filter", "filter_states", "linear_gaussian_filter"),
        "exponential_smoothing": ("exponential_smoothing", "smooth", "holt_smoothing"),
        "particle_filter": ("particle_filter_update", "reweight_particles", "bootstrap_filter_step"),
        "attitude_filter": ("complementary_filter", "update_attitude", "attitude_step"),
    }[target]
    return p.done(
        "dynamics",
        "state_filter",
        target,
        titles,
        {
            "kalman_filter": "Filters noisy observations of a linear system",
            "exponential_smoothing": "Smooths several series and follows their trends",
            "particle_filter": "Weighs particles by an observation and draws them again",
            "attitude_filter": "Follows attitudes by gyroscopes and the direction of gravity",
        }[target],
        "the estimate and what goes with it",
    )


RECIPES = (Recipe(name="state_filter", category="dynamics", targets=tuple(_TEXTS), draw=_draw_filter),)
