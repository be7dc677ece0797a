"""Softmax, attention, normalisation, losses, optimisers and recurrent cells, with a thread for each row or element."""

import functools
import re

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain, Role
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Literal, Name
from synthesis.drawing.templates import Hole
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.domains.scene import NUMBER, POSITIVE, UNIT, Scene, term

_ROWS = ("logits", "scores", "x", "inputs", "features", "rows")
_VALUES = Domain(low=-2.0, high=2.0)

_OF_ROWS = {
    "softmax": "Softmax-weighted sum along rows",
    "log_sum_exp": "Log-sum-exp along rows",
    "attention": "Attention over the values of rows",
    "layer_norm": "Layer normalisation of rows",
    "rms_norm": "RMS normalisation of rows",
    "variance": "Variance and linear readout of rows",
}


def _draw_row(stream: Stream, target: str) -> KernelSpec:
    """Draw a softmax, log-sum-exp, attention or normalisation of each thread's row, reduced to one number."""
    scene = Scene(stream, (NUMBER,))
    choices, i = scene.choices, scene.thread[0]
    width = choices.integer(3, 8)
    row = scene.array(NUMBER, _VALUES, (*scene.draft.threads, width), _ROWS)
    loop = "for k in range(width):\n"
    size = functools.cache(lambda: scene.length(width, ("width", "num_features", "row_size", "dim")))
    at: dict[str, Hole] = {"row": row, "i": i, "width": size}
    if target in ("softmax", "log_sum_exp", "attention"):
        scene.add("mx = row[i, 0]\n\n" + "for k in range(1, width):\n    mx = wp.max(mx, row[i, k])", **at)
        heat = scene.number(0.5, 1.5, ("temperature", "scale", "beta", "inv_temp"))
        scene.add("s = float(0.0)\n\n" + loop + "    s += wp.exp((row[i, k] - mx) * heat)", **at, heat=heat)
        if target == "log_sum_exp":
            made = scene.template.expression("wp.log(s) / heat + mx", s=scene.name("s"), mx=scene.name("mx"), heat=heat)
        else:
            own = target == "softmax" or choices.chance(0.5)
            values = scene.array(
                NUMBER,
                _VALUES,
                (*scene.draft.threads, width) if own else (width,),
                ("values", "v", "weights", "targets"),
            )
            index = "vals[i, k]" if own else "vals[k]"
            scene.add(
                "w = float(0.0)\n\n" + loop + f"    w += wp.exp((row[i, k] - mx) * heat) / s * {index}",
                **at,
                heat=heat,
                vals=values,
            )
            made = scene.name("w")
    else:
        count = str(float(width))
        if choices.chance(0.5):
            loop, count = "for k in range(row.shape[1]):\n", "float(row.shape[1])"
        scene.add("s = float(0.0)\n\n" + loop + "    s += row[i, k]", **at)
        scene.add(f"c = s / {count}\n\nw = float(0.0)\n\n" + loop + "    d = row[i, k] - c\n    w += d * d", **at)
        gamma = scene.array(NUMBER, POSITIVE, (width,), ("gamma", "scale", "g", "weight"))
        beta = scene.array(NUMBER, UNIT, (width,), ("beta", "shift", "bias", "offset"))
        centre = "row[i, k] - c" if target == "layer_norm" else "row[i, k]"
        spread = {
            "layer_norm": f"wp.sqrt(w / {count} + eps)",
            "rms_norm": f"wp.sqrt(w / {count} + c * c + eps)",
            "variance": "1.0",
        }[target]
        scene.add(f"r = {spread}", row=row, eps=Literal(choices.choice(("0.1", "0.01", "0.5"))))
        out = scene.array(NUMBER, _VALUES, (width,), ("probe", "readout", "mixing", "head"))
        scene.add(
            "y = float(0.0)\n\n" + loop + f"    y += (({centre}) / r * gamma[k] + beta[k]) * head[k]",
            **at,
            gamma=gamma,
            beta=beta,
            head=out,
        )
        made = scene.template.expression("y + 0.1 * w", y=scene.name("y"), w=scene.name("w"))
    gate = scene.weave_factor()
    made = scene.template.expression("made * gate", made=made, gate=gate)
    return scene.finish(term(made, 60.0), "learning", "rows", target, _OF_ROWS[target], ("loop_sum", "exp"))


_LOSSES = {
    "squared_error": "d * d",
    "huber": "wp.where(wp.abs(d) < delta, 0.5 * d * d, delta * (wp.abs(d) - 0.5 * delta))",
    "log_cosh": "wp.log(wp.cosh(d * delta))",
    "cross_entropy": "wp.log(1.0 + wp.exp(-d * delta)) + wp.max(-d, 0.0) * 0.1",
    "charbonnier": "wp.sqrt(d * d + delta * delta) - delta",
    "focal": "wp.pow(1.0 / (1.0 + wp.exp(d)), 2.0 * delta) * wp.log(1.0 + wp.exp(-d))",
}

