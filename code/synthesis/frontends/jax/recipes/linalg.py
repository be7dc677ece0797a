"""Products and contractions of vectors and matrices, and decompositions of well-conditioned matrices."""

import math
from collections.abc import Callable

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import DrawError, typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Attribute,
    Call,
    Display,
    Expression,
    Infix,
    Literal,
    Name,
    Slice,
    Subscript,
)
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import CONTRACTIONS, ELEMENTWISE, PRODUCTS, SHAPES, call, number
from synthesis.frontends.jax.recipes.drafting import Draft
from synthesis.frontends.jax.recipes.sketch import SIZES

_ARITHMETIC = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "tanh", "square", "abs"))
_OPERATIONS = (*PRODUCTS.values(), SHAPES["transpose"], *_ARITHMETIC)
_SMALL = Domain(low=-1.5, high=1.5)


def _draw(stream: Stream, target: str) -> KernelSpec:
    choices = stream.child("shape")
    m, k, n = (choices.choice(SIZES) for _ in range(3))
    shapes = {
        "outer": [((m,), (n,))],
        "dot": [((k,), (k,)), ((m, k), (k,)), ((m, k), (k, n))],
        "matmul": [((m, k), (k, n)), ((m, k), (k,)), ((k,), (k, n)), ((m, k), (k, n))],
    }
    left, right = (Type("float32", each) for each in choices.choice(shapes[target]))
    draft = Draft(stream, [Type("float32", (m, n)), Type("float32", (n,)), Type("float32", (n, k)), Type("float32")])
    operands = [draft.fresh(kind, typical_domain(choices, kind, _SMALL)) for kind in (left, right)]
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=choices.integer(0, 2))
    if choices.chance(0.35):
        position = choices.below(2)
        operands[position] = weaver.chain(operands[position], 1)
    product = weaver.require(PRODUCTS[target], *operands)
    result = weaver.weave([product], steps=choices.integer(1, 5))
    summary = f"Array product with {target}"
    return draft.finish([result], category="linalg", recipe="product", summary=summary)


def _draw_contraction(stream: Stream, target: str) -> KernelSpec:
    """Draw a contraction of two arrays by a pattern, or a reduction of one array."""
    choices = stream.child("shape")
    sizes = [choices.choice(SIZES) for _ in range(3)]
    if target in ("kron", "trace"):
        sizes = [choices.choice(SIZES[:4])] * 3
    kinds = [Type("float32", tuple(sizes[:rank])) for rank in (2, 1, 2, 3)]
    kinds += [Type("float32", tuple(sizes[1:])), Type("float32")]
    draft = Draft(stream, kinds)
    first = choices.choice(kinds[:2] if target == "kron" else kinds[2:4] if target == "einsum" else kinds[:1])
    operation = CONTRACTIONS[target]
    weaver = Weaver(
        draft, stream.child("weave"), _CONTRACTING, max_fresh=choices.integer(0, 1), leveller=SHAPES["ravel"]
    )
    left = draft.fresh(first, typical_domain(choices, first, _SMALL))
    if choices.chance(0.35):
        left = weaver.weave([left], steps=1)
    operands = [left]
    if operation.arity == 2:
        partners = [first] if target == "kron" else kinds[:-1]
        for kind in choices.shuffled(partners):
            probe = Term(Name("_"), kind, _SMALL)
            if operation.apply(choices.child("probe"), (left, probe)) is not None:
                operands.append(draft.fresh(kind, typical_domain(choices, kind, _SMALL)))
                break
        else:
            raise DrawError("no partner fits")
    contracted = weaver.require(operation, *operands)
    result = weaver.weave([contracted], steps=choices.integer(1, 4))
    summary = f"Contraction of arrays with {target}"
    return draft.finish([result], category="linalg", recipe="contraction", summary=summary)


