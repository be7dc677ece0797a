"""Right, wrong and harmful answers to rows of both front ends, for the tests of the server."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LEVELS = {"warp": "cpp_forward", "jax": "stablehlo"}
HANGING = """    %go = stablehlo.constant dense<true> : tensor<i1>
    %ever = stablehlo.while(%it = %go) : tensor<i1>
     cond {
      stablehlo.return %it : tensor<i1>
    } do {
      stablehlo.return %it : tensor<i1>
    }
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer, its kind, and the score that it must get; None if the score depends on the machine."""

    answer: dict[str, str]
    kind: str
    value: float | None


def rewritten(level: str, text: str, number: int) -> str:
    """Return an equivalent text with one more unused constant; ``number`` makes it unique."""
    if level == "stablehlo":
        line = f"    %unread = stablehlo.constant dense<{number}> : tensor<i32>\n"
        return re.sub(r"(@main\(.*\{\n)", lambda found: found[1] + line, text, count=1)
    return re.sub(r"(\n    const wp::\w+ var_\d+ =)", rf"\n    const wp::int32 unread = {number};\1", text, count=1)


def hanging(level: str, text: str) -> str:
    """Return the text with an infinite loop."""
    if level == "stablehlo":
        return re.sub(r"(@main\(.*\{\n)", lambda found: found[1] + HANGING, text, count=1)
    head, brace, tail = text.rstrip().rpartition("}")
    return f"{head}start_while_99:;\n    goto start_while_99;\n{brace}{tail}\n"


def crashing(level: str, text: str) -> str:
    """Return a text that writes out of bounds, or an invalid one if its language cannot do so."""
    return text.replace("func", "fun c", 1) if level == "stablehlo" else text.replace("var_0)", "var_0 + 99999999)")


KINDS = ("gold", "rewritten", "another row's", "garbage", "huge", "crashing", "hanging")


def candidate_of(records: Sequence[dict[str, Any]], number: int, kind: str) -> Candidate:
    """Return an answer of the given kind to the row that ``number`` selects."""
    record = records[number % len(records)]
    level, text = record["level"], record["completion"][0]["content"]
    alike = [each for each in records if each["level"] == level]
    other = alike[(alike.index(record) + 1) % len(alike)]["completion"][0]["content"]
    texts = {
        "gold": text,
        "rewritten": rewritten(level, text, number),
        "another row's": other,
        "garbage": f"\x00{number} \u202e nothing",
        "huge": text + " " * 300_000,
        "crashing": crashing(level, text),
        "hanging": hanging(level, text),
    }
    worth = {"gold": 1.0, "rewritten": 1.0, "another row's": 0.0, "garbage": 0.0}.get(kind)
    if kind == "hanging" and level != "stablehlo":  # XLA may remove the infinite loop as dead code
        worth = 0.0
    return Candidate({"id": record["id"], "level": level, "text": texts[kind]}, kind, worth)
