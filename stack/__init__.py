"""One machine, one command: everything that runs InErgize without Docker."""
