"""Measures an authenticated read against bare baselines: `python -m bench`."""
