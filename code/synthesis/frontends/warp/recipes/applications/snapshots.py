"""What a thing has, kept and given back: several of its arrays saved, restored, reset, gathered, scattered, packed.

A quarter of applications' kernels compute nothing: they move what others computed. A kernel takes some of what a thing
has, and does the same with each.
"""

import builtins
import keyword
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, Program
from synthesis.frontends.warp.recipes.applications.things import KINDS, MADE, PARTS, THINGS
from synthesis.grammar.lines import block
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_SPELLINGS = 4
"""The people whose names each field has."""
_KEPT = (
    ("{}_in", "{}_out"), ("{}", "{}_out"), ("{}", "saved_{}"), ("{}", "{}_prev"), ("{}_src", "{}_dst"),
    ("src_{}", "dst_{}"), ("{}", "{}_copy"), ("{}_0", "{}_1"), ("state_{}", "model_{}"), ("{}_current", "{}_next"),
    ("old_{}", "new_{}"), ("in_{}", "out_{}"), ("data_{}", "buffer_{}"), ("{}", "{}_buffer"), ("cur_{}", "prev_{}"),
    ("read_{}", "write_{}"), ("{}", "{}_snapshot"), ("{}_backup", "{}"), ("{}", "{}_target"), ("{}_cmd", "{}"),
)  # fmt: skip
_MOVED = (
    ("{}_in", "{}_out"), ("{}_src", "{}_dst"), ("src_{}", "dst_{}"), ("full_{}", "compact_{}"),
    ("local_{}", "global_{}"), ("{}", "sorted_{}"), ("{}", "{}_gathered"), ("global_{}", "{}"), ("all_{}", "{}"),
    ("{}", "{}_reordered"), ("pool_{}", "{}"), ("{}", "view_{}"), ("template_{}", "{}"), ("{}", "{}_out"),
    ("sim_{}", "{}"), ("{}", "{}_sorted"),
)  # fmt: skip
_RESET = (("{}_default", "{}"), ("default_{}", "{}"), ("initial_{}", "{}"), ("{}_0", "{}"), ("{}_init", "{}_out"))
_ADVANCED = (("{}_next", "{}"), ("new_{}", "{}"), ("{}", "{}_prev"), ("{}", "last_{}"), ("{}", "{}_old"))
"""What arrays of the same are told apart by, what is read and what is written: where things stay, where they move,
where they begin again, where what was new becomes old.
"""
_INDICES = {"bodies": "bid", "joints": "jid", "particles": "pid", "contacts": "cid", "shapes": "sid"}
"""What the index of a thing may be called beside what all are."""
_TESTS = ("mask[i]", "flags[i] & ACTIVE != 0", "group[i] == selected", "group_mask[group_id[i]]")
"""What a thing may have to be for a kernel to take it."""
_GUARDS = (
    "not mask[i]", "mask_ids[i] == 0", "flags[i] & ACTIVE == 0", "group[i] < 0", "group[i] != selected",
    "not mask[i] or kind_of[i] == TYPE_FIXED", "group[i] < 0 or flags[i] & ACTIVE == 0",
    "mask_ids[i] == 0 or group[i] != selected", "kind_of[i] != TYPE_MOVING or not mask[i]",
    "not mask[i] and not group_mask[group_id[i]]", "mask_ids[i] == 0 and kind_of[i] != TYPE_MOVING",
    "not group_mask[group_id[i]]", "not mask[i] or group[i] < 0", "kind_of[i] == TYPE_FIXED",
    "kind_of[i] != TYPE_MOVING", "kind_of[i] == TYPE_NONE or not mask[i]",
)  # fmt: skip
"""What a thing may be for a kernel to leave it alone."""


@dataclass(frozen=True, slots=True)
class _Field:
    """An array of a thing: what lines call what is read of it and what is written."""

    name: str
    kind: str

    @property
    def read(self) -> str:
        return f"old_{self.name}"

    @property
    def written(self) -> str:
        return f"new_{self.name}"

    @property
    def usual(self) -> str:
        """What it holds at first."""
        return f"first_{self.name}"


