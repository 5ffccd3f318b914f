"""Generators of the data files that the package ships; run by hand, never at run time."""
