"""All cases, by built-in: of its signatures, and written out."""

from synthesis.frontends.warp.reference.semantics import SEMANTICS
from warp_rules import tiles, written
from warp_rules.cases import Case
from warp_rules.signatures import cases_of, context

_OBJECTS = ("meshes", "mesh_faces", "trees", "volumes", "textures")
"""The modules of semantics of what is asked of an object, whose id no value stands for."""
EXCEPTIONS = {
    "breakpoint": "stops the process that calls it",
    **{
        name: "is asked of an object: frontends/test_warp_objects.py"
        for name, each in SEMANTICS.items()
        if each.compute.__module__.rpartition(".")[2] in _OBJECTS
    },
}
"""What has no case, and why."""
_WRITTEN = {"len", "curlnoise", "rand_init"}
"""Whose signatures alone would not do, as for what changes its argument: any value is not what they are called with."""


def _cases() -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for name in sorted(SEMANTICS):
        plain = name not in _WRITTEN | EXCEPTIONS.keys() and SEMANTICS[name].changes is None
        if name in context.builtin_functions and plain:
            found[name] = list(cases_of(name))
    for case in (*written.cases(), *tiles.cases()):
        found.setdefault(case.built_in, []).append(case)
    return {name: cases for name, cases in sorted(found.items()) if cases}


CASES = _cases()
