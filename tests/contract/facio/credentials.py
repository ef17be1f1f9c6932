"""Good and bad input of the credentials area."""

import itertools

COUNTER = itertools.count()


def secret(server):
    key = f"CONTRACT_{next(COUNTER)}"
    assert server.request("POST", "/api/v1/credentials", {"key": key, "value": "a value"})[0] == 201
    return key


def new(_):
    return {"key": f"CONTRACT_NEW_{next(COUNTER)}", "value": "a value"}


OBJECTS = {f"credentials.{verb}": secret for verb in ("get", "set", "expose", "delete")}
BODIES = {"credentials.create": new, "credentials.set": {"value": "another value"}, "credentials.expose": {"exposed": True, "for_s": 60}}
ARGUMENTS = {"credentials.expose": ["--for", "1m"]}
UNKNOWN = {f"credentials.{verb}": "NO_SUCH_THING" for verb in ("get", "expose", "delete")}
REFUSED = {
    "credentials.create": [{"key": "providers", "value": "x"}, {"key": "1A", "value": "x"}, {"key": "A-B", "value": "x"},
                           {"key": "A" * 129, "value": "x"},
                           {"key": "A", "value": ""}, {"key": "A", "value": "a\0b"}, {"key": "A", "value": "x" * 65537},
                           {"key": "A", "value": None}],
    "credentials.set": [{"value": ""}, {"value": "x" * 65537}, {"value": 7}, {}],
    "credentials.expose": [{}, {"exposed": None}, {"for_s": 60}, {"exposed": False, "for_s": 60}, {"exposed": True, "for_s": 0},
                           {"exposed": "yes"}],
}
