"""Measures a scoring server under load from many clients, some of which send faulty requests.

    python benchmarks/serving.py > benchmarks/serving.txt

The rows are samples of both front ends, and a request has eight answers to one question. The kinds of answers are: the
row's own text, an equivalent text, another row's text, garbage, a very long text, and texts that crash or hang. Some
clients hang up, and scoring processes are killed now and then.
"""

import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from servers import serving  # noqa: E402
from storm import HANG_UPS, Storm, candidates_of, let_loose, rows_of_both  # noqa: E402

CANDIDATES, CLIENTS, WORKERS, ROWS, QUEUE = 10_000, 64, 2, 40, 400
KILLS = (0.1, 0.25, 0.4, 0.55, 0.7, 0.85)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CANDIDATES
    packages = ", ".join(f"{name} {version(name)}" for name in ("warp-lang", "jax", "starlette", "uvicorn"))
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {python_version()}, {packages}, {psutil.cpu_count()} cores")
    print("benchmarks/serving.py says how\n")
    with tempfile.TemporaryDirectory() as place:
        records = rows_of_both(Path(place), ROWS)
        requests = candidates_of(records, count)
        with serving(Path(place), "--workers", str(WORKERS), "--queue", str(QUEUE)) as server:
            began = time.monotonic()
            storm = let_loose(server, requests, CLIENTS, KILLS)
            seconds = time.monotonic() - began
            lost = server.metric("irsmith_lost_workers_total")
            status = server.stop()
    tell(storm, count, seconds, lost, status)


def tell(storm: Storm, count: int, seconds: float, lost: float, status: int) -> None:
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in storm.kinds.most_common())
    statuses = ", ".join(f"{number:,} of {code}" for code, number in sorted(storm.statuses.items()))
    ranked, wrong = sorted(storm.seconds), len(storm.wrong)
    middle, most = statistics.median(ranked), ranked[int(0.95 * len(ranked))]
    print(f"{count:,} answers of {CLIENTS} clients, 8 a request, {WORKERS} workers, {QUEUE} may wait: {kinds}")
    print(f"  {storm.answered:,} scored, {count - storm.answered:,} lost, {wrong} scored other than they have to be")
    for each in storm.wrong[:10]:
        print(f"    {each}")
    print(f"  statuses: {statuses} (503: come again); before {HANG_UPS:.0%} of requests a client asked and hung up")
    print(f"  {storm.killed} processes were killed, {lost:.0f} lost and replaced; told to end, it gave {status}")
    print(f"  {seconds:,.0f} s: {storm.answered / seconds:.1f} answers a second")
    print(f"  a request took {middle:.1f} s, 95 % at most {most:.1f} s, all {ranked[-1]:.1f} s")
    for share in (0.1, 0.5, 1.0):
        answered, server, scoring = next(each for each in storm.memory if each[0] >= share * storm.answered)
        print(f"  after {answered:,} answers: server {server >> 20} MB, largest process that scores {scoring >> 20} MB")


if __name__ == "__main__":
    main()
