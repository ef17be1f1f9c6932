"""Good and bad input of the workspace area."""

import itertools
import urllib.parse

NUMBERS = itertools.count()


def file(server):
    path = f"notes/contract{next(NUMBERS)}.md"
    server.request("PUT", "/api/v1/workspace/file?path=" + urllib.parse.quote(path), {"content": "hello\n"})
    return path


# The path of a query.
OBJECTS = {"workspace.read": file, "workspace.write": file, "workspace.delete": file}
BODIES = {"workspace.write": {"content": "hello"}}
ARGUMENTS = {"workspace.write": ["--content", "hello"]}
REFUSED = {"workspace.write": [{"content": "no base64", "encoding": "base64"}, {"content": "x", "encoding": "latin-1"}]}
