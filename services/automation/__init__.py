"""The ledger of everything done on LinkedIn in a user's name."""
