"""A kernel under construction: parameters, constants, helper functions and lines, which become a record.

Names, spellings and compile options vary here for every recipe in the same way.
"""

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.drawing.streams import Stream
from synthesis.frontends.rewriting import with_names, written_name
from synthesis.frontends.triton.options import DEFAULTS, is_multiple
from synthesis.frontends.triton.recipes.pruning import needed, pruned
from synthesis.frontends.triton.recipes.synonyms import RESERVED, synonyms_of
from synthesis.frontends.triton.spelling import descriptor_type, dtype_of, is_pointer

_WORD = re.compile(r"[A-Za-z_]\w*")
_CALLED = re.compile(r"\btl\.(\w+)\(")
WARPS = (1, 2, 4, 4, 4, 8)
"""The numbers of warps of drawn kernels, in which the usual number appears several times."""
_ALIGNED_SHARE = 0.9
"""The share of kernels whose pointers are known to be aligned, as addresses of tensors usually are."""
_COMMENTED_SHARE = 0.5
"""The share of kernels that keep the comments of their family."""


@dataclass(slots=True, kw_only=True)
class Parameter:
    """A parameter of a kernel: an argument of a launch, or a constant."""

    key: str
    """Its name in the lines."""
    argument: Argument | None = None
    """The record of the argument; None for a constant (``tl.constexpr``)."""
    value: Any = None
    """The value of a constant."""
    names: tuple[str, ...] = ()
    """Names that kernels may give it; its key if there are none."""


@dataclass(slots=True)
class Draft:
    """Collects the parts of a kernel."""

    stream: Stream
    parameters: list[Parameter] = field(default_factory=list[Parameter])
    constants: dict[str, str] = field(default_factory=dict[str, str])
    """Constants of the module, name to expression."""
    functions: list[str] = field(default_factory=list[str])
    """Sources of functions that the lines may call, without decorators."""
    grid: tuple[int, ...] = (1,)
    warps: tuple[int, ...] = WARPS
    stages: tuple[int, ...] = (3,)

    def pointer(
        self,
        key: str,
        short: str,
        shape: Sequence[int],
        domain: Domain | None,
        *,
        role: Role = Role.INPUT,
        names: tuple[str, ...] = (),
        base: tuple[float, ...] = (),
        blocks: Sequence[int] = (),
    ) -> None:
        """Add a pointer to an array, or a tensor descriptor with blocks of a shape.

        ``short`` is Triton's name of the type of its elements.
        """
        argument = Argument(
            name=key,
            type_name=descriptor_type(short, blocks) if blocks else f"*{short}",
            dtype=dtype_of(short),
            shape=tuple(shape),
            role=role,
            domain=None if role is Role.OUTPUT else domain,
            base=base,
        )
        self.parameters.append(Parameter(key=key, argument=argument, names=names))

    def number(self, key: str, short: str, domain: Domain, *, names: tuple[str, ...] = ()) -> None:
        """Add a number that is passed when the kernel is launched."""
        argument = Argument(name=key, type_name=short, dtype=dtype_of(short), domain=domain)
        self.parameters.append(Parameter(key=key, argument=argument, names=names))

    def constant(self, key: str, value: Any, *, names: tuple[str, ...] = ()) -> None:
        """Add a ``tl.constexpr`` parameter."""
        self.parameters.append(Parameter(key=key, value=value, names=names))

    def done(
        self, lines: str, *, category: str, recipe: str, target: str, titles: Sequence[str], says: str
    ) -> KernelSpec:
        """Return the record of the kernel with the given body, whose lines are indented by four spaces.

        Statements whose results are not used are left out, and so are parameters, constants and functions that the
        other lines do not mention.
        """
        style = self.stream.child("style")
        lines = pruned(_spelled(style, lines))
        if not style.chance(_COMMENTED_SHARE):
            lines = _without_comments(lines)
        functions = _reached(self.functions, _without_comments(lines))
        parameters = self._needed(lines)
        mentioned = set(_WORD.findall("\n".join([*functions, _without_comments(lines)])))
        title = style.choice(titles)
        constants = {name: value for name, value in self.constants.items() if name in mentioned}
        names, lines = _named(style, parameters, constants, lines, mentioned | {title})
        parameters = _ordered(style, parameters)
        declared = [_declared(each, names) for each in parameters]
        constants = {names[name]: value for name, value in constants.items()}
        source = _source(title, declared, lines, functions, constants)
        arguments = tuple(
            replace(each.argument, name=names[each.key]) for each in parameters if each.argument is not None
        )
        values = {names[each.key]: each.value for each in parameters if each.argument is None}
        signature = Signature(
            arguments=arguments, launch=self.grid, call={"constants": values}, options=self._options(style, arguments)
        )
        return KernelSpec(
            frontend="triton",
            name=title,
            category=category,
            source=source,
            signature=signature,
            recipe=recipe,
            target=target,
            description=f"{says}.",
            ops=tuple(sorted({target, *_CALLED.findall(source)})),
            difficulty=self.stream.difficulty,
        )

    def _needed(self, lines: str) -> list[Parameter]:
        """Return the parameters that lines mention, as constants if only a branch that is never taken reads them."""
        mentioned = set(_WORD.findall(_without_comments(lines)))
        constants = {each.key: each.value for each in self.parameters if each.argument is None}
        wanted = needed(lines, constants)
        return [
            each
            if each.argument is None or each.key in wanted
            else replace(each, argument=None, value=_idle(each.argument))
            for each in self.parameters
            if each.key in mentioned
        ]

    def _options(self, style: Stream, arguments: Sequence[Argument]) -> Mapping[str, Any]:
        aligned = style.chance(_ALIGNED_SHARE)
        hints = [each.name for each in arguments if is_multiple(each) or (is_pointer(each.type_name) and aligned)]
        warps, stages = style.choice(self.warps), style.choice(self.stages)
        return {**DEFAULTS, "divisible_by_16": hints, "num_warps": warps, "num_stages": stages}


