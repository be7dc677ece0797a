"""JAX's implementation of the front-end protocol in ``frontends/base.py``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

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
    ReferenceUnknownError,
    Sanitised,
    ToolOperation,
    Values,
)
from synthesis.frontends.failures import detail_of, rejected
from synthesis.frontends.jax import calling, catalogue, discovery, functions, lowering
from synthesis.frontends.jax.description import DESCRIPTION
from synthesis.frontends.jax.levels import LEVELS, PALLAS, PREFIXES
from synthesis.frontends.jax.replaying import JaxReplayer
from synthesis.frontends.jax.scripts import call_lines
from synthesis.frontends.jax.supported import SUPPORTED
from synthesis.frontends.linemap import LineMap, Places
from synthesis.frontends.loading import forget_module, load_kernels
from synthesis.frontends.support import versions_of

_VERSIONS = versions_of(SUPPORTED)


class JaxCompiler:
    """The compiler part of the JAX front end. A row is for one platform, whose devices need not be present."""

    levels = LEVELS
    devices: tuple[str, ...] = ("cpu", "cuda", "tpu")

    def toolchain(self) -> Mapping[str, str]:
        """Return the versions of JAX, which traces and prints, and of jaxlib, which lowers and compiles."""
        return _VERSIONS

    def compilers(self) -> Mapping[str, str]:
        """Return XLA's compiler for CPUs."""
        from synthesis.frontends.jax import execution

        return {"XLA for CPU": execution.cpu_platform()}

    def caches(self) -> Mapping[str, Path]:
        """Return an empty mapping, since JAX stores nothing on disk for irsmith."""
        return {}

    def recognises(self, source: str) -> bool:
        """Return whether a source mentions JAX or one of its customary aliases."""
        return re.search(r"\b(jax|jnp|lax)\b", source) is not None

    def claims(self, obj: object) -> bool:
        """Return whether a live object is a function that JAX may trace."""
        return functions.is_traceable(obj)

    def prospects(self, target: object) -> list[str]:
        """Return the names of the functions in a live function or a module."""
        return discovery.names_in(target)

    def has_declared(self, module: ModuleType) -> bool:
        """Return whether a module holds a function that JAX made, or one with ``@synthesis.example``."""
        return discovery.has_declared(module)

    def discover(
        self, target: object, *, examples: Examples = NO_EXAMPLES, only: int | None = None
    ) -> list[Kernel | Rejection]:
        """Return the functions in a live function or a module, at the shapes of their examples."""
        return discovery.discover(target, examples, only)

    def load(self, specs: Sequence[KernelSpec]) -> list[Kernel | Rejection]:
        """Execute the sources, in one module where possible, and return their functions, found by name."""
        return load_kernels(specs, _found, forget_module)

    def release(self, kernels: Sequence[Kernel]) -> None:
        """Drop the kernels that ``load`` made."""
        for name in dict.fromkeys(kernel.module for kernel in kernels if kernel.module):
            forget_module(name)

    def lower(self, kernels: Sequence[Kernel], levels: Sequence[Level], *, device: str) -> list[Lowered | Rejection]:
        """Return the texts of each kernel for one platform, without locations or names that depend on the process."""
        # Lowering a Pallas kernel adds to the context that it is lowered in.
        shared = len(kernels) > 1 and device == "cpu" and not any(kind in levels for kind in PALLAS)
        with lowering.shared_context() if shared else nullcontext():
            return [self._lower(kernel, levels, device) for kernel in kernels]

    def _lower(self, kernel: Kernel, levels: Sequence[Level], device: str) -> Lowered | Rejection:
        texts: dict[str, str | None] = {}
        line_map: dict[str, LineMap] = {}
        failures: list[Rejection] = []
        tracings: dict[str, lowering.Tracing | Rejection] = {}
        if kernel.module:  # a user's process keeps its compilation caches
            functions.start_afresh()
        needs_gpu = any(level.name == "triton" for level in levels)
        with functions.settings(kernel.spec.signature.options), lowering.absent_gpu() if needs_gpu else nullcontext():
            for level in levels:
                if level.direction not in tracings:
                    tracing = tracings[level.direction] = _trace(kernel, level.direction, device)
                    if kernel.module and level.direction is Direction.FORWARD and not isinstance(tracing, Rejection):
                        lowering.remember(kernel.live, kernel.example_args, tracing)
                made = _text(kernel, tracings[level.direction], level)
                if isinstance(made, Rejection):
                    if level.direction is Direction.FORWARD and made.symptom is Symptom.TRACE_ERROR:
                        return made
                    failures.append(made)
                    texts[level.name] = None
                else:
                    texts[level.name], line_map[level.name] = made
        return Lowered(texts=texts, line_map=line_map, rejections=tuple(failures))

    def declared(self, kernel: Kernel) -> Signature:
        """Return the signature from tracing the function at the specified shapes."""
        with functions.settings(kernel.spec.signature.options):
            return discovery.signature_of(kernel.live, kernel.example_args)

    def describe(self, kernel: Kernel, *, device: str, include_backward: bool) -> dict[str, str | None]:
        """Return ``jaxpr``, ``stablehlo`` and, if the function has a VJP, ``vjp_stablehlo``."""
        names = ("jaxpr", "stablehlo", *(("vjp_stablehlo",) if include_backward else ()))
        lowered = self._lower(kernel, [level for level in LEVELS if level.name in names], device)
        failures = [lowered] if isinstance(lowered, Rejection) else lowered.rejections
        for failure in failures:
            if failure.symptom is not Symptom.NOT_DIFFERENTIABLE:
                raise KernelError(failure.stage, failure.symptom, failure.detail)
        assert isinstance(lowered, Lowered)
        return {"vjp_stablehlo": None, **lowered.texts} if not include_backward else dict(lowered.texts)


