"""The addresses of the project stand in one place, and what stores want to know is made of it."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path

import pytest
from PySide6.QtGui import QImageReader

from tests.packaging.conftest import PACKAGING, ROOT, run_script
from tests.support.tools import require
from tray_app import APP_ID, __version__

SOURCE = "https://github.com/somebody/tray"
X64, ARM64 = 0x8664, 0xAA64
"""Processors, as the header of a program for Windows names them."""


def at_github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Move the project."""
    from kit import home

    old = home.read().homepage
    text = home.FILE.read_text(encoding="utf-8")
    assert f"{old}/source" in text
    moved = tmp_path / "pyproject.toml"
    moved.write_text(text.replace(f"{old}/source", SOURCE).replace(old, SOURCE), encoding="utf-8")
    monkeypatch.setattr(home, "FILE", moved)


@pytest.fixture
def release_folder(tmp_path: Path) -> Path:
    from kit import stores

    folder = tmp_path / "release"
    folder.mkdir()
    for name in stores._FILES.values():
        (folder / name).write_text(name, encoding="utf-8")
    return folder


def test_no_other_file_holds_the_address_of_the_project() -> None:
    from kit import home

    host = home.read().homepage.partition("://")[2].partition("/")[0]
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "grep", "--files-with-matches", "--fixed-strings", host],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 128:
        pytest.skip("this is no checkout")
    assert listed.stdout.split() == ["pyproject.toml"]


def test_every_package_moves_with_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release_folder: Path
) -> None:
    from kit import appstream, deb, home, rpm, stores

    before = home.read()
    at_github(tmp_path, monkeypatch)
    ours = home.read()
    assert (before.is_placeholder, before.github) == (True, None)
    assert (ours.is_placeholder, ours.github) == (False, ("somebody", "tray"))
    monkeypatch.setattr("kit.needs.debian_packages", lambda _: ["libc6"])
    monkeypatch.setattr("kit.needs.host_libraries", lambda _: [])
    monkeypatch.setattr("kit.needs.glibc", lambda _: "2.35")
    made = {
        "metainfo": appstream.metainfo(ROOT),
        "deb": deb._control(tmp_path),
        "rpm": rpm._filled(tmp_path, quick=True),
        **{
            file.name: file.read_text(encoding="utf-8")
            for file in stores.write(release_folder, tmp_path / "stores")
        },
    }
    for name, text in made.items():
        assert before.homepage not in text, name
        assert SOURCE in text or ".yaml" in name, name
    assert made["metainfo"].count(SOURCE) == 5
    assert "<image type" in made["metainfo"]
    assert f"raw.githubusercontent.com/somebody/tray/v{__version__}/" in made["metainfo"]
    assert f"Homepage: {SOURCE}\n" in made["deb"]
    assert re.search(
        rf"^\* \w+ \w+ \d\d \d{{4}} .+ - {__version__}-1\n- ", made["rpm"], re.MULTILINE
    )


def test_a_missing_address_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kit import home
    from kit.project import BuildError

    file = tmp_path / "pyproject.toml"
    file.write_text('[project.urls]\nHomepage = "https://a.b"\n', encoding="utf-8")
    monkeypatch.setattr(home, "FILE", file)
    with pytest.raises(BuildError, match="documentation, source, issues, changelog, translate"):
        home.read()


def test_nothing_is_released_from_a_placeholder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import release

    from kit.project import BuildError

    with pytest.raises(BuildError, match="placeholder"):
        release.check_home()
    at_github(tmp_path, monkeypatch)
    release.check_home()


def test_the_pictures_of_the_metainfo_are_there() -> None:
    from kit import appstream

    assert len(appstream.SCREENSHOTS) > 3
    for name, captions in appstream.SCREENSHOTS.items():
        picture = ROOT / appstream.PICTURES / name
        assert picture.stat().st_size < 200_000, name
        assert QImageReader(str(picture)).size().width() >= 1120, name  # twice the least
        assert not any(caption.endswith((".", "。")) for caption in captions), name
    assert len(set(appstream.SCREENSHOTS.values())) == len(appstream.SCREENSHOTS)


