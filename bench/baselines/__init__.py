"""What the service is measured against: the same query with as little around it as possible."""
