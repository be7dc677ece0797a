"""Tools for one kernel at a time: replay a candidate, minimise a failing kernel, check a kernel file, diagnose.

Each module serves one command of ``cli`` and can be changed without the others.
"""
