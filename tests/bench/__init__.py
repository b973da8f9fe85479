"""Measurements: how quick, how small and how smooth the program is, beside a bare one.

    __main__.py   the command line and the one table
    table.py      a line of the table, medians, ratios
    proof.py      what has to be seen for a number to count
    machine.py    what the numbers were measured on
    children.py   the processes that are measured: starting them, their memory and CPU time
    floor.py      the floor: a bare PySide6 program with a tray icon, or an empty table in a window
    bare_table.py the floor of the table: rows in a list, shown by a plain QTableView
    probe.py      the program itself, with instruments in its GUI thread
    whole.py      the program in this process, polling when it is told to
    lateness.py   a timer that tells how long events wait
    painted.py    tells when a widget was painted, and how many rows are on screen
    registrations.py  tells when a tray icon reached the desktop
    lists.py      lists of models as a server sends them
    server.py     a demo server with long lists and endless downloads, which counts requests
    feeder.py     a server that sends the lines of a pull as fast as they are taken
    starting.py   first tray icon, memory, idle CPU, window, end
    frozen.py     the same of the frozen program, and its size
    showing.py    refresh, sort and search of a long list
    latency.py    how long events wait in the GUI thread while much is going on
    pulling.py    progress of downloads: bytes a CPU second, memory, the queue file
    terminal.py   CPU time of a verb in the terminal
    bare_list.py  the floor of that: a script of a few lines
    peers.py      other programs that list models, beside ours: a table of its own
    screen.py     a program in a terminal of its own

Nothing here is a test: a number that is too large is marked in the table, and fails nothing. But
every line says what was seen while it was measured (rows on screen, polls, bytes …), and where
that is missing the run fails: an empty table is quick. tests/meta holds the measurements to it.
Absolute times mean little on another machine, so everything stands beside a floor that was
measured in the same run, in turns with it.
"""
