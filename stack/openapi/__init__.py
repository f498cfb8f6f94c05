"""The API's description, OpenAPI 3.1, and a page to read it: both follow from the contracts."""
