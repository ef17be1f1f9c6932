"""The management routes that the Placet backend has, one handler for each: what it checks before it forwards, and where to."""

import re

from placet import MOST_BODY, MOST_SKILL_BODY, Refused, an_object, not_blank

MOST_CREDENTIAL = 65_536


def object_of(label):
    return lambda body: an_object(body, label)


def named(label, field):
    def check(body):
        not_blank(an_object(body, label), field)
        return body
    return check


def with_session(body):
    not_blank(body if isinstance(body, dict) else {}, "sessionKey")
    return body


def new_credential(body):
    if not isinstance(body, dict) or not isinstance(body.get("key"), str) or not isinstance(body.get("value"), str):
        raise Refused(400, 'Fields "key" and "value" must be strings')
    return body


def credential_value(body):
    if not isinstance(body, dict) or not isinstance(body.get("value"), str):
        raise Refused(400, 'Field "value" must be a string')
    if len(body["value"].encode()) > MOST_CREDENTIAL:
        raise Refused(400, "Credential value exceeds 64KB limit")
    return body


def exposed(body):
    if not isinstance(body, dict) or not isinstance(body.get("exposed"), bool):
        raise Refused(400, 'Field "exposed" must be a boolean')
    return body


def provider(with_name):
    def check(body):
        good = isinstance(body, dict) and bool({"value", "apiBase", "baseUrl"} & body.keys())
        good = good and isinstance(body.get("value", ""), str) and (not with_name or isinstance(body.get("name"), str))
        good = good and all(body.get(name) is None or isinstance(body[name], str) for name in ("apiBase", "baseUrl"))
        if not good:
            raise Refused(400, "Provider credentials need strings, and at least one of value, apiBase and baseUrl")
        return body
    return check


def rule(body):
    if not isinstance(body, dict) or body.get("action") not in ("allow", "deny"):
        raise Refused(400, 'Field "action" must be "allow" or "deny"')
    not_blank(body, "tool")
    if not isinstance(body.get("params"), dict):
        raise Refused(400, 'Field "params" must be an object')
    kept = {"action": body["action"], "tool": body["tool"], "params": {name: str(value) for name, value in body["params"].items()}}
    return {**kept, "addedBy": body["addedBy"]} if body.get("addedBy") else kept


def switches(body):
    kept = {name: body[name] for name in ("enabled", "skipCron") if isinstance(body, dict) and name in body}
    if not kept or not all(isinstance(value, bool) for value in kept.values()):
        raise Refused(400, 'Fields "enabled" and "skipCron" must be booleans, at least one of them')
    return kept


def skill(body):
    not_blank(body if isinstance(body, dict) else {}, "name")
    not_blank(body, "zip")
    if not isinstance(body.get("overwrite", False), bool):
        raise Refused(400, 'Field "overwrite" must be a boolean')
    return body


def empty(_):
    return {}


def nothing(_):
    return None


def kept(body):
    return body


def workspace_path(query, required):
    paths = query.get("path", [])
    path = paths[0] if paths else None
    if path is None and not required:
        return query
    why = None
    if not path:
        why = "is required"
    elif len(path) > 1024:
        why = "is too long"
    elif any(ord(c) < 32 or ord(c) == 127 for c in path):
        why = "must not hold control characters"
    elif path[0] in "/\\" or ".." in path.replace("\\", "/").split("/"):
        why = "must stay inside the workspace"
    if why:
        raise Refused(400, f'Query parameter "path" {why}')
    return {**query, "path": [path]}


def file_path(query):
    return workspace_path(query, True)


def tree_path(query):
    return workspace_path(query, False)


def session_id(query):
    if not query.get("session_id", [""])[0]:
        raise Refused(400, 'Query parameter "session_id" is required')
    return query


def all_of(query):
    return query


class Route:
    """One handler: what it answers to, what it checks, where it forwards to."""

    def __init__(self, method, path, upstream=None, query=None, body=kept, text=None, most=MOST_BODY):
        self.method, self.pattern = method, re.compile("/".join(r"([^/]+)" if part == "*" else re.escape(part) for part in path.split("/")))
        self.upstream, self.query, self.body, self.text, self.most = upstream or path, query, body, text, most


