"""Estimates of a hidden state from noisy observations, for one step or a whole sequence."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import key, positive, truth
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.tracking import FILTERS
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import with_texts

_CHECKS = {
    "kalman_filter": """
        {?0.2 if zs.ndim != 2 {or zs.shape[-1] != observe.shape[0] ~}:
            raise ValueError(f'expected observations of shape (time, <<observe.shape[0]>>), got <<zs.shape>>') ~
        {?0.15 if transition.shape != cov0.shape:
            raise ValueError(f'expected a transition of shape <<cov0.shape>>, got <<transition.shape>>')}}
    """,
    "exponential_smoothing": """
        {?0.15 if alpha <= 0.0 or alpha > 1.0:
            raise ValueError(f'expected alpha in (0, 1], got <<alpha>>') ~
        {?0.15 if zs.ndim != 2:
            raise ValueError(f'expected series of shape (time, series), got <<zs.shape>>')}}
    """,
    "particle_filter": """
        {?0.15 if states.ndim != 2 or zs.shape != observe.shape[:1]:
            raise ValueError(f'an observation of shape <<zs.shape>> does not match <<observe.shape>>')}
    """,
    "attitude_filter": """
        {?0.15 if zs.shape != rates.shape:
            raise ValueError(f'expected accelerations of shape <<rates.shape>>, got <<zs.shape>>')}
    """,
}
_KALMAN = """
    identity = {jnp.eye(mean0.shape[-1]) ~ jnp.eye(mean0.shape[-1], dtype=mean0.dtype)}
    {Q, R = jnp.diag(process_var), jnp.diag(obs_var) ~ Q = jnp.diag(process_var)
    R = jnp.diag(obs_var)}

    def step(carry, inputs):
        mu, cov = carry
        z, ok = inputs
        {?0.5 # predict}
        mu = transition @ mu
        cov = transition @ cov @ transition.T + Q
        {?0.5 # update}
        innovation = z - observe @ mu
        S = observe @ cov @ observe.T + R
        {K = jnp.linalg.solve(S, observe @ cov).T ~ K = cov @ observe.T @ jnp.linalg.inv(S)}
        new_mu = mu + K @ innovation
        {{?0.5 # {Joseph form, which keeps the covariance positive}}
        I_KH = identity - K @ observe
        new_cov = I_KH @ cov @ I_KH.T + K @ R @ K.T ~
        new_cov = cov - K @ S @ K.T ~
        new_cov = (identity - K @ observe) @ cov
        {?0.4 {?0.4 # keep it symmetric}
        new_cov = 0.5 * (new_cov + new_cov.T)}}
        GATE
        SEEN
        return (new_mu, new_cov), KEEP

    (mean, cov), KEPT = {lax.scan ~ jax.lax.scan}(step, (mean0, cov0), TAKEN)
"""
_GATE = """{?0.5 # {gate outliers by their Mahalanobis distance}}
        distance = innovation @ jnp.linalg.solve(S, innovation)
        {ok = ok & (distance < gate) ~ ok = jnp.logical_and(ok, distance < gate)}"""
_SEEN = """{?0.5 # {skip the update where there is no observation}}
        {new_mu = jnp.where(ok, new_mu, mu)
        new_cov = jnp.where(ok, new_cov, cov) ~
        new_mu, new_cov = jax.lax.cond(ok, lambda: (new_mu, new_cov), lambda: (mu, cov))}"""
_SMOOTHINGS = {
    "simple": """
        {def step(level, z):
            {?0.5 # {forecast, then correct it}}
            error = z - level
            level = level + alpha * error
            return level, level

        level, levels = jax.lax.scan(step, zs[0], zs[1:])
        return jnp.concatenate([zs[:1], levels]) ~
        def step(level, inputs):
            z, ok = inputs
            {?0.5 # {the level stays where nothing was observed}}
            new_level = alpha * z + (1.0 - alpha) * level
            level = jnp.where(ok, new_level, level)
            return level, level

        _, levels = jax.lax.scan(step, zs[0], (zs, seen))
        return levels ~
        def step(carry, z):
            level, var = carry
            error = z - level
            {?0.5 # {the variance of the errors is followed too}}
            var = (1.0 - alpha) * (var + alpha * error ** 2)
            level = level + alpha * error
            return (level, var), level

        (level, var), levels = jax.lax.scan(step, (zs[0], jnp.zeros_like(zs[0])), zs)
        return levels, jnp.sqrt(var + 1e-8)}
    """,
    "holt": """
        def step(carry, z):
            level, slope = carry
            {?0.5 # {a damped trend ~ slopes fade}
            slope = damp * slope}
            forecast = level + slope
            new_level = {alpha * z + (1.0 - alpha) * forecast ~ forecast + alpha * (z - forecast)}
            new_slope = beta * (new_level - level) + (1.0 - beta) * slope
            return (new_level, new_slope), {new_level ~ forecast}

        {start = (zs[0], jnp.zeros_like(zs[0])) ~ start = (zs[0], zs[1] - zs[0])}
        (level, slope), fitted = {lax.scan ~ jax.lax.scan}(step, start, zs)
        {return fitted, level + slope ~
        {?0.5 # {linear forecasts of the next steps}}
        ahead = jnp.arange(1, horizon + 1)[:, None]
        return fitted, level + ahead * slope}
    """,
    "winters": """
        {?0.4 if zs.shape[0] < 2 * period:
            raise ValueError(f'expected at least two periods of <<period>>, got <<zs.shape[0]>> steps')}

        def step(carry, z):
            level, slope, season = carry
            forecast = level + slope + season[0]
            new_level = alpha * (z - season[0]) + (1.0 - alpha) * (level + slope)
            new_slope = beta * (new_level - level) + (1.0 - beta) * slope
            {?0.5 # {the season of a period later is at the end}}
            new_season = gamma * (z - new_level) + (1.0 - gamma) * season[0]
            season = {jnp.concatenate([season[1:], new_season[None]]) ~
                jnp.roll(season, -1, axis=0).at[-1].set(new_season)}
            return (new_level, new_slope, season), forecast

        {level = jnp.mean(zs[:period], axis=0) ~ level = zs[:period].mean(axis=0)}
        season = zs[:period] - level
        start = (level, jnp.zeros_like(level), season)
        (level, slope, season), forecasts = {lax.scan ~ jax.lax.scan}(step, start, zs)
        return {forecasts ~ forecasts, level + slope + season[0]}
    """,
}
_PARTICLES = """
    n = {states.shape[0] ~ len(states)}
    MOVE
    {?0.4 # {log likelihood of the observation}}
    {residual = zs - states @ observe.T ~ residual = states @ observe.T - zs}
    {log_w = -0.5 * jnp.sum(residual ** 2, axis=-1) / noise ** 2 ~
    if heavy_tails:
        {?0.4 # {Cauchy likelihood}}
        log_w = -jnp.sum(jnp.log1p((residual / noise) ** 2), axis=-1)
    else:
        log_w = -0.5 * jnp.sum((residual / noise) ** 2, axis=-1)}
    PRIOR
    {log_w = jax.nn.log_softmax(log_w) ~
    log_w = log_w - jax.nn.logsumexp(log_w)}
    weights = jnp.exp(log_w)
    mean = {jnp.sum(weights[:, None] * states, axis=0) ~ weights @ states}
    {ess = 1.0 / jnp.sum(weights ** 2)}
    RESAMPLE
"""
_MOVED = """{noise_key, resample_key = jax.random.split(rng) ~ resample_key, noise_key = jax.random.split(rng)}
    {?0.5 # {propagate the particles}}
    {states = states @ transition.T
    states = states + step_std * jax.random.normal(noise_key, states.shape) ~
    noise_t = step_std * jax.random.normal(noise_key, states.shape)
    states = states @ transition.T + noise_t}"""
_DRAWN = """{?0.5 # {resample}}
    ancestors = jax.random.categorical(resample_key, log_w, {shape=(n,) ~ shape=log_w.shape})
    {states = states[ancestors] ~ states = jnp.take(states, ancestors, axis=0)}"""
_TWO_KEYS = """resample_key, jitter_key = jax.random.split(rng)
    """
_JITTERED = """
    {?0.5 if jitter > 0.0:
        {?0.5 # {roughening}}
        states = states + jitter * jax.random.normal(jitter_key, states.shape)}"""
_DRAWN_IF_FEW = """{?0.5 # {resample where the effective sample size is small}}
    resample = ess < threshold * n
    ancestors = jax.random.categorical(resample_key, log_w, {shape=(n,) ~ shape=log_w.shape})
    {states = jnp.where(resample, states[ancestors], states) ~
    states = jax.lax.cond(resample, lambda: states[ancestors], lambda: states) ~
    resampled = jnp.take(states, ancestors, axis=0)
    states = jnp.where(resample, resampled, states)}
    log_w = jnp.where(resample, {-math.log(n) ~ -jnp.log(n)}, log_w)"""
_ATTITUDE = """
    def rotate(orientation, w):
        {?0.4 # {quaternion kinematics}}
        zero = {jnp.zeros_like(w[:, :1]) ~ jnp.zeros((w.shape[0], 1), w.dtype)}
        rate = multiply(orientation, jnp.concatenate([zero, w], axis=-1))
        rotated = orientation + 0.5 * dt * rate
        return rotated / jnp.linalg.norm(rotated, axis=-1, keepdims=True)

    {?0.6 quat = quat / jnp.linalg.norm(quat, axis=-1, keepdims=True)}
    omega = rates - bias
    measured = zs / {(jnp.linalg.norm(zs, axis=-1, keepdims=True) + 1e-6) ~ safe_norm(zs)}
    ORDER
"""
_TILT = """
    qw, qx, qy, qz = {jnp.moveaxis(quat, -1, 0) ~ quat.T}
    {?0.4 # {direction of gravity in the body frame}}
    expected = jnp.stack(
        [2.0 * (qx * qz - qw * qy), 2.0 * (qw * qx + qy * qz), 1.0 - 2.0 * (qx ** 2 + qy ** 2)], axis=-1)
    error = jnp.cross(measured, expected)
"""
_INTEGRATE = "    quat = rotate(quat, omega)\n"
_ORDERS = (
    # Prediction, then correction.
    f"{_INTEGRATE}{_TILT}    quat = rotate(quat, feedback * error)\n",
    # Feedback of the error to the rates, and an integral of it to the bias.
    f"{_TILT}    omega = omega + feedback * error\n{_INTEGRATE}",
    f"{_TILT}    {{?0.5 # {{the bias follows the mean of the error}}}}\n    bias = bias - ki * dt * error\n"
    f"    omega = rates - bias + feedback * error\n{_INTEGRATE}",
)
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
    "kalman_filter": _KALMAN, "exponential_smoothing": "", "particle_filter": _PARTICLES,
    "attitude_filter": _ATTITUDE,
}  # fmt: skip


def _draw_filter(stream: Stream, target: str) -> KernelSpec:
    """Draw an estimate of a hidden state."""
    p = Program(stream)
    length, width, seen = p.size(64) if target == "kalman_filter" else p.size(32, 48, 64), p.size(2, 3, 4), 2
    count = p.size(64, 128, 256)
    shape = {"kalman_filter": (length, seen), "exponential_smoothing": (length, p.size(4, 8, 16)),
             "particle_filter": (seen,), "attitude_filter": (count, 3)}[target]  # fmt: skip
    p.function(_MULTIPLY)
    p.tensor(
        "zs",
        Leaf(shape, -1, 1),
        {
            "attitude_filter": "accelerations, (batch, 3)",
            "exponential_smoothing": "series, (time, series)",
            "particle_filter": "the observation",
        }.get(target, "observations, (time, features)"),
        ("accel", "acceleration", "gravity_dir")
        if target == "attitude_filter"
        else ("observation", "obs", "z")
        if target == "particle_filter"
        else ("series", "values")
        if target == "exponential_smoothing"
        else ("observations", "zs", "measurements"),
    )
    p.tensor("mean0", Leaf((width,), -1, 1), "state to begin with", ("mean0", "x0", "initial_mean"))
    p.tensor("cov0", positive(width, width), "covariance to begin with", ("cov0", "P0", "initial_cov"))
    p.tensor("transition", Leaf((width, width), -0.5, 0.5), "how the state moves on", ("transition", "F", "A"))
    p.tensor("observe", Leaf((seen, width), -1, 1), "what is seen of a state", ("observe", "H", "C"))
    p.tensor("seen", truth(shape[0]), "steps at which something was observed", ("observed", "valid"))
    p.tensor("states", Leaf((count, width), -1, 1), "particles of shape (n, features)", ("particles", "states"))
    p.tensor("log_prior", Leaf((count,), -2, 0), "log weights before", ("log_weights", "log_prior"))
    p.tensor("rng", key(), "random key", ("key", "rng"))
    p.tensor("rates", Leaf((count, 3), -1, 1), "angular rates", ("gyro", "rates", "angular_velocity"))
    p.tensor("bias", Leaf((count, 3), -0.1, 0.1), "bias of the rates", ("bias", "gyro_bias"))
    p.tensor("quat", positive(count, 4), "attitudes as quaternions", ("quat", "attitude", "q"))
    p.tensor("process_var", Leaf((width,), 0.01, 0.1), "variances of the process noise", ("process_var", "q_diag"))
    p.tensor("obs_var", Leaf((seen,), 0.2, 0.5), "variances of the observations", ("obs_var", "r_diag"))
    spread = ("obs_std", "noise_std") if target == "particle_filter" else ("obs_noise", "r_var")
    p.option("noise", p.pick("0.1", "0.5"), "float", "noise of the observations", p.pick("0.5", "0.2"), spread)
    p.option("alpha", p.pick("0.3", "0.1"), "float", "weight of what is new", p.pick("0.2", "0.5"), ("alpha",))
    p.option("beta", p.pick("0.1", "0.2"), "float", "weight of a new slope", None, ("beta",))
    p.option("damp", p.pick("0.9", "0.98"), "float", "how slopes fade", None, ("damping", "phi"))
    period, horizon = p.choices.choice((4, 6)), p.choices.choice((3, 5))
    p.option("gamma", p.pick("0.1", "0.2"), "float", "weight of a new season", None, ("gamma",))
    p.option("period", "4", "int", "steps of a season", str(period), ("period", "season_length"))
    p.option("horizon", "3", "int", "steps to forecast", str(horizon), ("horizon", "num_ahead"))
    p.option(
        "heavy_tails",
        "False",
        "bool",
        "whether outliers are expected",
        p.pick("True", "False"),
        ("robust", "heavy_tails"),
    )
    p.option("step_std", "0.1", "float", "standard deviation of the process noise", "0.2", ("process_std", "step_std"))
    p.option(
        "threshold", "0.5", "float", "least effective sample size, relative to n", None, ("ess_threshold", "threshold")
    )
    p.option(
        "jitter", "0.0", "float", "spread of the copies of a particle", p.pick("0.1", "0.05"), ("jitter", "roughening")
    )
    p.option("feedback", p.pick("1.0", "0.5"), "float", "gain of the correction", p.pick("1.0", "2.0"), ("gain", "kp"))
    p.option("ki", "0.1", "float", "gain of the integral", p.pick("0.1", "0.3"), ("ki", "bias_gain"))
    p.option("dt", "0.01", "float", "time step", p.pick("0.01", "0.02"))
    gated = p.maybe(0.25)
    masked = gated or p.choices.chance(0.6)
    p.option("gate", None, "float", "largest distance of an observation", p.pick("4.0", "9.0"), ("gate", "threshold"))
    ess = p.choices.chance(0.6)
    moved, few = p.choices.chance(0.6), p.choices.chance(0.5)
    kept = "states, log_w, mean" if few else "states, mean"
    said = {
        "ORDER": p.pick(*_ORDERS).strip(),
        "MOVE": _MOVED if moved else "",
        "PRIOR": "log_w = log_w + log_prior" if few else "",
        "RESAMPLE": _DRAWN_IF_FEW if few else _DRAWN,
    }
    if not moved:
        said["RESAMPLE"] = said["RESAMPLE"].replace("resample_key", "rng")
        if not few and p.choices.chance(0.7):
            said["RESAMPLE"] = _TWO_KEYS + _DRAWN + _JITTERED
    smoothing = p.pick(*_SMOOTHINGS)
    kept_cov = p.choices.chance(0.3)
    text = _TEXTS[target].replace("KEEP", "(new_mu, new_cov)" if kept_cov else "new_mu")
    text = (
        text.replace("KEPT", "(means, covs)" if kept_cov else "means")
        .replace("GATE", _GATE if gated else "")
        .replace("SEEN", _SEEN if masked else "")
    )
    text = text.replace("TAKEN", "(zs, seen)" if masked else "zs")
    if not masked:
        text = text.replace("def step(carry, inputs):", "def step(carry, z):").replace("        z, ok = inputs\n", "")
    for mark, each in said.items():
        text = text.replace(mark, each)
    if target == "exponential_smoothing":
        text = p.choose(_SMOOTHINGS[smoothing])
        p.write(_CHECKS[target])
        p.add(text)
    else:
        p.write(_CHECKS[target], text)
    row, path = Leaf(shape[1:] or shape), Leaf(shape)
    ends: dict[str, tuple[tuple[str, tuple[Tree, ...]], ...]] = {
        "kalman_filter": (("return means, covs", (Leaf((shape[0], width)), Leaf((shape[0], width, width)))),)
        if kept_cov
        else (
            ("return means, mean, cov", (Leaf((shape[0], width)), Leaf((width,)), Leaf((width, width)))),
            ("return means, cov", (Leaf((shape[0], width)), Leaf((width, width)))),
        ),
        "particle_filter": (
            (
                f"return {kept}{', ess' if ess else ''}",
                (
                    Leaf((count, width)),
                    *([Leaf((count,))] if few else []),
                    Leaf((width,)),
                    *([Leaf(())] if ess else []),
                ),
            ),
        ),
        "attitude_filter": (("return quat, bias", (Leaf((count, 4)), Leaf((count, 3)))),)
        if "ki * dt" in text
        else (
            ("return quat", (Leaf((count, 4)),)),
            (
                "error_norm = {jnp.linalg.norm(error, axis=-1) ~ jnp.sqrt(jnp.sum(error ** 2, axis=-1))}\n"
                "return quat, error_norm",
                (Leaf((count, 4)), Leaf((count,))),
            ),
        ),
    }
    if target == "exponential_smoothing":
        extra = text.rstrip().rsplit("return ", maxsplit=1)[-1]
        last = Leaf((horizon, *shape[1:])) if "ahead *" in extra else row
        p.gives(path, *([last] if extra.startswith(("fitted, ", "forecasts, ", "levels, ")) else []))
    else:
        p.finish(*ends[target])
    titles = {
        "kalman_filter": ("kalman_filter", "filter_states", "linear_gaussian_filter"),
        "exponential_smoothing": {
            "simple": ("exponential_smoothing", "ewma", "smooth_series"),
            "holt": ("holt_smoothing", "holt_linear", "double_exponential_smoothing"),
            "winters": ("holt_winters", "seasonal_smoothing"),
        }[smoothing],
        "particle_filter": ("bootstrap_filter_step", "particle_filter_step")
        if moved
        else ("particle_filter_update", "resample_by_likelihood", "update_particles"),
        "attitude_filter": ("complementary_filter", "update_attitude", "mahony_update"),
    }[target]
    return p.done(
        "dynamics",
        "state_filter",
        target,
        titles,
        {
            "kalman_filter": "Filters noisy observations of a linear system",
            "exponential_smoothing": {
                "simple": "Smooths several series exponentially",
                "holt": "Smooths several series with their trends",
                "winters": "Smooths several series with trends and seasons",
            }[smoothing],
            "particle_filter": "Weighs particles by an observation and resamples them",
            "attitude_filter": "Follows attitudes by gyroscopes and the direction of gravity",
        }[target],
        "the estimates",
    )


RECIPES = (
    with_texts(
        Recipe(name="state_filter", category="dynamics", targets=tuple(_TEXTS), draw=_draw_filter),
        FILTERS,
        weight=2.5,
    ),
)
