"""Bounds guessing: tries are counted and committed before anything is compared."""
