"""Placet's side of the management contract: what its backend checks and sends, and what its pages read of the answers.

Written after the documented behaviour: headers, bodies, limits, time-out, treatment of redirects, empty and large answers."""

import datetime
import http.client
import json
import re
import urllib.parse

MOST_BODY = 262_144
MOST_SKILL_BODY = 31_457_280
MOST_ANSWER = 10_485_760
TIMEOUT_S = 15
TEXT = "text/plain, text/markdown, text/x-diff, */*"


# JavaScript's null in a query; what is undefined, here None, is left out.
NULL = object()


class Refused(Exception):
    """Placet refuses by itself (nothing is sent), or passes on the agent's refusal."""

    def __init__(self, status, message, upstream=False):
        super().__init__(f"{status}: {message}")
        self.status, self.message, self.upstream = status, message, upstream


def component(text):
    """As encodeURIComponent does."""
    return urllib.parse.quote(text, safe="!'()*-._~")


def js_string(value):
    """As String(value) in JavaScript."""
    if value is NULL:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def message_of(status, reason, text):
    """Where Placet looks for an error's message."""
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if isinstance(body, dict):
        error = body.get("error")
        for found in (error.get("message") if isinstance(error, dict) else None, body.get("message"), body.get("detail")):
            if isinstance(found, str) and found:
                return found
    return text if text and len(text) <= 200 else reason


class Forwarder:
    """One agent behind Placet: base address and stored management key."""

    def __init__(self, base, key, timeout=TIMEOUT_S):
        self.base = urllib.parse.urlsplit(base if base.endswith("/") else base + "/")
        self.key, self.timeout = key, timeout

    def send(self, method, path, query=None, body=None, text=False, most=MOST_BODY):
        """The agent's answer: parsed JSON, None for an empty one, or the text itself on text routes."""
        target = self.base.path + "api/v1/" + path
        pairs = [(name, js_string(value)) for name, values in (query or {}).items() if values is not None
                 for value in (values if isinstance(values, list) else [values])]
        if pairs:
            target += "?" + urllib.parse.urlencode(pairs)
        headers = {"Authorization": f"Bearer {self.key}", "Accept": TEXT if text else "application/json"}
        data = None
        if body is not None and method != "GET":
            data = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
            if len(data) > most:
                raise Refused(413, f"Management request body exceeds {most} bytes")
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(self.base.hostname, self.base.port, timeout=self.timeout)
        try:
            connection.request(method, target, data, headers)
            reply = connection.getresponse()
            if 300 <= reply.status < 400:
                raise Refused(502, "Agent management API attempted a redirect (not allowed)")
            if int(reply.headers.get("Content-Length") or 0) > MOST_ANSWER:
                raise Refused(502, f"Agent management response exceeds {MOST_ANSWER} bytes")
            content = reply.read(MOST_ANSWER + 1)
            if len(content) > MOST_ANSWER:
                raise Refused(502, f"Agent management response exceeds {MOST_ANSWER} bytes")
            answer = content.decode()
            if not 200 <= reply.status < 300:
                raise Refused(reply.status, message_of(reply.status, reply.reason, answer), upstream=True)
        except OSError as error:
            raise Refused(502, f"Agent management API is not reachable ({error})") from error
        finally:
            connection.close()
        if text:
            return answer
        try:
            return json.loads(answer)
        except ValueError:
            return None


def diff_files(text, fallback):
    """The files of a diff as the versions page finds them, {path: section}: a section begins with `diff --git a/… b/…`, not quoted, and
    the line `+++` has the last word on its name."""
    def plain(name):
        name = re.sub(r'^"|"$', "", name.strip())
        return name if name == "/dev/null" else re.sub(r"^snapshot/workspace/", "", re.sub(r"^[ab]/", "", name))

    files, path, section = {}, fallback, []
    for line in text.replace("\r\n", "\n").split("\n"):
        begins = re.match(r"^diff --git\s+a/(.+?)\s+b/(.+)$", line)
        names = begins or re.match(r"^\+\+\+\s+(.+)$", line)
        if begins and section:
            files[path] = "\n".join(section)
            section = []
        if names:
            path = plain(names.group(names.lastindex))
        section.append(line)
    files[path] = "\n".join(section)
    return files


def an_object(body, label):
    if not isinstance(body, dict):
        raise Refused(400, f"{label} must be a JSON object")
    return body


def not_blank(body, name):
    if not isinstance(body.get(name), str) or not body[name].strip():
        raise Refused(400, f'Field "{name}" must be a non-empty string')


def workspace_path(path):
    bad = not isinstance(path, str) or not path or len(path) > 1024 or any(ord(c) < 32 for c in path) or path[0] in "/\\" \
        or ".." in path.replace("\\", "/").split("/")
    if bad:
        raise Refused(400, 'Query parameter "path" is not acceptable')
    return path


