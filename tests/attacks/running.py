"""Hostile rows between good ones, verified; and what came of it, inside and outside."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

from attacks.records import Attack, Canary, Row
from attacks.rows import row_attacks
from attacks.sources import source_attacks
from attacks.texts import text_attacks
from attacks.triton_rows import triton_attacks
from synthesis import run_pipeline
from synthesis.core.identity.python import program_id, renamed_hash, structure_hash
from synthesis.core.languages import ir_structure_hash
from synthesis.dataset.storage.rows import packed_metadata, unpacked_metadata
from synthesis.frontends.registry import get_frontend

_EVERY = 8
"""Hostile rows between two good ones."""
LIMITS = ("--text-time-limit", "0.5", "--source-time-limit", "5")
_LEVELS = {"warp": ["cpp_forward"], "jax": ["jaxpr", "stablehlo"], "triton": ["ttir", "ptx"]}
_CATEGORIES = {"triton": "elementwise"}
"""The category of the good rows, if it is not ``math``."""


@dataclass(slots=True)
class Found:
    """What became of attacks."""

    said: dict[str, str] = field(default_factory=dict[str, str])
    """By attack what verification said of it."""
    accepted: list[str] = field(default_factory=list[str])
    """Attacks that passed as verified though they are wrong."""
    effects: list[str] = field(default_factory=list[str])
    """What they left, reached or told outside."""
    lost: list[str] = field(default_factory=list[str])
    """Other rows that failed or were not looked at."""
    protections: tuple[str, ...] = ()
    seconds: float = 0.0

    def add(self, other: "Found") -> None:
        """Take in what came of others."""
        self.said |= other.said
        self.accepted += other.accepted
        self.effects += other.effects
        self.lost += other.lost
        self.protections = other.protections
        self.seconds += other.seconds


def make_good_rows(folder: Path, frontends: Sequence[str] = ()) -> dict[str, list[Row]]:
    """Some good rows of front ends, by default of all that are installed, as the attacks start from."""
    found: dict[str, list[Row]] = {}
    for frontend in frontends or [name for name in _LEVELS if find_spec(name)]:
        levels = _LEVELS[frontend]
        out = folder / frontend
        category = _CATEGORIES.get(frontend, "math")
        run_pipeline(8, out, frontend=frontend, seed=5, level=levels, category=category, difficulty=2, format="json")
        rows = [json.loads(path.read_text()) for path in sorted(out.glob("*.json"))]
        plain = [row for row in rows if "add" in _unpacked(row)["ops"] or frontend != "jax"]
        found[frontend] = [{**row, "metadata": _unpacked(row), "packed": row["metadata"]} for row in plain]
    return found


def _unpacked(row: Row) -> dict[str, Any]:
    return unpacked_metadata(row["metadata"])


def all_attacks(good: dict[str, list[Row]]) -> list[Attack]:
    """Every attack on rows of the front ends that there are good rows of."""
    first = next(iter(good.values()))[0]
    found = [*text_attacks(), *source_attacks(), *row_attacks(first["packed"]), *triton_attacks()]
    return [each for each in found if each.frontend in good]


@contextlib.contextmanager
def watched(found: Found, folder: Path) -> Generator[Canary]:
    """Look for what is not to be: files, calls, processes, temporary folders."""
    place = folder / "canary"
    place.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        canary = Canary(folder=place, port=server.getsockname()[1])
        canary.secret.write_text(Canary.SECRET)
        before = set(psutil.pids())
        (folder / "tmp").mkdir()
        stamp = canary.secret.stat()
        server.settimeout(0.05)
        calls: list[str] = []
        ended = threading.Event()
        listening = threading.Thread(target=_listen, args=(server, calls, ended))
        listening.start()
        try:
            yield canary
        finally:
            ended.set()
            listening.join()
        found.effects += calls
        found.effects += [f"{each.name} was left" for each in place.iterdir() if each != canary.secret]
        now = canary.secret.stat() if canary.secret.exists() else None
        if now is None or (now.st_mode, now.st_mtime_ns, now.st_size) != (
            stamp.st_mode,
            stamp.st_mtime_ns,
            stamp.st_size,
        ):
            found.effects.append("the secret was changed")
        found.effects += [f"the temporary folder {each.name} was left" for each in (folder / "tmp").glob("irsmith-*")]
        found.effects += [f"the process {each} was left" for each in _left(before)]


_ENDING = 10.0
"""Seconds that a process may take to end which its parent's end has ended."""


def _listen(server: socket.socket, calls: list[str], ended: threading.Event) -> None:
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            server.accept()[0].close()
            calls.append("somebody called")


