"""Templates that several families use: activations, linear layers, normalisation, dropout, checks of shapes."""

import re
from textwrap import indent

from synthesis.drawing.lines import block
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf

ACTIVATIONS = (
    "jax.nn.relu(VALUE)",
    "jax.nn.gelu(VALUE)",
    "jax.nn.silu(VALUE)",
    "jnp.maximum(VALUE, 0)",
    "jax.nn.swish(VALUE)",
    "jax.nn.gelu(VALUE, approximate=False)",
    "jax.nn.elu(VALUE)",
    "jax.nn.leaky_relu(VALUE, 0.01)",
)


_PLAIN_MESSAGES = 0.4
"""Probability that an error message leaves out the wrong value."""


def activate(p: Program, value: str, *, named: bool = False) -> str:
    """Return an expression for an activation of a value; if ``named``, sometimes one that the caller names."""
    if named and p.maybe(0.5):
        p.option(
            "act_name",
            p.pick("'relu'", "'gelu'", "'silu'"),
            "str",
            "activation between the layers",
            p.pick("'relu'", "'gelu'", "'silu'"),
            ("activation", "act", "nonlinearity"),
        )
        return f"activate({value}, act_name)"
    return p.pick(*ACTIVATIONS).replace("VALUE", value)


def weights(*shape: int, dtype: str = "float32", share: float = 1.0) -> Leaf:
    """Return the initial weights of a layer; ``share`` scales their usual bound."""
    wide = max(shape[-2:]) if len(shape) > 1 else 4
    bound = {True: 0.05, False: 0.2}[wide > 200] * share
    return Leaf(shape, -bound, bound, dtype)


def positive(*shape: int, low: float = 0.5, high: float = 1.5) -> Leaf:
    """Return positive values, such as scales or second moments."""
    return Leaf(shape, low, high)


def whole(*shape: int, below: int) -> Leaf:
    """Return integers below a bound, such as labels or indices."""
    return Leaf(shape, 0, below - 1, "int32")


def truth(*shape: int) -> Leaf:
    """Return a boolean mask."""
    return Leaf(shape, 0, 1, "bool")


def key() -> Leaf:
    """Return a random key."""
    return Leaf((2,), 0, 2**32 - 1, "uint32")


def step_size(p: Program, *usual: str, names: tuple[str, ...] = ("learning_rate", "lr")) -> Array | Option:
    """Return the step size of an optimizer, which callers choose, as an array or as an option."""
    if p.choices.chance(0.5):
        return Array(Leaf((), 0.01, 0.1), "step size", names)
    return Option("float", "step size", (p.pick(*usual), *usual), names)


def half(p: Program) -> str:
    """Return a 16-bit floating-point type, as a Python expression."""
    return p.choices.weighted((("jnp.bfloat16", 0.75), ("jnp.float16", 0.25)))


def guard(p: Program, test: str, message: str, share: float = 0.3) -> str:
    """Return a check that raises an error if the test is true, or an empty string.

    Args:
        p: the function.
        test: a condition that is true for wrong arguments.
        message: the error message, with names in braces.
        share: scales the probability that the function has the check.
    """
    if not p.maybe(0.7 * share):
        return ""
    if p.choices.child("guard", message).chance(_PLAIN_MESSAGES):
        message = re.sub(r", (?:got|not|but) [^,]*\{.*", "", message)
    text = f"f'{message}'" if "{" in message else f"'{message}'"
    if p.choices.chance(0.15) and " != " in test and " or " not in test:
        test = f"not {test.replace(' != ', ' == ')}" if "ndim" not in test else test
    return block(f"if {test}:", f"raise ValueError({text})")


def remark(p: Program, *texts: str, share: float = 0.55) -> str:
    """Return one of several comments, or an empty string."""
    return repr(f"# {p.pick(*texts)}") if p.maybe(share) else ""


def expect(p: Program, test: str, share: float = 0.12) -> str:
    """Return an assertion, or an empty string."""
    return f"assert {test}" if p.maybe(share) else ""


