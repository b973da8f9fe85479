"""What the demo server keeps: packages, rows, what is loaded, what is being pulled."""
