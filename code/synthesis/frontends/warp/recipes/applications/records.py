"""The recipes of bookkeeping, and kernels of lists that are gathered, compacted, counted or summed by segments."""

from dataclasses import dataclass
from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.variants import choose
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.forms import plural
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.world_rows import WORLDS, draw_worlds

_BODIES = read_bodies("warp", "records", margin=8)

_FLAT = {
    "gather_state": _BODIES["gather_state"],
    "compact": _BODIES["compact"],
    "count_kinds": _BODIES["count_kinds"],
    "renumber": _BODIES["renumber"],
}

_SEGMENTS = (
    ("average_{many} average_{measure}", "mean_{measure}", _BODIES["segments.segments"]),
    ("max_{measure} reduce_{many}", "max_{measure}", _BODIES["segments.segments_2"]),
    ("{measure}_range min_max_{measure}", "{measure}_range", _BODIES["segments.segments_3"]),
    ("{measure}_variance {thing}_variance", "{measure}_variance", _BODIES["segments.segments_4"]),
    ("count_large_{many} large_{thing}_share", "large_{thing}_share", _BODIES["segments.segments_5"]),
    ("find_largest_{thing} strongest_{thing}", "largest_{measure}", _BODIES["segments.segments_6"]),
    ("rms_{measure} {thing}_rms", "rms_{measure}", _BODIES["segments.segments_7"]),
)  # fmt: skip
"""Reductions of the entries of a segment. Each has names of the kernel, the name of the result, and lines."""

_LIST_FUNCTIONS = (
    _BODIES["list_functions.has_source"],
    _BODIES["list_functions.is_kept"],
    _BODIES["list_functions.is_valid_kind"],
    _BODIES["list_functions.remapped"],
)
"""Functions that kernels may call."""

