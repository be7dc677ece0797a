"""How the built-ins of plain values are called, where that is not with any value of any format."""

from collections.abc import Mapping
from dataclasses import dataclass

from synthesis.frontends.warp.reference.values import ValueType
from warp_rules.cases import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a built-in's plain signatures are called, where that is not with any value of any format."""

    domains: tuple[tuple[float, float], ...] = ()
    """Of ordinary values, an argument an entry; those beyond have the last one."""
    policies: tuple[str, ...] = ("any",)
    """An argument an entry; those beyond have the last one."""
    without: tuple[str, ...] = ()
    """Number formats that are left out; the table of exceptions says why."""
    tolerance: float = 16.0
    """In units in the last place of the largest component."""
    size: float = 0.0
    """What the error is measured against at least: where results are sums of larger numbers."""

    sums: bool = False
    """Whether components are multiplied and added, at once or not: what overflows on the way is then not told."""

    def given(self, number: int, name: str, kind: ValueType) -> Given:
        """The argument of a number."""
        low, high = self.domains[min(number, len(self.domains) - 1)] if self.domains else (-4.0, 4.0)
        policy = self.policies[min(number, len(self.policies) - 1)]
        if self.sums and policy == "any" and kind.shape:
            policy = "moderate"
        return Given(name=name, kind=kind, low=low, high=high, policy=policy)

    def takes(self, kinds: Mapping[str, ValueType]) -> bool:
        """Whether a signature is called at all."""
        return True


_DIVISOR = Plan(domains=((-20, 20), (1, 9)), policies=("any", "divisor"))
_SHIFT = Plan(domains=((-20, 20), (0, 7)), policies=("any", "count"))
_REGULAR = Plan(policies=("regular",), tolerance=64)
_NOISE = Plan(domains=((0, 2**30), (-20, 20), (1, 9)), policies=("any", "inside"), size=1.0)
_TRIANGLES = Plan(domains=((-2, 2),), policies=("inside",))
PLANS: dict[str, Plan] = {
    **dict.fromkeys(("div", "mod", "floordiv", "cw_div"), _DIVISOR),
    **dict.fromkeys(("lshift", "rshift"), _SHIFT),
    **dict.fromkeys(("determinant", "inverse", "inverse_approx", "qr3", "svd2"), _REGULAR),
    **dict.fromkeys(("ddot", "mul"), Plan(sums=True)),
    "svd3": Plan(policies=("regular",), without=("bfloat16",), tolerance=1024),
    **dict.fromkeys(("noise", "pnoise"), _NOISE),
    **dict.fromkeys(("log", "log2", "log10", "sqrt"), Plan(domains=((0.1, 4),))),
    "div_approx": Plan(domains=((-4, 4), (0.5, 4))),
    "pow": Plan(domains=((0.1, 4), (-3, 3))),
    "eig3": Plan(policies=("symmetric",), tolerance=64),
    "closest_point_edge_edge": Plan(domains=((-2, 2),) * 4 + ((1e-6, 1e-6),), policies=("inside",), tolerance=64),
    "intersect_tri_tri": _TRIANGLES,
    "erfinv": Plan(domains=((-0.99, 0.99),), policies=("inside",)),
    "erfcinv": Plan(domains=((0.01, 1.99),), policies=("inside",)),
    "quat_from_matrix": Plan(policies=("rotation",), size=1.0),
    "quat_to_axis_angle": Plan(policies=("unit",)),
    "quat_slerp": Plan(domains=((-4, 4), (-4, 4), (0, 1)), policies=("unit", "unit", "inside"), tolerance=64),
}
