"""Reads and writes rows as Parquet, with one schema and a bounded number of rows in memory.

Every column is always present with one type. Values that vary in structure are JSON strings. A level that a row lacks
is null. The same rows give the same bytes.
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
"""Number of rows in a row group: about 30 MB of text, which a reader keeps in memory."""
_READ_TOGETHER = 50
_COMPRESSION_LEVEL = 12
"""Compression level of zstd, which takes 0.7 ms a row.

Level 3 gives 50 % larger files, level 15 gives 10 % smaller ones in four times the time.
"""
_PAGE = 16 << 20
"""Size of a page in bytes. Pages are compressed separately: with pages of one MiB, files are an eighth larger."""
_SOURCE = "python_source"
ORIGIN = pa.struct([(name, pa.string()) for name in ("kind", "package", "version", "file")] + [("line", pa.int64())])
"""The Arrow type of a kernel's origin."""


class TableError(ValueError):
    """Raised for bytes that are not a valid table of rows. The message says why."""


def schema_of(levels: Iterable[str]) -> Any:
    """Return the schema of rows with the given levels: metadata columns, then the source, then the texts."""
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
    """Return the schema in the form of a card's ``dataset_info``, which loaders read."""
    return [_feature_of(field) for field in schema_of(levels)]


def _feature_of(field: Any) -> dict[str, Any]:
    if pa.types.is_struct(field.type):
        return {"name": field.name, "struct": [_feature_of(each) for each in field.type]}
    names = {"double": "float64", "bool": "bool"}
    return {"name": field.name, "dtype": names.get(str(field.type), str(field.type))}


class TableWriter:
    """Writes rows into a Parquet file, one row group at a time. A context manager.

    Args:
        file: the file to write to.
        levels: the levels of all rows.
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
        """Return the writer itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write the remaining rows and the file's footer."""
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
    """Return values as an Arrow array of a type of the schema, with None as null.

    The array is built from buffers. To build it from Python objects, Arrow would import pandas where it is installed,
    which takes a third of a second.
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
    """Return flags as a bitmap buffer, least significant bit first."""
    return pa.py_buffer(np.packbits(np.fromiter(flags, bool), bitorder="little"))


def write_rows(file: BinaryIO, rows: Iterable[Row], levels: Sequence[str]) -> None:
    """Write a whole table."""
    with TableWriter(file, levels) as writer:
        for row in rows:
            writer.write(row)


def read_rows(source: Any, levels: Sequence[str] | None = None) -> Iterator[Row]:
    """Yield the rows of a table, reading some at a time.

    Args:
        source: a path or a file to read from.
        levels: the levels whose texts are read; all if None.

    Raises:
        TableError: if it is not a valid table of rows. The rows before the defect have been yielded.
    """
    try:
        with parquet.ParquetFile(source) as file:
            names = _names_of(file)
            if lacking := [name for name in (_SOURCE, *_COLUMNS) if name not in names]:
                raise TableError(f"it lacks the column {lacking[0]}")
            columns = None if levels is None else [_SOURCE, *_COLUMNS, *(name for name in levels if name in names)]
            for batch in file.iter_batches(batch_size=_READ_TOGETHER, columns=columns):
                yield from (_row(entry) for entry in batch.to_pylist())
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise TableError(f"it is not a Parquet file of rows: {error}") from error


def _names_of(file: Any) -> list[str]:
    """Return the names of a table's columns.

    Raises:
        TableError: if two columns have the same name.
    """
    names = list[str](file.schema_arrow.names)
    if twice := [name for name in names if names.count(name) > 1]:
        raise TableError(f"it has the column {twice[0]} twice")
    return names


class RowsByNumber:
    """Access to the rows of a table by number. The row group of the row that was read last is kept in memory.

    Args:
        path: a Parquet file.

    Raises:
        TableError: if it is not a valid table of rows.
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
        """Yield the id of each row, in order. No other column is read.

        Raises:
            TableError: if it cannot be read or has no ids.
        """
        with _as_table_error():
            for batch in self._file.iter_batches(batch_size=GROUP, columns=["id"]):
                yield from batch.column("id").to_pylist()

    def row(self, number: int) -> Row:
        """Return the row with a number, from 0.

        Raises:
            TableError: if it cannot be read or there is no such row.
        """
        group = bisect_right(self._ends, number)
        if group == len(self._ends):
            raise TableError(f"it has {self._ends[-1] if self._ends else 0} rows, so it has no row {number}")
        with _as_table_error():
            if group != self._group:
                self._group, self._rows = group, self._file.read_row_group(group)
            first = self._ends[group - 1] if group else 0
            return _row(self._rows.slice(number - first, 1).to_pylist()[0])


@contextmanager
def _as_table_error() -> Generator[None]:
    """Turn errors of a file, which may be untrusted, into a ``TableError``."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, KeyError) as error:
        raise TableError(f"it is not a Parquet file of rows: {error}") from error


_COLUMNS = tuple(each.name for each in METADATA)


def _row(entry: Mapping[str, Any]) -> Row:
    texts = {name: value for name, value in entry.items() if name != _SOURCE and name not in _COLUMNS}
    return Row(entry[_SOURCE], texts, {name: entry[name] for name in _COLUMNS})


def read_texts(source: Any) -> Iterator[str]:
    """Yield all strings in any Parquet table, including those in lists and records.

    Raises:
        TableError: if it is not a Parquet file.
    """
    try:
        with parquet.ParquetFile(source) as file:
            for batch in file.iter_batches(batch_size=_READ_TOGETHER):
                yield from _texts_of(batch.to_pylist())
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise TableError(f"it is not a Parquet file: {error}") from error


def _texts_of(value: Any) -> Iterator[str]:
    """Yield the strings in a value of a table."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts_of([*cast(dict[str, Any], value).values()])
    elif isinstance(value, list):
        for each in cast(list[Any], value):
            yield from _texts_of(each)
