"""An authorization server for logins by device (RFC 8628), on a free loopback port: a person approves or denies by a GET."""

import http.server
import json
import secrets
import threading
import time
import urllib.parse

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class DeviceServer:
    """Codes are good for `expires_in` seconds. A client that asks more often than every `interval` seconds is told to slow down, and from
    then on has to wait 5 seconds more; so is one among the first `slow` requests for a token. During an `outage` connections are closed
    unanswered. `status` is that of refusals: 400 by the RFC; some servers say 200."""

    def __init__(self, interval=1, expires_in=60, slow=0, status=400, client_id="test-client"):
        self.interval, self.expires_in, self.slow, self.status, self.client_id = interval, expires_in, slow, status, client_id
        self.outage = False
        self.lock = threading.Lock()
        self.codes, self.tokens, self.asked, self.seen = {}, {}, [], []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def environment(self):
        """What `facioctl serve` needs to log in here."""
        return {"FACIO_GITHUB_DEVICE_URL": self.url + "/login/device/code",
                "FACIO_GITHUB_TOKEN_URL": self.url + "/login/oauth/access_token",
                "FACIO_GITHUB_USER_URL": self.url + "/user", "FACIO_GITHUB_CLIENT_ID": self.client_id, "FACIO_ALLOW_HOSTS": "127.0.0.1"}

    def polls(self):
        """Times of the requests for a token."""
        with self.lock:
            return list(self.asked)

    # ------------------------------------------------------------------------------------------ what is answered
    def authorize(self, form):
        if form.get("client_id") != self.client_id:
            return 401, {"error": "invalid_client"}
        user_code = "-".join("".join(secrets.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(4)) for _ in range(2))
        code = {"user_code": user_code, "state": "pending", "expires": time.monotonic() + self.expires_in,
                "interval": self.interval, "last": None}
        device_code = secrets.token_hex(20)
        self.codes[device_code] = code
        return 200, {"device_code": device_code, "user_code": user_code, "verification_uri": self.url + "/device",
                     "verification_uri_complete": self.url + "/device?user_code=" + user_code, "expires_in": self.expires_in,
                     "interval": self.interval}

    def token(self, form):
        now = time.monotonic()
        self.asked.append(now)
        code = self.codes.get(form.get("device_code"))
        if form.get("grant_type") != GRANT:
            return self.status, {"error": "unsupported_grant_type"}
        if code is None or form.get("client_id") != self.client_id:
            return self.status, {"error": "invalid_grant", "error_description": "the device code is not known here"}
        early = code["last"] is not None and now - code["last"] < code["interval"] - 0.05
        code["last"] = now
        if now >= code["expires"]:
            return self.status, {"error": "expired_token"}
        if self.slow > 0 or early:
            self.slow -= 1
            code["interval"] += 5
            return self.status, {"error": "slow_down"}
        if code["state"] == "pending":
            return self.status, {"error": "authorization_pending"}
        if code["state"] == "denied":
            return self.status, {"error": "access_denied", "error_description": "the person said no"}
        token = "gho_" + secrets.token_hex(18)
        self.tokens[token] = "octocat"
        del self.codes[form["device_code"]]
        return 200, {"access_token": token, "token_type": "bearer", "scope": "read:user"}

    def decide(self, user_code, state):
        """A person types the code and decides."""
        with self.lock:
            for code in self.codes.values():
                if code["user_code"] == user_code:
                    code["state"] = state
                    return 200, {"ok": True}
        return 404, {"error": "unknown code"}

    def _handler(outer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, body):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self):
                if outer.outage:
                    with outer.lock:
                        outer.asked.append(time.monotonic())
                    self.close_connection = True
                    return
                text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = dict(urllib.parse.parse_qsl(text))
                with outer.lock:
                    outer.seen.append((self.path, dict(self.headers), form))
                    actions = {"/login/device/code": outer.authorize, "/login/oauth/access_token": outer.token}
                    action = actions.get(self.path, lambda _: (404, {"error": "no such address"}))
                    status, body = action(form)
                self.answer(status, body)

            def do_GET(self):
                split = urllib.parse.urlsplit(self.path)
                user_code = dict(urllib.parse.parse_qsl(split.query)).get("user_code")
                if split.path == "/approve":
                    return self.answer(*outer.decide(user_code, "approved"))
                if split.path == "/deny":
                    return self.answer(*outer.decide(user_code, "denied"))
                token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                if split.path == "/user" and token in outer.tokens:
                    return self.answer(200, {"login": outer.tokens[token], "id": 1})
                return self.answer(401, {"message": "Bad credentials"})

            def log_message(self, *_):
                pass

        return Handler
