"""Iterations that run until a tolerance or a number of steps: solvers, searches, balancing, rejection sampling."""

from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, positive, settled, weights
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_SOLVED = """
    {?0.4 if targets.shape[0] != rows.shape[0]:
        raise ValueError(f'expected <<rows.shape[0]>> targets, got <<targets.shape>>')}
    def apply(v):
        {?0.4 # {the matrix of the normal equations is never built}}
        return {rows.T @ (rows @ v) + damping * v ~ jnp.dot(rows.T, jnp.dot(rows, v)) + damping * v}

    b = rows.T @ targets
    {x = jnp.zeros_like(b)
    r = b ~
    x = jnp.zeros_like(b) if start is None else start
    r = b - apply(x)}
    {limit = tolerance * jnp.linalg.norm(b)

    def unsolved(carry):
        _, r, _, iteration = carry
        return (jnp.linalg.norm(r) > limit) & (iteration < max_steps)

    def improve(carry):
        x, r, d, iteration = carry
        q = apply(d)
        alpha = jnp.vdot(r, r) / jnp.vdot(d, q)
        new_r = r - alpha * q
        {?0.4 # {the next direction is conjugate to those before}}
        beta = jnp.vdot(new_r, new_r) / jnp.vdot(r, r)
        return x + alpha * d, new_r, new_r + beta * d, iteration + 1

    x, {_ ~ r}, _, _ = jax.lax.while_loop(unsolved, improve, (x, r, r, 0)) ~
    limit = tolerance ** 2 * jnp.vdot(b, b)

    def unsolved(carry):
        _, _, _, squares, iteration = carry
        return (squares > limit) & (iteration < max_steps)

    def improve(carry):
        x, r, d, squares, iteration = carry
        q = apply(d)
        alpha = squares / jnp.vdot(d, q)
        x, r = x + alpha * d, r - alpha * q
        new_squares = jnp.vdot(r, r)
        {?0.4 # {the next direction is conjugate to those before}}
        d = r + new_squares / squares * d
        return x, r, d, new_squares, iteration + 1

    x, _, _, _, _ = jax.lax.while_loop(unsolved, improve, (x, r, r, jnp.vdot(r, r), 0)) ~
    {?0.4 # {columns of different lengths are no trouble then}}
    inverse = 1.0 / (jnp.sum(rows ** 2, axis=0) + damping)
    limit = tolerance * jnp.linalg.norm(b)

    def unsolved(carry):
        _, r, _, _, iteration = carry
        return jnp.logical_and(jnp.linalg.norm(r) > limit, iteration < max_steps)

    def improve(carry):
        x, r, d, rho, iteration = carry
        q = apply(d)
        alpha = rho / jnp.vdot(d, q)
        x, r = x + alpha * d, r - alpha * q
        z = inverse * r
        new_rho = jnp.vdot(r, z)
        return x, r, z + new_rho / rho * d, new_rho, iteration + 1

    z = inverse * r
    x = jax.lax.while_loop(unsolved, improve, (x, r, z, jnp.vdot(r, z), 0))[0]}
    return x
"""
_LARGEST = """
    v = {start / jnp.linalg.norm(start) ~ start / jnp.sqrt(jnp.sum(start ** 2))}

    def unsettled(carry):
        _, change, iteration = carry
        return {(change > tolerance) & (iteration < max_steps) ~
            jnp.logical_and(change > tolerance, iteration < max_steps)}

    def turn(carry):
        v, _, iteration = carry
        {u = matrix @ v
        new_v = matrix.T @ (u / jnp.linalg.norm(u)) ~
        new_v = matrix.T @ (matrix @ v)}
        new_v = new_v / jnp.linalg.norm(new_v)
        return new_v, {jnp.linalg.norm(new_v - v) ~ jnp.max(jnp.abs(new_v - v))}, iteration + 1

    v, _, _ = jax.lax.while_loop(unsettled, turn, (v, jnp.inf, 0))
    {?0.4 # {the largest singular value}}
    sigma = {jnp.linalg.norm(matrix @ v) ~ jnp.sqrt(jnp.sum((matrix @ v) ** 2))}
    {return matrix * jnp.minimum(1.0, largest / sigma), v ~ return matrix / sigma, v ~ return sigma, v}
"""
_BALANCED = """
    {?0.4 if cost.shape != (a.shape[0], b.shape[0]):
        raise ValueError(f'costs of shape <<cost.shape>> do not fit <<a.shape[0]>> and <<b.shape[0]>> weights')}
    {log_a, log_b = jnp.log(a / jnp.sum(a)), jnp.log(b / jnp.sum(b)) ~
    log_a = jnp.log(a) - jnp.log(jnp.sum(a))
    log_b = jnp.log(b) - jnp.log(jnp.sum(b))}
    log_kernel = -cost / epsilon

    def unbalanced(carry):
        _, _, change, iteration = carry
        return (change > tolerance) & (iteration < max_steps)

    def balance(carry):
        f, g, _, iteration = carry
        {?0.4 # {columns, then rows, by logarithms so that nothing underflows}}
        g = log_b - jax.nn.logsumexp(log_kernel + f[:, None], axis=0)
        new_f = log_a - jax.nn.logsumexp(log_kernel + g, axis=1)
        return new_f, g, jnp.max(jnp.abs(new_f - f)), iteration + 1

    start = (jnp.zeros_like(log_a), jnp.zeros_like(log_b), jnp.inf, 0)
    f, g, _, _ = jax.lax.while_loop(unbalanced, balance, start)
    plan = jnp.exp(log_kernel + f[:, None] + g)
    {return plan ~ return jnp.sum(plan * cost) ~ return plan, jnp.sum(plan * cost)}
"""
_REFUSED = {
    "ball": """
        def missing(carry):
            _, accepted, _, tries = carry
            return {jnp.logical_not(jnp.all(accepted)) & (tries < max_tries) ~
                jnp.logical_and(jnp.any(jnp.logical_not(accepted)), tries < max_tries)}

        def draw(carry):
            points, accepted, key, tries = carry
            key, draw_key = jax.random.split(key)
            proposal = jax.random.uniform(draw_key, points.shape, minval=-1.0, maxval=1.0)
            inside = jnp.sum(proposal ** 2, axis=-1) < 1.0
            {?0.5 # {what was accepted stays}}
            points = jnp.where((inside & jnp.logical_not(accepted))[:, None], proposal, points)
            return points, accepted | inside, key, tries + 1

        start = (jnp.zeros(centers.shape), jnp.zeros(centers.shape[0], dtype=bool), key, 0)
        points, _, _, _ = jax.lax.while_loop(missing, draw, start)
        return {centers + radius * points ~ centers + radius[:, None] * points}
    """,
    "tail": """
        def missing(carry):
            _, accepted, _, tries = carry
            return jnp.logical_and(jnp.any(jnp.logical_not(accepted)), tries < max_tries)

        def draw(carry):
            noise, accepted, key, tries = carry
            key, draw_key = jax.random.split(key)
            proposal = jax.random.normal(draw_key, noise.shape)
            small = jnp.abs(proposal) < bound
            {?0.5 # {what was accepted stays}}
            noise = jnp.where(small & jnp.logical_not(accepted), proposal, noise)
            return noise, accepted | small, key, tries + 1

        start = (jnp.zeros(mean.shape), jnp.zeros(mean.shape, dtype=bool), key, 0)
        noise = jax.lax.while_loop(missing, draw, start)[0]
        return mean + std * noise
    """,
}


