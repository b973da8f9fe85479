"""The form of a server, and the questions before one is removed or gets a secret in clear."""
