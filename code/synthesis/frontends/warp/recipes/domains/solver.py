"""Linear solvers and their products, steps of differential equations, hashing, and random walks."""

from collections.abc import Sequence

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.drafting import Helper
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import DrawError
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Literal, Name
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import SCALAR
from synthesis.frontends.warp.recipes.domains.scene import NUMBER, POINTS, POSITIVE, STEP, UNIT, Scene, term

_INDICES = Type("int32")
_MAPS = tuple(SCALAR[name] for name in ("add", "sub", "mul", "sin", "cos", "tanh"))

_ON_ROWS = {
    "sparse_product": "Sparse matrix-vector product",
    "residual": "Residual of a sparse linear system",
    "jacobi": "Jacobi iteration for a sparse linear system",
    "scaled_product": "Scaled sparse matrix-vector product",
}


def _draw_sparse(stream: Stream, target: str) -> KernelSpec:
    """Draw a product of a row of a sparse matrix and a vector, a residual, or a Jacobi step."""
    scene = Scene(stream, (NUMBER,))
    choices, i, (count,) = scene.choices, scene.thread[0], scene.draft.threads
    most = choices.integer(3, 7)
    cols = scene.array(
        _INDICES, Domain(low=0, high=count - 1), (count, most), ("cols", "col_indices", "columns", "neighbors")
    )
    vals = scene.array(NUMBER, UNIT, (count, most), ("vals", "entries", "coeffs", "A_values"))
    x = scene.array(NUMBER, POINTS, (count,), ("x", "u", "vec", "solution"))
    sizes = scene.array(_INDICES, Domain(low=1, high=most), (count,), ("counts", "row_sizes", "degrees", "nnz"))
    if choices.chance(0.5):
        bound = choices.choice(("most", "vals.shape[1]", "cols.shape[1]"))
        own = {"most": scene.length(most, ("row_size", "max_nnz", "entries_per_row"))} if bound == "most" else {}
        scene.add(
            f"s = float(0.0)\n\nfor k in range({bound}):\n    s += vals[i, k] * x[cols[i, k]]",
            vals=vals,
            x=x,
            cols=cols,
            i=i,
            **own,
        )
        limit: Expression = scene.template.expression("float(sizes[i])", sizes=sizes, i=i)
    else:
        scene.add(
            "s = float(0.0)\n\nfor k in range(sizes[i]):\n    s += vals[i, k] * x[cols[i, k]]",
            sizes=sizes,
            vals=vals,
            x=x,
            cols=cols,
            i=i,
        )
        limit = Literal("2.0")
    right = scene.own(NUMBER, POINTS, ("b", "rhs", "f", "source"))
    node = {
        "sparse_product": "s + b / limit",
        "residual": "b - s / limit",
        "jacobi": "x[i] + omega * (b - s) / (diag + limit)",
        "scaled_product": "alpha * s + beta * b * limit",
    }[target]
    holes: dict[str, Expression] = {"s": scene.name("s"), "b": right, "limit": limit, "x": x, "i": i}
    if target == "jacobi":
        holes |= {
            "omega": scene.number(0.4, 0.9, ("omega", "relax", "damping")),
            "diag": scene.own(NUMBER, POSITIVE, ("diag", "inv_diag", "D")),
        }
    elif target == "scaled_product":
        holes |= {
            "alpha": scene.number(0.3, 1.5, ("alpha", "scale", "a_coef")),
            "beta": scene.number(0.3, 1.5, ("beta", "blend", "b_coef")),
        }
    made = scene.template.expression(node, **holes)
    if choices.chance(0.6):
        made = scene.template.expression(
            "made + shift", made=made, shift=scene.weave_hole(NUMBER, [], Domain(low=-6.0, high=6.0), (1, 2))
        )
    return scene.finish(term(made, 40.0), "solver", "sparse", target, _ON_ROWS[target], ("loop_sum",))


_ON_SYSTEMS = {
    "forward_sweep": "Forward substitution in small linear systems",
    "gauss_seidel": "Gauss-Seidel iteration for small linear systems",
    "richardson": "Richardson iteration for small linear systems",
    "projection": "Projection coefficients of small vectors",
}


