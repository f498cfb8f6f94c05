"""New passwords: for whoever has the mailbox, and for whoever is signed in."""
