"""Make a browser and CJK fonts available to the tests, or say plainly how to.

Order: what is there already; Debian's packages where we may install them; the test
tool's own browser. Run by `make test`; it does nothing when all is there.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def installed_browser() -> str | None:
    """Path of a browser of this machine, else of the test tool's own, else None."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    for path in MAC_BROWSERS:
        if Path(path).exists():
            return path
    return _own_browser()


def _own_browser() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def has_cjk_fonts() -> bool:
    """Whether the machine can draw Korean (macOS always can)."""
    if sys.platform == "darwin":
        return True
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=ko"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def _apt(packages: list[str]) -> bool:
    if not shutil.which("apt-get"):
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and (
        not shutil.which("sudo")
        or subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode
    ):
        return False
    print(f"Installing {' '.join(packages)} with apt ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *packages]):
        done = subprocess.run(
            [*prefix, *command], capture_output=True, text=True, check=False, env=environment
        )
        if done.returncode:
            print((done.stderr or done.stdout).strip().splitlines()[-1:], file=sys.stderr)
            return False
    return True


def main() -> int:
    missing = []
    if installed_browser() is None:
        missing.append("chromium")
    if not has_cjk_fonts():
        missing += ["fontconfig", "fonts-noto-cjk"]
    if not missing:
        return 0
    if not _apt(missing) and "chromium" in missing:
        print("apt is not to be had; asking the test tool for its own browser ...", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if installed_browser() is None:
        print(
            "error: no browser for the tests: install Chromium (Debian: apt install chromium;"
            " macOS: any Chrome), then run `make test` again",
            file=sys.stderr,
        )
        return 1
    if not has_cjk_fonts():
        print(
            "warning: no Korean font: screenshots will show empty boxes;"
            " install fonts-noto-cjk to see them right",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
