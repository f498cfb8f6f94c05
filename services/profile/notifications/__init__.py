"""Telling users what happened: kept for reading, streamed, mailed and pushed as they prefer."""
