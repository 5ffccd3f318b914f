"""Embedded full-text search for Chinese articles."""
