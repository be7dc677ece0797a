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
    """How ``irsmith verify`` checks the value of a column."""

    COMPUTED = "computed again from the source and the texts"
    DRAWN = "drawn again, if the row was drawn and its settings are known"
    DECLARED = "compared with what the loaded source declares, and drawn again as the others"
    LOADED = "the row is loaded and its texts are made again with it"
    PROVED = "a claim of more than the runs here prove fails"
    COMPARED = "decides whether texts are compared byte for byte; texts of other tools are executed"
    STATED = "only stated"


_TEXT = Allowed("a text", values.is_text)
_NAME = Allowed("a text that is not empty", values.is_name)


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
    """How ``irsmith verify`` checks the value."""

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
        content="what it is; `extracted` for a kernel of yours",
        check=Check.DRAWN,
    ),
    Column(
        name="recipe",
        kind=Kind.TEXT,
        content="the family that drew it; empty for an extracted kernel",
        check=Check.DRAWN,
    ),
    Column(
        name="target",
        kind=Kind.TEXT,
        content="the operation that its recipe was asked for; empty likewise",
        check=Check.DRAWN,
    ),
    Column(
        name="description",
        kind=Kind.TEXT,
        content="in a sentence",
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
        content="a list: catalogue names of the operations that it was drawn with; empty for an extracted kernel",
        allowed=Allowed("a list of different names", values.is_one_of_each),
        check=Check.DRAWN,
    ),
    Column(
        name="origin",
        kind=Kind.RECORD,
        content="`kind`: `synthetic` or `extracted`; of the latter `package`, `version`, `file` and `line`, else empty",
        allowed=Allowed("its five fields, all empty but for extracted kernels", values.is_origin),
        check=Check.STATED,
    ),
    Column(
        name="licence",
        kind=Kind.TEXT,
        content="Apache-2.0, or what the package's metadata says",
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
        content="whether the source alone, loaded afresh, gives these texts",
        allowed=Allowed("true or false", values.is_flag),
        check=Check.LOADED,
    ),
    Column(
        name="seed",
        kind=Kind.INTEGER,
        content="with index, config and version it makes the kernel again; null for an extracted kernel",
        allowed=Allowed("a whole number of 64 bits; null together with the index", values.is_seed),
        check=Check.DRAWN,
    ),
    Column(
        name="index",
        kind=Kind.INTEGER,
        content="the number of the drawn kernel; null likewise",
        allowed=Allowed("a whole number of 64 bits from 0; null together with the seed", values.is_index),
        check=Check.DRAWN,
    ),
    Column(
        name="config",
        kind=Kind.TEXT,
        content="digest of the settings that kernels depend on; empty likewise",
        allowed=Allowed("a text, empty where the seed is null", values.is_text),
        check=Check.DRAWN,
    ),
    Column(
        name="device",
        kind=Kind.TEXT,
        content="what the texts are for: `cpu`, `cuda`, `cpu+cuda`, `tpu`",
        allowed=Allowed("a device of the front end", values.is_name),
        check=Check.LOADED,
    ),
    Column(
        name="line_map",
        kind=Kind.JSON,
        content="level → list of `[line of the source, lines of the text skipped before it, lines of the text]` "
        "([below](#line-maps))",
        allowed=Allowed("lists of three whole numbers, inside the source and inside the texts", values.is_line_map),
        check=Check.COMPUTED,
    ),
    Column(
        name="signature",
        kind=Kind.JSON,
        content="see below",
        allowed=Allowed("the parts below, of their types, all numbers finite", values.is_signature),
        check=Check.DECLARED,
    ),
    Column(
        name="options",
        kind=Kind.JSON,
        content="compiler options that change the text, by name",
        allowed=Allowed("the options of the front end, each in its range", values.map_of(values.is_json)),
        check=Check.DRAWN,
    ),
    Column(
        name="verified",
        kind=Kind.JSON,
        content="a list: the levels whose stored text is proved ([verification.md](verification.md))",
        allowed=Allowed("a list of different levels that the row has a text of", values.is_one_of_each),
        check=Check.PROVED,
    ),
    Column(
        name="proofs",
        kind=Kind.JSON,
        content="level of `verified` → how its text was proved, if not by execution: `lowered from ttir` means that "
        "the row's verified `ttir`, lowered again, gave the same bytes",
        allowed=Allowed("ways to prove texts of levels in `verified`", values.map_of(values.is_name)),
        check=Check.PROVED,
    ),
    Column(
        name="reached",
        kind=Kind.NUMBER,
        content="0.0 … 1.0: the share of the kernel's statements and arms of expressions that the verification's runs "
        "took, or of its outputs that they changed, whichever is less; 0.0 where nothing was run",
        allowed=Allowed("a number from 0 to 1", values.is_share),
        check=Check.PROVED,
    ),
    Column(
        name="gradient",
        kind=Kind.TEXT,
        content="`agrees`; `convention: which`: they agree but for a convention of the tool's; `none`: the "
        "row has no text of a derivative; `disagrees` or `disagrees: class`; `not_applicable: reason`; "
        "`not_checked`",
        allowed=Allowed(
            "one of these, with a reason only where there is one, that fits the texts and `unverified`",
            values.is_gradient,
        ),
        check=Check.PROVED,
    ),
    Column(
        name="unverified",
        kind=Kind.JSON,
        content="level → why its text could not be executed where the row was made (`needs a GPU`)",
        allowed=Allowed(
            "reasons of levels that the row has a text of and that are not in `verified`", values.map_of(values.is_name)
        ),
        check=Check.PROVED,
    ),
    Column(
        name="version",
        kind=Kind.TEXT,
        content="of irsmith",
        allowed=_NAME,
        check=Check.COMPARED,
    ),
    Column(
        name="toolchain",
        kind=Kind.JSON,
        content="package → version, of those that the texts depend on",
        allowed=Allowed("names of packages and their versions, all texts", values.map_of(values.is_name)),
        check=Check.COMPARED,
    ),
    Column(
        name="renamed_hash",
        kind=Kind.TEXT,
        content="of the source with names in canonical form",
        allowed=_NAME,
        check=Check.COMPUTED,
    ),
    Column(
        name="structure_hash",
        kind=Kind.TEXT,
        content="the same with numbers left out too",
        allowed=_NAME,
        check=Check.COMPUTED,
    ),
    Column(
        name="ir_structure_hash",
        kind=Kind.TEXT,
        content="of the first level's text with canonical names and without numbers",
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
