"""The base of the families: it adds arguments by role, draws expressions for holes, and chooses names."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain, Role
from synthesis.drawing import scenes
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Literal, Name, Subscript
from synthesis.drawing.types import Type
from synthesis.frontends.warp.ops import LINEAR, SCALAR, VECTOR, squared
from synthesis.frontends.warp.recipes.drafting import Draft

NUMBER, PAIR, VEC = Type("float32"), Type("float32", (2,)), Type("float32", (3,))
MATRIX = Type("float32", (3, 3))
UNIT, POSITIVE = Domain(low=-1.0, high=1.0), Domain(low=0.3, high=2.0)
POINTS = Domain(low=-2.0, high=2.0)
STEP = Domain(low=0.01, high=0.1)
_FACTOR = Domain(low=0.1, high=8.0)
"""The interval of a drawn factor."""
_FACTORS = ((0.3, 2.0), (0.1, 1.0), (0.5, 1.5), (1.0, 4.0))
"""Domains of the arguments of a factor. They are positive, so that no operation has to make the factor positive."""

ROLES: dict[str, tuple[str, ...]] = {
    "p": ("p", "pos", "x0", "xi", "p0", "point"), "q": ("q", "other", "xj", "p1", "target_pos", "neighbor"),
    "v": ("v", "vel", "v0", "vi", "velocity"), "f": ("f", "force", "F", "acc_f", "total_force"),
    "d": ("d", "delta", "diff", "r_ij", "offset_ij", "edge"), "r": ("r", "dist", "length", "l", "norm_d"),
    "n": ("n", "normal", "dir", "nrm", "axis_n"), "a": ("a", "accel", "acc"), "m": ("m", "mass_i", "w_i"),
    "s": ("s", "total", "acc_s", "accum", "sum_s"), "w": ("w", "weight", "wij", "kernel_w", "coef"),
    "c": ("c", "center", "mid", "value", "here"),
    "g": ("g", "grad", "gradient", "gx"), "h": ("h", "hidden", "state_h", "cell"),
    "e": ("e", "err", "residual_i", "diff_e", "error"), "mx": ("mx", "row_max", "max_val", "peak", "top"),
    "z": ("z", "logit", "pre", "u"), "k": ("k", "j", "kk", "col", "idx_k"), "l": ("l", "m_idx", "jj", "b"),
    "k1": ("k1", "s1", "slope1"), "k2": ("k2", "s2", "slope2"), "k3": ("k3", "s3"), "k4": ("k4", "s4"),
    "x": ("x", "xi", "val", "state", "cur"), "nxt": ("nxt", "x_new", "new_x", "updated"),
    "rng": ("rng", "state", "gen"), "dist": ("dist", "sd", "d_min", "sdf"), "t": ("t", "param", "tt", "frac"),
    "mt": ("mt", "m_t", "m1", "mom"), "vt": ("vt", "v_t", "m2", "second"), "y": ("y", "pred", "out_val", "fit"),
    "key": ("key", "hval", "code", "hsh"), "F": ("F", "def_grad", "Fm", "deform"),
    "J": ("J", "vol_ratio", "detF", "jac"),
}  # fmt: skip
"""Names to choose from for each variable of the templates."""

_SCALARS = tuple(
    SCALAR[name] for name in ("add", "sub", "mul", "sin", "cos", "exp", "tanh", "abs", "sqrt", "max", "min")
)
_POSITIVE = tuple(SCALAR[name] for name in ("add", "mul", "max", "min", "sqrt"))
"""Operations that leave positive numbers positive."""
_VECTORS = (*LINEAR.values(), VECTOR["cw_mul"], VECTOR["cross"], *(SCALAR[name] for name in ("add", "mul", "sin")))


class Scene(scenes.Scene[Draft]):
    """A kernel of a family under construction.

    Args:
        stream: the random choices.
        types: the types of new arguments in holes.
        rank: the number of launch dimensions.
        launch: the number of threads along each dimension; drawn if None.
    """

    def __init__(
        self, stream: Stream, types: tuple[Type, ...] = (NUMBER,), rank: int = 1, launch: tuple[int, ...] | None = None
    ) -> None:
        super().__init__(Draft(stream, types, rank=rank, launch=launch), ROLES, squared)

    @property
    def thread(self) -> tuple[Expression, ...]:
        """The thread's indices."""
        return tuple(map(Name, self.draft.indices))

    def own(
        self, kind: Type, domain: Domain, pool: tuple[str, ...], role: Role = Role.INPUT, element: str = ""
    ) -> Expression:
        """Return the thread's own element of a new array."""
        return Subscript(Name(self.draft.add_array(kind, domain, self.draft.threads, role, pool, element)), self.thread)

    def array(self, kind: Type, domain: Domain, shape: tuple[int, ...], pool: tuple[str, ...]) -> Name:
        """Add an array argument of any shape, and return its name."""
        return Name(self.draft.add_array(kind, domain, shape, pool=pool))

    def shared(self, kind: Type, domain: Domain, pool: tuple[str, ...]) -> Expression:
        """Add an argument with one value for all threads, and return its expression."""
        return self.draft.add_uniform(kind, domain, pool).node

    def number(self, low: float, high: float, pool: tuple[str, ...]) -> Expression:
        """Return a number: usually an argument, often a constant."""
        if self.choices.chance(0.4):
            return self.constant(low, high)
        return self.shared(NUMBER, Domain(low=low, high=high), pool)

    def length(self, count: int, pool: tuple[str, ...], *, unrolled: float = 0.25) -> Expression:
        """Return the number of iterations of a loop: an argument with this value, or a literal, which Warp unrolls.

        Args:
            count: the number of iterations.
            pool: names to choose from.
            unrolled: the probability of a literal. The adjoints of an unrolled loop are correct even if values are
                carried from one iteration to the next.
        """
        if self.choices.chance(unrolled):
            return Literal(str(count))
        return self.shared(Type("int32"), Domain(low=count, high=count), pool)

    def weave_hole(
        self, kind: Type, known: list[tuple[Expression, Domain]], within: Domain, steps: tuple[int, int] = (1, 3)
    ) -> Expression:
        """Return an expression of the known values, and often of a new argument, whose values are in an interval.

        Raises:
            DrawError: if none is found.
        """
        choices = self.begin_hole()
        terms = [Term(node, kind, domain, flat=True) for node, domain in known]
        if not terms or choices.chance(0.5):
            terms.append(self.draft.fresh(kind, typical_domain(choices, kind)))
        operations = _SCALARS if kind.rank == 0 else _VECTORS
        fresh = choices.integer(0, 1)
        return self.weave(choices, terms, operations, kind, within, steps=steps, max_fresh=fresh)

    def weave_factor(self) -> Expression:
        """Return a positive factor made of one or two positive arguments, and sometimes of a constant.

        Raises:
            DrawError: if none is found.
        """
        choices = self.begin_hole()
        low, high = choices.choice(_FACTORS)
        terms = [self.draft.fresh(NUMBER, Domain(low=low, high=high))]
        return self.weave(choices, terms, _POSITIVE, NUMBER, _FACTOR, steps=(0, 2), max_fresh=choices.integer(0, 1))

    def finish(
        self, term: Term, category: str, recipe: str, target: str, summary: str, ops: tuple[str, ...] = ()
    ) -> KernelSpec:
        """Store the term and return the finished kernel."""
        self.draft.store(term)
        return self.done(category, recipe, target, summary, (*ops, *term.ops))

    def done(self, category: str, recipe: str, target: str, summary: str, ops: tuple[str, ...] = ()) -> KernelSpec:
        """Return the finished kernel, whose outputs have already been written."""
        self.draft.prune()
        return self.draft.finish(
            category=category,
            recipe=recipe,
            summary=summary,
            ops=frozenset({target, *ops}),
            titles=self.titles(target, "{}_kernel"),
        )


def term(node: Expression, bound: float, kind: Type = NUMBER, low: float | None = None) -> Term:
    """Return an expression of a template as a term with values from ``low``, or ``-bound``, to ``bound``."""
    return Term(node, kind, Domain(low=-bound if low is None else low, high=bound), frozenset({"add", "mul"}), 3)
