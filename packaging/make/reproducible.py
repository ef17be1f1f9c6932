"""Archives whose bytes depend on nothing but what is in them."""

import gzip
import hashlib
import io
import os
import subprocess
import tarfile
import time
import zipfile

TIME = int(os.environ["SOURCE_DATE_EPOCH"])


def tar(files, mode="w"):
    """The bytes of a tar archive; `files`: (name, content or None for a directory, permissions)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=tarfile.GNU_FORMAT) as archive:
        for name, content, permissions in files:
            entry = tarfile.TarInfo(name)
            entry.mtime, entry.mode = TIME, permissions
            if content is None:
                entry.type = tarfile.DIRTYPE
                archive.addfile(entry)
                continue
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def compressed(data):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9, mtime=TIME, filename="") as file:
        file.write(data)
    return out.getvalue()


def zipped(files):
    """The bytes of a zip archive; `files`: (name, content, permissions)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content, permissions in files:
            entry = zipfile.ZipInfo(name, time.gmtime(max(TIME, 315532800))[:6])
            entry.external_attr = (0o100000 | permissions) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def told(*arguments):
    """What the program that is packaged prints."""
    return subprocess.run([*os.environ["RUN"].split(), os.environ["BINARY"], *arguments], check=True, capture_output=True).stdout


def write(name, data):
    """A file of the release."""
    with open(os.path.join(os.environ["OUT"], name), "wb") as file:
        file.write(data)
