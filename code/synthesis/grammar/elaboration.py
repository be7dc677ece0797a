"""Elaboration: making a kernel longer by pieces that each take values that are at hand and give new ones.

A recipe decides what a kernel is about. What makes it long is common to all: temporaries, branches, loops, helpers,
records. A piece adds a few statements; it takes terms out of a pool and puts what it makes of them back, so that
nothing that it computes is left unused.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from synthesis.grammar.operations import Operation, Term
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.grammar.weaving import DrawError

_PIECES: dict[int, tuple[int, int]] = {1: (0, 0), 2: (0, 0), 3: (1, 2), 4: (3, 6), 5: (8, 18)}
"""The fewest and the most pieces by difficulty."""
# How often a piece starts from a new value instead of going on, while there are fewer than so many: what many maps were
# applied to, one after the other, hardly moves what comes out.
_ANEW, _WIDEST = 0.4, 5


class Workpiece(Protocol):
    """A kernel under construction."""

    def attempt(self) -> AbstractContextManager[None]:
        """What is added inside is taken back if a DrawError leaves it."""
        ...

    def start(self, stream: Stream, beside: Term) -> Term:
        """A new value to go on from, which combines with another one."""
        ...


D = TypeVar("D", bound=Workpiece)
D_contra = TypeVar("D_contra", bound=Workpiece, contravariant=True)


@dataclass(frozen=True, slots=True)
class Piece(Generic[D_contra]):
    """A way to go on with a kernel."""

    name: str
    weight: float
    """How often it is chosen, in relation to the others."""
    draw: Callable[[D_contra, Stream, list[Term]], None]
    """Adds statements to the draft and changes the pool; raises DrawError if it does not fit."""
    most: int = 99
    """How often a kernel may have it."""


def elaborate(draft: D, stream: Stream, pool: list[Term], pieces: Sequence[Piece[D]]) -> None:
    """Go on with a kernel by as many pieces as the stream's difficulty asks for.

    A piece that does not fit leaves no trace. The pool is changed in place.
    """
    used: list[str] = []
    first = pool[0]
    for step in range(stream.integer(*_PIECES[stream.difficulty])):
        here = stream.child("piece", step)
        if step and len(pool) < _WIDEST and here.chance(_ANEW):
            pool.append(draft.start(here, first))
        left = [piece for piece in pieces if used.count(piece.name) < piece.most]
        for piece in here.tries(left, weight=lambda each: each.weight):
            trial = list(pool)
            try:
                with draft.attempt():
                    piece.draw(draft, here.child(piece.name), trial)
            except DrawError:
                continue
            pool[:] = trial
            used.append(piece.name)
            break


def take(stream: Stream, pool: list[Term], fits: Callable[[Type], bool]) -> Term | None:
    """A term of the pool whose type fits and that is no constant; the pool gives it up. None if there is none."""
    fitting = [term for term in pool if fits(term.type) and not term.is_constant]
    if not fitting:
        return None
    taken = stream.choice(fitting)
    pool[:] = [term for term in pool if term is not taken]
    return taken


def make_first(draft: Workpiece, operations: Iterable[Operation], apply: Callable[[Operation], Term | None]) -> Term:
    """What the first of the operations that fits gives; those that do not leave no trace.

    Raises:
        DrawError: if none fits.
    """
    for operation in operations:
        try:
            with draft.attempt():
                made = apply(operation)
                if made is None:
                    raise DrawError(f"{operation.name} does not fit here")
        except DrawError:
            continue
        return made
    raise DrawError("no operation fits here")


@contextmanager
def roll_back(stream: Stream, *lists: list[Any]) -> Generator[None]:
    """Sets a stream and lists back to where and what they were where an exception leaves it."""
    before = [list(each) for each in lists]
    try:
        with stream.attempt():
            yield
    except BaseException:
        for each, entries in zip(lists, before, strict=True):
            each[:] = entries
        raise
