"""Web Push: browsers that users add, and messages that only these browsers can read."""
