"""Copies of state: several arrays of an item are saved, restored, reset, gathered, scattered or packed.

A quarter of the kernels of applications only move data. Such a kernel does the same with several fields of an item.
"""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.field_copier import (
    LISTED,
    CopyNaming,
    FieldCopier,
    Task,
)
from synthesis.frontends.warp.recipes.applications.field_lines import (
    draw_advanced,
    draw_chosen,
    draw_copied,
    draw_gathered_or_ordered,
    draw_packed,
    draw_reset,
    draw_scattered,
    draw_spread,
    draw_unpacked,
)
from synthesis.frontends.warp.recipes.applications.items import KINDS, MADE
from synthesis.frontends.warp.recipes.applications.states import TEXTS, draw_state

_ROBOTS = "body link dof env"
_MATTER = "particle tet body"
_CONSTANT_IN_NUMBER = "body mocap link dof actuator particle tet tendon"
"""Items whose number in a world never changes."""

_SAVING = (
    CopyNaming("{}", "saved_{}", "save_{}_state store_{}_state"),
    CopyNaming("{}", "{}_prev", "save_previous_{}_state store_previous_{}_state"),
    CopyNaming("{}", "{}_backup", "backup_{}_state save_{}_state"),
    CopyNaming("{}", "{}_snapshot", "snapshot_{}_state take_{}_snapshot"),
    CopyNaming("saved_{}", "{}", "restore_{}_state"),
    CopyNaming("{}_backup", "{}", "restore_{}_state revert_{}_state"),
    CopyNaming("{}_snapshot", "{}", "restore_{}_snapshot restore_{}_state"),
    CopyNaming("{}_in", "{}_out", "copy_{}_state copy_{}_data"),
    CopyNaming("src_{}", "dst_{}", "copy_{}_state copy_{}_data"),
    CopyNaming("{}_src", "{}_dst", "copy_{}_state copy_{}_data"),
    CopyNaming("{}_next", "{}", "update_{}_state advance_{}_state"),
)
_RESETTING = (
    CopyNaming("default_{}", "{}", "reset_{}_state"),
    CopyNaming("initial_{}", "{}", "reset_{}_state", "initial_{}"),
    CopyNaming("{}_init", "{}", "reset_{}_state initialize_{}_state", "{}_init"),
    CopyNaming("{}_0", "{}", "reset_{}_state reset_{}_data", "{}_0"),
)
_GATHERING = (
    CopyNaming("{}_in", "{}_out", "gather_{}_state gather_{}_data"),
    CopyNaming("global_{}", "local_{}", "gather_local_{}_state load_local_{}_data", items=_MATTER),
    CopyNaming("{}", "{}_view", "read_{}_view update_{}_view", items=_ROBOTS),
    CopyNaming("{}", "selected_{}", "gather_selected_{}_state select_{}_state"),
    CopyNaming("src_{}", "dst_{}", "remap_{}_state remap_{}_data"),
    CopyNaming("{}_full", "{}_compact", "compact_{}_state compact_{}_data", items=LISTED),
)
_SCATTERING = (
    CopyNaming("{}_in", "{}_out", "scatter_{}_state scatter_{}_data"),
    CopyNaming("local_{}", "global_{}", "scatter_local_{}_state write_back_{}_state", items=_MATTER),
    CopyNaming("{}_view", "{}", "write_{}_view apply_{}_view", items=_ROBOTS),
    CopyNaming("sorted_{}", "{}", "unsort_{}_data restore_{}_order", items=LISTED),
    CopyNaming("src_{}", "dst_{}", "scatter_{}_data scatter_{}_state"),
)
_ADVANCING = (
    CopyNaming("{}", "{}_prev", "shift_{}_history advance_{}_history"),
    CopyNaming("{}", "last_{}", "update_last_{}_state shift_{}_history"),
)
_CHOOSING = (
    CopyNaming("{}_trial", "{}", "accept_{}_trial_state accept_{}_step"),
    CopyNaming("{}_new", "{}", "accept_{}_step update_accepted_{}_state"),
    CopyNaming("{}_prev", "{}", "reject_{}_step restore_rejected_{}_state"),
    CopyNaming("{}", "best_{}", "keep_best_{}_state update_best_{}_state", items="dof link"),
    CopyNaming("{}_next", "{}", "auto_reset_{}_state step_or_reset_{}_state", "initial_{}"),
    CopyNaming("{}_next", "{}", "auto_reset_{}_state advance_or_reset_{}_state", "{}_0"),
    CopyNaming("{}_in", "{}_out", "apply_{}_animation merge_animated_{}_state", "animated_{}", items="body particle"),
    CopyNaming("{}_in", "{}_out", "update_kinematic_{}_state set_kinematic_{}_targets", "{}_target", items="body"),
)
_PACKING = (
    CopyNaming("{}", "{}", "pack_{}_state flatten_{}_state"),
    CopyNaming("{}", "{}", "write_{}_observations fill_{}_observations", items=_ROBOTS),
)
_UNPACKING = (
    CopyNaming("{}", "{}", "unpack_{}_state load_{}_state"),
    CopyNaming("{}", "{}_out", "unpack_{}_state read_{}_buffer"),
)
_REPLICATING = (
    CopyNaming("template_{}", "{}", "replicate_{}_state expand_{}_template"),
    CopyNaming("{}_in", "{}_out", "copy_{}_worlds copy_{}_between_worlds"),
    CopyNaming("src_{}", "dst_{}", "copy_{}_worlds copy_{}_between_worlds"),
)


