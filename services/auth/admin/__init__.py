"""What administrators may do with accounts."""
