"""Warp's implementation of the front-end protocol in ``frontends/base.py``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from synthesis.core.errors import KernelError, Stage, Symptom
from synthesis.core.examples import NO_EXAMPLES, Examples
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Argument, Signature
from synthesis.core.verdicts import Unproved
from synthesis.frontends.base import (
    Direction,
    Drawer,
    Frontend,
    Kernel,
    Level,
    Lowered,
    Outcome,
    Program,
    Reference,
    Sanitised,
    ToolOperation,
    Values,
)
from synthesis.frontends.failures import detail_of, rejected
from synthesis.frontends.linemap import LineMap, Places
from synthesis.frontends.loading import load_kernels
from synthesis.frontends.support import versions_of
from synthesis.frontends.warp import (
    binaries,
    build_options,
    catalogue,
    compilation,
    discovery,
    execution,
    introspection,
    lowering,
    sanitising,
    screening,
    stand_ins,
    traps,
)
from synthesis.frontends.warp.declaration import declared_signature
from synthesis.frontends.warp.description import DESCRIPTION
from synthesis.frontends.warp.levels import LEVELS, SOURCES
from synthesis.frontends.warp.natives import with_native_lines
from synthesis.frontends.warp.reference.launch import LaunchReference, accumulated, separate
from synthesis.frontends.warp.replaying import WarpReplayer
from synthesis.frontends.warp.scripts import launch_lines
from synthesis.frontends.warp.supported import SUPPORTED
from synthesis.frontends.warp.texts import words
from synthesis.frontends.warp.unassigned import find_unassigned

_VERSIONS = versions_of(SUPPORTED)
_HALVES = re.compile(r"float16|\b(vec|mat|quat|transform|spatial_)\w*h\b")
"""Types of 16-bit numbers."""
_BINARIES = {"nvrtc": binaries.ptx_of, "nvdisasm": binaries.sass_of}
"""For each tool that makes texts, other than Warp's code generator, the function that runs it."""