def test_the_metainfo_lists_all_that_a_store_shows() -> None:
    from kit import appstream

    text = appstream.metainfo(ROOT)
    kinds = re.findall(r'<url type="([\w-]+)">', text)
    assert kinds == ["homepage", "bugtracker", "help", "translate", "vcs-browser"]
    for part in ("<screenshot type=", "<content_rating", "<releases>", "<branding>", "<supports>"):
        assert part in text


def test_a_gap_that_nothing_fills_is_an_error(tmp_path: Path) -> None:
    from kit import templates
    from kit.project import BuildError

    file = tmp_path / "template"
    file.write_text("a @ONE@ b@c.d @TWO@", encoding="utf-8")
    assert templates.fill(file, {"ONE": "1", "TWO": "@ONE@"}) == "a 1 b@c.d @ONE@"
    with pytest.raises(BuildError, match="TWO"):
        templates.fill(file, {"ONE": "1"})


def test_stores_get_the_checksums_of_the_release(release_folder: Path, tmp_path: Path) -> None:
    from kit import stores
    from kit.project import sha256

    done = run_script("release.py", "stores", release_folder, tmp_path / "stores")
    assert done.returncode == 0, done.stderr
    made = {Path(line).name: Path(line) for line in done.stdout.splitlines()}
    assert len(made) == len(stores._TARGETS)
    texts = {name: file.read_text(encoding="utf-8") for name, file in made.items()}
    whole = "\n".join(texts.values())
    for name in stores._FILES.values():
        assert sha256(release_folder / name).casefold() in whole.casefold(), name
    assert "@" not in whole.replace("@users.noreply", "")
    installer = texts["OllamaTray.OllamaTray.installer.yaml"]
    assert installer.count("Architecture: ") == 4
    assert f"ProductCode: {APP_ID}\n" in installer
    next(iter(release_folder.glob("*.dmg"))).unlink()
    again = run_script("release.py", "stores", release_folder, tmp_path / "again")
    assert again.returncode == 1
    assert ".dmg" in again.stderr


def test_winget_tells_the_installer_who_brings_what_is_newer() -> None:
    manifest = (PACKAGING / "stores" / "winget" / "installer.yaml").read_text(encoding="utf-8")
    switches = re.findall(r"^( *)Custom: (.+)$", manifest, re.MULTILINE)
    # An installer's own take the place of those for all.
    assert [len(indent) for indent, _ in switches] == [2, 6, 6]
    assert all("/PackagedBy=winget" in switch.split() for _, switch in switches)
    script = (PACKAGING / "windows" / "installer.nsi").read_text(encoding="utf-8")
    assert '"/PackagedBy=" $PackagedBy' in script
    assert r"$INSTDIR\lib\resources\${MARKER}" in script


def test_the_program_knows_the_cask_of_homebrew() -> None:
    from tray_app import project

    cask = (PACKAGING / "stores" / "homebrew" / "ollama-tray.rb").read_text(encoding="utf-8")
    assert f'cask "{project._CASK}" do' in cask


def _pkgbuild(file: Path) -> dict[str, list[str]]:
    """The variables of a PKGBUILD, read by bash."""
    names = ["pkgname", "pkgver", "pkgrel", "pkgdesc", "url", "arch", "license", "depends"]
    names += ["makedepends", "optdepends", "source", "sha256sums"]
    script = f'source "{file}"; declare -F build package >/dev/null || exit 9\n' + "\n".join(
        f'printf "{name}\\t%s\\n" "${{{name}[@]}}"' for name in names
    )
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        name, _, value = line.partition("\t")
        found.setdefault(name, []).append(value)
    return found


def test_the_aur_is_told_the_same_in_both_files(release_folder: Path, tmp_path: Path) -> None:
    require("bash")
    from kit import stores

    stores.write(release_folder, tmp_path)
    told = _pkgbuild(tmp_path / "aur" / "PKGBUILD")
    listed: dict[str, list[str]] = {}
    for line in (tmp_path / "aur" / ".SRCINFO").read_text(encoding="utf-8").splitlines():
        name, _, value = line.strip().partition(" = ")
        listed.setdefault(name, []).append(value)
    assert listed.pop("pkgbase") == ["ollama-tray"]
    del listed[""]
    assert listed == told


