"""Line maps: an edit of one line of Python changes only the lines of IR that the map gives to it."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synthesis import KernelGenerator, KernelSpec, Pair, extract, get_frontend
from synthesis.core.signatures import Argument, Signature
from synthesis.frontends.base import Kernel, Lowered
from synthesis.frontends.linemap import LineMap, Places, origins_of, runs_of, runs_of_steps, steps_of
from synthesis.frontends.mlir_locations import mlir_lines
from synthesis.frontends.warp import compilation
from synthesis.frontends.warp.binaries import find_nvdisasm

# Edits that leave the number of operations as it is; each is tried on every line that it fits.
EDITS = {
    "warp": [
        (r"\bwp\.sin\(", "wp.cos("),
        (r"\bwp\.cos\(", "wp.sin("),
        (r"\bwp\.exp\(", "wp.tanh("),
        (r" \+ (?=\w)", " - "),
        (r"(?<![\w.])(\d+\.\d+)", r"1\1"),
        (r"\bwp\.(min|max)\(", "wp.add("),
        (r"atomic_add", "atomic_max"),
    ],
    "jax": [
        (r"\bjnp\.sin\(", "jnp.cos("),
        (r"\bjnp\.cos\(", "jnp.sin("),
        (r"\bjnp\.exp\(", "jnp.tanh("),
        (r" \+ (?=[a-z])", " - "),
        (r"(?<![\w.])(0\.\d+)(?= \*|\))", r"1\1"),
        (r"jnp\.minimum", "jnp.maximum"),
    ],
}
LEVELS = {
    "warp": ["cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward"],
    "jax": ["jaxpr", "stablehlo", "hlo", "vjp_stablehlo"],
}


def lowered(spec: KernelSpec, levels: Sequence[str] = ()) -> Lowered | None:
    frontend = get_frontend(spec.frontend)
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel), kernel
    chosen = frontend.choose_levels(levels or LEVELS[spec.frontend], frontend.compiler.devices[0])
    (result,) = frontend.compiler.lower([kernel], chosen, device=frontend.compiler.devices[0])
    frontend.compiler.release([kernel])
    return result if isinstance(result, Lowered) else None


def edits_of(spec: KernelSpec) -> Iterator[tuple[int, KernelSpec]]:
    lines = spec.source.splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        if "def " in line or "import" in line or '"""' in line:
            continue
        for pattern, other in EDITS[spec.frontend]:
            edited = re.sub(pattern, other, line, count=1)
            if edited != line:
                yield number, replace(spec, source="".join([*lines[: number - 1], edited, *lines[number:]]))


KERNELS = {"warp": 24, "jax": 16}
"""How many are edited: lowering a JAX function at four levels costs five times what Warp's generation does."""


def renumbered(line: str) -> str:
    """A line without the numbers that compilers give to names: they move when anything before them does."""
    return re.sub(r"(%\w+|\b(?:var|adj)_\d+|[\w-]+\.\d+\b|(?<=: )[a-z]{1,2}:|\b[a-z]{1,2}\b)", "#", line)


def lines_of(result: Lowered, level: str, python_line: int) -> set[int]:
    runs = [run for run in result.line_map[level] if run[0] == python_line]
    return {line for _, first, last in runs for line in range(first, last + 1)}


def statement_at(source: str, number: int) -> range:
    """The lines of the statement that a line is of, without statements inside it.

    An operator at the beginning of a line is of an expression that began before, and Warp gives a call to the line
    of its last operand.
    """
    found = [
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr | ast.Return)
        and node.lineno <= number <= (node.end_lineno or node.lineno)
    ]
    return min(found, key=len, default=range(number, number + 1))


