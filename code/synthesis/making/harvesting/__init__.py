"""Turns published packages into rows: installs them in an environment of their own, extracts and records.

Nothing of a package is imported or run in this process. Its licence is checked before any of its code is used.
"""