def test_ruby_reads_the_cask(release_folder: Path, tmp_path: Path) -> None:
    require("ruby")
    from kit import stores

    stores.write(release_folder, tmp_path)
    file = tmp_path / "homebrew" / "Casks" / "o" / "ollama-tray.rb"
    done = subprocess.run(["ruby", "-wc", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Syntax OK\n", "")


def _windows_program(machine: int) -> bytes:
    """The smallest 64-bit program for Windows that can be signed: it returns at once."""
    code = b"\xc3".ljust(512, b"\0")
    coff = struct.pack("<4sHHIIIHH", b"PE", machine, 1, 0, 0, 0, 240, 0x22)
    optional = struct.pack("<HBBIIIII", 0x20B, 14, 0, len(code), 0, 0, 0x1000, 0x1000)
    optional += struct.pack("<QIIHHHHHHIIIIHH", 1 << 32, 4096, 512, 6, 0, 0, 0, 6, 0, 0, 0x2000,
                            512, 0, 3, 0)  # fmt: skip
    optional += struct.pack("<QQQQII", 1 << 20, 4096, 1 << 20, 4096, 0, 16).ljust(168, b"\0")
    section = struct.pack("<8sIIIIIIHHI", b".text", 1, 0x1000, len(code), 512, 0, 0, 0, 0,
                          0x60000020)  # fmt: skip
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    return (dos + coff + optional + section).ljust(512, b"\0") + code


@pytest.mark.parametrize(("machine", "suffix"), [(X64, ""), (ARM64, "-arm64")])
def test_names_tell_the_processor_of_the_program(machine: int, suffix: str, tmp_path: Path) -> None:
    from kit import windows

    (tmp_path / "ollama-tray-gui.exe").write_bytes(_windows_program(machine))
    assert windows.machine_suffix(tmp_path) == suffix


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of nobody with its key, and the file with its password."""
    key, certificate, whole = (folder / name for name in ("key.pem", "cert.pem", "cert.p12"))
    password = folder / "password"
    password.write_text("secret", encoding="utf-8")
    for command in (
        ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Nobody", "-days", "2",
         "-addext", "extendedKeyUsage=codeSigning", "-keyout", key, "-out", certificate],
        ["pkcs12", "-export", "-inkey", key, "-in", certificate, "-out", whole,
         "-passout", f"file:{password}"],
    ):  # fmt: skip
        subprocess.run(["openssl", *map(str, command)], capture_output=True, check=True)
    return whole, password


def test_programs_for_windows_are_signed_where_there_is_a_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from kit import signing

    monkeypatch.delenv(signing.CERTIFICATE, raising=False)
    assert not signing.is_possible()
    assert "not signed" in capsys.readouterr().err
    require("openssl", "osslsigncode")
    certificate, password = _certificate(tmp_path)
    monkeypatch.setenv(signing.CERTIFICATE, str(certificate))
    monkeypatch.setenv(signing.PASSWORD, str(password))
    monkeypatch.setenv(signing.TIMESTAMPS, "")
    assert signing.is_possible()
    program = tmp_path / "program.exe"
    program.write_bytes(_windows_program(X64))
    done = run_script("sign.py", program)
    assert done.returncode == 0, done.stderr
    told = subprocess.run(
        ["osslsigncode", "verify", "-in", program], capture_output=True, text=True, check=False
    )
    assert "CN=Nobody" in told.stdout.replace("CN = ", "CN=")


def _program_with(section: str, size: int) -> bytes:
    """The smallest 64-bit program with a section for us and one for names."""
    names = f"\0{section}\0.names\0".encode()
    data_at, names_at = 64, 64 + size
    table = names_at + len(names)
    head = b"\x7fELF\x02\x01\x01\0AI\x02".ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, table, 0, 64, 0, 0, 64, 3, 2)
    sections = [(0, 0, 0), (1, data_at, size), (len(section) + 2, names_at, len(names))]
    entries = [
        struct.pack("<IIQQQQIIQQ", label, 1, 0, 0, offset, length, 0, 0, 0, 0)
        for label, offset, length in sections
    ]
    return head + bytes(size) + names + b"".join(entries)


def test_an_appimage_says_where_its_updates_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kit import appimage, home
    from kit.project import BuildError

    assert appimage.update_information(home.read(), "x86_64") == ""
    at_github(tmp_path, monkeypatch)
    text = appimage.update_information(home.read(), "x86_64")
    assert text == ("gh-releases-zsync|somebody|tray|latest|Ollama_Tray-*-x86_64.AppImage.zsync")
    runtime = _program_with(".upd_info", 1024)
    written = appimage.with_update_information(runtime, text)
    assert len(written) == len(runtime)
    assert written[64:1088].rstrip(b"\0").decode() == text
    assert (written[:64], written[1088:]) == (runtime[:64], runtime[1088:])
    for too_small in (_program_with(".upd_info", 16), _program_with(".other", 1024)):
        with pytest.raises(BuildError):
            appimage.with_update_information(too_small, text)


def _library(*entries: tuple[int, int], strings: bytes = b"") -> bytes:
    """The smallest 64-bit library with a table for the linker and the strings that it names."""
    table = b"".join(struct.pack("<QQ", *entry) for entry in (*entries, (5, 0x1000), (0, 0)))
    table_at = 64 + 2 * 56
    strings_at = table_at + len(table)
    head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    for kind, offset, address, length in (
        (1, strings_at, 0x1000, len(strings)),
        (2, table_at, 0x2000, len(table)),
    ):
        head += struct.pack("<IIQQQQQQ", kind, 4, offset, address, address, length, length, 1)
    return head + table + strings


@pytest.mark.parametrize("tag", [15, 29])
def test_no_library_is_looked_for_where_the_program_was_built(tag: int, tmp_path: Path) -> None:
    from kit import elf
    from kit.project import BuildError

    strings = b"\0/home/me/lib\0$ORIGIN/../lib\0$ORIGIN:/opt/lib\0libc.so.6\0"
    needed = (1, strings.index(b"libc"))

    def looking_in(text: bytes) -> bytes:
        return _library((tag, strings.index(text)), needed, strings=strings)

    foreign = looking_in(b"/home")
    # The rest moves up, and nothing else in the file moves.
    wanted = bytearray(_library(needed, strings=strings).ljust(len(foreign), b"?"))
    table_at = 64 + 2 * 56
    wanted[64:table_at] = foreign[64:table_at]
    wanted[table_at + 48 :] = bytes(16) + strings
    assert elf.without_foreign_run_path(foreign) == bytes(wanted)
    beside = looking_in(b"$ORIGIN/..")
    assert elf.without_foreign_run_path(beside) == beside
    with pytest.raises(BuildError, match="/opt/lib"):
        elf.without_foreign_run_path(looking_in(b"$ORIGIN:/opt"))
    for name, content in (("foreign.so", foreign), ("beside.so", beside), ("text", b"a b")):
        (tmp_path / name).write_bytes(content)
    elf.drop_foreign_run_paths(tmp_path)
    assert (tmp_path / "foreign.so").read_bytes() == bytes(wanted)
    assert (tmp_path / "beside.so").read_bytes() == beside
    assert (tmp_path / "text").read_bytes() == b"a b"


def test_every_signing_step_says_what_it_skips() -> None:
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    for secret in ("MACOS_CERTIFICATE", "MACOS_NOTARY_PASSWORD", "WINDOWS_CERTIFICATE"):
        assert f"secrets.{secret} != ''" in text
        assert f"::notice::No {secret} is set" in text


def test_installer_has_no_address_of_its_own() -> None:
    text = (PACKAGING / "windows" / "installer.nsi").read_text(encoding="utf-8")
    for name in ("HOMEPAGE", "HELP", "NEWS"):
        assert f'"${{{name}}}"' in text
    assert "://" not in text
