"""A stand-in for LinkedIn: its documented HTTP interface, and a log of what it really did."""
