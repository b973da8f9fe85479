"""What lies in a server's models folder, and what of it goes when."""