_MEASURES = {
    "particle": ("density", "temperature"), "body": ("energy", "speed"), "contact": ("depth", "impulse"),
    "vertex": ("curvature", "area"), "ray": ("depth", "intensity"),
}  # fmt: skip
"""Items of which there are records, each with quantities that a record may hold."""
_SIGNED_QUANTITIES = frozenset({"particle_temperature", "vertex_curvature"})
"""Quantities that may be negative, so that values are compared by magnitude."""
_COPIED_QUANTITY = {
    "particle": "mass", "body": "mass", "contact": "depth", "vertex": "mass", "ray": "depth",
}  # fmt: skip
"""The quantity of each item that is copied along with its position."""
_SUMMABLE = {
    "particle": ("mass", "volume"), "body": ("mass", "energy"), "contact": ("impulse", "area"),
    "vertex": ("area", "mass"), "ray": ("energy",),
}  # fmt: skip
"""Quantities of each item whose sum is meaningful."""
_LABELS = {"particle": "particle_material", "vertex": "vertex_label", "ray": "ray_label"}
"""The label by which an item is classified, if it is not the item's type."""
_REFERENCES = (
    ("shape", "body"), ("joint", "articulation"), ("site", "body"), ("sensor", "body"), ("contact", "shape"),
    ("corner", "vertex"), ("actuator", "joint"), ("muscle", "joint"), ("attachment", "particle"), ("camera", "body"),
    ("particle", "cell"), ("hit", "triangle"),
)  # fmt: skip
"""Pairs of items, of which the first refers to the second by index."""
_POSITION_NAMES = {"contact": ("contact_pos", "contact_point"), "ray": ("ray_hit_pos", "ray_hit_point")}
"""Names of the positions of items whose position is not called ``…_pos`` or ``…_position``."""
_OWNERS = {"particle": "cell", "body": "world", "contact": "body", "vertex": "patch", "ray": "sensor"}
"""For each item, the item that owns a segment of the list, such as the cell of particles."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The words from which the names in a kernel are made."""

    thing: str
    """The item of a record."""
    referred: str
    """The item that it refers to by index, in kernels that renumber references."""
    measure: str
    """The quantity that a record holds, with the item's name."""
    weighed: str
    """The quantity that is summed, with the item's name."""

    @property
    def many(self) -> str:
        """The plural of the item."""
        return plural(self.thing)

    @property
    def owner(self) -> str:
        """The item that owns a segment of the list."""
        return _OWNERS.get(self.thing, "")

    @property
    def label(self) -> str:
        """The label by which items are classified."""
        return _LABELS.get(self.thing, f"{self.thing}_type")

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the positions of items."""
        return _POSITION_NAMES.get(self.thing, (f"{self.thing}_pos", f"{self.thing}_position"))


def _words(stream: Stream, target: str) -> _Words:
    """Draw the item of a kernel, and its quantities."""
    thing, referred = stream.child("thing").choice(tuple(_MEASURES)), ""
    if target == "renumber":
        thing, referred = stream.child("referred").choice(_REFERENCES)
    measures = {"gather_state": _COPIED_QUANTITY.get(thing, ""), "renumber": "mass"}.get(target)
    measure = f"{thing}_{measures or stream.child('measure').choice(_MEASURES[thing])}"
    weighed = f"{thing}_{stream.child('weighed').choice(_SUMMABLE.get(thing, ('mass',)))}"
    return _Words(thing, referred, measure, weighed)


def _declare_records(p: Program, words: _Words, num_src: int) -> None:
    """Declare the records, what refers to them, and the limits of a list."""
    count, total = p.threads, 3 * p.threads + 4
    thing, referred, measure, label, many = words.thing, words.referred, words.measure, words.label, words.many
    p.array("index_map", INT, (-6, num_src - 1), (count,), (f"{thing}_map", f"source_{thing}"))
    p.array("referred", INT, (-6, num_src - 1), (count,), (f"{thing}_{referred}", f"{thing}_{referred}_id"))
    p.array("slot_of", INT, (-4, num_src - 1), (num_src,), (f"{referred}_remap", f"new_{referred}_index"))
    p.array("group_of", INT, (0, 3), (count,), (f"{thing}_world", f"{thing}_env"))
    p.array("x_src", FLOAT, (-2, 2), (num_src,), (measure, f"{measure}_in"))
    p.array("v_src", VEC, (-1, 1), (num_src,), words.places)
    p.array("v_all", VEC, (-1, 1), (count,), words.places)
    p.array("kind_src", INT, (0, 3), (num_src,), (label,))
    p.array("kind_or_none", INT, (-1, 3), (count,), (label,))
    p.array("kind_any", INT, (-1, 4), (count,), (label,))
    p.array("offset_of", VEC, (-1, 1), (4,), ("world_origin", "env_origin"))
    p.array("alive", INT, (0, 1), (count,), (f"{thing}_active", f"{thing}_enabled", f"{thing}_mask"))
    p.array("values", FLOAT, (-1, 1), (count,), (measure,))
    p.array("values_of_type", FLOAT, (0.1, 2), (count,), (measure,))
    p.array("weights", FLOAT, (0.1, 2), (count,), (words.weighed,))
    p.places("scan", count, 1, (f"{thing}_prefix_sum", f"{thing}_offset", f"{thing}_slot"))
    p.starts("starts", count + 1, 3, 3, (f"{words.owner}_{thing}_start", f"{words.owner}_{thing}_offsets"))
    p.array("flags_of", INT, (0, 1), (total,), (f"{thing}_active", f"{thing}_enabled"))
    p.array("data", FLOAT, (-1, 1), (total,), (measure,))
    for each in _LIST_FUNCTIONS:
        p.function(each)
    p.scalar("wanted_kind", INT, (0, 3), (f"wanted_{label}", f"selected_{label.removeprefix(f'{thing}_')}"))
    p.number("threshold", (-0.2, 0.2), (f"min_{measure}", "threshold"), ("0.0", "0.1"))
    p.scalar("capacity", INT, (count // 4, count // 2), (f"max_{many}", f"max_active_{many}"))
    p.scalar("num_kinds", INT, (4, 4), (f"num_{plural(label.removeprefix(f'{thing}_'))}",))
    p.sizes(max_slots=p.threads // 2)


def _declare_lists(p: Program, words: _Words, target: str, num_src: int, reduction: tuple[str, str, str]) -> None:
    """Declare the lists, counts and sums that a kernel writes."""
    count, by_owner = p.threads, target == "segments"
    thing, referred, measure, label, many = words.thing, words.referred, words.measure, words.label, words.many
    titles_of, outs, _ = reduction
    p.output(
        "x_out",
        FLOAT,
        (count,),
        (outs.format(many=many, measure=measure, thing=thing),) if by_owner else (f"{measure}_out",),
    )
    largest = titles_of.startswith("find_largest")
    last = (f"largest_{thing}_id", f"largest_{thing}_index") if largest else (f"max_{thing}_id", f"max_{thing}_index")
    p.output("last_out", INT, (count,), last)
    p.output("x_list", FLOAT, (count,), (f"active_{measure}", f"kept_{measure}"))
    p.output("v_list", VEC, (count,), tuple(f"active_{each}" for each in words.places))
    p.output("v_out", VEC, (count,), tuple(f"{each}_out" for each in words.places))
    p.output("kind_out", INT, (count,), (f"{label}_out",))
    p.output("referred_out", INT, (count,), (f"{thing}_{referred}_out", f"new_{thing}_{referred}"))
    p.output("num_out", INT, (count,), (f"num_active_{many}", f"active_{thing}_count"))
    p.output("items_out", INT, (count,), (f"active_{thing}_ids", f"active_{many}"), (-1, 0))
    p.output("num_lost", INT, (1,), (f"num_lost_{many}", f"lost_{thing}_count"), (0, 1))
    dropped = (f"num_dropped_{many}", f"{thing}_overflow")
    p.output(
        "num_dropped", INT, (1,), (f"num_unknown_{plural(label)}",) if target == "count_kinds" else dropped, (0, 1)
    )
    p.output("num_gathered", INT, (1,), (f"num_gathered_{many}", f"gathered_{thing}_count"), (0, 1))
    p.output("num_missing", INT, (1,), (f"num_missing_{many}", f"missing_{thing}_count"), (0, 1))
    p.output("histogram", INT, (4,), (f"{label}_count", f"{label}_histogram"), (0, 1))
    p.output("group_kinds", INT, (4, 4), (f"world_{label}_count", f"world_{plural(label)}"), (0, 1))
    p.output("use_count", INT, (num_src,), (f"{referred}_{thing}_count", f"num_{many}_of_{referred}"), (0, 1))
    p.output(
        "weight_sum",
        FLOAT,
        (4,),
        (f"{label}_{words.weighed.removeprefix(f'{thing}_')}", f"total_{words.weighed}"),
        (0, 1),
    )
    p.output("largest", FLOAT, (4,), (f"max_{measure}", f"largest_{measure}"), (0, 1))


def _titles(words: _Words, target: str, lines: str, titles_of: str) -> tuple[str, ...]:
    """Return the names of a kernel with these lines."""
    thing, referred, measure, label, many = words.thing, words.referred, words.measure, words.label, words.many
    by_label = label.removeprefix(f"{thing}_")
    counted = (f"count_{plural(label)}", f"count_{many}_by_{by_label}")
    if "weight_sum" in lines:
        counted = (f"sum_{words.weighed}_by_{by_label}", f"accumulate_{many}_by_{by_label}")
    elif "largest" in lines:
        counted = (f"max_{measure}_by_{by_label}", f"{label}_maxima")
    gathered = (f"gather_{many}", f"gather_{thing}_state", f"copy_mapped_{many}")
    if "wanted_kind" in lines:
        gathered = (f"gather_{many}_of_{by_label}", f"gather_selected_{many}")
    elif "v_out" not in lines and "kind_out" not in lines:
        gathered = (f"gather_{measure}", f"remap_{measure}")
    return {
        "gather_state": gathered,
        "compact": (f"compact_{many}", f"collect_active_{many}", f"list_active_{many}"),
        "count_kinds": counted,
        "renumber": (f"remap_{thing}_{plural(referred)}", f"renumber_{thing}_{plural(referred)}",
                     f"update_{thing}_{referred}"),
        "segments": tuple(titles_of.format(many=many, measure=measure, thing=thing).split()),
    }[target]  # fmt: skip


def _draw_flat(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of records in a flat array: gathered, compacted, counted, renumbered, or summed by segments."""
    words, by_owner = _words(stream, target), target == "segments"
    thing, many, owner = words.thing, words.many, words.owner
    p = Program(stream, ("tid", "i", f"{owner}_id") if by_owner else ("tid", "i", f"{thing}_id", f"{thing}_index"))
    num_src = p.choices.choice((16, 24, 32))
    reduction = titles_of, _, text = p.choices.child("segment").choice(_SEGMENTS)
    _declare_records(p, words, num_src)
    _declare_lists(p, words, target, num_src, reduction)
    if words.measure not in _SIGNED_QUANTITIES:
        text = text.replace("wp.abs(data[k])", "data[k]")
    if not by_owner:
        p.guard_count(thing)
    lines = choose(dedent(text if by_owner else _FLAT[target]), p.choices.shuffled, p.maybe)
    p.write(lines)
    summary = {
        "gather_state": f"Gathers {many} by an index map",
        "compact": f"Compacts the active {many} into a list",
        "count_kinds": f"Counts {many} of each {words.label.removeprefix(f'{thing}_')}",
        "renumber": f"Renumbers the {plural(words.referred)} of {many}",
        "segments": f"Reduces the {many} of each {owner}",
    }[target]
    told = (f"One thread per {owner if by_owner else thing}.",)
    return p.done("bookkeeping", "lists", target, summary, _titles(words, target, lines, titles_of), told)


RECIPES = (
    Recipe(
        name="lists",
        category="bookkeeping",
        targets=("gather_state", "compact", "count_kinds", "renumber", "segments"),
        draw=_draw_flat,
    ),
    Recipe(
        name="worlds",
        category="bookkeeping",
        targets=tuple(WORLDS),
        draw=draw_worlds,
        target_weights={"prefix_sums": 0.5, "offsets": 0.4},
    ),
)
