"""Segments of lists: loops over the contacts of a body or the points of a path, which are consecutive in a list."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import INT, Program

_BODIES = read_bodies("warp", "segments", margin=8)
_ARGUMENTS = read_arguments("warp", "segments")

_FEW = 5
"""Number of bodies with a list of their contacts in the previous step."""

SEGMENTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "first_match": (
        (
            "match_contacts match_previous_contacts find_matching_contact",
            "Matches contacts with those of the last step and copies their impulses",
            _BODIES["first_match.match_contacts"],
        ),
        (
            "find_ground_contact update_ground_contact detect_ground",
            "Detects the ground contact of each body and its slope",
            _BODIES["first_match.find_ground_contact"],
        ),
    ),
    "first_due": (
        (
            "earliest_impact find_time_of_impact min_time_of_impact",
            "Finds the earliest impact of each body within a step",
            _BODIES["first_due.earliest_impact"],
        ),
        (
            "next_waypoint find_next_waypoint select_waypoint",
            "Finds the next waypoint of each robot",
            _BODIES["first_due.next_waypoint"],
        ),
    ),
    "fill_budget": (
        (
            "limit_constraint_rows count_contact_rows cap_contact_rows",
            "Allocates constraint rows to contacts up to a limit",
            _BODIES["fill_budget.limit_constraint_rows"],
        ),
        (
            "reduce_contacts compact_contacts keep_touching_contacts",
            "Keeps the first touching contacts of each body",
            _BODIES["fill_budget.reduce_contacts"],
        ),
    ),
    "count_matches": (
        (
            "count_touching_contacts count_body_contacts count_active_contacts",
            "Counts the touching contacts of each body",
            _BODIES["count_matches.count_touching_contacts"],
        ),
        (
            "count_sliding_contacts count_sliding num_sliding_contacts",
            "Counts the sliding contacts of each body",
            _BODIES["count_matches.count_sliding_contacts"],
        ),
        (
            "count_supports count_supporting_contacts find_supported_bodies",
            "Counts the supporting contacts of each body",
            _BODIES["count_matches.count_supports"],
        ),
    ),
    "best_item": (
        (
            "find_deepest_contact deepest_contact select_deepest",
            "Finds the deepest contact of each body",
            _BODIES["best_item.find_deepest_contact"],
        ),
        (
            "find_strongest_contact max_contact_force strongest_contact",
            "Finds the strongest contact of each body",
            _BODIES["best_item.find_strongest_contact"],
        ),
    ),
    "sort_segment": (
        (
            "sort_body_contacts sort_contacts_by_depth insertion_sort_contacts",
            "Sorts the contacts of each body by depth",
            _BODIES["sort_segment.sort_body_contacts"],
        ),
        (
            "partition_contacts move_touching_first split_contacts",
            "Moves the touching contacts of each body to the front",
            _BODIES["sort_segment.partition_contacts"],
        ),
        (
            "remove_duplicate_contacts unique_contacts dedupe_contacts",
            "Removes duplicate contacts of each body",
            _BODIES["sort_segment.remove_duplicate_contacts"],
        ),
        (
            "remaining_path_length path_distance_to_go measure_paths",
            "Computes the remaining path length at each waypoint",
            _BODIES["sort_segment.remaining_path_length"],
        ),
        (
            "estimate_path_times travel_times compute_time_to_go",
            "Computes the remaining travel time at each waypoint",
            _BODIES["sort_segment.estimate_path_times"],
        ),
    ),
    "segment_mean": (
        (
            "center_of_pressure compute_center_of_pressure contact_center",
            "Computes the center of pressure of each body",
            _BODIES["segment_mean.center_of_pressure"],
        ),
        (
            "average_contact_normal mean_contact_normal contact_patch_normal",
            "Averages the contact normals and points of each body",
            """
        normal_sum = wp.vec3(0.0, 0.0, 0.0)
        point_sum = wp.vec3(0.0, 0.0, 0.0)
        num = int(0)
        {LOOP
            c = contacts[k]
            if dist[c] < {0.0 ~ margin}:
                normal_sum += normal[c]
                point_sum += pos[c]
                num += 1 ~
        depth_sum = float(0.0)
        LOOP
            c = contacts[k]
            if dist[c] < 0.0:
                normal_sum += normal[c]
                point_sum += pos[c]
                depth_sum -= dist[c]
                num += 1
        {force_out[tid] = ke * depth_sum ~ dist_out[tid] = -depth_sum / float(wp.max(num, 1))}}
        {if num > 0:
            center_out[tid] = point_sum / float(num)
        else:
            center_out[tid] = wp.vec3(0.0, 0.0, 0.0)
        hit_normal[tid] = wp.normalize(normal_sum) ~
        if num == 0:
            center_out[tid] = body_pos[tid]
            hit_normal[tid] = wp.vec3(0.0, 0.0, 0.0)
            return
        center_out[tid] = point_sum / float(num)
        hit_normal[tid] = wp.normalize(normal_sum)}
            """,
        ),
        (
            "sum_contact_forces net_contact_force body_contact_wrench",
            "Sums the contact forces on each body",
            _BODIES["segment_mean.sum_contact_forces"],
        ),
    ),
}
"""Kernels that process the contacts of a body, by target. Each has possible names, a summary and lines.