_LOSS_NAMES = {
    "squared_error": "squared error",
    "huber": "Huber loss",
    "log_cosh": "log-cosh loss",
    "cross_entropy": "logistic cross-entropy",
    "charbonnier": "Charbonnier loss",
    "focal": "focal loss",
}


def _draw_loss(stream: Stream, target: str) -> KernelSpec:
    """Draw the loss of each element, as an output or as a mean over all elements."""
    scene = Scene(stream, (NUMBER,), rank=stream.child("rank").weighted([(1, 0.8), (2, 0.2)]))
    choices = scene.choices
    made = scene.weave_hole(
        NUMBER,
        [(scene.own(NUMBER, _VALUES, ("predictions", "pred", "outputs", "y_hat")), _VALUES)],
        Domain(low=-6.0, high=6.0),
        (0, 2),
    )
    scene.add(
        choices.choice(("d = made - truth", "y = made\n\nd = y - truth", "y = made\n\nt = truth\n\nd = t - y")),
        made=made,
        truth=scene.own(NUMBER, _VALUES, ("targets", "labels", "truth", "y_true")),
    )
    node = _LOSSES[target]
    scene.add(
        "e = node",
        node=scene.template.expression(
            node,
            d=scene.name("d"),
            delta=lambda: scene.number(0.5, 1.5, ("delta", "margin", "beta", "eps")),
        ),
    )
    weighted = (
        scene.template.expression(
            "e * weight", e=scene.name("e"), weight=scene.own(NUMBER, POSITIVE, ("weights", "sample_weight", "mask"))
        )
        if choices.chance(0.4)
        else scene.name("e")
    )
    if choices.chance(0.6):
        total = Name(scene.draft.add_array(NUMBER, UNIT, (1,), Role.INOUT, ("loss", "total", "cost", "objective")))
        count = float(scene.draft.threads[0] * (scene.draft.threads[1] if scene.draft.rank == 2 else 1))
        scene.add("wp.atomic_add(total, 0, e / count)", total=total, e=weighted, count=Literal(repr(count)))
        return scene.done(
            "learning", "loss", target, f"Mean of the {_LOSS_NAMES[target]} over all predictions", ("atomic_add",)
        )
    return scene.finish(
        term(weighted, 60.0),
        "learning",
        "loss",
        target,
        f"{_LOSS_NAMES[target][:1].upper()}{_LOSS_NAMES[target][1:]} of each prediction",
        ("sub",),
    )


_OPTIMISERS = {
    "momentum": "momentum",
    "nesterov": "Nesterov momentum",
    "adam": "Adam",
    "nadam": "Nadam",
    "rmsprop": "RMSProp",
    "adagrad": "Adagrad",
    "lion": "Lion",
}


_STEPS = {
    "momentum": "mt = beta * m + g\n\nm = mt\n\nstate = state - rate * mt",
    "nesterov": "mt = beta * m - rate * g\n\nstate = state + beta * mt - rate * g\n\nm = mt",
    "adam": (
        "mt = beta * m + (1.0 - beta) * g\n\nvt = beta2 * v + (1.0 - beta2) * g * g\n\n"
        "m = mt\n\nv = vt\n\nstate = state - rate * mt / (wp.sqrt(vt) + eps)"
    ),
    "nadam": (
        "mt = beta * m + (1.0 - beta) * g\n\nvt = beta2 * v + (1.0 - beta2) * g * g\n\n"
        "m = mt\n\nv = vt\n\n"
        "state = state - rate * (beta * mt + (1.0 - beta) * g) / (wp.sqrt(vt) + eps)"
    ),
    "rmsprop": "vt = beta2 * v + (1.0 - beta2) * g * g\n\nv = vt\n\nstate = state - rate * g / (wp.sqrt(vt) + eps)",
    "adagrad": "vt = v + g * g\n\nv = vt\n\nstate = state - rate * g / (wp.sqrt(vt) + eps)",
    "lion": (
        "mt = beta * m + (1.0 - beta) * g\n\nm = beta2 * m + (1.0 - beta2) * g\n\n"
        "state = state - rate * wp.tanh(4.0 * mt)"
    ),
}
"""Statements of a step, by target."""


