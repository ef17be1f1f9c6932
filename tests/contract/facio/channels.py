"""Good and bad input of the channels area."""


def channel(server):
    assert server.request("PUT", "/api/v1/channels/contract", {"enabled": False, "token": "a value"})[0] == 200
    return "contract"


OBJECTS = {f"channels.{verb}": channel for verb in ("get", "set", "delete")}
BODIES = {"channels.set": {"enabled": True, "apiKey": "a value", "allowFrom": ["*"]}}
REFUSED = {"channels.set": [{"password": "***"}, {"accounts": [{"id": 1, "apiKey": "***"}]}]}
