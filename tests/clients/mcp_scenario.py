#!/usr/bin/env python3
"""What the public conformance program starts as the client that it tests: it lets a running agent use the MCP server whose address is the
last argument, as a person would: the server is added, and each of its tools is called through the agent's loop."""

import json
import os
import sys
import urllib.request

ARGUMENTS = {"add_numbers": {"a": 2, "b": 3}}


def ask(method, path, body=None):
    request = urllib.request.Request(os.environ["AGENT_URL"] + path, method=method,
                                     data=None if body is None else json.dumps(body).encode(),
                                     headers={"Authorization": "Bearer " + os.environ["AGENT_TOKEN"], "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def main():
    server = ask("POST", "/api/v1/mcp", {"name": "scenario", "url": sys.argv[-1], "type": "streamableHttp"})["server"]
    print(json.dumps(server))
    try:
        for tool in server["tools"]:
            message = f"/tool mcp:scenario:{tool} {json.dumps(ARGUMENTS.get(tool, {}))}"
            answer = ask("POST", "/v1/chat/completions", {"messages": [{"role": "user", "content": message}]})
            print(tool, "gave", answer["choices"][0]["message"]["content"])
    finally:
        ask("DELETE", "/api/v1/mcp/scenario")
    return 0 if server["connected"] else 1


if __name__ == "__main__":
    sys.exit(main())
