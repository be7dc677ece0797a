"""Many clients at once, faults among them: nothing is lost, and what is right stays right."""

from pathlib import Path

import pytest
from servers import MISSING, serving
from storm import candidates_of, let_loose, rows_of_both

pytestmark = [
    pytest.mark.needs("warp", "jax"),
    pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} of the extra serve is not installed"),
]


def test_nothing_is_lost_among_faults(tmp_path: Path) -> None:
    records = rows_of_both(tmp_path, 6)
    requests = candidates_of(records, 320)
    with serving(tmp_path, "--workers", "2", "--queue", "100") as server:
        storm = let_loose(server, requests, clients=16, kills=(0.3, 0.6))
        lost = server.metric("irsmith_lost_workers_total")
        waiting = server.ask("/ready")[2]["waiting"]
    assert storm.answered == 320
    assert not storm.wrong
    assert set(storm.statuses) <= {200, 503}
    assert storm.killed == 2
    assert lost >= 2
    assert waiting == 0