class _Keeper:
    """A kernel that does the same with several fields of one thing."""

    def __init__(self, stream: Stream, task: "_Task") -> None:
        choices = stream.child("thing")
        self.things = choices.choice(tuple(THINGS))
        prefixes, known = THINGS[self.things]
        way = choices.choice(range(_SPELLINGS))
        self.prefix = choices.choice(prefixes)
        self._marks = choices.choice(task.marks)
        self._bare = choices.chance(0.15)
        self._names = {names.split()[0]: names.split()[way] for names in known}
        fields = [_Field(names.split()[0], kind) for names, kind in known.items()]
        fields = [each for each in fields if not task.kinds or each.kind in task.kinds]
        count = choices.choice(range(2, {2: 3, 3: 4, 4: 6, 5: 9}[stream.difficulty] + 1))
        self.fields = choices.shuffled(fields)[:count]
        self._split = choices.chance(0.3)
        index = _INDICES.get(self.things, "k")
        names = ("i", "tid", "idx", index, f"{self.prefix}_id")
        if task.worlds:
            sizes = choices.choice(((4, 16), (6, 8), (8, 12), (3, 32)))
            self.p = Program(stream, ("world", "worldid", "env", "wid"), names, launch=sizes)
            self.worlds, self.count = sizes
        else:
            self.p = Program(stream, names)
            self.worlds, self.count = 1, self.p.threads

    def _named(self, field: _Field, mark: str) -> tuple[str]:
        """What an array of a field may be called: one name, as one person gives them all."""
        told = self._names[field.name]
        bare = self._bare and not keyword.iskeyword(told) and not hasattr(builtins, told)
        return (mark.format(told if bare else f"{self.prefix}_{told}"),)

    def declare(self, read: tuple[int, ...], written: tuple[int, ...], *, starts: bool = False) -> None:
        """The arrays of all fields; those that lines do not name become no arguments.

        Args:
            read: the shape of what is read.
            written: the shape of what is written.
            starts: whether what is written is read before.
        """
        before, after = self._marks
        beside = "default_{}" if "default" not in before else "{}_rest"
        for each in self.fields:
            kind = KINDS[each.kind]
            self.p.array(each.read, kind.type, kind.bounds, read, self._named(each, before), kind.element)
            self.p.array(each.usual, kind.type, kind.bounds, read, self._named(each, beside), kind.element)
            start = kind.bounds if starts else None
            self.p.output(each.written, kind.type, written, self._named(each, after), start, kind.element)
            for part, part_kind, _ in PARTS.get(each.kind, ()):
                name = (f"{self._named(each, after)[0]}_{part}",)
                found = KINDS[part_kind]
                self.p.output(f"{each.written}_{part}", found.type, written, name, None, found.element)

    def declare_past(self, field: _Field) -> str:
        """What lines call an array of what a field was before; it is only written."""
        kind, key = KINDS[field.kind], f"past_{field.name}"
        mark = self.p.pick("{}_last", "{}_prev2", "{}_history")
        self.p.output(key, kind.type, (self.count,), self._named(field, mark), None, kind.element)
        return key

    def nothing(self, field: _Field) -> str:
        """What a field holds that belongs to nothing."""
        return self.p.pick(*KINDS[field.kind].nothing)

    def copies(self, to: str, at: str) -> list[str]:
        """Lines that copy every field from one place to another, some by way of a local."""
        lines, late = list[str](), list[str]()
        first = self.p.habit("read first", 0.4)
        for each in self.fields:
            if self._split and each.kind in PARTS:
                late += [
                    f"{each.written}_{part}[{to}] = {made}({each.read}[{at}])" for part, _, made in PARTS[each.kind]
                ]
            elif first or self.p.choices.chance(0.25):
                lines.append(f"{self.local(each)} = {each.read}[{at}]")
                late.append(f"{each.written}[{to}] = {self.local(each)}")
            else:
                late.append(f"{each.written}[{to}] = {each.read}[{at}]")
        return [*lines, *late]

    def local(self, field: _Field) -> str:
        """What the value of a field is called for a moment."""
        name = self._names[field.name]
        return f"{name}_i" if self.p.habit("with index", 0.5) else f"{self.prefix}_{name}"

    def empties(self, to: str, share: float) -> list[str]:
        """Lines that give every field what it holds at first or what belongs to nothing."""
        chance = self.p.choices.chance
        return [
            f"{each.written}[{to}] = {f'{each.usual}[{to}]' if chance(share) else self.nothing(each)}"
            for each in self.fields
        ]

    def guard(self) -> list[str]:
        """Lines that leave out some threads, and nothing now and then."""
        remark = self.p.pick("", f"# only {self.things} that are {self.p.pick('active', 'selected', 'valid')}")
        if not self.p.choices.chance(0.7):
            return []
        return [*([remark] if remark else []), block(f"if {self.p.pick(*_GUARDS)}:", "return")]

    def declare_choosers(self, among: int) -> None:
        """What decides which things a kernel is for, and where they are."""
        p, count = self.p, self.count
        p.array("mask", FLAG, (0, 1), (count,), (p.pick(f"{self.prefix}_mask", "mask", "selected", "is_active"),))
        p.array("mask_ids", INT, (0, 1), (count,), (p.pick("mask", "reset_flags", f"{self.prefix}_active"),))
        p.array("flags", INT, (0, 3), (count,), (p.pick(f"{self.prefix}_flags", "flags", "status_bits"),))
        p.array("kind_of", INT, (0, 2), (count,), (p.pick(f"{self.prefix}_types", "kinds", f"{self.prefix}_class"),))
        p.constants({"TYPE_NONE": 0, "TYPE_FIXED": 1, "TYPE_MOVING": 2})
        p.array("group", INT, (-1, 3), (count,), (p.pick("group", f"{self.prefix}_group", "world_index", "owner_id"),))
        p.array("group_id", INT, (0, 3), (count,), (p.pick(f"{self.prefix}_world", "world_id", "env_index"),))
        p.array("group_mask", FLAG, (0, 1), (4,), (p.pick("world_mask", "env_mask", "world_reset", "group_active"),))
        p.scalar("selected", INT, (0, 3), (p.pick("selected_group", "group_index", "target_world"),))
        p.scalar("step", INT, (1, 100), (p.pick("step", "frame_index", "sim_step", "tick"),))
        p.array("index_map", INT, (-2, among - 1), (count,), (p.pick("index_map", "src_index", f"{self.prefix}_map"),))
        p.places("slot_of", count, 2, (p.pick("slot_of", "dst_index", "new_index", f"{self.prefix}_slot"),))
        p.array("order", INT, (0, among - 1), (count,), (p.pick("order", "sort_order", "permutation", "sorted_ids"),))
        p.output("stamp", INT, (count,), (p.pick("last_update", "stamp", "version", "updated_at"),))
        p.output("num_done", INT, (1,), (p.pick("num_copied", "counter", "num_active", "count_out"),), (0, 1))
        p.output("back", INT, (2 * count,), (p.pick("inverse_map", "source_of", "old_index"),))
        p.output("has", FLAG, (count,), (p.pick("has_source", "valid_out", "is_mapped"),))
        p.constants({"ACTIVE": self.p.choices.choice((1, 2))})

    def end(self) -> list[str]:
        """What some kernels note at their end."""
        if not self.p.maybe(0.15):
            return []
        return [self.p.pick("stamp[i] = step", "wp.atomic_add(num_done, 0, 1)", "stamp[i] = step")]


