"""The common parts of all families: arguments by role, expressions for holes in templates, and names that fit."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing import scenes
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import DrawError, typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.jax.ops import ELEMENTWISE, call
from synthesis.frontends.jax.recipes.drafting import Draft

Shape = tuple[int, ...]
UNIT = Domain(low=-1.0, high=1.0)
"""Domain of weights and other values around zero."""
POSITIVE = Domain(low=0.3, high=2.0)
"""Domain of scales and other positive values."""
VALUES = Domain(low=-2.0, high=2.0)
FACTOR = Domain(low=0.1, high=8.0)
"""Interval of an expression by which another value is multiplied."""

_ROLES: dict[str, tuple[str, ...]] = {
    "x": ("x", "xs", "state", "cur", "u"), "y": ("y", "out", "yhat", "pred"), "h": ("h", "hidden", "carry", "state_h"),
    "z": ("z", "pre", "logits", "act"), "g": ("g", "grads", "gradient", "dw"), "d": ("d", "diff", "delta", "disp"),
    "r": ("r", "dist", "radius", "norm"), "f": ("f", "force", "push", "rhs"), "a": ("a", "accel", "acc", "gain_k"),
    "s": ("s", "total", "score", "summed"), "w": ("w", "weights_n", "probs", "coef"), "m": ("m", "mean", "mu", "avg"),
    "v": ("v", "var", "vel", "second"), "k": ("k", "kernel", "gram", "mat_k"), "t": ("t", "step_t", "tau", "frac"),
    "e": ("e", "err", "residual", "gap"), "p": ("p", "params", "theta", "pars"), "q": ("q", "query", "proj_q", "dirn"),
    "k1": ("k1", "s1"), "k2": ("k2", "s2"), "k3": ("k3", "s3"), "k4": ("k4", "s4"), "i": ("i", "it", "n", "_i"),
    "body": ("body", "step", "update", "advance"), "fn": ("f", "rhs_fn", "dynamics", "drift_fn"),
    "b": ("b", "beta_v", "offs", "bb"),
    "row": ("row", "xt", "inp", "item"), "loss": ("loss", "objective", "cost", "energy"),
    "c": ("c", "cov", "cell", "center"),
    "new": ("new", "nxt", "updated", "x_new"), "key": ("key", "rng", "k0"),
    "last": ("last", "final", "h_end"),
    "ys": ("ys", "outs", "trace", "hist"),
}  # fmt: skip
_OPERATIONS = tuple(
    ELEMENTWISE[name] for name in ("add", "sub", "mul", "expm1", "log1p", "square", "sqrt", "abs", "atan", "erf")
)


class Scene(scenes.Scene[Draft]):
    """Builds a function of a family.

    Args:
        stream: the random choices.
        kind: the shape of new arguments in the expressions for holes.
    """

    def __init__(self, stream: Stream, kind: Shape) -> None:
        self.kind = Type("float32", kind)
        super().__init__(Draft(stream, [self.kind, Type("float32")]), _ROLES, lambda node: call("square", node))

    def array(self, shape: Shape, domain: Domain, pool: tuple[str, ...], dtype: str = "float32") -> Expression:
        """Return a new argument."""
        return self.draft.fresh(Type(dtype, shape), domain, pool).node

    def number(self, low: float, high: float, pool: tuple[str, ...]) -> Expression:
        """Return a number: a constant, or a new argument."""
        if self.choices.chance(0.5):
            return self.constant(low, high)
        return self.array((), Domain(low=low, high=high), pool)

    def weave_hole(
        self, shape: Shape, within: Domain, steps: tuple[int, int] = (1, 3), *, alone: bool = False
    ) -> Expression:
        """Return an expression for a hole of a template, with values in an interval.

        Args:
            shape: the shape of the values.
            within: the interval.
            steps: the smallest and the largest number of operations.
            alone: whether the expression has one new argument; otherwise it has one or two.

        Raises:
            DrawError: if the terms cannot be brought into the interval.
        """
        choices = self.begin_hole()
        kind = Type("float32", shape)
        terms = [self.draft.fresh(kind, typical_domain(choices, kind))]
        if not alone and choices.chance(0.4):
            other = choices.choice([kind, Type("float32")])
            terms.append(self.draft.fresh(other, typical_domain(choices, other)))
        return self.weave(choices, terms, _OPERATIONS, kind, within, steps=steps)

    def map_hole(self, variable: Expression, steps: tuple[int, int] = (1, 3)) -> Expression:
        """Return an expression for a hole in a nested function: a bounded function of one of its variables.

        Raises:
            DrawError: if the expression needs statements or cannot be bounded.
        """
        choices = self.begin_hole("map")
        scope = self.draft.inner()
        weaver = Weaver(scope, choices.child("weave"), _OPERATIONS, max_fresh=0)
        made = weaver.weave([Term(variable, self.kind, VALUES)], steps=choices.integer(*steps))
        fitted = weaver.fit(made, Domain(low=-4.0, high=4.0))
        if fitted is None or scope.statements:
            raise DrawError("a map that takes statements")
        return fitted.node

    def finish(
        self, node: Expression, shape: Shape, bound: float, category: str, recipe: str, target: str, summary: str,
        others: tuple[tuple[str, Shape], ...] = (), differentiable: bool = True,
    ) -> KernelSpec:  # fmt: skip
        """Return the finished function, which returns a value, and the other variables that are given."""
        interval = Domain(low=-bound, high=bound)
        results = [Term(node, Type("float32", shape), interval, frozenset({"add", "mul"}), 3)]
        results += [Term(self.name(each), Type("float32", kind), interval, depth=3) for each, kind in others]
        return self.draft.finish(
            results, category=category, recipe=recipe, summary=summary, ops=frozenset({target}),
            differentiable=differentiable, titles=self.titles(target, "{}_fn"),
        )  # fmt: skip
