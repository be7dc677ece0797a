"""A folder for PYTHONPATH. Every Python process that finds ``sitecustomize.py`` in it is recorded.

Only ``sitecustomize.py`` belongs here.
"""
