"""Copies of state: several arrays of an item are saved, restored, reset, gathered, scattered or packed.

A quarter of the kernels of applications only move data. Such a kernel does the same with several fields of an item.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.items import ITEMS, KINDS, MADE, PARTS, TOGETHER, Field, Item
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, Program
from synthesis.frontends.warp.recipes.applications.states import TEXTS, draw_state

_BODIES = read_bodies("warp", "snapshots", margin=4)

_MOST = {2: 3, 3: 4, 4: 5, 5: 7}
"""Maximum number of fields of a kernel, by difficulty."""
_GROUPS = 4
"""Number of worlds that contain the items."""
_SECOND_CONDITION_SHARE = 0.4
"""Probability that a condition that selects items gets a second part."""


@dataclass(frozen=True, slots=True)
class _CopyNaming:
    """The names of two arrays with the same content, and of kernels that copy one to the other."""

    read: str
    written: str
    titles: str
    beside: str = "default_{}"
    """The name of a third array, such as the initial values, for kernels that have one."""
    items: str = ""
    """The prefixes of the items to which this applies; empty for all items."""


_ROBOTS = "body link dof env"
_MATTER = "particle tet body"
_LISTED = "contact path ray efc particle"
"""Items whose number changes, and which are therefore stored in lists with a count."""
_CONSTANT_IN_NUMBER = "body mocap link dof actuator particle tet tendon"
"""Items whose number in a world never changes."""

_SAVING = (
    _CopyNaming("{}", "saved_{}", "save_{}_state store_{}_state"),
    _CopyNaming("{}", "{}_prev", "save_previous_{}_state store_previous_{}_state"),
    _CopyNaming("{}", "{}_backup", "backup_{}_state save_{}_state"),
    _CopyNaming("{}", "{}_snapshot", "snapshot_{}_state take_{}_snapshot"),
    _CopyNaming("saved_{}", "{}", "restore_{}_state"),
    _CopyNaming("{}_backup", "{}", "restore_{}_state revert_{}_state"),
    _CopyNaming("{}_snapshot", "{}", "restore_{}_snapshot restore_{}_state"),
    _CopyNaming("{}_in", "{}_out", "copy_{}_state copy_{}_data"),
    _CopyNaming("src_{}", "dst_{}", "copy_{}_state copy_{}_data"),
    _CopyNaming("{}_src", "{}_dst", "copy_{}_state copy_{}_data"),
    _CopyNaming("{}_next", "{}", "update_{}_state advance_{}_state"),
)
_SAVED_ARRAYS = frozenset({"saved_{}", "{}_prev", "{}_backup", "{}_snapshot", "{}_next", "{}_new"})
"""Arrays in which a state is saved, or in which the next state is written.

