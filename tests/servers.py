"""Starts servers with ``irsmith serve`` for tests, as users do, and sends them requests."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

MISSING = [name for name in ("starlette", "uvicorn", "prometheus_client") if find_spec(name) is None]


@dataclass(frozen=True, slots=True)
class Running:
    """A running server."""

    url: str
    process: "subprocess.Popen[str]"

    def ask(self, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        """Send a request, and return the status, headers and body of the reply.

        Bytes are sent unchanged, and any other body as JSON.
        """
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=120)
        try:
            sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            connection.request("GET" if body is None else "POST", path, sent, headers)
            answer = connection.getresponse()
            content = answer.read()
            kind = answer.headers.get("content-type", "")
            read = json.loads(content) if "json" in kind else content.decode()
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, read
        finally:
            connection.close()

    def workers(self) -> list[psutil.Process]:
        """Return the server's processes that score."""
        found = psutil.Process(self.process.pid).children()
        return [each for each in found if "synthesis.adapters.serving.worker" in each.cmdline()]

    def metric(self, name: str) -> float:
        """Return the sum of the server's metrics whose lines begin with a name."""
        lines = [line for line in self.ask("/metrics")[2].splitlines() if line.startswith(name)]
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    def stop(self) -> int:
        """Send SIGTERM to the server, and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def serving(dataset: Path, *options: str, **environment: str) -> Generator[Running]:
    """Yield a server on a free port that is ready to score."""
    command = [sys.executable, "-m", "synthesis", "serve", "--dataset", str(dataset), "--port", "0", "--json", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    assert process.stdout is not None
    try:
        told = ""
        for line in process.stdout:
            told += line
            if line.startswith("}"):
                break
        yield Running(json.loads(told)["url"], process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
