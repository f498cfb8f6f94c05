"""Actions on LinkedIn, each at most once, and what is known of them."""
