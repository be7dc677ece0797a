"""Triton's implementation of the front-end protocol in ``frontends/base.py``."""

import re
from collections.abc import Mapping, Sequence
from types import ModuleType

from synthesis.core.errors import Stage, Symptom
from synthesis.core.examples import NO_EXAMPLES, Examples
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Signature
from synthesis.frontends.base import Compiler, Drawer, Frontend, Kernel, Level, Lowered
from synthesis.frontends.failures import rejected
from synthesis.frontends.linemap import LineMap, Places
from synthesis.frontends.loading import forget_module, load_kernels
from synthesis.frontends.support import versions_of
from synthesis.frontends.triton import discovery, functions, lowering
from synthesis.frontends.triton.description import DESCRIPTION
from synthesis.frontends.triton.failures import compilation_detail
from synthesis.frontends.triton.levels import DEVICES, LEVELS
from synthesis.frontends.triton.proving import TritonProver
from synthesis.frontends.triton.replaying import TritonReplayer
from synthesis.frontends.triton.supported import SUPPORTED

_VERSIONS = versions_of(SUPPORTED)
_MENTIONS = re.compile(r"^\s*(?:import triton\b|from triton\b)|@(?:triton\.)?jit\b", re.MULTILINE)


class TritonCompiler(Compiler):
    """Triton's compiler. A row is for one device, which does not need to be present."""

    levels = LEVELS
    devices = DEVICES

    def toolchain(self) -> Mapping[str, str]:
        """Return Triton's version. Its wheel also contains LLVM and the assemblers."""
        return _VERSIONS

    def compilers(self) -> Mapping[str, str]:
        """Return the disassembler of machine code."""
        return {"nvdisasm": str(lowering.find_nvdisasm() or "not installed: no level sass")}

    def recognises(self, source: str) -> bool:
        """Return whether a source imports Triton or declares a kernel."""
        return "triton" in source and _MENTIONS.search(source) is not None

    def claims(self, obj: object) -> bool:
        """Return whether a live object is a function that ``triton.jit`` made, or an autotuner of such a function."""
        return functions.jit_function(obj) is not None

    def prospects(self, target: object) -> list[str]:
        """Return the names of the kernels in a live kernel or a module."""
        return [each.name for each in discovery.kernels_in(target)]

    def has_declared(self, module: ModuleType) -> bool:
        """Return whether a module holds a kernel."""
        return bool(discovery.kernels_in(module))

    def discover(
        self, target: object, *, examples: Examples = NO_EXAMPLES, only: int | None = None
    ) -> list[Kernel | Rejection]:
        """Return the kernels in a live kernel or a module; examples specify arrays, numbers, constants and the grid."""
        return discovery.discover(target, examples, only)

    def load(self, specs: Sequence[KernelSpec]) -> list[Kernel | Rejection]:
        """Execute the sources, in one module where possible, and return their kernels, found by name."""
        return load_kernels(specs, _found, forget_module)

    def release(self, kernels: Sequence[Kernel]) -> None:
        """Drop the kernels that ``load`` made."""
        for name in dict.fromkeys(kernel.module for kernel in kernels if kernel.module):
            forget_module(name)

    def lower(self, kernels: Sequence[Kernel], levels: Sequence[Level], *, device: str) -> list[Lowered | Rejection]:
        """Return the texts of each kernel for one device, without locations or names that depend on the process."""
        return [_lower(kernel, levels, device) for kernel in kernels]

    def declared(self, kernel: Kernel) -> Signature:
        """Return the parameters of the source, with the specified types and the roles from TTIR."""
        return discovery.declared(kernel)


def _found(spec: KernelSpec, module: ModuleType, places: Places) -> Kernel | Rejection:
    live = functions.kernel_named(module, spec.name)
    if live is None:
        return rejected(spec, Stage.LOAD, Symptom.NO_KERNEL, f"no kernel named {spec.name!r} in the source")
    return Kernel(spec=spec, live=live, module=module.__name__, places=places)


def _lower(kernel: Kernel, levels: Sequence[Level], device: str) -> Lowered | Rejection:
    spec = kernel.spec
    made = dict(
        lowering.compile_kernel(
            kernel.live, spec.signature, [level.made_by for level in levels], device, kernel.places.line
        )
    )
    texts: dict[str, str | None] = {}
    line_map: dict[str, LineMap] = {}
    failures: list[Rejection] = []
    for level in levels:
        text = made[level.made_by]
        if isinstance(text, Exception):
            absent = isinstance(text, lowering.NotAvailableError)
            symptom = Symptom.NOT_AVAILABLE if absent else Symptom.BUILD_ERROR
            failures.append(rejected(spec, Stage.LOWER, symptom, compilation_detail(text), level.name))
            texts[level.name] = None
        else:
            texts[level.name], line_map[level.name] = text
    if failures and not line_map:
        return rejected(spec, Stage.LOWER, failures[0].symptom, failures[0].detail)
    return Lowered(texts=texts, line_map=line_map, rejections=tuple(failures))


def _drawer() -> Drawer:
    """Return the object that draws kernels.

    The recipes are imported only here, because importing them takes as long as importing the rest of the front end.
    """
    from synthesis.frontends.triton.recipes import DRAWER

    return DRAWER


FRONTEND = Frontend(
    name="triton",
    drawing=_drawer,
    compiler=TritonCompiler(),
    description=DESCRIPTION,
    prover=TritonProver(),
    replayer=TritonReplayer(),
)
