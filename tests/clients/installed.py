"""The pinned programs of this folder, installed once into a directory of the build."""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SCRATCH = os.environ.get("FACIOCTL_SCRATCH") or os.path.join(os.getcwd(), "clients")


def installed():
    """Installs what is missing and returns the directory."""
    os.makedirs(SCRATCH, exist_ok=True)
    lock = os.path.join(SCRATCH, "package-lock.json")
    done = os.path.join(SCRATCH, "installed")
    with open(os.path.join(HERE, "package-lock.json"), "rb") as file:
        wanted = file.read()
    if os.path.exists(done) and os.path.exists(lock):
        with open(lock, "rb") as file:
            if file.read() == wanted:
                return SCRATCH
    if os.path.exists(done):
        os.remove(done)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(os.path.join(HERE, name), SCRATCH)
    subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=SCRATCH, check=True)
    with open(done, "w", encoding="ascii"):
        pass
    return SCRATCH


def with_script(name):
    """Puts a script of this folder beside the programs, so that it finds their modules; gives its path."""
    return shutil.copy(os.path.join(HERE, name), installed())


def installed_python(requirements="requirements.txt"):
    """The same for the programs in Python, which are in an environment of their own for each list; returns its directory of programs."""
    place = os.path.join(SCRATCH, "python" if requirements == "requirements.txt" else "python-" + requirements.removesuffix(".txt"))
    done = os.path.join(place, "installed.txt")
    with open(os.path.join(HERE, requirements), encoding="ascii") as file:
        wanted = file.read()
    if os.path.exists(done):
        with open(done, encoding="ascii") as file:
            if file.read() == wanted:
                return os.path.join(place, "bin")
    subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
    subprocess.run([os.path.join(place, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", "--requirement",
                    os.path.join(HERE, requirements)], check=True)
    with open(done, "w", encoding="ascii") as file:
        file.write(wanted)
    return os.path.join(place, "bin")
