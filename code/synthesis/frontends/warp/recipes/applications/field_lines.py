"""Lines of kernels that copy, reset, reorder, choose between, pack or unpack several fields of an item."""

import re
from dataclasses import replace

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block
from synthesis.frontends.warp.recipes.applications.field_copier import (
    GROUPS,
    LISTED,
    CopyNaming,
    FieldCopier,
    first_key,
    new_key,
    old_key,
)
from synthesis.frontends.warp.recipes.applications.items import KINDS, MADE
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT

_BODIES = read_bodies("warp", "field_lines", margin=4)

_ORDERING = (
    CopyNaming("{}", "sorted_{}", "sort_{}_data reorder_{}_data", items=LISTED),
    CopyNaming("{}", "{}_sorted", "reorder_{}_state apply_{}_order", items=LISTED),
    CopyNaming("{}_in", "{}_out", "permute_{}_data reorder_{}_state", items=LISTED),
)


def _write(copier: FieldCopier, *lines: str) -> None:
    text = "\n".join(filter(None, lines))
    # an environment is itself a world, so its index is the world's
    copier.p.write(re.sub(r"\bi\b", "env", text) if copier.item.prefix == "env" else text)


def draw_copied(k: FieldCopier) -> None:
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


def draw_reset(k: FieldCopier) -> None:
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
        rest = [each for each in lines if not any(each.startswith(new_key(field)) for field in kept)]
        moved = [each for each in lines if each not in rest]
        remark = "# what moves by script keeps its place"
        _write(k, *k.guard(1.0, resets=True), remark, block("if (moved[i] & KINEMATIC) == 0:", *moved), *rest)
    elif form == "keyframe":
        states = 4
        k.naming = replace(k.naming, read=k.p.pick("key_{}", "keyframe_{}"))
        k.declare((states,) if prefix == "env" else (states, k.count), (k.count,))
        k.p.array("key_of", INT, (-1, states - 1), (k.count if prefix == "env" else GROUPS,),
                  ("keyframe_id", "reset_key", "keyframe"))  # fmt: skip
        at = "key" if prefix == "env" else "key, i"
        chosen = [f"{new_key(each)}[i] = {old_key(each)}[{at}]" for each in kept]
        defaults = [f"{new_key(each)}[i] = {first_key(each)}[i]" for each in kept]
        rest = [f"{new_key(each)}[i] = {k.nothing(each)}" for each in k.fields if each not in kept]
        choice = [block("if key >= 0:", *chosen), block("else:", *defaults), *rest]
        if prefix == "env":
            _write(k, *k.guard(1.0, resets=True), "key = key_of[i]", *choice)
            return
        k.condition(resets=True)
        _write(k, "wid = world_of[i]", block("if not world_mask[wid]:", "return"), "key = key_of[wid]", *choice)
    else:
        _write(k, *k.guard(1.0, resets=True), *lines)


def _draw_gathered(k: FieldCopier) -> None:
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


def _draw_ordered(k: FieldCopier, namings: tuple[CopyNaming, ...]) -> None:
    """Draw a kernel that reorders the fields by a permutation."""
    k.naming = k.p.choices.choice(namings)
    k.declare((k.count,), (k.count,))
    k.p.places("order", k.count, 1, ("order", "sort_order", "permutation", "sorted_ids"))
    k.p.output("rank", INT, (k.count,), ("inverse_order", "new_index"))
    k.p.guard_count(k.item.prefix)
    inverse = ["# where each has gone", "rank[src] = i"] if k.p.maybe(0.2) else []
    _write(k, "src = order[i]", *k.copies("i", "src"), *inverse)


def draw_gathered_or_ordered(k: FieldCopier) -> None:
    """Draw a kernel that gathers the fields through a map or a permutation."""
    namings = tuple(each for each in _ORDERING if k.item.prefix in each.items.split())
    if namings and k.p.choices.chance(0.5):
        _draw_ordered(k, namings)
    else:
        _draw_gathered(k)


def draw_scattered(k: FieldCopier) -> None:
    """Draw a kernel that scatters the fields to other indices."""
    k.declare((k.count,), (2 * k.count,))
    k.p.places("slot_of", k.count, 2, (f"{k.item.prefix}_slot", "dst_index", f"{k.item.prefix}_ids"))
    guard = k.guard(1.0) if k.listed or k.p.choices.chance(0.4) else []
    if not guard:
        k.p.guard_count(k.item.prefix)
    _write(k, *guard, "dst = slot_of[i]", *k.copies("dst", "i"))


def draw_advanced(k: FieldCopier) -> None:
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
            shifted.append(f"{past}[i, 0] = {old_key(each)}[i]")
            filled.append(f"{past}[i, h] = {old_key(each)}[i]")
            continue
        if older:
            name = {"{}_prev": "{}_prev2", "last_{}": "last_last_{}"}[k.naming.written].format(each.name)
            p.output(past, kind.type, (k.count,), (name,), None, kind.element)
            shifted.append(f"{past}[i] = {new_key(each)}[i]")
            filled.append(f"{past}[i] = {old_key(each)}[i]")
        shifted.append(f"{new_key(each)}[i] = {old_key(each)}[i]")
        filled.append(f"{new_key(each)}[i] = {old_key(each)}[i]")
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


def draw_chosen(k: FieldCopier) -> None:
    """Draw a kernel that chooses between two values of the fields by a condition, such as an accepted step."""
    p, naming, prefix = k.p, k.naming, k.item.prefix
    scripted, ends = naming.items.startswith("body"), naming.beside in ("initial_{}", "{}_0")
    k.declare((k.count,), (k.count,))
    p.array("flags", INT, (0, 3), (k.count,), (f"{prefix}_flags",))
    p.array("driven", FLAG, (0, 1), (k.count,), (f"{prefix}_is_kinematic", f"{prefix}_animated"))
    p.array("world_of", INT, (0, GROUPS - 1), (k.count,), (f"{prefix}_world", f"{prefix}_world_id"))
    good = {"{}_prev": ("step_accepted", "step_converged"), "{}": ("improved", "seed_improved")}
    p.array("world_ok", FLAG, (0, 1), (GROUPS,), good.get(naming.read, ("step_accepted", "accepted")))
    p.array("over", FLAG, (0, 1), (k.count if prefix == "env" else GROUPS,), ("done", "env_done", "reset_mask"))
    p.constants({"KINEMATIC": 2})
    taken = k.copies("i", "i")
    if scripted:
        test = p.pick("driven[i]", "(flags[i] & KINEMATIC) != 0")
        given = [f"{new_key(each)}[i] = {first_key(each)}[i]" for each in k.fields]
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


def draw_packed(k: FieldCopier) -> None:
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
        source = f"{old_key(each)}[i]"
        places = [f"i, {_plus('', at, j)}" if two else _plus("base", at, j) for j in (*map(str, range(parts)), "j")]
        called = not two and each.kind in ("vec3", "quat") and p.habit("functions", 0.6)
        if parts > 1 and not called:
            source = k.local(each)
            lines.append(f"{source} = {old_key(each)}[i]")
        if parts == 1:
            lines.append(f"flat[{places[0]}] = {source}")
        elif called:
            lines.append(f"store_{each.kind}(flat, {places[0]}, {old_key(each)}[i])")
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


def draw_unpacked(k: FieldCopier) -> None:
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
        lines.append(f"{new_key(each)}[i] = {value}")
        at += parts
    _write(k, *k.guard(), *([] if two else ["base = i * stride"]), *lines)


def draw_spread(k: FieldCopier) -> None:
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
