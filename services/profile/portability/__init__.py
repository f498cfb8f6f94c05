"""Reads LinkedIn's log of what members did there, where the law gives them a right to it."""
