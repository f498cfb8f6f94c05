"""The only code that talks to LinkedIn."""
