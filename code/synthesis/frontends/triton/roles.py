"""The roles of a kernel's pointer arguments, read or written, from its TTIR."""

import re
from collections import defaultdict
from collections.abc import Sequence

from synthesis.core.signatures import Role

_NAME = re.compile(r"%\w+(?:#\d+)?")
_ARGUMENT = re.compile(r"(%arg\d+): (?:!tt\.ptr|!tt\.tensordesc)")
_OPERATION = re.compile(r"^( *)(?:(%[\w:, %]+?) = )?\"?([a-z_]\w*\.[\w.]+)\"?(?![\w.])(.*)$")
_CARRIED = re.compile(r"(%\w+) = (%\w+(?:#\d+)?)")
_BLOCK = re.compile(r"^ *\^(\w+)(?:\((.*)\))?:")
_BRANCH = re.compile(r"\^(\w+)\(([^)]*)\)")
_ASSIGNED = re.compile(r"^( *)(?:(%[\w:, %]+?) = )?(.*)$")
_BOUND = re.compile(r"(%\w+) = ")
_USED = re.compile(r"(%\w+)\b(?! = )")
_POINTER = re.compile(r"!tt\.(?:ptr|tensordesc)")
_READS = ("tt.load", "tt.descriptor_load", "tt.descriptor_gather")
_WRITES = ("tt.store", "tt.descriptor_store", "tt.descriptor_scatter")
_CHANGES = ("tt.atomic_rmw", "tt.atomic_cas", "tt.descriptor_reduce")
_ACCESSES = (*_READS, *_WRITES, *_CHANGES)


def roles_of(ttir: str) -> list[Role]:
    """Return the role of each pointer argument of a module's public function, in order.

    A pointer that may be one of several arguments counts for each of them. Functions that are called and not inlined
    are assumed to read and write every pointer argument.
    """
    body = ttir[ttir.index("tt.func public") :]
    head, *lines = body.partition("\n  }\n")[0].splitlines()
    arguments = _ARGUMENT.findall(head)
    lines = _with_distinct_names(lines)
    origins = _Origins(lines, arguments)
    read, written = set[str](), set[str]()
    for line in lines:
        operation = _OPERATION.match(line)
        names = _NAME.findall(operation[4]) if operation else []
        if operation is None or not names:
            continue
        called = operation[3] == "tt.call"
        touched = set[str]().union(*(origins.of[each] for each in (names if called else names[:1])))
        read |= touched if called or operation[3] in (*_READS, *_CHANGES) else set()
        written |= touched if called or operation[3] in (*_WRITES, *_CHANGES) else set()
    return [_role(each in read, each in written) for each in arguments]


def _with_distinct_names(lines: Sequence[str]) -> list[str]:
    """Return the lines of a function's body with a different name for each value.

    MLIR prints one name for values of sibling regions, such as the two branches of an ``scf.if``.
    """
    scopes: list[dict[str, str]] = [{}]
    count = 0

    def define(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        scopes[-1][match[1]] = f"{match[1]}_{count}"
        return match[0].replace(match[1], scopes[-1][match[1]])

    def use(match: re.Match[str]) -> str:
        return next((scope[match[1]] for scope in reversed(scopes) if match[1] in scope), match[1])

    renamed: list[str] = []
    for line in lines:
        if line.lstrip().startswith("}") and len(scopes) > 1:
            scopes.pop()
        if _BLOCK.match(line):
            renamed.append(_USED.sub(define, line))
            continue
        indent, results, rest = _ASSIGNED.findall(line)[0]
        rest = _USED.sub(use, rest)
        made = f"{_USED.sub(define, results)} = " if results else ""
        if line.endswith("{"):
            scopes.append({})
            rest = _BOUND.sub(define, rest)
        renamed.append(f"{indent}{made}{rest}")
    return renamed


def _role(read: bool, written: bool) -> Role:
    if not written:
        return Role.INPUT
    return Role.INOUT if read else Role.OUTPUT


class _Origins:
    """The pointer arguments from which each value may be derived."""

    def __init__(self, lines: Sequence[str], arguments: Sequence[str]) -> None:
        self.of = defaultdict[str, set[str]](set)
        self._blocks = {
            block[1]: _NAME.findall(block[2] or "") for block in map(_BLOCK.match, lines) if block is not None
        }
        for each in arguments:
            self.of[each].add(each)
        size = -1
        while size != sum(map(len, self.of.values())):  # loops carry pointers back
            size = sum(map(len, self.of.values()))
            self._regions: list[tuple[str, list[str], list[str]]] = []
            for line in lines:
                self._visit(line)

    def _flow(self, targets: Sequence[str], sources: Sequence[str]) -> None:
        for target, source in zip(targets, sources, strict=False):
            self.of[target] |= self.of[source]

    def _visit(self, line: str) -> None:
        operation = _OPERATION.match(line)
        if operation is None:
            if self._regions and line.startswith(self._regions[-1][0] + "}") and not line.endswith("{"):
                self._regions.pop()
            elif self._regions and (block := _BLOCK.match(line)) and self._regions[-1][2]:
                self._flow(_NAME.findall(block[2] or ""), self._regions[-1][2])
            return
        name, rest = operation[3], operation[4]
        results = _results(operation[2] or "")
        if name.startswith("scf.") and rest.rstrip().endswith("{"):
            carried = _CARRIED.findall(rest.partition("iter_args")[2] if name == "scf.for" else rest)
            inner, outer = [pair[0] for pair in carried], [pair[1] for pair in carried]
            self._flow(inner, outer)
            if name == "scf.for":
                self._flow(results, outer)
            self._regions.append((operation[1], results, inner))
        elif name in ("scf.yield", "scf.condition") and self._regions:
            given = _NAME.findall(rest)[name == "scf.condition" :]
            self._flow(self._regions[-1][1], given)
            self._flow(self._regions[-1][2], given)
        elif name in ("cf.br", "cf.cond_br"):
            for block, given in _BRANCH.findall(rest):
                self._flow(self._blocks.get(block, ()), _NAME.findall(given))
        elif (_POINTER.search(rest) or name == "tt.make_tensor_descriptor") and name not in _ACCESSES:
            sources = set[str]().union(*(self.of[each] for each in _NAME.findall(rest)))
            for result in results:
                self.of[result] |= sources


def _results(text: str) -> list[str]:
    """Return the names of an operation's results, as later operations refer to them."""
    names: list[str] = []
    for each in filter(None, text.split(", ")):
        name, _, count = each.partition(":")
        names += [f"{name}#{place}" for place in range(int(count))] if count else [name]
    return names
