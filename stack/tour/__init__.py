"""`inergize tour`: one user's way from registration to a published post, through the front door."""
