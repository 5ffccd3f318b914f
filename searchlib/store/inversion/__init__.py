"""Inversion: analysed articles become postings, as plain arrays."""
