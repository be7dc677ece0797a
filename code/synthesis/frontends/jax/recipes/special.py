"""Operations that fewer programs use: special functions, running extremes, bits, spectra, windows and the k largest."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Call,
    Comparison,
    Display,
    Expression,
    Infix,
    Lambda,
    Literal,
    Name,
    Negation,
    Subscript,
)
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import BITS, ELEMENTWISE, RUNNING_EXTREMES, SPECIAL, call, number, numbers
from synthesis.frontends.jax.recipes.arithmetic import broadcastable
from synthesis.frontends.jax.recipes.drafting import Draft

_AROUND = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "exp", "tanh", "sqrt", "square", "log1p"))
_GENTLE = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "tanh", "sin"))
_WHOLE = (*BITS.values(), *(ELEMENTWISE[name] for name in ("add", "sub", "mul", "abs", "neg")))
_WORDS = Domain(low=1, high=1_000)


def _draw_special(stream: Stream, target: str) -> KernelSpec:
    """Draw a special function of arrays, with arithmetic around it."""
    choices = stream.child("shape")
    draft = Draft(stream, broadcastable(choices, "float32"))
    operation = SPECIAL[target]
    operands = [draft.fresh(draft.types[choices.below(len(draft.types)) if position else 0], domain)
                for position, domain in enumerate(operation.domains)]  # fmt: skip
    weaver = Weaver(draft, stream.child("weave"), _AROUND, max_fresh=choices.integer(0, 1))
    made = weaver.require(operation, *operands)
    others = draft.leaves(1) if choices.chance(0.4) else []
    result = weaver.weave([draft.keep(made) if choices.chance(0.3) else made, *others], steps=choices.integer(0, 3))
    return draft.finish([result], category="math", recipe="special", summary=f"Elementwise special function {target}")


def _draw_running(stream: Stream, target: str) -> KernelSpec:
    """Draw a running reduction along an axis, other than a sum or a product."""
    choices = stream.child("shape")
    sizes = (choices.integer(4, 8), choices.integer(4, 8)) if choices.chance(0.7) else (choices.integer(8, 16),)
    kind = Type("float32", sizes)
    draft = Draft(stream, (kind, Type("float32")))
    weaver = Weaver(draft, stream.child("weave"), _GENTLE, max_fresh=0)
    inner = weaver.weave(draft.leaves(1, types=(kind,)), steps=choices.integer(0, 1))
    made = draft.keep(weaver.require(RUNNING_EXTREMES[target], inner))
    other = draft.fresh(kind, typical_domain(choices, kind))
    result = weaver.weave([made, other], steps=choices.integer(1, 3))
    return draft.finish([result], category="reduction", recipe="running", summary=f"Running {target} along an axis")


_BIT_OPERATIONS = {
    "shift_left": "Bitwise left shift",
    "shift_right_arithmetic": "Arithmetic right shift",
    "not": "Bitwise NOT",
    "xor": "Bitwise XOR",
    "population_count": "Population count",
    "clz": "Leading zero count",
}


def _draw_bits(stream: Stream, target: str) -> KernelSpec:
    """Draw bit operations on integers, with integer arithmetic between them."""
    choices = stream.child("shape")
    sizes = (choices.integer(3, 6), choices.integer(4, 8)) if choices.chance(0.6) else (choices.integer(12, 24),)
    draft = Draft(stream, [Type("int32", sizes)] + ([Type("int32", sizes[1:])] if len(sizes) > 1 else []))
    weaver = Weaver(draft, stream.child("weave"), _WHOLE, max_fresh=0)
    leaves = [draft.fresh(choices.choice(draft.types), _WORDS) for _ in range(choices.integer(2, 3))]
    result = weaver.weave(leaves, steps=choices.integer(1, 4), target=BITS[target])
    if choices.chance(0.25):
        gain = draft.fresh(Type("float32", result.type.shape[-1:]), Domain(low=0.5, high=2.0))
        node = Infix("*", Call(Name("jnp.float32"), (result.node,)), gain.node)
        result = Term(node, Type("float32", result.type.shape), result.interval, result.ops | {"mul"})
    return draft.finish(
        [result],
        category="arithmetic",
        recipe="bits",
        summary=f"{_BIT_OPERATIONS[target]} of int32 arrays",
        differentiable=False,
    )


def _draw_word(stream: Stream, target: str) -> KernelSpec:
    """Draw a reduction of bits or of truth values along an axis."""
    return _draw_exclusive(stream, target) if target == "reduce_xor" else _draw_all(stream)


def _draw_exclusive(stream: Stream, target: str) -> KernelSpec:
    choices = stream.child("shape")
    sizes = (choices.integer(3, 4), choices.integer(14, 20))
    axis = choices.below(2)
    left = Type("int32", (sizes[1 - axis],))
    draft = Draft(stream, (Type("int32", sizes), left))
    weaver = Weaver(draft, stream.child("weave"), _WHOLE, max_fresh=0)
    leaves = [draft.fresh(draft.types[0], _WORDS) for _ in range(choices.integer(1, 2))]
    inner = weaver.weave(leaves, steps=choices.integer(0, 2))
    bound = float(1 << int(inner.interval.magnitude).bit_length())
    node = Call(Name("jnp.bitwise_xor.reduce"), (inner.node,), (("axis", number(axis)),))
    word = Term(node, left, Domain(low=-bound, high=bound), inner.ops | {target}, inner.depth + 1)
    result = weaver.weave([word, draft.fresh(left, _WORDS)], steps=choices.integer(1, 3))
    return draft.finish(
        [result],
        category="reduction",
        recipe="words",
        summary="Bitwise XOR reduction along an axis",
        differentiable=False,
    )


def _draw_all(stream: Stream) -> KernelSpec:
    choices = stream.child("shape")
    sizes = (choices.integer(3, 4), choices.integer(14, 20))
    left = sizes[1:]
    draft = Draft(stream, (Type("float32", sizes), Type("float32", left), Type("float32")))
    before = Weaver(draft, stream.child("before"), _GENTLE, max_fresh=0)
    inner = before.weave([draft.fresh(draft.types[0], Domain(low=-1.0, high=1.0))], steps=choices.integer(0, 1))
    low, width = inner.interval.low, inner.interval.width
    limits = Domain(low=low + 0.1 * width, high=low + 0.45 * width)
    limit = draft.fresh(Type("float32"), limits, pool=("limit", "floor", "lowest", "threshold"))
    node = call("all", Comparison(">", inner.node, limit.node), axis=number(0))
    held = draft.keep(Term(node, Type("bool", left), Domain(low=0, high=1), inner.ops | {"reduce_and", "gt"}))
    first = draft.fresh(Type("float32", left), Domain(low=0.5, high=2.0))
    second = draft.fresh(Type("float32", left), Domain(low=-2.0, high=-0.5))
    chosen = call("where", held.node, first.node, second.node)
    result = Term(chosen, first.type, Domain(low=-2.0, high=2.0), held.ops | {"select"}, 3)
    weaver = Weaver(draft, stream.child("weave"), _GENTLE, max_fresh=1)
    result = weaver.weave([result, draft.fresh(first.type, Domain(low=0.5, high=1.5))], steps=choices.integer(0, 3))
    return draft.finish(
        [result], category="reduction", recipe="words", summary="Selection by an all-reduction of comparisons"
    )


def _draw_spectrum(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that makes complex numbers, from two parts or by an FFT, and converts them to real numbers."""
    choices = stream.child("shape")
    rows, length = choices.integer(2, 4), choices.choice((4, 6, 8))
    kind = Type("float32", (rows, length))
    draft = Draft(stream, (kind, Type("float32", (length,)), Type("float32")))
    before = Weaver(draft, stream.child("before"), _GENTLE, max_fresh=0)
    x = before.weave(draft.leaves(choices.integer(1, 2)), steps=choices.integer(0, 2))
    x = before.fit(x, Domain(low=-1.2, high=1.2)) or draft.fresh(kind, Domain(low=-1.0, high=1.0))
    bound = length * x.interval.magnitude
    if target == "fft":
        spectrum = draft.keep(Term(call("fft.fft", x.node), Type("complex64", kind.shape), Domain(low=0, high=bound)))
        gains = draft.fresh(Type("float32", (length,)), Domain(low=0.3, high=1.5))
        scaled: Expression = Infix("*", spectrum.node, gains.node)
        style = choices.choice(("back", "power", "abs"))
        node = call("real", call("fft.ifft", scaled))
        if style == "power":
            node = Infix("+", call("square", call("real", scaled)), call("square", call("imag", spectrum.node)))
        elif style == "abs":
            node = call("abs", Infix("+", scaled, number(0.5)))
        ops = frozenset({"fft", "real", "imag"} if style == "power" else {"fft", "real"})
        top = 3 * bound * bound
    else:
        y = draft.fresh(kind, Domain(low=0.3, high=1.3))
        made = draft.keep(
            Term(Call(Name("jax.lax.complex"), (x.node, y.node)), Type("complex64", kind.shape), x.interval)
        )
        other = draft.fresh(kind, Domain(low=-1.0, high=1.0))
        # The imaginary part of conj(z) * (z + other) would not depend on the real part of z.
        first = made.node if target == "imag" else call("conj", made.node)
        product: Expression = Infix("*", first, Infix("+", made.node, other.node))
        if target == "complex":
            node = call("abs", Infix("+", Infix("*", made.node, other.node), number(1.5)))
        else:
            node = call("imag" if target == "imag" else "real", product)
        ops, top = frozenset({"complex", target}), 8.0
    result = Term(node, kind, Domain(low=-top, high=top), x.ops | ops, x.depth + 3)
    weaver = Weaver(draft, stream.child("weave"), _GENTLE, max_fresh=0)
    tail = draft.fresh(kind, Domain(low=0.5, high=1.5))
    result = weaver.weave([result, tail], steps=choices.integer(0, 2))
    return draft.finish([result], category="linalg", recipe="spectrum", summary=f"Complex arithmetic with {target}")


