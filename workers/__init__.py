"""Everything slow or external: Dramatiq actors and the scheduler. Owns no tables."""
