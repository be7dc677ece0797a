"""A kernel under construction that processes several fields of an item in the same way, and its choice of fields."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from synthesis.drawing.lines import block
from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.items import ITEMS, KINDS, PARTS, TOGETHER, Field, Item
from synthesis.frontends.warp.recipes.applications.program import FLAG, INT, Program

_MOST = {2: 3, 3: 4, 4: 5, 5: 7}
"""Maximum number of fields of a kernel, by difficulty."""
GROUPS = 4
"""Number of worlds that contain the items."""
_SECOND_CONDITION_SHARE = 0.4
"""Probability that a condition that selects items gets a second part."""


@dataclass(frozen=True, slots=True)
class CopyNaming:
    """The names of two arrays with the same content, and of kernels that copy one to the other."""

    read: str
    written: str
    titles: str
    beside: str = "default_{}"
    """The name of a third array, such as the initial values, for kernels that have one."""
    items: str = ""
    """The prefixes of the items to which this applies; empty for all items."""


LISTED = "contact path ray efc particle"
"""Items whose number changes, and which are therefore stored in lists with a count."""
_SAVED_ARRAYS = frozenset({"saved_{}", "{}_prev", "{}_backup", "{}_snapshot", "{}_next", "{}_new"})
"""Arrays in which a state is saved, or in which the next state is written.

Only fields of the state are copied to or from them, not fields that each step computes anew.
"""

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


def old_key(field: Field) -> str:
    """Return the placeholder of the array that a field is read from."""
    return f"old_{field.name}"


def new_key(field: Field) -> str:
    """Return the placeholder of the array that a field is written to."""
    return f"new_{field.name}"


def first_key(field: Field) -> str:
    """Return the placeholder of a field's third array, such as its initial values."""
    return f"first_{field.name}"


class FieldCopier:
    """A kernel that processes several fields of an item in the same way."""

    def __init__(self, stream: Stream, task: "Task") -> None:
        choices = stream.child("thing")
        self._model = choices.chance(0.35)
        fitting = [(each, self._fitting(each, task)) for each in ITEMS]
        self.item, fields = choices.choice([each for each in fitting if len(each[1]) >= task.least])
        suited = [each for each in task.namings if not each.items or self.item.prefix in each.items.split()]
        if task.way == "choose" and self.item.prefix == "env":
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
        keeps = task.way in ("copy", "choose", "spread") and self.naming.written not in _SAVED_ARRAYS
        self._keeps_fixed = keeps and self.item.prefix in _FIXED_FLAGS and choices.chance(0.45)
        self._split = choices.chance(0.4) and task.way == "copy" and self.naming.written == "{}_out"
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

    def _fitting(self, item: Item, task: "Task") -> list[Field]:
        """Return the fields of an item that a task may process."""
        if (task.only_moving and not item.has_defaults) or (task.items and item.prefix not in task.items.split()):
            return []
        parts = {"state": item.state, "step": item.step, "model": item.model}
        kept = task.parts
        if "model" in kept and (item.state or item.step) and item.prefix not in LISTED.split():
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
            self.p.array(old_key(each), kind.type, kind.bounds, read, (naming.read.format(each.name),), kind.element)
            self.p.array(
                first_key(each), kind.type, kind.bounds, written, (naming.beside.format(each.name),), kind.element
            )
            start = kind.bounds if starts else None
            name = naming.written.format(each.name)
            self.p.output(new_key(each), kind.type, written, (name,), start, kind.element)
            for part, part_kind, _ in PARTS.get(each.kind, ()):
                found = KINDS[part_kind]
                self.p.output(f"{new_key(each)}_{part}", found.type, written, (f"{name}_{part}",), None, found.element)

    def nothing(self, field: Field) -> str:
        """Return the expression of a field's neutral value, such as zero or -1, which marks a slot without an item."""
        options = KINDS[field.kind].nothing
        return options[0] if len(options) == 1 or self.p.habit("in full", 0.5) else options[1]

    def copies(self, to: str, at: str) -> list[str]:
        """Return lines that copy every field from one index to another."""
        lines = list[str]()
        moving = [each for each in self.fields if each.name in _VELOCITIES]
        if self._keeps_fixed and 0 < len(moving) < len(self.fields):
            rest = [f"{new_key(each)}[{to}] = {old_key(each)}[{at}]" for each in self.fields if each not in moving]
            taken = [f"{new_key(each)}[{to}] = {old_key(each)}[{at}]" for each in moving]
            none = [f"{new_key(each)}[{to}] = {self.nothing(each)}" for each in moving]
            if self.p.habit("held first", 0.5):
                return [*rest, block(f"if held[{at}]:", *none), block("else:", *taken)]
            return [*rest, block(f"if not held[{at}]:", *taken), block("else:", *none)]
        for each in self.fields:
            if self._split and each.kind in PARTS:
                value = self.local(each)
                lines.append(f"{value} = {old_key(each)}[{at}]")
                lines += [f"{new_key(each)}_{part}[{to}] = {made}({value})" for part, _, made in PARTS[each.kind]]
            else:
                lines.append(f"{new_key(each)}[{to}] = {old_key(each)}[{at}]")
        return lines

    def local(self, field: Field) -> str:
        """Return the name of a local variable for the value of a field."""
        short = field.name.removeprefix("rigid_contact_").removeprefix(f"{self.item.prefix}_")
        return short if short != field.name else f"{field.name}_i"

    def starts(self, to: str) -> list[str]:
        """Return lines that set every field to its initial value."""
        return [
            f"{new_key(each)}[{to}] = {f'{first_key(each)}[{to}]' if each.start == 'default' else self.nothing(each)}"
            for each in self.fields
        ]

    def empties(self, to: str) -> list[str]:
        """Return lines that set every field to its neutral value."""
        return [f"{new_key(each)}[{to}] = {self.nothing(each)}" for each in self.fields]

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
        p.array("world_of", INT, (0, GROUPS - 1), (self.count,), (f"{prefix}_world", f"{prefix}_world_id"))
        p.array("world_mask", FLAG, (0, 1), (GROUPS,), words)
        p.scalar("world_id", INT, (0, GROUPS - 1), ("world_id", "selected_world"))
        p.array("number", INT, (self.count // 2, self.count), (1,), (f"{prefix}_count", f"num_{prefix}s"))
        p.constants({"ACTIVE": 1, "KINEMATIC": 2})
        if prefix == "env":
            return p.choices.choice((("", "not mask[i]", "mask[i]"), ("", "mask_ids[i] == 0", "mask_ids[i] == 1")))
        if self.listed:
            return "", "i >= number[0]", "i < number[0]"
        found = self._conditions(resets=resets)
        if "wid < 0" in found[1] or "wid >= 0" in found[1]:
            p.array("world_of", INT, (-1, GROUPS - 1), (self.count,), (f"{prefix}_world", f"{prefix}_world_id"))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task for the fields of an item, such as copying or packing them."""

    draw: Callable[["FieldCopier"], None]
    """Writes the lines of a kernel."""
    summary: str
    namings: tuple[CopyNaming, ...]
    way: Literal["copy", "choose", "spread", ""] = ""
    """The way in which the fields are processed, if their choice or their lines depend on it."""
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
