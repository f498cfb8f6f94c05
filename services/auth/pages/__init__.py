"""Small pages for links in mails, where a deployment has no front end."""
