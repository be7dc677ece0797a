"""Each difference between JAX's releases that ``frontends/jax/releases.py`` knows, in live equations and in texts."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

pytest.importorskip("jax")

import jax as _jax

from synthesis.frontends.jax import releases
from synthesis.frontends.jax.execution import _Compiled  # pyright: ignore[reportPrivateUsage]
from synthesis.frontends.jax.graphs import Graph
from synthesis.frontends.jax.jaxprs.parameters import NotRebuiltError
from synthesis.frontends.jax.jaxprs.parsing import JaxprSyntaxError, parse
from synthesis.frontends.jax.jaxprs.rebuilding import function_of
from synthesis.frontends.jax.reference.evaluator import Evaluator
from synthesis.frontends.jax.reference.graphs import graph_of

jax: Any = _jax
jnp: Any = jax.numpy
lax: Any = jax.lax

SCAN = """{{ lambda ; a:f32[] b:f32[] c:f32[4]. let
    d:f32[] e:f32[4] = scan[
      {division}
      jaxpr={{ lambda ; f:f32[] g:f32[] h:f32[]. let
          i:f32[] = mul f g
          j:f32[] = add i h
        in (j, i) }}
      length=4
      reverse=False
      unroll=1
    ] a b c
  in (d, e) }}
"""
COUNTED = "num_carry=1\n      num_consts=1"
TREES = (
    "ft_in=((None,), (None,), (None,))\n      ft_out=((None,), (None,))",
    "ft_in=((None,), (None,), (None,))\n      ft_out=((None,), (RightsOnly(Right(None)),))",
    "ft_in=((Pytree(vals=[None], tree=PyTreeDef({'a': *}))), (RightsOnly((Right(None), Left((None, 2))))), (None,))"
    "\n      ft_out=((None,), (None,))",
    "ft_in=Pytree(vals=[None, None, None], tree=PyTreeDef((([*], []), {'a*': *}, ([], (*, [])))))"
    "\n      ft_out=((None,), (None,))",
)
MIXED = "ft_in=((), (RightsOnly((Left(None), Right(None))),), ((), (None, None)))\n      ft_out=((None,), (None,))"
"""How JAX 0.11 and later print the division of a scan's operands: its trees have several forms."""


def scan_of(graph: Graph) -> Any:
    return next(each for each in graph.equations if each.primitive == "scan")


@pytest.mark.parametrize(("division", "constants"), [(COUNTED, 1), *((tree, 1) for tree in TREES), (MIXED, 0)])
def test_a_printed_scan_of_any_release_is_read(division: str, constants: int) -> None:
    scan = scan_of(parse(SCAN.format(division=division)))
    assert (scan.parameters["num_consts"], scan.parameters["num_carry"]) == (constants, 1)
    assert not {"ft_in", "ft_out"} & scan.parameters.keys()


@pytest.mark.parametrize("division", ["ft_in=((None,), (None,))", "ft_in=((None,), ("])
def test_a_scan_with_other_parts_is_refused(division: str) -> None:
    with pytest.raises(JaxprSyntaxError):
        parse(SCAN.format(division=division))


@pytest.mark.parametrize(("constants", "carry", "columns", "results"), [(0, 1, 0, 0), (2, 1, 3, 2), (1, 0, 1, 1)])
def test_a_scan_is_divided_as_this_jax_divides_it(constants: int, carry: int, columns: int, results: int) -> None:
    division = releases.scan_division(constants, carry, columns, results)
    _, told = releases.equation_of("scan", division)
    assert told == {"num_consts": constants, "num_carry": carry}


