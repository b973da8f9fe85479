"""What a pull would mean, and who shares which layers."""