def _draw_window(stream: Stream, target: str) -> KernelSpec:
    """Draw a minimum over windows, or the gradient of a function of the maximum over windows."""
    choices = stream.child("shape")
    rows, columns = choices.integer(4, 6), choices.integer(4, 6)
    size = choices.choice((2, 3))
    kind = Type("float32", (rows, columns))
    draft = Draft(stream, (kind,))
    weaver = Weaver(draft, stream.child("weave"), _GENTLE, max_fresh=1)
    x = draft.keep(weaver.weave(draft.leaves(choices.integer(1, 2)), steps=choices.integer(1, 3)))
    pooled = Type("float32", (rows - size + 1, columns - size + 1))
    infinity = Name("jnp.inf")
    start, function = (infinity, "min") if target == "reduce_window_min" else (Negation(infinity), "max")
    settings = (start, Name(f"{draft.lax}.{function}"), numbers((size, size)), numbers((1, 1)), Literal("'VALID'"))

    def windows(values: Expression) -> Expression:
        return Call(Name(f"{draft.lax}.reduce_window"), (values, *settings))

    if target == "reduce_window_min":
        result = Term(windows(x.node), pooled, x.interval, x.ops | {target}, x.depth + 1)
        result = weaver.weave([result, draft.fresh(pooled, Domain(low=0.5, high=1.5))], steps=choices.integer(0, 3))
        return draft.finish([result], category="nn", recipe="windows", summary="Minimum pooling over windows")
    weights = draft.fresh(pooled, Domain(low=0.5, high=1.5))
    greatest, back = Name(draft.book.take(("pooled", "peaks", "tops"))), Name(draft.book.take(("pull", "vjp", "back")))
    variable = draft.book.take(("v", "t", "image"))
    pooling = Lambda((variable,), windows(Name(variable)))
    draft.add(Assign(Display((greatest, back)), Call(Name("jax.vjp"), (pooling, x.node))))
    slope: Expression = Subscript(Call(back, (Infix("*", greatest, weights.node),)), (Literal("0"),))
    node = Infix("+", slope, x.node) if choices.chance(0.5) else slope
    result = Term(node, kind, Domain(low=-30.0, high=30.0), x.ops | {target, "reduce_window_max"}, x.depth + 3)
    result = weaver.weave([result, draft.fresh(kind, Domain(low=0.5, high=1.5))], steps=choices.integer(0, 2))
    return draft.finish([result], category="nn", recipe="windows", summary="Gradient of maximum pooling")


