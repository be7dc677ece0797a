"""A minimal front end, from functions of numbers to CPython bytecode. docs/contributing/frontend.md explains it."""

import dis
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import FunctionType, ModuleType
from typing import Any

from synthesis.core.errors import Stage, Symptom
from synthesis.core.examples import NO_EXAMPLES, Examples
from synthesis.core.languages import Language
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Compiler, Description, Drawer, Frontend, Kernel, Level, Lowered, Recipe
from synthesis.frontends.definitions import Definition, name_of
from synthesis.frontends.failures import rejected
from synthesis.frontends.linemap import Places
from synthesis.frontends.loading import forget_module, load_kernels
from synthesis.frontends.provenance import provenance
from synthesis.frontends.sources import SourceCollector


def draw_polynomial(stream: Stream, target: str) -> KernelSpec:
    symbols = {"add": "+", "mul": "*", "sub": "-"}
    value = "x"
    for name in [*(stream.choice(list(symbols)) for _ in range(stream.integer(1, 3))), target]:
        value = f"({value} {symbols[name]} {stream.decimal(0.1, 2.0)})"
    source = f"def polynomial(x):\n    return {value[1:-1]}\n"
    told = signature(["x"])
    return KernelSpec(
        frontend="toy", name="polynomial", category="simple", source=source, signature=told, ops=(target,)
    )


def signature(names: Sequence[str]) -> Signature:
    number = Argument(name="", type_name="float", dtype="float64", domain=Domain(low=-1.0, high=1.0))
    return Signature(arguments=tuple(replace(number, name=name) for name in names))


class ToyCompiler(Compiler):
    levels = (
        Level(name="bytecode", title="the bytecode", language=Language(name="bytecode", suffix="txt"), made_by="dis"),
    )
    devices = ("cpu",)

    def toolchain(self) -> Mapping[str, str]:
        return {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}

    def recognises(self, source: str) -> bool:
        return "def " in source

    def claims(self, obj: object) -> bool:
        return isinstance(obj, FunctionType)

    def prospects(self, target: object) -> list[str]:
        return [each.__name__ for each in _functions(target)]

    def discover(
        self, target: object, *, examples: Examples = NO_EXAMPLES, only: int | None = None
    ) -> list[Kernel | Rejection]:
        return [_describe(each) for number, each in enumerate(_functions(target)) if only in (None, number)]

    def load(self, specs: Sequence[KernelSpec]) -> list[Kernel | Rejection]:
        return load_kernels(specs, _found, forget_module)

    def release(self, kernels: Sequence[Kernel]) -> None:
        for kernel in kernels:
            forget_module(kernel.module)

    def lower(self, kernels: Sequence[Kernel], levels: Sequence[Level], *, device: str) -> list[Lowered | Rejection]:
        return [Lowered(texts={each.name: _text(kernel) for each in levels}, line_map={}) for kernel in kernels]


def _functions(target: object) -> list[FunctionType]:
    found = vars(target).values() if isinstance(target, ModuleType) else [target]
    return [each for each in found if isinstance(each, FunctionType)]


def _describe(function: FunctionType) -> Kernel:
    def unwrap(value: Any) -> Definition | None:
        return Definition(value) if isinstance(value, FunctionType) else None

    collector = SourceCollector(unwrap=unwrap, literal=lambda _: None, is_library=lambda _: False)
    spec = KernelSpec(
        frontend="toy",
        name=name_of(function),
        category="extracted",
        source=collector.collect(Definition(function)),
        signature=signature(function.__code__.co_varnames[: function.__code__.co_argcount]),
        origin=provenance(function, function.__code__.co_firstlineno)[0],
        self_contained=not collector.missing,
    )
    return Kernel(spec=spec, live=function, places=collector.places)


def _found(spec: KernelSpec, module: ModuleType, places: Places) -> Kernel | Rejection:
    live = getattr(module, spec.name, None)
    if not isinstance(live, FunctionType):
        return rejected(spec, Stage.LOAD, Symptom.NO_KERNEL, f"no function named {spec.name!r}")
    return Kernel(spec=spec, live=live, module=module.__name__, places=places)


def _text(kernel: Kernel) -> str:
    return "".join(f"{each.opname} {each.argrepr}".rstrip() + "\n" for each in dis.get_instructions(kernel.live))


POLYNOMIAL = Recipe(name="polynomial", category="simple", targets=("add", "mul", "sub"), draw=draw_polynomial)
DRAWER = Drawer(categories=("simple",), recipes=(POLYNOMIAL,), usual_mix={2: 1.0})
DESCRIPTION = Description(tool="CPython", tags=("bytecode",))
FRONTEND = Frontend(name="toy", drawing=lambda: DRAWER, compiler=ToyCompiler(), description=DESCRIPTION)