def _draw_decomposition(stream: Stream, target: str) -> KernelSpec:
    """Draw a decomposition or a related result of a well-conditioned matrix, which is made positive definite first."""
    choices = stream.child("shape")
    size = choices.choice((2, 3, 4, 5))
    matrix, vector = Type("float32", (size, size)), Type("float32", (size,))
    draft = Draft(stream, [vector, matrix, Type("float32")])
    weaver = Weaver(draft, stream.child("weave"), _ARITHMETIC, max_fresh=choices.integer(0, 1))
    wide = Type("float32", (size, choices.choice((size, size + 1, size + 2))))
    base = draft.fresh(wide, Domain(low=-1.0, high=1.0))
    ridge = choices.choice((0.5, 1.0, 1.5, 2.0))
    highest = wide.shape[1] * size + ridge
    gram = Infix("@", base.node, Attribute(base.node, "T"))
    eye = Infix("*", number(ridge), call("eye", number(size)))
    node: Expression = Infix("+", gram, eye)
    if choices.chance(0.4):
        scale = float(wide.shape[1])
        node, highest = Infix("+", Infix("/", gram, number(scale)), eye), size + ridge
    definite = draft.keep(Term(node, matrix, Domain(low=-highest, high=highest), frozenset({"matmul", "eye"})))
    made = draft.keep(_decomposed(draft, choices, target, definite, ridge, highest))
    result = weaver.weave([made], steps=choices.integer(1, 4))
    summary = f"{_DECOMPOSITIONS[target]} of a positive definite {size}x{size} matrix"
    return draft.finish([result], category="linalg", recipe="decomposition", summary=summary)


_DECOMPOSITIONS = {
    "solve": "Linear solve",
    "inv": "Inverse",
    "cholesky": "Cholesky factorisation",
    "qr": "QR factorisation",
    "eigvalsh": "Eigenvalues",
    "svd": "Singular values",
    "slogdet": "Log determinant",
}


def _decomposed(draft: Draft, choices: Stream, target: str, definite: Term, low: float, high: float) -> Term:
    """Return the target applied to a symmetric matrix whose eigenvalues are between ``low`` and ``high``."""
    kind = definite.type
    size, vector = kind.shape[0], kind.with_shape(kind.shape[:1])
    ops = definite.ops | {target}
    spectrum = Domain(low=low, high=high)
    if target == "solve":
        side = draft.fresh(choices.choice((vector, kind.with_shape((size, 2)))), Domain(low=-2.0, high=2.0))
        bound = 2.0 * math.sqrt(size) / low
        module = choices.choice(("jnp.linalg.solve", "jnp.linalg.solve", "jax.scipy.linalg.solve"))
        node = Call(Name(module), (definite.node, side.node))
        return Term(node, side.type, Domain(low=-bound, high=bound), ops, 2)
    node: Expression = call(f"linalg.{target}", definite.node)
    if target in ("slogdet", "qr"):
        node = Subscript(node, (Literal("1"),))
    if target == "svd":
        node = call("linalg.svd", definite.node, compute_uv=Literal("False"))
    results = {
        "inv": (kind, Domain(low=-1 / low, high=1 / low)),
        "cholesky": (kind, Domain(low=-math.sqrt(high), high=math.sqrt(high))),
        "qr": (kind, Domain(low=-high, high=high)),
        "eigvalsh": (vector, spectrum),
        "svd": (vector, spectrum),
        "slogdet": (kind.with_shape(()), Domain(low=size * math.log(low), high=size * math.log(high))),
    }
    made, interval = results[target]
    return Term(node, made, interval, ops, 2)


_FORM_NAMES = {
    "eig": "Eigendecomposition",
    "hessenberg": "Hessenberg form",
    "householder_product": "Householder product",
    "schur": "Schur form",
    "tridiagonal": "Tridiagonal form",
    "tridiagonal_solve": "Tridiagonal solve",
}