def _limit(p: Program, *steps: str, tolerance: tuple[str, ...] = ("1e-4", "1e-3")) -> dict[str, Array | Option]:
    """Return the options that stop an iteration."""
    return {
        "tolerance": Option("float", "what is good enough", tolerance, ("tol", "tolerance")),
        "max_steps": Option("int", "how often at most", steps, ("max_iter", "max_steps", "maxiter"), p.pick(*steps)),
    }


def write_solution(p: Program) -> Text:
    """Draw the solution of a least squares problem by conjugate gradients."""
    n, width = p.size(32, 64, 96), p.choices.choice((6, 8, 12))
    return Text(
        lines=settled(p.choose(_SOLVED)),
        given={
            "rows": Array(Leaf((n, width), -1, 1), "one example a row", ("features", "jac", "design")),
            "targets": Array(Leaf((n,), -2, 2), "what rows should give", ("targets", "observations")),
            "start": Array(Leaf((width,), -1, 1), "where to begin", ("x0", "start"), 0.4),
            "damping": Option("float", "what keeps the problem well posed", ("1e-2", "0.1", "1.0"),
                              ("damping", "ridge", "l2")),
            **_limit(p, "20", "50", "100"),
        },
        result=(Leaf((width,)),),
        titles=("conjugate_gradient", "solve_least_squares", "ridge_by_cg", "damped_least_squares"),
        summary=p.pick("Damped least squares by conjugate gradients", "Solves the normal equations step by step"),
        returned="the solution",
    )  # fmt: skip


