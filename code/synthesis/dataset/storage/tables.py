"""Rows as Parquet: one schema, from the table of columns, and a bounded number of rows in memory.

Every column is always there with one type. What varies in shape is a text that holds JSON; a level that a row lacks is
null. The same rows give the same bytes.
"""

from bisect import bisect_right
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as _pyarrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.parquet as _parquet  # pyright: ignore[reportMissingTypeStubs]

from synthesis.dataset.storage.rows import Row
from synthesis.dataset.storage.schema import METADATA, Kind

pa: Any = _pyarrow
parquet: Any = _parquet

SUFFIX = ".parquet"
GROUP = 1000
"""Rows of a row group: some 30 MB of text, which is what a reader holds at a time."""
_READ_TOGETHER = 50
_COMPRESSION_LEVEL = 12
"""Of zstd: 0.7 ms a row. Level 3 makes files a half larger, level 15 a tenth smaller for four times the time."""
_PAGE = 16 << 20
"""Bytes of a page, which is compressed by itself: with pages of one MiB, files are an eighth larger."""
_SOURCE = "python_source"
ORIGIN = pa.struct([(name, pa.string()) for name in ("kind", "package", "version", "file")] + [("line", pa.int64())])
"""Where a kernel comes from, as an Arrow type."""


class TableError(ValueError):
    """Bytes that are no table of rows; the message says why."""


def schema_of(levels: Iterable[str]) -> Any:
    """The schema of rows that have these levels: identity and description first, then the source, then the texts."""
    types: dict[Kind, Any] = {
        Kind.TEXT: pa.string(),
        Kind.INTEGER: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.FLAG: pa.bool_(),
        Kind.JSON: pa.string(),
    }
    known = [pa.field(each.name, types.get(each.kind, ORIGIN), nullable=each.nullable) for each in METADATA]
    texts = [pa.field(name, pa.string()) for name in levels]
    return pa.schema([*known, pa.field(_SOURCE, pa.string(), nullable=False), *texts])


def features_of(levels: Iterable[str]) -> list[dict[str, Any]]:
    """The schema as a card's ``dataset_info`` tells it: what loaders take columns for."""
    return [_feature_of(field) for field in schema_of(levels)]


def _feature_of(field: Any) -> dict[str, Any]:
    if pa.types.is_struct(field.type):
        return {"name": field.name, "struct": [_feature_of(each) for each in field.type]}
    names = {"double": "float64", "bool": "bool"}
    return {"name": field.name, "dtype": names.get(str(field.type), str(field.type))}


class TableWriter:
    """Writes rows into a Parquet file, a group at a time; a context manager.

    Args:
        file: where to.
        levels: those of all rows.
    """

    def __init__(self, file: BinaryIO, levels: Sequence[str]) -> None:
        self._levels = tuple(levels)
        self._schema = schema_of(levels)
        self._waiting: list[dict[str, Any]] = []
        self._writer = parquet.ParquetWriter(
            file,
            self._schema,
            compression="zstd",
            compression_level=_COMPRESSION_LEVEL,
            write_page_index=True,
            data_page_size=_PAGE,
            use_content_defined_chunking={"min_chunk_size": _PAGE // 4, "max_chunk_size": _PAGE},
        )

    def __enter__(self) -> "TableWriter":
        """The writer itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write what is left, and the end of the file."""
        if kind is None:
            self._flush()
        self._writer.close()

    def write(self, row: Row) -> None:
        """Add a row."""
        texts = {name: row.texts.get(name) for name in self._levels}
        self._waiting.append({**row.metadata, _SOURCE: row.source, **texts})
        if len(self._waiting) == GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            columns = [array_of([row[field.name] for row in self._waiting], field.type) for field in self._schema]
            self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
            self._waiting = []


def array_of(values: Sequence[Any], kind: Any) -> Any:
    """Values as an Arrow array of a type of the schema; None where there is none.

    It is made of buffers. To make one of Python's objects, Arrow imports pandas where that is installed, which takes a
    third of a second.
    """
    present = [value is not None for value in values]
    valid = None if all(present) else _bits(present)
    if pa.types.is_struct(kind):
        inner = [
            array_of([None if each is None else each[field.name] for each in values], field.type) for field in kind
        ]
        return pa.Array.from_buffers(kind, len(values), [valid], children=inner)
    if pa.types.is_string(kind):
        texts = [b"" if value is None else value.encode() for value in values]
        offsets = np.cumsum([0, *map(len, texts)], dtype=np.int32)
        return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(offsets), pa.py_buffer(b"".join(texts))])
    if pa.types.is_boolean(kind):
        return pa.Array.from_buffers(kind, len(values), [valid, _bits(map(bool, values))])
    numbers = np.array([0 if value is None else value for value in values], kind.to_pandas_dtype())
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(numbers)])


