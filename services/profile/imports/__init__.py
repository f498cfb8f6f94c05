"""Reads the archive that LinkedIn gives its members of their own data."""