def _draw_form(stream: Stream, target: str) -> KernelSpec:
    """Draw a LAPACK form of a general matrix: its eigenvalues, or its Hessenberg, Schur or tridiagonal form."""
    choices = stream.child("shape")
    size = choices.choice((3, 4, 5, 6))
    matrix, vector = Type("float32", (size, size)), Type("float32", (size,))
    draft = Draft(stream, [vector, matrix, Type("float32")])
    ops = frozenset({target})
    if target == "tridiagonal_solve":
        made = _tridiagonal_system(draft, choices, vector)
    else:
        base = draft.fresh(matrix, Domain(low=-1.0, high=1.0))
        if choices.chance(0.5):
            before = Weaver(draft, stream.child("before"), _BOUNDED, max_fresh=0)
            base = before.weave([base, *draft.leaves(choices.integer(0, 1), types=(matrix,))], steps=1)
        # The eigenvalues are well separated, so that rounding does not change their order.
        step = choices.choice((2.0, 2.5, 3.0, 4.0))
        steps = call("arange", number(1.0), number(size + 1.0))
        diagonal = call("diag", Infix("*", number(step), steps))
        most = base.interval.magnitude * size + step * size
        apart = Term(Infix("+", base.node, diagonal), matrix, Domain(low=-most, high=most), base.ops | ops)
        made = _formed(draft, choices, target, draft.keep(apart))
    weaver = Weaver(draft, stream.child("weave"), _ARITHMETIC, max_fresh=choices.integer(0, 1))
    made = draft.keep(made)
    others = [draft.fresh(made.type, Domain(low=0.5, high=1.5))] if choices.chance(0.6) else []
    result = weaver.weave([weaver.fit(made, _SCALED) or made, *others], steps=choices.integer(1, 4))
    return draft.finish(
        [result],
        category="linalg",
        recipe="form",
        summary=f"{_FORM_NAMES[target]} of a {size}x{size} matrix",
        ops=ops,
        differentiable=target == "tridiagonal_solve",
    )


def _eigenvalues(
    draft: Draft,
    choices: Stream,
    a: Term,
    bound: float,
    kind: Type,
    size: int,
    vector: Type,
    of: Callable[[Expression, Type, float, float], Term],
) -> Term:
    """Return a value that is computed from eigenvalues."""
    values = draft.keep(of(call("linalg.eigvals", a.node), vector, -bound, bound)).node
    style = choices.choice(("sorted", "radius", "sizes", "sum"))
    if style == "sorted":
        return of(call("sort", call("real", values)), vector, -bound, bound)
    if style == "radius":
        return of(call("max", call("abs", values)), kind.with_shape(()), 0.0, bound)
    if style == "sizes":
        return of(call("sort", call("abs", values)), vector, 0.0, bound)
    squares = call("sum", call("square", call("abs", values)))
    return of(call("sqrt", squares), kind.with_shape(()), 0.0, bound * math.sqrt(size))


def _tridiagonal(
    draft: Draft,
    choices: Stream,
    a: Term,
    bound: float,
    kind: Type,
    size: int,
    module: str,
    of: Callable[[Expression, Type, float, float], Term],
) -> Term:
    """Return a value that is computed from the diagonals of a tridiagonal matrix."""
    named = [draft.book.take(("d", "diag", "alphas")), draft.book.take(("e", "off", "betas"))]
    node = Infix("+", a.node, Attribute(a.node, "T"))
    parts = [Name("_"), *map(Name, named), Name("_")]
    packed = Call(Name(f"{module}.tridiagonal"), (node,), (("lower", Name("True")),))
    place = choices.below(2)
    parts[2 - place] = Name("_") if choices.chance(0.7) else parts[2 - place]
    draft.add(Assign(Display(tuple(parts)), packed))
    if parts[2 - place] == Name("_"):
        made = of(parts[1 + place], kind.with_shape((size - place,)), -2 * bound, 2 * bound)
        return made if not place else of(call("abs", made.node), made.type, 0.0, 2 * bound)
    node = Infix("+", call("sum", parts[1]), call("sum", call("abs", parts[2])))
    return of(node, kind.with_shape(()), -4 * bound * size, 4 * bound * size)


