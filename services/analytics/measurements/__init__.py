"""What was counted at LinkedIn, in the time series."""