``LOOP`` stands for the head of the loop over the contacts, whose variable is ``k``.
"""


_CONTACT_FUNCTIONS = (
    _BODIES["contact_functions.same_contact"],
    _BODIES["contact_functions.is_sliding"],
    _BODIES["contact_functions.num_contact_rows"],
    _BODIES["contact_functions.holds_up"],
)
"""Functions that kernels may call."""


def draw_segment(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that loops over the contacts of a body, which are consecutive in a list."""
    titles, summary, text = stream.child("purpose").choice(SEGMENTS[target])
    axes, what = ("tid", "body", "body_id"), "body"
    if "waypoint_start" in text:
        axes, what = ("tid", "i", "robot"), "robot"
    elif "last_start" in text:
        axes, what = ("tid", "contact", "contact_id"), "contact"
    p = Program(stream, *(axes,))
    bodies, contacts = p.threads, p.choices.choice((24, 32, 48))
    contacts = bodies if what == "contact" else contacts
    entries = 3 * bodies + 4
    if "row_address" in text:  # written for each contact; no contact may be in two threads' lists
        contacts = entries
    p.starts("offsets", bodies + 1, 3, 3, ("body_contact_start", "body_contact_offset"))
    p.starts("begins", bodies, 3, 1, ("body_contact_start", "first_contact"))
    p.array("lengths", INT, (0, 2), (bodies,), ("body_contact_count", "num_body_contacts"))
    if contacts == entries:
        p.places("contacts", entries, 1, ("body_contacts", "contacts_of_body"))
    else:
        p.array("contacts", INT, (0, contacts - 1), (entries,), ("body_contacts", "contacts_of_body"))
    names = ("time_to_go",) if "max_speed" in text else ("path_remaining",)
    sizes = {"contacts": contacts, "bodies": bodies, "few": _FEW, "entries": entries}
    called = {
        "body_pos": ("robot_pos",) if what == "robot" else ("body_com_world", "body_pos"),
        "remaining": names,
        "match_out": ("match_index", "prev_index") if what == "contact" else ("body_contact", "contact_out"),
        "total_out": ("total_contacts",)
        if "touching" in titles
        else ("num_overloaded",)
        if "strong" in titles
        else ("num_sliding_bodies",),
        "center_out": ("center_of_pressure",) if "pressure" in titles else ("mean_contact_pos",),
    }
    for part in ("contacts", "waypoints", "numbers", "outputs"):
        declare(p, _ARGUMENTS[part], sizes, called)
    for each in _CONTACT_FUNCTIONS:
        p.function(each)
    p.guard_count(what)
    counted = "start = begins[tid]\nfor k in range(start, start + lengths[tid]):"
    loop = p.pick(
        "for k in range(offsets[tid], offsets[tid + 1]):",
        "start = offsets[tid]\nend = offsets[tid + 1]\nfor k in range(start, end):",
        counted,
    )
    if "FIRST" in text:
        # no entry belongs to two bodies
        counted, loop = (
            "",
            p.pick("first = offsets[tid]\nlast = offsets[tid + 1]", "first = begins[tid]\nlast = first + lengths[tid]"),
        )
        text = text.replace("FIRST", "first").replace("LAST", "last").replace("lengths[tid]", "(last - first)")
        p.write(loop)
    text = text.replace("LOOP", loop.replace("\n", "\n        "))
    if loop != counted:
        text = text.replace("lengths[tid]", "(end - start)" if "end" in loop else "(offsets[tid + 1] - offsets[tid])")
    p.write(text)
    return p.done("sparse", "segment", target, summary, tuple(titles.split()))
