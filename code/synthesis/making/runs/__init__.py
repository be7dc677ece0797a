"""Runs in a folder: chunks that can be continued after a kill, and the commands that generate, extract and verify.

Each module is one kind of run. The record of a chunk is the last file written; keep that.
"""
