"""Runs in a folder, made in chunks so that a killed run can be resumed: generate, extract, relower and verify.

Each module is one kind of run. The record of a chunk must be the last of its files to be written.
"""