def _write(keeper: _Keeper, *lines: str) -> None:
    keeper.p.write("\n".join(lines))


def _draw_copied(k: _Keeper) -> None:
    """Saved or restored: from and to the same place."""
    k.declare((k.count,), (k.count,))
    lines = k.copies("i", "i")
    if k.p.choices.chance(0.25):
        test = k.p.pick(*_TESTS)
        other = k.empties("i", 0.3) if k.p.choices.chance(0.5) else []
        _write(k, block(f"if {test}:", *lines), *([block("else:", *other)] if other else []), *k.end())
    else:
        _write(k, *k.guard(), *lines, *k.end())


def _draw_reset(k: _Keeper) -> None:
    """Given what they hold at first."""
    k.declare((k.count,), (k.count,))
    lines = k.empties("i", k.p.choices.choice((0.1, 0.4, 0.7)))
    if k.p.choices.chance(0.3):
        test = k.p.pick("mask[i]", "flags[i] & ACTIVE != 0", "group[i] == selected", "mask_ids[i] == 1")
        _write(k, block(f"if {test}:", *lines, *k.end()))
    else:
        guard = k.guard() or [block(f"if {k.p.pick('not mask[i]', 'mask_ids[i] == 0')}:", "return")]
        _write(k, *guard, *lines, *k.end())