def _draw_top(stream: Stream, target: str) -> KernelSpec:
    """Draw a selection of the k largest values along the last axis."""
    choices = stream.child("shape")
    rows, columns = choices.integer(3, 6), choices.integer(6, 9)
    count = choices.integer(2, 3)
    kind = Type("float32", (rows, columns))
    draft = Draft(stream, (kind,))
    before = Weaver(draft, stream.child("before"), _GENTLE, max_fresh=0)
    x = before.weave(draft.leaves(choices.integer(1, 2)), steps=choices.integer(0, 2))
    values = Name(draft.book.take(("best", "largest", "top", "highest")))
    picks = not choices.chance(0.5)
    places = Name(draft.book.take(("where", "indices", "places")) if picks else "_")
    draft.add(Assign(Display((values, places)), Call(Name("jax.lax.top_k"), (x.node, number(count)))))
    few = Type("float32", (rows, count))
    result = Term(values, few, x.interval, x.ops | {target}, x.depth + 1)
    weaver = Weaver(draft, stream.child("weave"), _GENTLE, max_fresh=0)
    if picks:
        table = draft.fresh(Type("float32", (columns,)), Domain(low=0.5, high=1.5))
        picked = Term(Subscript(table.node, (places,)), few, Domain(low=0.5, high=1.5), frozenset({"gather"}))
        result = weaver.require(ELEMENTWISE["mul"], result, picked)
    result = weaver.weave([result, draft.fresh(few, Domain(low=-1.0, high=1.0))], steps=choices.integer(0, 2))
    return draft.finish([result], category="indexing", recipe="largest", summary="Top-k selection along an axis")


