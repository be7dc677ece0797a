"""The columns of a row: one table, from which every form of a row and the page about it come.

Every column is always there with one type, so that whatever reads tables reads a folder whole. What varies in shape
from row to row (maps, lists that may be empty) is a text that holds JSON.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    """Never null; empty where there is nothing to say."""
    INTEGER = "integer"
    """64 bits; null in all rows of a folder or in none."""
    NUMBER = "number"
    """64 bits, floating-point; never null."""
    FLAG = "true or false"
    JSON = "text that holds JSON"
    RECORD = "object"
    """Fixed fields, each of one type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column beside the texts."""

    name: str
    kind: Kind
    content: str
    """What it holds, as the page about rows says it."""
    holds: type = dict
    """What a text that holds JSON holds: ``dict`` or ``list``."""

    @property
    def nullable(self) -> bool:
        """Whether it may be null."""
        return self.kind is Kind.INTEGER


METADATA = (
    Column(name="id", kind=Kind.TEXT, content="hash of front end, renamed source, signature and options"),
    Column(name="frontend", kind=Kind.TEXT, content="`warp` or `jax`"),
    Column(name="kernel_name", kind=Kind.TEXT, content="the function's name"),
    Column(name="category", kind=Kind.TEXT, content="what it is; `extracted` for a kernel of yours"),
    Column(name="recipe", kind=Kind.TEXT, content="the family that drew it; empty for an extracted kernel"),
    Column(name="target", kind=Kind.TEXT, content="the operation that its recipe was asked for; empty likewise"),
    Column(name="description", kind=Kind.TEXT, content="in a sentence"),
    Column(name="difficulty", kind=Kind.INTEGER, content="1 … 5: from a one-line map to a long kernel"),
    Column(
        name="ops",
        kind=Kind.JSON,
        holds=list,
        content="a list: catalogue names of the operations that it was drawn with; empty for an extracted kernel",
    ),
    Column(
        name="origin",
        kind=Kind.RECORD,
        content="`kind`: `synthetic` or `extracted`; of the latter `package`, `version`, `file` and `line`, else empty",
    ),
    Column(name="licence", kind=Kind.TEXT, content="Apache-2.0, or what the package's metadata says"),
    Column(
        name="self_contained",
        kind=Kind.FLAG,
        content="whether the source alone, loaded afresh, gives these texts",
    ),
    Column(
        name="seed",
        kind=Kind.INTEGER,
        content="with index, config and version it makes the kernel again; null for an extracted kernel",
    ),
    Column(name="index", kind=Kind.INTEGER, content="the number of the drawn kernel; null likewise"),
    Column(name="config", kind=Kind.TEXT, content="digest of the settings that kernels depend on; empty likewise"),
    Column(name="device", kind=Kind.TEXT, content="what the texts are for: `cpu`, `cuda`, `cpu+cuda`, `tpu`"),
    Column(
        name="line_map",
        kind=Kind.JSON,
        content="level → list of `[line of the source, lines of the text skipped before it, lines of the text]` "
        "([below](#line-maps))",
    ),
    Column(name="signature", kind=Kind.JSON, content="see below"),
    Column(name="options", kind=Kind.JSON, content="compiler options that change the text, by name"),
    Column(
        name="verified",
        kind=Kind.JSON,
        holds=list,
        content="a list: the levels proved by execution of their stored text ([verification.md](verification.md))",
    ),
    Column(
        name="reached",
        kind=Kind.NUMBER,
        content="0.0 … 1.0: the share of the kernel's statements and arms of expressions that the verification's runs "
        "took, or of its outputs that they changed, whichever is less; 0.0 where nothing was run",
    ),
    Column(
        name="gradient",
        kind=Kind.TEXT,
        content="`agrees`; `convention: which`: they agree but for a convention of the tool's; `absent`: the row was "
        "to have no derivative's text; `disagrees` or `disagrees: class`; `not_applicable: reason`; `not_checked`",
    ),
    Column(
        name="unverified",
        kind=Kind.JSON,
        content="level → why its text could not be executed where the row was made (`needs a GPU`)",
    ),
    Column(name="version", kind=Kind.TEXT, content="of irsmith"),
    Column(name="toolchain", kind=Kind.JSON, content="package → version, of those that the texts depend on"),
    Column(name="renamed_hash", kind=Kind.TEXT, content="of the source with names in canonical form"),
    Column(name="structure_hash", kind=Kind.TEXT, content="the same with numbers left out too"),
    Column(
        name="ir_structure_hash",
        kind=Kind.TEXT,
        content="of the first level's text with canonical names and without numbers",
    ),
)
"""Every column but the source and the texts, in the order in which a row has them."""


def describe_columns() -> str:
    """The columns as a Markdown table."""
    lines = ["| key | type | content |", "| --- | --- | --- |"]
    lines += [f"| `{each.name}` | {each.kind} | {each.content} |" for each in METADATA]
    return "\n".join(lines) + "\n"
