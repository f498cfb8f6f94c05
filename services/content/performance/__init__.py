"""How published posts do."""
