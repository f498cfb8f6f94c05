"""Devices that have signed in before: strangers' failures do not lock them out."""