class Dashboard:
    """The routes of /api/agents/{id}/manage, each with the checks that Placet makes before it forwards."""

    def __init__(self, base, key):
        self.agent = Forwarder(base, key)

    def get(self, route, **query):
        return self.agent.send("GET", route, query)

    # ------------------------------------------------------------------------------------ settings, credentials
    def save_settings(self, changes):
        return self.agent.send("PATCH", "settings", body=an_object(changes, "Settings patch"))

    def create_credential(self, key, value, exposed=None):
        if not isinstance(key, str) or not isinstance(value, str):
            raise Refused(400, 'Fields "key" and "value" must be strings')
        if exposed is not None and not isinstance(exposed, bool):
            raise Refused(400, 'Field "exposed" must be a boolean')
        body = {"key": key, "value": value}
        return self.agent.send("POST", "credentials", body=body if exposed is None else {**body, "exposed": exposed})

    def put_credential(self, key, value):
        if len(value.encode()) > 65_536:
            raise Refused(400, "Credential value exceeds 64KB limit")
        return self.agent.send("PUT", f"credentials/{component(key)}", body={"value": value})

    def expose_credential(self, key, exposed):
        if not isinstance(exposed, bool):
            raise Refused(400, 'Field "exposed" must be a boolean')
        return self.agent.send("PUT", f"credentials/{component(key)}/exposed", body={"exposed": exposed})

    def delete_credential(self, key):
        return self.agent.send("DELETE", f"credentials/{component(key)}")

    @staticmethod
    def _provider(body):
        if not {"value", "apiBase", "baseUrl"} & body.keys():
            raise Refused(400, "nothing to store")
        for name, types in (("value", str), ("apiBase", (str, type(None))), ("baseUrl", (str, type(None)))):
            if name in body and not isinstance(body[name], types):
                raise Refused(400, f'Field "{name}" has a wrong type')

    def create_provider(self, **body):
        not_blank(body, "name")
        self._provider(body)
        return self.agent.send("POST", "credentials/providers", body=body)

    def put_provider(self, name, **body):
        self._provider(body)
        return self.agent.send("PUT", f"credentials/providers/{component(name)}", body=body)

    def delete_provider(self, name):
        return self.agent.send("DELETE", f"credentials/providers/{component(name)}")

    def start_login(self, name):
        return self.agent.send("POST", f"credentials/providers/{component(name)}/oauth/start")

    def poll_login(self, name, session_id):
        if not session_id:
            raise Refused(400, 'Query parameter "session_id" is required')
        return self.get(f"credentials/providers/{component(name)}/oauth/poll", session_id=session_id)

    def log_in(self, name, shown, wait, most=1000):
        """The page's login: shows the code, then asks every `interval` seconds, never faster than every 2, until it is over."""
        login = self.start_login(name)
        if login["mode"] != "device":
            raise AssertionError("the page knows logins by device only")
        shown(login["userCode"], login["verificationUri"])
        for _ in range(most):
            state = self.poll_login(name, login["sessionId"])
            if state["status"] != "pending":
                return state
            wait(max(login["interval"], 2))
        raise AssertionError("the login did not end")

    # ------------------------------------------------------------------------------------------ mcp, channels
    def create_mcp(self, body):
        not_blank(an_object(body, "MCP server body"), "name")
        return self.agent.send("POST", "mcp", body=body)

    def patch_mcp(self, name, body):
        return self.agent.send("PATCH", f"mcp/{component(name)}", body=an_object(body, "MCP server patch"))

    def mcp_action(self, name, action):
        return self.agent.send("POST", f"mcp/{component(name)}/{action}", body={})

    def delete_mcp(self, name):
        return self.agent.send("DELETE", f"mcp/{component(name)}")

    def put_channel(self, name, config):
        return self.agent.send("PUT", f"channels/{component(name)}", body=an_object(config, "Channel configuration"))

    def delete_channel(self, name):
        return self.agent.send("DELETE", f"channels/{component(name)}")

    # ------------------------------------------------------------------------------------------ policy, cron
    @staticmethod
    def _rule(action, tool, params=None, added_by=None):
        if action not in ("allow", "deny") or not tool:
            raise Refused(400, "a rule has an action and a tool")
        rule = {"action": action, "tool": tool, "params": {name: str(value) for name, value in (params or {}).items()}}
        return {**rule, "addedBy": added_by} if added_by else rule

    def add_rule(self, *rule, **more):
        return self.agent.send("POST", "policy", body=self._rule(*rule, **more))

    def delete_rule(self, *rule, **more):
        return self.agent.send("DELETE", "policy", body=self._rule(*rule, **more))

    def clear_rules(self):
        return self.agent.send("DELETE", "policy/all")

    def set_policy(self, **switches):
        return self.agent.send("PATCH", "policy/settings",
                               body={name: switches[name] for name in ("enabled", "skipCron") if name in switches})

    def create_job(self, body):
        not_blank(an_object(body, "Cron job body"), "name")
        return self.agent.send("POST", "cron", body=body)

    def patch_job(self, job, body):
        return self.agent.send("PATCH", f"cron/{component(job)}", body=an_object(body, "Cron job patch"))

    def job_action(self, job, action):
        return self.agent.send("POST", f"cron/{component(job)}/{action}", body={})

    def delete_job(self, job):
        return self.agent.send("DELETE", f"cron/{component(job)}")

    # --------------------------------------------------------------------------------------- workspace, skills
    def read_file(self, path):
        return self.get("workspace/file", path=workspace_path(path))

    def write_file(self, path, content):
        return self.agent.send("PUT", "workspace/file", {"path": workspace_path(path)}, {"content": content, "encoding": "utf-8"})

    def delete_file(self, path):
        return self.agent.send("DELETE", "workspace/file", {"path": workspace_path(path)})

    def upload_skill(self, name, zip_base64, overwrite=None):
        body = {"name": name, "zip": zip_base64}
        not_blank(body, "name")
        not_blank(body, "zip")
        return self.agent.send("POST", "skills", body=body if overwrite is None else {**body, "overwrite": overwrite}, most=MOST_SKILL_BODY)

    def delete_skill(self, name):
        return self.agent.send("DELETE", f"skills/{component(name)}")

    # ------------------------------------------------------------------------------------ versions, improvement
    def checkpoint(self, reason):
        return self.agent.send("POST", "agent/versions/checkpoint", body={"actor": "placet", "reason": reason})

    def version_diff(self, sha):
        return self.agent.send("GET", f"agent/versions/{component(sha)}/diff", text=True)

    def changed_files(self, sha):
        """The files that the page lists beside a version, from the heads of the diff's sections: path before, path after."""
        heads = [line for line in self.version_diff(sha).split("\n") if line.startswith("diff --git ")]
        found = [re.fullmatch(r"diff --git a/(.+) b/(.+)", head) for head in heads]
        if not all(found):
            raise AssertionError(f"a section's head cannot be read: {heads}")
        return [match.groups() for match in found]

    def version_diff_files(self, sha, fallback=""):
        """The files of a version's diff, as its page finds them: {path: section}."""
        return diff_files(self.version_diff(sha), fallback)

    def roll_back(self, sha, reason):
        return self.agent.send("POST", f"agent/versions/{component(sha)}/rollback", body={"actor": "placet", "reason": reason})

    def run_report(self, run):
        return self.agent.send("GET", f"improvement/runs/{component(run)}/report", text=True)

    def run_diff(self, run, path=None):
        return self.agent.send("GET", f"improvement/runs/{component(run)}/diff", {"path": path}, text=True)

    def run_action(self, run, action, **body):
        return self.agent.send("POST", f"improvement/runs/{component(run)}/{action}", body=body)

    # ----------------------------------------------------------------------------------------- sessions, peers
    def delete_session(self, key):
        return self.agent.send("DELETE", f"sessions/{component(key)}")

    def command(self, word, **body):
        if word == "new":
            not_blank(body, "sessionKey")
        return self.agent.send("POST", f"commands/{word}", body=body)

    def add_peer(self, body):
        not_blank(an_object(body, "A2A peer body"), "alias")
        return self.agent.send("POST", "a2a/peers", body=body)

    def peer_card(self, alias):
        return self.get(f"a2a/peers/{component(alias)}/card")

    def call_peer(self, alias, body):
        return self.agent.send("POST", f"a2a/peers/{component(alias)}/call", body=an_object(body, "A2A call body"))

    def delete_peer(self, alias):
        return self.agent.send("DELETE", f"a2a/peers/{component(alias)}")

    # ------------------------------------------------------------------------------------------ audit, aggregation
    def timeline(self, since, **correlation):
        """The page of the audit log: events from an instant on, of one trace, turn, parent run or conversation."""
        if not set(correlation) <= {"traceId", "turnId", "parentRunId", "channelId"}:
            raise AssertionError("the page has no other filters")
        instant = since.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return self.get("audit", **{"from": instant, "limit": 500, "sortBy": "ts", "sortDir": "desc", **correlation})["items"]

    def daily_usage(self, days):
        """What Placet's overview adds up: prompt and completion tokens by UTC day."""
        answer = self.get("usage", **{"from": days[0], "to": days[-1], "groupBy": "date"})
        by_date = {}
        for item in answer["items"]:
            if not isinstance(item.get("date"), str):
                continue
            if item["date"] in by_date:
                raise AssertionError("a day came twice: the aggregator would overwrite it")
            by_date[item["date"]] = item.get("prompt_tokens", 0) + item.get("completion_tokens", 0)
        return {day: by_date.get(day, 0) for day in days}
