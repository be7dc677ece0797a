"""Iterations that run until a tolerance or a number of steps: solvers, searches, balancing, rejection sampling."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, positive, weights, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "iterations", margin=4)

_SOLVED = _BODIES["solved"]
_LARGEST = _BODIES["largest"]
_BALANCED = _BODIES["balanced"]
_REFUSED = {
    "ball": _BODIES["ball"],
    "tail": _BODIES["tail"],
}


def _limit(p: Program, *steps: str, tolerance: tuple[str, ...] = ("1e-4", "1e-3")) -> dict[str, Array | Option]:
    """Return the options that stop an iteration."""
    return {
        "tolerance": Option("float", "tolerance", tolerance, ("tol", "tolerance")),
        "max_steps": Option(
            "int", "maximum number of iterations", steps, ("max_iter", "max_steps", "maxiter"), p.pick(*steps)
        ),
    }


def write_solution(p: Program) -> Text:
    """Draw a solver of least squares problems by conjugate gradients."""
    n, width = p.size(32, 64, 96), p.choices.choice((6, 8, 12))
    return Text(
        lines=with_escaped_braces(p.choose(_SOLVED)),
        given={
            "rows": Array(Leaf((n, width), -1, 1), "features of shape (examples, features)",
                          ("features", "jac", "design")),
            "targets": Array(Leaf((n,), -2, 2), "target of each row", ("targets", "observations")),
            "start": Array(Leaf((width,), -1, 1), "initial guess", ("x0", "start"), 0.4),
            "damping": Option("float", "damping factor", ("1e-2", "0.1", "1.0"),
                              ("damping", "ridge", "l2")),
            **_limit(p, "20", "50", "100"),
        },
        result=(Leaf((width,)),),
        titles=("conjugate_gradient", "solve_least_squares", "ridge_by_cg", "damped_least_squares"),
        summary=p.pick("Solves damped least squares by conjugate gradients", "Solves the normal equations iteratively"),
        returned="the solution",
    )  # fmt: skip


def write_largest(p: Program) -> Text:
    """Draw a function that computes the largest singular value of a matrix and uses it."""
    shape = (p.size(16, 24, 32), p.size(10, 14))
    lines = p.choose(_LARGEST)
    only = "return sigma" in lines
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "matrix": Array(Leaf(shape, -1, 1), "weight matrix", ("kernel", "matrix", "w")),
            "start": Array(Leaf((shape[1],), 0.1, 1), "initial guess of the singular vector",
                           ("v0", "start", "first_guess")),
            "largest": Option("float", "largest singular value", ("1.0", "0.9"), ("max_sigma", "bound")),
            **_limit(p, "30", "100"),
        },
        result=(Leaf(()) if only else Leaf(shape), Leaf((shape[1],))),
        titles=("power_iteration", "largest_singular_value") if only else
               ("limit_spectral_norm", "bound_spectral_norm") if "largest / sigma" in lines else
               ("spectral_normalize", "unit_spectral_norm"),
        summary="Estimates the largest singular value of a matrix by power iteration" if only else
                "Normalizes a matrix by its largest singular value",
        returned=f"the {'value' if only else 'matrix'}, and the singular vector to start from the next time",
    )  # fmt: skip


def write_balance(p: Program) -> Text:
    """Draw optimal transport between two sets of weights by Sinkhorn's balancing of rows and columns."""
    n, m = p.size(14, 24), p.size(10, 16)
    lines = p.choose(_BALANCED)
    last = lines.rstrip().split("\n")[-1]
    plan = Leaf((n, m))
    result: tuple[Tree, ...] = (plan, Leaf(())) if "plan, " in last else (Leaf(()) if "sum" in last else plan,)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "cost": Array(Leaf((n, m), 0.1, 2), "cost matrix", ("cost", "costs")),
            "a": Array(positive(n), "marginal weights of the rows", ("row_weights", "mu")),
            "b": Array(positive(m), "marginal weights of the columns", ("col_weights", "nu")),
            "epsilon": Option("float", "strength of the entropic regularization", ("0.5", "0.2", "1.0"),
                              ("epsilon", "reg")),
            **_limit(p, "50", "100"),
        },
        result=result,
        titles=("sinkhorn", "transport_plan", "optimal_transport") if plan in result else
               ("transport_cost", "sinkhorn_cost"),
        summary="Computes entropic optimal transport by Sinkhorn iteration",
        returned="the transport plan and its cost" if len(result) > 1
        else "the transport plan" if plan in result else "the cost",
    )  # fmt: skip