def test_a_live_scan_gives_what_jax_computes() -> None:
    def folded(factor: Any, start: Any, rows: Any) -> Any:
        def step(carry: Any, row: Any) -> Any:
            return carry * factor + row, carry - row

        return lax.scan(step, start, rows)

    given = [np.float32(0.5), np.float32(2), np.arange(4, dtype=np.float32)]
    graph = graph_of(jax.make_jaxpr(folded)(*given))
    assert scan_of(graph).parameters["num_consts"] == 1
    found = Evaluator(double=False).results(graph, [np.asarray(each) for each in given])
    for ours, theirs in zip(found, folded(*given), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


TOP = "{ lambda ; a:f32[4]. let b:f32[2] c:i32[2] = top_k[axis=0 STABLE k=2] a in (b, c) }"


@pytest.mark.parametrize("stable", ["", "is_stable=True"])
def test_a_printed_top_k_of_any_release_is_rebuilt(stable: str) -> None:
    graph = parse(TOP.replace("STABLE", stable))
    found, places = jax.jit(function_of(graph))(np.array([1, 3, 3, 2], np.float32))
    assert (found.tolist(), places.tolist()) == ([3, 3], [1, 2])


def test_what_only_a_newer_jax_can_do_is_not_rebuilt_by_an_older_one() -> None:
    function = function_of(parse(TOP.replace("STABLE", "is_stable=False")))
    (equation,) = jax.make_jaxpr(partial(lax.top_k, k=1))(np.zeros(2, np.float32)).eqns
    if "is_stable" in equation.params:
        assert jax.jit(function)(np.array([1, 3, 4, 2], np.float32))[0].tolist() == [4, 3]
    else:
        with pytest.raises(NotRebuiltError, match="newer JAX"):
            jax.jit(function)(np.zeros(4, np.float32))


def test_a_printed_erfc_of_any_release_is_rebuilt() -> None:
    graph = parse("{ lambda ; a:f32[]. let b:f32[] = erfc a in (b,) }")
    (found,) = jax.jit(function_of(graph))(np.float32(0))
    assert found == 1


def test_an_accuracy_is_rebuilt_by_its_name() -> None:
    graph = parse("{ lambda ; a:f32[]. let b:f32[] = exp[accuracy=AccuracyMode.HIGHEST] a in (b,) }")
    (equation,) = jax.make_jaxpr(function_of(graph))(np.float32(0)).eqns
    assert equation.params["accuracy"] is lax.AccuracyMode.HIGHEST


@pytest.mark.parametrize("name", ["closed_call", "eval_jaxpr"])
def test_a_call_in_place_has_one_name(name: str) -> None:
    inner = "{ lambda ; c:f32[]. let d:f32[] = sin c in (d,) }"
    text = f"{{ lambda ; a:f32[]. let b:f32[] = {name}[call_jaxpr={inner}] a in (b,) }}"
    (equation,) = parse(text).equations
    assert equation.primitive == "closed_call"


def test_options_that_are_optional_are_left_out_where_xla_lacks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "_unknown", set[str]())
    asked = list[dict[str, Any]]()

    def compile_with(options: dict[str, Any]) -> str:
        asked.append(options)
        for name in ("xla_cpu_use_fusion_emitters", "xla_cpu_max_isa"):
            if name in options:
                raise RuntimeError(f"INVALID_ARGUMENT: No such compile option: '{name}'")
        return "made"

    options = {"xla_cpu_use_fusion_emitters": False, "xla_backend_optimization_level": 0}
    assert releases.compiled(compile_with, options) == "made"
    assert releases.compiled(compile_with, options) == "made"
    assert asked == [options, {"xla_backend_optimization_level": 0}, {"xla_backend_optimization_level": 0}]
    with pytest.raises(RuntimeError, match="xla_cpu_max_isa"):
        releases.compiled(compile_with, {"xla_cpu_max_isa": "AVX2"})


def test_this_xla_compiles_with_the_options_that_it_has() -> None:
    text = str(jax.jit(jnp.sin).lower(np.float32(1)).compiler_ir("stablehlo"))
    (result,) = _Compiled(text).run([np.float32(1)])
    np.testing.assert_allclose(result, np.sin(1), rtol=1e-6)


PLACES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "Frexp": ("{ lambda ; a:f32[3]. let b:f32[3] c:i32[3] = Frexp[x_aval=f32[3]] a in (b, c) }", jnp.frexp),
    "Ldexp": (
        "{ lambda ; a:f32[3]. let b:f32[3] = Ldexp[x1_aval=f32[3] x2_aval=i32[]] a 2:i32[] in (b,) }",
        lambda x: jnp.ldexp(x, 2),
    ),
    "Nonzero": (
        "{ lambda ; a:f32[3]. let b:i32[2] = Nonzero[size=2 axes=(0,) out_dtype=int32] a in (b,) }",
        lambda x: jnp.nonzero(x, size=2),
    ),
    "SearchSorted": (
        "{ lambda ; a:f32[3]. let b:i32[3] = SearchSorted[side=right dimension=0 batch_dims=0 method=scan] a a"
        " in (b,) }",
        lambda x: jnp.searchsorted(x, x, side="right"),
    ),
}
"""Texts of primitives that are objects in JAX 0.12 and later, and public functions that compute the same."""


@pytest.mark.parametrize("name", PLACES)
def test_a_primitive_that_is_an_object_is_what_its_public_function_computes(name: str) -> None:
    text, function = PLACES[name]
    given = np.array([0, 1.5, 3], np.float32)
    expected = jax.tree.leaves(function(given))
    live = graph_of(jax.make_jaxpr(function)(given))
    for ours, theirs in zip(Evaluator(double=False).results(live, [given]), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    if releases.object_class(name) is None:
        with pytest.raises(NotRebuiltError, match=f"{name} is not a known primitive"):
            jax.jit(function_of(parse(text)))(given)
    else:
        for ours, theirs in zip(jax.jit(function_of(parse(text)))(given), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_every_object_of_the_newest_jax_is_found() -> None:
    """The table of objects names what this JAX's public functions bind, or nothing at all in older releases."""
    found = {name for name in PLACES if releases.object_class(name) is not None}
    assert found in (set(), set(PLACES))
    assert releases.object_class("add") is None
