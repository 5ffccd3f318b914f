"""Bulk building: a source of any size becomes one segment, on all cores."""
