"""How the packages are built: one module for each kind of package and for each step before it.

    project.py      what is packaged: version, names, folders, date; running commands
    environment.py  the packages that building takes, in a virtual environment of their own
    source.py       a clean copy of the source with compiled translations
    changelog.py    CHANGELOG.md → release text and the releases of the AppStream metainfo
    icons.py        app.svg → PNG in all sizes, .ico, .icns
    licenses.py     the licenses of everything that a frozen program holds
    freeze.py       PyInstaller: the program as a folder; bundle.py and elf.py say what is in it
    tree.py         the files of a Linux system package, as they lie below /
    wheel.py deb.py rpm.py appimage.py flatpak.py windows.py macos.py sbom.py

`build.py` calls them. Nothing here is part of the program.
"""
