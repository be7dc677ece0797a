"""Chooses the recorded launch on which a kernel's row is verified, and how other draws vary its inputs."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from synthesis.core.errors import ConfigError
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Signature
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import Frontend, Kernel, ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.failures import detail_of
from synthesis.frontends.launched import Launched, Mutation, cut, range_of
from synthesis.verification.inference import infer_inputs, with_objects
from synthesis.verification.inputs import array_shape, missing_inputs
from synthesis.verification.shares import share_of

MOST_NUMBERS = 4096
"""Maximum number of recorded numbers in a row's signature."""
_MOST_WHOLE = 16384
"""Maximum number of recorded numbers in the signature of a launch whose dimensions are not reduced."""
_MOST_ELEMENTS = 2**21
"""Maximum number of elements of all arguments of a replayed launch."""
_MOST_THREADS = 2**14
"""Maximum number of threads of a replayed launch."""
_CUTS = (64, 16, 4)
"""Sizes to which larger dimensions are reduced, in the order in which they are tried."""
_NEAR = Mutation(share=0.05, of_zeros=0.1)
"""A deviation of up to 5 % from the recorded numbers."""
_REAL = (
    _NEAR,
    Mutation(share=0.4, of_zeros=1.0),
    replace(_NEAR, only_up=True),
    Mutation(share=0.004, of_zeros=0.001),
    Mutation(share=0.0006, of_zeros=1e-6),
    _NEAR,
)
"""The deviations of floating-point numbers, in the order in which they are tried."""
_WHOLE = (replace(_NEAR, whole=1), _NEAR)
"""The deviations if there are no floating-point numbers that could be varied."""


@dataclass(frozen=True, slots=True)
class _Best:
    share: float
    signature: Signature


def choose_launch(
    frontend: Frontend, kernel: Kernel, launches: Sequence[Launched], *, min_coverage: float
) -> tuple[KernelSpec, Unproved | None]:
    """Return the kernel's record with inputs from a recorded launch, and why it is unchanged if there are none.

    The launch with the highest coverage is used. If its coverage is too low, inputs are inferred as for any other
    kernel, and used if their coverage is higher.

    Args:
        frontend: the kernel's front end.
        kernel: a loaded kernel.
        launches: the recorded launches of the kernel.
        min_coverage: the coverage below which inputs are also inferred.
    """
    best, unknown = _best_of(frontend, kernel, launches)
    if best is not None and best.share >= min_coverage:
        return replace(kernel.spec, signature=best.signature), None
    inferred, _ = infer_inputs(frontend, kernel)
    assumes_objects = with_objects(kernel.spec, inferred) is not kernel.spec  # which the recorded ones are not
    if missing_inputs(inferred.signature) is None and not assumes_objects:
        share = _try(frontend, kernel, inferred.signature, alike=False)
        if isinstance(share, float) and (best is None or share > best.share):
            return inferred, None
    if best is not None:
        return replace(kernel.spec, signature=best.signature), None
    return kernel.spec, unknown


def _best_of(frontend: Frontend, kernel: Kernel, launches: Sequence[Launched]) -> tuple[_Best | None, Unproved | None]:
    """Return the launch with the highest coverage of a kernel, or the reason why none can be replayed.

    Of several with the same coverage, the first is returned.
    """
    best: _Best | None = None
    unknown = Unproved(Hindrance.NO_INPUTS, "no launch of the kernel was recorded")
    for launched in launches:
        try:
            for signature, alike in _signatures(frontend, kernel, launched):
                found = _try(frontend, kernel, signature, alike=alike)
                if isinstance(found, Unproved):
                    unknown = found
                    continue
                if best is None or found > best.share:
                    best = _Best(found, signature)
                break
        except ConfigError as error:
            unknown = _not_replayed(str(error))
        if best is not None and best.share == 1.0:
            break
    return best, unknown


def _not_replayed(why: str) -> Unproved:
    return Unproved(Hindrance.NO_INPUTS, f"the recorded launches cannot be replayed: {why}")


def _signatures(frontend: Frontend, kernel: Kernel, launched: Launched) -> Iterator[tuple[Signature, bool]]:
    """Yield the signatures with which a launch can be replayed, beginning with the one closest to it.

    A flag with each says whether the kernel's results may be the same on every draw.

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
        mutations = _REAL if real else _WHOLE
        for number, mutation in enumerate(mutations):  # results may be all the same only as a last resort
            yield frontend.replayer.replayed(kernel, each, mutation), number == len(mutations) - 1
        if each is launched:
            return
    if not fitting:
        signature = _with_ranges(frontend.replayer.replayed(kernel, launched, _NEAR))
        if _fits(signature, MOST_NUMBERS):
            yield signature, False
            return
        raise ConfigError(f"inputs too large: a row holds up to {MOST_NUMBERS} numbers, and these have more")


def _moves(argument: Argument) -> bool:
    leaves = argument.fields or (argument,)
    return any(_moves(each) if each.fields else bool(each.base) and each.is_float for each in leaves)


def _cuts(launched: Launched) -> Iterator[Launched]:
    """Yield the launch, followed by copies of it with smaller dimensions; the largest dimensions are reduced first."""
    yield launched
    for most in _CUTS:
        sizes: dict[int, int] = {}
        dimensions = {each for shape in (launched.launch, *launched.shapes.values()) for each in shape if each > most}
        for size in sorted(dimensions, reverse=True):
            sizes[size] = most
            yield cut(launched, sizes)


def _with_ranges(signature: Signature) -> Signature:
    """Return the signature with the recorded numbers of the largest arrays replaced by their range.

    As many arrays are replaced as needed for a row to hold the rest.
    """
    numbers = sum(len(leaf.base) for each in signature.arguments for leaf in _leaves(each))
    found = {each.name: each for each in signature.arguments}
    for each in sorted(signature.arguments, key=lambda argument: len(argument.base), reverse=True):
        if numbers <= MOST_NUMBERS or each.fields:
            break
        found[each.name] = replace(each, base=(), recorded=False, domain=range_of(each.base))
        numbers -= len(each.base)
    return replace(signature, arguments=tuple(found.values()))


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


def _try(frontend: Frontend, kernel: Kernel, signature: Signature, *, alike: bool) -> float | Unproved:
    """Return the coverage of a kernel by a signature's draws, or the reason why it does not run on them."""
    spec = replace(kernel.spec, signature=signature.spread)
    try:
        share = share_of(frontend.the_prover, replace(kernel, spec=spec), compared=1 if alike else 2)
    except ReferenceUnknownError as error:
        return Unproved(Hindrance.NO_REFERENCE, str(error))
    except ReferenceFaultError as error:
        return _not_replayed(str(error))
    except Exception as error:  # noqa: BLE001 (a kernel of the user's may be anything)
        return _not_replayed(detail_of(error))
    return _not_replayed("the results are not finite, or are the same on every draw") if share is None else share
