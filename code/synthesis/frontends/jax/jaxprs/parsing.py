"""The parser of printed jaxprs, which returns graphs.

JAX has no such parser. The grammar is that of ``jax.core.pp_jaxpr`` in the rows' texts: shared ``let`` definitions,
binders with types, parameters in brackets, literals with types, and arguments that continue on further lines.
"""

import functools
import re
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from synthesis.core.formats import is_whole
from synthesis.frontends.jax.graphs import Constant, Equation, Graph, Shaped, dtype_of, is_printed
from synthesis.frontends.jax.jaxprs.captured import array_of
from synthesis.frontends.jax.releases import RAW_PARAMETERS, equation_of

_TYPE = re.compile(r"\s*([a-z]+\d*(?:_e\d\w*)?|key<\w+>)\[([^\]]*)\]")
_NAME = re.compile(r"\s*([A-Za-z_][\w.]*)")
_BINDER = re.compile(r"\s*([a-z_]+):(?=(?:[a-z]+\d*(?:_e\d\w*)?|key<\w+>)\[)")
_LITERAL = re.compile(r"\s*(-?(?:inf|nan|\d[\d.]*(?:e[+-]?\d+)?)j?|True|False|\([^()\s]*j\)|\(b'',\))(?=:[a-z])")
_NUMBER = re.compile(r"\s*(-?(?:inf|nan)\b|-?\d+\.?\d*(?:[eE][+-]?\d+)?)")
_PRIMITIVE = re.compile(r"\s*([A-Za-z_]\w*(?:-[a-z]+)*)")
_END = re.compile(r"\s*in\s*\(")
_WORDS_IN_BRACES = re.compile(r"\s*\{\s*['\"]")
"""Matches the start of a set of texts, such as the names that a policy of ``jax.checkpoint`` saves."""
_SPACE = re.compile(r"\s*")
_MARK = re.compile(r"\s*(\S)")
_WITHOUT_RESULTS = re.compile(r"\s*[A-Za-z_]\w*(?:-[a-z]+)*\[")
_RAW = re.compile(r"\s*(?:<[^>]*>|[^\s\[\](){},]+)")
_DEFINITION = re.compile(r"\s*let ([\w.]+) = (?=\{ lambda)")
_CAPTURED = re.compile(r"\s*let ([a-z_]+) = ([^{:]*):(?=[a-z])")
_BRACKET = re.compile(r"'[^'\n]*'|[()\[\]{}]")
_WORDS = {"None": None, "True": True, "False": False, "(b'',)": False}
"""Words that are values. The last one is the printed tangent of an integer."""


class JaxprSyntaxError(ValueError):
    """An error for a text that is not a jaxpr, or that the parser does not support; the message has the position."""


def parse(text: str) -> Graph:
    """Return the graph of a printed jaxpr.

    Raises:
        JaxprSyntaxError: if the text is not a jaxpr, or is not supported.
    """
    parser = _Parser(text)
    parser.read_captured()
    graph = parser.top()
    if text[parser.at :].strip():
        raise parser.error("the end of the text")
    return graph


