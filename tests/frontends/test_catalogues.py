"""What is known of the tools' operations: all of them, by name."""

from pathlib import Path

import pytest

from synthesis import get_frontend
from synthesis.dataset.survey import coverage

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


@pytest.mark.parametrize("name", ["warp", "jax"])
def test_a_release_has_no_operation_that_nothing_is_known_of(name: str) -> None:
    operations = get_frontend(name).the_prover.operations()
    unknown = {each for each, entry in operations.items() if not entry.modelled and not entry.excluded}
    assert not unknown, "model them, or exclude them with a reason"


def test_what_a_row_uses_is_told_from_its_source_or_its_jaxpr() -> None:
    source = "@wp.kernel\ndef f(a: wp.array(dtype=float), o: wp.array(dtype=int)):\n    i = wp.tid()\n"
    source += "    o[i] = ~int(wp.sin(a[i]) @ -abs(a[i])) // 2\n"
    built_ins = get_frontend("warp").the_prover.used(source, {})
    assert built_ins is not None
    assert built_ins >= {"tid", "sin", "mul", "neg", "abs", "invert", "floordiv"}
    text = "{ lambda ; a:f32[]. let b:f32[] = jit[name=f jaxpr={ lambda ; a:f32[]. let c:f32[] = cos a in (c,) }] a\n"
    text += "    d:f32[] = sin b\n  in (d,) }\n"
    assert get_frontend("jax").the_prover.used("", {"jaxpr": text}) == {"jit", "cos", "sin"}
    assert get_frontend("jax").the_prover.used("", {"jaxpr": "no jaxpr"}) == frozenset()
    assert get_frontend("jax").the_prover.used("", {"jaxpr": None, "stablehlo": "module"}) is None


@pytest.mark.parametrize(("name", "least"), [("warp", 60), ("jax", 70)])
def test_the_samples_cover_many_operations(name: str, least: int) -> None:
    counts = coverage(get_frontend(name), SAMPLES / name)
    assert counts.keys() == get_frontend(name).the_prover.operations().keys()
    assert sum(count > 0 for count in counts.values()) > least
    assert counts[{"warp": "tid", "jax": "add"}[name]] > 40