def _formed(draft: Draft, choices: Stream, target: str, a: Term) -> Term:
    """Return a value computed from the target's results that does not depend on the scaling of vectors."""
    kind, bound, ops = a.type, a.interval.magnitude, a.ops
    size = kind.shape[0]
    vector = kind.with_shape((size,))
    module = "jax.lax.linalg"

    def of(node: Expression, made: Type, low: float, high: float) -> Term:
        return Term(node, made, Domain(low=low, high=high), ops, 3)

    if target == "eig":
        return _eigenvalues(draft, choices, a, bound, kind, size, vector, of)
    if target == "tridiagonal":
        return _tridiagonal(draft, choices, a, bound, kind, size, module, of)
    if target == "schur":
        t, z = Name(draft.book.take(("T", "S", "triangle"))), Name(draft.book.take(("Z", "Q", "basis")))
        style = choices.choice(("diagonal", "upper", "together"))
        draft.add(
            Assign(
                Display((t, z if style == "together" else Name("_"))),
                Call(Name("jax.scipy.linalg.schur"), (a.node,)),
            )
        )
        if style == "diagonal":
            return of(call("sort", call("diagonal", t)), vector, -bound, bound)
        if style == "upper":
            above = call("square", call("triu", t, number(1)))
            return of(call("sqrt", Infix("+", call("sum", above), number(0.1))), kind.with_shape(()), 0.3, bound * size)
        middle = Infix("-", t, Infix("*", number(choices.choice((0.5, 1.0, 2.0))), call("eye", number(size))))
        node = Infix("@", Infix("@", z, middle), Attribute(z, "T"))
        return of(node, kind, -bound, bound)
    packed, factors = Name(draft.book.take(("packed", "H", "h"))), Name(draft.book.take(("taus", "tau", "betas")))
    product = target == "householder_product"
    draft.add(
        Assign(
            Display((packed, factors if product else Name("_"))),
            Call(Name(f"{module}.hessenberg"), (a.node,)),
        )
    )
    if not product:
        style = choices.choice(("whole", "below", "trace"))
        if style == "whole":
            return of(call("triu", packed, number(-1)), kind, -bound, bound)
        if style == "below":
            below = call("abs", call("diagonal", packed, number(-1)))
            return of(below, kind.with_shape((size - 1,)), 0.0, bound)
        return of(call("diagonal", packed), vector, -bound, bound)
    rows = Slice("1", "")
    lower = Subscript(packed, (rows, Slice("", "-1")))
    q = Call(Name(f"{module}.householder_product"), (lower, factors))
    few = kind.with_shape((size - 1, size - 1))
    if choices.chance(0.5):
        return of(q, few, -1.0, 1.0)
    side = draft.fresh(kind.with_shape((size - 1,)), Domain(low=-2.0, high=2.0))
    turned = Infix("@", draft.keep(of(q, few, -1.0, 1.0)).node, side.node)
    return of(turned, side.type, -2.0 * math.sqrt(size), 2.0 * math.sqrt(size))


def _tridiagonal_system(draft: Draft, choices: Stream, vector: Type) -> Term:
    """Return the solution of a tridiagonal system in which the main diagonal dominates."""
    (size,) = vector.shape
    below, above = (
        draft.fresh(vector, Domain(low=-1.0, high=1.0), pool=pool)
        for pool in (("dl", "lower", "sub"), ("du", "upper", "sup"))
    )
    middle = draft.fresh(vector, Domain(low=3.0, high=5.0), pool=("d", "main", "diag"))
    columns = choices.integer(1, 3)
    side = draft.fresh(vector.with_shape((size, columns)), Domain(low=-2.0, high=2.0), pool=("b", "rhs", "loads"))
    ends = [
        Call(Attribute(Subscript(Attribute(each.node, "at"), (number(place),)), "set"), (number(0.0),))
        for each, place in ((below, 0), (above, -1))
    ]
    node = Call(Name("jax.lax.linalg.tridiagonal_solve"), (ends[0], middle.node, ends[1], side.node))
    return Term(node, side.type, Domain(low=-2.0, high=2.0), frozenset({"tridiagonal_solve"}), 3)


_BOUNDED = tuple(ELEMENTWISE[name] for name in ("sin", "tanh", "atan", "erf"))
_SCALED = Domain(low=-30.0, high=30.0)
_FORMS = ("eig", "hessenberg", "householder_product", "schur", "tridiagonal", "tridiagonal_solve")
_CONTRACTING = (*CONTRACTIONS.values(), SHAPES["transpose"], *_ARITHMETIC)

RECIPES = (
    Recipe(name="product", category="linalg", targets=("dot", "matmul", "outer"), draw=_draw),
    Recipe(name="contraction", category="linalg", targets=tuple(CONTRACTIONS), draw=_draw_contraction),
    Recipe(
        name="decomposition",
        category="linalg",
        targets=("solve", "inv", "cholesky", "qr", "eigvalsh", "svd", "slogdet"),
        draw=_draw_decomposition,
    ),
    Recipe(name="form", category="linalg", targets=_FORMS, draw=_draw_form),
)
