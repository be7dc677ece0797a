"""Infers inputs for users' kernels whose shapes, domains or launch dimensions are not known.

A few common signatures are tried on the reference, as they are and with domains that include the numbers that the
source compares arguments with. A signature is accepted if the kernel stays inside its arrays, ends, and gives finite
values that are not all the same. The one with the highest coverage is used, and becomes the row's signature. If none is
accepted, arrays are enlarged to hold the indices that were out of bounds, and divisors are kept from zero. If that does
not help, values that are all the same are accepted, as from a kernel that fills an array. Inputs that are known are not
changed. An argument that is the id of an object, such as a mesh, becomes a small object of the kind that the kernel
queries.

``further_inputs.py`` tries less common domains where the kernel cannot be verified on the inputs that are found here.
"""

import itertools
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import (
    EndlessLoopError,
    Frontend,
    Kernel,
    NoObjectError,
    OutOfBoundsError,
    Prover,
    ReferenceFaultError,
    ReferenceUnknownError,
    UnknownObjectError,
    ZeroDivisorError,
)
from synthesis.verification.draws import standard_draws
from synthesis.verification.filling import (
    enlarged,
    filled,
    limited,
    mirrored,
    positive,
    replaced,
    varied,
    widened,
    with_threads,
    with_unequal_sizes,
)
from synthesis.verification.inputs import DRAWS, missing_domain, missing_inputs, standard_runs
from synthesis.verification.shares import share_of
from synthesis.verification.thresholds import kernel_thresholds

logger = logging.getLogger(__name__)

CANDIDATES = ((16, (0.1, 1.5)), (16, (-1.0, 1.0)), (64, (0.1, 1.5)), (4, (0.1, 0.9)))
"""The signatures that are tried: a size for every unknown dimension, and bounds of floating-point numbers."""
_MOST_ALONE = 8
"""Maximum number of arguments that are widened one by one if the kernel fails with all of them widened."""
_MOST_REPAIRS = 24
"""Maximum number of repairs of a signature for each size that is tried."""
_MOST_ENLARGED = 2
"""Maximum factor by which a wider domain may enlarge an array."""
_MOST_OBJECTS = 3
"""Maximum number of ids for which objects are assumed."""
_BEYOND = 3
"""Number of threads added along each launch dimension, for kernels that skip threads beyond the elements."""


def infer_inputs(frontend: Frontend, kernel: Kernel) -> tuple[KernelSpec, Unproved | None]:
    """Return the kernel's record with inferred inputs, and the reason why it is unchanged if none were found.

    The first inputs that cover the whole kernel are used, or else those with the highest coverage.
    """
    spec, prover = kernel.spec, frontend.prover
    missing = missing_inputs(spec.signature)
    if missing is None or prover is None:
        return spec, None
    try:
        trying = _tried(prover, kernel, _with_typed_objects(prover, spec.signature.spread))
    except ReferenceUnknownError as error:
        return spec, Unproved(Hindrance.NO_REFERENCE, f"{missing} is not known, and {error}")
    if trying.found is None:
        return spec, Unproved(Hindrance.NO_INPUTS, f"{missing} is not known, and cannot be inferred: {trying.why}")
    return replace(spec, signature=spec.signature.gather(trying.found)), None


def with_objects(spec: KernelSpec, inferred: KernelSpec) -> KernelSpec:
    """Return a kernel's record with those objects that its record with inferred inputs has, and nothing else of it."""
    signature = spec.signature.spread
    known = {each.name: each for each in signature.arguments}
    objects = {
        each.name: each for each in inferred.signature.spread.arguments if each.handle and not known[each.name].handle
    }
    return replace(spec, signature=spec.signature.gather(replaced(signature, objects))) if objects else spec


def _with_typed_objects(prover: Prover, signature: Signature) -> Signature:
    """Return a signature with an object in place of each unknown argument whose type says that it is one."""
    made = {each.name: prover.stand_ins(each, "", signature) for each in signature.arguments if missing_domain(each)}
    return replaced(signature, {name: objects[0] for name, objects in made.items() if objects})


def _tried(prover: Prover, kernel: Kernel, signature: Signature, objects: int = 0) -> "Trying":
    """Return the result of the common signatures, with an object for each id that the kernel takes.

    The kernel shows which kind of object it queries. If it takes several ids, each is tried in turn.

    Args:
        prover: the front end's prover.
        kernel: the loaded kernel.
        signature: its signature, with the objects that are known or assumed.
        objects: number of objects that are assumed.

    Raises:
        ReferenceUnknownError: if something is not modelled.
    """
    trying = Trying(prover, _with_signature(kernel, signature))
    try:
        trying.try_common()
    except UnknownObjectError as error:
        last: ReferenceUnknownError = error
        unknown = [each for each in signature.arguments if missing_domain(each)] if objects < _MOST_OBJECTS else []
        for each in unknown:
            tried: list[Trying] = []
            for made in prover.stand_ins(each, error.kind, signature):
                try:
                    tried.append(_tried(prover, kernel, replaced(signature, {each.name: made}), objects + 1))
                except NoObjectError:
                    continue  # the kernel does not check whether an object exists
                except ReferenceUnknownError as other:
                    last = other
                if tried and tried[-1].share == 1.0:
                    break
            if tried:
                return max(tried, key=lambda each: each.share)
        if trying.found is None:
            raise last from error
    except ReferenceUnknownError:
        if trying.found is None:
            raise
    return trying


