"""Texts that are too dear to run are proved at small sizes, and nothing but sizes may differ there."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from folders import contents

pytest.importorskip("jax")

import jax as _jax

from synthesis import KernelGenerator, Pair, get_frontend, run_pipeline, synthesize_pair
from synthesis.cli import run
from synthesis.core.errors import ConfigError, Symptom
from synthesis.core.identity.python import program_id
from synthesis.core.identity.sizes import first_difference
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.dataset.storage.reading import read_pair
from synthesis.dataset.storage.rows import packed_metadata, unpacked_metadata
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Lowered
from synthesis.frontends.jax.recipes.applications.sizes import CHEAP, MOST_TRIPS, RealSizes
from synthesis.generator import draw
from synthesis.making.runs.reverification import verify_folder
from synthesis.verification.claims import refuted_claim
from synthesis.verification.twins import why_no_twin

jax: Any = _jax
jnp: Any = jax.numpy

SOURCE = """import jax
import jax.numpy as jnp
from jax import lax


def mixed(x: jax.Array, w: jax.Array, ids: jax.Array) -> jax.Array:
    h = jnp.tanh(x @ w) / x.shape[-1] ** 0.5
    h = h - jnp.mean(h, axis=-1, keepdims=True)
    h = jnp.concatenate([h[:, 1:], jnp.zeros((h.shape[0], 1))], axis=-1)
    h = jnp.pad(h, ((0, 0), (0, x.shape[1])))[:, : h.shape[1]]
    table = jnp.take(w, ids, axis=0, mode='clip')

    def step(carry, row):
        carry = 0.5 * carry + row
        return carry, carry.sum()

    last, sums = lax.scan(step, jnp.zeros(h.shape[1]), h)
    return h * last - table.sum(0) + lax.top_k(sums, 2)[0][0]
"""
LEVELS = tuple(f"{prefix}{kind}" for prefix in ("", "vjp_", "jvp_") for kind in ("jaxpr", "stablehlo", "hlo"))
UNROLLED = """import jax
import jax.numpy as jnp


def unrolled(x: jax.Array) -> jax.Array:
    y = x
    for _ in range(x.shape[0]):
        y = jnp.sin(y) + x
    return y
