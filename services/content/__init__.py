"""What users write, when it is published, and what became of it."""
