"""Estimates of a hidden state from noisy observations, for one step or a whole sequence."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import key, positive, truth
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.tracking import FILTERS
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "filters", margin=4)

_CHECKS = {
    "kalman_filter": _BODIES["kalman_filter"],
    "exponential_smoothing": _BODIES["exponential_smoothing"],
    "particle_filter": """
        {?0.15 if states.ndim != 2 or zs.shape != observe.shape[:1]:
            raise ValueError(f'an observation of shape <<zs.shape>> does not match <<observe.shape>>')}
    """,
    "attitude_filter": """
        {?0.15 if zs.shape != rates.shape:
            raise ValueError(f'expected accelerations of shape <<rates.shape>>, got <<zs.shape>>')}
    """,
}
_KALMAN = _BODIES["kalman"]
_GATE = """{?0.5 # {gate outliers by their Mahalanobis distance}}
        distance = innovation @ jnp.linalg.solve(S, innovation)
        {ok = ok & (distance < gate) ~ ok = jnp.logical_and(ok, distance < gate)}"""
_SEEN = """{?0.5 # {skip the update where there is no observation}}
        {new_mu = jnp.where(ok, new_mu, mu)
        new_cov = jnp.where(ok, new_cov, cov) ~
        new_mu, new_cov = jax.lax.cond(ok, lambda: (new_mu, new_cov), lambda: (mu, cov))}"""
_SMOOTHINGS = {
    "simple": _BODIES["simple"],
    "holt": _BODIES["holt"],
    "winters": _BODIES["winters"],
}
_PARTICLES = _BODIES["particles"]
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
_ATTITUDE = _BODIES["attitude"]
_TILT = _BODIES["tilt"]
_INTEGRATE = "    quat = rotate(quat, omega)\n"
_ORDERS = (
    # Prediction, then correction.
    f"{_INTEGRATE}{_TILT}    quat = rotate(quat, feedback * error)\n",
    # Feedback of the error to the rates, and an integral of it to the bias.
    f"{_TILT}    omega = omega + feedback * error\n{_INTEGRATE}",
    f"{_TILT}    {{?0.5 # {{the bias follows the mean of the error}}}}\n    bias = bias - ki * dt * error\n"
    f"    omega = rates - bias + feedback * error\n{_INTEGRATE}",
)
_MULTIPLY = _BODIES["multiply"]
_TEXTS = {
    "kalman_filter": _KALMAN, "exponential_smoothing": "", "particle_filter": _PARTICLES,
    "attitude_filter": _ATTITUDE,
}  # fmt: skip


def _declare_arrays(p: Program, target: str, seen: int, width: int, count: int, shape: tuple[int, ...]) -> None:
    """Declare the arrays that filters read."""
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


def _declare_options(p: Program, target: str) -> int:
    """Declare the options, and return the number of forecast steps."""
    spread = ("obs_std", "noise_std") if target == "particle_filter" else ("obs_noise", "r_var")
    p.option("noise", p.pick("0.1", "0.5"), "float", "variance of the observation noise", p.pick("0.5", "0.2"), spread)
    p.option("alpha", p.pick("0.3", "0.1"), "float", "smoothing factor of the level", p.pick("0.2", "0.5"), ("alpha",))
    p.option("beta", p.pick("0.1", "0.2"), "float", "smoothing factor of the trend", None, ("beta",))
    p.option("damp", p.pick("0.9", "0.98"), "float", "damping factor of the trend", None, ("damping", "phi"))
    period, horizon = p.choices.choice((4, 6)), p.choices.choice((3, 5))
    p.option("gamma", p.pick("0.1", "0.2"), "float", "smoothing factor of the season", None, ("gamma",))
    p.option("period", "4", "int", "length of the season in steps", str(period), ("period", "season_length"))
    p.option("horizon", "3", "int", "number of forecast steps", str(horizon), ("horizon", "num_ahead"))
    p.option("heavy_tails", "False", "bool", "whether to use a likelihood with heavy tails", p.pick("True", "False"),
             ("robust", "heavy_tails"))  # fmt: skip
    p.option("step_std", "0.1", "float", "standard deviation of the process noise", "0.2", ("process_std", "step_std"))
    p.option("threshold", "0.5", "float", "smallest effective sample size, relative to n", None,
             ("ess_threshold", "threshold"))  # fmt: skip
    p.option("jitter", "0.0", "float", "standard deviation of the noise added to resampled particles",
             p.pick("0.1", "0.05"), ("jitter", "roughening"))  # fmt: skip
    p.option("feedback", p.pick("1.0", "0.5"), "float", "proportional gain of the correction", p.pick("1.0", "2.0"),
             ("gain", "kp"))  # fmt: skip
    p.option("ki", "0.1", "float", "integral gain of the correction", p.pick("0.1", "0.3"), ("ki", "bias_gain"))
    p.option("dt", "0.01", "float", "time step", p.pick("0.01", "0.02"))
    return horizon


def _particle_lines(p: Program, *, moved: bool, few: bool) -> dict[str, str]:
    """Return the lines of a particle filter by their marks."""
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
    return said


def _text_of(target: str, said: dict[str, str], *, gated: bool, masked: bool, kept_cov: bool) -> str:
    """Return the text of a filter with its marks replaced."""
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
    return text


def _ends_of(
    width: int, count: int, shape: tuple[int, ...], kept: str, text: str, *, ess: bool, few: bool, kept_cov: bool
) -> dict[str, tuple[tuple[str, tuple[Tree, ...]], ...]]:
    """Return the last lines of each filter, with their results."""
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
    return ends


def _titles_of(target: str, smoothing: str, *, moved: bool) -> tuple[str, ...]:
    """Return the names of a filter."""
    return {
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


def _draw_filter(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that estimates a hidden state from observations."""
    p = Program(stream)
    length, width, seen = p.size(32) if target == "kalman_filter" else p.size(32, 48, 64), p.size(2, 3, 4), 2
    count = p.size(64, 128, 256)
    shape = {"kalman_filter": (length, seen), "exponential_smoothing": (length, p.size(4, 8, 16)),
             "particle_filter": (seen,), "attitude_filter": (count, 3)}[target]  # fmt: skip
    p.function(_MULTIPLY)
    _declare_arrays(p, target, seen, width, count, shape)
    horizon = _declare_options(p, target)
    gated = p.maybe(0.25)
    masked = gated or p.choices.chance(0.6)
    p.option("gate", None, "float", "largest Mahalanobis distance of an accepted observation", p.pick("4.0", "9.0"),
             ("gate", "threshold"))  # fmt: skip
    ess = p.choices.chance(0.6)
    moved, few = p.choices.chance(0.6), p.choices.chance(0.5)
    kept = "states, log_w, mean" if few else "states, mean"
    said = _particle_lines(p, moved=moved, few=few)
    smoothing = p.pick(*_SMOOTHINGS)
    kept_cov = p.choices.chance(0.3)
    text = _text_of(target, said, gated=gated, masked=masked, kept_cov=kept_cov)
    if target == "exponential_smoothing":
        text = p.choose(_SMOOTHINGS[smoothing])
        p.write(_CHECKS[target])
        p.add(text)
    else:
        p.write(_CHECKS[target], text)
    row, path = Leaf(shape[1:] or shape), Leaf(shape)
    ends = _ends_of(width, count, shape, kept, text, ess=ess, few=few, kept_cov=kept_cov)
    if target == "exponential_smoothing":
        extra = text.rstrip().rsplit("return ", maxsplit=1)[-1]
        last = Leaf((horizon, *shape[1:])) if "ahead *" in extra else row
        p.set_results(path, *([last] if extra.startswith(("fitted, ", "forecasts, ", "levels, ")) else []))
    else:
        p.finish(*ends[target])
    titles = _titles_of(target, smoothing, moved=moved)
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
            "particle_filter": "Reweights particles by an observation and resamples them",
            "attitude_filter": "Estimates attitudes from gyroscopes and the direction of gravity",
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
