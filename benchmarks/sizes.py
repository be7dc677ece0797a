"""How large drawn kernels are, beside those that Warp ships in its examples and tests, or JAX's own functions.

    python benchmarks/sizes.py warp 3000 0

Arguments: front end, number of drawn kernels, seed. Prints, for each measure, percentiles of both and the
Kolmogorov-Smirnov distance between them (0: one distribution, 1: no overlap); then the shares of kernels that have what
real ones have. Real ones are, for Warp, functions decorated with ``wp.kernel`` in the installed package's examples and
tests; for JAX, functions of ``jax.nn``, ``jax.scipy``, ``jax.numpy`` and ``jax.image`` that call ``jnp`` or ``lax``.
Each text counts once; they are parsed, not run. Docstrings are no lines here.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from synthesis import KernelGenerator

_MARKS = (10, 25, 50, 75, 90, 99)
_TOOLS = ("wp", "warp", "jnp", "lax")
_BLOCKS = (ast.For, ast.While, ast.If)
_INDICES = re.compile(r"\w+, [\w, ]+ = (?:wp|warp)\.tid\(\)")


def is_kernel(node: ast.AST) -> bool:
    """Whether a function is decorated as a Warp kernel."""
    return isinstance(node, ast.FunctionDef) and any(
        ast.unparse(each).startswith(("wp.kernel", "warp.kernel")) for each in node.decorator_list
    )


def folders(frontend: str) -> list[Path]:
    """Where the installed package keeps real kernels."""
    spec = find_spec(frontend)
    assert spec is not None
    assert spec.origin is not None
    parts = ("examples", "tests") if frontend == "warp" else ("_src/nn", "_src/scipy", "_src/numpy", "_src/image")
    return [Path(spec.origin).parent / part for part in parts]


def real_kernels(frontend: str) -> Iterator[tuple[ast.FunctionDef, ast.Module, str]]:
    """Each real kernel, with the module that it is of and its text."""
    seen = set[str]()
    for path in sorted(path for folder in folders(frontend) for path in folder.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        for node in ast.walk(tree) if frontend == "warp" else tree.body:
            if not isinstance(node, ast.FunctionDef) or not (is_kernel(node) if frontend == "warp" else names(node)):
                continue
            if (text := ast.unparse(node)) not in seen:
                seen.add(text)
                yield node, tree, ast.get_source_segment(source, node) or ""


def drawn_kernels(frontend: str, count: int, seed: int) -> Iterator[tuple[ast.FunctionDef, ast.Module, str]]:
    """The first drawn kernels of a seed."""
    generator = KernelGenerator(frontend, seed)
    for index in range(count):
        spec = generator.spec(index)
        tree = ast.parse(spec.source)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == spec.name:
                yield node, tree, ast.get_source_segment(spec.source, node) or ""


def nesting(node: ast.AST) -> int:
    """How deep branches and loops stand inside each other."""
    deepest = max((nesting(child) for child in ast.iter_child_nodes(node)), default=0)
    return deepest + isinstance(node, _BLOCKS)


def names(node: ast.AST) -> set[str]:
    """The names of the tool that a function uses: ``wp.sin``, ``jnp.sin``, ``lax.scan``."""
    found = (each for each in ast.walk(node) if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name))
    return {each.attr for each in found if isinstance(each.value, ast.Name) and each.value.id in _TOOLS}


def measures(node: ast.FunctionDef) -> dict[str, int]:
    """What is measured of a kernel alone."""
    statements = [each for each in ast.walk(node) if isinstance(each, ast.stmt)]
    told = ast.get_docstring(node) is not None
    first = node.body[1 if told and len(node.body) > 1 else 0]
    return {
        "lines of the body": (node.end_lineno or 0) - first.lineno + 1,
        "statements": len(statements) - 1 - told,
        "arguments": len(node.args.args),
        "nesting": max((nesting(each) for each in node.body), default=0),
        "names of the tool": len(names(node)),
    }


def has_comment(text: str) -> bool:
    """Whether there is a comment in a function's text."""
    return any(token.type == tokenize.COMMENT for token in tokenize.generate_tokens(io.StringIO(text).readline))


def shares(node: ast.FunctionDef, tree: ast.Module, text: str) -> dict[str, bool]:
    """What a kernel has or has not."""
    inside = list(ast.walk(node))
    functions = {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each is not node}
    called = {each.func.id for each in inside if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)}
    used = names(node)
    return {
        "a helper function": bool(called & functions),
        "for": any(isinstance(each, ast.For) for each in inside),
        "if": any(isinstance(each, ast.If) for each in inside),
        "while": any(isinstance(each, ast.While) for each in inside),
        "augmented assignment": any(isinstance(each, ast.AugAssign) for each in inside),
        "early return": any(isinstance(each, ast.Return) for each in inside),
        "docstring": ast.get_docstring(node) is not None,
        "comment": has_comment(text),
        "types left open": any(isinstance(each, ast.Name) and each.id == "Any" for each in inside),
        "floats of 16 bits": any(word in text for word in ("float16", "vec2h", "vec3h", "mat22h", "mat33h")),
        "integers of 8 or 16 bits": any(word in text for word in ("int8", "int16")),
        "several thread indices": "tid()" in text and bool(_INDICES.search(text)),
        "atomics": any(each.startswith("atomic") for each in used),
        "tiles": any(each.startswith("tile_") for each in used),
        "scan, cond, while_loop": bool(used & {"scan", "cond", "while_loop", "fori_loop", "switch"}),
        "an inner function": any(isinstance(each, ast.FunctionDef | ast.Lambda) for each in inside[1:]),
    }


def distance(a: list[int], b: list[int]) -> float:
    """The Kolmogorov-Smirnov distance of two samples."""
    grid = np.union1d(a, b)
    first, second = (np.searchsorted(np.sort(each), grid, side="right") / len(each) for each in (a, b))
    return float(np.abs(first - second).max())


def main(frontend: str, count: int, seed: int) -> None:
    """Print the comparison."""
    groups = {"drawn": list(drawn_kernels(frontend, count, seed)), "real": list(real_kernels(frontend))}
    print(
        f"seed {seed}, {frontend} {version('warp-lang' if frontend == 'warp' else 'jax')}:",
        ", ".join(f"{len(each)} {name}" for name, each in groups.items()),
    )
    print(f"{'':18}{'':6}" + "".join(f"{f'{mark} %':>6}" for mark in _MARKS) + "  distance")
    sizes = {name: [measures(node) for node, _, _ in each] for name, each in groups.items()}
    for measure in sizes["drawn"][0]:
        columns = {name: [each[measure] for each in rows] for name, rows in sizes.items()}
        for name, values in columns.items():
            marks = "".join(f"{np.percentile(values, mark):6.0f}" for mark in _MARKS)
            apart = f"{distance(columns['drawn'], columns['real']):10.2f}" if name == "real" else ""
            print(f"{measure if name == 'drawn' else '':18}{name:6}{marks}{apart}")
    found = {name: [shares(*entry) for entry in each] for name, each in groups.items()}
    print(f"{'share with':24}{'drawn':>8}{'real':>8}")
    for share in found["drawn"][0]:
        print(
            f"{share:24}" + "".join(f"{100 * np.mean([each[share] for each in rows]):7.1f}%" for rows in found.values())
        )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
