"""Exports of a data set: prompts and completions, documents, columns, repairs, versions; and the static site.

Add an export as a module and a name in ``settings``. Wordings of prompts are data, in ``templates.toml``.
"""
