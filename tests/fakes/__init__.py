"""Named fakes: a server with scripted faults and other stand-ins."""
