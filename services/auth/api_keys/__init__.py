"""Keys for programs: what they may do is said when they are made, and the key itself only then."""