def _bits(flags: Iterable[bool]) -> Any:
    """Flags as a buffer of bits, the first of each byte in its lowest."""
    return pa.py_buffer(np.packbits(np.fromiter(flags, bool), bitorder="little"))


def write_rows(file: BinaryIO, rows: Iterable[Row], levels: Sequence[str]) -> None:
    """Write a whole table."""
    with TableWriter(file, levels) as writer:
        for row in rows:
            writer.write(row)


def read_rows(source: Any, levels: Sequence[str] | None = None) -> Iterator[Row]:
    """The rows of a table, some at a time.

    Args:
        source: a path or a file to read from.
        levels: whose texts are read; all if None.

    Raises:
        TableError: if it is no table of rows; those before the place where it ends to be one have come.
    """
    try:
        with parquet.ParquetFile(source) as file:
            names = _names_of(file)
            if lacking := [name for name in (_SOURCE, *_COLUMNS) if name not in names]:
                raise TableError(f"it lacks the column {lacking[0]}")
            wanted = None if levels is None else [_SOURCE, *_COLUMNS, *(name for name in levels if name in names)]
            for batch in file.iter_batches(batch_size=_READ_TOGETHER, columns=wanted):
                yield from (_row(entry) for entry in batch.to_pylist())
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise TableError(f"it is no Parquet file of rows: {error}") from error


def _names_of(file: Any) -> list[str]:
    """The names of a table's columns.

    Raises:
        TableError: if two columns have one name.
    """
    names = list[str](file.schema_arrow.names)
    if twice := [name for name in names if names.count(name) > 1]:
        raise TableError(f"it has the column {twice[0]} twice")
    return names


class RowsByNumber:
    """The rows of a table by their numbers, the group that the last one was in at hand.

    Args:
        path: a Parquet file.

    Raises:
        TableError: if it is no table of rows.
    """

    def __init__(self, path: str | Path) -> None:
        with _as_table_error():
            self._file = parquet.ParquetFile(path)
            _names_of(self._file)
            footer = self._file.metadata
            sizes = [footer.row_group(group).num_rows for group in range(footer.num_row_groups)]
            self._ends = list(accumulate(sizes))
            self._group = -1
            self._rows: Any = None

    def ids(self) -> Iterator[str]:
        """The id of each row, in order; nothing else is read.

        Raises:
            TableError: if it cannot be read, or has none.
        """
        with _as_table_error():
            for batch in self._file.iter_batches(batch_size=GROUP, columns=["id"]):
                yield from batch.column("id").to_pylist()

    def row(self, number: int) -> Row:
        """The row of a number, from 0.

        Raises:
            TableError: if it cannot be read, or there is none.
        """
        group = bisect_right(self._ends, number)
        if group == len(self._ends):
            raise TableError(f"it has {self._ends[-1] if self._ends else 0} rows, and none of the number {number}")
        with _as_table_error():
            if group != self._group:
                self._group, self._rows = group, self._file.read_row_group(group)
            first = self._ends[group - 1] if group else 0
            return _row(self._rows.slice(number - first, 1).to_pylist()[0])


@contextmanager
def _as_table_error() -> Generator[None]:
    """What goes wrong in a file that may be anybody's, as an error of this room."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, KeyError) as error:
        raise TableError(f"it is no Parquet file of rows: {error}") from error


_COLUMNS = tuple(each.name for each in METADATA)


def _row(entry: Mapping[str, Any]) -> Row:
    texts = {name: value for name, value in entry.items() if name != _SOURCE and name not in _COLUMNS}
    return Row(entry[_SOURCE], texts, {name: entry[name] for name in _COLUMNS})


def read_texts(source: Any) -> Iterator[str]:
    """All texts of any table, whatever its columns mean, those in lists and records too.

    Raises:
        TableError: if it is no Parquet file.
    """
    try:
        with parquet.ParquetFile(source) as file:
            for batch in file.iter_batches(batch_size=_READ_TOGETHER):
                yield from _texts_of(batch.to_pylist())
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise TableError(f"it is no Parquet file: {error}") from error


def _texts_of(value: Any) -> Iterator[str]:
    """The texts in a value of a table."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts_of([*cast(dict[str, Any], value).values()])
    elif isinstance(value, list):
        for each in cast(list[Any], value):
            yield from _texts_of(each)
