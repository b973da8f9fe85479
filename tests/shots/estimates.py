"""Pictures of the pull dialog once a name has been looked up."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from tests.shots import data
from tests.shots.dialogs import pull
from tests.shots.registry import SHOTS
from tests.shots.scene import known
from tray_app.core.errors import ModelNotFound, Unauthorized, Unreachable, UnreachableKind
from tray_app.core.estimate import DiskSpace, Missing, PullCheck, PullEstimate
from tray_app.core.licenses import License
from tray_app.core.memory_fit import FitKind, MemoryFit
from tray_app.core.records import ModelDetails
from tray_app.views.pull.dialog import PullDialog
from tray_app.views.pull.license_dialog import license_reader

GB, MB = 1_000_000_000, 1_000_000

LLAVA = PullEstimate(
    data.SERVER,
    "llava:13b-v1.6",
    PullCheck.NEW,
    total_bytes=8_010 * MB,
    fetch_bytes=7_365 * MB,
    here_bytes=645 * MB,
    shared_with=("llava:13b",),
    details=ModelDetails("", "gguf", "llama", ("llama", "clip"), "13B", "Q4_0"),
    capabilities=("vision",),
    licenses=(License("Llama 2 Community License", "LLAMA 2 COMMUNITY LICENSE AGREEMENT\n…\n"),),
    space=DiskSpace("/usr/share/ollama", 212 * GB),
    fit=MemoryFit(FitKind.FITS, 9_800 * MB, 12 * GB),
)
DEEPSEEK = PullEstimate(
    data.SERVER,
    "deepseek-r1:70b",
    PullCheck.NEW,
    total_bytes=42_500 * MB,
    fetch_bytes=42_500 * MB,
    details=ModelDetails("", "gguf", "llama", ("llama",), "70.6B", "Q4_K_M"),
    licenses=(License("MIT License", "MIT License\n"),),
    space=DiskSpace("/usr/share/ollama", 28_100 * MB),
    fit=MemoryFit(FitKind.TOO_LARGE, 46_100 * MB, 12 * GB, 260),
)
UPDATE = replace(
    LLAVA,
    name="mistral:7b",
    standing=PullCheck.UPDATE,
    total_bytes=4_373 * MB,
    fetch_bytes=4_360 * MB,
    here_bytes=13 * MB,
    shared_with=(),
    details=ModelDetails("", "gguf", "llama", ("llama",), "7.2B", "Q4_K_M"),
    capabilities=("tools",),
    space=DiskSpace("/home/somebody/.ollama/models", 9_100 * MB),
    fit=MemoryFit(FitKind.UNKNOWN, 5_500 * MB),
)
BARE = PullEstimate(
    data.SERVER,
    "llava:13b-v1.6",
    PullCheck.NEW,
    total_bytes=8_010 * MB,
    fetch_bytes=8_010 * MB,
    details_reason=Unreachable(kind=UnreachableKind.LOST),
    licenses_reason=Unreachable(kind=UnreachableKind.LOST),
    space_reason=Missing.REMOTE,
    fit=MemoryFit(FitKind.PROCESSOR, 9_800 * MB, 34 * GB),
)


def failed(name: str, error: Exception) -> PullEstimate:
    """What is known when the registry did not tell."""
    return PullEstimate(data.SERVER, name, PullCheck.NEW, manifest_reason=error)  # type: ignore[arg-type]


def looked_up(text: str, estimate: PullEstimate) -> PullDialog:
    """The dialog with a text in it that has been looked up."""
    scene = known()
    dialog = pull(text, scene)
    dialog.lookup.ask_now()
    scene.state.set_estimate(estimate)
    return dialog


def enter(
    name: str, text: str, estimate: PullEstimate, themes: tuple[str, ...] = ("light",)
) -> Callable[[], QWidget]:
    """Enter a picture of what is said of `text`."""
    return SHOTS.add(f"pull-{name}", themes=themes)(lambda: looked_up(text, estimate))


NEW = enter("new", "ollama run llava:13b-v1.6", LLAVA, ("light", "dark"))
UPDATED = enter("update", "mistral:7b", UPDATE)
BARELY = enter("bare", "llava:13b-v1.6", BARE)
CURRENT = enter("current", "qwen3:8b", replace(LLAVA, name="qwen3:8b", standing=PullCheck.CURRENT))
NOT_FOUND = enter("not-found", "qwen33:14b", failed("qwen33:14b", ModelNotFound("qwen33:14b")))
NO_NETWORK = enter(
    "no-network",
    "qwen3:32b",
    failed("qwen3:32b", Unreachable(kind=UnreachableKind.NAME_LOOKUP)),
)
REFUSED = enter(
    "refused",
    "hf.co/user/private-GGUF",
    failed("hf.co/user/private-GGUF:latest", Unauthorized("x")),
)
TOO_OLD = enter("too-old", "llava:13b-v1.6", replace(LLAVA, requires="0.40"))
PARTIAL = enter(
    "partial",
    "llava:13b-v1.6",
    replace(LLAVA, details=None, capabilities=(), licenses=(), fit=None),
)


@SHOTS.add("pull-short", themes=("light", "dark"))
def short() -> QWidget:
    return looked_up("deepseek-r1:70b", DEEPSEEK)


@SHOTS.add("pull-lookup", themes=("light", "dark"))
def lookup() -> QWidget:
    dialog = pull("https://ollama.com/library/qwen3:32b")
    dialog.lookup.ask_now()
    return dialog


@SHOTS.add("pull-license", themes=("light",))
def license_text() -> QWidget:
    return license_reader(LLAVA)
