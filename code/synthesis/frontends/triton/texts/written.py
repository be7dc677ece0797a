"""The reader of an operation by its format."""

from collections.abc import Callable, Mapping, Sequence

from synthesis.frontends.triton.texts.attributes import AttributeReader
from synthesis.frontends.triton.texts.scanner import Scanner
from synthesis.frontends.triton.texts.structure import Operation, Value
from synthesis.frontends.triton.texts.types import TOKEN, Kind, Type, TypeReader, problem_with

FLAGS = ("exact", "nneg", "nonNeg", "disjoint", "to_nearest_even", "toward_zero")
"""Words after operands that do not change the results of a correct text, except those that ``casts`` implements."""


class FormatReader:
    """A reader of the operands, attributes and types of one operation after its name."""

    def __init__(
        self, scanner: Scanner, types: TypeReader, attributes: AttributeReader, find: Callable[[], Value]
    ) -> None:
        self._scanner = scanner
        self._types = types
        self._attributes = attributes
        self._find = find
        self._operation = Operation(name="", line=0)
        self._found: dict[str, list[Type]] = {}

    def read(self, operation: Operation, words: Sequence[str]) -> list[Type]:
        """Read an operation, and return the types of its results.

        Raises:
            TextError: if the text does not follow the format.
        """
        self._operation = operation
        self._found = {}
        split = words.index("=>") if "=>" in words else len(words)
        self._words(words[:split])
        if "@function" in words:
            return self._found["@function"]
        return [each for word in words[split + 1 :] for each in self._result(word)]

    def _words(self, words: Sequence[str]) -> None:
        position = 0
        while position < len(words):
            word = words[position]
            if word == "(?":
                end = _closing(words, position)
                if self._present(words[position + 1 : end]):
                    self._words(words[position + 1 : end])
                position = end
            else:
                self._word(word)
            position += 1

    def _present(self, words: Sequence[str]) -> bool:
        first = words[0]
        if first.startswith("%"):
            return self._scanner.sees("%")
        if first.startswith("<"):
            # Only arith.select has a type that may be left out, the one of a block of conditions.
            condition = self._operation.given("c")
            return condition is not None and condition.type.shape is not None
        return self._scanner.sees(first)

    def _word(self, word: str) -> None:
        scanner, operation = self._scanner, self._operation
        mark, name = word[0], word[1:]
        if mark == "%":
            self._operand(name)
        elif mark == "$" and name:
            operation.attributes[name] = scanner.word()
        elif mark == '"':
            operation.attributes[name] = scanner.string()
        elif mark == "#":
            operation.attributes[name] = scanner.integer()
        elif mark == "<":
            self._type(name[:-1])
        elif mark == "@":
            self._special(name)
        else:
            scanner.expect(word)

    def _operand(self, name: str) -> None:
        if not name.endswith("*"):
            value = self._find()
            self._operation.operands.append(value)
            self._operation.named[name] = value
            return
        several: list[Value] = []
        while self._scanner.sees("%"):
            several.append(self._find())
            if not self._scanner.accept(","):
                break
        self._operation.operands.extend(several)
        self._operation.named[name[:-1]] = several

    def _special(self, name: str) -> None:
        scanner, operation = self._scanner, self._operation
        if name == "attrs":
            if scanner.accept("<"):
                operation.attributes.update(self._attributes.dictionary())
                scanner.expect(">")
            if scanner.sees("{"):
                operation.attributes.update(self._attributes.dictionary())
        elif name == "flags":
            self._flags()
        elif name == "callee":
            operation.attributes["callee"] = scanner.symbol()
        elif name == "spaces":
            scanner.word()
            while scanner.accept("|"):
                scanner.word()
        elif name == "offsets":
            offsets = operation.attributes["offsets"] = list[int]()
            while scanner.sees_number:
                offsets.append(scanner.integer())
                scanner.accept(",")
        else:
            self._function()

    def _flags(self) -> None:
        scanner = self._scanner
        while True:
            if scanner.accept("fastmath") or scanner.accept("overflow"):
                scanner.balanced()
                continue
            flag = next((each for each in FLAGS if scanner.accept(each)), None)
            if flag is None:
                return
            self._operation.attributes[flag] = True

    def function_of(self, operation: Operation) -> list[Type]:
        """Read a function type whose arguments are an operation's operands, and return the types of its results."""
        self._operation = operation
        self._found = {}
        self._function()
        return self._found["@function"]

    def _function(self) -> None:
        scanner = self._scanner
        scanner.expect("(")
        for number, operand in enumerate(self._operation.operands):
            if number:
                scanner.expect(",")
            self._check(operand)
        scanner.expect(")")
        scanner.expect("->")
        self._found["@function"] = self.type_list()

    def type_list(self) -> list[Type]:
        """Return one type, or several in brackets."""
        scanner = self._scanner
        if not scanner.accept("("):
            return [self._types.read()]
        found: list[Type] = []
        while not scanner.accept(")"):
            found.append(self._types.read())
            if not scanner.accept(","):
                scanner.expect(")")
                break
        return found

    def _type(self, names: str) -> None:
        if names.endswith("*"):
            several = self._operation.named.get(names[:-1])
            if isinstance(several, list):
                for number, operand in enumerate(several):
                    if number:
                        self._scanner.expect(",")
                    self._check(operand)
            else:
                self._found[names] = self.type_list()
            return
        operands = [each for name in names.split(",") if isinstance(each := self._operation.named.get(name), Value)]
        if not operands:
            elided = Kind.DESCRIPTOR if self._operation.name == "tt.make_tensor_descriptor" else Kind.LOCAL
            self._found[names] = [self._types.read(elided)]
            return
        written = self._check(operands[0])
        for operand in operands[1:]:
            if operand.type != written:
                raise problem_with(self._operation.line, written, operand.type, "an operand")

    def _check(self, operand: Value) -> Type:
        written = self._types.read(operand.type.kind)
        if written != operand.type:
            raise problem_with(self._operation.line, written, operand.type, "an operand")
        return written

    def _result(self, word: str) -> list[Type]:
        if word.startswith("<"):
            return self._found[word[1:-1]]
        if word == "token":
            return [TOKEN]
        if word.endswith("*"):
            return [each.type for each in self._operation.several(word[:-1])]
        rule, _, name = word.removesuffix(")").rpartition("(")
        operand = self._operation.given(name)
        if operand is None:
            raise self._scanner.error(f"{self._operation.name} has no operand {name}")
        return [RULES[rule](operand.type)]


def _pointee(given: Type) -> Type:
    return Type(Kind.NUMBER, given.element, given.shape)


RULES: Mapping[str, Callable[[Type], Type]] = {
    "": lambda given: given,
    "bool": lambda given: given.of("i1"),
    "pointee": _pointee,
    "scalar": lambda given: given.scalar,
}
"""The rules that derive the type of a result from that of an operand."""


def _closing(words: Sequence[str], start: int) -> int:
    depth = 0
    for position in range(start, len(words)):
        depth += (words[position] == "(?") - (words[position] == "?)")
        if depth == 0:
            return position
    raise ValueError(f"a format that is not closed: {words}")
