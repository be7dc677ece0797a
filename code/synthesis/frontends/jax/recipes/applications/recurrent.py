"""Cells that are carried along a sequence."""

import re

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import (
    guard,
    remark,
    weights,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.grammar.lines import block, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_HALF = 0.35
"""How many cells multiply in ``bfloat16``; what is carried along stays ``float32``."""
_CELLS = {"lstm": ("h", "c"), "gru": ("h",), "rnn": ("h",), "linear_recurrence": ("h",)}


def _draw_recurrent(stream: Stream, target: str) -> KernelSpec:
    """A cell over a sequence, its parameters in a tree and its state carried along."""
    p = Program(stream)
    rows, length, into, hidden = p.size(4, 8, 16, 32), p.size(8, 16, 32), p.size(16, 32, 64), p.size(16, 32, 64)
    gates = {"lstm": 4, "gru": 3, "rnn": 1, "linear_recurrence": 1}[target]
    fields: list[tuple[str, Tree]] = [
        ("w_x", weights(into, gates * hidden)),
        ("w_h", weights(hidden, gates * hidden)),
        ("b", weights(gates * hidden)),
    ]
    if target == "linear_recurrence":
        fields = [("w_x", weights(into, hidden)), ("log_decay", Leaf((hidden,), -2, 0)), ("b", weights(hidden))]
    read = p.maybe(0.35)
    fields += [("w_out", weights(hidden, into))] if read else []
    if p.choices.chance(0.4):
        tree: Tree = p.record(f"{target.title().replace('_', '')}Params", fields, "Weights of the cell")
        at = {name: f"params.{name}" for name, _ in fields}
    else:
        tree, at = dict(fields), {name: f"params['{name}']" for name, _ in fields}
    p.tree("params", tree, "weights of the cell", ("params", "weights"))
    late = p.choices.chance(0.5)  # time first
    p.tensor(
        "xs",
        Leaf((length, rows, into) if late else (rows, length, into), -2, 2),
        f"inputs of shape {'(time, batch, features)' if late else '(batch, time, features)'}",
        ("xs", "inputs", "sequence"),
    )
    state = _CELLS[target]
    given = p.choices.chance(0.6)
    record = None
    if target == "lstm" and p.choices.chance(0.5):
        record = p.record(
            "LSTMState", [(name, Leaf((rows, hidden))) for name in state], "What the cell carries along", plain=True
        )
    if given and record is not None:
        p.tree("carry0", record, "state before the first step", ("init", "initial_state", "carry0"))
    elif given and len(state) > 1:
        p.tree(
            "carry0",
            tuple(Leaf((rows, hidden)) for _ in state),
            "state before the first step",
            ("init", "initial_state"),
        )
    else:
        p.tensor("carry0", Leaf((rows, hidden)), "state before the first step", ("h0", "initial_state", "init"))
    p.tensor(
        "lengths",
        Leaf((rows,), 1, length, "int32"),
        "length of each sequence",
        ("lengths", "seq_lengths"),
    )
    p.number("bias", "1.0", "what the gate of forgetting begins with", None, ("forget_bias",))
    p.number("leak", p.pick("0.5", "0.2"), "how fast the state follows", None, ("leak", "leak_rate"))
    p.option(
        "reverse",
        "False",
        "bool",
        "whether the last step comes first",
        p.pick("True", "False"),
        ("reverse", "go_backwards"),
    )
    half = p.choices.child("precision").chance(_HALF)
    packed = f"{record.name}(h, c)" if record is not None else "(h, c)" if len(state) > 1 else "h"
    begin = "carry0"
    backwards = p.maybe(0.3)
    masked = p.maybe(0.35)
    p.add(guard(p, "xs.ndim != 3", "expected inputs of three axes, got {xs.shape}", 0.35))
    p.add(remark(p, "time first, as scan takes it", "scan goes over the first axis") if not late else "")
    p.add(
        "xs = jnp.swapaxes(xs, 0, 1)"
        if not late and p.choices.chance(0.5)
        else "xs = xs.transpose(1, 0, 2)"
        if not late
        else ""
    )
    if not given:
        p.add(remark(p, "begin with nothing", "zero state"))
        wide = f"{at['log_decay']}.shape[0]" if target == "linear_recurrence" else f"{at['w_h']}.shape[0]"
        kind = p.pick("", "" if half else ", dtype=xs.dtype")
        p.add(f"start = jnp.zeros((xs.shape[1], {wide}){kind})")
        begin = packed.replace("h, c", "start, start").replace("h", "start") if len(state) > 1 else "start"
    unpack = f"{', '.join(state)} = carry" if len(state) > 1 else ""
    body = _cell(p, target, at)
    if masked:
        body = [_into_new(line) for line in body]
    keep = (
        join(
            remark(p, "sequences that have ended keep their state", "padding changes nothing"),
            "valid = (t < lengths)[:, None]",
            *(f"{name} = jnp.where(valid, new_{name}, {name})" for name in state),
        )
        if masked
        else ""
    )
    if half:
        body = [_multiplied_in_half(line) for line in body]
    out = f"h @ {at['w_out']}" if read and p.choices.chance(0.5) else "h"
    head = "x, t = inp" if masked else ""
    after = read and out == "h"
    given_inside = "bias" in "".join(body) or "leak" in "".join(body)
    apart = not masked and not given_inside and p.choices.chance(0.5)
    define = p.helper if apart else p.add
    define(
        block(
            f"def step({'params, ' if apart else ''}{'carry' if unpack else 'h'}, {'inp' if masked else 'x'}):",
            head,
            unpack,
            *body,
            keep,
            f"return {packed}, {out}",
        )
    )
    over = "(xs, jnp.arange(xs.shape[0]))" if masked else "xs"
    turned = ", reverse=reverse" if backwards else ""
    step = "functools.partial(step, params)" if apart else "step"
    p.add(f"last, hs = jax.lax.scan({step}, {begin}, {over}{turned})")
    width = into if read else hidden
    p.add(remark(p, "read out all steps at once") if after else "", f"hs = hs @ {at['w_out']}" if after else "")
    shape = (length, rows, width)
    if not late:
        p.add(p.pick("hs = jnp.swapaxes(hs, 0, 1)", "hs = hs.transpose(1, 0, 2)"))
        shape = (rows, length, width)
    carry: Tree = (
        record
        if record is not None
        else tuple(Leaf((rows, hidden)) for _ in state)
        if len(state) > 1
        else Leaf((rows, hidden))
    )
    form = p.pick("both", "both", "outputs")
    p.add("return hs, last" if form == "both" else "return hs")
    p.gives(*([Leaf(shape), carry] if form == "both" else [Leaf(shape)]))
    titles = {
        "lstm": ("lstm", "run_lstm", "lstm_layer"),
        "gru": ("gru", "run_gru", "gru_layer"),
        "rnn": ("rnn", "elman_rnn", "simple_rnn"),
        "linear_recurrence": ("linear_recurrence", "diagonal_ssm", "linear_rnn"),
    }[target]
    return p.done(
        "layers",
        "recurrent_layer",
        target,
        titles,
        p.pick("Runs the cell over a batch of sequences", "Hidden states of a batch of sequences"),
        "outputs of every step and the last state",
    )


def _into_new(line: str) -> str:
    """A line of a cell that gives a new state beside the old one, which is kept where a sequence has ended."""
    return re.sub(r"(?m)^([hc]) = ", r"new_\1 = ", line).replace("jnp.tanh(c)", "jnp.tanh(new_c)")


_PRODUCT = re.compile(r"\b([xh]) @ (params[\w.'\[\]]+)|\bjnp\.dot\(([xh]), (params[\w.'\[\]]+)\)")


def _multiplied_in_half(line: str) -> str:
    """A line whose products are of ``bfloat16``, summed up in ``float32``."""

    def written(found: re.Match[str]) -> str:
        left, right = found[1] or found[3], found[2] or found[4]
        half = f"{left}.astype(jnp.bfloat16), {right}.astype(jnp.bfloat16)"
        return f"jnp.dot({half}, preferred_element_type=jnp.float32)"

    return _PRODUCT.sub(written, line)


def _cell(p: Program, target: str, at: dict[str, str]) -> list[str]:
    """Statements that bring the state a step on."""
    both = p.pick(
        f"x @ {at['w_x']} + h @ {at.get('w_h', '')} + {at['b']}",
        f"jnp.dot(x, {at['w_x']}) + jnp.dot(h, {at.get('w_h', '')}) + {at['b']}",
    )
    match target:
        case "lstm":
            return [
                remark(p, "all gates by one product", "input, forget, cell and output gate"),
                f"gates = {both}",
                "i, f, g, o = jnp.split(gates, 4, axis=-1)",
                p.pick(
                    "c = jax.nn.sigmoid(f + bias) * c + jax.nn.sigmoid(i) * jnp.tanh(g)",
                    "c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)",
                ),
                p.pick("h = jax.nn.sigmoid(o) * jnp.tanh(c)", "h = jnp.tanh(c) * jax.nn.sigmoid(o)"),
            ]
        case "gru":
            return [
                f"zx = x @ {at['w_x']} + {at['b']}",
                f"zh = h @ {at['w_h']}",
                "rx, ux, nx = jnp.split(zx, 3, axis=-1)",
                "rh, uh, nh = jnp.split(zh, 3, axis=-1)",
                "r = jax.nn.sigmoid(rx + rh)",
                "u = jax.nn.sigmoid(ux + uh)",
                remark(p, "the reset gate decides what of the state is seen"),
                p.pick("n = jnp.tanh(nx + r * nh)", "n = jnp.tanh(r * nh + nx)"),
                remark(p, "between the old state and the new one"),
                p.pick("h = (1.0 - u) * n + u * h", "h = n + u * (h - n)"),
            ]
        case "rnn":
            return [
                p.pick(
                    f"h = jnp.tanh({both})",
                    f"h = jax.nn.relu({both})",
                    f"pre = {both}\nh = (1.0 - leak) * h + leak * jnp.tanh(pre)",
                )
            ]
        case _:
            return [
                remark(p, "always between zero and one", "stable for any weights"),
                p.pick(f"decay = jnp.exp(-jnp.exp({at['log_decay']}))", f"decay = jax.nn.sigmoid({at['log_decay']})"),
                f"drive = x @ {at['w_x']} + {at['b']}",
                p.pick(
                    "h = decay * h + (1.0 - decay) * drive",
                    "h = decay * h + jnp.sqrt(1.0 - decay ** 2) * drive",
                ),
            ]


RECIPES = (Recipe(name="recurrent_layer", category="layers", targets=tuple(_CELLS), draw=_draw_recurrent),)
