"""Making models of files of this computer: reading these, the line, one attempt, what survives."""
