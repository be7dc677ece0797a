"""A folder for PYTHONPATH: every Python process that finds ``sitecustomize.py`` there records.

Only ``sitecustomize.py`` belongs here.
"""
