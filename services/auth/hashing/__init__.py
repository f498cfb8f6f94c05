"""Argon2 in processes of its own, so that hashing takes nothing but what other calls leave."""
