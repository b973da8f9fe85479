"""What is dropped together and is one model, as a table."""

import pytest

from tray_app.core.creates.groups import FileGroup, group_paths

PARTS = tuple(f"/d/a-0000{number}-of-00003.gguf" for number in (1, 2, 3))


def alone(path: str) -> FileGroup:
    return FileGroup(path, (path,))


@pytest.mark.parametrize(
    ("paths", "groups"),
    [
        ((), ()),
        (("/d/a.gguf",), (alone("/d/a.gguf"),)),
        (("/d/a.gguf", "/d/a.gguf"), (alone("/d/a.gguf"),)),
        (("/d/b.gguf", "/d/a.gguf"), (alone("/d/b.gguf"), alone("/d/a.gguf"))),
        (("/d/a.txt", "/d/a.GGUF", "/d/b"), (alone("/d/a.GGUF"),)),
        # Parts in any order; some may be missing.
        (PARTS[::-1], (FileGroup(PARTS[0], PARTS),)),
        ((PARTS[2], PARTS[1]), (FileGroup(PARTS[1], PARTS[1:]),)),
        (("/e/a-00001-of-00003.gguf", PARTS[1]),
         (alone("/e/a-00001-of-00003.gguf"), alone(PARTS[1]))),
        (("/d/a-00001-of-00002.gguf", "/d/a-00002-of-00003.gguf"),
         (alone("/d/a-00001-of-00002.gguf"), alone("/d/a-00002-of-00003.gguf"))),
        # The only model has the projector, whatever that is called.
        (("/d/mmproj-F16.gguf", "/d/a.gguf"),
         (FileGroup("/d/a.gguf", ("/d/a.gguf", "/d/mmproj-F16.gguf"), "/d/mmproj-F16.gguf"),)),
        ((*PARTS, "/d/mmproj.gguf"),
         (FileGroup(PARTS[0], (*PARTS, "/d/mmproj.gguf"), "/d/mmproj.gguf"),)),
        # Of several the one with its name.
        (("/d/a.gguf", "/d/gemma-Q4_0.gguf", "/d/mmproj-gemma-F16.gguf"),
         (alone("/d/a.gguf"),
          FileGroup("/d/gemma-Q4_0.gguf", ("/d/gemma-Q4_0.gguf", "/d/mmproj-gemma-F16.gguf"),
                    "/d/mmproj-gemma-F16.gguf"))),
        (("/d/a.gguf", "/d/b.gguf", "/d/mmproj.gguf"),
         (alone("/d/a.gguf"), alone("/d/b.gguf"), alone("/d/mmproj.gguf"))),
        (("/d/mmproj.gguf",), (alone("/d/mmproj.gguf"),)),
        # One projector a model.
        (("/d/a.gguf", "/d/mmproj-F16.gguf", "/d/mmproj-F32.gguf"),
         (FileGroup("/d/a.gguf", ("/d/a.gguf", "/d/mmproj-F16.gguf"), "/d/mmproj-F16.gguf"),
          alone("/d/mmproj-F32.gguf"))),
    ],
)  # fmt: skip
def test_groups(paths: tuple[str, ...], groups: tuple[FileGroup, ...]) -> None:
    assert group_paths(paths) == groups