def _draw_gathered(k: _Keeper) -> None:
    """From where a map says, if it says so."""
    among = k.p.choices.choice((16, 24, 40))
    k.declare((among,), (k.count,))
    k.declare_choosers(among)
    ordered = k.p.choices.chance(0.3)
    table = "order" if ordered else "index_map"
    lines = [f"src = {table}[i]"]
    if ordered:
        lines += k.copies("i", "src")
    else:
        test, none = k.p.pick("src < 0", "src == -1", "src < 0"), k.p.choices.choice(("leave", "leave", "both", "kept"))
        table_end = [f"has[i] = {'src >= 0' if none != 'leave' else 'True'}"] if k.p.choices.chance(0.2) else []
        if test == "src == -1":
            k.p.array("index_map", INT, (-1, among - 1), (k.count,), ("index_map", "src_index"))
        if none == "both":
            blank = [f"{each.written}[i] = {k.nothing(each)}" for each in k.fields]
            if k.p.choices.chance(0.5):
                lines += [block(f"if {test}:", *blank, "return"), *k.copies("i", "src")]
                table_end = []
            else:
                lines += [block("if src >= 0:", *k.copies("i", "src")), block("else:", *blank)]
        elif none == "leave":
            lines += [*table_end, block(f"if {test}:", "return"), *k.copies("i", "src")]
            table_end = []
        else:
            lines += [block("if src >= 0:", *k.copies("i", "src"))]
        lines += table_end
    _write(k, *k.guard(), *lines)


def _draw_scattered(k: _Keeper) -> None:
    """To a place of their own."""
    k.declare((k.count,), (2 * k.count,))
    back = ["back[slot] = i"] if k.p.choices.chance(0.3) else []
    _write(k, *k.guard(), "slot = slot_of[i]", *k.copies("slot", "i"), *back)


def _draw_advanced(k: _Keeper) -> None:
    """What was new becomes old: a chain of two or three of each."""
    k.declare((k.count,), (k.count,), starts=True)
    lines = list[str]()
    for each in k.fields:
        past = k.declare_past(each)
        lines += [f"{past}[i] = {each.written}[i]", f"{each.written}[i] = {each.read}[i]"]
    _write(k, *k.guard(), *lines, *k.end())


def _draw_chosen(k: _Keeper) -> None:
    """One of two for each, by what a thing is."""
    k.declare((k.count,), (k.count,))
    test = k.p.pick(
        "mask[i]", "flags[i] & ACTIVE != 0", "group[i] == selected", "group_mask[group_id[i]]", "group[i] < 0"
    )
    first = [f"{each.written}[i] = {each.usual}[i]" for each in k.fields]
    second = k.copies("i", "i")
    form = k.p.pick("else", "return", "each", "where")
    if form == "else":
        _write(k, block(f"if {test}:", *first), block("else:", *second), *k.end())
    elif form == "return":
        _write(k, block(f"if {test}:", *first, "return"), *second, *k.end())
    elif form == "each":
        lines = [f"{each.written}[i] = {each.usual}[i] if chosen else {each.read}[i]" for each in k.fields]
        _write(k, f"chosen = {test}", *lines, *k.end())
    else:
        lines = [f"{each.written}[i] = wp.where(chosen, {each.usual}[i], {each.read}[i])" for each in k.fields]
        _write(k, f"chosen = {test}", *lines, *k.end())