_ALL = ("state", "step", "model")
_MOVED = ("float", "vec3", "quat", "pose", "twist")
_TASKS = {
    "copy_fields": Task(
        draw=draw_copied,
        way="copy",
        summary="Copies the state of {things}",
        namings=_SAVING,
        items=f"{_CONSTANT_IN_NUMBER} env contact",
        whole=True,
    ),
    "reset_fields": Task(
        draw=draw_reset, summary="Resets the state of {things}", namings=_RESETTING, only_moving=True, whole=True
    ),
    "gather_fields": Task(
        draw=draw_gathered_or_ordered, summary="Gathers the data of {things}", namings=_GATHERING, parts=_ALL
    ),
    "scatter_fields": Task(
        draw=draw_scattered, summary="Writes the data of {things} to their slots", namings=_SCATTERING, parts=_ALL
    ),
    "advance_fields": Task(
        draw=draw_advanced,
        summary="Saves the previous state of {things}",
        namings=_ADVANCING,
        kinds=_MOVED,
        parts=("state",),
        with_next_step=True,
        items="body link dof particle",
        least=1,
        most=3,
    ),
    "choose_fields": Task(
        draw=draw_chosen,
        way="choose",
        summary="Selects one of two states for each of the {things}",
        namings=_CHOOSING,
        parts=("state",),
        only_moving=True,
        whole=True,
    ),
    "pack_fields": Task(
        draw=draw_packed,
        summary="Writes the state of {things} to flat rows",
        namings=_PACKING,
        kinds=tuple(name for name, each in KINDS.items() if each.parts),
    ),
    "unpack_fields": Task(
        draw=draw_unpacked,
        summary="Reads the state of {things} from flat rows",
        namings=_UNPACKING,
        kinds=tuple(MADE),
        parts=("state",),
        only_moving=True,
        whole=True,
    ),
    "spread_fields": Task(
        draw=draw_spread,
        way="spread",
        summary="Copies the state of {things} between worlds",
        namings=_REPLICATING,
        parts=_ALL,
        worlds=True,
        items=_CONSTANT_IN_NUMBER,
        whole=True,
    ),
}


def _draw(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that copies, saves, restores, resets or packs several fields of an item.

    For a target in ``TEXTS``, draw one of the kernels of ``states``.
    """
    if target in TEXTS:
        return draw_state(stream, target)
    task = _TASKS[target]
    k = FieldCopier(stream, task)
    task.draw(k)
    items = k.item.title
    titles = tuple(each.format(k.item.prefix) for each in k.naming.titles.split())
    summary = task.summary
    if all(each in k.item.model for each in k.fields):
        # model parameters are not called state
        titles = tuple(re.sub(r"_state\b", "_properties", each) for each in titles)
        summary = summary.replace("the state of", "the properties of")
    docstrings = (f"One thread for each of the {items}.", f"Launched over all {items}.")
    return k.p.done("state", "snapshots", target, summary.format(things=items), titles, docstrings)


_WEIGHTS = {
    "copy_fields": 4.0,
    "reset_fields": 3.5,
    "gather_fields": 3.5,
    "scatter_fields": 2.5,
    "choose_fields": 2.5,
    "spread_fields": 3.0,
    "advance_fields": 1.5,
    "pack_fields": 2.0,
    "unpack_fields": 1.2,
    "reset_joints": 4.0,
    "sleep": 3.0,
    "write_back": 4.0,
    "keep_history": 3.0,
    "carry_over": 4.0,
}
RECIPES = (Recipe(name="snapshots", category="state", targets=(*_TASKS, *TEXTS), draw=_draw, target_weights=_WEIGHTS),)