def _left(before: set[int]) -> list[str]:
    """New processes that run our Python with the sandbox's program and do not end within seconds.

    Those of other tests, which are just being killed beside this one, do end.
    """
    deadline = time.monotonic() + _ENDING
    while (found := _running(before)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def _running(before: set[int]) -> list[str]:
    found: list[str] = []
    for number in set(psutil.pids()) - before:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(number)
            if any("synthesis.core.sandbox.serving" in each for each in process.cmdline()) and process.ppid() == 1:
                found.append(f"{number} {process.name()}")
    return found


def carry_out(attacks: Sequence[Attack], good: dict[str, list[Row]], folder: Path, *options: str) -> Found:
    """Attacks of one front end in one folder, between good rows, verified by the command."""
    found = Found()
    folder.mkdir(parents=True)
    with watched(found, folder) as canary:
        names = _write(attacks, good, folder / "rows", canary)
        command = [sys.executable, "-m", "synthesis", "verify", str(folder / "rows"), "--json", *LIMITS, *options]
        began = time.monotonic()
        own = os.environ | {"TMPDIR": str(folder / "tmp")}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=own)
        found.seconds = time.monotonic() - began
        if done.returncode not in (0, 1, 3) or not done.stdout.startswith("{"):
            found.lost.append(f"the command ended with {done.returncode}: {done.stderr[-600:]}")
            return found
        _judge(json.loads(done.stdout), done.stdout + done.stderr, names, found)
    return found


def write_rows(attacks: Sequence[Attack], good: dict[str, list[Row]], folder: Path) -> Path:
    """Attacks of one front end in one folder, between good rows, which nothing verifies yet; returns the folder."""
    folder.mkdir(parents=True)
    with watched(Found(), folder) as canary:
        _write(attacks, good, folder / "rows", canary)
    return folder / "rows"


def _write(
    attacks: Sequence[Attack], good: dict[str, list[Row]], folder: Path, canary: Canary
) -> dict[str, Attack | None]:
    """The rows' files; by the file's stem the attack, or None for a good row."""
    folder.mkdir()
    names: dict[str, Attack | None] = {}
    for number, attack in enumerate(attacks):
        if number % _EVERY == 0:
            names |= _write_good(good[attack.frontend], len(names), folder)
        stem = f"{len(names):04d}_{attack.stem or 'x'}"
        names[stem] = attack
        path = folder / f"{stem}.json"
        if attack.place is not None:
            attack.place(path, canary)
            continue
        path.write_text(_edited(attack, good[attack.frontend], canary), errors="surrogatepass")
    names |= _write_good(good[attacks[-1].frontend], len(names), folder)
    return names


def _write_good(rows: Sequence[Row], number: int, folder: Path) -> dict[str, Attack | None]:
    row = rows[number % len(rows)]
    document = {name: value for name, value in row.items() if name != "packed"} | {"metadata": row["packed"]}
    stem = f"{number:04d}_good"
    (folder / f"{stem}.json").write_text(json.dumps(document))
    return {stem: None}


def _edited(attack: Attack, rows: Sequence[Row], canary: Canary) -> str:
    """The file of a row with an attack in the first row that it can be made in; what can be put right about it is."""
    for row in rows:
        copy: Row = json.loads(json.dumps(row))
        try:
            content = attack.edit(copy, canary)
        except Exception as error:
            if type(error).__name__ != "NothingToEditError":
                raise
            continue
        if content is not None:
            return content
        return json.dumps(_put_right(attack, copy))
    raise AssertionError(f"no row has what {attack.name} looks for")


def _put_right(attack: Attack, row: Row) -> Row:
    metadata = row["metadata"]
    with contextlib.suppress(Exception):  # of what is no source there is nothing to put right
        text = row["python_source"]
        levels = {each.name: each for each in get_frontend(attack.frontend).compiler.levels}
        first = next(level for name, level in levels.items() if row.get(name))
        metadata["ir_structure_hash"] = ir_structure_hash(row[first.name], first.language)
        if attack.name != "other hashes":
            metadata["renamed_hash"], metadata["structure_hash"] = renamed_hash(text), structure_hash(text)
            metadata["id"] = program_id(attack.frontend, text, metadata["signature"], metadata["options"])
    if attack.elsewhere:
        metadata["toolchain"] = {"some-tool": "1.0"}
    return {name: value for name, value in row.items() if name != "packed"} | {"metadata": packed_metadata(metadata)}


def _judge(told: dict[str, Any], output: str, names: dict[str, Attack | None], found: Found) -> None:
    found.protections = tuple(told["protections"])
    failures: dict[str, list[str]] = {}
    for each in told["failures"]:
        failures.setdefault(each["file"], []).append(f"{each['symptom']}: {each['detail']}")
        if Canary.SECRET in each["detail"] or f"exit status {ord(Canary.SECRET[0])}" in each["detail"]:
            found.effects.append(f"{each['file']} tells the secret")
    if Canary.SECRET in output:
        found.effects.append("the output holds the secret")
    if told["rows"] != len(names):
        found.lost.append(f"of {len(names)} rows {told['rows']} were looked at")
    for stem, attack in names.items():
        why = failures.get(stem, [])
        if attack is None:
            found.lost += [f"{stem}: {each}" for each in why]
            continue
        found.said[f"{attack.frontend}, {attack.title}"] = why[0] if why else "passed"
        if not why and not attack.harmless:
            found.accepted.append(f"{attack.frontend}, {attack.title}")


def environment() -> dict[str, str]:
    """What the machine is, for a report."""
    return {"python": sys.version.split()[0], "kernel": os.uname().release}