def _draw_packed(k: _Keeper) -> None:
    """All numbers of each behind one another in a flat row."""
    width = sum(KINDS[each.kind].parts for each in k.fields)
    k.declare((k.count,), (k.count,))
    two = k.p.choices.chance(0.5)
    named = k.p.pick("obs", "packed", "flat_state", "row_data", "out_buffer", f"{k.prefix}_data")
    k.p.output("flat", FLOAT, (k.count, width) if two else (k.count * width,), (named,))
    k.p.sizes(stride=width)
    lines, at = list[str](), 0
    for each in k.fields:
        parts = KINDS[each.kind].parts
        source = f"{each.read}[i]"
        if parts > 1 and k.p.choices.chance(0.5):
            source = k.local(each)
            lines.append(f"{source} = {each.read}[i]")
        places = [f"i, {_plus('', at, j)}" if two else _plus("base", at, j) for j in (*map(str, range(parts)), "j")]
        if parts == 1:
            lines.append(f"flat[{places[0]}] = {source}")
        elif parts <= 3 and k.p.choices.chance(0.6):
            lines += [f"flat[{places[j]}] = {source}[{j}]" for j in range(parts)]
        else:
            lines.append(block(f"for j in range({parts}):", f"flat[{places[-1]}] = {source}[j]"))
        at += parts
    _write(k, *k.guard(), *([] if two else ["base = i * stride"]), *lines)


def _plus(base: str, at: int, further: str) -> str:
    """A place in a row: where the row begins, where a field begins in it, and a number or variable further."""
    if further.isdigit():
        at, further = at + int(further), ""
    return " + ".join(each for each in (base, str(at) if at or not (base or further) else "", further) if each)


def _draw_unpacked(k: _Keeper) -> None:
    """Made of the numbers in a flat row."""
    width = sum(KINDS[each.kind].parts for each in k.fields)
    k.declare((k.count,), (k.count,))
    named = k.p.pick("actions", "packed", "flat_state", "row_data", "in_buffer", f"{k.prefix}_data")
    k.p.array("flat", FLOAT, (-1, 1), (k.count * width,), (named,))
    k.p.sizes(stride=width)
    lines, at = list[str](), 0
    for each in k.fields:
        parts = KINDS[each.kind].parts
        numbers = (f"flat[{_plus('base', at, str(j))}]" for j in range(parts))
        lines.append(f"{each.written}[i] = {MADE[each.kind].format(*numbers)}")
        at += parts
    _write(k, *k.guard(), "base = i * stride", *lines, *k.end())


