"""The audit log: what happened to an account, in rows that nobody can alter."""