def readers_of(source: str, lines: range) -> list[int]:
    """The lines of statements that read a variable of a statement's: where Python's own numbers come to a text."""
    statements = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assign | ast.Return)]
    given = {
        node.id
        for each in statements
        if each.lineno in lines
        for node in ast.walk(each)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return [
        line
        for each in statements
        if given & {node.id for node in ast.walk(each) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        for line in range(each.lineno, (each.end_lineno or each.lineno) + 1)
    ]


def shown(before: Lowered, after: Lowered, level: str, lines: Iterable[int]) -> set[int]:
    """The lines of a level that the maps give to some lines of the source."""
    return {each for line in lines for result in (before, after) for each in lines_of(result, level, line)}


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_an_edit_changes_only_the_lines_that_the_map_gives_to_it(frontend: str) -> None:
    generator = KernelGenerator(frontend, seed=21)
    compared = changed_lines = 0
    for index in range(KERNELS[frontend]):
        spec = generator.spec(index)
        before = lowered(spec)
        assert before is not None
        for number, edited in edits_of(spec):
            after = lowered(edited)
            if after is None:
                continue
            for level, text in before.texts.items():
                other = after.texts[level]
                if text is None or other is None or text.count("\n") != other.count("\n"):
                    continue
                at = statement_at(spec.source, number)
                own = shown(before, after, level, at) or shown(before, after, level, readers_of(spec.source, at))
                pairs = zip(text.splitlines(), other.splitlines(), strict=True)
                # A jaxpr inside a jaxpr that fits on one line stands with the call that it is of.
                changed = {
                    line
                    for line, (x, y) in enumerate(pairs, start=1)
                    if renumbered(x) != renumbered(y) and not re.search(r"\{ lambda .* in \(.*\) \}", x)
                }
                if level == "vjp_stablehlo" or level.endswith("backward"):
                    # A derivative may be of another shape altogether; what moved must still belong to the line.
                    assert not changed or changed & own, f"{level}, line {number}\n{edited.source}"
                if level in ("cpp_forward", "cuda_forward", "jaxpr", "stablehlo"):
                    assert changed <= own, f"{level}, line {number}: {sorted(changed - own)}\n{edited.source}\n{other}"
                compared += 1
                changed_lines += len(changed)
    assert compared > 60
    assert changed_lines > 60


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_helpers_are_mapped_to_their_own_lines(frontend: str) -> None:
    generator = KernelGenerator(frontend, seed=2)
    mapped = asked = 0
    levels = LEVELS[frontend][:2]
    for index in range(60):
        spec = generator.spec(index)
        first_def, *more = [n for n, line in enumerate(spec.source.splitlines(), 1) if line.startswith("def ")]
        if not more or spec.category == "native":  # whose function is its snippet
            continue
        result = lowered(spec, levels)
        assert result is not None
        body = range(first_def + 1, more[0] - 2)
        for level in levels:
            if result.texts[level] is None:  # it is declared to have no backward text
                continue
            asked += 1
            mapped += any(run[0] in body for run in result.line_map[level])
    # Of a helper that is called where an option says so, which was not given, there is nothing in the text.
    assert mapped > 8
    assert mapped >= 0.85 * asked


def test_runs_join_neighbours_only() -> None:
    assert runs_of([None, 3, 3, 4, None, 4, 3]) == [(3, 2, 3), (4, 4, 4), (4, 6, 6), (3, 7, 7)]
    assert runs_of([]) == []


LOCATED = r"""
func.func @f(%a: tensor<2xf32> loc("a"("kernel.py":3:1)), %b: tensor<f32>) -> tensor<2xf32> {
  %0 = "x.first"(%a) {said = " loc(#loc1), loc(\22"} : (tensor<2xf32>) -> tensor<2xf32> loc("kernel.py":3:7)
  %1 = "x.second"(%0) ({
  ^bb0(%c: f32 loc(callsite("g"("lib.py":1:1) at "kernel.py":4:1)), %d: f32 loc("d")):
    "x.third"(%c) : (f32) -> () loc(callsite("lib.py":1:1 at callsite("h.py":2:2 at "kernel.py":4:1)))
  }) : (tensor<2xf32>) -> tensor<2xf32> loc(fused["lib.py":1:1, "kernel.py":5:1])
  return %1 : tensor<2xf32> loc("lib.py":1:1)
}
"""


@pytest.mark.needs("jax")
def test_mlir_is_printed_once_for_its_text_and_its_lines() -> None:
    from jaxlib.mlir import ir as _ir

    from synthesis.frontends.jax.lowering import mlir

    ir: Any = _ir
    with mlir.make_ir_context() as context:
        context.allow_unregistered_dialects = True
        module = ir.Module.parse(LOCATED).operation
        lines, origins = mlir_lines(module.get_asm(enable_debug_info=True), Places((("kernel.py", 3, 3, 11),)).line)
    assert lines == module.get_asm(enable_debug_info=False).splitlines()
    words = ("x.first", "x.second", "x.third", "})", "return")
    assert [next(at for line, at in zip(lines, origins, strict=True) if word in line) for word in words] == [
        11, None, 12, 13, None
    ]  # fmt: skip


MARKED = """
import warp as wp

@wp.func
def root(x: float):
    return wp.sqrt(x)

@wp.kernel
def marked(a: wp.array(dtype=float), b: wp.array(dtype=float)):
    i = wp.tid()
    x = root(a[i])
    b[i] = wp.floor(x)
"""


@pytest.mark.parametrize(("level", "root"), [("ptx", "sqrt.rn.f32"), ("cubin_sass", "MUFU.RSQ")])
def test_machine_code_is_mapped_through_the_cuda_text(level: str, root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    signature = Signature(arguments=())
    spec = KernelSpec(frontend="warp", name="marked", category="extracted", source=MARKED, signature=signature)
    frontend = get_frontend("warp")
    if level == "cubin_sass" and find_nvdisasm() is None:
        pytest.skip("nvdisasm is not installed")

    def made() -> Lowered:
        kernel = frontend.load_one(spec)
        assert isinstance(kernel, Kernel)
        (result,) = frontend.compiler.lower([kernel], frontend.choose_levels([level], "cuda"), device="cuda")
        assert isinstance(result, Lowered)
        return result

    result = made()
    lines = str(result.texts[level]).splitlines()
    python = MARKED.splitlines()
    origins = origins_of(result.line_map[level])
    for instruction, statement in (
        (root, "wp.sqrt(x)"),
        ("FRND.FLOOR" if "sass" in level else "cvt.rmi", "wp.floor(x)"),
    ):
        found = [number for number, line in enumerate(lines, 1) if instruction in line]
        places = [origins[number] for number in found if number in origins]
        assert places
        assert all(statement in python[place - 1] for place in places), instruction
    assert len(origins) > 0.6 * len(lines)

    compile_marked = build_cuda()

    def without_marks(*arguments: object, **settings: object) -> None:
        compile_marked(*arguments, **{**settings, "lineinfo": False})

    monkeypatch.setattr(compilation.build, "build_cuda", without_marks)
    assert made().texts == result.texts


def build_cuda() -> Callable[..., None]:
    return compilation.build.build_cuda


@pytest.mark.parametrize(
    ("runs", "steps"),
    [
        ([], []),
        ([(7, 16, 16), (8, 17, 19), (7, 22, 22)], [[7, 15, 1], [8, 0, 3], [7, 2, 1]]),
        ([(5, 1, 9), (6, 1, 9), (4, 11, 12)], [[5, 0, 9], [6, -9, 9], [4, 1, 2]]),
    ],
)
def test_rows_hold_runs_by_what_is_skipped(runs: LineMap, steps: list[list[int]]) -> None:
    assert steps_of(runs) == steps
    assert runs_of_steps(steps) == runs
    shown = (Path(__file__).parents[2] / "docs" / "rows.md").read_text(encoding="utf-8")
    code = shown.partition("## Line maps")[2].partition("```python\n")[2].partition("```")[0]
    space: dict[str, Any] = {}
    exec(code, space)
    assert space["origins"](steps) == origins_of(runs)


def test_llvm_ir_is_mapped_by_function() -> None:
    source = (
        "import jax.numpy as jnp\n\n\ndef two(x):\n    y = jnp.sin(x) * 2.0\n"
        "    s = jnp.sum(y, axis=0)\n    return jnp.exp(s)\n"
    )
    argument = Argument(name="x", type_name="f32[16,8]", dtype="float32", shape=(16, 8))
    signature = Signature(arguments=(argument,))
    frontend = get_frontend("jax")
    kernel = frontend.load_one(
        KernelSpec(frontend="jax", name="two", category="extracted", source=source, signature=signature)
    )
    assert isinstance(kernel, Kernel)
    (result,) = frontend.compiler.lower([kernel], frontend.choose_levels(["llvm_ir"], "cpu"), device="cpu")
    assert isinstance(result, Lowered)
    lines = str(result.texts["llvm_ir"]).splitlines()
    runs = result.line_map["llvm_ir"]
    assert {origin for origin, _, _ in runs} == {5, 6, 7}
    assert all(first <= last <= len(lines) for _, first, last in runs)
    for line in [number for number, line in enumerate(lines, 1) if "@llvm.sin" in line or "xla.sin" in line]:
        assert 5 in {origin for origin, first, last in runs if first <= line <= last}


def test_a_kernel_that_is_not_self_contained_has_maps_in_lines_of_its_source(tmp_path: Path) -> None:
    (tmp_path / "scaled_module.py").write_text(
        "import warp as wp\n\n\n\n\nclass Held:\n    pass\n\n\nHELD = Held()\n\n\n@wp.func\ndef three(x: float):\n"
        "    return x * 3.0\n\n\n@wp.func_native('return x;')\ndef same(x: float) -> float: ...\n\n\n"
        "@wp.kernel\ndef scaled(a: wp.array(dtype=float)):\n    i = wp.tid()\n"
        "    a[i] = three(same(a[i])) + wp.static(HELD.__class__.__name__ == 'Held' and 2.0)\n"
    )
    (pair,) = extract(str(tmp_path / "scaled_module.py"))
    assert isinstance(pair, Pair), pair
    assert not pair.spec.self_contained
    python = pair.spec.source.splitlines()
    text = str(pair.texts["cpp_forward"]).splitlines()
    origins = origins_of(pair.line_map["cpp_forward"])
    for code, statement in (
        ("wp::mul(", "return x * 3.0"),
        ("builtin_tid1d", "i = wp.tid()"),
        ("wp::add(", "three(same(a[i]))"),
    ):
        (number,) = [number for number, line in enumerate(text, 1) if code in line]
        assert statement in python[origins[number] - 1]
