"""Searches bytes for secrets, in every form in which somebody could read them."""

import base64
import os
import subprocess
import urllib.parse


def forms(secret):
    """Name and bytes of each form of a secret."""
    raw = secret.encode()
    found = {"plain": raw, "reversed": raw[::-1], "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode(),
             "percent": urllib.parse.quote(secret, safe="").encode(), "all percent": "".join(f"%{byte:02x}" for byte in raw).encode(),
             "utf-16": secret.encode("utf-16-le")}
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw)
        begin, end = (shift * 8 + 5) // 6, (shift + len(raw)) * 8 // 6
        found[f"base64 at {shift}"] = whole[begin:end]
        found[f"base64url at {shift}"] = whole[begin:end].translate(bytes.maketrans(b"+/", b"-_"))
    return found


class Search:
    """`secrets`: by the way that each came in."""

    def __init__(self, secrets):
        self.needles = [(way, form, needle) for way, secret in secrets.items() for form, needle in forms(secret).items()]
        self.bytes = 0

    def hits(self, data):
        self.bytes += len(data)
        return sorted({f"{way} ({form})" for way, form, needle in self.needles if needle in data})

    def files(self, folder, allowed=()):
        """Where secrets stand in files below a folder: {path: hits}. The objects of git are searched by objects()."""
        found = {}
        for where, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(where, name)
                if path in allowed or os.path.islink(path) or not os.path.isfile(path):
                    continue
                with open(path, "rb") as file:
                    hits = self.hits(file.read())
                if hits:
                    found[path] = hits
        return found

    def objects(self, repository):
        """Where secrets stand in the objects of a git repository, uncompressed."""
        call = ["git", "-c", "safe.directory=*", "-C", repository, "cat-file", "--batch-all-objects", "--batch", "--unordered"]
        done = subprocess.run(call, capture_output=True, check=True, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"})
        assert b" commit " in done.stdout, "the repository is empty"
        return self.hits(done.stdout)
