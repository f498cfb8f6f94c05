"""SMS: short words in the reader's language, sent by a provider."""
