"""The report of an evaluation as JSON and as Markdown."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from synthesis.core.version import __version__
from synthesis.scoring.evaluation.estimates import Estimate
from synthesis.scoring.evaluation.groups import BY, Findings, Group

_HEADINGS = {
    "frontend": "Front ends", "category": "Categories", "level": "Requested levels", "direction": "Directions",
    "difficulty": "Difficulties", "split": "Splits", "structure": "Structures",
}  # fmt: skip
_HEADS = {"frontend": "front end"}
_NOTE = (
    "pass@k is estimated without bias, 1 - C(n-c, k) / C(n, k) of n answers with c right ones, and averaged over "
    "questions. In brackets: Wilson's interval of 95 %, for as many independent values as there are different rows; it "
    "is too wide rather than too narrow. Value is the mean score of an answer, partial credit among it. A structure is "
    "seen if a row of the training split has the same one, apart from numbers and names."
)
_ESCAPED = str.maketrans({each: f"&#{ord(each)};" for each in "|<>&`[]*\\\n\r"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The results of an evaluation."""

    dataset: str
    """The digest of the rows that the questions are about."""
    generations: str
    """The digest of the file of generations."""
    trained_on: str
    """The digest of the data set whose training split defines which structures were seen.

    Empty if its folder has no record of its files.
    """
    seed: int
    """The seed of the inputs that texts were run on."""
    fewest: int
    """The smallest number of answers to a question."""
    most: int
    ks: tuple[int, ...]
    """The values of k for which pass@k was computed."""
    findings: Findings
    credits: Mapping[str, float]
    """The credit of each step."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values. They do not depend on the machine's speed, on folders or on the date."""
        kept = {name: value for name, value in asdict(self).items() if name != "findings"}
        by = {
            kind: {name: group.to_json() for name, group in groups.items()}
            for kind, groups in self.findings.by.items()
        }  # fmt: skip
        kept["ks"] = list(self.ks)
        return {"version": __version__, **kept, "overall": self.findings.overall.to_json(), "by": by}

    def to_text(self) -> str:
        """Return the content of the JSON file."""
        return json.dumps(self.to_json(), indent=2, allow_nan=False) + "\n"

    def to_markdown(self) -> str:
        """Return the report as Markdown."""
        overall = self.findings.overall
        each = f"{self.fewest}" if self.fewest == self.most else f"{self.fewest} to {self.most}"
        lines = [
            "# Evaluation",
            "",
            f"{overall.answers:,} answers to {overall.questions:,} questions about {overall.rows:,} rows, {each} a "
            f"question, scored by irsmith {__version__} on inputs of seed {self.seed}.",
            "",
            *_table("questions", [("all", overall)], self.ks),
            "",
            _NOTE,
        ]
        for kind in BY:
            groups = self.findings.by[kind]
            lines += ["", f"## {_HEADINGS[kind]}", "", *_table(_HEADS.get(kind, kind), groups.items(), self.ks)]
        lines += ["", "## Errors found", "", *_symptoms(overall), ""]
        return "\n".join(lines)


def _table(head: str, groups: Iterable[tuple[str, Group]], ks: Sequence[int]) -> list[str]:
    columns = [head, "rows", "answers", *(f"pass@{k}" for k in ks), "value"]
    lines = [columns, ["---", *("--:" for _ in columns[1:])]]
    for name, group in groups:
        passes = [_percent(group.passes[k]) for k in ks]
        lines.append([escape(name), f"{group.rows:,}", f"{group.answers:,}", *passes, f"{group.value:.3f}"])
    return [f"| {' | '.join(line)} |" for line in lines]


def _symptoms(group: Group) -> list[str]:
    lines = ["| symptom | answers | share |", "| --- | --: | --: |"]
    for name, count in group.symptoms.items():
        lines.append(f"| {escape(name)} | {count:,} | {100 * count / group.answers:.1f} % |")
    return [*lines, "", f"Of those accepted, {group.same_text:,} are the row's own text."]


def _percent(estimate: Estimate) -> str:
    return f"{100 * estimate.value:.1f} % ({100 * estimate.low:.1f} … {100 * estimate.high:.1f})"


def escape(text: str) -> str:
    """Return a text escaped for Markdown, because rows may be untrusted."""
    return "".join(each if each.isprintable() or each == "\n" else "�" for each in text).translate(_ESCAPED)
