"""The servers that stand in for real ones on one machine; each is replaced by giving its URL."""
