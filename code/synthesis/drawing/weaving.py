"""Combines terms and operations into one expression that depends on all of them.

The weaver works from the leaves up. It keeps a pool of terms, applies operations to them, and ends when one term is
left. Every leaf is therefore read, and the intervals of an operation's operands are known before it is built. Terms
that cannot be combined directly are first mapped smoothly into an operation's domain, or combined with a new argument.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import permutations, product
from operator import attrgetter

from synthesis.core.signatures import Domain
from synthesis.drawing.functions import usual_weight
from synthesis.drawing.operations import Operation, Term
from synthesis.drawing.scopes import DrawError, Scope, typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Name, size
from synthesis.drawing.types import Type

# An expression with more nodes than this is always assigned to a variable.
_LONGEST = 18
# An operand of a helper's call with more nodes than this is assigned to a variable first.
LONG_OPERAND = 6
# A smaller factor would make values that are far inside the interval negligible.
_LEAST_FACTOR = 0.12
# Weight of a strongly nonlinear map into a domain; ``fit`` has the weights of other maps.
_UNUSUAL = 0.02
# A chosen function is used with the probability of this factor times its weight.
_WRITTEN = 4.0
# Minimum share of an interval that must remain after cutting it off.
_LEFT = 0.5
# Number of domains that are tried for new arguments of an operation.
_DOMAIN_TRIES = 8


class Weaver:
    """Combines terms with the operations of a category.

    Args:
        scope: the source of new arguments, constants and names.
        stream: the random choices.
        operations: the operations that it may apply.
        max_fresh: maximum number of arguments created for variety. Necessary ones are created in addition.
        leveller: an operation, such as flattening, after which any two terms can be combined; None if there is none.
    """

    def __init__(
        self,
        scope: Scope,
        stream: Stream,
        operations: Sequence[Operation],
        *,
        max_fresh: int = 1,
        leveller: Operation | None = None,
    ) -> None:
        self._scope = scope
        self._stream = stream
        self._operations = tuple(operations)
        self._by_name = {operation.name: operation for operation in operations}
        self._plain = stream.difficulty == 1
        self._fresh_left = 0 if self._plain else max_fresh
        self._leveller = leveller

    def weave(
        self, terms: Sequence[Term], *, steps: int, target: Operation | None = None, goal: Type | None = None
    ) -> Term:
        """Return one term that depends on all given ones, contains the target operation, and has the goal's type.

        Raises:
            DrawError: if the terms cannot be combined.
        """
        pool = list(terms)
        steps = min(steps, 1) if self._plain else steps
        moment = self._stream.below(steps + 1)
        for step in range(steps + 1):
            if step == moment and target is not None:
                self._apply_target(pool, target)
            elif step < steps:
                self._grow(pool)
        while len(pool) > 1:
            self._merge(pool)
        return self._converted(pool[0], goal)

    def apply(self, name: str, *operands: Term) -> Term | None:
        """Return the result of an operation, by name; None if it is not available or does not admit the terms."""
        operation = self._by_name.get(name)
        return None if operation is None else operation.apply(self._stream, operands)

    def require(self, operation: Operation, *operands: Term) -> Term:
        """Return the result of the operation on these terms.

        Raises:
            DrawError: if it does not admit them.
        """
        result = operation.apply(self._stream, operands)
        if result is None:
            raise DrawError(f"{operation.name} does not admit its operands")
        return result

    def chain(self, term: Term, length: int) -> Term:
        """Return the term after ``length`` functions, one after the other, each after mapping the term into its domain.

        Raises:
            DrawError: if no function admits it.
        """
        functions = [operation for operation in self._of_arity(1) if operation.nonlinear]
        for _ in range(length):
            result = self.bend(term, functions)
            term = self._scope.keep(result) if size(result.node) > _LONGEST else result
        return term

    def bend(self, term: Term, functions: Sequence[Operation]) -> Term:
        """Return the result of one of the functions on the term, after mapping it into the function's domain.

        Raises:
            DrawError: if no function admits it.
        """
        for operation in self._stream.tries(functions, weight=usual_weight):
            fitted = self.fit(term, operation.domains[0])
            result = fitted and operation.apply(self._stream, (fitted,))
            if result:
                return result
        raise DrawError("no function takes the term")

    def stretch(self, term: Term) -> Term:
        """Return the term scaled or shifted by a constant, or unchanged. Its values stay spread evenly."""
        name = self._stream.choice(("add", "sub", "mul", "neg"))
        operation = self._by_name.get(name)
        if operation is None:
            return term
        if operation.arity == 1:
            return operation.apply(self._stream, (term,)) or term
        return self._with_literal(operation, term) or term

    def fit(self, term: Term, domain: Domain) -> Term | None:
        """Return the term mapped smoothly into a domain; None if no map is possible."""
        if term.interval.within(domain):
            return term
        ways = {self._shrink: 4.0, self._limit: 3.0, self._lift: 0.4, self._wave: _UNUSUAL, self._exponential: _UNUSUAL,
                self._squash: _UNUSUAL}  # fmt: skip
        for way in self._stream.tries(list(ways), key=attrgetter("__name__"), weight=ways.__getitem__):
            fitted = way(term, domain)
            if fitted is not None and fitted.interval.within(domain):
                return fitted
        return None

    # Maps into a domain

    def _plus(self, term: Term | None, offset: float) -> Term | None:
        return term and self.apply("add", term, self._scope.literal(offset, term.type.dtype))

    def _limit(self, term: Term, domain: Domain) -> Term | None:
        """Return the term clamped to one or both bounds of the domain; None if little of its interval would remain."""
        low, high = term.interval.low, term.interval.high
        floor = math.ceil(10 * domain.low + 1e-9) / 10 if low < domain.low else None
        ceiling = math.floor(10 * domain.high - 1e-9) / 10 if high > domain.high else None
        kept = (high if ceiling is None else ceiling) - (low if floor is None else floor)
        if not term.type.is_float or not term.flat or kept < _LEFT * term.interval.width:
            return None
        limited: Term | None = term
        for name, bound in (("max", floor), ("min", ceiling)):
            if bound is not None and limited is not None:
                limited = self.apply(name, limited, self._scope.literal(bound, term.type.dtype))
        return limited

    def _lift(self, term: Term, domain: Domain) -> Term | None:
        offset = self._stream.decimal(0.2, 1.5, 1) + max(0.0, round(domain.low, 1))
        return self._plus(self.apply("abs", term), round(offset, 1))

    def _wave(self, term: Term, domain: Domain) -> Term | None:
        name = self._stream.choice(["sin", "cos"])
        offset = self._stream.decimal(1.3, 2.5, 1) + max(0.0, round(domain.low, 1))
        return self._plus(self.apply(name, term), round(offset, 1))

    def _exponential(self, term: Term, domain: Domain) -> Term | None:
        return self.apply("exp", term)

    def _squash(self, term: Term, domain: Domain) -> Term | None:
        return self.apply(self._stream.choice(["sin", "cos", "tanh"]), term)

    def _shrink(self, term: Term, domain: Domain) -> Term | None:
        factor = round(0.9 * domain.magnitude / max(term.interval.magnitude, 1e-9), 2)
        if not term.type.is_float or not _LEAST_FACTOR <= factor < 1:  # integers cannot be scaled by a fraction
            return None
        return self.apply("mul", term, self._scope.literal(factor, term.type.dtype))

    # Steps

    def _replace(self, pool: list[Term], taken: Sequence[Term], result: Term) -> None:
        pool[:] = [term for term in pool if not any(term is other for other in taken)]
        nodes = size(result.node)
        if nodes > _LONGEST or (nodes >= 4 and not self._plain and self._stream.chance(0.4)):
            result = self._scope.keep(result)
            if self._stream.chance(0.3):
                pool.extend(self._second_use(result))
        pool.append(result)

    def _second_use(self, term: Term) -> Iterator[Term]:
        """Yield a second use of a named term, through a function that keeps the two uses from cancelling."""
        options = [operation for operation in self._operations if operation.nonlinear and operation.arity == 1]
        if isinstance(term.node, Name):
            for operation in self._stream.tries(options, weight=usual_weight):
                again = operation.apply(self._stream, (term,))
                if again is not None:
                    if self._stream.chance(_WRITTEN * usual_weight(operation)):
                        yield again
                    return

    def _grow(self, pool: list[Term]) -> None:
        """Make one random step; the pool is unchanged if none is possible."""
        moves = [("unary", 0.45), ("literal", 0.3)]
        moves += [("combine", 0.35)] if len(pool) > 1 else []
        moves += [("fresh", 0.2)] if self._fresh_left else []
        move = self._stream.weighted(moves)
        if move == "combine":
            self._combine(pool)
            return
        term = self._stream.choice(pool)
        if move == "unary":
            if self._extend(pool, term, move):
                return
            move = "literal"
        self._extend(pool, term, move)

    def _extend(self, pool: list[Term], term: Term, move: str) -> bool:
        """Apply a random operation to a term of the pool, and return whether one was applied.

        A function that is rarely used is rejected with a high probability. This is decided after it was chosen, so that
        a new function changes only the kernels that use it.
        """
        for operation in self._stream.tries(self._of_arity(1 if move == "unary" else 2), weight=usual_weight):
            result = self._extended(operation, term, move)
            if result is not None:
                if move == "unary" and not self._stream.chance(_WRITTEN * usual_weight(operation)):
                    return False
                self._fresh_left -= move == "fresh"
                self._replace(pool, [term], result)
                return True
        return False

    def _extended(self, operation: Operation, term: Term, move: str) -> Term | None:
        if move == "unary":
            return operation.apply(self._stream, (term,))
        if move == "literal":
            return self._with_literal(operation, term)
        return self._with_partner(operation, term)

    def _of_arity(self, arity: int) -> list[Operation]:
        return [operation for operation in self._operations if operation.arity == arity]

    def _with_literal(self, operation: Operation, term: Term) -> Term | None:
        """Return the operation on a term and a constant, in either order; None if no constant fits."""
        if operation.literal is None:
            return None
        constant = self._scope.literal(operation.literal(self._stream, term), term.type.dtype)
        orders = [(term, constant), (constant, term)]
        for operands in orders[::-1] if self._stream.chance(0.25) else orders:
            result = operation.apply(self._stream, operands)
            if result is not None:
                return result
        return None

    def _with_partner(self, operation: Operation, term: Term, goal: Type | None = None) -> Term | None:
        """Return the operation on a term and a new argument, in either order; None if no argument fits.

        If a goal is given, the result has its type.
        """
        for kind in self._stream.shuffled(self._scope.types):
            for position in self._stream.shuffled((0, 1)):
                domain = typical_domain(self._stream, kind, operation.domains[position])
                stand_in = Term(Name("_"), kind, domain, flat=True)
                operands = (stand_in, term) if position == 0 else (term, stand_in)
                result = self._with_fresh(operation, operands, (stand_in,), goal)
                if result is not None:
                    return result
        return None

    def _with_fresh(
        self, operation: Operation, operands: tuple[Term, ...], stand_ins: tuple[Term, ...], goal: Type | None = None
    ) -> Term | None:
        """Return the operation on operands, some of which stand for new arguments; or None if that is not possible.

        The arguments are made only if the operation admits them.

        Args:
            operation: the operation.
            operands: its operands.
            stand_ins: those operands that are replaced by new arguments.
            goal: the type that the result must have; None for any.
        """
        probe = operation.apply(self._stream.child("probe"), operands)
        if probe is None or (goal is not None and probe.type != goal):
            return None
        try:
            with self._scope.attempt():
                return self.require(
                    operation,
                    *(self._scope.fresh(each.type, each.interval) if each in stand_ins else each for each in operands),
                )
        except DrawError:
            return None

    def _combine(self, pool: list[Term]) -> bool:
        """Combine two terms of the pool with some operation, and return whether one was found."""
        pairs = self._stream.shuffled(list(permutations(range(len(pool)), 2)))[:6]
        for operation in self._stream.tries(self._of_arity(2), weight=usual_weight):
            for first, second in pairs:
                taken = (pool[first], pool[second])
                result = operation.apply(self._stream, taken)
                if result is not None:
                    self._replace(pool, taken, result)
                    return True
        return False

    def _merge(self, pool: list[Term]) -> None:
        """Combine two terms, changing one of them until they fit.

        Raises:
            DrawError: if this is not possible.
        """
        if self._combine(pool):
            return
        for position in self._stream.shuffled(range(len(pool))):
            for operation in self._stream.tries(self._of_arity(1), weight=usual_weight):
                changed = operation.apply(self._stream, (pool[position],))
                if changed is None:
                    continue
                trial = [*pool[:position], changed, *pool[position + 1 :]]
                if self._combine(trial):
                    pool[:] = trial
                    return
        levelled = [(self._leveller and self._leveller.apply(self._stream, (term,))) or term for term in pool]
        if not self._combine(levelled):
            raise DrawError("no operation combines the terms")
        pool[:] = levelled

    def _converted(self, term: Term, goal: Type | None) -> Term:
        """Return the term converted to the goal's type.

        Raises:
            DrawError: if no operation does so.
        """
        if goal is None or term.type == goal:
            return term
        for operation in self._stream.tries(self._of_arity(1), weight=usual_weight):
            result = operation.apply(self._stream, (term,))
            if result is not None and result.type == goal:
                return result
        for operation in self._stream.tries(self._of_arity(2), weight=usual_weight):
            result = self._with_partner(operation, term, goal)
            if result is not None:
                return result
        raise DrawError(f"no operation converts {term.type} to {goal}")

    def _apply_target(self, pool: list[Term], target: Operation) -> None:
        """Apply the target to terms of the pool, or to one of them and a constant or a new argument.

        Raises:
            DrawError: if it admits none of them.
        """
        for taken in self._stream.shuffled(list(permutations(pool, target.arity))):
            fitted = [self.fit(term, domain) for term, domain in zip(taken, target.domains, strict=True)]
            operands = tuple(term for term in fitted if term is not None)
            result = target.apply(self._stream, operands)
            if result is not None:
                self._replace(pool, taken, result)
                return
        for term in self._stream.shuffled(pool) if target.arity == 2 else ():
            fitted = self.fit(term, target.domains[0])
            if fitted is None:
                continue
            result = self._with_literal(target, fitted) if self._stream.chance(0.5) else None
            result = result or self._with_partner(target, fitted)
            if result is not None:
                self._replace(pool, [term], result)
                return
        self._replace(pool, [], self._from_nothing(target))

    def _from_nothing(self, target: Operation) -> Term:
        """Return the target applied to new arguments only.

        Raises:
            DrawError: if no types of this scope fit.
        """
        choices = list(product(self._scope.types, repeat=target.arity))
        for kinds in self._stream.shuffled(choices * _DOMAIN_TRIES):
            stand_ins = tuple(
                Term(Name(f"_{position}"), kind, typical_domain(self._stream, kind, domain), flat=True)
                for position, (kind, domain) in enumerate(zip(kinds, target.domains, strict=True))
            )
            result = self._with_fresh(target, stand_ins, stand_ins)
            if result is not None:
                return result
        raise DrawError(f"no types here fit {target.name}")
