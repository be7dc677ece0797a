"""The server as clients meet it: scores, refusals, too much at once, lost processes, its end."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from faults import hanging
from generations import gold, questions_of
from processes import wait_until
from servers import MISSING, Running, serving

from synthesis import ConfigError
from synthesis.adapters.grading import Grader, Submitted
from synthesis.adapters.trl import IrsmithReward
from synthesis.cli import run

pytestmark = [
    pytest.mark.needs("jax"),
    pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} of the extra serve is not installed"),
]
DIRECTION = "python-to-stablehlo"


@pytest.fixture(scope="module")
def records(answered_rows: Path) -> list[dict[str, Any]]:
    return questions_of(answered_rows, DIRECTION)


@pytest.fixture(scope="module")
def server(answered_rows: Path) -> Iterator[Running]:
    with serving(answered_rows, "--workers", "1", "--body-limit", "1") as found:
        yield found


def answer_of(record: dict[str, Any], text: str | None = None) -> dict[str, str]:
    return {"id": record["id"], "level": "stablehlo", "text": gold(record) if text is None else text}


def another(record: dict[str, Any], number: int = 0) -> str:
    """The row's text with a line more that nothing reads: another text that does the same, and is run."""
    line = f"    %unread = stablehlo.constant dense<{number}> : tensor<i32>\n"
    return re.sub(r"(@main\(.*\{\n)", lambda found: found[1] + line, gold(record), count=1)


def wait_for(server: Running, metric: str, least: float) -> None:
    wait_until(lambda: server.metric(metric) >= least)


def test_an_answer_has_a_score_and_answers_have_theirs_in_order(server: Running, records: list[dict[str, Any]]) -> None:
    status, _, score = server.ask("/score", answer_of(records[0]))
    assert status == 200
    assert score["accepted"]
    assert score["same_text"]
    texts = [gold(records[0]), "module {}", another(records[0]), ""]
    status, _, found = server.ask("/score", {"answers": [answer_of(records[0], text) for text in texts], "seed": 3})
    assert status == 200
    assert [each["value"] for each in found["scores"]] == [1.0, 0.0, 1.0, 0.0]
    assert not found["scores"][2]["same_text"]


def test_it_says_how_it_is(server: Running, records: list[dict[str, Any]]) -> None:
    assert server.ask("/health")[::2] == (200, {"status": "ok"})
    assert server.ask("/ready")[::2] == (200, {"ready": True, "workers": 1, "waiting": 0})
    before = server.metric('irsmith_answers_total{symptom="accepted"}')
    server.ask("/score", answer_of(records[0]))
    assert server.metric('irsmith_answers_total{symptom="accepted"}') == before + 1
    assert server.metric("irsmith_workers") == 1
    assert server.ask("/nowhere")[0] == 404
    assert server.ask("/score")[0] == 405


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"{", "body"),
        (b"[" * 100_000, "body"),
        (b"\xff", "body"),
        ([], "body"),
        ({}, "id"),
        ({"id": "a", "level": "b", "text": 3}, "text"),
        ({"answers": []}, "answers"),
        ({"answers": "x"}, "answers"),
        ({"answers": [{"id": "a", "level": "b", "text": "c"}, 3]}, "answers[1]"),
        ({"answers": [{"id": "a" * 300, "level": "b", "text": "c"}]}, "answers[0].id"),
        ({"id": "a", "level": "b", "text": "c", "seed": -1}, "seed"),
        ({"id": "a", "level": "b", "text": "c"}, "body"),
        ({"answers": [{"id": "a", "level": "b", "text": "c"}]}, "answers[0]"),
    ],
)
def test_what_cannot_be_scored_is_named_with_its_place(server: Running, body: Any, place: str) -> None:
    status, _, told = server.ask("/score", body)
    assert status == 422
    assert place in told["problems"]


def test_a_level_that_the_row_has_no_text_of_spoils_no_answer_beside_it(
    server: Running, records: list[dict[str, Any]]
) -> None:
    wrong = {**answer_of(records[0]), "level": "ptx"}
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(server.ask, ["/score"] * 2, [wrong, answer_of(records[0])])
    assert (one[0], other[0]) == (422, 200)


