"""Iterative solutions of linear systems and equations."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.domains.scene import FACTOR, UNIT, VALUES, Scene

_ITERATIONS = {
    "jacobi": "new = (b - (mat @ x - diag * x)) / (diag + 4.0)",
    "richardson": "new = x + 0.1 * (b - mat @ x)",
    "gradient_descent": "e = b - mat @ x\n    new = x + 0.05 * mat.T @ e",
    "power_iteration": "z = mat @ x + 0.1 * b\n    new = z / (1.0 + jnp.linalg.norm(z))",
    "steepest_descent": (
        "e = b - mat @ x\n    a = jnp.sum(e ** 2) / (jnp.abs(jnp.dot(e, mat @ e)) + 1.0)\n    new = x + 0.3 * a * e"
    ),
    "soft_threshold": (
        "z = x + 0.1 * mat.T @ (b - mat @ x)\n    new = jnp.sign(z) * jnp.maximum(jnp.abs(z) - 0.05, 0.0) + 0.01 * x"
    ),
}

_ON_SYSTEMS = {
    "jacobi": "Jacobi iteration for a linear system",
    "richardson": "Richardson iteration for a linear system",
    "gradient_descent": "Gradient descent for a linear least-squares problem",
    "power_iteration": "Shifted power iteration for a matrix",
    "steepest_descent": "Steepest descent for a linear system",
    "soft_threshold": "Iterative soft thresholding for a linear system",
}


def _draw_linear(stream: Stream, target: str) -> KernelSpec:
    """Draw an iteration that solves a linear system."""
    n = stream.child("sizes").integer(3, 6)
    scene = Scene(stream, (n,))
    choices = scene.choices
    mat = scene.array((n, n), UNIT, ("A", "matrix", "mat", "system"))
    body = _ITERATIONS[target]
    holes: dict[str, Expression] = {"mat": mat, "b": scene.weave_hole((n,), VALUES, (0, 2))}
    if "diag" in body:
        scene.add("d = jnp.diag(mat)", mat=mat)
        holes["diag"] = scene.name("d")
    rounds = choices.integer(2, 6)
    start: Expression = scene.array((n,), VALUES, ("x0", "guess", "initial", "start"))
    if choices.chance(0.7):
        scene.add(f"def body(_, x):\n    {body}\n    return new", **holes)
        scene.add(f"last = jax.lax.fori_loop(0, {rounds}, body, start)", start=start)
    else:
        scene.add(f"x = start\n\nfor _ in range({rounds}):\n    {body}\n    x = new\n\nlast = x", start=start, **holes)
    made = scene.template.expression(
        choices.choice(("last * gate", "last + gate", "last @ mat * gate")),
        last=scene.name("last"),
        mat=mat,
        gate=scene.weave_hole((n,), FACTOR, (1, 3)),
    )
    return scene.finish(made, (n,), 60.0, "solver", "linear", target, _ON_SYSTEMS[target])


_ROOTS = {
    "newton": "new = x - slope_of(x) / (jax.vmap(jax.grad(scalar))(x) + 3.0)",
    "halley": "new = x - 0.5 * slope_of(x) / (1.0 + jnp.square(slope_of(x)))",
    "fixed_point": "new = 0.5 * x + 0.5 * slope_of(x)",
    "damped": "new = x - damping * slope_of(x)",
}

_ON_FUNCTIONS = {
    "newton": "Newton iteration for the root of a function",
    "halley": "Damped iteration for the root of a function",
    "fixed_point": "Fixed-point iteration for a function",
    "damped": "Relaxed iteration for the root of a function",
}


def _draw_root(stream: Stream, target: str) -> KernelSpec:
    """Draw an iteration towards a root or a fixed point of a function, element by element."""
    n = stream.child("sizes").integer(3, 8)
    scene = Scene(stream, (n,))
    choices = scene.choices
    goal = scene.array((n,), UNIT, ("goal", "target", "rhs", "level"))
    x = scene.name("x")
    curve = scene.map_hole(x, (1, 3))
    scene.add("def fn(x):\n    return curve - goal", curve=curve, goal=goal)
    body = _ROOTS[target].replace("slope_of", "fn")
    holes: dict[str, Expression] = {}
    if "scalar" in body:
        scene.add("def loss(x):\n    return scalar", scalar=scene.map_hole(x, (0, 1)))
        holes["scalar"] = scene.name("loss")
    if "damping" in body:
        holes["damping"] = scene.number(0.1, 0.6, ("damping", "relax", "rate"))
    start = scene.array((n,), VALUES, ("x0", "guess", "start", "initial"))
    scene.add(f"x = start\n\nfor _ in range({choices.integer(2, 5)}):\n    {body}\n    x = new", start=start, **holes)
    made = scene.template.expression("x * gate", x=x, gate=scene.weave_hole((n,), FACTOR, (1, 3)))
    return scene.finish(made, (n,), 60.0, "solver", "root", target, _ON_FUNCTIONS[target])


def _draw_sweep(stream: Stream, target: str) -> KernelSpec:
    """Draw a recurrence along rows: a triangular or tridiagonal solve, a filter, or a prefix computation."""
    sizes = stream.child("sizes")
    n, width = sizes.integer(3, 7), sizes.integer(2, 4)
    scene = Scene(stream, (n, width))
    choices = scene.choices
    rhs = scene.weave_hole((n, width), VALUES, (0, 2))
    coefficients = scene.array((n, width), Domain(low=-0.5, high=0.5), ("lower", "coeffs", "a", "decay"))
    step = {
        "forward_sweep": "new = (row - a * h) / (2.0 + a)",
        "filter": "new = 0.6 * h + row * a + 0.1 * row",
        "prefix": "new = jnp.logaddexp(h * 0.9, row + a)",
        "carry": "new = h + row * (1.0 + a)",
    }[target]
    scene.add(f"def body(h, i):\n    row, a = i\n    {step}\n    return new, new")
    scene.add(
        "last, ys = jax.lax.scan(body, h0, (rhs, coeffs)" + (", reverse=True" if choices.chance(0.4) else "") + ")",
        h0=scene.array((width,), UNIT, ("h0", "init", "start")),
        rhs=rhs,
        coeffs=coefficients,
    )
    made = scene.template.expression(
        "ys * gate + 0.1 * last",
        ys=scene.name("ys"),
        last=scene.name("last"),
        gate=scene.weave_hole((n, width), FACTOR, (1, 2)),
    )
    return scene.finish(made, (n, width), 60.0, "solver", "sweep", target, "Recurrence scanned along rows")


_SWEEPS = ("forward_sweep", "filter", "prefix", "carry")

RECIPES = (
    Recipe(name="linear", category="solver", targets=tuple(_ITERATIONS), draw=_draw_linear),
    Recipe(name="root", category="solver", targets=tuple(_ROOTS), draw=_draw_root),
    Recipe(
        name="sweep", category="solver", targets=_SWEEPS, draw=_draw_sweep, target_weights=dict.fromkeys(_SWEEPS, 0.35)
    ),
)
