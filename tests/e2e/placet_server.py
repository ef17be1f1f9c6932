"""A server that does what the Placet backend does with management calls: logs users in, keeps agents with their credentials, checks and
forwards to the real agent, adds up usage. Written after the documented behaviour; real HTTP on a port of its own."""

import base64
import concurrent.futures
import datetime
import hashlib
import hmac
import http
import http.server
import ipaddress
import json
import re
import secrets
import socket
import threading
import time
import urllib.parse

from placet import Forwarder, Refused
from placet_routes import ROUTES

WEEK_S = 7 * 24 * 3600


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_private(text):
    """Whether an address is one that the strict guard refuses."""
    address = ipaddress.ip_address(text.split("%")[0])
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.version == 6:
        return address in (ipaddress.ip_address("::"), ipaddress.ip_address("::1")) or text.lower().startswith(("fe80:", "fc", "fd", "ff"))
    nets = ("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "224.0.0.0/3")
    return any(address in ipaddress.ip_network(net) for net in nets)


class Placet:
    """The backend's state: users, sessions, API keys, agents. `filtered`: errors go through the global filter. `strict`: the guard against
    private addresses. `key_header`: how an API key has to come. `blank`: successful answers lose their body."""

    def __init__(self, filtered=False, timeout=15, strict=False, key_header="x-api-key"):
        self.filtered, self.timeout, self.strict, self.key_header, self.blank = filtered, timeout, strict, key_header, False
        self.secret = secrets.token_bytes(32)
        self.users, self.keys, self.agents, self.ended, self.cache = {}, {}, [], set(), {}
        self.seen = []  # (method, path, headers, body) of every request
        self.lock = threading.Lock()
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60
            disable_nagle_algorithm = True

            def answer(self):
                Call(backend, self).answer()

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def stop(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def add_user(self, email, password):
        user = {"id": "usr_" + secrets.token_hex(4), "email": email, "displayName": email.split("@")[0], "role": "owner"}
        self.users[email] = (user, password)
        return user

    def add_key(self, user):
        key = "hp_" + secrets.token_hex(16)
        self.keys[key] = user["id"]
        return key

    def add_agent(self, user, name, url=None, key=None, **more):
        agent = {"id": "agt_" + secrets.token_hex(4), "name": name, "description": None, "avatarUrl": None, "webhookUrl": None,
                 "webhookHeaders": None, "webhookAuth": None, "status": "active", "statusMessage": None, "statusSince": None,
                 "lastActiveAt": None, "commands": None, "tag": None, "managementUrl": url, "managementApiKey": key, "isSubagent": False,
                 "parentAgentId": None, "createdAt": now(), "owner": user["id"], **more}
        self.agents.insert(0, agent)
        self.cache.clear()
        return agent["id"]

    # ------------------------------------------------------------------------------------------------ sessions
    def token(self, user):
        def part(data):
            return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()
        text = part({"alg": "HS256", "typ": "JWT"}) + "." + part({"sub": user["id"], "exp": int(time.time()) + WEEK_S,
                                                                  "jti": secrets.token_hex(8)})
        return text + "." + self.signature(text)

    def signature(self, text):
        return base64.urlsafe_b64encode(hmac.new(self.secret, text.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()

    def user_of(self, token):
        text, _, signature = (token or "").rpartition(".")
        if not text or not hmac.compare_digest(signature, self.signature(text)) or token in self.ended:
            raise Refused(401, "Unauthorized")
        payload = text.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if claims["exp"] < time.time():
            raise Refused(401, "Unauthorized")
        return next(user for user, _ in self.users.values() if user["id"] == claims["sub"])

    # -------------------------------------------------------------------------------------------------- agents
    def shown(self, agent):
        view = {name: value for name, value in agent.items() if name != "owner"}
        view["managementApiKey"] = "***" if agent["managementApiKey"] else None
        if agent["webhookAuth"]:
            view["webhookAuth"] = {**agent["webhookAuth"], "password": "***"}
        return view

    def agent(self, user_id, agent_id):
        for agent in self.agents:
            if agent["id"] == agent_id and agent["owner"] == user_id:
                return agent
        raise Refused(404, "Agent not found")

    def guard(self, url):
        parts = urllib.parse.urlsplit(url or "")
        if not parts.scheme:
            raise Refused(400, "Invalid management URL")
        if parts.scheme not in ("http", "https"):
            raise Refused(400, f'Only http(s) schemes are allowed for management URLs (got "{parts.scheme}:")')
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        if not host:
            raise Refused(400, "Invalid management URL")
        try:
            found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
        except OSError:
            raise Refused(400, f'Management URL host "{host}" could not be resolved') from None
        if self.strict and any(is_private(one) for one in found):
            raise Refused(400, f'Management URL host "{host}" resolves to a private address')

    def forwarder(self, user_id, agent_id):
        agent = self.agent(user_id, agent_id)
        if not agent["managementUrl"] or not agent["managementApiKey"]:
            raise Refused(404, "Agent has no management credentials configured")
        self.guard(agent["managementUrl"])
        return Forwarder(agent["managementUrl"], agent["managementApiKey"], self.timeout)

    # ------------------------------------------------------------------------------------------- registration
    def check_parent(self, user_id, agent, is_subagent, parent):
        if is_subagent and not parent:
            raise Refused(400, "A subagent needs a parent")
        if not is_subagent and parent:
            raise Refused(400, "Only a subagent has a parent")
        if parent == agent["id"]:
            raise Refused(400, "An agent is not its own parent")
        above = parent
        for _ in range(16):
            if above is None:
                return
            above = self.agent(user_id, above)["parentAgentId"]
            if above == agent["id"]:
                raise Refused(400, "The chain of parents must not cycle")

    def set_webhook(self, user_id, body):
        want(body, "channelId", str)
        want_url(body, "url")
        agent = self.agent(user_id, body["channelId"])
        if "parentChannelId" in body:
            want(body, "parentChannelId", str)
        management = body.get("management")
        if management is not None:
            want_url(management, "url")
            want(management, "apiKey", str)
        change = {"webhookUrl": body["url"], "webhookHeaders": body.get("headers"), "webhookAuth": body.get("auth")}
        if "isSubagent" in body:
            self.check_parent(user_id, agent, body["isSubagent"], body.get("parentChannelId"))
            change.update(isSubagent=body["isSubagent"], parentAgentId=body.get("parentChannelId"))
        if management is not None:
            change.update(managementUrl=management["url"], managementApiKey=management["apiKey"])
        agent.update(change)
        return self.shown(agent)

    def set_management(self, user_id, body):
        want(body, "channelId", str)
        if "url" not in body or "apiKey" not in body or (body["url"] is None) != (body["apiKey"] is None):
            raise Refused(400, "Validation failed")
        if body["url"] is not None:
            want_url(body, "url")
            want(body, "apiKey", str)
        agent = self.agent(user_id, body["channelId"])
        agent.update(managementUrl=body["url"], managementApiKey=body["apiKey"])
        self.cache.clear()
        return self.shown(agent)

    def set_subagent(self, user_id, body):
        want(body, "channelId", str)
        if not isinstance(body.get("isSubagent"), bool):
            raise Refused(400, "Validation failed")
        agent = self.agent(user_id, body["channelId"])
        self.check_parent(user_id, agent, body["isSubagent"], body.get("parentChannelId"))
        agent.update(isSubagent=body["isSubagent"], parentAgentId=body.get("parentChannelId"))
        return self.shown(agent)

    def delete_webhook(self, user_id, body):
        want(body, "channelId", str)
        agent = self.agent(user_id, body["channelId"])
        agent.update(webhookUrl=None, webhookHeaders=None, webhookAuth=None)
        return self.shown(agent)

    # -------------------------------------------------------------------------------------------- daily usage
    def daily(self, user_id, text):
        try:
            days = int(text) or 14
        except (TypeError, ValueError):
            days = 14
        days = max(1, min(30, days))
        with self.lock:
            made, answer = self.cache.get((user_id, days), (0, None))
        if answer is None or time.monotonic() - made > 60:
            answer = self.add_up(user_id, days)
            with self.lock:
                self.cache[user_id, days] = (time.monotonic(), answer)
        return answer

    def add_up(self, user_id, count):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        days = [(today - datetime.timedelta(days=back)).isoformat() for back in range(count - 1, -1, -1)]

        def of(agent):
            row = {"id": agent["id"], "name": agent["name"], "byDate": dict.fromkeys(days, 0), "total": 0, "status": "ok"}
            try:
                answer = self.forwarder(user_id, agent["id"]).send("GET", "usage", {"from": days[0], "to": days[-1], "groupBy": "date"})
                for item in answer["items"]:
                    if item["date"] in row["byDate"]:
                        row["byDate"][item["date"]] = item.get("prompt_tokens", 0) + item.get("completion_tokens", 0)
                row["total"] = sum(row["byDate"].values())
            except Refused as error:
                row.update(status="error", error=error.message)
            return row

        agents = [one for one in self.agents if one["owner"] == user_id and not one["isSubagent"] and one["managementUrl"]]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            rows = sorted(pool.map(of, agents), key=lambda row: -row["total"])
        return {"from": days[0], "to": days[-1], "days": days, "agents": rows,
                "totals": {day: sum(row["byDate"][day] for row in rows) for day in days}}


def want(body, name, kind):
    if not isinstance(body, dict) or not isinstance(body.get(name), kind) or not body[name]:
        raise Refused(400, "Validation failed")


def want_url(body, name):
    want(body, name, str)
    if not urllib.parse.urlsplit(body[name]).scheme:
        raise Refused(400, "Validation failed")


class Call:
    """One request to the backend."""

    def __init__(self, placet, handler):
        self.placet, self.handler, self.method = placet, handler, handler.command
        self.path, _, query = handler.path.partition("?")
        self.query = urllib.parse.parse_qs(query, keep_blank_values=True)

    def answer(self):
        data = self.handler.rfile.read(int(self.handler.headers.get("Content-Length") or 0))
        self.placet.seen.append((self.method, self.handler.path, dict(self.handler.headers.items()), data))
        headers = {}
        try:
            self.body = json.loads(data) if data else None
        except ValueError:
            return self.refuse(Refused(400, "Unexpected token in JSON"))
        try:
            status, answer, headers = self.dispatch()
        except Refused as error:
            return self.refuse(error)
        media = headers.pop("Content-Type", "application/json; charset=utf-8")
        text = answer if isinstance(answer, str) else "" if answer is None else json.dumps(answer, ensure_ascii=False)
        if self.placet.blank and "/manage/" in self.path:
            text = ""
        self.reply(status, text.encode(), {"Content-Type": media, **headers})

    def refuse(self, error):
        reason = http.HTTPStatus(error.status).phrase if error.status in iter(http.HTTPStatus) else "Error"
        if error.upstream:
            body = {"error": {"code": f"upstream_{error.status}", "message": error.message}, "upstreamStatus": error.status}
        else:
            body = {"statusCode": error.status, "message": error.message, "error": reason}
        if self.placet.filtered:  # takes the message from the top level, and nothing else
            body = {"statusCode": error.status, **({"message": body["message"]} if "message" in body else {}), "timestamp": now(),
                    "path": self.path}
        self.reply(error.status, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8"})

    def reply(self, status, data, headers):
        self.handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()
        self.handler.wfile.write(data)

    # ------------------------------------------------------------------------------------------- who is asking
    def token(self):
        for pair in (self.handler.headers.get("Cookie") or "").split(";"):
            name, _, value = pair.strip().partition("=")
            if name == "access_token":
                return value
        word, _, token = (self.handler.headers.get("Authorization") or "").partition(" ")
        return token if word.lower() == "bearer" else None

    def user(self):
        return self.placet.user_of(self.token())

    def key_owner(self):
        key = self.handler.headers.get("x-api-key") if self.placet.key_header == "x-api-key" else self.token()
        if key not in self.placet.keys:
            raise Refused(401, "Unauthorized")
        return self.placet.keys[key]

    # -------------------------------------------------------------------------------------------------- routes
    def dispatch(self):
        own = {
            ("POST", "/api/auth/login"): self.login,
            ("POST", "/api/auth/refresh"): self.refresh,
            ("GET", "/api/auth/me"): lambda: {"user": self.user()},
            ("POST", "/api/auth/logout"): self.logout,
            ("GET", "/api/agents"): lambda: self.agents(self.user()["id"], unreadCount=0),
            ("GET", "/api/v1/agents"): lambda: self.agents(self.key_owner()),
            ("POST", "/api/v1/agents/setWebhook"): lambda: self.placet.set_webhook(self.key_owner(), self.body),
            ("POST", "/api/v1/agents/setManagement"): lambda: self.placet.set_management(self.key_owner(), self.body),
            ("POST", "/api/v1/agents/setSubagent"): lambda: self.placet.set_subagent(self.key_owner(), self.body),
            ("POST", "/api/v1/agents/deleteWebhook"): lambda: self.placet.delete_webhook(self.key_owner(), self.body),
            ("GET", "/api/manage/usage/daily"): lambda: self.placet.daily(self.user()["id"], self.query.get("days", ["14"])[0]),
        }.get((self.method, self.path))
        if own:
            answer = own()
            return answer if isinstance(answer, tuple) else (200, answer, {})
        found = re.fullmatch(r"/api/agents/([^/]+)/manage/(.+)", self.path)
        if not found:
            raise Refused(404, f"Cannot {self.method} {self.path}")
        return self.manage(urllib.parse.unquote(found[1]), found[2])

    def manage(self, agent_id, path):
        for route in ROUTES:
            values = route.pattern.fullmatch(path)
            if values and route.method == self.method:
                break
        else:
            raise Refused(404, f"Cannot {self.method} {self.path}")
        user = self.user()
        query = route.query(self.query) if route.query else None
        body = route.body(self.body) if self.method != "GET" else None
        pieces, parts = iter(values.groups()), []
        for part in route.upstream.split("/"):
            parts.append(next(pieces) if part == "*" else part)
        answer = self.placet.forwarder(user["id"], agent_id).send(self.method, "/".join(parts), query, body, bool(route.text), route.most)
        return 201 if self.method == "POST" else 200, answer, {"Content-Type": route.text} if route.text else {}

    # ------------------------------------------------------------------------------------------------ sessions
    def session(self, user):
        cookie = f"access_token={self.placet.token(user)}; Max-Age={WEEK_S}; Path=/; HttpOnly; SameSite=Lax"
        return 200, {"user": user}, {"Set-Cookie": cookie}

    def login(self):
        body = self.body if isinstance(self.body, dict) else {}
        user, password = self.placet.users.get(body.get("email"), (None, None))
        if not user or password != body.get("password"):
            raise Refused(401, "Invalid credentials")
        return self.session(user)

    def refresh(self):
        user = self.user()
        return self.session(user)

    def logout(self):
        self.user()
        self.placet.ended.add(self.token())
        return 200, {"message": "Logged out"}, {"Set-Cookie": "access_token=; Max-Age=0; Path=/"}

    def agents(self, user_id, **more):
        return [{**self.placet.shown(one), **more} for one in self.placet.agents if one["owner"] == user_id]
