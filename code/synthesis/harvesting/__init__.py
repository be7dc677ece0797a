"""Packages of others to rows: installed in an environment of their own, extracted, their programs recorded.

Nothing of a package is imported or run in this process; its licence is looked at before anything of it is.
"""
