"""Sends a server many concurrent requests, some of them faulty: used by the load test and benchmarks/serving.py."""

import json
import random
import shutil
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from faults import LEVELS, Candidate, candidate_of
from generations import SAMPLES
from servers import Running

from synthesis import view_records

TOGETHER = 8
"""Number of answers in a request."""
MIX = (
    ("gold", 0.32), ("rewritten", 0.3), ("another row's", 0.2), ("garbage", 0.12), ("huge", 0.05), ("crashing", 0.007),
    ("hanging", 0.003),
)  # fmt: skip
HANG_UPS = 0.03
"""Share of requests that a client first sends on a connection that it closes without waiting for the reply."""


@dataclass(slots=True)
class Storm:
    """The results of a load test."""

    answered: int = 0
    wrong: list[str] = field(default_factory=list[str])
    """Descriptions of answers that got the wrong score."""
    kinds: Counter[str] = field(default_factory=Counter[str])
    statuses: Counter[int] = field(default_factory=Counter[int])
    seconds: list[float] = field(default_factory=list[float])
    """Seconds that each request took, including retries."""
    memory: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    """Number of answers so far, memory of the server, and of its largest scoring process, in bytes."""
    killed: int = 0


def rows_of_both(folder: Path, count: int) -> list[dict[str, Any]]:
    """Copy sample rows of both front ends into a folder, and return questions about them.

    Rows with a twin are left out: their functions are too expensive to run here, so only the row's own text could be
    judged.
    """
    for frontend in LEVELS:
        paths = (each for each in sorted((SAMPLES / frontend).glob("*.json")) if "twin" not in signature_of(each))
        for path in islice(paths, count):
            shutil.copy(path, folder / f"{frontend}_{path.name}")
    records = view_records(folder, direction=[f"python-to-{level}" for level in LEVELS.values()])
    return [dict(each) for each in records]


def signature_of(path: Path) -> dict[str, Any]:
    return json.loads(json.loads(path.read_text())["metadata"]["signature"])


def candidates_of(records: Sequence[dict[str, Any]], count: int) -> list[list[Candidate]]:
    """Return requests, each with answers to one question, in a fixed mix of kinds."""
    draw = random.Random(5)
    kinds, weights = zip(*MIX, strict=True)
    chosen = draw.choices(kinds, weights, k=count)
    return [
        [candidate_of(records, start // TOGETHER + len(records) * n, kind) for n, kind in enumerate(listed)]
        for start in range(0, count, TOGETHER)
        for listed in [chosen[start : start + TOGETHER]]
    ]


def let_loose(server: Running, requests: Sequence[Sequence[Candidate]], clients: int, kills: Sequence[float]) -> Storm:
    """Send a server all requests, and kill one of its processes whenever a share in ``kills`` of them is answered."""
    storm, lock, draw = Storm(), threading.Lock(), random.Random(6)
    total = sum(map(len, requests))
    left = sorted(kills, reverse=True)

    def ask(listed: Sequence[Candidate]) -> None:
        body = {"answers": [each.answer for each in listed]}
        with lock:
            hangs_up = draw.random() < HANG_UPS
        if hangs_up:
            hang_up(server, body)
        began = time.monotonic()
        while True:
            status, headers, told = server.ask("/score", body)
            with lock:
                storm.statuses[status] += 1
            if status != 503:
                break
            time.sleep(float(headers["retry-after"]))
        with lock:
            storm.seconds.append(time.monotonic() - began)
            take(storm, listed, told["scores"] if status == 200 else [])
            storm.memory.append((storm.answered, *memory_of(server)))
            while left and storm.answered >= left[-1] * total:
                left.pop()
                draw.choice(server.workers()).kill()
                storm.killed += 1

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask, requests))
    return storm


def take(storm: Storm, listed: Sequence[Candidate], scores: Sequence[dict[str, Any]]) -> None:
    storm.answered += len(scores)
    for each, score in zip(listed, scores, strict=bool(scores)):
        storm.kinds[each.kind] += 1
        if each.value is not None and score["value"] != each.value:
            storm.wrong.append(f"{each.kind} of {each.answer['id']} at {each.answer['level']}: {score}")


def hang_up(server: Running, body: dict[str, Any]) -> None:
    where, sent = urlsplit(server.url), json.dumps(body).encode()
    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.sendall(b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(sent), sent))


def memory_of(server: Running) -> tuple[int, int]:
    """Return the memory in bytes of the server and of its largest scoring process, not of those in which texts run."""
    try:
        scoring = [each.memory_info().rss for each in server.workers()]
        return psutil.Process(server.process.pid).memory_info().rss, max(scoring, default=0)
    except psutil.Error:
        return 0, 0