def _draw_banded(stream: Stream, target: str) -> KernelSpec:
    """Draw a small linear system for each thread: a forward sweep, a few iterations, or a projection."""
    scene = Scene(stream, (NUMBER,))
    choices, i, (count,) = scene.choices, scene.thread[0], scene.draft.threads
    n = choices.integer(3, 6)
    rhs = scene.array(NUMBER, POINTS, (count, n), ("rhs", "b", "d", "loads"))
    lower = scene.array(NUMBER, Domain(low=-0.4, high=0.4), (count, n), ("lower", "a", "sub_diag", "left"))
    size = scene.length(n, ("size", "num_unknowns", "dim", "block_size"), unrolled=0.6)
    at: dict[str, Expression] = {"rhs": rhs, "low": lower, "i": i, "size": size}
    strong = scene.number(1.5, 3.0, ("diag", "main", "center_coef"))
    if target == "forward_sweep":
        scene.add(
            "x = rhs[i, 0] / strong\n\nfor k in range(1, size):\n    x = (rhs[i, k] - low[i, k] * x) / strong",
            **at,
            strong=strong,
        )
        scene.add("s = low[i, 0]", low=lower, i=i)
        node = "x + s"
    elif target == "gauss_seidel":
        scene.add(
            (
                "x = float(0.0)\n\ns = float(0.0)\n\nfor k in range(size):\n"
                "    x = (rhs[i, k] - low[i, k] * s) / strong\n    s = 0.5 * s + x"
            ),
            **at,
            strong=strong,
        )
        node = "s - 0.5 * x"
    elif target == "richardson":
        scene.add(
            "x = float(0.0)\n\nfor k in range(size):\n    e = rhs[i, k] - strong * x\n    x = x + 0.3 * e + low[i, k]",
            **at,
            strong=strong,
        )
        node = "x"
    else:
        scene.add(
            (
                "s = float(0.0)\n\nx = float(0.0)\n\nfor k in range(size):\n"
                "    s += rhs[i, k] * low[i, k]\n    x += low[i, k] * low[i, k] * strong"
            ),
            **at,
            strong=strong,
        )
        node = "s / (x + 0.5)"
    made = scene.template.expression(node, **{each: scene.name(each) for each in ("s", "x") if each in node})
    made = scene.template.expression("made * factor", made=made, factor=scene.weave_factor())
    return scene.finish(term(made, 30.0), "solver", "banded", target, _ON_SYSTEMS[target], ("loop_sum", "div"))


def _slope(scene: Scene, label: str) -> tuple[Name, int]:
    """Declare a ``@wp.func`` for the right-hand side of a differential equation.

    Return its name and its number of parameters: 1 for the state, 2 for the state and a time or rate.

    Raises:
        DrawError: if its values cannot be limited to [-12, 12].
    """
    helper = Helper(scene.draft, scene.stream.child("helper", label), _MAPS)
    arity = scene.choices.integer(1, 2)
    operands = [Term(Name("_"), NUMBER, Domain(low=-2.0, high=2.0)), Term(Name("_2"), NUMBER, POSITIVE)][:arity]
    parameters = [helper.add_parameter(each) for each in operands]
    made = helper.weaver.weave(parameters, steps=scene.choices.integer(2, 4))
    fitted = helper.weaver.fit(made, Domain(low=-12.0, high=12.0))
    if fitted is None:
        raise DrawError("a slope so steep that a step leads to infinity")
    name = scene.draft.book.take(("rhs_fn", "slope", "f", "derivative", "dynamics", "rate_of", "dxdt"))
    helper.finish(name, fitted)
    return Name(name), arity


_METHODS = {
    "euler": "the explicit Euler method",
    "midpoint": "the midpoint method",
    "heun": "Heun's method",
    "runge_kutta_4": "the fourth-order Runge-Kutta method",
    "ralston": "Ralston's method",
}


def _draw_stepped(stream: Stream, target: str) -> KernelSpec:
    """Draw one or several steps of an ordinary differential equation."""
    scene = Scene(stream, (NUMBER,))
    choices = scene.choices
    function, arity = _slope(scene, "slope")
    dt = scene.shared(NUMBER, STEP, ("dt", "h", "step", "delta_t"))
    scene.add("x = own", own=scene.own(NUMBER, POINTS, ("states", "x0", "u", "y", "initial")))
    rate = scene.own(NUMBER, POSITIVE, ("rates", "params", "time", "omega")) if arity == 2 else Literal("0")

    def call(at: str) -> str:
        return f"f({at}, rate)" if arity == 2 else f"f({at})"

    steps = {
        "euler": f"x = x + dt * {call('x')}",
        "midpoint": f"k1 = {call('x')}\n\nx = x + dt * {call('x + 0.5 * dt * k1')}",
        "heun": f"k1 = {call('x')}\n\nk2 = {call('x + dt * k1')}\n\nx = x + 0.5 * dt * (k1 + k2)",
        "runge_kutta_4": (
            f"k1 = {call('x')}\n\nk2 = {call('x + 0.5 * dt * k1')}\n\n"
            f"k3 = {call('x + 0.5 * dt * k2')}\n\nk4 = {call('x + dt * k3')}\n\n"
            "x = x + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)"
        ),
        "ralston": f"k1 = {call('x')}\n\nk2 = {call('x + 0.667 * dt * k1')}\n\nx = x + dt * (0.25 * k1 + 0.75 * k2)",
    }[target]
    holes: dict[str, Expression] = {"f": function, "dt": dt, "rate": rate}
    if choices.chance(0.4):
        inner = steps.replace("\n\n", "\n    ")
        scene.add(f"for _ in range({choices.integer(2, 5)}):\n    {inner}", **holes)
    else:
        scene.add(steps, **holes)
    made = (
        scene.template.expression(
            "x + extra", x=scene.name("x"), extra=scene.weave_hole(NUMBER, [], Domain(low=-6.0, high=6.0), (0, 2))
        )
        if choices.chance(0.5)
        else scene.name("x")
    )
    return scene.finish(
        term(made, 9.0),
        "solver",
        "differential_equation",
        target,
        f"Integration of a differential equation by {_METHODS[target]}",
        ("mul", "add"),
    )


