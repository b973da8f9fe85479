"""The frozen program's first module; PyInstaller wants a script where others want `-m`."""

import sys

from tray_app.__main__ import main

sys.exit(main())
