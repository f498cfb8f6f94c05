"""The people whom a member means to reach: kept, and done with once they have answered."""
