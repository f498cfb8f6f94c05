"""Second factors: setting them up, asking for them, and proving oneself again."""
