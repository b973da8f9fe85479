"""What a look at the whole program asks, what it finds out, and what is to be said of it."""