def _with_signature(kernel: Kernel, signature: Signature) -> Kernel:
    return replace(kernel, spec=replace(kernel.spec, signature=signature))


class Trying:
    """Tries signatures on a kernel, and keeps the one with the highest coverage.

    Args:
        prover: the front end's prover.
        kernel: the loaded kernel. The fields of structs that hold arrays are arguments of its signature.
        accepts: a function that returns whether a kernel is suited for verification. Other signatures are not kept;
            None keeps all.
    """

    def __init__(self, prover: Prover, kernel: Kernel, accepts: Callable[[Kernel], bool] | None = None) -> None:
        self._prover = prover
        self._kernel = kernel
        self._thresholds = kernel_thresholds(kernel.spec, calls=True)
        self._accepts = accepts
        self.found: Signature | None = None
        self.share = -1.0
        self.ran = False
        """Whether the kernel has run to its end on some inputs, with any results."""
        self._alike: list[Signature] = []
        """Signatures on which the kernel runs, but gives values that are not finite or are the same on every draw."""
        self._fault: Exception | None = None
        """The kernel's fault on the inputs that were tried last."""
        self.why = "no common inputs give results that are finite and differ between draws"

    def try_common(self) -> None:
        """Try the common signatures, and repair them if the kernel fails on all.

        Raises:
            ReferenceUnknownError: if something is not modelled.
        """
        given = self._kernel.spec.signature
        for size, bounds in CANDIDATES:
            self.attempt(filled(given, size, Domain(low=bounds[0], high=bounds[1])))
            if self.share == 1.0:
                break
        for size, bounds in CANDIDATES[::3]:
            plain = filled(given, size, Domain(low=bounds[0], high=bounds[1]))
            for each in (plain, replaced(plain, self._changes(plain, varied))):
                if self.found is None:
                    self.repair(each)
        if self.found is None:
            self.settle()
        if self.found is not None:
            self._apply(self.found, self._changes(self.found, varied), equal=True, conditioned=True)
        for floating in (True, False):
            if self.found is not None:
                self._mirror(self.found, floating=floating)
        if self.found is not None:
            self._keep_divisors_from_zero(self.found)
            self._tell_sizes_apart(self.found)

    def _keep_divisors_from_zero(self, found: Signature) -> None:
        """Raise the domains of plain integers that the kernel divides by above 0, which other draws might give.

        Raises:
            ReferenceUnknownError: if something is not modelled.
        """
        raised = {name: each for name, each in self._changes(found, positive).items() if each.shape is None}
        divisors = {name: each for name, each in raised.items() if self._is_divisor(found, name)}
        if divisors:
            self._keep(replaced(found, divisors), equal=True)

    def _is_divisor(self, found: Signature, name: str) -> bool:
        """Return whether the kernel divides by an argument that is 0."""
        runs = [{**run, name: np.zeros_like(run[name])} for run in standard_runs(found)]
        try:
            self._prover.reference(_with_signature(self._kernel, found))(runs, double=False)
        except ZeroDivisorError:
            return True
        except ReferenceFaultError:
            pass
        return False

    def _tell_sizes_apart(self, found: Signature) -> None:
        """Give the dimensions of arrays unequal sizes, if the kernel stays in its arrays. A text might confuse them.

        Raises:
            ReferenceUnknownError: if something is not modelled.
        """
        for launched in (True, False):
            changed = with_unequal_sizes(found, self._kernel.spec.signature, launched=launched)
            if changed != found and self._keep(changed, equal=True, conditioned=True):
                return

    def _mirror(self, found: Signature, *, floating: bool) -> None:
        """Extend domains to negative numbers, together or one by one, where the kernel is defined there.

        On positive numbers alone, ``abs(x)`` is ``x``, ``max(x, 0)`` is ``x``, a division of integers rounds either way
        alike, and a derivative that the user wrote may be wrong for negative numbers.

        Args:
            found: the signature that is changed.
            floating: whether floating-point domains are extended, or those of integers that are no indices.

        Raises:
            ReferenceUnknownError: if something is not modelled.
        """
        bounded = self._thresholds.unsigned if floating else self._thresholds.unsigned | self._thresholds.indices
        both = self._changes(found, partial(mirrored, floating=floating))
        chosen = {name: each for name, each in both.items() if name not in bounded}
        self._apply(found, chosen, equal=True, conditioned=True)

    def attempt(self, plain: Signature) -> None:
        """Try a signature, then wider domains, and a larger launch if the coverage is not complete.

        Even if it is complete, floating-point domains are widened if the source compares them with numbers outside: a
        selection without a branch, such as ``where``, evaluates all of its operands.

        Raises:
            ReferenceUnknownError: if something is not modelled.
        """
        kept = self._keep(plain)
        if self.share < 1.0:
            self._widen(plain)
        elif kept:
            self._widen(plain, whole=True)

    def _widen(self, plain: Signature, *, whole: bool = False) -> None:
        wider = self._changes(plain, partial(widened, thresholds=self._thresholds))
        if whole:
            wider = {name: each for name, each in wider.items() if each.is_float}
        self._apply(plain, wider, equal=whole)
        if self.found is not None and None in (self._kernel.spec.signature.launch or ()) and self.share < 1.0:
            self._keep(replace(self.found, launch=tuple((each or 0) + _BEYOND for each in self.found.launch or ())))

    def _changes(self, base: Signature, change: Callable[[Argument], Argument]) -> dict[str, Argument]:
        """Return the arguments of unknown domains that a function changes, as it changes them, by name."""
        unknown = {each.name for each in self._kernel.spec.signature.arguments if missing_domain(each)}
        return {
            each.name: changed for each in base.arguments if each.name in unknown and (changed := change(each)) != each
        }

    def _apply(
        self, base: Signature, changes: Mapping[str, Argument], *, equal: bool, conditioned: bool = False
    ) -> None:
        """Try a signature with all changes together and, if that is of no use, with one after the other."""
        if not changes:
            return
        together = replaced(base, changes)
        usable = self._keep(together, equal=equal, conditioned=conditioned)
        fault = self._fault
        if isinstance(fault, OutOfBoundsError) and not conditioned and fault.needed <= _MOST_ENLARGED * fault.size:
            larger = self._repaired(together)
            if larger is not None and self._keep(larger, equal=equal):
                return
        if self.found is together or (usable and not conditioned):
            return
        endless = isinstance(self._fault, EndlessLoopError)
        for name in list(changes)[: 0 if endless else _MOST_ALONE]:
            alone = replaced(self.found or base, {name: changes[name]})
            if alone != together:
                self._keep(alone, equal=equal, conditioned=conditioned)

    def repair(self, signature: Signature) -> None:
        """Try a signature; while the kernel fails on it, repair the cause and try again.

        Raises:
            ReferenceUnknownError: if something is not modelled.
        """
        for _ in range(_MOST_REPAIRS):
            if self._keep(signature):
                if self.share < 1.0:
                    self._widen(signature)
                return
            repaired = self._repaired(signature)
            if repaired is None:
                return
            signature = repaired

    def settle(self) -> None:
        """Accept signatures on which the kernel gives the same finite values on most draws, or else on every draw.

        Raises:
            ReferenceUnknownError: if something is not modelled.
        """
        for compared, signature in itertools.product((len(DRAWS), 1), tuple(self._alike)):
            if self.share < 1.0:
                self._keep(signature, compared=compared)

    def _repaired(self, signature: Signature) -> Signature | None:
        """Return the signature changed so that the kernel's last fault cannot occur; None if that is not possible."""
        changed: Mapping[str, Argument] = {}
        match self._fault:
            case OutOfBoundsError() as fault:
                limit = partial(limited, size=fault.size, indices=self._thresholds.indices)
                given = self._kernel.spec.signature
                changed = enlarged(signature, given, fault) or self._changes(signature, limit)
                if not changed and not fault.array and signature.launch is not None:
                    return with_threads(signature, given.launch or (), fault.size)
            case ZeroDivisorError():
                changed = self._changes(signature, positive)
            case _:
                pass
        return replaced(signature, changed) if changed else None

    def _keep(self, signature: Signature, *, compared: int = 2, equal: bool = False, conditioned: bool = False) -> bool:
        """Return whether the kernel runs on a signature's inputs and gives usable results.

        The signature is kept if its coverage is higher than that of earlier ones.

        Args:
            signature: the signature to try.
            compared: how many draws must not all give the same values.
            equal: whether the signature is also kept if its coverage is the same.
            conditioned: whether it is kept only if all results of the standard draws are finite and well-conditioned.
        """
        kernel = _with_signature(self._kernel, signature)
        self._fault = None
        try:
            share = share_of(self._prover, kernel, compared=compared)
            better = share is not None and (share > self.share or (equal and share == self.share))
            suited = share is None or self._accepts is None or self._accepts(kernel)
            suited = suited and not (better and conditioned and standard_draws(self._prover, kernel)[1])
        except ReferenceUnknownError:
            raise
        except Exception as error:  # noqa: BLE001 (a kernel of the user's may be anything)
            self.why, self._fault = str(error), error
            logger.debug("%s does not run: %s", kernel.spec.name, error)
            return False
        self.ran = True
        if share is None:
            self._alike.append(signature)
            return False
        if not suited:
            return False
        if better:
            self.found, self.share = signature, share
        return True
