"""The whole program on damaged files of its own and a full disk: it starts, keeps what it can, and
ends as asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[3]
GOOD = {"id": "1", "server_id": "local", "name": "good:latest", "state": "paused",
        "added_at": "2026-05-04T12:00:00+00:00", "fetched_bytes": 0, "active_s": 1.0}  # fmt: skip
PROGRESS = {"completed_bytes": 0, "is_total_known": True, "permille": 5, "layers": []}
TOTALS = [{**GOOD, "id": str(n), "progress": {**PROGRESS, "total_bytes": n}} for n in (-1, 1)]
DAMAGED = {
    "too large": json.dumps({**GOOD, "id": "2"}).replace('_bytes": 0', '_bytes": 1e999'),
    "totals that cancel out": ", ".join(map(json.dumps, TOTALS)),
    "nested too deep": "[" * 200 + "]" * 200,
}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("rows", DAMAGED.values(), ids=DAMAGED)
def test_it_starts_and_ends_as_asked(tmp_path: Path, rows: str) -> None:
    queue = tmp_path / "state" / "downloads.json"
    log = tmp_path / "log" / "ollama-tray.log"
    for file in (queue, log):
        file.parent.mkdir()
    original = '{"version": 1, "items": [' + json.dumps({**GOOD, "id": "9"}) + ", " + rows + "]}"
    queue.write_text(original)
    log.symlink_to("/dev/full")
    environ = {**os.environ, "OLLAMA_HOST": "127.0.0.1:9", "QT_QPA_PLATFORM": "offscreen",
               "HTTPS_PROXY": "http://127.0.0.1:9"}  # fmt: skip
    line = [sys.executable, "-m", "tray_app", "--data-dir", str(tmp_path)]
    with subprocess.Popen(line, cwd=ROOT, env=environ, stderr=subprocess.PIPE) as program:
        try:
            wait_for(queue.with_name("downloads.json.bad").exists, timeout_s=30)
            program.terminate()
            _, err = program.communicate(timeout=30)
        finally:
            program.kill()
    assert program.returncode == 0, err
    assert b"Traceback" not in err
    assert b"Logging error" not in err
    assert queue.with_name("downloads.json.bad").read_text() == original
    assert "9" in [item["id"] for item in json.loads(queue.read_text())["items"]]
