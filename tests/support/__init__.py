"""What every test stands on: isolation, guards, waiting."""
