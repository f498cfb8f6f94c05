"""The keys that sign access tokens: their use, their rotation, their end."""
