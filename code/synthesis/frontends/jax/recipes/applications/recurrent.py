"""Recurrent cells that are scanned along a sequence."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import (
    guard,
    key,
    placed,
    remark,
    truth,
    weights,
    with_escaped_braces,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.recurrent_cells import (
    into_new,
    multiplied_in_half,
    write_cell,
    write_drives,
)
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree
from synthesis.frontends.jax.recipes.applications.written import Text, with_texts

_BODIES = read_bodies("jax", "recurrent", margin=4)

_HALF = 0.35
"""Probability that a cell multiplies in ``bfloat16``. Its state stays in ``float32``."""
_CELLS = {"lstm": ("h", "c"), "gru": ("h",), "rnn": ("h",), "linear_recurrence": ("h",)}


def _declare_weights(p: Program, target: str, into: int, hidden: int) -> tuple[bool, str, bool, dict[str, str]]:
    """Declare the weights. Return how each is read, and what the cell has."""
    gates = {"lstm": 4, "gru": 3, "rnn": 1, "linear_recurrence": 1}[target]
    fields: list[tuple[str, Tree]] = [
        ("w_x", weights(into, gates * hidden)),
        ("w_h", weights(hidden, gates * hidden)),
        ("b", weights(gates * hidden)),
    ]
    linear = target == "linear_recurrence"
    decay = p.pick("nu_log", "decay_logit")
    if linear:
        fields = [("w_x", weights(into, hidden)), (decay, Leaf((hidden,), -2, 0)), ("b", weights(hidden))]
    read = p.maybe(0.35)
    fields += [("w_out", weights(hidden, into))] if read else []
    if p.choices.chance(0.4):
        tree: Tree = p.record(f"{target.title().replace('_', '')}Params", fields, "Weights of the cell")
        at = {name: f"params.{name}" for name, _ in fields}
    else:
        tree, at = dict(fields), {name: f"params['{name}']" for name, _ in fields}
    p.tree("params", tree, "weights of the cell", ("params", "weights"))
    return linear, decay, read, at


def _declare_states(
    p: Program, target: str, hidden: int, rows: int, length: int, state: tuple[str, ...], *, given: bool
) -> Record | None:
    """Declare the states before the first step, and the options."""
    record = None
    if target == "lstm" and p.choices.chance(0.5):
        record = p.record(
            "LSTMState", [(name, Leaf((rows, hidden))) for name in state], "What the cell carries along", plain=True
        )
    if given and record is not None:
        p.tree("carry0", record, "state before the first step", ("init", "initial_state", "carry0"))
    elif given and len(state) > 1:
        p.tree("carry0", tuple(Leaf((rows, hidden)) for _ in state), "state before the first step",
               ("init", "initial_state"))  # fmt: skip
    else:
        p.tensor("carry0", Leaf((rows, hidden)), "state before the first step", ("h0", "initial_state", "init"))
    p.tensor("lengths", Leaf((rows,), 1, length, "int32"), "length of each sequence",
             ("lengths", "seq_lengths"))  # fmt: skip
    p.number("bias", "1.0", "what the gate of forgetting begins with", None, ("forget_bias",))
    p.number("leak", p.pick("0.5", "0.2"), "how fast the state follows", None, ("leak", "leak_rate"))
    p.option("reverse", "False", "bool", "whether to scan in reverse", p.pick("True", "False"),
             ("reverse", "go_backwards"))  # fmt: skip
    return record


def _write_start(
    p: Program, decay: str, at: dict[str, str], state: tuple[str, ...], packed: str, *, linear: bool, half: bool
) -> str:
    """Write the state before the first step, if it is not given."""
    p.add(remark(p, "begin with nothing", "zero state"))
    wide = f"{at[decay]}.shape[0]" if linear else f"{at['w_h']}.shape[0]"
    kind = p.pick("", "" if half else ", dtype=xs.dtype")
    p.add(f"start = jnp.zeros((xs.shape[1], {wide}){kind})")
    return packed.replace("h, c", "start, start").replace("h", "start") if len(state) > 1 else "start"


def _write_cell(
    p: Program,
    target: str,
    decay: str,
    at: dict[str, str],
    state: tuple[str, ...],
    packed: str,
    *,
    linear: bool,
    read: bool,
    half: bool,
    masked: bool,
) -> tuple[bool, bool]:
    """Write a step. Return whether it takes the weights, and whether outputs are read afterwards."""
    unpack = f"{', '.join(state)} = carry" if len(state) > 1 else ""
    body = write_cell(p, target, at) if not linear else ["h = decay * h + x"]
    if linear:
        # values that do not depend on the state are computed for all steps at once
        drives = write_drives(p, at, decay)
        p.add(*(map(multiplied_in_half, drives) if half else drives))
    if masked:
        body = [into_new(line) for line in body]
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
        body = [multiplied_in_half(line) for line in body]
    out = f"h @ {at['w_out']}" if read and p.choices.chance(0.5) else "h"
    head = "x, t = inp" if masked else ""
    after = read and out == "h"
    given_inside = "bias" in "".join(body) or "leak" in "".join(body)
    apart = not masked and not given_inside and not linear and p.choices.chance(0.5)
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
    return after, apart


def _carry(hidden: int, rows: int, state: tuple[str, ...], record: Record | None) -> Record | tuple[Leaf, ...] | Leaf:
    """Return the state after the last step."""
    carry: Tree = (
        record
        if record is not None
        else tuple(Leaf((rows, hidden)) for _ in state)
        if len(state) > 1
        else Leaf((rows, hidden))
    )
    return carry


def _titles_of(target: str, *, read: bool) -> tuple[str, ...]:
    """Return the names of a layer."""
    return {
        "lstm": ("lstm", "run_lstm", "lstm_layer"),
        "gru": ("gru", "run_gru", "gru_layer"),
        "rnn": ("rnn", "elman_rnn", "simple_rnn"),
        # a recurrence whose states are read out is a state-space model
        "linear_recurrence": ("linear_recurrence", "diagonal_ssm" if read else "diagonal_recurrence", "linear_rnn"),
    }[target]


def _draw_recurrent(stream: Stream, target: str) -> KernelSpec:
    """Draw a recurrent cell over a sequence, with parameters in a tree."""
    p = Program(stream)
    rows, length, into, hidden = p.size(4, 8, 16, 32), p.size(8, 16, 32), p.size(16, 32, 64), p.size(16, 32, 64)
    linear, decay, read, at = _declare_weights(p, target, into, hidden)
    late = p.choices.chance(0.5)  # time first
    p.tensor("xs", Leaf((length, rows, into) if late else (rows, length, into), -2, 2),
             f"inputs of shape {'(time, batch, features)' if late else '(batch, time, features)'}",
             ("xs", "inputs", "sequence"))  # fmt: skip
    state = _CELLS[target]
    given = p.choices.chance(0.6)
    record = _declare_states(p, target, hidden, rows, length, state, given=given)
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
        begin = _write_start(p, decay, at, state, packed, linear=linear, half=half)
    after, apart = _write_cell(p, target, decay, at, state, packed, linear=linear, read=read, half=half, masked=masked)
    driven = "drives" if linear else "xs"
    over = f"({driven}, jnp.arange({driven}.shape[0]))" if masked else driven
    turned = ", reverse=reverse" if backwards else ""
    step = "functools.partial(step, params)" if apart else "step"
    p.add(f"last, hs = jax.lax.scan({step}, {begin}, {over}{turned})")
    width = into if read else hidden
    p.add(remark(p, "read out all steps at once") if after else "", f"hs = hs @ {at['w_out']}" if after else "")
    shape = (length, rows, width)
    if not late:
        p.add(p.pick("hs = jnp.swapaxes(hs, 0, 1)", "hs = hs.transpose(1, 0, 2)"))
        shape = (rows, length, width)
    carry = _carry(hidden, rows, state, record)
    form = p.pick("both", "both", "outputs")
    p.add("return hs, last" if form == "both" else "return hs")
    p.set_results(*([Leaf(shape), carry] if form == "both" else [Leaf(shape)]))
    titles = _titles_of(target, read=read)
    return p.done(
        "layers",
        "recurrent_layer",
        target,
        titles,
        p.pick("Runs a recurrent cell over a batch of sequences", "Computes the hidden states of a batch of sequences"),
        "outputs of every step and the last state",
    )


def _stack(p: Program) -> Text:
    """Draw one step of several layers of cells."""
    rows, into, width, layers = p.size(4, 8, 16), p.size(12, 16), p.size(16, 24), p.choices.choice((2, 3))
    kind = p.pick("gru", "rnn")
    lines = p.choose(_BODIES["stack"])
    if "    raise ValueError(f'unknown cell {kind}')\nh = x" in lines:
        lines = re.sub(r"if kind not in .*\n.*\n", "", lines)
    gates = 3 if kind == "gru" else 1
    sizes = [into, *[width] * (layers - 1)]
    params: Tree = [
        {"w_x": weights(size, gates * width), "w_h": weights(width, gates * width), "b": weights(gates * width)}
        for size in sizes
    ]  # fmt: skip
    state = Leaf((rows, width))
    headed = "if head is not None" in lines
    actions = p.choices.choice((4, 6))
    result: tuple[Tree, ...] = ({"output": Leaf((rows, width)), "states": [state] * layers},)
    if "return h, new_states" in lines:
        result = (Leaf((rows, actions if headed else width)), [state] * layers)
    dropped = p.choices.chance(0.6)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(params, "parameters of each layer", ("params", "layers")),
            "states": Array([state] * layers, "state of each layer", ("states", "carry", "hiddens")),
            "x": Array(Leaf((rows, into), -2, 2), "inputs of shape (batch, features)", ("x", "inputs", "obs")),
            "resets": Array(truth(rows), "mask of rows where an episode begins", ("resets", "dones"), 0.4),
            "valid": Array(truth(rows), "mask of valid rows", ("valid", "mask"), 0.4),
            "key": Array(key(), "random key", ("key", "rng"), 0.0 if dropped else 1.0),
            "kind": Option("str", "type of cell: gru or rnn", (f"'{kind}'",), ("kind", "cell_type")),
            "leak": Option("float", "leak rate of plain units", ("1.0", "0.5", "0.2"), ("leak", "leak_rate")),
            "rate": Option("float", "dropout rate", ("0.1", "0.2"), ("dropout_rate", "rate")),
            "residual": Option("bool", "whether to add residual connections", ("False", "True"), ("residual",)),
            "head": Array({"kernel": weights(width, actions), "bias": weights(actions)},
                          "parameters of the output layer", ("head",)),
        },
        result=result,
        helpers=(_BODIES["gru"], _BODIES["plain"], _BODIES["dropped"]),
        titles=("stacked_cells", "recurrent_step", "rnn_core"),
        summary=p.pick("Performs one step of stacked recurrent cells", "Performs one time step of a recurrent core"),
        returned="the outputs and the new states",
    )  # fmt: skip


_LAST_PEEPHOLE = """
    if 'peephole' in params:
        {?0.4 # {the output gate sees the new cell}}
        o = o + params['peephole'][2] * new_c
"""


def _lstm(p: Program) -> Text:
    """Draw one step of a cell with optional additions."""
    rows, into, cells = p.size(4, 8, 16), p.size(12, 16), p.size(16, 24)
    lines = p.choose(_BODIES["lstm"])
    peeping = "'peephole' in params" in lines
    lines = placed(lines, "LOOKS", p.choose(_LAST_PEEPHOLE) if peeping else "")
    named = "carry['h']" in lines
    lines = placed(lines, "RETURNED", p.pick(
        "return out, {'h': out, 'c': new_c}", "new_carry = {'h': out, 'c': new_c}\nreturn out, new_carry",
    ) if named else p.pick("return out, (out, new_c)", "new_carry = (out, new_c)\nreturn out, new_carry"))  # fmt: skip
    narrow = "'projection' in params" in lines and p.choices.chance(0.6)
    normed = "'scale' in params" in lines and p.choices.chance(0.6)
    sees = "'peephole' in params" in lines and p.choices.chance(0.6)
    width = cells // 2 if narrow else cells
    params: dict[str, Tree] = {
        "w_x": weights(into, 4 * cells), "w_h": weights(width, 4 * cells), "b": weights(4 * cells),
        **({"scale": Leaf((4 * cells,), 0.5, 1.5)} if normed else {}),
        **({"peephole": weights(3, cells)} if sees else {}),
        **({"projection": weights(cells, width)} if narrow else {}),
    }  # fmt: skip
    h, c = Leaf((rows, width)), Leaf((rows, cells))
    carry: Tree = {"h": h, "c": c} if named else (h, c)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(params, "parameters of the cell", ("params", "weights")),
            "carry": Array(carry, "previous state", ("carry", "state")),
            "x": Array(Leaf((rows, into), -2, 2), "inputs of shape (batch, features)", ("x", "inputs")),
            "mask": Array(truth(rows), "mask of valid rows", ("mask", "valid"), 0.3),
            "key": Array(key(), "random key", ("key", "rng"), 0.5),
            "dtype": Option("str", "dtype of the products", ("'float32'", "'bfloat16'"), ("dtype", "compute_dtype")),
            "coupled": Option("bool", "whether to couple the input and forget gates", ("False", "True"),
                              ("coupled_gates", "cifg")),
            "forget_bias": Option("float", "bias of the forget gate", ("1.0", "0.0"), ("forget_bias",)),
            "cell_clip": Option("float | None", "largest absolute value of the cell state", ("None", "3.0", "1.0"),
                                ("cell_clip",)),
            "hard": Option("bool", "whether to use hard sigmoid gates", ("False", "True"),
                           ("hard_gates", "hard_sigmoid")),
            "squash": Option("bool", "whether to apply tanh to the cell state", ("True", "False"),
                             ("output_tanh", "squash")),
            "zoneout": Option("float", "zoneout rate", ("0.0", "0.1", "0.2"), ("zoneout_rate", "zoneout"),
                              p.pick("0.1", "0.2")),
        },
        result=(h, carry),
        helpers=(_BODIES["normed"], _BODIES["gate"]),
        titles=("lstm_step", "lstm_cell", "cell_step"),
        summary=p.pick("Performs one step of an LSTM with options", "Performs one time step of an LSTM cell"),
        returned="the output and the new state",
    )  # fmt: skip


RECIPES = (
    with_texts(
        with_texts(
            Recipe(name="recurrent_layer", category="layers", targets=tuple(_CELLS), draw=_draw_recurrent),
            {"stacked_step": _stack},
            weight=1.8,
        ),
        {"lstm_options": _lstm},
        weight=0.5,
    ),
)