def write_largest(p: Program) -> Text:
    """Draw the largest singular value and its use."""
    shape = (p.size(16, 24, 32), p.size(10, 14))
    lines = p.choose(_LARGEST)
    only = "return sigma" in lines
    return Text(
        lines=settled(lines),
        given={
            "matrix": Array(Leaf(shape, -1, 1), "a matrix", ("kernel", "matrix", "w")),
            "start": Array(Leaf((shape[1],), 0.1, 1), "a first guess of the direction", ("v0", "start", "first_guess")),
            "largest": Option("float", "largest singular value", ("1.0", "0.9"), ("max_sigma", "bound")),
            **_limit(p, "30", "100"),
        },
        result=(Leaf(()) if only else Leaf(shape), Leaf((shape[1],))),
        titles=("power_iteration", "largest_singular_value") if only else
               ("limit_spectral_norm", "bound_spectral_norm") if "largest / sigma" in lines else
               ("spectral_normalize", "unit_spectral_norm"),
        summary="The largest singular value of a matrix, and its direction" if only else
                "Scales a matrix by its largest singular value",
        returned=f"the {'value' if only else 'matrix'}, and the direction to begin with the next time",
    )  # fmt: skip


def write_balance(p: Program) -> Text:
    """Draw the transport between two sets of weights."""
    n, m = p.size(14, 24), p.size(10, 16)
    lines = p.choose(_BALANCED)
    last = lines.rstrip().split("\n")[-1]
    plan = Leaf((n, m))
    result: tuple[Tree, ...] = (plan, Leaf(())) if "plan, " in last else (Leaf(()) if "sum" in last else plan,)
    return Text(
        lines=settled(lines),
        given={
            "cost": Array(Leaf((n, m), 0.1, 2), "what each way costs", ("cost", "costs")),
            "a": Array(positive(n), "weights of the rows", ("row_weights", "mu")),
            "b": Array(positive(m), "weights of the columns", ("col_weights", "nu")),
            "epsilon": Option("float", "how much the plan is smoothed", ("0.5", "0.2", "1.0"), ("epsilon", "reg")),
            **_limit(p, "50", "100"),
        },
        result=result,
        titles=("sinkhorn", "transport_plan", "optimal_transport") if plan in result else
               ("transport_cost", "sinkhorn_cost"),
        summary="Optimal transport with entropy, by balancing rows and columns",
        returned="the plan, and what it costs" if len(result) > 1 else "the plan" if plan in result else "the cost",
    )  # fmt: skip


def write_refused(p: Program) -> Text:
    """Draw rejection sampling: samples that are repeated where they are rejected."""
    n, dim = p.size(16, 32, 64), p.choices.choice((2, 3))
    form = p.pick(*_REFUSED)
    lines = p.choose(_REFUSED[form])
    each = "radius[:, None]" in lines
    shape = (n, dim)
    return Text(
        lines=settled(lines),
        given={
            "key": Array(key(), "random key", ("key", "rng")),
            "centers": Array(Leaf(shape, -4, 4), "middle of each ball", ("centers", "origins")),
            "radius": Array(Leaf((n,) if each else (), 0.2, 1.5), "radius of each ball" if each else "radius",
                            ("radii" if each else "radius",)),
            "mean": Array(Leaf(shape, -2, 2), "mean of each number", ("loc",)),
            "std": Array(Leaf(shape, 0.1, 1), "standard deviation of each number", ("scale",)),
            "bound": Option("float", "standard deviations that are kept", ("2.0", "1.5"), ("bound", "num_stds")),
            "max_tries": Option("int", "how often at most", ("50", "100"), ("max_tries", "max_attempts")),
        },
        result=(Leaf(shape),),
        titles={"ball": ("points_in_balls", "sample_in_ball", "perturb_within_ball"),
                "tail": ("truncated_normal", "sample_truncated", "draw_within_bound")}[form],
        summary={"ball": "Random points in balls", "tail": "Normal numbers without their tails"}[form],
        returned={"ball": "a point for each ball", "tail": "one number for each mean"}[form],
    )  # fmt: skip


