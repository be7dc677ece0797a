"""Exports of a data set: prompts and completions, documents, columns, repairs, versions, and the static site.

To add an export, add a module and a name in ``settings``. The wording of prompts is data, in ``templates.toml``.
"""
