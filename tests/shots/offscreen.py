"""What the environment has to say before the application of the pictures is made."""

import json
import os
import tempfile
import time

# The offscreen platform's own screen is 800 pixels wide; menus would not fit on it.
_SCREEN = {"name": "s", "x": 0, "y": 0, "width": 3840, "height": 2400, "logicalDpi": 96, "dpr": 1}


def prepare() -> None:
    """Draw without a display, at twice the size, in UTC."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump({"screens": [_SCREEN]}, file)
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={file.name}"
    os.environ["QT_SCALE_FACTOR"] = "2"
    os.environ["TZ"] = "UTC"
    if hasattr(time, "tzset"):
        time.tzset()
