"""Loops that XLA leaves out of what it compiles: one that never ends may be among them, and nobody would notice."""

import re
from collections import Counter
from typing import Any

_WHILE = re.compile(r"\bwhile\(")


def left_out(module: Any, compiled: str) -> bool:
    """Whether what XLA made of a StableHLO module has fewer loops than the module.

    It leaves out those whose results nobody needs, and those that change nothing, whether they end or not.

    Args:
        module: a StableHLO module of ``jaxlib``.
        compiled: the HLO text that XLA made of it, functions that are called put in their places.
    """
    counts = {_name(each): _inside(each) for each in module.body.operations}
    return _with_calls("main", counts, {}) > len(_WHILE.findall(compiled))


def _name(function: Any) -> str:
    return str(function.attributes["sym_name"]).strip('"') if "sym_name" in function.attributes else ""


def _inside(operation: Any) -> Counter[str]:
    """How many loops an operation has in it, under an empty name, and how often it calls what."""
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
        known[name] = 0  # of what calls itself, which no module of JAX's does
        own = counts.get(name, Counter())
        inner = (times * _with_calls(callee, counts, known) for callee, times in own.items() if callee)
        known[name] = own[""] + sum(inner)
    return known[name]