_OWN_RULES = "derivative rules of its own"
_NO_TANGENT = "custom_lin"
"""The primitive in place of the tangent of a function that has a gradient of its own. It cannot be lowered."""
_EXTREME_SCATTER = re.compile(r"\.at\b.*\.(?:max|min)\(|\bscatter_(?:max|min)\b|\bsegment_(?:max|min)\b", re.DOTALL)


class JaxProver:
    """A verifier that runs texts with the StableHLO interpreter and XLA, and computes the expected results in NumPy.

    The oracle evaluates the traced function. Modules for execution are imported only when a text is executed, since
    lowering alone does not need them.
    """

    def prepare(self) -> None:
        """Prepare what is possible before a process is forked, without starting a backend."""
        from synthesis.frontends.jax import execution

        execution.prepare()

    def unavailable(self, level: Level, text: str) -> Unproved | None:
        """Return the reason why a text is not executed (LLVM IR, a Pallas kernel, another platform); else None."""
        from synthesis.frontends.jax import execution

        return execution.unavailable(level)

    def foreign(self, level: Level, text: str) -> str | None:
        """Return a description of a call to code outside the text; None if there is none.

        Such a call is a callback, an infeed, or a custom call that JAX's lowerings do not make.
        """
        from synthesis.frontends.jax import screening

        return screening.foreign(level, text)

    def sanitise(self, level: Level, text: str, own: str) -> Sanitised:
        """Return a text unchanged, and a description of what keeps it from being run; see ``sanitising.sanitise``."""
        from synthesis.frontends.jax import sanitising

        return sanitising.sanitise(level, text, own)

    def run(self, programs: Sequence[Program], scratch: Path) -> Iterator[tuple[int, Outcome | Rejection | None]]:
        """Run StableHLO with its reference interpreter or XLA, jaxprs after lowering to StableHLO, and HLO with XLA."""
        from synthesis.frontends.jax import execution

        return execution.run_programs(programs, scratch)

    def reference(self, kernel: Kernel) -> Reference:
        """Return the oracle, which evaluates the jaxpr of the function's Python source in NumPy.

        Raises:
            ReferenceUnknownError: if a primitive, or an argument that is a typed random key, is not modelled.
        """
        from synthesis.frontends.jax.reference.graphs import graph_of
        from synthesis.frontends.jax.reference.oracle import GraphReference
        from synthesis.frontends.jax.reference.rule_arms import RuleArms

        keys = [each.name for each in kernel.spec.signature.arguments if each.dtype.startswith("key<")]
        if keys:
            raise ReferenceUnknownError(f"its argument {keys[0]} is a typed key; only raw keys (uint32[2]) are drawn")
        with functions.settings(kernel.spec.signature.options):
            graph = graph_of(lowering.jaxpr_of(kernel.live, kernel.example_args))
        signature = kernel.spec.signature
        moving = tuple(each.name in signature.differentiable for each in signature.arguments)
        rules = RuleArms(lambda: _derivative(kernel, Direction.BACKWARD) or _derivative(kernel, Direction.TANGENT))
        has_rules = self.gradient_trap(kernel) == _OWN_RULES
        return GraphReference(
            graph, tuple(each.name for each in signature.results), moving, rules if has_rules else None
        )

    def separate(self, kernel: Kernel, runs: Sequence[Values]) -> frozenset[str]:
        """Return an empty set, since a JAX function has no threads."""
        return frozenset()

    def accumulated(self, kernel: Kernel, run: Values) -> frozenset[str]:
        """Return an empty set, since a JAX function has no threads."""
        return frozenset()

    def operations(self) -> Mapping[str, ToolOperation]:
        """Return JAX's public primitives."""
        return catalogue.operations()

    def used(self, source: str, texts: Mapping[str, str | None]) -> frozenset[str] | None:
        """Return the primitives of the jaxpr; None if there is no jaxpr."""
        return catalogue.used(texts)

    def stand_ins(self, argument: Argument, kind: str, signature: Signature) -> Sequence[Argument]:
        """Return nothing: no argument is an object."""
        return ()

    def gradient_trap(self, kernel: Kernel) -> str | None:
        """Return the reason why derivatives may be wrong; None if there is none.

        It is a derivative rule that the user wrote, or a scatter that keeps the larger or the smaller number. Where
        such a scatter clips an index, JAX's derivative of it is infinite or NaN at some points
        (https://github.com/jax-ml/jax/issues/40626).
        """
        if re.search(r"\bcustom_(?:jvp|vjp|gradient|root|linear_solve)\b", kernel.spec.source):
            return _OWN_RULES
        return "a scatter that keeps an extreme" if _EXTREME_SCATTER.search(kernel.spec.source) else None

    def derivative(self, kernel: Kernel, direction: Direction) -> Reference | None:
        """Return the oracle of the function's vector-Jacobian or Jacobian-vector product, as JAX traces it."""
        from synthesis.frontends.jax.reference.graphs import graph_of
        from synthesis.frontends.jax.reference.oracle import GraphReference

        signature = kernel.spec.signature
        if direction is Direction.BACKWARD:
            names = [f"adj_{each.name}" for each in signature.arguments if each.is_float]
        else:
            tangents = [f"tangent_{each.name}" for each in signature.results if each.is_float]
            names = [*(each.name for each in signature.results), *tangents]
        jaxpr = _derivative(kernel, direction)
        return None if jaxpr is None else GraphReference(graph_of(jaxpr), tuple(names))


