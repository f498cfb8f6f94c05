"""The life of an account: changed, moved to another address, taken home, ended."""
