"""What is counted of a text of IR: StableHLO's types and operations, and two functions of Warp's in CUDA."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator

from measures.profiles import Profile

_TENSOR = re.compile(r"tensor<((?:\d+x)*)([a-zA-Z]\w*(?:<\w+>)?)>")
_OPERATION = re.compile(r"(?:= |^\s*)\"?((?:stablehlo|chlo)\.\w+|func\.call|call)\"?\b")
_CLOSED = re.compile(r"\s*}\)")
_LOW = frozenset({"bf16", "f16"})
_ARITHMETIC = frozenset({
    "add", "subtract", "multiply", "divide", "dot_general", "exponential", "tanh", "logistic", "power", "rsqrt",
    "sqrt", "log", "maximum", "minimum", "reduce", "convolution", "negate",
})  # fmt: skip


def profile_stablehlo(text: str) -> Profile:
    """Everything that is counted of a StableHLO module: of each operation the types of what it gives."""
    lines = list(_operations(text))
    results = [(operation, *kind) for operation, line in lines for kind in result_types(line)]
    operations = [operation for operation, _ in lines]
    return Profile(
        numbers={
            "elements of a tensor": [math.prod(shape) for _, shape, _ in results],
            "largest dimension of a text": [max((size for _, shape, _ in results for size in shape), default=0)],
            "operations of a text": [len(operations)],
            "arguments of main": [_count_arguments(text)],
        },
        shares={
            "texts": {
                "a dimension of 100 and more": any(size >= 100 for _, shape, _ in results for size in shape),
                "a dimension of 10 and more": any(size >= 10 for _, shape, _ in results for size in shape),
                "low-precision arithmetic": any(kind in _LOW and name in _ARITHMETIC for name, _, kind in results),
                "bf16 dot_general": any(
                    operation == "dot_general" and re.search(r": \(tensor<[\dx]*bf16>", line) is not None
                    for operation, line in lines
                ),
                "batched dots": any(
                    operation == "dot_general" and "batching_dims" in line for operation, line in lines
                ),
                "convolutions": "convolution" in operations,
                "loops": "while" in operations,
            }
        },
        parts={
            "ranks of types": Counter("3 and more" if len(shape) >= 3 else str(len(shape)) for _, shape, _ in results),
            "elements of types": Counter(_element(kind) for _, _, kind in results),
        },
        names=set(operations) | {f"{a}, {b}" for a, b in itertools.pairwise(operations)},
    )


def profile_cuda(text: str) -> Profile:
    """Whether a CUDA text of Warp's has a loop that is not unrolled, and an element that is added to in place."""
    return Profile(shares={"CUDA texts": {"iter_next": "iter_next(" in text, "add_inplace": "add_inplace(" in text}})


def result_types(line: str) -> list[tuple[tuple[int, ...], str]]:
    """The shapes and element types that an operation's line says it gives; empty where the line does not end it."""
    types = line.rsplit("->", 1)[-1] if "->" in line else line.rsplit(" : ", 1)[-1] if " : " in line else ""
    return [(tuple(int(size) for size in found[1].split("x") if size), found[2]) for found in _TENSOR.finditer(types)]


def _operations(text: str) -> Iterator[tuple[str, str]]:
    """Each operation, where it ends, with the line that says its types: its own, or the one that closes its regions."""
    opened: list[str] = []
    for line in text.splitlines():
        if (found := _CLOSED.match(line)) and opened:
            yield opened.pop(), line
        elif (found := _OPERATION.search(line)) and (name := found[1].split(".")[-1]) != "return":
            if line.endswith("({"):
                opened.append(name)
            else:
                yield name, line


def _element(kind: str) -> str:
    return kind if kind in ("f32", "f64", "bf16", "f16", "i1", "i32", "ui32", "i64") else "others"


def _count_arguments(text: str) -> int:
    main = re.search(r"func\.func public @main\((.*?)\) ->", text, re.DOTALL)
    return len(re.findall(r"%arg\d+: ", main[1])) if main else 0