def write_refused(p: Program) -> Text:
    """Draw rejection sampling: samples that are repeated where they are rejected."""
    n, dim = p.size(16, 32, 64), p.choices.choice((2, 3))
    form = p.pick(*_REFUSED)
    lines = p.choose(_REFUSED[form])
    each = "radius[:, None]" in lines
    shape = (n, dim)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "key": Array(key(), "random key", ("key", "rng")),
            "centers": Array(Leaf(shape, -4, 4), "centre of each ball", ("centers", "origins")),
            "radius": Array(Leaf((n,) if each else (), 0.2, 1.5), "radius of each ball" if each else "radius",
                            ("radii" if each else "radius",)),
            "mean": Array(Leaf(shape, -2, 2), "mean of each sample", ("loc",)),
            "std": Array(Leaf(shape, 0.1, 1), "standard deviation of each sample", ("scale",)),
            "bound": Option("float", "truncation bound in standard deviations", ("2.0", "1.5"), ("bound", "num_stds")),
            "max_tries": Option("int", "maximum number of iterations", ("50", "100"), ("max_tries", "max_attempts")),
        },
        result=(Leaf(shape),),
        titles={"ball": ("points_in_balls", "sample_in_ball", "perturb_within_ball"),
                "tail": ("truncated_normal", "sample_truncated", "draw_within_bound")}[form],
        summary={"ball": "Samples random points in balls", "tail": "Samples truncated normal numbers"}[form],
        returned={"ball": "one point for each ball", "tail": "one sample for each mean"}[form],
    )  # fmt: skip


_SEARCHED = _BODIES["searched"]


def write_line_search(p: Program) -> Text:
    """Draw a step of gradient descent with a line search."""
    rows, into, out = p.size(16, 32, 64), p.choices.choice((6, 8)), p.choices.choice((3, 4))
    lines = p.choose(_SEARCHED)
    tree: Tree = {"bias": weights(out), "kernel": Leaf((into, out), -1, 1)}
    both = "loss, rate" in lines.rstrip().split("\n")[-1]
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(tree, "parameters", ("params", "weights")),
            "inputs": Array(Leaf((rows, into), -2, 2), "features of shape (examples, features)", ("inputs", "x")),
            "targets": Array(Leaf((rows, out), 0.05, 0.95), "targets", ("targets", "y")),
            "first": Constant("1.0", "largest step size", ("max_step_size", "initial_step"), (4.0, 16.0)),
            "share": Option("float", "sufficient decrease constant", ("0.1", "0.3", "1e-4"), ("c1", "decrease")),
            "factor": Option("float", "factor by which the step size shrinks", ("0.5", "0.8", "0.7"),
                             ("shrink_factor", "backtrack")),
            "max_tries": Option("int", "maximum number of iterations", ("20", "30"), ("max_backtracks", "max_tries")),
        },
        result=(tree, Leaf(()), Leaf(())) if both else (tree, Leaf(())),
        titles=("backtracking_step", "armijo_step", "line_search_step"),
        summary="Performs a gradient descent step with a backtracking line search",
        returned="the new parameters, and " + ("the loss and the step size" if both else "the last step size"),
    )  # fmt: skip


_ORBITS = _BODIES["orbits"]


def write_orbits(p: Program) -> Text:
    """Draw a function that computes the positions of bodies on their orbits."""
    n = p.size(16, 32, 64)
    lines = p.choose(_ORBITS)
    last = lines.rstrip().split("\n")[-1]
    points = Leaf((n, 2))
    polar = "return r, nu" in last
    moving = "vx" in last
    one = Leaf((n,))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "a": Array(positive(n), "semi-major axis of each orbit", ("a", "semi_major")),
            "e": Array(Leaf((n,), 0.05, 0.6), "eccentricity of each orbit", ("e", "ecc")),
            "mean_anomaly": Array(Leaf((n,), 0, 6), "mean anomaly at time zero", ("mean_anomaly", "M0")),
            "mean_motion": Array(Leaf((n,), 0.5, 1.5), "mean motion of each orbit", ("mean_motion",)),
            "t": Array(Leaf((), 0.1, 5), "time", ("t", "time")),
            **_limit(p, "10", "20", tolerance=("1e-5", "1e-6")),
        },
        result=(one, one) if polar else (points, points) if moving else (points,),
        titles=("kepler_positions", "solve_kepler", "orbit_at_time"),
        summary="Computes orbital positions of bodies by Kepler's equation",
        returned="distances and true anomalies" if polar else "positions and velocities" if moving else
                 "positions in the planes of the orbits",
    )  # fmt: skip


_IMPLICIT = _BODIES["implicit"]
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
        lines=with_escaped_braces(lines),
        given={
            "y": Array(Leaf((n, 2), -1.5, 1.5), "positions and velocities", ("y", "y0")),
            "length": Array(positive(n), "length of each pendulum", ("length",)),
            "gravity": Constant("9.81", "acceleration of gravity", ("gravity",), (9.0, 10.0)),
            "damping": Constant("0.1", "damping coefficient", ("damping", "delta"), (0.05, 0.3)),
            "mu": Constant("1.5", "stiffness parameter", ("mu",), (0.5, 2.0)),
            "stiffness": Constant("1.0", "coefficient of the cubic force", ("beta",), (0.5, 1.5)),
            "dt": Option("float", "time step", ("0.02", "0.05", "0.01"), ("dt", "step_size")),
            **_limit(p, "20", "50", tolerance=("1e-5", "1e-6")),
        },
        result=(Leaf((n, 2)),),
        titles=(f"{system}_{name}", f"solve_{system}_step"),
        summary=f"Performs one implicit step of {_SYSTEMS[system]} by fixed-point iteration",
        returned="the states after the step",
    )  # fmt: skip
