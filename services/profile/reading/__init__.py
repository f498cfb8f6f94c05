"""Reads a member's profile, pages and posts, and what LinkedIn counted for them."""