def _draw_spread(k: _Keeper) -> None:
    """From one to all worlds, or from rows of worlds to one row and back."""
    p, at = k.p, "world, i"
    p.array(
        "world_mask", FLAG, (0, 1), (k.worlds,), (p.pick("world_mask", "env_mask", "reset_worlds", "active_worlds"),)
    )
    p.array(
        "count_of",
        INT,
        (k.count // 2, k.count),
        (k.worlds,),
        (p.pick("world_count", f"num_{k.things}", "row_length"),),
    )
    p.starts("start_of", k.worlds, k.count, 0, (p.pick("world_start", "row_offset", f"{k.prefix}_start", "adr"),))
    p.scalar("step", INT, (1, 100), (p.pick("step", "frame_index", "tick"),))
    p.output("stamp", INT, (k.worlds, k.count), (p.pick("last_update", "stamp", "version"),))
    form = p.pick("all", "flatten", "unflatten", "within")
    shapes = {"all": ((k.count,), (k.worlds, k.count)), "within": ((k.worlds, k.count),) * 2,
              "flatten": ((k.worlds, k.count), (k.worlds * k.count,)),
              "unflatten": ((k.worlds * k.count,), (k.worlds, k.count))}[form]  # fmt: skip
    k.declare(*shapes)
    guard = p.pick("not world_mask[world]", "i >= count_of[world]", "i >= count_of[world] or not world_mask[world]", "")
    lines = [block(f"if {guard}:", "return")] if guard else []
    if form in ("flatten", "unflatten"):
        p.sizes(row=k.count)
        lines.append(p.pick("flat = start_of[world] + i", "flat = world * row + i"))
    to, source = {"all": (at, "i"), "within": (at, at), "flatten": ("flat", at), "unflatten": (at, "flat")}[form]
    lines += k.empties(to, 0.4) if form == "within" and p.choices.chance(0.4) and guard else k.copies(to, source)
    _write(k, *lines, *(["stamp[world, i] = step"] if p.maybe(0.12) else []))


@dataclass(frozen=True, slots=True)
class _Task:
    """What is done with the fields of a thing."""

    draw: Callable[[_Keeper], None]
    summary: str
    titles: str
    """Names of kernels, with gaps for what the arrays begin with and for the things."""
    marks: Sequence[tuple[str, str]] = _KEPT
    kinds: Collection[str] = ()
    """The types of fields that it is done with; all of them if there are none."""
    worlds: bool = False
    """Whether it is launched over worlds too."""


_TASKS = {
    "copy_fields": _Task(
        _draw_copied,
        "Copies the state of {things}",
        "copy_{}_state save_{}_state restore_{}_state sync_{}_data update_{}_fields",
    ),
    "reset_fields": _Task(
        _draw_reset,
        "Resets the state of {things}",
        "reset_{}_state clear_{}_data initialize_{}_fields reset_{things}",
        _RESET,
    ),
    "gather_fields": _Task(
        _draw_gathered,
        "Gathers the state of {things}",
        "gather_{}_data remap_{things} select_{}_fields load_{}_state",
        _MOVED,
    ),
    "scatter_fields": _Task(
        _draw_scattered,
        "Writes the state of {things} to their slots",
        "scatter_{}_data write_{}_state store_{things} reorder_{things}",
        _MOVED,
    ),
    "advance_fields": _Task(
        _draw_advanced,
        "Keeps what {things} had in the last step",
        "advance_{}_history shift_{}_state cycle_{}_buffers",
        _ADVANCED,
    ),
    "choose_fields": _Task(
        _draw_chosen,
        "Takes one of two states for each of the {things}",
        "choose_{}_state merge_{}_state apply_{}_defaults",
    ),
    "pack_fields": _Task(
        _draw_packed,
        "Writes the state of {things} to flat rows",
        "pack_{}_state write_{}_observations flatten_{}_data",
        kinds=tuple(name for name, each in KINDS.items() if each.parts),
    ),
    "unpack_fields": _Task(
        _draw_unpacked,
        "Reads the state of {things} from flat rows",
        "unpack_{}_state read_{}_actions load_{}_data",
        kinds=tuple(MADE),
    ),
    "spread_fields": _Task(
        _draw_spread,
        "Copies the state of {things} of all worlds",
        "copy_{}_worlds expand_{}_state replicate_{things} flatten_{}_worlds",
        _MOVED,
        worlds=True,
    ),
}


def _draw(stream: Stream, target: str) -> KernelSpec:
    """Some fields of a thing, moved together."""
    task = _TASKS[target]
    k = _Keeper(stream, task)
    if not task.worlds:
        k.declare_choosers(16)
        k.p.guard_count(k.prefix)
    task.draw(k)
    told = {"things": k.things}
    titles = tuple(each.format(k.prefix, **told) for each in task.titles.split())
    docstrings = (f"One thread for each of the {k.things}.", f"Launched over all {k.things}.")
    return k.p.done("state", "snapshots", target, task.summary.format(**told), titles, docstrings)


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
}
RECIPES = (Recipe(name="snapshots", category="state", targets=tuple(_TASKS), draw=_draw, target_weights=_WEIGHTS),)
