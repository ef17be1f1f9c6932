#!/usr/bin/env python3
"""What the public conformance program starts as the client that it tests, for its scenarios about OAuth: a person who uses `facioctl mcp`
with a running agent. The server whose address is the last argument is added, logged in at by `mcp login` with a browser, and its tools are
called through the agent's loop. Where the agent says that a login is needed, there is one, twice at most."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

CONTEXT = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT", "{}"))
SCENARIO = os.environ["MCP_CONFORMANCE_SCENARIO"]
MOST_LOGINS = 2
NAME = "scenario"


def facioctl(*arguments):
    done = subprocess.run([os.environ["FACIOCTL"], *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    print("$ facioctl", " ".join(arguments), "->", done.returncode, done.stdout, done.stderr, flush=True)
    return done


def get():
    return json.loads(facioctl("mcp", "get", NAME, "-o", "json").stdout)


def identity():
    """The flags of `mcp login` that the scenario's context asks for."""
    if SCENARIO == "auth/basic-cimd":
        return ["--client-id", "https://conformance-test.local/client-metadata.json"]
    if "client_secret" not in CONTEXT:
        return []
    os.environ["CLIENT_SECRET"] = CONTEXT["client_secret"]
    return ["--client-id", CONTEXT["client_id"], "--client-secret-env", "CLIENT_SECRET",
            *(["--grant", "client"] if SCENARIO.startswith("auth/client-credentials") else [])]


def login():
    """`mcp login`, and a browser that opens what it shows."""
    command = subprocess.Popen([os.environ["FACIOCTL"], "mcp", "login", NAME, *identity()], stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    for line in command.stderr:
        print(line, end="", flush=True)
        if line.strip().startswith("http"):
            try:
                urllib.request.urlopen(line.strip(), timeout=20).close()
            except urllib.error.HTTPError as answer:
                print("the browser shows", answer.code)
                answer.close()
    return command.wait(60)


def call(tool):
    body = {"messages": [{"role": "user", "content": f"/tool mcp:{NAME}:{tool} {{}}"}]}
    with open(os.environ["FACIOCTL_TOKEN_FILE"], encoding="ascii") as file:
        token = file.read().strip()
    request = urllib.request.Request(os.environ["FACIOCTL_URL"] + "/v1/chat/completions", method="POST", data=json.dumps(body).encode(),
                                     headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = json.load(answer)["choices"][0]["message"]["content"]
    print(tool, "gave", text, flush=True)
    return text


def use():
    """Whether everything could be done; false when a login is wanted."""
    server = get()
    if not server["connected"]:
        return "mcp login" not in (server["error"] or "")
    return all("mcp login" not in call(tool) for tool in server["tools"])


def main():
    facioctl("mcp", "add", NAME, "--server-url", sys.argv[-1], "--type", "streamableHttp")
    try:
        for _ in range(MOST_LOGINS):
            if use():
                break
            if login() != 0:
                return 1
        return 0 if use() and get()["connected"] else 1
    finally:
        facioctl("mcp", "remove", NAME, "--yes")


if __name__ == "__main__":
    sys.exit(main())
