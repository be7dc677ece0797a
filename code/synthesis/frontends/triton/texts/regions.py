"""The reader of operations with regions: loops, conditions, and combining functions."""

from collections.abc import Sequence
from typing import Protocol

from synthesis.frontends.triton.texts.attributes import AttributeReader
from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.scanner import Scanner
from synthesis.frontends.triton.texts.scopes import Scopes
from synthesis.frontends.triton.texts.structure import Operation, Region, Value
from synthesis.frontends.triton.texts.types import BOOL, Type, TypeReader, problem_with
from synthesis.frontends.triton.texts.written import FormatReader

LOOPS = frozenset(("scf.for", "scf.if", "scf.while"))
"""The operations that this module reads."""


class Parts(Protocol):
    """The part of the parser that this module uses."""

    scanner: Scanner
    types: TypeReader
    attributes: AttributeReader
    formats: FormatReader
    scopes: Scopes

    def operand(self) -> Value:
        """Read the name of a defined value, and return the value."""
        ...

    def define(self, name: str, types: Sequence[Type], line: int) -> list[Value]:
        """Return new values with a name."""
        ...

    def region(
        self, end: str, results: Sequence[Type] | None, *, arguments: Sequence[Value] = (), opened: bool = False
    ) -> Region:
        """Read a region in braces."""
        ...


class RegionReader:
    """A reader of an operation after its name, which returns the types of the operation's results."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def read(self, operation: Operation) -> list[Type]:
        """Read a loop or a condition, and return the types of its results.

        Raises:
            TextError: if its syntax is not that of the dialect ``scf``.
        """
        if operation.name == "scf.for":
            types = self._for(operation)
        elif operation.name == "scf.if":
            types = self._if(operation)
        else:
            types = self._while(operation)
        scanner = self._parts.scanner
        scanner.accept("attributes")
        if scanner.sees("{"):
            operation.attributes.update(self._parts.attributes.dictionary())
        return types

    def _initial(self) -> tuple[list[tuple[str, int]], list[Value]]:
        """Read names with initial values in brackets."""
        scanner = self._parts.scanner
        names: list[tuple[str, int]] = []
        values: list[Value] = []
        scanner.expect("(")
        while not scanner.accept(")"):
            line = scanner.line
            names.append((scanner.value(), line))
            scanner.expect("=")
            values.append(self._parts.operand())
            if not scanner.accept(","):
                scanner.expect(")")
                break
        return names, values

    def _for(self, operation: Operation) -> list[Type]:
        parts, scanner = self._parts, self._parts.scanner
        if scanner.accept("unsigned"):
            operation.attributes["unsigned"] = True
        line, name = scanner.line, scanner.value()
        scanner.expect("=")
        bounds: list[Value] = []
        for word in ("to", "step", ""):
            bounds.append(parts.operand())
            if word:
                scanner.expect(word)
        counter = bounds[0].type
        if not counter.is_integer or counter.shape is not None or any(each.type != counter for each in bounds):
            raise TextError(line, "the bounds of a loop must be integers of one type")
        names: list[tuple[str, int]] = []
        initial: list[Value] = []
        types: list[Type] = []
        if scanner.accept("iter_args"):
            names, initial = self._initial()
            scanner.expect("->")
            types = parts.formats.type_list()
            _check_types(line, types, initial)
        if scanner.accept(":") and parts.types.read() != counter:
            raise TextError(line, "the type of a loop differs from that of its bounds")
        operation.operands = bounds + initial
        parts.scopes.open()
        arguments = [*parts.define(name, [counter], line)]
        for (each, at), given in zip(names, types, strict=True):
            arguments += parts.define(each, [given], at)
        operation.regions.append(parts.region("scf.yield", types, arguments=arguments, opened=True))
        return types

    def _if(self, operation: Operation) -> list[Type]:
        parts, scanner = self._parts, self._parts.scanner
        condition = parts.operand()
        if condition.type != BOOL:
            raise problem_with(operation.line, BOOL, condition.type, "the condition")
        operation.operands = [condition]
        types = parts.formats.type_list() if scanner.accept("->") else []
        operation.regions.append(parts.region("scf.yield", types))
        if scanner.accept("else"):
            operation.regions.append(parts.region("scf.yield", types))
        elif types:
            raise TextError(operation.line, "a condition with results and no else")
        return types

    def _while(self, operation: Operation) -> list[Type]:
        parts, scanner = self._parts, self._parts.scanner
        names, initial = self._initial() if scanner.sees("(") else ([], [])
        scanner.expect(":")
        taken = parts.formats.type_list()
        scanner.expect("->")
        types = parts.formats.type_list()
        _check_types(operation.line, taken, initial)
        operation.operands = initial
        parts.scopes.open()
        arguments: list[Value] = []
        for (each, at), given in zip(names, taken, strict=True):
            arguments += parts.define(each, [given], at)
        operation.regions.append(parts.region("scf.condition", types, arguments=arguments, opened=True))
        scanner.expect("do")
        after = parts.region("scf.yield", taken)
        if [each.type for each in after.blocks[0].arguments] != types:
            raise TextError(operation.line, "the body of a loop does not take the types that the condition passes on")
        operation.regions.append(after)
        return types

    def combiner(self, end: str, results: Sequence[Type] | None) -> Region:
        """Read the region of a reduction, a scan or a map.

        Args:
            end: the operation that ends the region.
            results: the types that it returns, and takes twice as arguments; None for a map.

        Raises:
            TextError: if it takes other values.
        """
        parts = self._parts
        line = parts.scanner.line
        region = parts.region(end, results)
        taken = [each.type for each in region.blocks[0].arguments]
        if results is not None and taken != [*results, *results]:
            raise TextError(line, "a combining region must take each type twice")
        return region


def _check_types(line: int, types: Sequence[Type], values: Sequence[Value]) -> None:
    if len(types) != len(values):
        raise TextError(line, f"{len(values)} values for {len(types)} types")
    for given, value in zip(types, values, strict=True):
        if value.type != given:
            raise problem_with(line, given, value.type, "an initial value")
