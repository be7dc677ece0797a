"""Random numbers from a key: samples, noise, dropout, walks and estimates."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing import intervals
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Call, Display, Expression, Infix, Name, Subscript
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import ELEMENTWISE, REDUCTIONS, call, method, number, numbers
from synthesis.frontends.jax.recipes.drafting import Draft
from synthesis.frontends.jax.recipes.sketch import SIZES

_OPERATIONS = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "square", "abs"))
_SIGNED = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "exp", "tanh"))
_AFTER = (*_OPERATIONS, REDUCTIONS["sum"], REDUCTIONS["mean"])
_NORMAL = Domain(low=-5.6, high=5.6)  # the values possible with 24 random bits

_SAMPLERS = {
    "normal": _NORMAL,
    "uniform": Domain(low=0.0, high=1.0),
    "exponential": Domain(low=0.0, high=17.0),
    "gumbel": Domain(low=-5.0, high=17.0),
    "laplace": Domain(low=-17.0, high=17.0),
    "logistic": Domain(low=-17.0, high=17.0),
    "cauchy": Domain(low=-50.0, high=50.0),
    "rademacher": Domain(low=-1.0, high=1.0),
    "truncated_normal": Domain(low=-2.0, high=2.0),
    "beta": Domain(low=0.0, high=1.0),
    "gamma": Domain(low=0.0, high=30.0),
}
"""Maps each sampler to the interval that contains practically all its samples."""
_NEW_KEYS = ("subkey", "sub", "k1", "rng_in", "noise_key")


def _key(stream: Stream, draft: Draft) -> Expression:
    """Return a random key: an argument, sometimes split or folded first, or one made from a seed."""
    choices = stream.child("key")
    if choices.chance(0.35):
        seed = draft.fresh(Type("int32"), Domain(low=0, high=100_000), pool=("seed", "step", "run"))
        made = Call(Name(f"jax.random.{choices.choice(('key', 'PRNGKey'))}"), (seed.node,))
        name = draft.book.take(("key", "rng"))
        draft.add(Assign(Name(name), made))
        return Name(name)
    key = draft.fresh(Type("uint32", (2,)), Domain(low=0, high=2**31 - 1), pool=("key", "rng", "rng_key", "prng_key"))
    style = choices.weighted([("plain", 0.5), ("split", 0.3), ("fold", 0.2)])
    if style == "plain":
        return key.node
    name = draft.book.take(_NEW_KEYS)
    if style == "split":
        draft.add(Assign(Display((Name("_"), Name(name))), Call(Name("jax.random.split"), (key.node,))))
    else:
        folded = Call(Name("jax.random.fold_in"), (key.node, number(choices.integer(1, 99))))
        draft.add(Assign(Name(name), folded))
    return Name(name)


def _sample(stream: Stream, draft: Draft, name: str, key: Expression, sizes: tuple[int, ...]) -> Term:
    """Return samples of a distribution."""
    choices = stream.child("sample", name)
    keywords: dict[str, Expression] = {}
    arguments: list[Expression] = [key]
    interval = _SAMPLERS[name]
    if name == "uniform" and choices.chance(0.5):
        low, high = choices.decimal(-2.0, 0.0, 1), choices.decimal(0.5, 2.0, 1)
        keywords = {"minval": number(low), "maxval": number(high)}
        interval = Domain(low=low, high=high)
    elif name == "truncated_normal":
        arguments += [number(-2.0), number(2.0)]
    elif name == "beta":
        arguments += [number(choices.choice((1.5, 2.0, 3.0))), number(choices.choice((1.2, 2.5, 4.0)))]
    elif name == "gamma":
        arguments += [number(choices.choice((1.5, 2.0, 3.0)))]
    if choices.chance(0.5) and name not in ("truncated_normal", "beta", "gamma") and not keywords:
        node = Call(Name(f"jax.random.{name}"), (*arguments, numbers(sizes)))
    else:
        keywords = {"shape": numbers(sizes), **keywords}
        node = Call(Name(f"jax.random.{name}"), tuple(arguments), tuple(keywords.items()))
    if name == "rademacher":
        node = Call(Name("jax.random.rademacher"), (key, numbers(sizes)), (("dtype", Name("jnp.float32")),))
    if name == "cauchy":  # the tails of the distribution are unbounded
        node = call("arctan", Infix("*", number(0.1), node))
        interval = Domain(low=-1.0, high=1.0)
    return Term(node, Type("float32", sizes), interval, frozenset({name}), 2)


def _sizes(choices: Stream) -> tuple[int, ...]:
    return tuple(choices.choice(SIZES[1:]) for _ in range(choices.weighted([(1, 0.4), (2, 0.6)])))


def _finish(draft: Draft, result: Term, recipe: str, target: str, summary: str) -> KernelSpec:
    return draft.finish([result], category="random", recipe=recipe, summary=summary, ops=frozenset({target}))


_DISTRIBUTIONS = {
    "exponential": "an exponential",
    "cauchy": "a Cauchy",
    "gumbel": "a Gumbel",
    "laplace": "a Laplace",
    "rademacher": "a Rademacher",
    "truncated_normal": "a truncated normal",
}


def _draw_sample(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that draws random samples and does a little arithmetic with them, often with an array as well."""
    choices = stream.child("shape")
    sizes = _sizes(choices)
    if target in ("beta", "gamma"):  # elements are sampled by rejection: a matrix takes half a second to run
        sizes = sizes[-1:]
    draft = Draft(stream, [Type("float32", sizes), Type("float32")])
    sample = draft.keep(_sample(stream, draft, target, _key(stream, draft), sizes))
    terms = [sample]
    if target == "rademacher":  # the two values have the same magnitude, so they only change the signs of other values
        array = draft.fresh(sample.type, Domain(low=0.3, high=2.0))
        terms = [Term(Infix("*", sample.node, array.node), sample.type, Domain(low=-2.0, high=2.0), sample.ops)]
    elif choices.chance(0.7):
        terms.append(draft.fresh(choices.choice(draft.types), typical_domain(choices, "float32")))
    operations = _SIGNED if target == "rademacher" else _AFTER
    weaver = Weaver(draft, stream.child("weave"), operations, max_fresh=0)
    result = weaver.weave(terms, steps=choices.integer(1, 3))
    return _finish(
        draft, result, "sample", target, f"Samples of {_DISTRIBUTIONS.get(target, f'a {target}')} distribution"
    )


