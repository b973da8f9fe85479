"""Making models of files of this computer: the line, one attempt, and the file that survives."""