"""


def argument(name: str, *shape: int, dtype: str = "float32", role: Role = Role.INPUT) -> Argument:
    kind = {"float32": "f32", "int32": "i32"}[dtype]
    domain = Domain(low=0, high=2) if role is Role.INPUT else None
    spelled = f"{kind}[{','.join(map(str, shape))}]"
    return Argument(name=name, type_name=spelled, dtype=dtype, shape=shape, role=role, domain=domain)


def mixed(rows: int, into: int, out: int, count: int, twin: Signature | None = None) -> Signature:
    given = (argument("x", rows, into), argument("w", into, out), argument("ids", count, dtype="int32"))
    results = (argument("result", rows, out, role=Role.OUTPUT),)
    return Signature(
        arguments=given, results=results, differentiable=("x", "w"), cotangents=("ct_result",), twin=twin
    )  # fmt: skip


def unrolled(size: int, twin: Signature | None = None) -> Signature:
    return Signature(
        arguments=(argument("x", size),), results=(argument("result", size, role=Role.OUTPUT),),
        differentiable=("x",), cotangents=("ct_result",), twin=twin,
    )  # fmt: skip


def kernel(source: str, name: str, signature: Signature) -> KernelSpec:
    return KernelSpec(frontend="jax", name=name, category="", source=source, signature=signature)


@pytest.fixture(scope="module")
def texts() -> dict[str, tuple[str, str]]:
    """Of each level the text at real sizes and the one at small sizes."""
    frontend = get_frontend("jax")
    found: list[Lowered] = []
    for signature in (mixed(48, 768, 3072, 50), mixed(6, 12, 20, 7)):
        loaded = frontend.load_one(kernel(SOURCE, "mixed", signature))
        assert not isinstance(loaded, Rejection)
        (lowered,) = frontend.compiler.lower([loaded], [frontend.level(each) for each in LEVELS], device="cpu")
        assert isinstance(lowered, Lowered)
        found.append(lowered)
    return {name: (found[0].texts[name] or "", found[1].texts[name] or "") for name in LEVELS}


def differs(level: str, text: str, small: str) -> bool:
    return why_no_twin(get_frontend("jax").level(level), text, small) is not None


def test_how_many_places_are_asked_for_is_a_size() -> None:
    """JAX 0.12 prints the number of places of jnp.nonzero; older releases count instead."""

    def places(x: Any) -> Any:
        return jnp.nonzero(x, size=x.size)[0]

    one, two = (str(jax.make_jaxpr(places)(jnp.ones(shape))) for shape in ((6, 7), (48, 300)))
    assert not differs("jaxpr", one, two)
    printed = "{{ lambda ; a:f32[{0}]. let b:i32[{0}] = Nonzero[size={0} axes=({1},) out_dtype=int32] a in (b,) }}"
    assert not differs("jaxpr", printed.format(300, 0), printed.format(7, 0))
    assert differs("jaxpr", printed.format(300, 0), printed.format(7, 1))


@pytest.mark.parametrize("level", LEVELS)
def test_a_program_at_two_sizes_is_the_same_but_for_sizes(level: str, texts: dict[str, tuple[str, str]]) -> None:
    text, small = texts[level]
    assert text != small
    assert not differs(level, text, small)
    assert not differs(level, small, text)


CHANGES = [
    ("jaxpr", r" tanh ", " sin "),
    ("jaxpr", r" = mul (\w+) (\w+)", r" = add \1 \2"),
    ("jaxpr", r" = sub (\w+) (\w+)", r" = sub \2 \1"),
    ("jaxpr", r"concatenate\[dimension=1\]", "concatenate[dimension=0]"),
    ("jaxpr", r"\(\(\[1\], \[0\]\)", "(([0], [1])"),
    ("jaxpr", r"reduce_sum\[\s*axes=\(1,\)", "reduce_sum[axes=(0,)"),
    ("jaxpr", r"reverse=False", "reverse=True"),
    ("jaxpr", r"mode=GatherScatterMode\.CLIP", "mode=GatherScatterMode.FILL_OR_DROP"),
    ("jaxpr", r"f32\[48,3072\]", "f16[48,3072]"),
    ("jaxpr", r"f32\[48,3072\]", "f32[48,3072,2]"),
    ("jaxpr", r"f32\[48,3072\]", "f32[1,3072]"),
    ("jaxpr", r"start_indices=\(0, 1\)", "start_indices=(1, 0)"),
    ("jaxpr", r" 0\.0:f32", " 1.0:f32"),
    ("stablehlo", r"stablehlo\.tanh", "stablehlo.sine"),
    ("stablehlo", r"stablehlo\.subtract (%\w+), (%\w+)", r"stablehlo.subtract \2, \1"),
    ("stablehlo", r"contracting_dims = \[1\] x \[0\]", "contracting_dims = [0] x [0]"),
    ("stablehlo", r"precision = \[DEFAULT", "precision = [HIGHEST"),
    ("stablehlo", r"dims = \[0\]", "dims = [1]"),
    ("stablehlo", r"dim = 1", "dim = 0"),
    ("stablehlo", r"tensor<48x3072xf32>", "tensor<48x3072xbf16>"),
    ("stablehlo", r"tensor<48x3072xf32>", "tensor<48x1xf32>"),
    ("stablehlo", r"dense<0\.000000e\+00>", "dense<1.000000e+00>"),
    ("stablehlo", r"compare LT", "compare LE"),
    ("stablehlo", r"index_vector_dim = 1", "index_vector_dim = 0"),
    ("stablehlo", r"\[0:48, 1:3072\]", "[0:48, 1:3072:2]"),
    ("stablehlo", r"func\.call @dynamic_update_index_in_dim", "func.call @dynamic_index_in_dim"),
    ("hlo", r" tanh\(", " sine("),
    ("hlo", r" subtract\(([\w.]+), ([\w.]+)\)", r" subtract(\2, \1)"),
    ("hlo", r"lhs_contracting_dims=\{1\}", "lhs_contracting_dims={0}"),
    ("hlo", r"direction=LT", "direction=LE"),
    ("hlo", r"f32\[48,3072\]\{1,0\}", "f32[48,3072]{0,1}"),
    ("hlo", r"f32\[48,3072\]", "f64[48,3072]"),
    ("hlo", r"constant\(0\)", "constant(1)"),
    ("hlo", r"dimensions=\{1\}", "dimensions={0}"),
    ("hlo", r", to_apply=(?!region_0)[\w.]+", ", to_apply=region_0.1"),
    ("hlo", r"index=1", "index=2"),
    ("hlo", r"slice=\{\[0:48\], \[1:3072\]\}", "slice={[0:48], [1:3072:2]}"),
]


@pytest.mark.parametrize(("level", "pattern", "replacement"), CHANGES)
def test_whatever_else_is_changed_is_told(
    level: str, pattern: str, replacement: str, texts: dict[str, tuple[str, str]]
) -> None:
    text, small = texts[level]
    changed, count = re.subn(pattern, replacement, text, count=1)
    assert count, pattern
    assert changed != text
    assert differs(level, changed, small)


@pytest.mark.parametrize("level", LEVELS)
def test_a_statement_more_or_less_is_told(level: str, texts: dict[str, tuple[str, str]]) -> None:
    text, small = texts[level]
    lines = text.splitlines()
    places = [place for place, line in enumerate(lines) if " = " in line and "[\n" not in line]
    for place in places[:: max(1, len(places) // 20)]:
        assert differs(level, "\n".join([*lines[:place], *lines[place + 1 :]]), small), lines[place]
        assert differs(level, "\n".join([*lines[:place], lines[place], *lines[place:]]), small), lines[place]


def test_white_space_is_no_difference(texts: dict[str, tuple[str, str]]) -> None:
    for level, (text, small) in texts.items():
        assert not differs(level, text.replace("\n", "\n  ") + "\n\n", small)


def test_numbers_in_hexadecimal_are_numbers_unless_they_are_none() -> None:
    def constant(value: str, of: str = "f32") -> str:
        return f"%cst = stablehlo.constant dense<{value}> : tensor<{of}>"

    assert not differs("stablehlo", constant("0x49880000"), constant("2.048000e+03"))
    for value in ("0x7F800000", "0xFF800000", "0x7FC00000"):
        assert differs("stablehlo", constant(value), constant("2.048000e+03"))
    assert differs("stablehlo", constant("0xFC00", "f16"), constant("0x4988", "f16"))
    assert differs("stablehlo", constant("0xFF80", "bf16"), constant("0x7F80", "bf16"))


def test_a_language_that_nothing_is_known_of_has_no_twins() -> None:
    level = get_frontend("jax").level("llvm_ir")
    assert "cannot be compared without their sizes" in (why_no_twin(level, "a", "a") or "")
    assert "the text is missing" in (why_no_twin(get_frontend("jax").level("jaxpr"), "a", None) or "")


def test_a_difference_is_shown_where_it_is() -> None:
    assert first_difference("a b c", "a b d", str) == "…a b c… and …a b d…"
    assert first_difference("a b", "a b d", str) is not None
    assert first_difference("a b", "a b", str) is None


def test_a_kernel_is_proved_by_its_twin() -> None:
    signature = mixed(48, 768, 3072, 50, twin=mixed(6, 12, 20, 7))
    levels = ["jaxpr", "stablehlo", "hlo", "optimized_hlo", "vjp_stablehlo"]
    pair = synthesize_pair(kernel(SOURCE, "mixed", signature), verify="all", level=levels)
    assert isinstance(pair, Pair), pair
    assert "48x768xf32" in (pair.texts["stablehlo"] or "")
    assert set(pair.verdict.verified) == {"jaxpr", "stablehlo", "hlo", "vjp_stablehlo"}
    assert "too dear to run" in str(pair.verdict.unverified["optimized_hlo"])


def test_what_is_another_program_at_small_sizes_is_stopped() -> None:
    right = synthesize_pair(kernel(UNROLLED, "unrolled", unrolled(4, twin=unrolled(4))), verify="all")
    assert isinstance(right, Pair)
    assert right.verdict.verified
    wrong = synthesize_pair(kernel(UNROLLED, "unrolled", unrolled(4, twin=unrolled(3))), verify="all")
    assert isinstance(wrong, Rejection)
    assert wrong.symptom is Symptom.OTHER_TWIN
    assert "jaxpr" in wrong.detail


def test_a_twin_has_no_twin_and_travels_with_its_signature() -> None:
    signature = mixed(48, 768, 3072, 50, twin=mixed(6, 12, 20, 7))
    assert Signature.from_json(json.loads(json.dumps(signature.to_json())), {}) == signature
    assert signature.executed == mixed(6, 12, 20, 7)
    assert "twin" not in signature.executed.to_json()
    with pytest.raises(ConfigError, match="twin"):
        replace(signature, twin=signature)


def test_real_sizes_are_equal_where_small_ones_are() -> None:
    for number in range(50):
        sizes = RealSizes(Stream("sizes", number))
        listed = (16, 64, 16, 32, 64, 96, 128, 3)
        made = [sizes.of(each) for each in listed]
        assert len(set(made)) == len(set(listed))
        assert dict(zip(listed, made, strict=True)) == {each: sizes.of(each) for each in listed}
        assert made[-1] == 3
        assert all(made[place] >= each for place, each in enumerate(listed))


def test_arrays_whose_norms_are_taken_have_one_shape_at_small_sizes_where_they_have_at_real_ones() -> None:
    recipe = next(each for each in get_frontend("jax").drawer.recipes if each.name == "gradient_step")
    found = 0
    for number in range(200):
        signature = draw(recipe, Stream("twins", number), "gradient_norms").signature
        if signature.twin is not None:
            found += 1
            shapes = {(a.shape, b.shape) for a, b in zip(signature.arguments, signature.twin.arguments, strict=True)}
            assert len({real for real, _ in shapes}) == len(shapes) == len({small for _, small in shapes}), shapes
    assert found > 50


# ---- folders


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("twins") / "jax"
    run_pipeline(6, out, frontend="jax", seed=3, category=["losses", "optimizers"], format="json")
    return out


def rows_with_twins(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.json")) if read_pair(path).spec.signature.twin is not None]


OTHER_RELEASE = {"jax": "0.9.0", "jaxlib": "0.9.0"}


def tampered(target: Path, path: Path, *, elsewhere: bool = False, release: bool = False, **changes: Any) -> None:
    """A copy of a row alone with texts or the signature changed and its id made again.

    ``elsewhere``: whether it says that an unknown tool made it; ``release``: whether another release of JAX.
    """
    target.mkdir(parents=True)
    document = json.loads(path.read_text())
    metadata = unpacked_metadata(document["metadata"])
    for name, change in changes.items():
        if name == "signature":
            metadata["signature"] = change(metadata["signature"])
        else:
            changed = change(document[name])
            assert changed != document[name]
            document[name] = changed
    metadata["id"] = program_id("jax", document["python_source"], metadata["signature"], metadata["options"])
    metadata["toolchain"] = {"some-tool": "1.0"} if elsewhere else OTHER_RELEASE if release else metadata["toolchain"]
    document["metadata"] = packed_metadata(metadata)
    (target / path.name).write_text(json.dumps(document))


def test_rows_have_twins_and_are_verified_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = rows_with_twins(folder)
    assert len(rows) >= 3
    for path in rows:
        pair = read_pair(path)
        assert pair.metadata["verified"] == ["jaxpr", "stablehlo"]
        twin = pair.spec.signature.twin
        assert twin is not None
        whole = [math.prod(size or 1 for size in each.shape or ()) for each in pair.spec.signature.arguments]
        small = [math.prod(size or 1 for size in each.shape or ()) for each in twin.arguments]
        assert sum(small) < sum(whole)
    found = verify_folder(folder)
    assert not found.failures
    assert found.texts == 2 * found.rows
    assert run(["show", str(rows[0])]) == 0
    assert "verified at the sizes of its twin: " in " ".join(capsys.readouterr().out.split())


def enlarged(signature: dict[str, Any]) -> dict[str, Any]:
    """The signature with one dimension of the twin another one, where it stands first."""
    for each in signature["twin"]["arguments"]:
        if each["shape"]:
            each["shape"][0] += 1
            break
    return signature


def narrowed(signature: dict[str, Any]) -> dict[str, Any]:
    for each in signature["twin"]["arguments"]:
        each["domain"] = [0.5, 0.5]
    return signature


def of_other_types(signature: dict[str, Any]) -> dict[str, Any]:
    signature["twin"]["arguments"][0]["dtype"] = "float16"
    return signature


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_changed_text_of_real_sizes_fails(folder: Path, tmp_path: Path, elsewhere: bool) -> None:
    path = rows_with_twins(folder)[0]

    def changed(text: str) -> str:
        return re.sub(r"stablehlo\.(add|multiply|subtract|divide) ", "stablehlo.maximum ", text, count=1)

    tampered(tmp_path / "same", path, elsewhere=elsewhere)
    assert not verify_folder(tmp_path / "same").failures
    tampered(tmp_path / "text", path, elsewhere=elsewhere, stablehlo=changed)
    assert verify_folder(tmp_path / "text").failing_rows == 1


def another_size(text: str) -> str:
    return re.sub(r"tensor<(\d+)", lambda each: f"tensor<{int(each[1]) + 1}", text, count=1)


def another_number(text: str) -> str:
    return re.sub(r"dense<[2-9]\.\d+e", "dense<7.770000e", text, count=1)


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("change", [another_size, another_number])
def test_what_no_twin_tells_is_held_against_the_source(
    folder: Path, tmp_path: Path, change: Callable[[str], str], elsewhere: bool
) -> None:
    path = next(each for each in rows_with_twins(folder) if re.search(r"dense<[2-9]\.\d+e", each.read_text()))
    tampered(tmp_path / "text", path, elsewhere=elsewhere, stablehlo=change)
    failures = verify_folder(tmp_path / "text").failures
    assert [(each.level, each.symptom) for each in failures] == [("stablehlo", "other_bytes")]


@pytest.mark.parametrize("change", [enlarged, narrowed, of_other_types])
def test_a_changed_twin_fails(folder: Path, tmp_path: Path, change: Any) -> None:
    tampered(tmp_path / "twin", rows_with_twins(folder)[0], elsewhere=False, signature=change)
    assert verify_folder(tmp_path / "twin").failing_rows == 1


def test_a_run_with_twins_goes_on_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    run_pipeline(6, again, frontend="jax", seed=3, category=["losses", "optimizers"], format="json")
    for path in [*(again / "_irsmith" / "parts").iterdir(), *rows_with_twins(again)]:
        path.unlink()
    run_pipeline(6, again, frontend="jax", seed=3, category=["losses", "optimizers"], format="json")
    assert contents(again) == contents(folder)


def test_what_is_cheap_is_run_as_it_is() -> None:
    generator = KernelGenerator("jax", seed=3)
    for number in range(40):
        spec = generator.generate("losses", number)
        signature, of_a_pair = spec.signature, 16 if "[None, :" in spec.source else 1
        shapes = [[size or 1 for size in each.shape or ()] for each in (*signature.arguments, *signature.results)]
        work = sum(map(math.prod, shapes)) * max(size for shape in [[1], *shapes] for size in shape)
        assert of_a_pair * work > CHEAP or signature.twin is None


def test_nothing_is_false_that_drawn_functions_say_of_their_twins() -> None:
    generator = KernelGenerator("jax", seed=27, category=("dynamics",))
    drawn = [spec for index in range(90) if (spec := generator.spec(index)).signature.twin]
    assert len(drawn) > 20
    for spec in drawn:
        kernel = get_frontend("jax").load_one(spec)
        assert not isinstance(kernel, Rejection), kernel
        assert refuted_claim(spec, kernel) is None, spec.source


def test_what_loops_long_has_a_twin() -> None:
    generator = KernelGenerator("jax", seed=5, category=("dynamics",))
    for spec in map(generator.spec, range(300)):
        if spec.recipe == "state_filter" and "lax.scan(" in spec.source:
            steps = max(each.shape[0] or 1 for each in spec.signature.executed.arguments if each.shape)
            assert steps <= MOST_TRIPS, spec.source


def renumbered(text: str) -> str:
    """Another number where the first one stands that is not 0."""
    return re.sub(r"dense<(?!0)(\d\.\d+e[+-]\d+)>", "dense<7.250000e+00>", text, count=1)


def ended(text: str) -> str:
    return text + "\n"


def test_a_text_of_another_release_is_run_at_its_own_sizes(folder: Path, tmp_path: Path) -> None:
    """Its twin may be another text here, so it is executed itself; what is too dear to execute is not proved."""
    ran = failed = dear = 0
    for number, path in enumerate(rows_with_twins(folder)):
        document = json.loads(path.read_text())
        if renumbered(document["stablehlo"]) == document["stablehlo"]:
            continue
        tampered(tmp_path / f"{number}-text", path, release=True, stablehlo=renumbered)
        found = verify_folder(tmp_path / f"{number}-text")
        assert found.rows == 1
        if found.unproved:
            assert not found.failures
            assert found.status == 3
            assert all("at its own sizes" in reason for reason in found.unverified)
            dear += 1
            continue
        ran += 1
        failed += {(each.level, each.symptom) for each in found.failures} == {("stablehlo", "wrong_result")}
        tampered(tmp_path / f"{number}-spaced", path, release=True, stablehlo=ended)
        assert not verify_folder(tmp_path / f"{number}-spaced").failures
    assert ran
    assert failed == ran
    assert dear + ran > 1
