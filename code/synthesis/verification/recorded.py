"""Which of a kernel's recorded launches a row is proved on, and how far other draws go from it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from synthesis.errors import ConfigError
from synthesis.frontends.base import Frontend, Kernel, ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.failures import detail_of
from synthesis.frontends.launched import Launched, Mutation, cut
from synthesis.records import Argument, Hindrance, KernelSpec, Signature, Unproved
from synthesis.verification.inference import share_of
from synthesis.verification.inputs import array_shape

MOST_NUMBERS = 4096
"""Numbers that a row's signature may hold."""
_MOST_WHOLE = 16384
"""The same where nothing can be cut."""
_MOST_ELEMENTS = 2**18
_MOST_THREADS = 2**14
_CUTS = (64, 16, 4)
"""What dimensions are cut to that are too large."""
_REAL = (Mutation(share=0.05, of_zeros=0.1), Mutation(share=0.002, of_zeros=0.001))
_WHOLE = (Mutation(share=0.05, of_zeros=0.1, whole=1), Mutation(share=0.05, of_zeros=0.1))
"""Where there are no floating-point numbers that could move."""


@dataclass(frozen=True, slots=True)
class _Best:
    share: float
    signature: Signature


def choose_launch(
    frontend: Frontend, kernel: Kernel, launches: Sequence[Launched]
) -> tuple[KernelSpec, Unproved | None]:
    """The kernel's record with the launch that comes to most of it, and why it is unchanged if none can be replayed.

    Args:
        frontend: the kernel's.
        kernel: a loaded one.
        launches: what it was seen to be launched with.
    """
    best: _Best | None = None
    why = "no launch of it was kept"
    try:
        for launched in launches:
            for signature, alike in _signatures(frontend, kernel, launched):
                found = _try(frontend, kernel, signature, alike=alike)
                if isinstance(found, str):
                    why = found
                    continue
                if best is None or found > best.share:
                    best = _Best(found, signature)
                break
            if best is not None and best.share == 1.0:
                break
    except ReferenceUnknownError as error:
        if best is None:
            return kernel.spec, Unproved(Hindrance.NO_REFERENCE, str(error))
    except ConfigError as error:
        why = str(error)
    if best is None:
        return kernel.spec, Unproved(Hindrance.NO_INPUTS, f"what was recorded cannot be replayed: {why}")
    return replace(kernel.spec, signature=best.signature), None


def _signatures(frontend: Frontend, kernel: Kernel, launched: Launched) -> Iterator[tuple[Signature, bool]]:
    """What a launch can be replayed as, the nearest to it first, and whether all draws of it may give the same.

    Raises:
        ConfigError: if it cannot be replayed at all.
    """
    assert frontend.replayer is not None
    fitting = 0
    for each in _cuts(launched):
        try:
            signature = frontend.replayer.replayed(kernel, each, _REAL[0])
        except ConfigError:
            if each is launched and launched.lost:
                raise
            continue
        most = MOST_NUMBERS if each is not launched else _MOST_WHOLE
        if not _fits(signature, most):
            continue
        fitting += 1
        real = any(_moves(argument) for argument in signature.spread.arguments)
        for number, mutation in enumerate(_REAL if real else _WHOLE):
            yield frontend.replayer.replayed(kernel, each, mutation), not real and number > 0
    if not fitting:
        raise ConfigError(f"inputs too large: a row holds up to {MOST_NUMBERS} numbers, and they cannot be cut to that")


def _moves(argument: Argument) -> bool:
    leaves = argument.fields or (argument,)
    return any(_moves(each) if each.fields else bool(each.base) and each.is_float for each in leaves)


def _cuts(launched: Launched) -> Iterator[Launched]:
    """The launch, and the same cut, dimensions that are largest first."""
    yield launched
    for most in _CUTS:
        sizes: dict[int, int] = {}
        dimensions = {each for shape in (launched.launch, *launched.shapes.values()) for each in shape if each > most}
        for size in sorted(dimensions, reverse=True):
            sizes[size] = most
            yield cut(launched, sizes)


def _fits(signature: Signature, most: int) -> bool:
    leaves = [leaf for each in signature.spread.arguments for leaf in _leaves(each)]
    threads = math.prod(size or 1 for size in signature.launch or ())
    elements = sum(math.prod(array_shape(each)) for each in signature.spread.arguments)
    numbers = sum(len(each.base) for each in leaves)
    return numbers <= most and threads <= _MOST_THREADS and elements <= _MOST_ELEMENTS


def _leaves(argument: Argument) -> Iterator[Argument]:
    if not argument.fields:
        yield argument
    for each in argument.fields:
        yield from _leaves(each)


def _try(frontend: Frontend, kernel: Kernel, signature: Signature, *, alike: bool) -> float | str:
    """The share of a kernel that a signature's draws come to, or why it does not run on them.

    Raises:
        ReferenceUnknownError: for what is not modelled.
    """
    spec = replace(kernel.spec, signature=signature.spread)
    try:
        share = share_of(frontend.the_prover, replace(kernel, spec=spec), alike=alike)
    except ReferenceUnknownError:
        raise
    except ReferenceFaultError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 (a kernel of the user's may be anything)
        return detail_of(error)
    return "what it gives is not finite, or the same on every draw" if share is None else share
