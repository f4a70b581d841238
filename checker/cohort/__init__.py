"""Submissions: reading one and getting its Report, whatever happens on the way."""
