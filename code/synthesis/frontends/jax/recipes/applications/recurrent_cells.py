"""Recurrent cells, as statements of one step."""

import re

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.parts import (
    remark,
)
from synthesis.frontends.jax.recipes.applications.program import Program

_BODIES = read_bodies("jax", "recurrent_cells", margin=4)

_GATE_HELPER_SHARE = 0.95
"""Probability that a function calls a helper function for its gates."""
_LEAKY = '''
    def leaky_unit(pre: Array, h: Array, leak: float = {0.5 ~ 0.2 ~ 0.8}) -> Array:
        {?0.5 """Moves a state towards what it is driven to."""}
        return {h + leak * (jnp.tanh(pre) - h) ~ (1.0 - leak) * h + leak * jnp.tanh(pre)}
'''


def _renamed(found: re.Match[str]) -> str:
    return f"new_{found[1]}{f', new_{found[2]}' if found[2] else ''} = "


def into_new(line: str) -> str:
    """Return a line of a cell, changed to assign the new state to another name.

    The old state is still needed for sequences that have ended.
    """
    return re.sub(r"(?m)^([hc])(?:, (c))? = ", _renamed, line).replace("jnp.tanh(c)", "jnp.tanh(new_c)")


_PRODUCT = re.compile(r"\b(xs?|h) @ (params[\w.'\[\]]+)|\bjnp\.dot\((xs?|h), (params[\w.'\[\]]+)\)")


def multiplied_in_half(line: str) -> str:
    """Return a line whose products are in ``bfloat16``, summed in ``float32``."""

    def written(found: re.Match[str]) -> str:
        left, right = found[1] or found[3], found[2] or found[4]
        half = f"{left}.astype(jnp.bfloat16), {right}.astype(jnp.bfloat16)"
        return f"jnp.dot({half}, preferred_element_type=jnp.float32)"

    return _PRODUCT.sub(written, line)


def write_cell(p: Program, target: str, at: dict[str, str]) -> list[str]:
    """Return statements that advance the state by a step."""
    both = p.pick(
        f"x @ {at['w_x']} + h @ {at.get('w_h', '')} + {at['b']}",
        f"jnp.dot(x, {at['w_x']}) + jnp.dot(h, {at.get('w_h', '')}) + {at['b']}",
    )
    beside = p.choices.child("cell").chance(_GATE_HELPER_SHARE)
    match target:
        case "lstm" if beside:
            p.function(_BODIES["lstm_gates"])
            return [f"gates = {both}", p.pick("h, c = lstm_gates(gates, c, bias)", "h, c = lstm_gates(gates, c)")]
        case "gru" if beside:
            p.function(_BODIES["gru_gates"])
            return [
                f"zx = x @ {at['w_x']} + {at['b']}", f"zh = h @ {at['w_h']}",
                remark(p, "the reset gate decides what of the state is seen"), "h = gru_gates(zx, zh, h)",
            ]  # fmt: skip
        case "rnn" if beside:
            p.function(_LEAKY)
            return [f"pre = {both}", p.pick("h = leaky_unit(pre, h, leak)", "h = leaky_unit(pre, h)")]
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
            raise ValueError(f"no cell of {target}")


def write_drives(p: Program, at: dict[str, str], decay: str) -> list[str]:
    """Return statements for the decay of a state, and for its input at every step."""
    gain = p.pick("(1.0 - decay)", "jnp.sqrt(1.0 - decay ** 2)")
    drives = p.pick(f"xs @ {at['w_x']} + {at['b']}", f"jnp.dot(xs, {at['w_x']}) + {at['b']}")
    return [
        remark(p, "always between zero and one", "stable for any weights"),
        f"decay = jnp.exp(-jnp.exp({at[decay]}))" if decay == "nu_log" else f"decay = jax.nn.sigmoid({at[decay]})",
        remark(p, "states keep the size of what drives them", share=0.4),
        p.pick(f"drives = {gain} * ({drives})", f"drives = {drives}\ndrives = {gain} * drives"),
    ]