def _derivative(kernel: Kernel, direction: Direction) -> Any:
    """Return the closed jaxpr of a function's derivative; None if it has none in that direction."""
    transform = functions.pullback if direction is Direction.BACKWARD else functions.pushforward
    try:
        with functions.settings(kernel.spec.signature.options):
            return lowering.jaxpr_of(*transform(kernel.live, kernel.example_args))
    except Exception:  # noqa: BLE001 (a rule may raise anything, and then there is no text either)
        return None


def _found(spec: KernelSpec, module: ModuleType, places: Places) -> Kernel | Rejection:
    function = getattr(module, spec.name, None) if spec.name else _last_function(module)
    if function is None or not functions.is_traceable(function):
        return rejected(spec, Stage.LOAD, Symptom.NO_KERNEL, f"no function named {spec.name!r} in the source")
    call = calling.rebuilt(function, spec.signature)
    return Kernel(spec=spec, live=call.function, example_args=call.arguments, module=module.__name__, places=places)


def _trace(kernel: Kernel, direction: Direction, device: str) -> "lowering.Tracing | Rejection":
    function, arguments = kernel.live, kernel.example_args
    name = PREFIXES[direction] + kernel.spec.name
    try:
        if direction is Direction.BACKWARD:
            function, arguments = functions.pullback(function, arguments)
        elif direction is Direction.TANGENT:
            function, arguments = functions.pushforward(function, arguments)
        tracing = lowering.Tracing(function, arguments, name=name, platform=device, places=kernel.places)
        if direction is Direction.TANGENT and functions.has_primitive(tracing.jaxpr, _NO_TANGENT):
            detail = "can't apply forward-mode autodiff (jvp) to a custom_vjp function"
            return rejected(kernel.spec, Stage.LOWER, Symptom.NOT_DIFFERENTIABLE, detail)
        return tracing
    except Exception as error:  # noqa: BLE001 (a function that is traced may raise anything)
        symptom = Symptom.TRACE_ERROR if direction is Direction.FORWARD else Symptom.NOT_DIFFERENTIABLE
        return rejected(kernel.spec, Stage.LOWER, symptom, detail_of(error))


def _text(kernel: Kernel, tracing: "lowering.Tracing | Rejection", level: Level) -> tuple[str, LineMap] | Rejection:
    spec = kernel.spec
    if isinstance(tracing, Rejection):
        return rejected(spec, tracing.stage, tracing.symptom, tracing.detail, level.name)
    try:
        return tracing.text(level.made_by)
    except lowering.NotAvailableError as error:
        return rejected(spec, Stage.LOWER, Symptom.NOT_AVAILABLE, str(error), level.name)
    except lowering.UnprintedConstantsError as error:
        return rejected(spec, Stage.LOWER, Symptom.UNPRINTED_CONSTANTS, detail_of(error), level.name)
    except Exception as error:  # noqa: BLE001 (lowering may raise anything)
        return rejected(spec, Stage.LOWER, Symptom.BUILD_ERROR, detail_of(error), level.name)


def _last_function(module: ModuleType) -> Any:
    functions = [each for each in vars(module).values() if getattr(each, "__module__", None) == module.__name__]
    return functions[-1] if functions else None


def _drawer() -> Drawer:
    """Return the object that draws kernels.

    The recipes are imported only here, because importing them takes as long as importing the rest of the front end.
    """
    from synthesis.frontends.jax.recipes import DRAWER

    return DRAWER


FRONTEND = Frontend(
    name="jax",
    drawing=_drawer,
    compiler=JaxCompiler(),
    description=DESCRIPTION,
    prover=JaxProver(),
    replayer=JaxReplayer(),
    script_lines=call_lines,
)
