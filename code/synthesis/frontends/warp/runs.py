"""Runs of a text's machine code on arrays, and the checks of each run."""

import ctypes
from dataclasses import replace
from typing import Any

import numpy as np

from synthesis.core.errors import Stage, Symptom
from synthesis.core.records import Rejection
from synthesis.frontends.base import Outcome, Program, Purpose, RunKey, Values
from synthesis.frontends.failures import detail_of
from synthesis.frontends.warp.grids import ONE, Grid, Watch, arrangements, launch_of, one_each
from synthesis.frontends.warp.memory import GUARDS, Memory, flat, launch_bounds
from synthesis.frontends.warp.units import Piece

_REORDERING_TOLERANCE = {2: 3e-2, 4: 1e-3, 8: 1e-9}
"""Relative tolerance, by a float's size in bytes, for sums in another order of threads."""


def failure(symptom: Symptom, detail: str) -> Rejection:
    """Return the rejection of a text that fails when it is built or run."""
    return Rejection(stage=Stage.VERIFY, symptom=symptom, detail=detail)


def run_piece(entry: Any, piece: Piece, program: Program, before: Outcome | None) -> Outcome | Rejection:
    """Return a program's final values, or the reason why its run is wrong.

    Args:
        entry: the function of machine code that runs the text.
        piece: the text in its translation unit.
        program: the text and its inputs.
        before: the final values of the program that it follows; None if it follows none.
    """
    bounds = launch_bounds(program.signature, program.text)
    grids = (ONE if piece.strides else one_each(bounds.size),)
    if piece.own_frame:
        grids = arrangements(bounds.size, strides=piece.strides)
    elif piece.watched:
        grids = (*grids, one_each(bounds.size))
    outcome: dict[RunKey, Values] = {}
    runs = program.runs if before is None else program.after(before).runs
    for turn, (key, start) in enumerate(runs.items()):
        # If one array is passed as two arguments, threads may read it by one name while others write or add to it by
        # the other. The result then depends on the order of threads, and plain accesses to one element are no error.
        apart = key.purpose is not Purpose.OVERLAP
        for grid in grids if apart else grids[:1]:
            try:
                memory = Memory(start, program, guard=GUARDS[turn % len(GUARDS)])
            except (ValueError, TypeError, KeyError) as error:
                return failure(Symptom.BUILD_ERROR, f"its arguments cannot be laid out in memory: {detail_of(error)}")
            problem = _launch(entry, bounds, memory, grid, piece if apart else replace(piece, watched=()))
            if problem is not None:
                return problem
            if grid is grids[0]:
                outcome[key] = memory.arrays()
            elif grid.whole and not piece.watched:
                name = _differing(memory.arrays(), outcome[key])
                if name is not None:
                    return failure(
                        Symptom.WRONG_RESULT, f"with {grid} it gives a different {name} than with {grids[0]}"
                    )
    return outcome


def _launch(entry: Any, bounds: Any, memory: Memory, grid: Grid, piece: Piece) -> Rejection | None:
    """Run a text in a grid. Return the reason why the run is wrong, or None."""
    visits = np.zeros(bounds.size, np.uint32)
    watch = (
        Watch([(name, *memory.place(name)) for name in piece.watched]) if piece.watched and grid is not ONE else None
    )
    launch = launch_of(grid, bounds.size, visits, watch)
    structures = (bounds, memory.arguments, memory.adjoints, launch)
    entry(*(ctypes.addressof(each) for each in structures))
    if not memory.guarded():
        return failure(Symptom.CRASH, "writes outside its arrays")
    changed = memory.changed_part()
    if changed is not None:
        return failure(Symptom.WRONG_RESULT, f"it changes {changed} of an object that the kernel only queries")
    if piece.own_frame:
        wrong = np.flatnonzero(visits != grid.visits(bounds.size, strides=piece.strides))
        if len(wrong) or launch.beyond:
            where = f"element {wrong[0]} of the launch {visits[wrong[0]]} times" if len(wrong) else "what is beyond it"
            return failure(Symptom.WRONG_RESULT, f"with {grid} it visits {where}")
    if launch.conflict:
        name = piece.watched[int(launch.conflict) - 1]
        return failure(Symptom.WRONG_RESULT, f"threads change the same element of {name} without atomics")
    return None


def _differing(left: Values, right: Values) -> str | None:
    """Return the name of an array in which two runs differ by more than the order of sums explains, else None."""
    others = flat(left)
    for name, b in flat(right).items():
        a = others[name]
        if a.dtype.kind in "iub":
            alike = np.array_equal(a, b)
        else:
            allowed = _REORDERING_TOLERANCE[b.dtype.itemsize]
            wide, other = b.astype(np.float64), a.astype(np.float64)
            typical = float(np.median(np.abs(wide))) if wide.size else 0.0
            alike = np.allclose(other, wide, rtol=allowed, atol=allowed * typical, equal_nan=True)
        if not alike:
            return name
    return None
