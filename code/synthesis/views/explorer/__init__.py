"""The static site of data sets: an overview, a searchable table, a page for each pair, and the rejections.

It works from a file or from any server, and loads nothing from elsewhere. Rows are stored as packed data and inserted
as text, never as markup; this must stay so.
"""
