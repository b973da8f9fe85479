"""When models were last used, as far as a program that looks now and then can tell."""
