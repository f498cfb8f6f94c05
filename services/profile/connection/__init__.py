"""Keeps a connection alive: refreshes its token, tells its user in time, and ends it."""
