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
        z, ok = taken
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
        new = jnp.where(ok, new, mu)
        new_cov = jnp.where(ok, new_cov, cov)
        return (new, new_cov), new

    (mean, cov), path = {lax.scan ~ jax.lax.scan}(step, (mean0, cov0), (zs, seen))
"""
_SMOOTHING = """
    {?0.4 if alpha <= 0.0 or alpha > 1.0:
        raise ValueError(f'alpha has to lie between 0 and 1, not <<alpha>>')}

    def step(carry, z):
        old, slope = carry
        {if kind == 'simple':
            expected = old
        elif kind == 'linear':
            # {the slope is carried along ~ level and slope}
            expected = old + slope
        {elif kind == 'damped':
            slope = damp * slope
            expected = old + slope ~}
        else:
            raise ValueError(f'unknown kind <<kind>>') ~
        if kind != 'simple':
            # {slopes do not go on for ever ~ damped slope}
            slope = damp * slope
        expected = old if kind == 'simple' else old + slope}
        {?0.4 if limit is not None:
            # {no surprise is larger than this ~ outliers move it only so far}
            z = jnp.clip(z, expected - limit, expected + limit)}
        new = {alpha * z + (1.0 - alpha) * expected ~ expected + alpha * (z - expected)}
        if kind != 'simple':
            slope = beta * (new - old) + (1.0 - beta) * slope
        return (new, slope), new

    {start = zs[0] ~ start = {jnp.mean(zs[:4], axis=0) ~ zs[:3].mean(axis=0)}}
    (level, slope), path = {lax.scan ~ jax.lax.scan}(step, (start, jnp.zeros_like(start)), zs)
"""
_PARTICLES = """
    n = {states.shape[0] ~ len(states)}
    MOVE
    # {how well each particle explains what was seen ~ likelihoods}
    {gap = zs - states @ observe.T ~ gap = states @ observe.T - zs}
    {log_w = -0.5 * jnp.sum(jnp.square(gap), axis=-1) / noise ** 2 ~
    if heavy_tails:
        # {outliers are not impossible, only rare ~ forgiving to outliers}
        log_w = -jnp.sum(jnp.log1p((gap / noise) ** 2), axis=-1)
    else:
        log_w = -0.5 * jnp.sum((gap / noise) ** 2, axis=-1)}
    PRIOR
    {log_w = jax.nn.log_softmax(log_w) ~
    log_w = log_w - jax.nn.logsumexp(log_w)}
    weight_of = jnp.exp(log_w)
    mean = {jnp.sum(weight_of[:, None] * states, axis=0) ~ weight_of @ states}
    {effective = 1.0 / jnp.sum({weight_of ** 2 ~ jnp.square(weight_of)})}
    RESAMPLE
