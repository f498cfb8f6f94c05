"""A stand-in for Twilio's message API: takes SMS, delivers none, and shows what it took."""
