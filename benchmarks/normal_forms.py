"""Counts the kernels that are still different after their IR is normalised.

    python benchmarks/normal_forms.py warp 100000 0

Arguments: front end, number of candidates, seed. Prints lines for ``benchmarks/normal_forms.txt``. It counts normal
forms of Warp's generated C++ (forward) and of jaxprs. Values are numbered by their computation (value numbering), so
that names, the order of independent computations and common subexpressions make no difference. Dead code is removed,
constants are folded, and the operands of commutative operations are sorted. A structure also omits the values of
constants, and the sizes in a jaxpr.
"""

import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from multiprocessing import get_context
from types import SimpleNamespace
from typing import Any

import numpy as np

from synthesis import Rejection, SynthesisPipeline
from synthesis.core.errors import IrsmithError
from synthesis.core.identity.hashing import hash_text
from synthesis.frontends.jax.graphs import Constant, Equation, Graph
from synthesis.frontends.jax.jaxprs.parsing import JaxprSyntaxError, parse
from synthesis.frontends.jax.reference.evaluator import Evaluator

_TOGETHER = 500
_COMMUTATIVE = frozenset({
    "add", "mul", "max", "min", "and", "or", "xor", "eq", "ne", "add_any", "dot", "bit_and", "bit_or", "bit_xor",
    "cw_mul", "ddot",
})  # fmt: skip
_LARGEST_FOLDED = 4096


# ---- jaxprs


