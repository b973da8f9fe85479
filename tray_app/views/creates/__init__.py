"""Create from file: what a file is, what it becomes, what that costs."""