def _draw_triangular(stream: Stream, target: str) -> KernelSpec:
    """Draw the solution of a triangular system whose diagonal is dominant."""
    choices = stream.child("shape")
    order = choices.integer(2, 5)
    square = Type("float32", (order, order))
    right = Type("float32", (order,) if choices.chance(0.5) else (order, choices.integer(2, 4)))
    draft = Draft(stream, (square, right))
    raw = draft.fresh(square, Domain(low=-1.0, high=1.0), pool=("A", "L", "factor", "system"))
    lower = choices.chance(0.6)
    triangle = call("tril" if lower else "triu", raw.node)
    system = draft.keep(
        Term(Infix("+", triangle, Infix("*", number(order + 1.0), call("eye", number(order)))), square,
             Domain(low=-1.0, high=order + 2.0))
    )  # fmt: skip
    b = draft.fresh(right, Domain(low=-2.0, high=2.0), pool=("b", "rhs", "targets", "loads"))
    keywords: tuple[tuple[str, Expression], ...] = (("lower", Name("True")),) if lower else ()
    if choices.chance(0.3):
        keywords += (("trans", number(1)),)
    node = Call(Name("jax.scipy.linalg.solve_triangular"), (system.node, b.node), keywords)
    result = Term(node, right, Domain(low=-2.0, high=2.0), frozenset({target}), 2)
    weaver = Weaver(draft, stream.child("weave"), _GENTLE, max_fresh=0)
    result = weaver.weave([result, draft.fresh(right, Domain(low=0.5, high=1.5))], steps=choices.integer(0, 2))
    return draft.finish(
        [result], category="linalg", recipe="triangular", summary="Solution of a triangular linear system"
    )


RECIPES = (
    Recipe(name="special", category="math", targets=tuple(SPECIAL), draw=_draw_special),
    Recipe(name="running", category="reduction", targets=tuple(RUNNING_EXTREMES), draw=_draw_running),
    Recipe(
        name="bits",
        category="arithmetic",
        targets=("shift_left", "shift_right_arithmetic", "not", "xor", "population_count", "clz"),
        draw=_draw_bits,
    ),
    Recipe(name="words", category="reduction", targets=("reduce_xor", "reduce_and"), draw=_draw_word),
    Recipe(name="spectrum", category="linalg", targets=("fft", "complex", "conj", "imag"), draw=_draw_spectrum),
    Recipe(name="windows", category="nn", targets=("reduce_window_min", "select_and_scatter_add"), draw=_draw_window),
    Recipe(name="largest", category="indexing", targets=("top_k",), draw=_draw_top),
    Recipe(name="triangular", category="linalg", targets=("triangular_solve",), draw=_draw_triangular),
)
