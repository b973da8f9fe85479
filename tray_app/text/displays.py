"""Why no window can be shown: no display, one that is not there, a library that is missing."""

from __future__ import annotations

from tray_app.core.libraries import missing_library
from tray_app.text.plain import one_line
from tray_app.text.wording import tr

# library → package of Debian and Ubuntu, package of Fedora; those that Qt's wheel leaves to the
# system. Of the others only the library is named.
_PACKAGES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libICE.so.6": ("libice6", "libICE"),
    "libOpenGL.so.0": ("libopengl0", "libglvnd-opengl"),
    "libSM.so.6": ("libsm6", "libSM"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb"),
    "libX11.so.6": ("libx11-6", "libX11"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libgthread-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libwayland-client.so.0": ("libwayland-client0", "libwayland-client"),
    "libwayland-cursor.so.0": ("libwayland-cursor0", "libwayland-cursor"),
    "libwayland-egl.so.1": ("libwayland-egl1", "libwayland-egl"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-glx.so.0": ("libxcb-glx0", "libxcb"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-render.so.0": ("libxcb-render0", "libxcb"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb"),
    "libxcb.so.1": ("libxcb1", "libxcb"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
}


def no_display() -> str:
    return tr(
        "There is no display to show a window on. In a terminal, these work without one: "
        "ollama-tray list, show, ps, pull, rm, status, doctor."
    )


def display_gone(name: str) -> str:
    """Nobody listens where DISPLAY or WAYLAND_DISPLAY points to."""
    return tr(
        "The display “{name}” isn’t there any more, or never was. In a terminal, these work "
        "without one: ollama-tray list, show, ps, pull, rm, status, doctor."
    ).format(name=one_line(name))


def display_silent(name: str) -> str:
    return tr("The display “{name}” doesn’t answer, so no window can be shown.").format(
        name=one_line(name)
    )


def display_refuses(name: str) -> str:
    return tr(
        "The display “{name}” doesn’t let this program in. Start it as the user who is "
        "logged in there."
    ).format(name=one_line(name))


def library_missing(library: str) -> str:
    """A library of the system that Qt needs to show a window."""
    packages = _PACKAGES.get(library)
    if packages is None:
        return tr("The library {library} is missing. Without it, no window can be shown.").format(
            library=one_line(library)
        )
    return tr(
        "The library {library} is missing. Without it, no window can be shown. Install "
        "{debian} (Debian, Ubuntu) or {fedora} (Fedora)."
    ).format(library=library, debian=packages[0], fedora=packages[1])


def qt_impossible(reason: str) -> str:
    """`reason` is what the system's loader or Python says about loading Qt, in English."""
    if library := missing_library(reason):
        return library_missing(library)
    return tr("Qt can’t be loaded, so no window can be shown: {reason}").format(
        reason=one_line(reason)
    )


def only_english(reason: str) -> str:
    """Said where another language was wanted; for that reason it is not translated."""
    library = missing_library(reason)
    if not library:
        return f"Qt can’t be loaded, so this is in English: {one_line(reason)}"
    sentence = f"The library {library} is missing, so this is in English."
    packages = _PACKAGES.get(library)
    if packages is None:
        return sentence
    return f"{sentence} Install {packages[0]} (Debian, Ubuntu) or {packages[1]} (Fedora)."


def platform_impossible(name: str) -> str:
    """`name` is what QT_QPA_PLATFORM says, and no display that is there is one of those."""
    return tr(
        "No window can be shown in the way that QT_QPA_PLATFORM asks for: “{name}”. Leave that "
        "variable out, and start again."
    ).format(name=one_line(name))


def windows_impossible(reason: str) -> str:
    """`reason` is Qt's own, in English."""
    return tr("No window can be shown here. Qt says: {reason}").format(reason=one_line(reason))
