"""Stand-ins for outside services that speak the services' documented wire."""
