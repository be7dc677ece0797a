"""The columns of a row. All formats of a row and the documentation page are derived from this table.

Every column is always present with one type, so that any table reader can read a whole folder. Values that vary in
structure from row to row (maps, lists that may be empty) are JSON strings.

The table also lists the claims of a row: the allowed values of each column, which every reader checks, and how
``irsmith verify`` checks the claim.
"""

from dataclasses import dataclass
from enum import StrEnum

from synthesis.dataset.storage import values
from synthesis.frontends.options import Allowed


class Kind(StrEnum):
    """The type of a column."""

    TEXT = "text"
    """A string. Never null; empty if there is no value."""
    INTEGER = "integer"
    """64 bits; null in all rows of a folder or in none."""
    NUMBER = "number"
    """64 bits, floating-point; never null."""
    FLAG = "true or false"
    JSON = "text that holds JSON"
    RECORD = "object"
    """Fixed fields, each with one type."""


class Check(StrEnum):
    """The way in which ``irsmith verify`` checks the value of a column."""

    COMPUTED = "recomputed from the source and the texts"
    DRAWN = "drawn again, if the row was drawn and its settings are known"
    DECLARED = "compared with the declarations of the loaded source, and drawn again if possible"
    LOADED = "the row is loaded and lowered again with the value"
    PROVED = "fails if it claims more than the runs here verify"
    COMPARED = "decides whether texts are compared byte for byte; texts of other tools are executed"
    STATED = "only stated"


