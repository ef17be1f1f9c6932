"""An MCP server behind OAuth and its authorization server, on free loopback ports, with the ways in which either can be wrong. The browser
of a person is browse(): it goes to the address that a login shows, and gives the address that it is sent back to."""

import base64
import hashlib
import http.server
import json
import secrets
import threading
import urllib.error
import urllib.parse
import urllib.request

import mcp_server

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def browse(address):
    """Opens an address of an authorization server as a browser does, and gives where it is sent."""
    try:
        urllib.request.build_opener(NoRedirect).open(address, timeout=20).close()
    except urllib.error.HTTPError as answer:
        with answer:
            if answer.code in (302, 303):
                return answer.headers["Location"]
            raise
    raise AssertionError("the authorization server sent the browser nowhere")


class JsonHandler(http.server.BaseHTTPRequestHandler):
    """Answers with JSON, or with the bytes that it is given."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=None, headers=()):
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class OAuthServer:
    """`metadata`, `resource`: members to be laid over those of the authorization server and of the MCP server; None leaves one out.
    `redirect`: parameters to be laid over those of the redirect. `token`: members to be laid over the answers of the token endpoint.
    `metadata_at`, `resource_at`: paths. `hint`: the 401 names the metadata. `scope`: what requests need, `call_scope`: what calls of tools
    need. `methods`: how clients identify themselves. `replace` gives paths of the authorization server whose answers are (status, headers,
    body) instead."""

    def __init__(self, *, metadata=None, resource=None, redirect=None, token=None, metadata_at="/.well-known/oauth-authorization-server",
                 resource_at="/.well-known/oauth-protected-resource/mcp", hint=True, scope="", call_scope="", issuer_path="",
                 methods=("none",), clients=None, replace=None, refresh=True, device=False):
        self.over = {"metadata": metadata or {}, "resource": resource or {}, "redirect": redirect or {}, "token": token or {}}
        self.metadata_at, self.resource_at, self.hint, self.scope, self.call_scope = metadata_at, resource_at, hint, scope, call_scope
        self.methods, self.replace, self.refresh, self.device = list(methods), replace or {}, refresh, device
        self.clients = dict(clients or {})      # id: secret
        self.codes, self.tokens, self.refreshes, self.device_codes = {}, {}, {}, {}
        self.seen, self.calls = [], []          # requests to the authorization server: (path, form); to the MCP server: (method, token)
        self.protocol = mcp_server.Protocol(lambda message: None)
        self.lock = threading.RLock()
        self.listeners = [self._listen(self._authorization_handler()), self._listen(self._mcp_handler())]
        self.origin, self.mcp_origin = ("http://127.0.0.1:%d" % one.server_address[1] for one in self.listeners)
        self.issuer, self.url = self.origin + issuer_path, self.mcp_origin + "/mcp"

    @staticmethod
    def _listen(handler):
        server = Listener(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return server

    def close(self):
        for one in self.listeners:
            one.shutdown()
            one.server_close()

    def laid_over(self, what, members):
        over = self.over[what]
        over = over(members) if callable(over) else over
        return {name: value for name, value in {**members, **over}.items() if value is not None}

    def forms(self, path):
        with self.lock:
            return [form for seen, form in self.seen if seen == path]

    def revoke(self, refreshes=False):
        """The access tokens are worth nothing any more; with `refreshes` none can be renewed either."""
        with self.lock:
            self.tokens.clear()
            if refreshes:
                self.refreshes.clear()

    # ------------------------------------------------------------------------------------------ the authorization server
    def metadata(self):
        grants = ["authorization_code", "refresh_token", "client_credentials"] + ([DEVICE] if self.device else [])
        more = {"device_authorization_endpoint": self.origin + "/device"} if self.device else {}
        return self.laid_over("metadata", {
            "issuer": self.issuer, "authorization_endpoint": self.origin + "/authorize", "token_endpoint": self.origin + "/token",
            "registration_endpoint": self.origin + "/register", "response_types_supported": ["code"], "grant_types_supported": grants,
            "code_challenge_methods_supported": ["S256"], "token_endpoint_auth_methods_supported": self.methods,
            "authorization_response_iss_parameter_supported": True, **more})

    def register(self, body):
        client = "client-" + secrets.token_hex(4)
        method = body.get("token_endpoint_auth_method", "client_secret_basic")
        secret = None if method == "none" else secrets.token_hex(16)
        self.clients[client] = secret
        return 201, {**body, "client_id": client, **({"client_secret": secret} if secret else {})}

    def authorize(self, query):
        """Gives where the browser goes."""
        if query.get("client_id") not in self.clients or query.get("code_challenge_method") != "S256":
            return None
        code = secrets.token_hex(16)
        self.codes[code] = query
        answer = self.laid_over("redirect", {"code": code, "state": query["state"], "iss": self.issuer})
        return query["redirect_uri"] + "?" + urllib.parse.urlencode(answer)

    def identified(self, form, headers):
        """The client that a request to the token endpoint is from, in the way that it must say so; None for nobody."""
        basic = headers.get("Authorization", "")
        if basic.startswith("Basic "):
            client, _, secret = base64.b64decode(basic[6:]).decode().partition(":")
            way = ("client_secret_basic", urllib.parse.unquote(client), urllib.parse.unquote(secret))
        else:
            way = ("client_secret_post" if "client_secret" in form else "none", form.get("client_id"), form.get("client_secret"))
        method, client, secret = way
        return client if method in self.methods and client in self.clients and self.clients[client] == secret else None

    def grant(self, client, scope, resource):
        access, renewal = "access-" + secrets.token_hex(16), "refresh-" + secrets.token_hex(16)
        self.tokens[access] = {"scope": scope, "resource": resource}
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 3600}
        if scope:
            answer["scope"] = scope
        if self.refresh:
            self.refreshes[renewal] = {"client": client, "scope": scope, "resource": resource}
            answer["refresh_token"] = renewal
        return 200, self.laid_over("token", answer)

    def token(self, form, headers):
        client = self.identified(form, headers)
        if client is None:
            return 401, {"error": "invalid_client"}
        kind = form.get("grant_type")
        if kind == "authorization_code":
            asked = self.codes.pop(form.get("code"), None)
            proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
            good = asked and asked["code_challenge"] == proof and asked["client_id"] == client
            if not good or asked["redirect_uri"] != form.get("redirect_uri") or asked.get("resource") != form.get("resource"):
                return 400, {"error": "invalid_grant", "error_description": "the code is not good"}
            return self.grant(client, asked.get("scope", ""), form.get("resource"))
        if kind == "refresh_token":
            kept = self.refreshes.pop(form.get("refresh_token"), None)  # each is good for one time
            if kept is None or kept["client"] != client:
                return 400, {"error": "invalid_grant", "error_description": "the refresh token is not good"}
            return self.grant(client, kept["scope"], form.get("resource"))
        if kind == "client_credentials" and self.clients[client]:
            return self.grant(client, form.get("scope", ""), form.get("resource"))
        if kind == DEVICE:
            code = self.device_codes.get(form.get("device_code"))
            if code is None or not code["approved"]:
                return 400, {"error": "invalid_grant" if code is None else "authorization_pending"}
            del self.device_codes[form["device_code"]]
            return self.grant(client, code["scope"], form.get("resource"))
        return 400, {"error": "unsupported_grant_type"}

    def device_code(self, form):
        if form.get("client_id") not in self.clients:
            return 401, {"error": "invalid_client"}
        device, user = secrets.token_hex(16), "-".join(secrets.token_hex(2).upper() for _ in range(2))
        self.device_codes[device] = {"user": user, "approved": False, "scope": form.get("scope", "")}
        return 200, {"device_code": device, "user_code": user, "verification_uri": self.origin + "/code", "expires_in": 60, "interval": 1}

    def approve(self, user_code):
        with self.lock:
            next(code for code in self.device_codes.values() if code["user"] == user_code)["approved"] = True

    def _authorization_handler(outer):
        class Handler(JsonHandler):
            def serve(self):
                split = urllib.parse.urlsplit(self.path)
                data = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                given = split.query if self.command == "GET" else data
                form = json.loads(data) if split.path == "/register" else dict(urllib.parse.parse_qsl(given))
                with outer.lock:
                    outer.seen.append((split.path, form))
                    if split.path in outer.replace:
                        status, headers, body = outer.replace[split.path]
                        return self.answer(status, body, headers)
                    if split.path == outer.metadata_at:
                        return self.answer(200, outer.metadata())
                    if split.path == "/authorize":
                        where = outer.authorize(form)
                        return self.answer(302, None, [("Location", where)]) if where else self.answer(400, {"error": "invalid_request"})
                    if split.path == "/register":
                        return self.answer(*outer.register(form))
                    if split.path == "/device":
                        return self.answer(*outer.device_code(form))
                    if split.path == "/token":
                        return self.answer(*outer.token(form, self.headers))
                return self.answer(404, {"error": "no such address"})

            do_GET = do_POST = serve

        return Handler

    # ------------------------------------------------------------------------------------------ the MCP server
    def refusal(self, headers, body):
        """(status, challenge) of a request without a good token, or None."""
        known = self.tokens.get(headers.get("Authorization", "").removeprefix("Bearer "))
        where = [f'resource_metadata="{self.mcp_origin}{self.resource_at}"'] if self.hint else []
        if known is None:
            words = ['error="invalid_token"'] if "Authorization" in headers else []
            return 401, "Bearer " + ", ".join(words + ([f'scope="{self.scope}"'] if self.scope else []) + where)
        calls = body is not None and body.get("method") == "tools/call"
        needed = self.call_scope if calls and self.call_scope else self.scope
        if set(needed.split()) - set(known["scope"].split()):
            return 403, "Bearer " + ", ".join(['error="insufficient_scope"', f'scope="{needed}"'] + where)
        return None

    def _mcp_handler(outer):
        class Handler(JsonHandler):
            def serve(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                if outer.resource_at and self.path == outer.resource_at:
                    return self.answer(200, outer.laid_over("resource", {"resource": outer.url, "authorization_servers": [outer.issuer]}))
                if self.path != "/mcp":
                    return self.answer(404, {"error": "no such address"})
                with outer.lock:
                    outer.calls.append((body["method"] if body else self.command, self.headers.get("Authorization")))
                    refused = outer.refusal(self.headers, body)
                if refused:
                    return self.answer(refused[0], {"error": "refused"}, [("WWW-Authenticate", refused[1])])
                if self.command != "POST":
                    return self.answer(405)
                answer = outer.protocol.answer(body)
                return self.answer(202 if answer is None else 200, answer)

            do_GET = do_POST = do_DELETE = serve

        return Handler


