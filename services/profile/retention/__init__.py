"""What Profile holds that came from LinkedIn, and when it lets go of it."""
