"""Safety: what may be done on LinkedIn, and how much of it."""