class _Jaxpr:
    """Computes the normal form of a jaxpr by value numbering."""

    def __init__(self, *, numbers: bool) -> None:
        self._numbers = numbers
        self._evaluator = Evaluator(double=False)

    def form(self, graph: Graph) -> str:
        """Return the hash of a graph's outputs."""
        known: dict[Any, str] = {}
        folded: dict[Any, Any] = {}
        for place, name in enumerate((*graph.constants, *graph.inputs)):
            known[name] = hash_text("input", str(place))
        for equation in graph.equations:
            self._equation(equation, known, folded)
        return hash_text(*(self._read(atom, known) for atom in graph.outputs))

    def _read(self, atom: Any, known: dict[Any, str]) -> str:
        return self._constant(atom.value) if isinstance(atom, Constant) else known[atom]

    def _constant(self, value: Any) -> str:
        array = np.asarray(value)
        return hash_text(
            "constant", str(array.dtype), self._sized(str(array.shape)), repr(array.tolist()) if self._numbers else ""
        )

    def _equation(self, equation: Equation, known: dict[Any, str], folded: dict[Any, Any]) -> None:
        constants = [atom.value if isinstance(atom, Constant) else folded.get(atom) for atom in equation.inputs]
        if constants and all(each is not None for each in constants):
            made = self._folded(equation, constants)
            if made is not None:
                for name, value in zip(equation.outputs, made, strict=True):
                    folded[name], known[name] = value, self._constant(value)
                return
        operands = [self._read(atom, known) for atom in equation.inputs]
        if equation.primitive in _COMMUTATIVE:
            operands.sort()
        parameters = [f"{name}={self._parameter(value)}" for name, value in sorted(equation.parameters.items())]
        types = [f"{each.dtype}{self._sized(str(each.shape))}" for each in equation.types]
        key = hash_text(equation.primitive, *parameters, *types, *operands)
        for place, name in enumerate(equation.outputs):
            known[name] = hash_text(key, str(place))

    def _folded(self, equation: Equation, constants: list[Any]) -> list[Any] | None:
        if any(math.prod(each.shape) > _LARGEST_FOLDED for each in equation.types):
            return None
        one = Graph((), tuple(range(len(constants))), (Equation(
            equation.primitive, equation.parameters, tuple(range(len(constants))),
            tuple(f"o{place}" for place in range(len(equation.outputs))), equation.types),),
            tuple(f"o{place}" for place in range(len(equation.outputs))))  # fmt: skip
        try:
            return self._evaluator.results(one, constants)
        except (IrsmithError, ArithmeticError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def _parameter(self, value: Any) -> str:
        if isinstance(value, Graph):
            return self.form(value)
        if isinstance(value, SimpleNamespace):
            return ",".join(f"{name}={self._parameter(each)}" for name, each in sorted(vars(value).items()))
        if isinstance(value, Sequence) and not isinstance(value, str):
            parts: list[Any] = list(value)  # pyright: ignore[reportUnknownArgumentType]
            return "(" + ",".join(map(self._parameter, parts)) + ")"
        return self._sized(re.sub(r"0x[0-9a-f]+", "", str(value)))

    def _sized(self, text: str) -> str:
        """Return the text of a shape or a parameter, without integers if structures are compared."""
        return text if self._numbers else re.sub(r"\d+", "", text)


# ---- Warp's C++


def _sum(a: float, b: float) -> float:
    return a + b


def _difference(a: float, b: float) -> float:
    return a - b


def _product(a: float, b: float) -> float:
    return a * b


def _negative(a: float) -> float:
    return -a


_FOLDS: dict[str, Callable[..., float]] = {
    "add": _sum, "sub": _difference, "mul": _product, "neg": _negative, "float": float, "float32": float, "copy": float,
}  # fmt: skip
_DECLARED = re.compile(r"(?:const )?([\w:<>, *&]+?) (var_\w+)(?: = (.+))?;$")
_GIVEN = re.compile(r"([\w:<>, *]+?) (var_\w+) = _wp_args->(\w+);$")
_VARIABLE = re.compile(r"\bvar_\w+")
_IDENTIFIER = re.compile(r"(?<![\w:.])(?!var_)[A-Za-z_]\w*|(?<=\.)[A-Za-z_]\w*")
_KEPT = frozenset({"if", "return", "goto", "wp", "true", "false", "int", "float", "bool", "iter_cmp"})


class _Cpp:
    """Computes the normal form of Warp's generated C++ by value numbering.

    Effects are kept in order, each with the conditions under which it occurs: writes to arrays, results, and
    assignments to loop-carried variables.
    """

    def __init__(self, text: str, *, numbers: bool) -> None:
        self._numbers = numbers
        self._text = text
        self._functions: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def form(self) -> str:
        """Return the hash of the kernel's effects."""
        parts: list[str] = []
        for name, parameters, body in _bodies(self._text):
            made = _Body(self, parameters).effects(body)
            self._functions[name] = hash_text(*made)
            parts = made
        return hash_text(*parts)

    def word(self, found: re.Match[str]) -> str:
        """Return the normal form of a name: the hash of a function's body, or a number for another own name."""
        name = found[0]
        if name in self._functions:
            return self._functions[name]
        if name in _KEPT or name.startswith("builtin"):
            return name
        return self._names.setdefault(name, f"name{len(self._names)}")

    def constant(self, kind: str, text: str) -> str:
        """Return the hash of a constant of a type."""
        return hash_text("constant", kind, text if self._numbers else "")


class _Body:
    """The effects of one function's statements."""

    def __init__(self, owner: _Cpp, parameters: list[tuple[str, str]]) -> None:
        self._owner = owner
        self._kinds: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._numbers: dict[str, float] = {}
        self._under: list[str] = []
        self._loops = 0
        for place, (kind, name) in enumerate(parameters):
            self._kinds[name] = kind
            self._values[name] = hash_text("parameter", str(place), kind)

    def effects(self, lines: list[str]) -> list[str]:
        """Return the hashes of the statements' effects, in order."""
        found: list[str] = []
        for line in lines:
            found += self._line(line)
        return found

    def _line(self, line: str) -> Iterator[str]:
        if line.startswith(("template", "static constexpr", "//", "#")) or line in ("", "{"):
            return
        if line.startswith("}"):
            if self._under:
                self._under.pop()
            return
        if (given := _GIVEN.match(line)) is not None:
            self._kinds[given[2]] = given[1]
            self._values[given[2]] = hash_text("parameter", str(len(self._values)), given[1])
            return
        if (declared := _DECLARED.match(line)) is not None and not line.startswith("return"):
            self._declare(declared[1], declared[2], declared[3])
            return
        if (label := re.match(r"(start|end)_\w+:;$", line)) is not None:
            self._loops += label[1] == "start"
            yield hash_text(label[1], *self._under)
            return
        if re.match(r"(?:goto|continue|break)\b", line):
            yield hash_text(line.split("_")[0], *self._under)
            return
        if (test := re.match(r"if \((.+)\) \{$", line)) is not None:
            self._under.append(self._read(test[1]))
            return
        assigned = re.match(r"(var_\w+) = (.+);$", line)
        changed = re.match(r"wp::assign\((var_\w+), (var_\w+)\);$", line)
        if assigned is not None:
            yield from self._assign(assigned[1], assigned[2])
        elif changed is not None:
            value = self._values.get(changed[2], "")
            yield hash_text("assign", self._values.get(changed[1], ""), value, *self._under)
            self._values[changed[1]] = hash_text("assigned", value, str(self._loops), *self._under)
            self._numbers.pop(changed[1], None)
        else:
            yield hash_text("effect", self._read(line), *self._under)

    def _declare(self, kind: str, name: str, text: str | None) -> None:
        self._kinds[name] = kind
        if text is not None:
            self._values[name] = self._owner.constant(kind, text)
            if re.fullmatch(r"-?[\d.]+(e-?\d+)?", text):
                self._numbers[name] = float(text)

    def _assign(self, name: str, text: str) -> Iterator[str]:
        kind = self._kinds.get(name, "")
        call = re.match(r"(?:wp::)?(\w+)\((.*)\)$", text)
        arguments = [each.strip() for each in call[2].split(",")] if call is not None else []
        if call is not None and call[1] in _FOLDS and all(each in self._numbers for each in arguments):
            made = _FOLDS[call[1]](*(self._numbers[each] for each in arguments))
            self._numbers[name] = made
            self._values[name] = self._owner.constant(kind, repr(made))
            return
        if call is not None and call[1] in _COMMUTATIVE and len(arguments) == 2:
            operands = sorted(map(self._read, arguments))
            self._values[name] = hash_text(call[1], kind, *operands)
            return
        if call is not None and call[1] in ("copy", "load"):
            self._values[name] = hash_text(call[1], kind, self._read(call[2]))
            return
        self._values[name] = hash_text(kind, self._read(text))
        # A call with side effects, or that reads memory that may have been written, is not moved.
        if call is not None and re.match(r"(?:rand|sample|iter_next|atomic|poisson|tile)", call[1]):
            yield hash_text("does", self._values[name], *self._under)
            self._values[name] = hash_text("done", self._values[name], str(len(self._values)))

    def _read(self, text: str) -> str:
        text = _IDENTIFIER.sub(self._owner.word, text)
        return _VARIABLE.sub(lambda found: self._values.get(found[0], "?"), text)


def _bodies(text: str) -> Iterator[tuple[str, list[tuple[str, str]], list[str]]]:
    """Yield the name, the parameters and the lines of the body of each function of a text. The kernel is last."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        head = re.match(r"(?:static (?:CUDA_CALLABLE )?|(?=void ))[\w:<>, *]*?\b(\w+)\($", lines[number].strip())
        if head is None:
            number += 1
            continue
        parameters: list[tuple[str, str]] = []
        number += 1
        while not lines[number].startswith("{"):
            found = re.findall(r"([\w:<>, *&]+?) &?(var_\w+)", lines[number])
            parameters += [(kind.strip(" ,"), name) for kind, name in found]
            number += 1
        start = number + 1
        while lines[number] != "}":
            number += 1
        yield head[1], parameters, [line.strip() for line in lines[start:number]]


def normal_form(frontend: str, text: str, *, numbers: bool) -> str:
    """Return the hash of a text's normal form, with or without the values of constants."""
    if frontend == "jax":
        return _Jaxpr(numbers=numbers).form(parse(text))
    return _Cpp(text, numbers=numbers).form()


def _forms(task: tuple[str, int, int, int]) -> list[tuple[str, str] | None]:
    """Return the normal forms of candidates, each with and without numbers; None for a candidate without a text."""
    frontend, seed, start, stop = task
    level = "jaxpr" if frontend == "jax" else "cpp_forward"
    pipeline = SynthesisPipeline(frontend, seed=seed, level=(level,), verify="none", kernels_per_module=25)
    found: list[tuple[str, str] | None] = []
    for outcome in pipeline.outcomes(range(start, stop)):
        text = None if isinstance(outcome, Rejection) else outcome.texts[level]
        try:
            forms = text and tuple(normal_form(frontend, text, numbers=numbers) for numbers in (True, False))
        except JaxprSyntaxError:  # an equation without results is not supported
            forms = None
        found.append((forms[0], forms[1]) if forms else None)
    return found


def main(frontend: str, count: int, seed: int, processes: int = 2) -> None:
    print(f"{frontend}  seed {seed}  irsmith {version('irsmith')}")
    programs, structures = set[str](), set[str]()
    marks = [size for size in (1_000, 3_000, 10_000, 30_000, 100_000) if size <= count]
    tasks = [(frontend, seed, start, min(start + _TOGETHER, count)) for start in range(0, count, _TOGETHER)]
    seen = texts = 0
    with get_context("spawn").Pool(processes, maxtasksperchild=4) as pool:
        for made in pool.imap(_forms, tasks):
            for each in made:
                seen += 1
                if each is not None:
                    texts += 1
                    programs.add(each[0])
                    structures.add(each[1])
                if seen in marks:
                    shares = (100 * len(found) / texts for found in (programs, structures))
                    print("{:>8} drawn  {:>7} texts  {:>7} programs  {:>7} structures  {:.1f} %  {:.1f} %".format(
                        seen, texts, len(programs), len(structures), *shares), flush=True)  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