_TEXT = Allowed("a string", values.is_text)
_NAME = Allowed("a non-empty string", values.is_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column other than the texts."""

    name: str
    kind: Kind
    content: str
    """The content of the column, as described in the documentation of rows."""
    allowed: Allowed = _TEXT
    """The allowed values, as Python values. Every reader rejects a row with another one."""
    check: Check
    """The way in which ``irsmith verify`` checks the value."""

    @property
    def nullable(self) -> bool:
        """Whether the column may hold null."""
        return self.kind is Kind.INTEGER


METADATA = (
    Column(
        name="id",
        kind=Kind.TEXT,
        content="hash of front end, renamed source, signature and options",
        allowed=_NAME,
        check=Check.COMPUTED,
    ),
    Column(
        name="frontend",
        kind=Kind.TEXT,
        content="`warp`, `jax` or `triton`",
        allowed=Allowed("the name of a front end", values.is_name),
        check=Check.LOADED,
    ),
    Column(
        name="kernel_name",
        kind=Kind.TEXT,
        content="the function's name",
        allowed=_NAME,
        check=Check.LOADED,
    ),
    Column(
        name="category",
        kind=Kind.TEXT,
        content="the category of the drawn kernel; `extracted` for a user's kernel",
        check=Check.DRAWN,
    ),
    Column(
        name="recipe",
        kind=Kind.TEXT,
        content="the recipe that drew the kernel; empty for an extracted kernel",
        check=Check.DRAWN,
    ),
    Column(
        name="target",
        kind=Kind.TEXT,
        content="the operation that the recipe had to use; empty for an extracted kernel",
        check=Check.DRAWN,
    ),
    Column(
        name="description",
        kind=Kind.TEXT,
        content="what the kernel does, in a sentence",
        check=Check.DRAWN,
    ),
    Column(
        name="difficulty",
        kind=Kind.INTEGER,
        content="1 … 5: from a one-line map to a long kernel",
        allowed=Allowed("1, 2, 3, 4 or 5", values.is_difficulty),
        check=Check.DRAWN,
    ),
    Column(
        name="ops",
        kind=Kind.JSON,
        content="a list: names of the operations that the kernel was drawn with; empty for an extracted kernel",
        allowed=Allowed("a list of different names", values.is_one_of_each),
        check=Check.DRAWN,
    ),
    Column(
        name="origin",
        kind=Kind.RECORD,
        content="`kind`: `synthetic` or `extracted`; for the latter also `package`, `version`, `file` and `line`",
        allowed=Allowed("five fields; all but `kind` are empty for drawn kernels", values.is_origin),
        check=Check.STATED,
    ),
    Column(
        name="licence",
        kind=Kind.TEXT,
        content="Apache-2.0, or the licence in the package's metadata",
        check=Check.STATED,
    ),
    Column(
        name="compiled_from",
        kind=Kind.TEXT,
        content="the Python source that a compiler made the kernel from, such as the PyTorch function of a kernel of "
        "Inductor ([inductor.md](inductor.md)); empty for a kernel that was written or drawn",
        check=Check.STATED,
    ),
    Column(
        name="self_contained",
        kind=Kind.FLAG,
        content="whether the source alone, loaded again, is lowered to these texts",
        allowed=Allowed("true or false", values.is_flag),
        check=Check.LOADED,
    ),
    Column(
        name="seed",
        kind=Kind.INTEGER,
        content="together with index, config and version, it determines the kernel; null for an extracted kernel",
        allowed=Allowed("a 64-bit integer; null if and only if the index is null", values.is_seed),
        check=Check.DRAWN,
    ),
    Column(
        name="index",
        kind=Kind.INTEGER,
        content="the number of the drawn kernel; null for an extracted kernel",
        allowed=Allowed("a non-negative 64-bit integer; null if and only if the seed is null", values.is_index),
        check=Check.DRAWN,
    ),
    Column(
        name="config",
        kind=Kind.TEXT,
        content="digest of the settings that kernels depend on; empty for an extracted kernel",
        allowed=Allowed("a string, empty if the seed is null", values.is_text),
        check=Check.DRAWN,
    ),
    Column(
        name="device",
        kind=Kind.TEXT,
        content="the device that the texts are for: `cpu`, `cuda`, `cpu+cuda`, `tpu`",
        allowed=Allowed("a device of the front end", values.is_name),
        check=Check.LOADED,
    ),
    Column(
        name="line_map",
        kind=Kind.JSON,
        content="level → list of `[line of the source, lines of the text skipped before it, lines of the text]` "
        "([below](#line-maps))",
        allowed=Allowed("lists of three integers, for lines that the source and the texts have", values.is_line_map),
        check=Check.COMPUTED,
    ),
    Column(
        name="signature",
        kind=Kind.JSON,
        content="see below",
        allowed=Allowed("the parts below with their types; all numbers are finite", values.is_signature),
        check=Check.DECLARED,
    ),
    Column(
        name="options",
        kind=Kind.JSON,
        content="compiler options that change the text, by name",
        allowed=Allowed("options of the front end, each in its range", values.map_of(values.is_json)),
        check=Check.DRAWN,
    ),
    Column(
        name="verified",
        kind=Kind.JSON,
        content="a list: the levels whose stored text is verified ([verification.md](verification.md))",
        allowed=Allowed("a list of different levels for which the row has a text", values.is_one_of_each),
        check=Check.PROVED,
    ),
    Column(
        name="proofs",
        kind=Kind.JSON,
        content="level of `verified` → how its text was verified, if not by execution: `lowered from ttir` means that "
        "the row's verified `ttir`, lowered again, gave the same bytes",
        allowed=Allowed("ways to verify texts of levels in `verified`", values.map_of(values.is_name)),
        check=Check.PROVED,
    ),
    Column(
        name="reached",
        kind=Kind.NUMBER,
        content="0.0 … 1.0: the share of the kernel's statements and arms of expressions that the runs of verification "
        "executed, or of its outputs that they changed, whichever is less; 0.0 if nothing was run",
        allowed=Allowed("a number from 0 to 1", values.is_share),
        check=Check.PROVED,
    ),
    Column(
        name="gradient",
        kind=Kind.TEXT,
        content="`agrees`; `convention: which`: they agree except for a convention of the tool; `none`: the "
        "row has no text of a derivative; `disagrees` or `disagrees: class`; `not_applicable: reason`; "
        "`not_checked`",
        allowed=Allowed(
            "one of these; a reason must fit the texts and `unverified`",
            values.is_gradient,
        ),
        check=Check.PROVED,
    ),
    Column(
        name="unverified",
        kind=Kind.JSON,
        content="level → why its text could not be executed where the row was made (`needs a GPU`)",
        allowed=Allowed("reasons for levels that have a text and are not in `verified`", values.map_of(values.is_name)),
        check=Check.PROVED,
    ),
    Column(
        name="version",
        kind=Kind.TEXT,
        content="the version of irsmith that made the row",
        allowed=_NAME,
        check=Check.COMPARED,
    ),
    Column(
        name="toolchain",
        kind=Kind.JSON,
        content="package → version, for the packages that the texts depend on",
        allowed=Allowed("names of packages and their versions, all strings", values.map_of(values.is_name)),
        check=Check.COMPARED,
    ),
    Column(
        name="renamed_hash",
        kind=Kind.TEXT,
        content="hash of the source with names in canonical form",
        allowed=_NAME,
        check=Check.COMPUTED,
    ),
    Column(
        name="structure_hash",
        kind=Kind.TEXT,
        content="hash of the source with names in canonical form and without numbers",
        allowed=_NAME,
        check=Check.COMPUTED,
    ),
    Column(
        name="ir_structure_hash",
        kind=Kind.TEXT,
        content="hash of the first level's text with names in canonical form and without numbers",
        check=Check.COMPUTED,
    ),
)
"""All columns except the source and the texts, in order."""


def describe_columns() -> str:
    """Return the columns as a Markdown table."""
    lines = ["| key | type | content |", "| --- | --- | --- |"]
    lines += [f"| `{each.name}` | {each.kind} | {each.content} |" for each in METADATA]
    return "\n".join(lines) + "\n"


def describe_claims() -> str:
    """Return the allowed values of each column and how ``irsmith verify`` checks them, as a Markdown table."""
    lines = ["| key | allowed | in `irsmith verify` |", "| --- | --- | --- |"]
    lines += [f"| `{each.name}` | {each.allowed.words} | {each.check} |" for each in METADATA]
    return "\n".join(lines) + "\n"
