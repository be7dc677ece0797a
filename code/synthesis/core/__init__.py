"""Shared foundations: records, errors, settings, number formats, files, hashes, and sandboxed processes.

A change of a record or a setting that is stored in rows or in ``run.json`` changes their format; change its readers as
well. Nothing here depends on kernels, front ends or data set rows.
"""