def product(p: Program, left: str, right: str, letters: str, kind: str = "") -> str:
    """Return a matrix product, in one of its usual forms.

    Args:
        p: the function.
        left: the first operand.
        right: the second operand.
        letters: the pattern of the same product for ``jnp.einsum``.
        kind: the type to multiply in, with sums in ``float32``; empty for the operands' type.
    """
    if kind:
        left, right = f"{left}.astype({kind})", f"{right}.astype({kind})"
        return p.pick(
            f"jnp.einsum('{letters}', {left}, {right}, preferred_element_type=jnp.float32)",
            f"jnp.matmul({left}, {right}, preferred_element_type=jnp.float32)",
            f"({left} @ {right}).astype(jnp.float32)",
        )
    return p.pick(
        f"{left} @ {right}",
        f"{left} @ {right}",
        f"jnp.dot({left}, {right})",
        f"jnp.einsum('{letters}', {left}, {right})",
        f"jnp.matmul({left}, {right})",
    )


def normalise(p: Program, value: str, to: str, scale: str, bias: str, form: str, axis: str = "-1") -> str:
    """Return statements that normalise the last axis, as ``layer_norm`` or ``rms_norm`` do.

    Args:
        p: the function, which has a number ``eps``.
        value: the value that is normalised.
        to: the name of the result.
        scale: its factor; empty for none.
        bias: its offset; empty for none.
        form: ``layer`` or ``rms``.
        axis: the axis, or several.
    """
    ends = (f" * {scale}" if scale else "") + (f" + {bias}" if bias else "")
    if form == "rms":
        return p.choose(_RMS_NORM.replace("VALUE", value).replace("TO", to).replace("AXIS", axis).replace("ENDS", ends))
    return p.choose(_LAYER_NORM.replace("VALUE", value).replace("TO", to).replace("AXIS", axis).replace("ENDS", ends))


_RMS_NORM = """
    {?0.4 # {root mean square of the features ~ no mean is taken off, unlike layer normalization}}
    {ms = jnp.mean(jnp.square(VALUE), axis=AXIS, keepdims=True)
    TO = {VALUE * lax.rsqrt(ms + eps) ~ VALUE / jnp.sqrt(ms + eps)}ENDS ~
    inv_rms = jax.lax.rsqrt(jnp.mean(VALUE ** 2, axis=AXIS, keepdims=True) + eps)
    TO = VALUE * inv_rmsENDS}
"""
_LAYER_NORM = """
    {?0.4 # {zero mean and unit variance ~ normalize the features ~ bring the features to unit variance}}
    {mean, var = moments(VALUE, AXIS) ~
    mean = {jnp.mean(VALUE, axis=AXIS, keepdims=True) ~ VALUE.mean(axis=AXIS, keepdims=True)}
    {var = jnp.var(VALUE, axis=AXIS, keepdims=True) ~
    var = jnp.mean(jnp.square(VALUE - mean), axis=AXIS, keepdims=True) ~
    var = VALUE.var(axis=AXIS, keepdims=True)}}
    {TO = {(VALUE - mean) / jnp.sqrt(var + eps) ~ (VALUE - mean) * lax.rsqrt(var + eps)}ENDS ~
    inv = jax.lax.rsqrt(var + eps)
    TO = (VALUE - mean) * invENDS}
"""


def with_escaped_braces(lines: str) -> str:
    """Return lines with their braces escaped, so that a template may contain them."""
    return lines.replace("{", "<<").replace("}", ">>")


def choose_and_escape(p: Program, text: str) -> str:
    """Return a template with one alternative chosen in each group, and the braces of Python code escaped again."""
    return with_escaped_braces(p.choose(text))


def placed(text: str, mark: str, lines: str) -> str:
    """Return a template in which each line that is only the mark is replaced by lines with the same indentation."""
    return re.sub(rf"(?m)^( *){mark}$", lambda found: indent(lines, found[1]), text)
