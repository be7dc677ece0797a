"""Collects the facts for a bug report: the machine, the installed tools, and whether each front end works here.

Add a fact to ``machine`` or a trial to ``trial``; ``diagnosing`` combines them.
"""