def _draw_dropout(stream: Stream, target: str) -> KernelSpec:
    """Draw a dropout: elements are kept at random and scaled so that the mean is preserved."""
    choices = stream.child("shape")
    sizes = (choices.integer(4, 8), choices.integer(4, 8))
    draft = Draft(stream, [Type("float32", sizes), Type("float32")])
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    x = weaver.weave([draft.fresh(draft.types[0], typical_domain(choices, "float32"))], steps=choices.integer(0, 2))
    rate = choices.choice((0.5, 0.6, 0.7, 0.75, 0.8))
    keep = Call(Name("jax.random.bernoulli"), (_key(stream, draft), number(rate), numbers(sizes)))
    mask = draft.keep(Term(keep, Type("bool", sizes), Domain(low=0, high=1)))
    scaled = Infix("/", x.node, number(rate))
    node: Expression = call("where", mask.node, scaled, number(0.0))
    if choices.chance(0.3):
        node = Infix("*", Infix("*", mask.node, x.node), number(round(1 / rate, 3)))
    interval = intervals.hull((intervals.scale(x.interval, 1 / rate), intervals.point(0.0)))
    return _finish(
        draft,
        Term(node, x.type, interval, x.ops),
        "dropout",
        target,
        f"Dropout with a keep probability of {rate}",
    )


