"""Attacks from what a row says of itself, and from files that are no rows."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attacks.records import Attack, Canary, Row
from synthesis.core.settings import Drawing

_ANSI = "\x1b[2J\x1b]0;owned\x07\r\n../../../etc/\u202e"


def _told(**columns: Any) -> Callable[[Row, Canary], None]:
    def edit(row: Row, canary: Canary) -> None:
        del canary
        row["metadata"] |= columns

    return edit


def _drawn(**columns: int) -> Callable[[Row, Canary], None]:
    """A claim of having been drawn with the usual settings."""

    def edit(row: Row, canary: Canary) -> None:
        del canary
        row["metadata"] |= {"config": Drawing(frontend=row["metadata"]["frontend"]).digest, **columns}

    return edit


def _argument(change: Callable[[dict[str, Any]], object]) -> Callable[[Row, Canary], None]:
    """A change of each argument in the signature."""

    def edit(row: Row, canary: Canary) -> None:
        del canary
        for argument in row["metadata"]["signature"]["arguments"]:
            change(argument)

    return edit


def _signature(**parts: Any) -> Callable[[Row, Canary], None]:
    def edit(row: Row, canary: Canary) -> None:
        del canary
        row["metadata"]["signature"] |= parts

    return edit


def _texts(text: str) -> Callable[[Row, Canary], None]:
    def edit(row: Row, canary: Canary) -> None:
        for level in row["metadata"]["verified"]:
            row[level] = canary.fill(text)

    return edit


def _no_row(content: str) -> Callable[[Row, Canary], str]:
    def edit(row: Row, canary: Canary) -> str:
        del row
        return canary.fill(content)

    return edit


def _key_twice(row: Row, canary: Canary) -> str:
    del canary
    return json.dumps(row)[:-1] + ', "python_source": "import os"}'


_CLAIMS: dict[str, tuple[str, Callable[[Row, Canary], str | None]]] = {
    "one value is its domain": ("domains", _argument(lambda each: each.update(domain=[0.5, 0.5]))),
    "a narrow domain": ("domains", _argument(lambda each: each.update(domain=[1.0, 1.0000001]))),
    "a domain of NaN": ("domains", _argument(lambda each: each.update(domain=[float("nan"), float("nan")]))),
    "an infinite domain": ("domains", _argument(lambda each: each.update(domain=[float("-inf"), float("inf")]))),
    "a domain backwards": ("domains", _argument(lambda each: each.update(domain=[9.0, -9.0]))),
    "no domain": ("domains", _argument(lambda each: each.update(domain=None))),
    "a domain of texts": ("types", _argument(lambda each: each.update(domain=["a", {}]))),
    "huge shapes": ("sizes", _argument(lambda each: each.update(shape=[1 << 40] * max(1, len(each["shape"] or ()))))),
    "negative shapes": ("sizes", _argument(lambda each: each.update(shape=[-1] * max(1, len(each["shape"] or ()))))),
    "no elements": ("sizes", _argument(lambda each: each.update(shape=[0] * max(1, len(each["shape"] or ()))))),
    "shapes of texts": ("types", _argument(lambda each: each.update(shape=["a"]))),
    "another format": ("types", _argument(lambda each: each.update(dtype="object", type="O"))),
    "another role": ("types", _argument(lambda each: each.update(role="output"))),
    "no arguments": ("types", _signature(arguments=[])),
    "huge launch": ("sizes", _signature(launch=[1 << 50])),
    "negative launch": ("sizes", _signature(launch=[-5])),
    "no gradients": ("trimmed", _signature(differentiable=["nothing"])),
    "no results": ("trimmed", _signature(results=[])),
    "verified nonsense": ("claims", _texts("nonsense")),
    "verified emptiness": ("claims", _texts("")),
    "verified level that is not there": ("claims", _told(verified=["cuda_backward", "optimized_hlo"])),
    "verified, though not by itself": ("claims", _told(self_contained=False)),
    "names with control characters": ("names", _told(kernel_name=_ANSI, category=_ANSI, recipe=_ANSI)),
    "a name that leads out": ("names", _told(kernel_name="../../../../tmp/out")),
    "another front end": ("claims", _told(frontend="os")),
    "another device": ("claims", _told(device="cuda:0; touch x")),
    "huge index": ("sizes", _drawn(index=10**30)),
    "huge seed": ("sizes", _drawn(seed=10**30)),
    "negative index": ("sizes", _drawn(index=-1)),
    "negative seed": ("sizes", _drawn(seed=-1)),
    "a licence of megabytes": ("sizes", _told(licence="x" * (8 << 20))),
    "other hashes": ("claims", _told(id="0" * 32, renamed_hash="1" * 32)),
    "no options": ("types", _told(options={})),
    "options of other types": ("types", _told(options={"block_dim": "x", "mode": 3, "enable_x64": "x"})),
    "options that change the tool": (
        "monkeypatching",
        _told(options={"module": "os", "mode": "debug", "jax_enable_x64": True}),
    ),
    "origin that leads out": (
        "names",
        _told(origin={"kind": "x", "package": "..", "version": "", "file": "/etc/passwd", "line": -1}),
    ),
}  # fmt: skip

_SAY_NOTHING = ("a licence of megabytes",)
"""What nothing is held against, and no text depends on."""

_NO_ROWS: dict[str, tuple[str, Callable[[Row, Canary], str | None]]] = {
    "deep JSON": ("files", _no_row('{"metadata": ' + "[" * 200_000)),
    "deep and closed JSON": ("files", _no_row("[" * 90_000 + "]" * 90_000)),
    "a number of a million digits": ("files", _no_row('{"metadata": ' + "9" * 1_000_000 + "}")),
    "a key twice": ("files", _key_twice),
    "half a character": ("files", _no_row('{"python_source": "\\ud800", "metadata": {}}')),
    "no object": ("files", _no_row("[1, 2]")),
    "nothing": ("files", _no_row("")),
}


def _makes_pipe(path: Path, canary: Canary) -> None:
    del canary
    os.mkfifo(path)


def _links(target: str) -> Callable[[Path, Canary], None]:
    def make(path: Path, canary: Canary) -> None:
        path.symlink_to(canary.fill(target))

    return make


def _makes_folder(path: Path, canary: Canary) -> None:
    del canary
    path.mkdir()


_PLACES: Mapping[str, Callable[[Path, Canary], None]] = {
    "a pipe": _makes_pipe,
    "a link to a secret": _links("@SECRET@"),
    "a link to a device": _links("/dev/zero"),
    "a link to itself": _links("@FOLDER@/no/such"),
    "a folder": _makes_folder,
}


def _unchanged(row: Row, canary: Canary) -> None:
    del row, canary


def _wrong_type(column: str, value: Any) -> Callable[[Row, Canary], str]:
    def edit(row: Row, canary: Canary) -> str:
        del canary
        row["packed"][column] = value
        return json.dumps({**row, "metadata": row["packed"]})

    return edit


def row_attacks(columns: Mapping[str, Any]) -> Iterator[Attack]:
    """Those that need no text; of each column, as a file has it, one with a value of another type."""
    for frontend in ("jax", "warp"):
        for name, (kind, edit) in _CLAIMS.items():
            shows = name not in ({"no results"} if frontend == "warp" else {"huge launch", "negative launch"})
            if shows:
                harmless = name in _SAY_NOTHING
                yield Attack(name=name, kind=kind, frontend=frontend, edit=edit, elsewhere=True, harmless=harmless)
    for name, (kind, edit) in _NO_ROWS.items():
        yield Attack(name=name, kind=kind, frontend="jax", edit=edit)
    for column, value in columns.items():
        wrong: Any = 7 if isinstance(value, str | dict | bool) else "\x1b[2J"
        yield Attack(name=f"{column} of another type", kind="types", frontend="jax", edit=_wrong_type(column, wrong))
    for name, place in _PLACES.items():
        yield Attack(name=name, kind="files", frontend="jax", edit=_unchanged, place=place)
    for stem in ("\x1b[2J\x1b]0;owned\x07", "line\nbreak: all is well", "-rf", "$(touch x)", "\u202egnorw"):
        yield Attack(name=f"a file called {stem!r}", kind="names", frontend="jax", edit=_texts("nonsense"), stem=stem)
