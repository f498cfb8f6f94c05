"""Calls to LinkedIn: which were made, and how many may still be made today."""