"""
_MOVED = """{move_key, draw_key = jax.random.split(rng) ~ draw_key, move_key = jax.random.split(rng)}
    # {every particle moves as the model says, with its noise ~ predict}
    {states = states @ transition.T
    states = states + step_std * jax.random.normal(move_key, states.shape) ~
    drift = step_std * jax.random.normal(move_key, states.shape)
    states = states @ transition.T + drift}"""
_DRAWN = """# {likely particles are drawn several times ~ draw as many as there were}
    chosen = jax.random.categorical(draw_key, log_w, {shape=(n,) ~ shape=log_w.shape})
    {states = states[chosen] ~ states = jnp.take(states, chosen, axis=0)}"""
_TWO_KEYS = """draw_key, jitter_key = jax.random.split(rng)
    """
_JITTERED = """
    {?0.5 if jitter > 0.0:
        # {copies move apart ~ so that copies do not stay the same}
        states = states + jitter * jax.random.normal(jitter_key, states.shape)}"""
_DRAWN_IF_FEW = """# {draw again where few particles carry all the weight ~ even weights are carried on}
    few = effective < threshold * n
    chosen = jax.random.categorical(draw_key, log_w, {shape=(n,) ~ shape=log_w.shape})
    {states = jnp.where(few, states[chosen], states) ~
    drawn = jnp.take(states, chosen, axis=0)
    states = jnp.where(few, drawn, states)}
    log_w = jnp.where(few, {-math.log(n) ~ -jnp.log(n)}, log_w)"""
_ATTITUDE = """
    {?0.5 if zs.shape != rates.shape:
        raise ValueError(f'accelerations of shape <<zs.shape>>, rates of shape <<rates.shape>>')}

    def rotate(orientation, turn, duration):
        {?0.4 # {half the rate, in the body's frame ~ derivative of a quaternion}}
        zero = {jnp.zeros_like(turn[:, :1]) ~ jnp.zeros((turn.shape[0], 1), turn.dtype)}
        turned = orientation + 0.5 * duration * multiply(
            orientation, jnp.concatenate([zero, turn], axis=-1))
        return turned / {jnp.linalg.norm(turned, axis=-1, keepdims=True) ~ safe_norm(turned)}

    omega = rates - bias
    {?0.4 if max_rate is not None:
        # {gyroscopes saturate ~ faster than the sensor can tell}
        omega = jnp.clip(omega, -max_rate, max_rate)}
    measured = zs / {(jnp.linalg.norm(zs, axis=-1, keepdims=True) + 1e-6) ~ safe_norm(zs)}
    ORDER
"""
_TILT = """
    qw, qx, qy, qz = {jnp.moveaxis(quat, -1, 0) ~ quat.T}
    # {the direction of gravity in the body's frame ~ third row of the rotation matrix}
    expected = jnp.stack(
        [2.0 * (qx * qz - qw * qy), 2.0 * (qw * qx + qy * qz), 1.0 - 2.0 * (qx ** 2 + qy ** 2)], axis=-1)
    tilt = {jnp.cross(measured, expected) ~ jnp.cross(measured, expected, axis=-1)}
    {?0.4 if max_tilt is not None:
        tilt = jnp.clip(tilt, -max_tilt, max_tilt)}
"""
_INTEGRATE = """
    {for _ in range(substeps):
        quat = rotate(quat, omega, dt / substeps) ~
    substep = dt / substeps
    for _ in range(substeps):
        quat = rotate(quat, omega, substep) ~
    quat = rotate(quat, omega, dt)}
"""
_ORDERS = (
    # Predicted, then corrected.
    f"{_INTEGRATE}{_TILT}    quat = rotate(quat, feedback * tilt, dt)\n",
    # Feedback of the tilt to the rates, with or without an integral of it.
    f"{_TILT}    omega = omega + feedback * tilt\n{_INTEGRATE}",
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
_FORECAST = "forecast = level if kind == 'simple' else level + slope"
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
             "particle_filter": (seen,), "attitude_filter": (count, 3)}[target]  # fmt: skip
    p.function(_MULTIPLY)
    p.tensor(
        "zs",
        Leaf(shape, -1, 1),
        f"what was observed, of shape {shape}".replace(",)", ")"),
        ("accel", "acceleration", "gravity_dir")
        if target == "attitude_filter"
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
    p.tensor("bias", Leaf((3,), -0.1, 0.1), "bias of the rates", ("bias", "gyro_bias"))
    p.tensor("quat", positive(count, 4), "attitudes as quaternions", ("quat", "attitude", "q"))
    p.number("process_noise", "0.01", "variance that a step adds", (0.01, 0.1), ("process_noise", "q_var"))
    spread = ("obs_std", "noise_std") if target == "particle_filter" else ("obs_noise", "r_var")
    p.number("noise", p.pick("0.1", "0.5"), "noise of the observations", (0.2, 1.0), spread)
    p.option(
        "inflation", "1.0", "float", "factor of the covariance", p.pick("1.02", "1.0"), ("inflation", "forgetting")
    )
    p.option("joseph", "True", "bool", "whether the stable form is used", p.pick("True", "False"), ("joseph", "stable"))
    p.option("form", "'solve'", "str", "how the gain is found", None, ("solver", "form"))
    p.option(
        "kind",
        "'simple'",
        "str",
        "what is carried along",
        p.pick("'linear'", "'linear'", "'simple'"),
        ("trend", "kind"),
    )
    p.option("alpha", p.pick("0.3", "0.1"), "float", "weight of what is new", p.pick("0.2", "0.5"), ("alpha",))
    p.option("beta", p.pick("0.1", "0.2"), "float", "weight of a new slope", None, ("beta",))
    p.option("damp", p.pick("0.9", "0.98"), "float", "how slopes fade", None, ("damping", "phi"))
    p.option("limit", "None", "float | None", "largest surprise", p.pick("0.3", "None"), ("max_innovation", "limit"))
    p.option(
        "heavy_tails",
        "False",
        "bool",
        "whether outliers are expected",
        p.pick("True", "False"),
        ("robust", "heavy_tails"),
    )
    p.number("step_std", "0.1", "spread that a step adds", (0.05, 0.2), ("process_std", "step_std"))
    p.option("threshold", "0.5", "float", "share of the particles that is to count", None, ("threshold", "min_share"))
    p.option(
        "jitter", "0.0", "float", "spread of the copies of a particle", p.pick("0.1", "0.05"), ("jitter", "roughening")
    )
    p.number("feedback", p.pick("1.0", "0.5", "2.0"), "how strongly the tilt is corrected", (0.5, 2.0), ("gain", "kp"))
    p.option("max_rate", "None", "float | None", "largest rate", p.pick("0.8", "None"))
    p.option("max_tilt", "None", "float | None", "largest correction", p.pick("0.5", "None"))
    p.option("substeps", p.pick("1", "2"), "int", "steps of integration", p.pick("1", "2", "4"))
    p.option("dt", "0.01", "float", "time step", p.pick("0.01", "0.02"))
    checks = _CHECK.replace("AXES", str(len(shape))).replace("WIDTH", str(shape[-1]))
    effective = p.choices.chance(0.6)
    moved, few = p.choices.chance(0.6), p.choices.chance(0.5)
    kept = "states, log_w, mean" if few else "states, mean"
    said = {
        "ORDER": p.pick(*_ORDERS).strip(),
        "MOVE": _MOVED if moved else "",
        "PRIOR": "log_w = log_w + log_prior" if few else "",
        "RESAMPLE": _DRAWN_IF_FEW if few else _DRAWN,
    }
    if not moved:
        said["RESAMPLE"] = said["RESAMPLE"].replace("draw_key", "rng")
        if not few and p.choices.chance(0.7):
            said["RESAMPLE"] = _TWO_KEYS + _DRAWN + _JITTERED
    text = _TEXTS[target]
    for mark, each in said.items():
        text = text.replace(mark, each)
    p.write("" if target == "attitude_filter" else checks, text)
    row, path = Leaf(shape[1:] or shape), Leaf(shape)
    ends: dict[str, tuple[tuple[str, tuple[Tree, ...]], ...]] = {
        "kalman_filter": (
            ("return path, mean", (Leaf((shape[0], width)), Leaf((width,)))),
            ("return path, mean, cov", (Leaf((shape[0], width)), Leaf((width,)), Leaf((width, width)))),
        ),
        "exponential_smoothing": (
            ("return level, path", (row, path)),
            (f"# {{what comes next ~ one step ahead}}\n{_FORECAST}\nreturn forecast", (row,)),
            (f"# {{what comes next ~ one step ahead}}\n{_FORECAST}\nreturn forecast, path", (row, path)),
            (f"{_FORECAST}\nresiduals = zs - path\nreturn forecast, residuals", (row, path)),
        ),
        "particle_filter": (
            (
                f"return {kept}{', effective' if effective else ''}",
                (
                    Leaf((count, width)),
                    *([Leaf((count,))] if few else []),
                    Leaf((width,)),
                    *([Leaf(())] if effective else []),
                ),
            ),
        ),
        "attitude_filter": (
            ("return quat", (Leaf((count, 4)),)),
            ("return quat, omega", (Leaf((count, 4)), Leaf((count, 3)))),
            (
                "error = {jnp.linalg.norm(tilt, axis=-1) ~ jnp.sqrt(jnp.sum(jnp.square(tilt), axis=-1))}\n"
                "return quat, error",
                (Leaf((count, 4)), Leaf((count,))),
            ),
        ),
    }
    p.finish(*ends[target])
    titles = {
        "kalman_filter": ("kalman_filter", "filter_states", "linear_gaussian_filter"),
        "exponential_smoothing": ("exponential_smoothing", "smooth", "holt_smoothing"),
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
            "exponential_smoothing": "Smooths several series and follows their trends",
            "particle_filter": "Weighs particles by an observation and draws them again",
            "attitude_filter": "Follows attitudes by gyroscopes and the direction of gravity",
        }[target],
        "the estimate and what goes with it",
    )


RECIPES = (Recipe(name="state_filter", category="dynamics", targets=tuple(_TEXTS), draw=_draw_filter),)
