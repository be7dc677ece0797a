"""How large drawn Warp kernels are, beside those that Warp ships in its examples and tests.

    python benchmarks/sizes.py 3000 0

Arguments: number of drawn kernels, seed. Prints, for each measure, percentiles of both and the Kolmogorov-Smirnov
distance between them (0: one distribution, 1: no overlap); then the shares of kernels that have what real ones have.
The real ones are functions decorated with ``wp.kernel`` in the installed package's sources, each text once; they are
parsed, not run.
"""

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from synthesis import KernelGenerator

_MARKS = (10, 25, 50, 75, 90, 99)
_BLOCKS = (ast.For, ast.While, ast.If)


def is_kernel(node: ast.AST) -> bool:
    """Whether a function is decorated as a Warp kernel."""
    return isinstance(node, ast.FunctionDef) and any(
        ast.unparse(each).startswith(("wp.kernel", "warp.kernel")) for each in node.decorator_list
    )


def real_kernels() -> Iterator[tuple[ast.FunctionDef, ast.Module]]:
    """Each kernel of Warp's examples and tests, with the module that it is of."""
    spec = find_spec("warp")
    assert spec is not None
    assert spec.origin is not None
    seen = set[str]()
    for folder in ("examples", "tests"):
        for path in sorted((Path(spec.origin).parent / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and is_kernel(node) and (text := ast.unparse(node)) not in seen:
                    seen.add(text)
                    yield node, tree


def drawn_kernels(count: int, seed: int) -> Iterator[tuple[ast.FunctionDef, ast.Module]]:
    """The first drawn kernels of a seed."""
    generator = KernelGenerator("warp", seed)
    for index in range(count):
        tree = ast.parse(generator.spec(index).source)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and is_kernel(node):
                yield node, tree


def nesting(node: ast.AST) -> int:
    """How deep branches and loops stand inside each other."""
    deepest = max((nesting(child) for child in ast.iter_child_nodes(node)), default=0)
    return deepest + isinstance(node, _BLOCKS)


def names(node: ast.AST) -> set[str]:
    """The ``wp.`` names of a function."""
    found = (each for each in ast.walk(node) if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name))
    return {each.attr for each in found if isinstance(each.value, ast.Name) and each.value.id in ("wp", "warp")}


def measures(node: ast.FunctionDef) -> dict[str, int]:
    """What is measured of a kernel alone."""
    statements = [each for each in ast.walk(node) if isinstance(each, ast.stmt)]
    return {
        "lines of the body": (node.end_lineno or 0) - node.body[0].lineno + 1,
        "statements": len(statements) - 1,
        "arguments": len(node.args.args),
        "nesting": max((nesting(each) for each in node.body), default=0),
        "wp. names": len(names(node)),
    }


def shares(node: ast.FunctionDef, tree: ast.Module) -> dict[str, bool]:
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
        "atomics": any(each.startswith("atomic") for each in used),
        "tiles": any(each.startswith("tile") for each in used),
    }


def distance(a: list[int], b: list[int]) -> float:
    """The Kolmogorov-Smirnov distance of two samples."""
    grid = np.union1d(a, b)
    first, second = (np.searchsorted(np.sort(each), grid, side="right") / len(each) for each in (a, b))
    return float(np.abs(first - second).max())


def main(count: int, seed: int) -> None:
    """Print the comparison."""
    groups = {"drawn": list(drawn_kernels(count, seed)), "real": list(real_kernels())}
    print(
        f"seed {seed}, Warp {version('warp-lang')}:", ", ".join(f"{len(each)} {name}" for name, each in groups.items())
    )
    print(f"{'':18}{'':6}" + "".join(f"{f'{mark} %':>6}" for mark in _MARKS) + "  distance")
    sizes = {name: [measures(node) for node, _ in each] for name, each in groups.items()}
    for measure in sizes["drawn"][0]:
        columns = {name: [each[measure] for each in rows] for name, rows in sizes.items()}
        for name, values in columns.items():
            marks = "".join(f"{np.percentile(values, mark):6.0f}" for mark in _MARKS)
            apart = f"{distance(columns['drawn'], columns['real']):10.2f}" if name == "real" else ""
            print(f"{measure if name == 'drawn' else '':18}{name:6}{marks}{apart}")
    found = {name: [shares(node, tree) for node, tree in each] for name, each in groups.items()}
    print(f"{'share with':24}{'drawn':>8}{'real':>8}")
    for share in found["drawn"][0]:
        print(
            f"{share:24}" + "".join(f"{100 * np.mean([each[share] for each in rows]):7.1f}%" for rows in found.values())
        )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
