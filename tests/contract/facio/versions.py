"""Objects of the versions area."""


def version(server):
    return server.request("POST", "/api/v1/agent/versions/checkpoint", {"actor": "contract", "reason": "a version"})[2]["sha"]


OBJECTS = {f"versions.{verb}": version for verb in ("get", "diff", "rollback")}
BODIES = {"versions.checkpoint": {"actor": "contract", "reason": "why"}, "versions.rollback": {"actor": "contract", "reason": "why"}}
ARGUMENTS = {"versions.checkpoint": ["--reason", "why"], "versions.rollback": ["--reason", "why"]}
REFUSED = {"versions.checkpoint": [{"reason": "x" * 2001}], "versions.rollback": [{"actor": "x" * 201}]}
UNKNOWN = {f"versions.{verb}": "0000000" for verb in ("get", "diff", "rollback")}