_MIXES = (
    "key = key ^ (key >> {way})", "key = key ^ (key << {way})", "key = key * {prime} + {odd}", "key = key + {odd}",
    "key = key ^ (other * {prime})", "key += other << {way}", "key = key - (key >> {way})",
)  # fmt: skip
"""Steps that mix the bits of a key."""


def _mix(scene: Scene, choices: Stream, word: Type, primes: Sequence[str], cell: Domain) -> bool:
    """Add up to three steps that mix the bits, and return whether another key takes part."""
    mixed = False
    for _ in range(choices.integer(0, 3)):
        move = choices.choice(_MIXES if not mixed else _MIXES[:4])
        mixed |= "other" in move
        prime, odd = choices.choice(primes), 2 * choices.integer(5, 4000) + 1
        scene.add(
            move.format(way=choices.integer(3, 17), prime=prime, odd=odd),
            other=lambda: scene.own(word, cell, ("tags", "layer", "levels", "mixins")),
        )
    return mixed


def _draw_hash(stream: Stream, target: str) -> KernelSpec:
    """Draw an integer hash of a key or of the three indices of a grid cell."""
    scene = Scene(stream, (Type("int32"),))
    choices = scene.choices
    word = Type("int32")
    primes = choices.shuffled(("73856093", "19349663", "83492791", "374761393", "668265263", "2654435"))
    large = Domain(low=0, high=1_000_000)
    cell = Domain(low=0, high=500)
    ways = [choices.integer(3, 17) for _ in range(3)]
    if target == "cell_hash":
        parts = [
            scene.own(word, cell, pool)
            for pool in (("ix", "cells_x", "gx"), ("iy", "cells_y", "gy"), ("iz", "cells_z", "gz"))
        ]
        scene.add(
            f"key = (a * {primes[0]}) ^ (b * {primes[1]}) ^ (c * {primes[2]})", a=parts[0], b=parts[1], c=parts[2]
        )
    else:
        scene.add("key = own", own=scene.own(word, large, ("keys", "ids", "seeds", "codes", "values")))
    if target in ("xorshift", "cell_hash"):
        scene.add(f"key = key ^ (key << {ways[0]})\n\nkey = key ^ (key >> {ways[1]})\n\nkey = key ^ (key << {ways[2]})")
    if target == "multiplicative":
        scene.add(
            f"key = key * {primes[3]} + salt\n\nkey = key ^ (key >> {ways[0]})",
            salt=scene.shared(word, Domain(low=1, high=9999), ("salt", "seed", "offset")),
        )
    if target == "finaliser":
        scene.add(
            f"key = (key ^ (key >> {ways[0]})) * {primes[4]}\n\n"
            f"key = (key ^ (key >> {ways[1]})) * {primes[5]}\n\nkey = key ^ (key >> {ways[2]})"
        )
    if choices.chance(0.6):
        scene.add(
            f"for _ in range({choices.integer(2, 4)}):\n    key = key * {primes[5]} + (key >> {ways[1]}) + turn",
            turn=scene.own(word, cell, ("rounds", "extra", "other", "lanes")),
        )
    mixed = _mix(scene, choices, word, primes, cell)
    # A remainder by a power of two keeps only the low bits, so a value shifted left may have no effect on it.
    size = choices.choice((97, 251, 509, 1021) if mixed else (97, 128, 251, 256, 509, 1021, 1024))
    made = scene.template.expression(
        choices.choice((f"(key & 2147483647) % {size}", f"wp.abs(key % {size})")), key=scene.name("key")
    )
    hashed = Term(made, word, Domain(low=0, high=size - 1), frozenset({"mod"}), 3)
    return scene.finish(hashed, "solver", "hash", target, "Integer hash", ("bit_xor",))


