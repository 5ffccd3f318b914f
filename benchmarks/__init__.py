"""Measurements of searchlib: run as modules, never imported by the library."""
