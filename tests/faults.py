"""Answers to be served that are right, wrong and harmful, of rows of both front ends."""

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
    """An answer, what kind it is, and what it has to be worth; None where that depends."""

    answer: dict[str, str]
    kind: str
    value: float | None


def rewritten(level: str, text: str, number: int) -> str:
    """Another text that does the same."""
    if level == "stablehlo":
        line = f"    %unread = stablehlo.constant dense<{number}> : tensor<i32>\n"
        return re.sub(r"(@main\(.*\{\n)", lambda found: found[1] + line, text, count=1)
    return re.sub(r"(\n    const wp::\w+ var_\d+ =)", rf"\n    const wp::int32 unread = {number};\1", text, count=1)


def hanging(level: str, text: str) -> str:
    """A text that never ends."""
    if level == "stablehlo":
        return re.sub(r"(@main\(.*\{\n)", lambda found: found[1] + HANGING, text, count=1)
    head, brace, tail = text.rstrip().rpartition("}")
    return f"{head}start_while_99:;\n    goto start_while_99;\n{brace}{tail}\n"


def crashing(level: str, text: str) -> str:
    """A text that may crash; where its language has no way to, one of no sense."""
    return text.replace("func", "fun c", 1) if level == "stablehlo" else text.replace("var_0)", "var_0 + 99999999)")


KINDS = ("gold", "rewritten", "another row's", "garbage", "huge", "crashing", "hanging")


def candidate_of(records: Sequence[dict[str, Any]], number: int, kind: str) -> Candidate:
    """The answer of a number."""
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
    if kind == "hanging" and level != "stablehlo":  # XLA, which some of those are run by, leaves out what nothing reads
        worth = 0.0
    return Candidate({"id": record["id"], "level": level, "text": texts[kind]}, kind, worth)