Only fields of the state are copied to or from them, not fields that each step computes anew.
"""
_RESETTING = (
    _CopyNaming("default_{}", "{}", "reset_{}_state"),
    _CopyNaming("initial_{}", "{}", "reset_{}_state", "initial_{}"),
    _CopyNaming("{}_init", "{}", "reset_{}_state initialize_{}_state", "{}_init"),
    _CopyNaming("{}_0", "{}", "reset_{}_state reset_{}_data", "{}_0"),
)
_GATHERING = (
    _CopyNaming("{}_in", "{}_out", "gather_{}_state gather_{}_data"),
    _CopyNaming("global_{}", "local_{}", "gather_local_{}_state load_local_{}_data", items=_MATTER),
    _CopyNaming("{}", "{}_view", "read_{}_view update_{}_view", items=_ROBOTS),
    _CopyNaming("{}", "selected_{}", "gather_selected_{}_state select_{}_state"),
    _CopyNaming("src_{}", "dst_{}", "remap_{}_state remap_{}_data"),
    _CopyNaming("{}_full", "{}_compact", "compact_{}_state compact_{}_data", items=_LISTED),
)
_ORDERING = (
    _CopyNaming("{}", "sorted_{}", "sort_{}_data reorder_{}_data", items=_LISTED),
    _CopyNaming("{}", "{}_sorted", "reorder_{}_state apply_{}_order", items=_LISTED),
    _CopyNaming("{}_in", "{}_out", "permute_{}_data reorder_{}_state", items=_LISTED),
)
_SCATTERING = (
    _CopyNaming("{}_in", "{}_out", "scatter_{}_state scatter_{}_data"),
    _CopyNaming("local_{}", "global_{}", "scatter_local_{}_state write_back_{}_state", items=_MATTER),
    _CopyNaming("{}_view", "{}", "write_{}_view apply_{}_view", items=_ROBOTS),
    _CopyNaming("sorted_{}", "{}", "unsort_{}_data restore_{}_order", items=_LISTED),
    _CopyNaming("src_{}", "dst_{}", "scatter_{}_data scatter_{}_state"),
)
_ADVANCING = (
    _CopyNaming("{}", "{}_prev", "shift_{}_history advance_{}_history"),
    _CopyNaming("{}", "last_{}", "update_last_{}_state shift_{}_history"),
)
_CHOOSING = (
    _CopyNaming("{}_trial", "{}", "accept_{}_trial_state accept_{}_step"),
    _CopyNaming("{}_new", "{}", "accept_{}_step update_accepted_{}_state"),
    _CopyNaming("{}_prev", "{}", "reject_{}_step restore_rejected_{}_state"),
    _CopyNaming("{}", "best_{}", "keep_best_{}_state update_best_{}_state", items="dof link"),
    _CopyNaming("{}_next", "{}", "auto_reset_{}_state step_or_reset_{}_state", "initial_{}"),
    _CopyNaming("{}_next", "{}", "auto_reset_{}_state advance_or_reset_{}_state", "{}_0"),
    _CopyNaming("{}_in", "{}_out", "apply_{}_animation merge_animated_{}_state", "animated_{}", items="body particle"),
    _CopyNaming("{}_in", "{}_out", "update_kinematic_{}_state set_kinematic_{}_targets", "{}_target", items="body"),
)
_PACKING = (
    _CopyNaming("{}", "{}", "pack_{}_state flatten_{}_state"),
    _CopyNaming("{}", "{}", "write_{}_observations fill_{}_observations", items=_ROBOTS),
)
_UNPACKING = (
    _CopyNaming("{}", "{}", "unpack_{}_state load_{}_state"),
    _CopyNaming("{}", "{}_out", "unpack_{}_state read_{}_buffer"),
)
_REPLICATING = (
    _CopyNaming("template_{}", "{}", "replicate_{}_state expand_{}_template"),
    _CopyNaming("{}_in", "{}_out", "copy_{}_worlds copy_{}_between_worlds"),
    _CopyNaming("src_{}", "dst_{}", "copy_{}_worlds copy_{}_between_worlds"),
)

_FIXED_FLAGS = {
    "body": ("body_kinematic", "is_kinematic", "body_fixed"),
    "link": ("link_fixed", "link_kinematic"),
    "dof": ("dof_locked", "is_locked"),
    "particle": ("particle_pinned", "is_pinned"),
}
"""Names of the flags of items that are fixed, or are moved by a script and not by forces."""
_VELOCITIES = (
    "body_qd", "cvel", "link_lin_vel", "link_ang_vel", "joint_qd", "qvel", "dof_vel", "particle_qd", "particle_v",
)  # fmt: skip
"""Velocities, which are zero for items that are fixed or moved by a script."""
_USED_BY_NEXT_STEP = frozenset(
    {"action", "ctrl", "efc_force", "command", "joint_target_pos", "dof_pos_target", "ten_length"}
)
"""Fields that one step sets and the next one uses, for example for rates or as a start of a solver."""

_WITHOUT_HISTORY = frozenset({"qacc_warmstart", "body_sleep_timer"})
"""Fields that already hold values of the last step, so that no history of them is kept."""
_OPTIONAL_FIELDS = frozenset(
    {"qacc_warmstart", "body_sleep_timer", "body_asleep", "tet_plastic_strain", "act", "act_dot", "ctrl"}
)
"""Fields of a state that a kernel for whole states may leave out."""
_INDEX_FIELDS = frozenset({"body_parentid", "body_rootid", "dof_parentid"})
"""Fields that hold indices of other items. A copy to other indices would make them wrong, so they are not copied."""
_NOT_OBSERVED = frozenset({"episode_return", "episode_length", "terminated", "truncated"})
"""Fields that are not part of observations."""


def _read(field: Field) -> str:
    """Return the placeholder of the array that a field is read from."""
    return f"old_{field.name}"


def _written(field: Field) -> str:
    return f"new_{field.name}"


def _beside(field: Field) -> str:
    """Return the placeholder of a field's third array, such as its initial values."""
    return f"first_{field.name}"


