"""Making models from files and from installed models: requests, states, costs, rules."""