def _idle(argument: Argument) -> Any:
    """Return the constant for an argument that no executed branch reads: None for a pointer, else a number."""
    domain = argument.domain
    if argument.shape is not None or domain is None:
        return None
    return round((domain.low + domain.high) / 2, 2) if argument.is_float else int(domain.low)


def _declared(parameter: Parameter, names: Mapping[str, str]) -> str:
    name = names[parameter.key]
    return f"{name}: tl.constexpr" if parameter.argument is None else name


def _source(
    title: str, parameters: Sequence[str], lines: str, functions: Sequence[str], constants: Mapping[str, str]
) -> str:
    imports = ["import triton", "import triton.language as tl"]
    if re.search(r"\blibdevice\.", "\n".join([*functions, lines])):
        imports.append("from triton.language.extra import libdevice")
    parts = ["\n".join(imports)]
    if constants:
        parts[0] += "\n\n" + "\n".join(f"{name} = {value}" for name, value in constants.items())
    parts += [f"@triton.jit\n{each}" for each in functions]
    head = f"def {title}({', '.join(parameters)}):"
    if len(head) > 88:
        head = f"def {title}(\n" + "".join(f"    {each},\n" for each in parameters) + "):"
    parts.append(f"@triton.jit\n{head}\n{lines.rstrip()}")
    return "\n\n\n".join(parts) + "\n"


def _ordered(style: Stream, parameters: Sequence[Parameter]) -> list[Parameter]:
    """Return the parameters in the usual order: pointers (sometimes outputs first), then numbers, then constants."""
    pointers = [each for each in parameters if each.argument is not None and each.argument.shape is not None]
    numbers = [each for each in parameters if each.argument is not None and each.argument.shape is None]
    constants = [each for each in parameters if each.argument is None]
    if style.chance(0.25):
        pointers.sort(key=lambda each: each.argument is None or each.argument.role is not Role.OUTPUT)
    return pointers + numbers + constants


def _reached(functions: Sequence[str], lines: str) -> list[str]:
    """Return the functions that the lines call directly or through other functions, in their order."""
    named = {written_name(each): each for each in functions}
    reached, waiting = set[str](), [lines]
    while waiting:
        for name in set(_WORD.findall(waiting.pop())) & named.keys() - reached:
            reached.add(name)
            waiting.append(named[name])
    return [source for name, source in named.items() if name in reached]


def _named(
    style: Stream, parameters: Sequence[Parameter], constants: Collection[str], lines: str, mentioned: set[str]
) -> tuple[dict[str, str], str]:
    """Return new names for parameters and constants, and the lines with these names and renamed local variables."""
    nodes = ast.walk(ast.parse("def kernel():\n" + lines))
    stored = sorted({each.id for each in nodes if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)})
    offered = {name: synonyms_of(name) for name in stored} | {each.key: each.names for each in parameters}
    offered |= {name: (name.upper(),) for name in constants}
    taken = set(RESERVED) | (mentioned - offered.keys())
    names: dict[str, str] = {}
    for key, choices in offered.items():
        free = [each for each in choices if each not in taken]
        others = (key, *(f"{key}{number}" for number in range(2, 99)))
        names[key] = style.child("name", key).pick(free) if free else next(each for each in others if each not in taken)
        taken.add(names[key])
    changed = with_names("def kernel():\n" + lines, {old: new for old, new in names.items() if old != new})
    if changed is None:
        return {key: key for key in names}, lines
    return names, changed.partition("\n")[2]


def _spelled(style: Stream, lines: str) -> str:
    """Return lines with ``tl.program_id(0)`` in one of its spellings, and without superfluous parentheses."""
    if style.chance(0.35):
        lines = re.sub(r"tl\.(program_id|num_programs)\((\d)\)", r"tl.\1(axis=\2)", lines)
    return "\n".join(map(_bare, lines.split("\n")))


def _bare(line: str) -> str:
    """Return a line without parentheses around a whole argument or a whole assigned value."""
    opened: list[tuple[int, bool]] = []
    pairs: list[tuple[int, int]] = []
    for place, character in enumerate(line):
        if character in "([":
            opened.append((place, False))
        elif character == "," and opened:
            opened[-1] = (opened[-1][0], True)
        elif character in ")]" and opened:
            start, is_tuple = opened.pop()
            before, after = line[:start].rstrip(), line[place + 1 :].lstrip()
            bounded = before.endswith(("(", ",", "=")) and not before.endswith(("==", "<=", ">=", "!="))
            if character == ")" and not is_tuple and bounded and (not after or after[0] in "),"):
                pairs.append((start, place))
    gone = {place for pair in pairs for place in pair}
    return "".join(character for place, character in enumerate(line) if place not in gone)


def _without_comments(lines: str) -> str:
    return "\n".join(each for each in lines.split("\n") if not each.lstrip().startswith("#"))
