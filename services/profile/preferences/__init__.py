"""What users want done by itself, what they want to be told, and how."""
