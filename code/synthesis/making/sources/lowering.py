"""Lowers untrusted Python sources that are answers to rows, in a sandboxed process."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synthesis.core.errors import Stage, Symptom
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.sandbox.wire import decode, encode
from synthesis.frontends.base import Frontend, Kernel, Level
from synthesis.frontends.failures import detail_of
from synthesis.frontends.registry import get_frontend
from synthesis.making.confirmation import why_unprovable
from synthesis.verification.claims import other_signature

_NATIVE = frozenset(["func_native", "func_replay", "func_grad"])
"""Functions that put code of another language, or a custom derivative, into a kernel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Python code in place of a row's own source."""

    spec: KernelSpec
    """The row's record, with the new source."""
    level: str
    device: str
    native: tuple[str, ...] = ()
    """Functions of ``_NATIVE`` that the row's own source uses, and that this source may therefore use, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoweredSource:
    """The result of lowering a source at one level."""

    text: str = ""
    rejection: Rejection | None = None
    """The reason why there is no text."""
    other: str = ""
    """The difference from the row's kernel, in which case the kernel is not lowered; empty if there is none."""
    more: str = ""
    """An effect of the source besides defining a kernel. Such a source is not loaded. Empty if there is none."""


def lower_sources(name: str, sources: Sequence[Source]) -> Iterator[int | bytes]:
    """Yield the position of each source as it begins, then its result as bytes.

    Args:
        name: the front end's name.
        sources: the sources to lower.
    """
    frontend = get_frontend(name)
    for position, source in enumerate(sources):
        yield position
        try:
            found = _lower(frontend, source)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (an untrusted source may raise anything)
            rejection = Rejection(stage=Stage.LOWER, symptom=Symptom.TRACE_ERROR, detail=detail_of(error))
            found = LoweredSource(rejection=rejection)
        yield encode(found)


def read_lowered(data: bytes) -> LoweredSource:
    """Return the result of ``lower_sources`` for a source.

    Raises:
        WireError: if the bytes are not a valid result.
    """
    return decode(data, LoweredSource)


def native_words(source: str) -> tuple[str, ...]:
    """Return the functions of ``_NATIVE`` that a source names, sorted; empty if it cannot be parsed."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: set[str] = set()
    for node in ast.walk(tree):
        name = getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "name", None)
        found |= _NATIVE & {str(name)}
    return tuple(sorted(found))


def _lower(frontend: Frontend, source: Source) -> LoweredSource:
    unknown = why_unprovable(source.spec)
    if unknown is not None:
        return LoweredSource(more=str(unknown))
    strange = sorted(set(native_words(source.spec.source)) - set(source.native))
    if strange:
        return LoweredSource(more=f"it uses {strange[0]}, which the row's own source does not use")
    return _text_of(frontend, source.spec, frontend.level(source.level), source.device)


def _text_of(frontend: Frontend, spec: KernelSpec, level: Level, device: str) -> LoweredSource:
    kernel = frontend.load_one(spec)
    if isinstance(kernel, Rejection):
        return LoweredSource(rejection=kernel)
    try:
        return _text_of_kernel(frontend, kernel, level, device)
    finally:
        frontend.compiler.release([kernel])


def _text_of_kernel(frontend: Frontend, kernel: Kernel, level: Level, device: str) -> LoweredSource:
    declared = frontend.compiler.declared(kernel)
    other = None if declared is None else other_signature(kernel.spec.signature, declared)
    if other is not None:
        return LoweredSource(other=other)
    (lowered,) = frontend.compiler.lower([kernel], [level], device=device)
    if isinstance(lowered, Rejection):
        return LoweredSource(rejection=lowered)
    text = lowered.texts.get(level.name)
    if text is None:
        return LoweredSource(rejection=next(iter(lowered.rejections), None))
    return LoweredSource(text=text)
