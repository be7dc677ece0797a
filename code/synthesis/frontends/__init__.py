"""The protocol of a front end (``base``), the registry, code that front ends share, and a folder for each front end.

A front end is a folder and an entry point; no front end imports another. ``docs/contributing/frontend.md`` says how to
add one.
"""
