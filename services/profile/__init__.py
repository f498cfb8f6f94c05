"""The Profile room: preferences, the connection to LinkedIn, and every action performed there."""