class _FieldCopier:
    """A kernel that processes several fields of an item in the same way."""

    def __init__(self, stream: Stream, task: "_Task") -> None:
        choices = stream.child("thing")
        self._model = choices.chance(0.35)
        fitting = [(each, self._fitting(each, task)) for each in ITEMS]
        self.item, fields = choices.choice([each for each in fitting if len(each[1]) >= task.least])
        suited = [each for each in task.namings if not each.items or self.item.prefix in each.items.split()]
        if task.draw is _draw_chosen and self.item.prefix == "env":
            suited = [each for each in suited if each.written == "{}" and each.beside != "default_{}"]
        self.naming = choices.choice(suited)
        if not {self.naming.read, self.naming.written}.isdisjoint(_SAVED_ARRAYS) and len(self.item.state) > 1:
            fields = [each for each in fields if each in self.item.state]
        if "observations" in self.naming.titles:
            fields = [each for each in fields if each.name not in _NOT_OBSERVED]
        count = choices.choice(range(task.least, max(task.least, min(_MOST[stream.difficulty], task.most)) + 1))
        whole = task.whole and self.item.has_defaults
        needed = {each.name for each in self.item.state if each.name not in _OPTIONAL_FIELDS} if whole else set[str]()
        self.fields = self._some(choices, fields, count, needed)
        # a kernel that saves a state copies it exactly, and does not clear the velocities of fixed items
        keeps = task.draw in (_draw_copied, _draw_chosen, _draw_spread) and self.naming.written not in _SAVED_ARRAYS
        self._keeps_fixed = keeps and self.item.prefix in _FIXED_FLAGS and choices.chance(0.45)
        self._split = choices.chance(0.4) and task.draw is _draw_copied and self.naming.written == "{}_out"
        names = ("i", "tid", *self.item.indices, *self.item.indices)
        if self.item.prefix == "env":
            names = ("env", "tid", "env_id", "i")
        if task.worlds:
            sizes = choices.choice(((4, 16), (6, 8), (8, 12), (3, 32)))
            self.p = Program(stream, ("world", "worldid", "env", "world_id"), names, launch=sizes)
            self.worlds, self.count = sizes
        else:
            self.p = Program(stream, names)
            self.worlds, self.count = 1, self.p.threads

    def _fitting(self, item: Item, task: "_Task") -> list[Field]:
        """Return the fields of an item that a task may process."""
        if (task.only_moving and not item.has_defaults) or (task.items and item.prefix not in task.items.split()):
            return []
        parts = {"state": item.state, "step": item.step, "model": item.model}
        kept = task.parts
        if "model" in kept and (item.state or item.step) and item.prefix not in _LISTED.split():
            # one kernel copies either state or model parameters
            kept = ("model",) if item.model and self._model else ("state", "step")
        fields = [each for part in kept for each in parts[part]]
        if task.worlds and item.prefix == "env":
            return []
        fields = [each for each in fields if each.name not in _INDEX_FIELDS]
        if task.worlds:
            # indices of other items and offsets of the model are the same in all worlds
            fields = [each for each in fields if each not in item.model or each.kind not in ("int", "id")]
        if task.with_next_step and any(each.name == "particle_C" for each in item.state):
            return []
        if task.with_next_step:
            fields = [each for each in fields if each.name not in _WITHOUT_HISTORY]
            fields += [each for each in item.step if each.name in _USED_BY_NEXT_STEP]
        return [each for each in fields if not task.kinds or each.kind in task.kinds]

    def _some(self, choices: Stream, fields: list[Field], count: int, needed: set[str]) -> list[Field]:
        """Return about ``count`` of the fields, in their order, including the needed ones.

        Fields that belong together are all chosen or all left out.
        """
        rest = list(fields) if choices.chance(0.6) else [fields[0], *choices.shuffled(fields[1:])]
        chosen = {each.name for each in fields if each.name in needed}
        for each in rest:
            if len(chosen) >= count:
                break
            partners = next((group for group in TOGETHER if each.name in group), frozenset({each.name}))
            chosen |= {other.name for other in fields if other.name in partners}
        return [each for each in fields if each.name in chosen]

    def declare(self, read: tuple[int, ...], written: tuple[int, ...], *, starts: bool = False) -> None:
        """Declare the arrays of all fields; those that no line names do not become arguments.

        Args:
            read: the shape of the arrays that are read.
            written: the shape of the arrays that are written.
            starts: whether the written arrays have initial values, which the kernel reads.
        """
        naming = self.naming
        if self.item.prefix in _FIXED_FLAGS:
            self.p.array("held", FLAG, (0, 1), read, _FIXED_FLAGS[self.item.prefix])
        for each in self.fields:
            kind = KINDS[each.kind]
            self.p.array(_read(each), kind.type, kind.bounds, read, (naming.read.format(each.name),), kind.element)
            self.p.array(
                _beside(each), kind.type, kind.bounds, written, (naming.beside.format(each.name),), kind.element
            )
            start = kind.bounds if starts else None
            name = naming.written.format(each.name)
            self.p.output(_written(each), kind.type, written, (name,), start, kind.element)
            for part, part_kind, _ in PARTS.get(each.kind, ()):
                found = KINDS[part_kind]
                self.p.output(f"{_written(each)}_{part}", found.type, written, (f"{name}_{part}",), None, found.element)

    def nothing(self, field: Field) -> str:
        """Return the expression of a field's neutral value, such as zero or -1, which marks a slot without an item."""
        options = KINDS[field.kind].nothing
        return options[0] if len(options) == 1 or self.p.habit("in full", 0.5) else options[1]

    def copies(self, to: str, at: str) -> list[str]:
        """Return lines that copy every field from one index to another."""
        lines = list[str]()
        moving = [each for each in self.fields if each.name in _VELOCITIES]
        if self._keeps_fixed and 0 < len(moving) < len(self.fields):
            rest = [f"{_written(each)}[{to}] = {_read(each)}[{at}]" for each in self.fields if each not in moving]
            taken = [f"{_written(each)}[{to}] = {_read(each)}[{at}]" for each in moving]
            none = [f"{_written(each)}[{to}] = {self.nothing(each)}" for each in moving]
            if self.p.habit("held first", 0.5):
                return [*rest, block(f"if held[{at}]:", *none), block("else:", *taken)]
            return [*rest, block(f"if not held[{at}]:", *taken), block("else:", *none)]
        for each in self.fields:
            if self._split and each.kind in PARTS:
                value = self.local(each)
                lines.append(f"{value} = {_read(each)}[{at}]")
                lines += [f"{_written(each)}_{part}[{to}] = {made}({value})" for part, _, made in PARTS[each.kind]]
            else:
                lines.append(f"{_written(each)}[{to}] = {_read(each)}[{at}]")
        return lines

    def local(self, field: Field) -> str:
        """Return the name of a local variable for the value of a field."""
        short = field.name.removeprefix("rigid_contact_").removeprefix(f"{self.item.prefix}_")
        return short if short != field.name else f"{field.name}_i"

    def starts(self, to: str) -> list[str]:
        """Return lines that set every field to its initial value."""
        return [
            f"{_written(each)}[{to}] = {f'{_beside(each)}[{to}]' if each.start == 'default' else self.nothing(each)}"
            for each in self.fields
        ]

    def empties(self, to: str) -> list[str]:
        """Return lines that set every field to its neutral value."""
        return [f"{_written(each)}[{to}] = {self.nothing(each)}" for each in self.fields]

    @property
    def listed(self) -> bool:
        """Whether the items are stored in a list with a count of its used slots."""
        return self.item.prefix in ("contact", "efc", "path", "ray")

    @property
    def _may_leave_out(self) -> bool:
        """Whether the kernel may leave some items unchanged.

        It may not if it saves them. Otherwise it may leave out bodies, particles and links, but no other items.
        """
        return self.naming.written not in _SAVED_ARRAYS and self.item.prefix in ("body", "particle", "link")

    def condition(self, *, resets: bool) -> tuple[str, str, str]:
        """Return lines and two tests that select items: one that skips an item, and one that takes it."""
        p, prefix = self.p, self.item.prefix
        words = ("reset_mask", "world_reset") if resets else ("world_mask", "env_mask")
        p.array("mask", FLAG, (0, 1), (self.count,), ("reset_mask", "env_reset", "done") if resets and prefix == "env"
                else (f"{prefix}_mask", "mask"))  # fmt: skip
        p.array("mask_ids", INT, (0, 1), (self.count,), words if prefix == "env" else (f"{prefix}_mask", "mask"))
        p.array("flags", INT, (0, 3), (self.count,), (f"{prefix}_flags",))
        p.array("world_of", INT, (0, _GROUPS - 1), (self.count,), (f"{prefix}_world", f"{prefix}_world_id"))
        p.array("world_mask", FLAG, (0, 1), (_GROUPS,), words)
        p.scalar("world_id", INT, (0, _GROUPS - 1), ("world_id", "selected_world"))
        p.array("number", INT, (self.count // 2, self.count), (1,), (f"{prefix}_count", f"num_{prefix}s"))
        p.constants({"ACTIVE": 1, "KINEMATIC": 2})
        if prefix == "env":
            return p.choices.choice((("", "not mask[i]", "mask[i]"), ("", "mask_ids[i] == 0", "mask_ids[i] == 1")))
        if self.listed:
            return "", "i >= number[0]", "i < number[0]"
        found = self._conditions(resets=resets)
        if "wid < 0" in found[1] or "wid >= 0" in found[1]:
            p.array("world_of", INT, (-1, _GROUPS - 1), (self.count,), (f"{prefix}_world", f"{prefix}_world_id"))
        single = "mask[" in found[1] and "world_id" not in found[1]
        if single and self._may_leave_out and p.choices.chance(_SECOND_CONDITION_SHARE):
            return self._both(*found)
        return found

    def _conditions(self, *, resets: bool) -> tuple[str, str, str]:
        """Return one condition that selects items in worlds, in the form of ``condition``."""
        prefix = self.item.prefix
        flagged = any(each.name == f"{prefix}_flags" for each in self.fields)
        active = (("", "(flags[i] & ACTIVE) == 0", "(flags[i] & ACTIVE) != 0"),)
        own = (("", "not mask[i]", "mask[i]"), ("", "mask_ids[i] == 0", "mask_ids[i] == 1"))
        whole = (
            # only whole items are selected by a mask of their own, not single coordinates
            *(own if prefix in ("body", "particle", "link", "mocap") and not resets else ()),
            ("", "not world_mask[world_of[i]]", "world_mask[world_of[i]]"),
            ("", "not world_mask[world_of[i]]", "world_mask[world_of[i]]"),
            ("wid = world_of[i]", "not world_mask[wid]", "world_mask[wid]"),
            # an item of no world (-1) is in all worlds, and is not reset with one of them
            *(
                ()
                if resets
                else (("wid = world_of[i]", "wid >= 0 and not world_mask[wid]", "wid < 0 or world_mask[wid]"),)
            ),
            ("wid = world_of[i]", "wid < 0 or not world_mask[wid]", "wid >= 0 and world_mask[wid]"),
            ("", "world_of[i] != world_id", "world_of[i] == world_id"),
        )
        suits = prefix == "particle" and not resets and not flagged
        return self.p.choices.choice((*whole, *active, *active) if suits else whole)

    def _both(self, before: str, unless: str, test: str) -> tuple[str, str, str]:
        """Return a condition combined with a second one that the same items have to meet."""
        p, prefix = self.p, self.item.prefix
        p.array("enabled", FLAG, (0, 1), (self.count,), (f"{prefix}_enabled", f"is_{prefix}_enabled"))
        p.array("frozen", FLAG, (0, 1), (self.count,), (f"{prefix}_frozen", f"{prefix}_locked"))
        further = [("not enabled[i]", "enabled[i]"), ("not enabled[i]", "enabled[i]"), ("frozen[i]", "not frozen[i]")]
        if prefix == "body":
            further.append(("(flags[i] & KINEMATIC) != 0", "(flags[i] & KINEMATIC) == 0"))
        also_unless, also = p.choices.choice(further)
        if " or " in test:
            test = f"({test})"
        if " and " in unless:
            unless = f"({unless})"
        if before or p.choices.chance(0.5):
            return before, f"{unless} or {also_unless}", f"{test} and {also}"
        return before, f"{also_unless} or {unless}", f"{also} and {test}"

    def guard(self, share: float = 0.8, *, resets: bool = False) -> list[str]:
        """Return lines that let some threads return early."""
        if not self.p.choices.chance(share):
            self.p.guard_count(self.item.prefix)
            return []
        before, unless, _ = self.condition(resets=resets)
        return [before, block(f"if {unless}:", "return")]


def _write(copier: _FieldCopier, *lines: str) -> None:
    text = "\n".join(filter(None, lines))
    # an environment is itself a world, so its index is the world's
    copier.p.write(re.sub(r"\bi\b", "env", text) if copier.item.prefix == "env" else text)


def _draw_copied(k: _FieldCopier) -> None:
    """Draw a kernel that copies the fields to other arrays at the same index, to save or restore them."""
    whole = k.naming.written in ("{}_out", "dst_{}", "{}_dst")
    k.declare((k.count,), (k.count,))
    lines = k.copies("i", "i")
    form = k.p.pick("guard", "guard", "branch", "cleared" if whole and k.listed else "guard")
    if form == "guard":
        _write(k, *k.guard(), *lines)
        return
    before, _, test = k.condition(resets=False)
    rest = block("else:", "# unused slots hold nothing", *k.empties("i")) if form == "cleared" else ""
    _write(k, before, block(f"if {test}:", *lines), rest)


def _draw_reset(k: _FieldCopier) -> None:
    """Draw a kernel that sets the fields to their initial values."""
    k.declare((k.count,), (k.count,))
    lines = k.starts("i")
    kept = [each for each in k.fields if each.start == "default"]
    prefix = k.item.prefix
    form = k.p.pick("guard", "branch", "keyframe", "moving" if prefix in ("body", "link") else "guard")
    if form == "branch":
        before, _, test = k.condition(resets=True)
        _write(k, before, block(f"if {test}:", *lines))
    elif form == "moving" and len(kept) < len(k.fields):
        k.p.array("moved", INT, (0, 3), (k.count,), (f"{prefix}_flags",))
        rest = [each for each in lines if not any(each.startswith(_written(field)) for field in kept)]
        moved = [each for each in lines if each not in rest]
        remark = "# what moves by script keeps its place"
        _write(k, *k.guard(1.0, resets=True), remark, block("if (moved[i] & KINEMATIC) == 0:", *moved), *rest)
    elif form == "keyframe":
        states = 4
        k.naming = replace(k.naming, read=k.p.pick("key_{}", "keyframe_{}"))
        k.declare((states,) if prefix == "env" else (states, k.count), (k.count,))
        k.p.array("key_of", INT, (-1, states - 1), (k.count if prefix == "env" else _GROUPS,),
                  ("keyframe_id", "reset_key", "keyframe"))  # fmt: skip
        at = "key" if prefix == "env" else "key, i"
        chosen = [f"{_written(each)}[i] = {_read(each)}[{at}]" for each in kept]
        defaults = [f"{_written(each)}[i] = {_beside(each)}[i]" for each in kept]
        rest = [f"{_written(each)}[i] = {k.nothing(each)}" for each in k.fields if each not in kept]
        choice = [block("if key >= 0:", *chosen), block("else:", *defaults), *rest]
        if prefix == "env":
            _write(k, *k.guard(1.0, resets=True), "key = key_of[i]", *choice)
            return
        k.condition(resets=True)
        _write(k, "wid = world_of[i]", block("if not world_mask[wid]:", "return"), "key = key_of[wid]", *choice)
    else:
        _write(k, *k.guard(1.0, resets=True), *lines)


def _draw_gathered(k: _FieldCopier) -> None:
    """Draw a kernel that gathers the fields through a map of indices, in which some entries may be missing."""
    among, p = k.p.choices.choice((16, 24, 40)), k.p
    k.declare((among,), (k.count,))
    test = p.pick("src < 0", "src == -1", "src < 0")
    form = p.pick("all", "leave", "clear", "clear", "else", "else", "inside")
    p.array("index_map", INT, ({"src < 0": -2, "src == -1": -1}[test] if form != "all" else 0, among - 1), (k.count,),
            (f"{k.item.prefix}_map", "index_map", "src_index", f"{k.item.prefix}_ids"))  # fmt: skip
    p.guard_count(k.item.prefix)
    p.array("valid", FLAG, (0, 1), (among,), (f"{k.item.prefix}_valid", f"{k.item.prefix}_alive", "src_valid"))
    copies = k.copies("i", "src")
    there = "src >= 0"
    if p.choices.chance(0.35):
        test, there = f"{test} or not valid[src]", f"{there} and valid[src]"
    lines = {
        "all": copies,
        "leave": [block(f"if {test}:", "return"), *copies],
        "clear": ["# slots without a source are cleared", block(f"if {test}:", *k.empties("i"), "return"), *copies],
        "else": [block(f"if {there}:", *copies), block("else:", *k.empties("i"))],
        "inside": [block(f"if {there}:", *copies)],
    }[form]
    _write(k, "src = index_map[i]", *lines)


def _draw_ordered(k: _FieldCopier, namings: tuple[_CopyNaming, ...]) -> None:
    """Draw a kernel that reorders the fields by a permutation."""
    k.naming = k.p.choices.choice(namings)
    k.declare((k.count,), (k.count,))
    k.p.places("order", k.count, 1, ("order", "sort_order", "permutation", "sorted_ids"))
    k.p.output("rank", INT, (k.count,), ("inverse_order", "new_index"))
    k.p.guard_count(k.item.prefix)
    inverse = ["# where each has gone", "rank[src] = i"] if k.p.maybe(0.2) else []
    _write(k, "src = order[i]", *k.copies("i", "src"), *inverse)


def _draw_gathered_or_ordered(k: _FieldCopier) -> None:
    """Draw a kernel that gathers the fields through a map or a permutation."""
    namings = tuple(each for each in _ORDERING if k.item.prefix in each.items.split())
    if namings and k.p.choices.chance(0.5):
        _draw_ordered(k, namings)
    else:
        _draw_gathered(k)


def _draw_scattered(k: _FieldCopier) -> None:
    """Draw a kernel that scatters the fields to other indices."""
    k.declare((k.count,), (2 * k.count,))
    k.p.places("slot_of", k.count, 2, (f"{k.item.prefix}_slot", "dst_index", f"{k.item.prefix}_ids"))
    guard = k.guard(1.0) if k.listed or k.p.choices.chance(0.4) else []
    if not guard:
        k.p.guard_count(k.item.prefix)
    _write(k, *guard, "dst = slot_of[i]", *k.copies("dst", "i"))


def _draw_advanced(k: _FieldCopier) -> None:
    """Draw a kernel that shifts the history of the fields by one step; after a reset there is no older value."""
    k.declare((k.count,), (k.count,), starts=True)
    p, deep = k.p, k.p.choices.chance(0.4)
    length = p.choices.choice((3, 4, 5))
    p.sizes(history_length=length)
    older = deep or p.choices.chance(0.6)
    p.constants({"KINEMATIC": 2})
    shifted, filled, has_defaults = list[str](), list[str](), list[str]()
    for each in k.fields:
        kind, past = KINDS[each.kind], f"past_{each.name}"
        if deep:
            p.output(past, kind.type, (k.count, length), (f"{each.name}_history",), kind.bounds, kind.element)
            has_defaults.append(f"{past}[i, h] = {past}[i, h - 1]")
            shifted.append(f"{past}[i, 0] = {_read(each)}[i]")
            filled.append(f"{past}[i, h] = {_read(each)}[i]")
            continue
        if older:
            name = {"{}_prev": "{}_prev2", "last_{}": "last_last_{}"}[k.naming.written].format(each.name)
            p.output(past, kind.type, (k.count,), (name,), None, kind.element)
            shifted.append(f"{past}[i] = {_written(each)}[i]")
            filled.append(f"{past}[i] = {_read(each)}[i]")
        shifted.append(f"{_written(each)}[i] = {_read(each)}[i]")
        filled.append(f"{_written(each)}[i] = {_read(each)}[i]")
    if deep:
        k.naming = replace(k.naming, titles="shift_{}_history push_{}_history update_{}_history")
        # the newest step is first
        shifted = [block("for h in range(history_length - 1, 0, -1):", *has_defaults), *shifted]
        filled = [block("for h in range(history_length):", *filled)]
    if older and p.choices.chance(0.6):
        before, _, test = k.condition(resets=True)
        remark = "# nothing of before the reset counts"
        if p.choices.chance(0.5):
            _write(k, before, block(f"if {test}:", remark, *filled), block("else:", *shifted))
        else:
            _write(k, before, block(f"if {test}:", remark, *filled, "return"), *shifted)
    else:
        if k.item.prefix == "particle" and p.choices.chance(0.5):
            _write(k, *k.guard(1.0), *shifted)
            return
        p.guard_count(k.item.prefix)
        _write(k, *shifted)


def _draw_chosen(k: _FieldCopier) -> None:
    """Draw a kernel that chooses between two values of the fields by a condition, such as an accepted step."""
    p, naming, prefix = k.p, k.naming, k.item.prefix
    scripted, ends = naming.items.startswith("body"), naming.beside in ("initial_{}", "{}_0")
    k.declare((k.count,), (k.count,))
    p.array("flags", INT, (0, 3), (k.count,), (f"{prefix}_flags",))
    p.array("driven", FLAG, (0, 1), (k.count,), (f"{prefix}_is_kinematic", f"{prefix}_animated"))
    p.array("world_of", INT, (0, _GROUPS - 1), (k.count,), (f"{prefix}_world", f"{prefix}_world_id"))
    good = {"{}_prev": ("step_accepted", "step_converged"), "{}": ("improved", "seed_improved")}
    p.array("world_ok", FLAG, (0, 1), (_GROUPS,), good.get(naming.read, ("step_accepted", "accepted")))
    p.array("over", FLAG, (0, 1), (k.count if prefix == "env" else _GROUPS,), ("done", "env_done", "reset_mask"))
    p.constants({"KINEMATIC": 2})
    taken = k.copies("i", "i")
    if scripted:
        test = p.pick("driven[i]", "(flags[i] & KINEMATIC) != 0")
        given = [f"{_written(each)}[i] = {_beside(each)}[i]" for each in k.fields]
        if p.choices.chance(0.5):
            _write(k, block(f"if {test}:", *given), block("else:", *taken))
        else:
            _write(k, block(f"if {test}:", *given, "return"), *taken)
    elif ends:
        test = "over[i]" if prefix == "env" else p.pick("over[world_of[i]]", "over[wid]")
        before = "wid = world_of[i]" if "wid" in test else ""
        _write(k, before, block(f"if {test}:", *k.starts("i")), block("else:", *taken))
    else:
        # a step is accepted or rejected for a whole world
        bad = "not " if naming.read == "{}_prev" else ""
        index = p.pick("world_of[i]", "wid")
        before = "wid = world_of[i]" if index == "wid" else ""
        if p.choices.chance(0.5):
            unless = f"{'' if bad else 'not '}world_ok[{index}]"
            _write(k, before, block(f"if {unless}:", "return"), *taken)
        else:
            _write(k, before, block(f"if {bad}world_ok[{index}]:", *taken))


_STORES = (
    _BODIES["stores.store_vec3"],
    _BODIES["stores.store_quat"],
)
"""Functions that write the components of a value to a flat row."""
_LOADS = (
    """
    def load_vec3(data: wp.array(dtype=float), at: int) -> wp.vec3:
        return wp.vec3(data[at], data[at + 1], data[at + 2])
    """,
    _BODIES["loads.load_quat"],
    _BODIES["loads.load_pose"],
    _BODIES["loads.load_twist"],
)
"""Functions that read a value from its components in a flat row."""


def _draw_packed(k: _FieldCopier) -> None:
    """Draw a kernel that packs the components of all fields of an item into a flat row."""
    width = sum(KINDS[each.kind].parts for each in k.fields)
    k.declare((k.count,), (k.count,))
    p = k.p
    for each in _STORES:
        p.function(each)
    two = p.choices.chance(0.6)
    named = (
        ("obs", "observations", "obs_buf") if "observations" in k.naming.titles else ("packed", "flat_state", "rows")
    )
    p.output("flat", FLOAT, (k.count, width) if two else (k.count * width,), named)
    p.sizes(stride=width)
    lines, at = list[str](), 0
    for each in k.fields:
        parts = KINDS[each.kind].parts
        source = f"{_read(each)}[i]"
        places = [f"i, {_plus('', at, j)}" if two else _plus("base", at, j) for j in (*map(str, range(parts)), "j")]
        called = not two and each.kind in ("vec3", "quat") and p.habit("functions", 0.6)
        if parts > 1 and not called:
            source = k.local(each)
            lines.append(f"{source} = {_read(each)}[i]")
        if parts == 1:
            lines.append(f"flat[{places[0]}] = {source}")
        elif called:
            lines.append(f"store_{each.kind}(flat, {places[0]}, {_read(each)}[i])")
        elif parts <= 4 and p.habit("written out", 0.5):
            lines += [f"flat[{places[j]}] = {source}[{j}]" for j in range(parts)]
        else:
            lines.append(block(f"for j in range({parts}):", f"flat[{places[-1]}] = {source}[j]"))
        at += parts
    guard = k.guard(0.4)
    if guard and p.choices.chance(0.5):
        cleared = "flat[i, j] = 0.0" if two else "flat[base + j] = 0.0"
        zeros = block("for j in range(stride):", cleared)
        guard[-1] = block(guard[-1].partition("\n")[0], "# rows that nobody fills are zero", zeros, "return")
    _write(k, *([] if two else ["base = i * stride"]), *guard, *lines)


def _plus(base: str, at: int, further: str) -> str:
    """Return an index into a flat row: the row's start, the field's offset, and a further number or variable."""
    if further.isdigit():
        at, further = at + int(further), ""
    return " + ".join(each for each in (base, str(at) if at or not (base or further) else "", further) if each)


def _draw_unpacked(k: _FieldCopier) -> None:
    """Draw a kernel that reads the components of the fields from a flat row."""
    width = sum(KINDS[each.kind].parts for each in k.fields)
    k.declare((k.count,), (k.count,))
    two = k.p.choices.chance(0.5)
    shape = (k.count, width) if two else (k.count * width,)
    for each in _LOADS:
        k.p.function(each)
    k.p.array("flat", FLOAT, (-1, 1), shape, ("packed", "flat_state", "buffer"))
    k.p.sizes(stride=width)
    lines, at = list[str](), 0
    for each in k.fields:
        parts = KINDS[each.kind].parts
        numbers = (f"flat[{f'i, {at + j}' if two else _plus('base', at, str(j))}]" for j in range(parts))
        value = MADE[each.kind].format(*numbers)
        if not two and each.kind in ("vec3", "quat", "pose", "twist") and k.p.habit("functions", 0.6):
            value = f"load_{each.kind}(flat, {_plus('base', at, '')})"
        elif each.kind == "quat" and k.p.habit("normalized", 0.4):
            # an averaged or transmitted quaternion may not have length one
            value = f"wp.normalize({value})"
        lines.append(f"{_written(each)}[i] = {value}")
        at += parts
    _write(k, *k.guard(), *([] if two else ["base = i * stride"]), *lines)


def _draw_spread(k: _FieldCopier) -> None:
    """Draw a kernel that copies the fields from one world to all, or between rows of worlds and one row."""
    p, at = k.p, "world, i"
    p.array("world_mask", FLAG, (0, 1), (k.worlds,), ("world_mask", "env_mask", "reset_mask"))
    p.array(
        "count_of",
        INT,
        (k.count // 2, k.count),
        (k.worlds,),
        (f"world_{k.item.prefix}_count", f"{k.item.prefix}_count"),
    )
    p.starts("start_of", k.worlds, k.count, 0, (f"{k.item.prefix}_world_start", "world_start"))
    form = "all" if "template" in k.naming.read else p.pick("flatten", "unflatten", "source")
    if form in ("flatten", "unflatten"):
        k.naming = replace(k.naming, titles=f"{form}_{{}}_worlds {form}_{{}}_state")
    shapes = {"all": ((k.count,), (k.worlds, k.count)), "source": ((k.worlds, k.count),) * 2,
              "flatten": ((k.worlds, k.count), (k.worlds * k.count,)),
              "unflatten": ((k.worlds * k.count,), (k.worlds, k.count))}[form]  # fmt: skip
    k.declare(*shapes)
    guard = p.pick("not world_mask[world]", "i >= count_of[world]" if form != "all" else "", "")
    lines = [block(f"if {guard}:", "return")] if guard else []
    if form in ("flatten", "unflatten"):
        p.sizes(per_world=k.count)
        # if worlds start at the offsets in an array, the numbers of their items are in another array
        uneven = "count_of" in guard or p.choices.chance(0.3)
        if uneven and "count_of" not in guard:
            lines.append(block("if i >= count_of[world]:", "return"))
        lines.append("flat = start_of[world] + i" if uneven else "flat = world * per_world + i")
    if form == "source":
        p.array("source", INT, (-1, k.worlds - 1), (k.worlds,), ("source_world", "copy_from"))
        lines = ["src = source[world]", block(f"if {p.pick('src < 0', 'src < 0 or src == world')}:", "return")]
    to, source = {"all": (at, "i"), "source": (at, "src, i"), "flatten": ("flat", at), "unflatten": (at, "flat")}[form]
    _write(k, *lines, *k.copies(to, source))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A task for the fields of an item, such as copying or packing them."""

    draw: Callable[[_FieldCopier], None]
    summary: str
    namings: tuple[_CopyNaming, ...]
    kinds: Collection[str] = ()
    """The types of the fields that the task may process; empty for all types."""
    parts: tuple[str, ...] = ("state", "step")
    """The parts of an item whose fields are processed: its state, the values of a step, its model."""
    with_next_step: bool = False
    """Whether fields in ``_USED_BY_NEXT_STEP`` are processed as well."""
    only_moving: bool = False
    """Whether only items that move are processed."""
    items: str = ""
    """The prefixes of the items that are processed; empty for all items."""
    worlds: bool = False
    """Whether the launch has an additional dimension for worlds."""
    least: int = 2
    most: int = 9
    """The maximum number of fields; ``least`` is the minimum."""
    whole: bool = False
    """Whether all fields of the state of an item that moves are processed, except some in ``_OPTIONAL_FIELDS``."""


_ALL = ("state", "step", "model")
_MOVED = ("float", "vec3", "quat", "pose", "twist")
_TASKS = {
    "copy_fields": _Task(
        draw=_draw_copied,
        summary="Copies the state of {things}",
        namings=_SAVING,
        items=f"{_CONSTANT_IN_NUMBER} env contact",
        whole=True,
    ),
    "reset_fields": _Task(
        draw=_draw_reset, summary="Resets the state of {things}", namings=_RESETTING, only_moving=True, whole=True
    ),
    "gather_fields": _Task(
        draw=_draw_gathered_or_ordered, summary="Gathers the data of {things}", namings=_GATHERING, parts=_ALL
    ),
    "scatter_fields": _Task(
        draw=_draw_scattered, summary="Writes the data of {things} to their slots", namings=_SCATTERING, parts=_ALL
    ),
    "advance_fields": _Task(
        draw=_draw_advanced,
        summary="Saves the previous state of {things}",
        namings=_ADVANCING,
        kinds=_MOVED,
        parts=("state",),
        with_next_step=True,
        items="body link dof particle",
        least=1,
        most=3,
    ),
    "choose_fields": _Task(
        draw=_draw_chosen,
        summary="Selects one of two states for each of the {things}",
        namings=_CHOOSING,
        parts=("state",),
        only_moving=True,
        whole=True,
    ),
    "pack_fields": _Task(
        draw=_draw_packed,
        summary="Writes the state of {things} to flat rows",
        namings=_PACKING,
        kinds=tuple(name for name, each in KINDS.items() if each.parts),
    ),
    "unpack_fields": _Task(
        draw=_draw_unpacked,
        summary="Reads the state of {things} from flat rows",
        namings=_UNPACKING,
        kinds=tuple(MADE),
        parts=("state",),
        only_moving=True,
        whole=True,
    ),
    "spread_fields": _Task(
        draw=_draw_spread,
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
    k = _FieldCopier(stream, task)
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
