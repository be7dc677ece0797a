"""Detection of loops that XLA removes from compiled code, which would hide that a loop never ends."""

import re
from collections import Counter
from typing import Any

_WHILE = re.compile(r"\bwhile\(")


def left_out(module: Any, compiled: str) -> bool:
    """Return whether XLA's compiled form of a StableHLO module has fewer loops than the module.

    XLA removes loops whose results are unused, and loops that change nothing, whether they end or not.

    Args:
        module: a StableHLO module of ``jaxlib``.
        compiled: the HLO text that XLA made from it, with called functions inlined.
    """
    counts = {_name(each): _inside(each) for each in module.body.operations}
    return _with_calls("main", counts, {}) > len(_WHILE.findall(compiled))


def _name(function: Any) -> str:
    return str(function.attributes["sym_name"]).strip('"') if "sym_name" in function.attributes else ""


def _inside(operation: Any) -> Counter[str]:
    """Return the number of calls in an operation by function name, and the number of loops under the empty name."""
    found = Counter[str]()
    for region in operation.regions:
        for block in region.blocks:
            for each in block.operations:
                name = each.operation.name
                if name == "stablehlo.while":
                    found[""] += 1
                elif name in ("func.call", "call"):
                    found[str(each.operation.attributes["callee"]).lstrip("@").strip('"')] += 1
                found.update(_inside(each.operation))
    return found


def _with_calls(name: str, counts: dict[str, Counter[str]], known: dict[str, int]) -> int:
    if name not in known:
        known[name] = 0  # for recursion, which no module of JAX has
        own = counts.get(name, Counter())
        inner = (times * _with_calls(callee, counts, known) for callee, times in own.items() if callee)
        known[name] = own[""] + sum(inner)
    return known[name]
