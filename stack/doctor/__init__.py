"""Looks at a deployment and names what is set wrongly, one setting at a time."""