class WarpCompiler:
    """The compiler part of the Warp front end. Only one thread may use it at a time, because Warp has global state."""

    levels = LEVELS
    devices: tuple[str, ...] = ("cpu+cuda", "cpu", "cuda")

    def toolchain(self) -> Mapping[str, str]:
        """Return Warp's version, which alone determines the texts."""
        return _VERSIONS

    def compilers(self) -> Mapping[str, str]:
        """Return Clang and NVRTC, which are in Warp's own libraries, and NVIDIA's disassembler."""
        return compilation.compilers() | {"nvdisasm": binaries.find_nvdisasm() or "not installed: no level cubin_sass"}

    def caches(self) -> Mapping[str, Path]:
        """Return the folder in which Warp caches the kernels that it compiles itself."""
        compilation.start_warp()
        return {"kernel cache of Warp": Path(str(introspection.wp.config.kernel_cache_dir))}

    def recognises(self, source: str) -> bool:
        """Return whether a source declares a kernel."""
        return re.search(r"@(wp|warp)\.kernel\b|^from warp import", source, re.MULTILINE) is not None

    def claims(self, obj: object) -> bool:
        """Return whether a live object is a Warp kernel."""
        return introspection.is_kernel(obj)

    def prospects(self, target: object) -> list[str]:
        """Return the names of the kernels in a live kernel or a module; a generic kernel counts once."""
        return [kernel.func.__name__ for kernel in discovery.kernels_in(target)]

    def has_declared(self, module: ModuleType) -> bool:
        """Return whether a module holds a kernel."""
        return bool(discovery.kernels_in(module))

    def discover(
        self, target: object, *, examples: Examples = NO_EXAMPLES, only: int | None = None
    ) -> list[Kernel | Rejection]:
        """Return the kernels in a live kernel or a module; examples specify shapes, domains and launch dimensions."""
        return discovery.discover(target, examples, only)

    def load(self, specs: Sequence[KernelSpec]) -> list[Kernel | Rejection]:
        """Execute the sources, in one module where possible, and return their kernels, found by name."""
        if any(_HALVES.search(each.source) for each in specs):
            execution.start_quietly()  # a module may hold vectors of 16-bit numbers, which Warp's runtime converts
        with introspection.own_modules():
            return load_kernels(specs, _found, introspection.forget)

    def release(self, kernels: Sequence[Kernel]) -> None:
        """Drop the kernels that ``load`` made."""
        for name in dict.fromkeys(kernel.module for kernel in kernels if kernel.module):
            introspection.forget(name)

    def lower(self, kernels: Sequence[Kernel], levels: Sequence[Level], *, device: str) -> list[Lowered | Rejection]:
        """Return the kernels' own texts, without comments. ``device`` is not used: each level determines its device."""
        return [self._lower(kernel, levels) for kernel in kernels]

    def _lower(self, kernel: Kernel, levels: Sequence[Level]) -> Lowered | Rejection:
        sources = [level for level in levels if level in SOURCES]
        devices = tuple(dict.fromkeys(level.device for level in sources if level.device))
        options = kernel.spec.signature.options
        made: dict[tuple[str, str], tuple[str, LineMap] | None] = {}
        failed: dict[str, str] = {}
        with lowering.references_once():
            for group in build_options.device_groups(kernel.live, options, devices):
                try:
                    made |= lowering.clean_texts(kernel.live, options, group, kernel.places.line)
                except Exception as error:  # noqa: BLE001 (Warp raises many kinds for a kernel that it cannot build)
                    failed |= dict.fromkeys(group, detail_of(error))
        if failed and not made:
            return rejected(kernel.spec, Stage.LOWER, Symptom.BUILD_ERROR, next(iter(failed.values())))
        unbuilt = [level for level in sources if level.device in failed]
        sources = [level for level in sources if level not in unbuilt]
        found = {level.name: made[level.device or "", level.direction] for level in sources}
        needs_gpu = [level.name for level in sources if level.device == "cpu" and _is_for_gpu(found[level.name])]
        found |= dict.fromkeys(needs_gpu)
        texts = {name: text and text[0] for name, text in found.items()}
        unassigned = find_unassigned(next(filter(None, texts.values()), ""))  # all texts have the same statements
        if unassigned is not None:
            return rejected(kernel.spec, Stage.LOWER, Symptom.UNASSIGNED, unassigned)
        source = kernel.spec.source
        line_map = {
            name: with_native_lines(text[1], text[0], source) for name, text in found.items() if text is not None
        }
        missing = [
            rejected(
                kernel.spec,
                Stage.LOWER,
                Symptom.NOT_AVAILABLE,
                _NEEDS_GPU if name in needs_gpu else "the kernel is declared with enable_backward=False",
                level=name,
            )
            for name, text in texts.items()
            if text is None
        ]
        for level in unbuilt:
            texts[level.name] = None
            why = failed[level.device or ""]
            missing.append(rejected(kernel.spec, Stage.LOWER, Symptom.BUILD_ERROR, why, level=level.name))
        for level in levels:
            if level.made_by in _BINARIES:
                binary = _binary(kernel, level)
                if isinstance(binary, Rejection):
                    texts[level.name] = None
                    missing.append(binary)
                else:
                    texts[level.name], line_map[level.name] = binary
        return Lowered(texts=texts, line_map=line_map, rejections=tuple(missing))

    def declared(self, kernel: Kernel) -> Signature:
        """Return the types and ranks in the declaration, and the role of each argument in the source."""
        return declared_signature(kernel.live, kernel.spec.signature)

    def describe(self, kernel: Kernel, *, device: str, include_backward: bool) -> dict[str, str | None]:
        """Return the texts of a kernel: the whole ``cpp_code``, and from it ``forward_code`` and ``backward_code``.

        The first is the translation unit that Warp generates. The other two are the kernel's own code, without comments
        and names made by the compiler.
        """
        try:
            texts = lowering.clean_texts(kernel.live, kernel.spec.signature.options, (device,), kernel.places.line)
            unit = lowering.whole_unit(kernel.live, device)
        except Exception as error:
            raise KernelError(Stage.LOWER, Symptom.BUILD_ERROR, detail_of(error)) from error
        forward, backward = texts[device, Direction.FORWARD], texts[device, Direction.BACKWARD]
        return {
            "cpp_code": unit,
            "forward_code": forward and forward[0],
            "backward_code": backward[0] if backward and include_backward else None,
        }


