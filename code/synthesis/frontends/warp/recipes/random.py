"""Random numbers: a generator for each thread, samples of shapes and distributions, and noise over a field."""

import math

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.naming import VECTORS
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Call, Comparison, Expression, If, Infix, Literal, Name, Subscript
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import LINEAR, SCALAR, VECTOR, call
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.frontends.warp.recipes.quaternion import element

_NUMBER, _PAIR, _TRIPLE = Type("float32"), Type("float32", (2,)), Type("float32", (3,))
_UNIT, _TURN = Domain(low=-1.0, high=1.0), Domain(low=0.0, high=2.0 * math.pi)
_SCALARS = tuple(SCALAR[name] for name in ("add", "sub", "mul", "sin", "exp", "tanh"))
_OPERATIONS = (*_SCALARS, *LINEAR.values(), VECTOR["dot"], VECTOR["length"], VECTOR["cw_mul"])
# Without ``length``, because all samples of a ring or a surface have length 1.
_DIRECTIONS = (*_SCALARS, *LINEAR.values(), VECTOR["dot"], VECTOR["cw_mul"])
_SAMPLES: dict[str, tuple[Type, Domain]] = {
    "randf": (_NUMBER, Domain(low=0.0, high=1.0)),
    "randn": (_NUMBER, Domain(low=-5.6, high=5.6)),
    "sample_unit_ring": (_PAIR, _UNIT),
    "sample_unit_disk": (_PAIR, _UNIT),
    "sample_unit_square": (_PAIR, Domain(low=-0.5, high=0.5)),
    "sample_triangle": (_PAIR, Domain(low=0.0, high=1.0)),
    "sample_unit_sphere": (_TRIPLE, _UNIT),
    "sample_unit_sphere_surface": (_TRIPLE, _UNIT),
    "sample_unit_hemisphere": (_TRIPLE, _UNIT),
    "sample_unit_hemisphere_surface": (_TRIPLE, _UNIT),
    "sample_unit_cube": (_TRIPLE, Domain(low=-0.5, high=0.5)),
}


def _begin(stream: Stream, kind: Type) -> tuple[Stream, Draft]:
    rank = stream.child("rank").weighted([(1, 0.85), (2, 0.15)])
    return stream.child("shape"), Draft(stream, (kind, _NUMBER), rank=rank)


def _generator(choices: Stream, draft: Draft) -> Expression:
    """Return the state of the thread's own generator, made from a seed and the thread's index."""
    seed = draft.add_uniform(Type("int32"), Domain(low=0, high=10_000), pool=("seed", "frame", "run_id", "base_seed"))
    index: Expression = Name(draft.indices[0])
    if draft.rank == 2:
        index = Infix("+", Infix("*", index, Literal(str(draft.threads[1]))), Name(draft.indices[1]))
    start = Infix("+", seed.node, Literal(str(choices.integer(1, 99)))) if choices.chance(0.2) else seed.node
    return draft.add_local(call("rand_init", start, index), ("state", "rng", "gen", "rstate"))


def _finish(stream: Stream, draft: Draft, term: Term, recipe: str, target: str, summary: str) -> KernelSpec:
    choices = stream.child("end")
    operations = _DIRECTIONS if "ring" in target or "surface" in target else _OPERATIONS
    weaver = Weaver(draft, stream.child("weave"), operations, max_fresh=0)
    terms = [term]
    if choices.chance(0.7):
        kind = term.type if choices.chance(0.6) else _NUMBER
        terms.append(draft.read(kind, typical_domain(choices, kind), draft.sites[0][0]))
    result = weaver.weave(terms, steps=choices.integer(1, 4))
    draft.store(result)
    return draft.finish(
        category="random",
        recipe=recipe,
        summary=summary,
        ops=result.ops | {target, "rand_init"},
    )


