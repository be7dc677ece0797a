"""A local server with the part of Hugging Face's HTTP interface that its client needs to store a data set's files.

Every upload is a commit. Files are kept in memory. https://huggingface.co/docs/hub/api describes the interface.
"""

import base64
import hashlib
import json
import re
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_ASKED = re.compile(r"/api/datasets/(?P<repo>[^/]+/[^/]+)(?:/(?P<what>[a-z-]+)/(?P<revision>[^/]+)(?:/(?P<path>.+))?)?")
_FILE = re.compile(r"/datasets/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")
_PAGE = 2
"""Number of entries on a page of a listing, small enough that clients must request several pages."""


class Hub(ThreadingHTTPServer):
    """A server of the files of one data set."""

    daemon_threads = True

    def __init__(self, repo: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repo = repo
        self.files: dict[str, bytes] = {}
        self.commits = 0
        self.writing = threading.Lock()

    @property
    def url(self) -> str:
        """The URL of the server."""
        return f"http://127.0.0.1:{self.server_port}"

    def start(self) -> None:
        """Start to answer requests, in a thread."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop the server."""
        self.shutdown()
        self.server_close()

    def entries(self, folder: str) -> list[dict[str, Any]] | None:
        """Return the entries directly in a folder; None if there is no such folder."""
        inside = f"{folder}/" if folder else ""
        found: dict[str, dict[str, Any]] = {}
        for path, content in sorted(self.files.items()):
            if path.startswith(inside):
                first, more, _ = path.removeprefix(inside).partition("/")
                found[first] = entry(inside + first, None if more else content)
        return list(found.values()) if found or not folder else None

    def commit(self, lines: list[dict[str, Any]]) -> None:
        """Apply a commit atomically."""
        with self.writing:
            for each in lines:
                value = each["value"]
                if each["key"] == "file":
                    self.files[value["path"]] = base64.b64decode(value["content"])
                elif each["key"] == "deletedFile":
                    del self.files[value["path"]]
            self.commits += 1


def entry(path: str, content: bytes | None) -> dict[str, Any]:
    """Return a listing's entry for a file, or for a folder if ``content`` is None."""
    if content is None:
        return {"type": "directory", "path": path, "oid": hashlib.sha1(path.encode()).hexdigest()}
    return {"type": "file", "path": path, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}


class _Handler(BaseHTTPRequestHandler):
    server: Hub  # pyright: ignore[reportIncompatibleVariableOverride]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        path = unquote(asked.path)
        if (file := _FILE.fullmatch(path)) is not None:
            self._send_file(file["path"])
            return
        wanted = _ASKED.fullmatch(path)
        if wanted is None or wanted["repo"] != self.server.repo:
            self._refuse("RepoNotFound")
        elif wanted["what"] == "tree":
            self._send_tree(wanted["path"] or "", asked.query)
        else:
            self._send({"id": self.server.repo, "sha": "0" * 40, "siblings": [], "private": False})

    do_HEAD = do_GET  # noqa: N815 (the name is the server's)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        wanted = _ASKED.fullmatch(unquote(urlsplit(self.path).path))
        what = wanted["what"] if wanted is not None and wanted["repo"] == self.server.repo else None
        if what == "preupload":
            files = [{"path": each["path"], "uploadMode": "regular", "shouldIgnore": False, "oid": None}
                     for each in json.loads(body)["files"]]  # fmt: skip
            self._send({"files": files})
        elif what == "commit":
            lines = [json.loads(line) for line in body.splitlines() if line.strip()]
            gone = (each["value"]["path"] for each in lines if each["key"] == "deletedFile")
            if any(path not in self.server.files for path in gone):
                self._refuse("EntryNotFound")
                return
            self.server.commit(lines)
            self._send(
                {
                    "commitUrl": f"{self.server.url}/datasets/{self.server.repo}/commit/1",
                    "commitOid": "1" * 40,
                    "success": True,
                }
            )
        elif what == "paths-info":
            asked = parse_qs(body.decode())["paths"]
            self._send([entry(path, self.server.files[path]) for path in asked if path in self.server.files])
        else:
            self._refuse("RepoNotFound")

    def _send_tree(self, folder: str, query: str) -> None:
        entries = self.server.entries(folder)
        if entries is None:
            self._refuse("EntryNotFound")
            return
        after = re.search(r"\bcursor=(\d+)", query)
        start = int(after[1]) if after else 0
        more = start + _PAGE < len(entries)
        there = f"{self.server.url}{urlsplit(self.path).path}?cursor={start + _PAGE}"
        self._send(entries[start : start + _PAGE], {"Link": f'<{there}>; rel="next"'} if more else {})

    def _send_file(self, path: str) -> None:
        content = self.server.files.get(path)
        if content is None:
            self._refuse("EntryNotFound")
            return
        part = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last = (int(part[1]), int(part[2] or len(content) - 1)) if part else (0, len(content) - 1)
        if part and first >= len(content):
            self._answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", {"Content-Range": f"bytes */{len(content)}"})
            return
        named = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": "0" * 40}
        where = {"Content-Range": f"bytes {first}-{last}/{len(content)}"} if part else {}
        self._answer(HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.OK, content[first : last + 1], named | where)

    def _send(self, found: Any, headers: dict[str, str] | None = None) -> None:
        self._answer(HTTPStatus.OK, json.dumps(found).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _refuse(self, code: str) -> None:
        self._answer(HTTPStatus.NOT_FOUND, b"", {"X-Error-Code": code, "X-Error-Message": code})

    def _answer(self, status: HTTPStatus, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Do nothing, so that requests are not logged."""