MARKDOWN, DIFF = "text/markdown; charset=utf-8", "text/x-diff; charset=utf-8"
ACTION = object_of("Improvement action body")
# Every route there is; what is not here cannot be reached.
ROUTES = [
    Route("GET", "health"),
    Route("GET", "agent-card"),
    Route("GET", "settings"),
    Route("PATCH", "settings", body=object_of("Settings patch")),
    Route("GET", "credentials"),
    Route("POST", "credentials", body=new_credential),
    Route("GET", "credentials/providers"),
    Route("POST", "credentials/providers", body=provider(True)),
    Route("PUT", "credentials/providers/*", body=provider(False)),
    Route("DELETE", "credentials/providers/*"),
    Route("POST", "credentials/providers/*/oauth/start", body=nothing),
    Route("GET", "credentials/providers/*/oauth/poll", query=session_id),
    Route("GET", "credentials/*"),
    Route("PUT", "credentials/*", body=credential_value),
    Route("DELETE", "credentials/*"),
    Route("PUT", "credentials/*/exposed", body=exposed),
    Route("GET", "mcp"),
    Route("POST", "mcp", body=named("MCP server body", "name")),
    Route("GET", "mcp/*"),
    Route("PATCH", "mcp/*", body=object_of("MCP server patch")),
    Route("DELETE", "mcp/*"),
    Route("POST", "mcp/*/enable", body=empty),
    Route("POST", "mcp/*/disable", body=empty),
    Route("POST", "mcp/*/restart", body=empty),
    Route("GET", "channels"),
    Route("GET", "channels/*"),
    Route("PUT", "channels/*", body=object_of("Channel configuration")),
    Route("DELETE", "channels/*"),
    Route("GET", "sessions", query=all_of),
    Route("GET", "sessions/*", query=all_of),
    Route("DELETE", "sessions/*"),
    Route("GET", "audit", query=all_of),
    Route("GET", "audit/tail", query=all_of),
    Route("GET", "audit/stats", query=all_of),
    Route("GET", "audit/runs/*"),
    Route("GET", "usage", query=all_of),
    Route("GET", "usage/runs/*"),
    Route("GET", "policy"),
    Route("POST", "policy", body=rule),
    Route("DELETE", "policy", body=rule),
    Route("DELETE", "policy/all"),
    Route("PATCH", "policy/settings", body=switches),
    Route("GET", "cron"),
    Route("POST", "cron", body=named("Cron job body", "name")),
    Route("GET", "cron/*"),
    Route("PATCH", "cron/*", body=object_of("Cron job patch")),
    Route("DELETE", "cron/*"),
    Route("POST", "cron/*/run-now", body=empty),
    Route("POST", "cron/*/pause", body=empty),
    Route("POST", "cron/*/resume", body=empty),
    Route("GET", "workspace/tree", query=tree_path),
    Route("GET", "workspace/file", query=file_path),
    Route("PUT", "workspace/file", query=file_path, body=object_of("Workspace write body")),
    Route("DELETE", "workspace/file", query=file_path),
    Route("GET", "skills"),
    Route("POST", "skills", body=skill, most=MOST_SKILL_BODY),
    Route("DELETE", "skills/*"),
    Route("GET", "scripts"),
    Route("POST", "commands/stop"),
    Route("POST", "commands/restart", body=empty),
    Route("POST", "commands/new", body=with_session),
    Route("POST", "commands/reflect"),
    Route("GET", "commands/status", query=all_of),
    Route("GET", "commands/version", query=all_of),
    Route("GET", "a2a/peers"),
    Route("POST", "a2a/peers", body=named("A2A peer body", "alias")),
    Route("DELETE", "a2a/peers/*"),
    Route("GET", "a2a/peers/*/card"),
    Route("POST", "a2a/peers/*/call", body=object_of("A2A peer call body")),
    Route("GET", "versions", "agent/versions", query=all_of),
    Route("POST", "versions/checkpoint", "agent/versions/checkpoint", body=object_of("Version checkpoint body")),
    Route("GET", "versions/runs", "improvement/runs", query=all_of),
    Route("GET", "versions/runs/*", "improvement/runs/*"),
    Route("GET", "versions/runs/*/report", "improvement/runs/*/report", text=MARKDOWN),
    Route("GET", "versions/runs/*/diff", "improvement/runs/*/diff", query=all_of, text=DIFF),
    Route("POST", "versions/runs/*/comment", "improvement/runs/*/comment", body=object_of("Improvement comment body")),
    Route("POST", "versions/runs/*/*", "improvement/runs/*/*", body=ACTION),
    Route("GET", "versions/*", "agent/versions/*"),
    Route("GET", "versions/*/diff", "agent/versions/*/diff", query=all_of, text=DIFF),
    Route("POST", "versions/*/rollback", "agent/versions/*/rollback", body=object_of("Version rollback body")),
    Route("GET", "improvement/runs"),
    Route("POST", "improvement/runs/*/*", body=ACTION),
]
