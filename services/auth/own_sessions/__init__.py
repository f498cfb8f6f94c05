"""Sessions as their owners see them: where, since when, last used; and ended from elsewhere."""
