"""Good and bad input of the skills area."""

import base64
import io
import itertools
import zipfile

NUMBERS = itertools.count()
FRONT = "---\nname: weather\ndescription: Tells the weather\n---\nLook out of the window.\n"


def zipped(files):
    """A zip file as base64; `files`: name -> text or bytes, or a list of (name or ZipInfo, text)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, text)
    return base64.b64encode(buffer.getvalue()).decode()


def body(server=None):
    return {"name": f"contract{next(NUMBERS)}", "zip": zipped({"SKILL.md": FRONT})}


def one(server):
    made = body()
    server.request("POST", "/api/v1/skills", made)
    return made["name"]


OBJECTS = {"skills.remove": one}
BODIES = {"skills.install": body}
REFUSED = {"skills.install": [{"name": "bad", "zip": text} for text in ("no base64", "aGVsbG8=", zipped({}), zipped({"other.md": FRONT}))]}
