"""Subscriptions: what each tier allows, and when one ends."""