def test_a_request_that_is_too_large_is_refused_whether_it_says_so_or_not(server: Running) -> None:
    large = b" " * ((1 << 20) + 1)
    assert server.ask("/score", large)[0] == 413
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.sendall(b"POST /score HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (len(large), large))
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_the_adapters_score_by_it(server: Running, records: list[dict[str, Any]]) -> None:
    columns: Any = {name: [each[name] for each in records[:2]] for name in ("id", "direction", "level")}
    assert IrsmithReward(url=server.url)(["", ""], [gold(records[0]), "x"], **columns) == [1.0, 0.0]
    with pytest.raises(ConfigError, match="unknown row"):
        Grader(url=server.url).score([Submitted(id="none", level="jaxpr", text="x")])


def test_a_client_without_the_token_is_refused(answered_rows: Path, records: list[dict[str, Any]]) -> None:
    with serving(answered_rows, IRSMITH_TOKEN="secret") as server:
        assert server.ask("/score", answer_of(records[0]))[0] == 401
        assert server.ask("/score", answer_of(records[0]), Authorization="Bearer other")[0] == 401
        assert server.ask("/health")[0] == 200
        submitted = Submitted(id=records[0]["id"], level="stablehlo", text=gold(records[0]))
        assert Grader(url=server.url, token="secret").score([submitted])[0].accepted


def test_when_too_many_wait_clients_come_again_and_all_are_answered(
    answered_rows: Path, records: list[dict[str, Any]]
) -> None:
    with serving(answered_rows, "--queue", "10", "--batch", "5") as server:
        many = {"answers": [answer_of(records[0], another(records[0]))] * 10}
        with ThreadPoolExecutor(6) as pool:
            found = list(pool.map(server.ask, ["/score"] * 6, [many] * 6))
        busy = [headers for status, headers, _ in found if status == 503]
        assert busy
        assert all(int(headers["retry-after"]) >= 1 for headers in busy)
        submitted = [Submitted(**each) for each in many["answers"]]
        with ThreadPoolExecutor(6) as pool:
            scores = list(pool.map(Grader(url=server.url).score, [submitted] * 6))
        assert all(each.accepted for listed in scores for each in listed)


def test_what_a_killed_process_had_is_scored_again(answered_rows: Path, records: list[dict[str, Any]]) -> None:
    with serving(answered_rows, "--workers", "2", "--batch", "4") as server:
        assert server.ask("/score", answer_of(records[0], another(records[0])))[0] == 200  # both are warm then
        many = {"answers": [answer_of(each, another(each, n)) for n in range(10) for each in records]}
        with ThreadPoolExecutor(3) as pool:
            asked = [pool.submit(server.ask, "/score", many) for _ in range(3)]
            wait_for(server, "irsmith_batch_answers_count", 3)
            for each in server.workers():
                each.kill()
            found = [each.result() for each in asked]
        assert [status for status, _, _ in found] == [200] * 3
        assert all(score["accepted"] for _, _, told in found for score in told["scores"])
        assert server.metric("irsmith_lost_workers_total") >= 2


def test_an_answer_that_takes_process_after_process_along_is_given_up_and_no_other(
    answered_rows: Path, records: list[dict[str, Any]]
) -> None:
    with serving(answered_rows, "--batch-limit", "6", "--text-time-limit", "60") as server:
        endless = answer_of(records[0], hanging("stablehlo", gold(records[0])))
        with ThreadPoolExecutor(5) as pool:
            lost = pool.submit(server.ask, "/score", endless)
            others = [pool.submit(server.ask, "/score", answer_of(each)) for each in records]
            assert [each.result()[0] for each in others] == [200] * 4
            status, _, told = lost.result()
        assert status == 500
        assert "3 processes were lost" in told["error"]
        assert server.ask("/score", answer_of(records[1]))[0] == 200
        assert 3 <= server.metric("irsmith_lost_workers_total") <= 5  # on a loaded machine others take too long, too


def test_a_request_that_takes_too_long_is_told_so(answered_rows: Path, records: list[dict[str, Any]]) -> None:
    with serving(answered_rows, "--wait-limit", "1") as server:
        endless = answer_of(records[0], hanging("stablehlo", gold(records[0])))
        assert server.ask("/score", endless)[0] == 504


def test_nobody_waits_for_clients_that_hang_up(answered_rows: Path, records: list[dict[str, Any]]) -> None:
    with serving(answered_rows, "--batch", "2") as server:
        body = json.dumps({"answers": [answer_of(records[0], another(records[0], n)) for n in range(200)]}).encode()
        where = urlsplit(server.url)
        for _ in range(5):
            with socket.create_connection((where.hostname, where.port)) as connection:
                connection.sendall(
                    b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
                )
                time.sleep(0.1)
        assert server.ask("/score", answer_of(records[0]))[0] == 200
        assert server.metric("irsmith_answers_total") == 1
        assert server.metric("irsmith_batch_answers_sum") < 500  # of 1,001


def test_it_ends_when_what_it_has_is_answered(answered_rows: Path, records: list[dict[str, Any]]) -> None:
    with serving(answered_rows, "--batch", "4") as server:
        workers = server.workers()
        many = {"answers": [answer_of(each, another(each, n)) for n in range(10) for each in records]}
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(server.ask, "/score", many)
            wait_for(server, "irsmith_waiting_answers", 1)
            assert server.stop() == 0
            status, _, told = asked.result()
        assert status == 200
        assert len(told["scores"]) == 40
        assert not [each for each in workers if each.is_running()]


@pytest.mark.parametrize(
    "options", [["--port", "70000"], ["--workers", "0"], ["--host", ""], ["--host", "no.such.host."]]
)
def test_what_cannot_be_served_with_is_a_usage_error(
    answered_rows: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", "--dataset", str(answered_rows), *options]) == 2
    told = capsys.readouterr().err
    assert told.startswith("irsmith: ")
    assert len(told.splitlines()) <= 2


def test_a_server_that_others_can_reach_says_so(answered_rows: Path) -> None:
    command = [sys.executable, "-m", "synthesis", "serve", "--dataset", str(answered_rows), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--host", "0.0.0.0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    assert "other machines can send requests, and no token" in process.communicate(timeout=60)[1]
