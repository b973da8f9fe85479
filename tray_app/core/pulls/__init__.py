"""Downloads as arithmetic: progress, states, what is retried, what may run, speed, history."""