def _draw_sample(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel in which each thread takes one random sample, often combined with an element of an array."""
    kind, domain = _SAMPLES[target]
    choices, draft = _begin(stream, kind)
    state = _generator(choices, draft)
    node: Expression = call(target, state)
    if target == "randf" and choices.chance(0.5):
        low, high = choices.decimal(-2.0, 0.0, 1), choices.decimal(0.5, 2.0, 1)
        node = call(target, state, Literal(repr(low)), Literal(repr(high)))
        domain = Domain(low=low, high=high)
    if target == "randf" and stream.child("angle").chance(0.4):
        node, domain = call(target, state, Literal("0.0"), Infix("*", Literal("2.0"), Name("wp.pi"))), _TURN
    sample = draft.keep(Term(node, kind, domain, frozenset({target}), 1))
    return _finish(stream, draft, sample, "sample", target, f"Random sample per thread with {target}")


def _draw_integers(stream: Stream, target: str) -> KernelSpec:
    """Draw a random integer that selects an element of a table, or a count from a Poisson distribution."""
    choices, draft = _begin(stream, _NUMBER)
    state = _generator(choices, draft)
    size = choices.integer(6, 20)
    if target == "poisson":
        rate = draft.add_uniform(_NUMBER, Domain(low=2.0, high=8.0), pool=("rate", "lam", "mean"))
        drawn = call(target, state, rate.node)
        cast = Call(Name("float"), (drawn,))
        sample = draft.keep(Term(cast, _NUMBER, Domain(low=0.0, high=30.0), frozenset({target}), 1))
        return _finish(stream, draft, sample, "integers", target, "Samples of a Poisson distribution")
    drawn = call(target, state, Literal("0"), Literal(str(size)))
    place = draft.add_local(drawn, ("pick", "slot", "index", "chosen", "src"))
    table = draft.add_array(_NUMBER, Domain(low=-2.0, high=2.0), (size,))
    picked = Term(Subscript(Name(table), (place,)), _NUMBER, Domain(low=-2.0, high=2.0), frozenset({target}), 1)
    return _finish(stream, draft, picked, "integers", target, f"Random selection from a table of {size} elements")


def _draw_estimate(stream: Stream, target: str) -> KernelSpec:
    """Draw a loop over samples: the mean of a function, a hit-or-miss estimate over a shape, or a random walk."""
    choices, draft = _begin(stream, _NUMBER)
    state = _generator(choices, draft)
    trips = choices.integer(4, 12)
    total = draft.book.take(("total", "acc", "hits", "s"))
    start: Expression = Literal("0.0")
    if target == "random_walk":
        start = element(draft, _NUMBER, Domain(low=-1.0, high=1.0), ("start", "x0", "origin", "initial"))
    draft.add(Assign(Name(total), Call(Name("float"), (start,)) if start == Literal("0.0") else start))
    scale = draft.add_uniform(_NUMBER, Domain(low=0.3, high=1.2))
    with draft.loop("_", Call(Name("range"), (Literal(str(trips)),)), draft.sites):
        if target == "hit_or_miss":
            x, y = (draft.add_local(call("randf", state), pool) for pool in (("x", "u", "px"), ("y", "v", "py")))
            inside = Comparison("<", Infix("+", Infix("*", x, scale.node), y), Literal("1.0"))
            draft.add(If(inside, (Assign(Name(total), Infix("+", y, Literal("0.5")), "+"),)))
        else:
            sample = Term(call(choices.choice(("randf", "randn")), state), _NUMBER, Domain(low=-5.6, high=5.6))
            weaver = Weaver(draft, stream.child("inside"), _SCALARS, max_fresh=0)
            inner = weaver.weave([sample], steps=choices.integer(0, 1))
            draft.add(Assign(Name(total), Infix("*", scale.node, inner.node), "+"))
    node: Expression = Name(total)
    if target != "random_walk":
        node = Infix("/", node, Literal(repr(float(trips))))
    made = Term(node, _NUMBER, Domain(low=-10.0, high=10.0), frozenset({target, "randf"}), 3)
    summaries = {
        "random_walk": "Random walk with",
        "hit_or_miss": "Hit-or-miss Monte Carlo estimate with",
        "monte_carlo": "Monte Carlo mean with",
    }
    return _finish(
        stream,
        draft,
        made,
        "estimate",
        target,
        f"{summaries[target]} {trips} {'steps' if target == 'random_walk' else 'samples'}",
    )


def _draw_noise(stream: Stream, target: str) -> KernelSpec:
    """Draw smooth noise at points in one, two or three dimensions."""
    choices = stream.child("shape")
    kind = {"curlnoise": choices.choice((_PAIR, _TRIPLE))}.get(target, choices.choice((_NUMBER, _PAIR, _TRIPLE)))
    if target == "pnoise" and kind == _TRIPLE:
        kind = _PAIR
    choices, draft = _begin(stream, kind)
    seed = draft.add_uniform(Type("int32"), Domain(low=0, high=10_000), pool=("seed", "noise_seed", "octave"))
    state = draft.add_local(call("rand_init", seed.node), ("state", "rng", "gen"))
    place = element(draft, kind, Domain(low=0.1, high=3.9), VECTORS if kind.rank else ("x", "positions", "coords"))
    frequency = draft.add_uniform(_NUMBER, Domain(low=0.6, high=2.5), pool=("frequency", "scale", "freq", "detail"))
    at = Infix("*", place, frequency.node)
    periods = tuple(Literal(str(choices.integer(3, 6))) for _ in range(max(1, *kind.shape, 0) if kind.rank else 1))
    if target == "pnoise":
        node: Expression = call(target, state, at, *_distinct(periods))
    else:
        node = call(target, state, at)
    result = kind if target == "curlnoise" else _NUMBER
    made = draft.keep(Term(node, result, Domain(low=-2.0, high=2.0), frozenset({target}), 2))
    return _finish(
        stream,
        draft,
        made,
        "noise",
        target,
        {"curlnoise": "Curl noise", "pnoise": "Periodic Perlin noise"}.get(target, "Perlin noise") + " at points",
    )


def _distinct(periods: tuple[Literal, ...]) -> tuple[Literal, ...]:
    return tuple(Literal(str(int(period.text) + place)) for place, period in enumerate(periods))


RECIPES = (
    Recipe(
        name="sample",
        category="random",
        targets=tuple(_SAMPLES),
        draw=_draw_sample,
    ),
    Recipe(
        name="integers",
        category="random",
        targets=("randi", "poisson"),
        draw=_draw_integers,
    ),
    Recipe(
        name="estimate", category="random", targets=("monte_carlo", "hit_or_miss", "random_walk"), draw=_draw_estimate
    ),
    Recipe(name="noise", category="random", targets=("noise", "pnoise", "curlnoise"), draw=_draw_noise),
)
