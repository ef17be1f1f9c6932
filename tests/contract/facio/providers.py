"""Good and bad input of the providers area."""

import device_server

KEY = {"value": "sk-contract-0123456789"}


def serve(case):
    """A real authorization server for the logins."""
    authorization = device_server.DeviceServer(interval=5)
    case.addCleanup(authorization.close)
    return [], authorization.environment()


def new_provider(server):
    server.request("DELETE", "/api/v1/credentials/providers/openrouter")
    return {"name": "openrouter", **KEY}


def session(server):
    return server.request("POST", "/api/v1/credentials/providers/github_copilot/oauth/start")[2]["sessionId"]


def key_provider(_):
    return "deepseek"


def login_provider(_):
    return "github_copilot"


# Arguments and environment that the server needs.
SERVE = serve
OBJECTS = {"providers.set": key_provider, "providers.delete": key_provider, "providers.login": login_provider,
           "providers.poll": login_provider}
BODIES = {"providers.create": new_provider, "providers.set": KEY}
ARGUMENTS = {"providers.set": ["--api-base", "https://models.example.net/v1"], "providers.login": ["--no-wait"]}
FLAGS = {"providers.poll": {"--session": session}}
NOT_AN_ADDRESS = ["models.example.net", "ftp://models.example.net/", "https://user:pw@models.example.net/", "https://", "https://h/#x",
                  "https://h/?x=1",
                  "https://h:0/"]
REFUSED = {
    "providers.create": [{"name": "openrouter"}, {"name": "openrouter", "value": ""}, {"name": "openrouter", "value": "a\nb"},
                         {"name": "openrouter", "apiBase": None}, {"name": "github_copilot", **KEY}, {"name": "openai_codex", **KEY},
                         {"name": "github_copilot", "apiBase": "https://h/"}] +
                         [{"name": "vllm", "apiBase": url} for url in NOT_AN_ADDRESS],
    "providers.set": [{}, {"value": " "}, {"value": None}, {"value": "x" * 65537}, {"baseUrl": 7}] +
                     [{"apiBase": url} for url in NOT_AN_ADDRESS],
}