_SEARCHED = """
    def loss_fn(params):
        {preds = inputs @ params['kernel'] + params['bias']
        return {jnp.mean((preds - targets) ** 2) ~ 0.5 * jnp.mean(jnp.sum((preds - targets) ** 2, axis=-1))} ~
        h = jnp.tanh(inputs @ params['kernel'] + params['bias'])
        return jnp.mean((h - targets) ** 2) ~
        preds = inputs @ params['kernel'] + params['bias']
        return jnp.mean(jnp.logaddexp(0.0, preds) - targets * preds)}

    loss, grads = jax.value_and_grad(loss_fn)(params)
    slope = {sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads)) ~
        sum(jnp.vdot(g, g) for g in jax.tree.leaves(grads))}

    def moved(rate):
        return jax.tree.map(lambda w, g: w - rate * g, params, grads)

    def too_far(carry):
        rate, tries = carry
        {?0.5 # {the loss has to fall by a share of what the slope promises}}
        enough = loss_fn(moved(rate)) <= loss - share * rate * slope
        return {jnp.logical_and(jnp.logical_not(enough), tries < max_tries) ~
            jnp.logical_not(enough) & (tries < max_tries)}

    {def shrink(carry):
        rate, tries = carry
        return factor * rate, tries + 1

    rate, _ = jax.lax.while_loop(too_far, shrink, (first, 0)) ~
    rate, _ = jax.lax.while_loop(too_far, lambda carry: (factor * carry[0], carry[1] + 1), (first, 0))}
    {return moved(rate), loss ~ return moved(rate), rate ~ return moved(rate), loss, rate}
"""


def write_line_search(p: Program) -> Text:
    """Draw a step of gradient descent with a line search."""
    rows, into, out = p.size(16, 32, 64), p.choices.choice((6, 8)), p.choices.choice((3, 4))
    lines = p.choose(_SEARCHED)
    tree: Tree = {"bias": weights(out), "kernel": Leaf((into, out), -1, 1)}
    both = "loss, rate" in lines.rstrip().split("\n")[-1]
    return Text(
        lines=settled(lines),
        given={
            "params": Array(tree, "parameters", ("params", "weights")),
            "inputs": Array(Leaf((rows, into), -2, 2), "one example a row", ("inputs", "x")),
            "targets": Array(Leaf((rows, out), 0.05, 0.95), "what is wanted", ("targets", "y")),
            "first": Constant("1.0", "the longest step that is tried", ("max_step_size", "initial_step"), (4.0, 16.0)),
            "share": Option("float", "share of the promised decrease", ("0.1", "0.3", "1e-4"), ("c1", "decrease")),
            "factor": Option("float", "how much shorter the next try is", ("0.5", "0.8", "0.7"),
                             ("shrink_factor", "backtrack")),
            "max_tries": Option("int", "how often at most", ("20", "30"), ("max_backtracks", "max_tries")),
        },
        result=(tree, Leaf(()), Leaf(())) if both else (tree, Leaf(())),
        titles=("backtracking_step", "armijo_step", "line_search_step"),
        summary="A step of gradient descent whose length is found by backtracking",
        returned="the new parameters, and " + ("the loss and the step" if both else "what was found"),
    )  # fmt: skip


_ORBITS = """
    {M = jnp.mod(mean_anomaly + mean_motion * t, 2.0 * jnp.pi) ~
    M = mean_anomaly + mean_motion * t
    M = M - 2.0 * jnp.pi * jnp.floor(M / (2.0 * jnp.pi))}

    def residual(E):
        return E - e * jnp.sin(E) - M

    def unsolved(carry):
        E, iteration = carry
        return (jnp.max(jnp.abs(residual(E))) > tolerance) & (iteration < max_steps)

    def newton(carry):
        E, iteration = carry
        return E - residual(E) / (1.0 - e * jnp.cos(E)), iteration + 1

    {?0.4 # {all orbits together, until the last one is solved}}
    E, _ = jax.lax.while_loop(unsolved, newton, ({M ~ M + e * jnp.sin(M)}, 0))
    {x = a * (jnp.cos(E) - e)
    y = a * jnp.sqrt(1.0 - e ** 2) * jnp.sin(E)
    {return jnp.stack([x, y], axis=-1) ~
    {?0.5 # {how fast it moves there}}
    rate = mean_motion / (1.0 - e * jnp.cos(E))
    vx = -a * jnp.sin(E) * rate
    vy = a * jnp.sqrt(1.0 - e ** 2) * jnp.cos(E) * rate
    return jnp.stack([x, y], axis=-1), jnp.stack([vx, vy], axis=-1)} ~
    r = a * (1.0 - e * jnp.cos(E))
    nu = 2.0 * jnp.arctan2(jnp.sqrt(1.0 + e) * jnp.sin(0.5 * E), jnp.sqrt(1.0 - e) * jnp.cos(0.5 * E))
    return {r, nu ~ jnp.stack([r * jnp.cos(nu), r * jnp.sin(nu)], axis=-1)}}
"""


