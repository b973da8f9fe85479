"""One instance: the lock, the channel to it, and what is said there."""
