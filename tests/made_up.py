"""Writes runs with made-up rows, to test how data sets are made of runs without drawing kernels."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from synthesis.core.identity.hashing import hash_text
from synthesis.core.identity.python import renamed_hash, structure_hash
from synthesis.core.languages import JAXPR, ir_structure_hash
from synthesis.core.run_settings import Run
from synthesis.core.signatures import Signature
from synthesis.core.stores.local import Folder
from synthesis.dataset.storage.chunks import Chunk, ChunkRecord, RowRecord, chunks_of
from synthesis.dataset.storage.layout import SETTINGS, TOOLCHAIN, hash_of
from synthesis.dataset.storage.rows import Row
from synthesis.dataset.storage.tables import write_rows
from synthesis.frontends.jax.options import DEFAULTS

LEVELS = ("jaxpr",)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """A row of the JAX front end."""

    source: str
    text: str
    name: str = "f"
    category: str = "math"
    difficulty: int = 1
    ops: Sequence[str] = ()
    hashes: tuple[str, str, str] | None = None
    """Hashes of the renamed source, of its structure and of the text's structure; None to compute them."""

    def row(self, seed: int, index: int) -> Row:
        """Return the row as it is stored."""
        hashes = self.hashes or (
            renamed_hash(self.source),
            structure_hash(self.source),
            ir_structure_hash(self.text, JAXPR),
        )
        metadata: dict[str, Any] = {
            "id": hash_text(str(seed), str(index)),
            "frontend": "jax",
            "kernel_name": self.name,
            "category": self.category,
            "recipe": "made_up",
            "target": "",
            "description": "",
            "difficulty": self.difficulty,
            "ops": json.dumps(list(dict.fromkeys(self.ops))),
            "origin": {"kind": "synthetic", "package": "", "version": "", "file": "", "line": 0},
            "licence": "Apache-2.0",
            "compiled_from": "",
            "self_contained": True,
            "seed": seed,
            "index": index,
            "config": "",
            "device": "cpu",
            "line_map": "{}",
            "signature": json.dumps(Signature(arguments=()).to_json()),
            "options": json.dumps(dict(DEFAULTS)),
            "verified": '["jaxpr"]',
            "proofs": "{}",
            "reached": 1.0,
            "gradient": "none",
            "unverified": "{}",
            "version": "0",
            "toolchain": '{"jax": "0"}',
            "renamed_hash": hashes[0],
            "structure_hash": hashes[1],
            "ir_structure_hash": hashes[2],
        }
        return Row(self.source, {"jaxpr": self.text}, metadata)


def make_run(folder: Path, rows: Iterable[MadeUp], count: int, *, seed: int = 0, chunk_size: int = 100) -> Path:
    """Write a run whose chunks are all finished, but which has no data set yet, and return its folder."""
    store = Folder(folder)
    given = enumerate(rows)
    for chunk in chunks_of(count, chunk_size):
        _write_chunk(store, chunk, seed, given)
    settings = Run(frontend="jax", count=count, seed=seed, chunk_size=chunk_size, level=LEVELS, verify="none")
    store.write(TOOLCHAIN, b'{"jax": "0"}\n')
    store.write(SETTINGS, json.dumps(settings.to_json()).encode())
    return folder


def _write_chunk(store: Folder, chunk: Chunk, seed: int, given: Iterator[tuple[int, MadeUp]]) -> None:
    rows = [each.row(seed, index) for index, each in islice(given, chunk.stop - chunk.start)]
    part = io.BytesIO()
    write_rows(part, rows, LEVELS)
    store.write(chunk.part, part.getvalue())
    records = tuple(
        RowRecord(row.metadata["index"], row.metadata["category"], row.metadata["renamed_hash"], (), {"jaxpr": ""})
        for row in rows
    )
    store.write(chunk.record, ChunkRecord(hash_of(part.getvalue()), records, ()).to_json().encode())
