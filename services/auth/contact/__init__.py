"""Where a user can be reached, for the workers that send mails on behalf of other services."""
