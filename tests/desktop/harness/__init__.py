"""A virtual desktop for tests, pictures and machines without a screen.

Linux only; standard library and jeepney.

    desktop.py   VirtualDesktop: X server, session bus, window manager, tray, notifications
    services.py  our own tray host and notification service, which can be told to fail
    fake_service.py  what our services on the bus have in common; systemd.py, sleep_inhibitors.py
    monitor.py   what was sent to the notification service, whoever plays it
    tray.py      the tray item of a program: properties, menu, clicks, all over D-Bus
    screen.py    windows, pictures, keys
    program.py   Ollama Tray (or any program) as a process, ended by its pid
    processes.py starting and ending child processes
    bus.py       a connection to the session bus

`python -m tests.desktop.harness run -- COMMAND` runs a command on such a desktop.
"""