class WarpProver:
    """A verifier that runs texts with Warp's Clang on the CPU, and interprets the Python source to check them."""

    def prepare(self) -> None:
        """Start Warp's runtime."""
        execution.prepare()

    def unavailable(self, level: Level, text: str) -> Unproved | None:
        """Return the reason why a text cannot be run; else None. PTX, SASS and cooperating threads need a GPU."""
        return execution.unavailable(level, text)

    def foreign(self, level: Level, text: str) -> str | None:
        """Return a construct that neither Warp's code generator prints nor its headers declare; None if none."""
        return screening.foreign(level, text)

    def sanitise(self, level: Level, text: str, own: str) -> Sanitised:
        """Return a text without comments and with its own names prefixed, and a construct that Warp would not print.

        Constructs in the row's own text are allowed.
        """
        return sanitising.sanitise(level, text, own)

    def run(self, programs: Sequence[Program], scratch: Path) -> Iterator[tuple[int, Outcome | Rejection | None]]:
        """Run C++ with Warp's Clang, and CUDA on the host where one thread per block gives the same results."""
        return execution.run_programs(programs, scratch)

    def reference(self, kernel: Kernel) -> Reference:
        """Return the oracle, which interprets the Python source and gives the final value of every array."""
        return LaunchReference(kernel.live, kernel.spec.signature.spread, kernel.places.line)

    def separate(self, kernel: Kernel, runs: Sequence[Values]) -> frozenset[str]:
        """Return the arrays without data races: what one thread writes, others access only by atomics, if at all."""
        return separate(kernel.live, kernel.spec.signature.spread, runs)

    def accumulated(self, kernel: Kernel, run: Values) -> frozenset[str]:
        """Return the arrays that are accessed only by atomics, and in which several threads access one element.

        A run of the oracle determines them; it is skipped if the source has no atomics.
        """
        if _ATOMICS.search(kernel.spec.source) is None:
            return frozenset()
        return accumulated(kernel.live, kernel.spec.signature.spread, run)

    def operations(self) -> Mapping[str, ToolOperation]:
        """Return the Warp built-ins that Python code can use."""
        return catalogue.operations()

    def used(self, source: str, texts: Mapping[str, str | None]) -> frozenset[str]:
        """Return the built-ins that the source calls, including those that its operators stand for."""
        return catalogue.used(source)

    def stand_ins(self, argument: Argument, kind: str, signature: Signature) -> Sequence[Argument]:
        """Return a texture, or the id of another object, as the objects that it may be, whose contents are drawn."""
        return stand_ins.stand_ins(argument, kind, signature)

    def gradient_trap(self, kernel: Kernel) -> str | None:
        """Return the class of constructs in the kernel whose adjoints Warp is known to get wrong; None if none."""
        return traps.gradient_trap(kernel.live, kernel.spec.signature.options)

    def derivative(self, kernel: Kernel, direction: Direction) -> Reference | None:
        """Return None, since the oracle has no adjoints."""
        return None


_ATOMICS = re.compile(r"atomic_|\][\w.]*\s*[-+*/|&^]=")
"""Matches sources with atomics: a call of an atomic function, or an element that is changed in place."""
_NEEDS_GPU = "a native snippet that needs a GPU: it uses blocks of threads"
_OF_BLOCKS = frozenset({"__shared__", "__syncthreads", "threadIdx", "blockIdx"})


def _is_for_gpu(text: tuple[str, LineMap] | None) -> bool:
    """Return whether a CPU text uses CUDA's keywords without a preprocessor conditional around them."""
    return (
        text is not None and "__sync" in text[0] and not _OF_BLOCKS.isdisjoint(words(text[0])) and "#if" not in text[0]
    )


def _found(spec: KernelSpec, module: ModuleType, places: Places) -> Kernel | Rejection:
    kernels = [kernel for kernel in introspection.kernels_in(module) if spec.name in ("", kernel.func.__name__)]
    instances = [instance for kernel in kernels for instance in introspection.instances_of(kernel)]
    if instances:
        return Kernel(spec=spec, live=instances[-1], module=module.__name__, places=places)
    if kernels:
        detail = f"{spec.name} is generic and was never given concrete types"
        return rejected(spec, Stage.LOAD, Symptom.NO_CONCRETE_TYPES, detail)
    return rejected(spec, Stage.LOAD, Symptom.NO_KERNEL, f"no kernel named {spec.name!r} in the source")


def _binary(kernel: Kernel, level: Level) -> tuple[str, LineMap] | Rejection:
    try:
        return _BINARIES[level.made_by](kernel.live, kernel.spec.signature.options, kernel.places.line)
    except binaries.ToolMissingError as error:
        return rejected(kernel.spec, Stage.LOWER, Symptom.NOT_AVAILABLE, str(error), level.name)
    except Exception as error:  # noqa: BLE001 (Warp raises many kinds for a kernel that it cannot build)
        return rejected(kernel.spec, Stage.LOWER, Symptom.BUILD_ERROR, detail_of(error), level.name)


def _drawer() -> Drawer:
    """Return the object that draws kernels.

    The recipes are imported only here, because importing them takes as long as importing the rest of the front end.
    """
    from synthesis.frontends.warp.recipes import DRAWER

    return DRAWER


FRONTEND = Frontend(
    name="warp",
    drawing=_drawer,
    compiler=WarpCompiler(),
    description=DESCRIPTION,
    prover=WarpProver(),
    replayer=WarpReplayer(),
    script_lines=launch_lines,
)