def write_orbits(p: Program) -> Text:
    """Draw the positions of bodies on their orbits."""
    n = p.size(16, 32, 64)
    lines = p.choose(_ORBITS)
    last = lines.rstrip().split("\n")[-1]
    points = Leaf((n, 2))
    polar = "return r, nu" in last
    moving = "vx" in last
    one = Leaf((n,))
    return Text(
        lines=settled(lines),
        given={
            "a": Array(positive(n), "half of the long axis of each orbit", ("a", "semi_major")),
            "e": Array(Leaf((n,), 0.05, 0.6), "eccentricity of each orbit", ("e", "ecc")),
            "mean_anomaly": Array(Leaf((n,), 0, 6), "mean anomaly at time zero", ("mean_anomaly", "M0")),
            "mean_motion": Array(Leaf((n,), 0.5, 1.5), "mean motion of each orbit", ("mean_motion",)),
            "t": Array(Leaf((), 0.1, 5), "time", ("t", "time")),
            **_limit(p, "10", "20", tolerance=("1e-5", "1e-6")),
        },
        result=(one, one) if polar else (points, points) if moving else (points,),
        titles=("kepler_positions", "solve_kepler", "orbit_at_time"),
        summary="Positions of bodies on their orbits, by Kepler's equation",
        returned="distances and true anomalies" if polar else "positions and velocities" if moving else
                 "positions in the planes of the orbits",
    )  # fmt: skip


_IMPLICIT = """
    def rhs(u):
        {x, v = u[:, 0], u[:, 1] ~ x, v = u.T}
        RATES

    def unsolved(carry):
        _, change, iteration = carry
        return (change > tolerance) & (iteration < max_steps)

    {?0.4 # {the new state stands on both sides}}
    def iterate(carry):
        y_next, _, iteration = carry
        new = {y + dt * rhs(0.5 * (y + y_next)) ~ y + 0.5 * dt * (rhs(y) + rhs(y_next)) ~ y + dt * rhs(y_next)}
        return new, jnp.max(jnp.abs(new - y_next)), iteration + 1

    {?0.4 # {an explicit step to begin with}}
    guess = y + dt * rhs(y)
    y_next, {_ ~ change}, _ = jax.lax.while_loop(unsolved, iterate, (guess, jnp.inf, 0))
    return y_next
"""
_RATES = {
    "pendulum": "return jnp.stack([v, -gravity / length * jnp.sin(x) - damping * v], axis=-1)",
    "van_der_pol": "return jnp.stack([v, mu * (1.0 - x ** 2) * v - x], axis=-1)",
    "duffing": "return jnp.stack([v, x - stiffness * x ** 3 - damping * v], axis=-1)",
}
_SYSTEMS = {"pendulum": "pendulums", "van_der_pol": "van der Pol's oscillator", "duffing": "Duffing's oscillator"}


def write_implicit(p: Program) -> Text:
    """Draw an implicit time step, solved by iterating until the result is stable."""
    n = p.size(16, 32, 64)
    system = p.pick(*_RATES)
    name = p.pick("step", "implicit_step")
    lines = p.choose(_IMPLICIT.replace("RATES", _RATES[system])).replace("change, _ = jax", "_, _ = jax")
    return Text(
        lines=settled(lines),
        given={
            "y": Array(Leaf((n, 2), -1.5, 1.5), "positions and velocities", ("y", "y0")),
            "length": Array(positive(n), "length of each pendulum", ("length",)),
            "gravity": Constant("9.81", "gravity", ("gravity",), (9.0, 10.0)),
            "damping": Constant("0.1", "drag", ("damping", "delta"), (0.05, 0.3)),
            "mu": Constant("1.5", "how stiff it is", ("mu",), (0.5, 2.0)),
            "stiffness": Constant("1.0", "strength of the cubic force", ("beta",), (0.5, 1.5)),
            "dt": Option("float", "time step", ("0.02", "0.05", "0.01"), ("dt", "step_size")),
            **_limit(p, "20", "50", tolerance=("1e-5", "1e-6")),
        },
        result=(Leaf((n, 2)),),
        titles=(f"{system}_{name}", f"solve_{system}_step"),
        summary=f"One implicit step of {_SYSTEMS[system]}, by fixed-point iteration",
        returned="the states after the step",
    )  # fmt: skip
