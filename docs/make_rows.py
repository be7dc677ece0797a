"""Makes the tables of ``rows.md`` again (levels, columns, what they may hold) from the records that rows come from.

python docs/make_rows.py
"""

import re
from pathlib import Path

from synthesis.dataset.storage.schema import describe_claims, describe_columns
from synthesis.frontends.registry import frontend_names, levels_of

PAGE = Path(__file__).parent / "rows.md"


def describe_levels() -> str:
    """The levels of every front end as a Markdown table."""
    lines = ["| front end | level | language | for | made |", "| --- | --- | --- | --- | --- |"]
    for name in frontend_names():
        for level in levels_of(name):
            made = "by default" if level.default else "by name"
            lines.append(f"| `{name}` | `{level.name}` | {level.language.name} | {level.device or 'any'} | {made} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The page with its tables made again."""
    text = PAGE.read_text(encoding="utf-8")
    for mark, table in (("levels", describe_levels()), ("columns", describe_columns()), ("claims", describe_claims())):
        text = re.sub(
            rf"(?<=<!-- {mark} -->\n).*?(?=<!-- /{mark} -->)", lambda _, table=table: table, text, flags=re.DOTALL
        )
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
