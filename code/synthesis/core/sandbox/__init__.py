"""Sandboxed processes with resource limits, whose results are returned as plain data.

All untrusted code runs here. After any change run ``make attacks``, which tries to break out.
"""