def _draw_noise(stream: Stream, target: str) -> KernelSpec:
    """Draw a random walk, a noisy update, or the mean of a function over samples."""
    choices = stream.child("shape")
    steps, width = choices.integer(6, 12), choices.integer(2, 5)
    kind = Type("float32", (steps, width)) if choices.chance(0.6) else Type("float32", (steps,))
    draft = Draft(stream, [kind, Type("float32", kind.shape[1:]), Type("float32")])
    sampler = choices.pick(("normal", "uniform", "laplace"))
    key = _key(stream, draft)
    noise = draft.keep(_sample(stream, draft, sampler, key, kind.shape))
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=0)
    if target == "random_walk":
        start = draft.fresh(draft.types[1], typical_domain(choices, "float32"), pool=("start", "x0", "origin", "init"))
        scale = draft.fresh(Type("float32"), Domain(low=0.1, high=0.6), pool=("sigma", "dt", "scale", "step_size"))
        steps_node = Infix("*", scale.node, noise.node)
        walk = call("cumsum", steps_node, axis=number(0))
        node: Expression = Infix("+", start.node, walk)
        bound = 0.6 * steps * noise.interval.magnitude + 3.0
        made = Term(node, kind, Domain(low=-bound, high=bound), noise.ops)
        return _finish(draft, made, "noise", target, f"Random walk of {steps} steps")
    if target == "langevin":
        x = draft.fresh(kind, typical_domain(choices, "float32"))
        drift = weaver.weave([x], steps=choices.integer(1, 2), goal=kind)
        rate = number(choices.choice((0.01, 0.05, 0.1)))
        moved = Infix("-", x.node, Infix("*", rate, drift.node))
        kicked = Infix("+", moved, Infix("*", call("sqrt", Infix("*", number(2.0), rate)), noise.node))
        made = Term(kicked, kind, Domain(low=-60.0, high=60.0), noise.ops | drift.ops)
        return _finish(draft, made, "noise", target, "Langevin step")
    terms = [noise, draft.fresh(Type("float32"), Domain(low=0.3, high=1.5))]
    inside = weaver.weave(terms, steps=choices.integer(1, 3), goal=kind)
    node = (
        method(inside.node, "mean", axis=number(0))
        if choices.chance(0.5)
        else call("mean", inside.node, axis=number(0))
    )
    made = Term(node, kind.with_shape(kind.shape[1:]), inside.interval, inside.ops)
    return _finish(draft, made, "noise", target, f"Monte Carlo mean over {steps} samples")


_CHOICES = {
    "permutation": "Random permutation",
    "choice": "Random choice",
    "categorical": "Categorical sampling",
    "randint": "Uniform sampling",
}


def _draw_choice(stream: Stream, target: str) -> KernelSpec:
    """Draw a random permutation of the rows of a table, or a random choice of rows by one of several functions."""
    choices = stream.child("shape")
    rows, width = choices.integer(8, 12), choices.integer(2, 4)
    kind = Type("float32", (rows, width))
    draft = Draft(stream, [kind, Type("float32")])
    key = _key(stream, draft)
    table = draft.fresh(kind, typical_domain(choices, "float32"))
    ops = frozenset({target})
    if target == "permutation":
        node: Expression = Call(Name("jax.random.permutation"), (key, table.node))
        made = Term(node, kind, table.interval, ops)
    elif target == "choice":
        count = choices.integer(6, rows)
        node = Call(Name("jax.random.choice"), (key, table.node, numbers((count,))))
        made = Term(node, kind.with_shape((count, width)), table.interval, ops)
    else:
        count = choices.integer(8, 12)
        if target == "categorical":
            scores = draft.fresh(
                Type("float32", (rows,)), Domain(low=-4.0, high=4.0), pool=("logits", "scores", "energies")
            )
            drawn = Call(Name("jax.random.categorical"), (key, scores.node), (("shape", numbers((count,))),))
        else:
            drawn = Call(Name("jax.random.randint"), (key, numbers((count,)), number(0), number(rows)))
        index = draft.keep(Term(drawn, Type("int32", (count,)), Domain(low=0, high=rows - 1)))
        made = Term(Subscript(table.node, (index.node,)), kind.with_shape((count, width)), table.interval, ops)
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    result = weaver.weave([made], steps=choices.integer(1, 4))
    return _finish(draft, result, "choice", target, f"{_CHOICES[target]} of the rows of a table")


RECIPES = (
    Recipe(name="sample", category="random", targets=tuple(_SAMPLERS), draw=_draw_sample),
    Recipe(name="dropout", category="random", targets=("dropout",), draw=_draw_dropout),
    Recipe(name="noise", category="random", targets=("random_walk", "langevin", "monte_carlo"), draw=_draw_noise),
    Recipe(
        name="choice", category="random", targets=("permutation", "choice", "categorical", "randint"), draw=_draw_choice
    ),
)
