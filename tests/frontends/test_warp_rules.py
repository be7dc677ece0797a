"""Every built-in that Warp's oracle models, held against Warp: by itself, in every format, on edges too."""

import functools
from collections import Counter

import numpy as np
import pytest
from conftest import other_release
from warp_rules.cases import Case
from warp_rules.inputs import values_of
from warp_rules.running import by_oracle, differences
from warp_rules.signatures import FLOATS, WHOLES
from warp_rules.table import CASES, EXCEPTIONS

from synthesis import get_frontend
from synthesis.frontends.base import Kernel
from synthesis.frontends.warp.introspection import is_builtin_name
from synthesis.frontends.warp.reference.semantics import SEMANTICS


def test_every_built_in_that_is_modelled_has_cases() -> None:
    newer = {name for name in SEMANTICS if not is_builtin_name(name)} if other_release("warp") else set[str]()
    assert set(CASES) | set(EXCEPTIONS) == set(SEMANTICS) - newer
    assert not set(CASES) & set(EXCEPTIONS)
    names = Counter(case.name for cases in CASES.values() for case in cases)
    assert max(names.values()) == 1
    formats = {given.kind.scalar for cases in CASES.values() for case in cases for given in case.arrays}
    assert formats == {*WHOLES, *FLOATS, "bool"}


_CASES_OF_A_MODULE = 40
"""About how many cases Warp compiles at a time."""


def batched() -> list[tuple[str, ...]]:
    """The built-ins in groups, whose cases are compiled as one module."""
    groups: list[list[str]] = [[]]
    for name in CASES:
        if sum(len(CASES[each]) for each in groups[-1]) >= _CASES_OF_A_MODULE:
            groups.append([])
        groups[-1].append(name)
    return [tuple(each) for each in groups]


@functools.cache
def differences_of(names: tuple[str, ...]) -> dict[str, str]:
    """Where Warp and the oracle part, by case, of some built-ins."""
    return differences([case for name in names for case in CASES[name]])


@pytest.mark.parametrize(("name", "names"), [
    pytest.param(name, names, id=name, marks=pytest.mark.xdist_group(f"Warp's rules from {names[0]}"))
    for names in batched() for name in names
])  # fmt: skip
def test_what_warp_computes_is_what_the_oracle_says(name: str, names: tuple[str, ...]) -> None:
    try:
        found = differences_of((name,) if other_release("warp") else names)
        assert not {each.name: found[each.name] for each in CASES[name] if each.name in found}
    except RuntimeError as error:
        if "Failed to find forward kernel" not in str(error) or not other_release("warp"):
            raise
        pytest.skip(f"this Warp does not compile {name} of each type: {other_release('warp')}")


def test_a_wrong_rule_is_found_in_every_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SEMANTICS, "sin", SEMANTICS["cos"])
    assert set(differences(CASES["sin"])) == {case.name for case in CASES["sin"]}


@pytest.mark.parametrize("name", ["svd2", "svd3", "eig3", "qr3"])
def test_factors_satisfy_the_equations_that_define_them(name: str) -> None:
    (case,) = [each for each in CASES[name] if "float64" in each.label]
    matrix, made = _oracle(case)
    if name == "qr3":
        orthogonal, triangle = made
        product = orthogonal @ triangle
        assert np.allclose(triangle, np.triu(triangle))
        assert (np.linalg.det(orthogonal) > 0).all()
    elif name == "eig3":
        orthogonal, values = made
        product = (orthogonal * values[:, None, :]) @ np.swapaxes(orthogonal, 1, 2)
    else:
        orthogonal, values, other = made
        product = (orthogonal * values[:, None, :]) @ np.swapaxes(other, 1, 2)
        assert (np.diff(np.abs(values), axis=1) <= 0).all()
        assert np.allclose(np.swapaxes(other, 1, 2) @ other, np.eye(matrix.shape[1]))
    assert np.allclose(product, matrix)
    assert np.allclose(np.swapaxes(orthogonal, 1, 2) @ orthogonal, np.eye(matrix.shape[1]))


def _oracle(case: Case) -> tuple[np.ndarray, list[np.ndarray]]:
    """The matrices of a case, and their factors."""
    frontend = get_frontend("warp")
    kernel = frontend.load_one(case.spec())
    assert isinstance(kernel, Kernel)
    values = values_of(case)
    made = by_oracle(kernel, values, double=True)
    frontend.compiler.release([kernel])
    return values["a0"], [made[each.name] for each in case.arrays if each.name.startswith("o")]