@functools.lru_cache(4096)
def _shaped(kind: str, sizes: str) -> Shaped:
    if not is_printed(kind):
        raise TypeError(f"{kind!r} is not a type that JAX prints")
    generator = kind[len("key<") : -1] if kind.startswith("key<") else ""
    return Shaped(dtype_of(kind), tuple(int(size) for size in sizes.split(",") if size.strip()), generator)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._shared: dict[str, Any] = {}
        """Maps the name of a definition to its graph or, before its first use, to the position where it begins."""
        self._captured: dict[str, tuple[Shaped, Any]] = {}

    def error(self, expected: str) -> JaxprSyntaxError:
        left = self.text[self.at :]
        at = len(self.text) - len(left.lstrip())
        line = self.text.count("\n", 0, at) + 1
        found = repr(self.text[at : at + 30]) if left.strip() else "the end of the text"
        return JaxprSyntaxError(f"line {line} has {found}, expected {expected}")

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def _sees(self, mark: str) -> bool:
        return self.text.startswith(mark, self._next())

    def _take(self, mark: str) -> None:
        position = self._next()
        if not self.text.startswith(mark, position):
            raise self.error(repr(mark))
        self.at = position + len(mark)

    def _next(self) -> int:
        """Return the position of the next token."""
        found = _SPACE.match(self.text, self.at)
        return found.end() if found else self.at

    def _name(self) -> str:
        found = self._match(_NAME)
        if not found:
            raise self.error("a name")
        return found[1]

    def top(self) -> Graph:
        """Return the main graph.

        The definitions before it are found first and parsed on first use, since a definition may use a later one.
        """
        outer = dict(self._shared)
        while found := self._match(_DEFINITION):
            self._shared[found[1]] = self.at
            self._skip()
            self._take("in")
        graph = self.graph()
        self._shared = outer
        return graph

    def read_captured(self) -> None:
        """Read the captured arrays, which precede all functions."""
        while found := self._match(_CAPTURED):
            name, kind = found[1], self._type()
            try:
                value = array_of(found[2], kind)
            except ValueError as error:
                raise self.error(f"the text after a valid captured array; this one has {error}") from None
            if name in self._captured:
                raise self.error(f"the text after captured arrays with different names; two are named {name}")
            self._captured[name] = kind, value
            self._take("in")

    def _values_of(self, constants: Sequence[tuple[str, Shaped]]) -> tuple[Any, ...]:
        """Return the arrays that a function captures; empty if the text does not contain them."""
        if not any(name in self._captured for name, _ in constants):
            return ()
        found = list[Any]()
        for name, kind in constants:
            known, value = self._captured.get(name, (None, None))
            if known != kind:
                raise self.error(f"the text after captured arrays of the function's types; {name} has another type")
            found.append(value)
        return tuple(found)

    def _skip(self) -> None:
        """Skip a graph without reading it."""
        depth = 0
        for mark in re.compile(r"[{}]").finditer(self.text, self.at):
            depth += 1 if mark[0] == "{" else -1
            if depth == 0:
                self.at = mark.end()
                return
        raise self.error("the end of a definition")

    def graph(self) -> Graph:
        self._take("{")
        self._take("lambda")
        constants = self._binders(";")
        values = self._values_of(constants)
        self._take(";")
        inputs = self._binders(".")
        self._take(".")
        self._take("let")
        equations: list[Equation] = []
        while not _END.match(self.text, self.at):
            if self._sees(";"):  # it separates equations on one line
                self._take(";")
            equations.append(self._equation())
        self._take("in")
        self._take("(")
        outputs: list[Any] = []
        while not self._sees(")"):
            outputs.append(self._atom())
            if self._sees(","):
                self._take(",")
        self._take(")")
        self._take("}")
        names = tuple(name for name, _ in inputs)
        types = tuple(kind for _, kind in inputs)
        known = tuple(name for name, _ in constants)
        return Graph(known, names, tuple(equations), tuple(outputs), values=values, types=types)

    def _binders(self, end: str) -> list[tuple[str, Shaped]]:
        found: list[tuple[str, Shaped]] = []
        while not self._sees(end):
            found.append(self._binder())
        return found

    def _binder(self) -> tuple[str, Shaped]:
        found = self._match(_BINDER)
        if not found:
            raise self.error("a name and its type")
        return found[1], self._type()

    def _type(self) -> Shaped:
        found = self._match(_TYPE)
        if not found:
            raise self.error("a type")
        try:
            return _shaped(found[1], found[2])
        except (TypeError, ValueError):
            raise self.error("a type of numbers, and sizes") from None

    def _equation(self) -> Equation:
        binders: list[tuple[str, Shaped]] = []
        if not _WITHOUT_RESULTS.match(self.text, self.at):
            while not self._sees("="):
                binders.append(self._binder())
            self._take("=")
        found = self._match(_PRIMITIVE)
        if not found:
            raise self.error("a primitive")
        parameters: dict[str, Any] = {}
        if self.text[self.at : self.at + 1] == "[":
            self._take("[")
            while not self._sees("]"):
                name = self._name()
                self._take("=")
                parameters[name] = self._raw() if name in RAW_PARAMETERS else self._value(graphs=name != "name")
            self._take("]")
        inputs: list[Any] = []
        while self._has_argument():
            inputs.append(self._atom())
        try:
            primitive, parameters = equation_of(found[1], parameters)
        except ValueError as error:
            raise JaxprSyntaxError(str(error)) from None
        return Equation(
            primitive, parameters, tuple(inputs), tuple(name for name, _ in binders), tuple(kind for _, kind in binders)
        )

    def _has_argument(self) -> bool:
        if number := _LITERAL.match(self.text, self.at):
            # Variables of a long function may be called inf and nan. One that begins a line is assigned there.
            return number[1] not in ("inf", "nan") or "\n" not in number[0]
        found = _NAME.match(self.text, self.at)
        if not found:
            return False
        after = _MARK.match(self.text, found.end())
        mark = after[1] if after else ""
        return mark not in (":", "[") and not (found[1] == "in" and mark == "(")

    def _atom(self) -> Any:
        found = self._match(_LITERAL)
        if not found:
            return self._name()
        self._take(":")
        kind = self._type()
        value: Any = _WORDS[found[1]] if found[1] in _WORDS else complex(found[1])
        if not isinstance(value, complex) or kind.dtype is None or kind.dtype.kind == "c":
            return Constant(np.asarray(value, dtype=kind.dtype))
        number = int(found[1]) if is_whole(kind.dtype) else float(found[1])
        return Constant(np.asarray(number).astype(kind.dtype))

    def _value(self, *, graphs: bool = True) -> Any:
        """Return a parameter's value: a graph, a Python literal, or other words as text.

        Args:
            graphs: whether the name of a definition is replaced by its graph.
        """
        if _WORDS_IN_BRACES.match(self.text, self.at):
            return self._raw()
        if self._sees("{"):
            return self.graph()
        if _DEFINITION.match(self.text, self.at):
            return self.top()
        for opening, closing in (("(", ")"), ("[", "]")):
            if self._sees(opening):
                return self._items(opening, closing)
        number = self._match(_NUMBER)
        if number:
            text = number[1]
            return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
        found = self._match(_NAME)
        if not found:
            raw = self._match(_RAW)
            if not raw:
                raise self.error("a value")
            return raw[0].strip()
        word = found[1]
        if self.text[self.at : self.at + 1] == "(":
            return self._call(word)
        if graphs and word in self._shared:
            return self._defined(word)
        return _WORDS.get(word, word)

    def _raw(self) -> str:
        """Return a value as text, up to the bracket that closes its first bracket."""
        start, depth = self._next(), 0
        for mark in _BRACKET.finditer(self.text, start):
            depth += (mark[0] in "([{") - (mark[0] in ")]}")
            if depth == 0 and mark[0] in ")]}":
                self.at = mark.end()
                return self.text[start : self.at]
        raise self.error("a value in brackets")

    def _defined(self, word: str) -> Graph:
        known = self._shared[word]
        if isinstance(known, int):
            here, self.at = self.at, known
            known = self._shared[word] = self.graph()
            self.at = here
        return known

    def _items(self, opening: str, closing: str) -> tuple[Any, ...]:
        self._take(opening)
        found: list[Any] = []
        while not self._sees(closing):
            found.append(self._value())
            if self._sees(","):
                self._take(",")
        self._take(closing)
        return tuple(found)

    def _call(self, word: str) -> Any:
        """Parse ``np.int64(3)``, or an object that is printed as a constructor call."""
        self._take("(")
        named: dict[str, Any] = {}
        plain: list[Any] = []
        while not self._sees(")"):
            keyword = re.compile(r"\s*(\w+)=").match(self.text, self.at)
            if keyword:
                self.at = keyword.end()
                named[keyword[1]] = self._value()
            else:
                plain.append(self._value())
            if self._sees(","):
                self._take(",")
        self._take(")")
        if word.startswith("np.") and len(plain) == 1:
            return plain[0]
        return SimpleNamespace(**named) if named else (word, *plain)
