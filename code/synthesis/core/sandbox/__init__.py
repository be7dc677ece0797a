"""Processes with limits and without rights, whose results come back as plain data.

All code that is not ours runs here. Change it only with ``make attacks``, which tries to break out.
"""