def _draw_walk(stream: Stream, target: str) -> KernelSpec:
    """Draw a path of random steps, or a sum over random samples."""
    scene = Scene(stream, (NUMBER,))
    choices = scene.choices
    scene.add(
        "rng = wp.rand_init(seed, i)",
        seed=scene.shared(Type("int32"), Domain(low=0, high=10_000), ("seed", "base_seed", "run_id")),
        i=scene.thread[0],
    )
    scene.add(
        "x = own\n\ns = float(0.0)",
        own=scene.own(NUMBER, POINTS, ("starts", "x0", "initial", "positions")),
    )
    gain = scene.number(0.1, 0.8, ("sigma", "volatility", "step_size", "spread"))
    steps = choices.integer(3, 10)
    body = {
        "brownian": "    x = x + gain * wp.randn(rng)\n    s += x",
        "geometric": "    x = x * (1.0 + 0.2 * gain * wp.randf(rng))\n    s = wp.max(s, x)",
        "mean_reverting": "    x = x + 0.2 * (level - x) + gain * wp.randn(rng)\n    s += x * x",
        "jump": "    x = x + wp.where(wp.randf(rng) > 0.5, gain, -gain)\n    s += wp.abs(x)",
        "estimate": "    t = wp.randf(rng, -1.0, 1.0)\n    s += wp.sin(x * t) * gain",
    }[target]
    scene.add(
        f"for _ in range(steps):\n{body}",
        gain=gain,
        steps=scene.length(steps, ("num_steps", "steps", "num_samples", "horizon"), unrolled=0.6),
        level=lambda: scene.number(-1.0, 1.0, ("mean", "level", "mu")),
    )
    made = scene.template.expression(f"x + s / {float(steps)}", x=scene.name("x"), s=scene.name("s"))
    made = scene.template.expression("made * factor", made=made, factor=scene.weave_factor())
    summary = "Monte Carlo estimate" if target == "estimate" else "Random walk of each thread"
    return scene.finish(term(made, 60.0), "solver", "random_walk", target, summary, ("randn",))


_RUNNING = {
    "prefix_sum": "Prefix sum along rows",
    "prefix_max": "Running maximum along rows",
    "moving_average": "Exponential moving average along rows",
    "prefix_product": "Prefix product along rows",
}


def _draw_scan(stream: Stream, target: str) -> KernelSpec:
    """Draw a running sum, maximum, average or product along a row."""
    scene = Scene(stream, (NUMBER,))
    choices, i, (count,) = scene.choices, scene.thread[0], scene.draft.threads
    width = choices.integer(3, 8)
    row = scene.array(NUMBER, POINTS, (count, width), ("rows", "data", "x", "series"))
    out = Name(scene.draft.add_output(NUMBER, Domain(low=-60.0, high=60.0), (count, width)))
    keep = scene.number(0.3, 0.9, ("decay", "alpha", "keep", "gamma"))
    step = {
        "prefix_sum": "s = s + row[i, k] * keep",
        "prefix_max": "s = wp.max(s, row[i, k] * keep)",
        "moving_average": "s = keep * s + (1.0 - keep) * row[i, k]",
        "prefix_product": "s = s * (1.0 + 0.1 * keep * row[i, k])",
    }[target]
    scene.add("s = start", start=scene.own(NUMBER, POSITIVE, ("starts", "init", "carry_in", "s0")))
    where = "out[i, k] = s" if choices.chance(0.7) or target == "prefix_max" else f"out[i, {width - 1} - k] = s"
    factor = scene.weave_factor()
    scene.add(
        f"for k in range(width):\n    {step}\n    {where} * factor",
        row=row,
        out=out,
        i=i,
        keep=keep,
        factor=factor,
        width=scene.length(width, ("width", "num_columns", "row_length", "length"), unrolled=0.6),
    )
    return scene.done("solver", "scan", target, _RUNNING[target], ("loop_sum",))


RECIPES = (
    Recipe(
        name="sparse",
        category="solver",
        targets=("sparse_product", "residual", "jacobi", "scaled_product"),
        draw=_draw_sparse,
    ),
    Recipe(
        name="banded",
        category="solver",
        targets=("forward_sweep", "gauss_seidel", "richardson", "projection"),
        draw=_draw_banded,
    ),
    Recipe(
        name="differential_equation",
        category="solver",
        targets=("euler", "midpoint", "heun", "runge_kutta_4", "ralston"),
        draw=_draw_stepped,
    ),
    Recipe(
        name="hash",
        category="solver",
        targets=("cell_hash", "xorshift", "multiplicative", "finaliser"),
        draw=_draw_hash,
    ),
    Recipe(
        name="random_walk",
        category="solver",
        targets=("brownian", "geometric", "mean_reverting", "jump", "estimate"),
        draw=_draw_walk,
        target_weights=dict.fromkeys(("brownian", "geometric", "mean_reverting", "jump", "estimate"), 0.6),
    ),
    Recipe(
        name="scan",
        category="solver",
        targets=("prefix_sum", "prefix_max", "moving_average", "prefix_product"),
        draw=_draw_scan,
    ),
)
