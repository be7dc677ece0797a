"""The parser of a text: modules, functions, regions and operations."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from synthesis.frontends.triton.texts.attributes import AttributeReader
from synthesis.frontends.triton.texts.errors import DEFAULT_LIMITS, Limits, TextError
from synthesis.frontends.triton.texts.formats import FORMATS
from synthesis.frontends.triton.texts.regions import LOOPS, RegionReader
from synthesis.frontends.triton.texts.scanner import Scanner
from synthesis.frontends.triton.texts.scopes import Scopes
from synthesis.frontends.triton.texts.structure import Block, Function, Module, Operation, Region, Successor, Value
from synthesis.frontends.triton.texts.types import BOOL, TOKEN, Kind, Type, TypeReader, problem_with
from synthesis.frontends.triton.texts.written import FormatReader

ENDS = frozenset(
    [
        "scf.yield",
        "scf.condition",
        "tt.return",
        "tt.reduce.return",
        "tt.scan.return",
        "tt.map_elementwise.return",
        "cf.br",
        "cf.cond_br",
    ]
)
"""The operations that end a block."""

COMBINERS: Mapping[str, str] = MappingProxyType(
    {
        "tt.reduce": "tt.reduce.return",
        "tt.scan": "tt.scan.return",
        "tt.map_elementwise": "tt.map_elementwise.return",
    }
)
"""Operations with a region that are written in the generic form, and the operation that ends the region."""


def parse(text: str, limits: Limits = DEFAULT_LIMITS) -> Module:
    """Return the functions of a TTIR or TTGIR text.

    Args:
        text: the text as Triton prints it, with or without locations.
        limits: the limits of the text.

    Raises:
        TextError: if the text cannot be parsed, or has operations or types that are not known.
    """
    return _Parser(text, limits).module()


class _Parser:
    def __init__(self, text: str, limits: Limits) -> None:
        self.scanner = Scanner(text, limits)
        self.limits = limits
        self.types = TypeReader(self.scanner, limits)
        self.attributes = AttributeReader(self.scanner, self.types, limits)
        self.scopes = Scopes()
        self.formats = FormatReader(self.scanner, self.types, self.attributes, self.operand)
        self.regions = RegionReader(self)
        self._bytes = 0

    def module(self) -> Module:
        scanner = self.scanner
        scanner.aliases()
        scanner.expect("module")
        given = self.attributes.dictionary() if scanner.accept("attributes") else {}
        scanner.expect("{")
        functions: dict[str, Function] = {}
        while not scanner.accept("}"):
            function = self._function()
            if function.name in functions:
                raise TextError(function.line, f"the function {function.name} is defined twice")
            functions[function.name] = function
        scanner.location()
        scanner.aliases()
        if not scanner.at_end:
            raise scanner.error("text after the module")
        return Module(functions, is_lowered="ttg.num-warps" in given)

    def _function(self) -> Function:
        scanner = self.scanner
        line = scanner.line
        scanner.expect("tt.func")
        private = scanner.accept("private")
        public = not private and scanner.accept("public")
        name = scanner.symbol()
        self.scopes = Scopes()
        self.scopes.open()
        arguments = self.block_arguments()
        results = self._function_results() if scanner.accept("->") else []
        if scanner.accept("attributes"):
            self.attributes.dictionary()
        body = None
        if scanner.sees("{"):
            body = self.region("tt.return", results, opened=True)
        scanner.location()
        return Function(
            name=name,
            line=line,
            public=public,
            arguments=arguments,
            results=results,
            body=body,
            values=self.scopes.values,
        )

    def _function_results(self) -> list[Type]:
        if not self.scanner.accept("("):
            return [self.types.read()]
        found: list[Type] = []
        while not self.scanner.accept(")"):
            found.append(self.types.read())
            if self.scanner.sees("{"):
                self.attributes.dictionary()
            if not self.scanner.accept(","):
                self.scanner.expect(")")
                break
        return found

    def block_arguments(self) -> list[Value]:
        """Read names and types in brackets, and return the values that they define."""
        scanner = self.scanner
        scanner.expect("(")
        found: list[Value] = []
        while not scanner.accept(")"):
            line, name = scanner.line, scanner.value()
            scanner.expect(":")
            found += self.define(name, [self.types.read()], line)
            if scanner.sees("{"):
                self.attributes.dictionary()
            scanner.location()
            if not scanner.accept(","):
                scanner.expect(")")
                break
        return found

    def define(self, name: str, types: Sequence[Type], line: int) -> list[Value]:
        """Return new values with a name, after adding their memory to the limit."""
        self._bytes += sum(
            each.size * max(8 if each.kind is Kind.POINTER else 0, each.dtype.itemsize) for each in types
        )
        if self._bytes > self.limits.values:
            raise TextError(line, f"the blocks need more than {self.limits.values} bytes")
        return self.scopes.define(name, types, line)

    def operand(self) -> Value:
        """Read the name of a defined value, and return the value."""
        scanner = self.scanner
        line, name, number = scanner.line, scanner.value(), None
        if scanner.accept("#"):
            number = scanner.integer()
        return self.scopes.find(name, number, line)

    def region(
        self, end: str, results: Sequence[Type] | None, *, arguments: Sequence[Value] = (), opened: bool = False
    ) -> Region:
        """Read a region in braces.

        Args:
            end: the operation that leaves the region.
            results: the types of the operands of ``end``; None if the caller checks them.
            arguments: the arguments of the first block, if the operation itself names them.
            opened: whether the scope with the arguments is already open.
        """
        scanner = self.scanner
        if self.scopes.depth > self.limits.regions:
            raise scanner.error("regions are nested too deeply")
        if not opened:
            self.scopes.open()
        scanner.expect("{")
        blocks = [Block(label="", arguments=list(arguments), line=scanner.line)]
        if scanner.sees("^"):
            blocks[0].label = scanner.label()
            if scanner.sees("("):
                blocks[0].arguments += self.block_arguments()
            scanner.expect(":")
        while not scanner.accept("}"):
            if scanner.sees("^"):
                if len(blocks) >= self.limits.blocks:
                    raise scanner.error(f"a region of more than {self.limits.blocks} blocks")
                blocks.append(Block(label=scanner.label(), arguments=[], line=scanner.line))
                self.scopes.next_block(len(blocks) - 1)
                if scanner.sees("("):
                    blocks[-1].arguments += self.block_arguments()
                scanner.expect(":")
                continue
            block = blocks[-1]
            if block.operations and block.operations[-1].name in ENDS:
                raise scanner.error("an operation after the end of its block")
            block.operations.append(self.operation())
        region = Region(blocks)
        self._check_ends(region, end, results)
        self.scopes.close(region)
        return region

    def _check_ends(self, region: Region, end: str, results: Sequence[Type] | None) -> None:
        by_label = {block.label: block for block in region.blocks}
        if len(by_label) < len(region.blocks):
            raise TextError(region.blocks[0].line, "two blocks with one label")
        for block in region.blocks:
            if not block.operations or block.operations[-1].name not in ENDS:
                if results or not end.startswith("scf.") or len(region.blocks) > 1:
                    raise TextError(block.line, f"a block that does not end with {end}")
                block.operations.append(Operation(name=end, line=block.line))
            last = block.operations[-1]
            if last.successors:
                for successor in last.successors:
                    target = by_label.get(successor.label)
                    if target is None or target is region.blocks[0]:
                        raise TextError(last.line, f"no block {successor.label} to go to")
                    check_values(last.line, successor.values, [each.type for each in target.arguments])
                continue
            if last.name != end:
                raise TextError(last.line, f"a block that ends with {last.name}, not {end}")
            if results is not None:
                check_values(last.line, last.operands[1:] if end == "scf.condition" else last.operands, results)

    def operation(self) -> Operation:
        """Read an operation with its results."""
        scanner = self.scanner
        line = scanner.line
        names: list[tuple[str, int]] = []
        while scanner.sees("%"):
            name = scanner.value()
            names.append((name, scanner.integer() if scanner.accept(":") else 1))
            if not scanner.accept(","):
                scanner.expect("=")
                break
        operation = Operation(name="", line=line)
        types = self._body(operation)
        scanner.location()
        count = sum(each for _, each in names)
        if names and count == len(types) + 1 and operation.name.startswith("ttng.tmem"):
            types = [*types, TOKEN]
        if count != len(types) and (names or types):
            raise TextError(line, f"{operation.name} has {len(types)} results, not {count}")
        for name, several in names:
            operation.results += self.define(name, types[:several], line)
            types = types[several:]
        return operation

    def _body(self, operation: Operation) -> list[Type]:
        scanner = self.scanner
        if scanner.sees('"'):
            operation.name = scanner.string()
            return self._generic(operation)
        name = operation.name = scanner.word()
        if name == "arith.constant":
            return self._constant(operation)
        if name in LOOPS:
            return self.regions.read(operation)
        if name in ENDS:
            self._end(operation)
            return []
        words = FORMATS.get(name)
        if words is None:
            raise TextError(operation.line, f"unknown operation {name[:60]}")
        return self.formats.read(operation, words)

    def _constant(self, operation: Operation) -> list[Type]:
        if self.scanner.sees("{"):
            operation.attributes.update(self.attributes.dictionary())
        operation.attributes["value"], given = self.attributes.constant()
        return [given]

    def _generic(self, operation: Operation) -> list[Type]:
        scanner, name = self.scanner, operation.name
        end = COMBINERS.get(name)
        if end is None:
            raise TextError(operation.line, f"unknown operation {name[:60]!r} in the generic form")
        scanner.expect("(")
        while not scanner.accept(")"):
            operation.operands.append(self.operand())
            if not scanner.accept(","):
                scanner.expect(")")
                break
        if scanner.accept("<"):
            operation.attributes.update(self.attributes.dictionary())
            scanner.expect(">")
        results = [each.type.scalar for each in operation.operands]
        scanner.expect("(")
        region = self.regions.combiner(end, None if name == "tt.map_elementwise" else results)
        operation.regions.append(region)
        scanner.expect(")")
        if scanner.sees("{"):
            operation.attributes.update(self.attributes.dictionary())
        scanner.expect(":")
        return self.formats.function_of(operation)

    def _end(self, operation: Operation) -> None:
        scanner, name = self.scanner, operation.name
        if name == "cf.br":
            operation.successors.append(self._successor())
        elif name == "cf.cond_br":
            operation.operands.append(self.operand())
            scanner.expect(",")
            operation.successors.append(self._successor())
            scanner.expect(",")
            operation.successors.append(self._successor())
        else:
            if name == "scf.condition":
                scanner.expect("(")
                operation.operands.append(self.operand())
                scanner.expect(")")
            operation.operands += self.typed_values()
        if name in ("cf.cond_br", "scf.condition") and operation.operands[0].type != BOOL:
            raise problem_with(operation.line, BOOL, operation.operands[0].type, "the condition")
        if scanner.sees("{"):
            self.attributes.dictionary()

    def _successor(self) -> Successor:
        label = self.scanner.label()
        values: list[Value] = []
        if self.scanner.accept("("):
            values = self.typed_values()
            self.scanner.expect(")")
        return Successor(label, values)

    def typed_values(self) -> list[Value]:
        """Read values and, after a colon, their types; return an empty list if there are no values."""
        scanner = self.scanner
        values: list[Value] = []
        while scanner.sees("%"):
            values.append(self.operand())
            if not scanner.accept(","):
                scanner.expect(":")
                for number, value in enumerate(values):
                    if number:
                        scanner.expect(",")
                    written = self.types.read(value.type.kind)
                    if written != value.type:
                        raise problem_with(scanner.line, written, value.type, "an operand")
                break
        return values


def check_values(line: int, values: Sequence[Value], types: Sequence[Type]) -> None:
    """Check the number and types of values.

    Raises:
        TextError: if they differ.
    """
    if len(values) != len(types):
        raise TextError(line, f"{len(values)} values where {len(types)} are taken")
    for value, expected in zip(values, types, strict=True):
        if value.type != expected:
            raise problem_with(line, expected, value.type, "a value")
