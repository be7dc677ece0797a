"""Vocabulary: the names of a kernel are those of one code base, with one word for each thing."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet

_VOCABULARIES: dict[str, frozenset[str]] = {
    "newton": frozenset({
        "shape", "shapes", "joint", "rigid", "particle", "articulation", "X", "xform", "xforms", "qd", "ke", "kd",
    }),
    "mujoco": frozenset({
        "geom", "geoms", "geomid", "jnt", "jntid", "bodyid", "dofid", "worldid", "conid", "objid", "matid", "treeid",
        "parentid", "rootid", "refid", "adr", "dofadr", "jntadr", "qposadr", "rowadr", "rownnz", "colind", "xpos",
        "xquat", "xmat", "xipos", "ximat", "ipos", "iquat", "qpos", "qvel", "qacc", "qfrc", "qM", "cvel", "cdof",
        "cfrc", "subtree", "efc", "nacon", "ncon", "nefc", "nv", "ctrl", "ten", "tendon", "sensordata", "condim",
        "xfrc", "biasprm", "gravcomp", "frictionloss", "isdofancestor", "Jaref", "aref", "actuator", "rbound", "con",
    }),
    "kamino": frozenset({
        "bodies", "joints", "problem", "vio", "nl", "lio", "cio", "nzb", "wid", "bid", "jid", "cid", "lambdas",
    }),
}  # fmt: skip
"""Parts of names that only one of three simulators for Warp uses: newton, mujoco_warp, and newton's constraint solver
(kamino)."""
_CODE_BASE_WEIGHTS = (("newton", 0.66), ("mujoco", 0.24), ("kamino", 0.1))
"""Weights of the simulators' vocabularies for a kernel whose arguments allow all of them."""
_SYNONYMS: tuple[tuple[frozenset[str], ...], ...] = (
    (frozenset({"env", "envs", "environment"}), frozenset({"world", "worlds", "worldid", "wid"})),
    (frozenset({"link", "links"}), frozenset({"body", "bodies", "bodyid"})),
    (frozenset({"vert", "verts"}), frozenset({"vertex", "vertices"})),
    (frozenset({"tri", "tris", "triangle", "triangles"}), frozenset({"face", "faces", "facet"})),
    (frozenset({"tet", "tets"}), frozenset({"elem", "elems", "element", "elements"})),
    (frozenset({"particle", "particles"}), frozenset({"node", "nodes"}), frozenset({"point", "points", "pt"})),
    (frozenset({"prev", "previous"}), frozenset({"last"}), frozenset({"old"})),
    (frozenset({"kp", "kv"}), frozenset({"ke", "kd"}), frozenset({"stiffness", "damping"})),
)
"""Sets of synonyms. A kernel uses one set of each group."""


def unify_vocabulary(sheet: Sheet, choices: Stream) -> None:
    """Restrict the possible names of a kernel to the vocabulary of one code base, and to one of several synonyms.

    If all names of an argument belong to one code base, that code base is chosen.
    """
    named = sheet.named()
    pools = list(_pools(sheet, named))
    code_base = _most_required(pools, list(_VOCABULARIES.values()))
    if code_base is None:
        code_base = _VOCABULARIES[choices.weighted(_CODE_BASE_WEIGHTS)]
    foreign = [words - code_base for words in _VOCABULARIES.values() if words is not code_base]
    _leave_out(sheet, frozenset[str]().union(*foreign))
    for words in _SYNONYMS:
        pools = list(_pools(sheet, named))
        used = [each for each in words if any(_has(name, each) for pool in pools for name in pool)]
        if len(used) > 1:
            kept = _most_required(pools, used) or choices.choice(used)
            _leave_out(sheet, frozenset[str]().union(*(each for each in used if each is not kept)))


def uses_vocabulary(sheet: Sheet, code_base: str) -> bool:
    """Return whether all names of some argument are from the vocabulary of the given simulator."""
    return any(all(_has(name, _VOCABULARIES[code_base]) for name in each.names) for each in sheet.given.values())


def _pools(sheet: Sheet, named: set[str]) -> Iterator[tuple[str, ...]]:
    """Yield the possible names of each index and of each argument in ``named``."""
    yield from (each.names for key, each in sheet.given.items() if key in named)
    yield from sheet.axes


def _has(name: str, words: frozenset[str]) -> bool:
    return not words.isdisjoint(name.split("_"))


def _most_required(pools: Iterable[tuple[str, ...]], candidates: list[frozenset[str]]) -> frozenset[str] | None:
    """Return the set of words that most pools force; None if no pool forces any.

    A pool of names forces a set if each of its names contains a word of the set.
    """
    counts = [sum(all(_has(name, each) for name in pool) for pool in pools) for each in candidates]
    return candidates[counts.index(max(counts))] if max(counts, default=0) else None


def _leave_out(sheet: Sheet, words: frozenset[str]) -> None:
    """Remove possible names of arguments, indices and variables that contain some words, unless none would be left."""
    for key, given in sheet.given.items():
        sheet.given[key] = replace(given, names=_without(given.names, words))
    sheet.avoided |= {name for names in sheet.axes for name in names if name not in _without(names, words)}
    sheet.roles = {key: _without(names, words) for key, names in sheet.roles.items()}


def _without(names: tuple[str, ...], words: frozenset[str]) -> tuple[str, ...]:
    return tuple(each for each in names if not _has(each, words)) or names
