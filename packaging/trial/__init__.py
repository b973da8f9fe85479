"""Trying a finished package as a person would: install, start, use, quit, uninstall, look around.

    course.py    what is done with each package, and what must come of it
    installs.py  installing and uninstalling each kind of package
    watching.py  what can be seen of the program from outside, on each system

`smoke.py` calls them. Runs the package as it is: nothing of the checkout is on its path.
"""