def _draw_optimiser(stream: Stream, target: str) -> KernelSpec:
    """Draw a step of an optimiser that updates parameters and its own state."""
    scene = Scene(stream, (NUMBER,))
    choices, draft, here = scene.choices, scene.draft, scene.thread
    grad = scene.own(NUMBER, _VALUES, ("grads", "grad", "g", "gradients"))
    rate = scene.shared(NUMBER, Domain(low=0.001, high=0.1), ("lr", "learning_rate", "step_size", "eta"))
    scene.add("g = grad", grad=grad)
    state = scene.template.expression(
        "p[i]",
        p=Name(draft.add_array(NUMBER, _VALUES, draft.threads, Role.INOUT, ("params", "weights", "theta", "w"))),
        i=here[0],
    )
    if choices.chance(0.4):
        scene.add("g = g + decay * state", decay=scene.number(0.01, 0.1, ("weight_decay", "l2", "decay")), state=state)
    if choices.chance(0.35):
        scene.add("g = wp.clamp(g, -edge, edge)", edge=scene.number(0.3, 1.2, ("clip", "max_norm", "limit")))
    if choices.chance(0.65):
        scene.add("g = g * factor", factor=scene.weave_factor())

    def kept(pool: tuple[str, ...], domain: Domain = UNIT) -> Expression:
        return scene.template.expression(
            "m[i]", m=Name(draft.add_array(NUMBER, domain, draft.threads, Role.INOUT, pool)), i=here[0]
        )

    first = kept(("m", "momentum_buf", "exp_avg", "velocity")) if target != "rmsprop" and target != "adagrad" else None
    second = (
        kept(("v", "exp_avg_sq", "cache", "second_moment"), POSITIVE)
        if target in ("adam", "rmsprop", "adagrad", "nadam")
        else None
    )
    holes = {
        "rate": rate,
        "state": state,
        "eps": Literal(choices.choice(("0.01", "0.001", "0.1"))),
    }
    holes |= {key: node for key, node in (("m", first), ("v", second)) if node is not None}
    text = _STEPS[target]
    if re.search(r"\bbeta\b", text):
        holes["beta"] = scene.number(0.5, 0.95, ("beta1", "momentum", "beta"))
    if "beta2" in text:
        holes["beta2"] = scene.number(0.6, 0.98, ("beta2", "rho", "alpha"))
    scene.add(text, **holes)
    return scene.done("learning", "optimiser", target, f"Optimiser step with {_OPTIMISERS[target]}", ("mul", "add"))


def _draw_cell(stream: Stream, target: str) -> KernelSpec:
    """Draw a recurrent cell that is applied along a row."""
    scene = Scene(stream, (NUMBER,))
    choices, i = scene.choices, scene.thread[0]
    steps = choices.integer(2, 6)
    row = scene.array(NUMBER, _VALUES, (*scene.draft.threads, steps), ("sequence", "xs", "inputs", "series", "tokens"))
    scene.add("h = float(start)", start=scene.own(NUMBER, UNIT, ("h0", "initial", "state0", "hidden_in")))
    weight = {name: scene.number(0.2, 1.4, (name, f"{name}_in", name.upper())) for name in ("wx", "wh", "wz", "uz")}
    body = {
        "plain_cell": "    h = wp.tanh(wx * row[i, k] + wh * h)",
        "gated_cell": (
            "    z = 1.0 / (1.0 + wp.exp(-(wz * row[i, k] + uz * h)))\n"
            "    t = wp.tanh(wx * row[i, k] + wh * h)\n    h = (1.0 - z) * h + z * t"
        ),
        "leaky_cell": "    h = 0.6 * h + 0.4 * wp.sin(wx * row[i, k]) * wh",
        "filter": "    h = h + wx * (row[i, k] - wh * h) * 0.3",
    }[target]
    scene.add(
        f"for k in range(steps):\n{body}",
        row=row,
        i=i,
        steps=scene.length(steps, ("num_steps", "seq_len", "time_steps", "length"), unrolled=0.6),
        **{name: node for name, node in weight.items() if name in body},
    )
    for name, node in weight.items():
        if name not in body:
            scene.add("h = h + 0.1 * node", node=node)
    made = scene.template.expression(
        "h + extra", h=scene.name("h"), extra=scene.weave_hole(NUMBER, [], Domain(low=-6.0, high=6.0), (1, 3))
    )
    return scene.finish(
        term(made, 9.0), "learning", "cell", target, "Recurrent cell applied along a sequence", ("recurrence",)
    )


RECIPES = (
    Recipe(
        name="rows",
        category="learning",
        targets=("softmax", "log_sum_exp", "attention", "layer_norm", "rms_norm", "variance"),
        draw=_draw_row,
        target_weights={"softmax": 0.5, "variance": 0.5, "layer_norm": 0.5, "attention": 0.5},
    ),
    Recipe(name="loss", category="learning", targets=tuple(_LOSSES), draw=_draw_loss),
    Recipe(
        name="optimiser",
        category="learning",
        targets=("momentum", "nesterov", "adam", "nadam", "rmsprop", "adagrad", "lion"),
        draw=_draw_optimiser,
    ),
    Recipe(
        name="cell", category="learning", targets=("plain_cell", "gated_cell", "leaky_cell", "filter"), draw=_draw_cell
    ),
)
