"""The doctor: what is wrong with servers and this computer, and what can be done about it."""
