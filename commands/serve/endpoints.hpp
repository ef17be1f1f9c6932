// The command that starts the embedded server, and the route that describes the server's routes.
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/serve/shapes.hpp"

namespace facio::serve {

inline constexpr Param kServeFlags[] = {
    local_flag("listen", types::string, "HOST:PORT, :PORT or unix:/path; port 0 takes a free one", {.value_name = "ADDRESS"}),
    local_flag("data", types::string, "directory of the store and the token", {.value_name = "DIR"}),
    local_flag("workspace", types::string, "directory of the agent's files; without it workspace in the data directory", {.value_name = "DIR"}),
    local_flag("secrets_key_file", types::string, "file with the key that seals stored secrets; without it beside the data directory", {.value_name = "FILE"}),
    local_flag("memory", types::boolean, "keep everything in memory only"),
    local_flag("ready_fd", types::integer, "write one JSON line to this file descriptor when ready", {.min = 0, .max = 1048576, .value_name = "N"}),
    local_flag("pid_file", types::string, "file for the process id", {.value_name = "FILE"}),
    local_flag("rate_limit_rpm", types::integer, "most requests a minute from one address; 0 is no limit", {.min = 0, .max = 1000000, .value_name = "N"}),
    local_flag("allowed_origin", types::strings, "web origin that may call the server", {.repeatable = true, .value_name = "ORIGIN"}),
    local_flag("allow_host", types::strings, "host that the server may ask although it is in a private network; without a port on every port", {.repeatable = true, .value_name = "HOST[:PORT]"}),
    local_flag("no_management", types::boolean, "do not mount the management routes"),
    local_flag("a2a", types::boolean, "mount the routes for other agents and the public agent card"),
    local_flag("behind_proxy", types::boolean, "a proxy with TLS stands before the server; allows any address"),
    local_flag("public_url", types::string, "address at which others reach the server, for the agent's card", {.format = Format::url, .value_name = "URL"}),
    local_flag("grace", types::string, "longest wait for running requests at the end, as 10s", {.value_name = "DURATION"}),
    local_flag("approval_expiry", types::string, "how long a call of a tool waits for a person; without it 24h", {.value_name = "DURATION"}),
    local_flag("chat_timeout", types::string, "longest wait for an answer of the OpenAI interface; without it 10m", {.value_name = "DURATION"}),
    local_flag("threads", types::integer, "number of I/O threads", {.min = 1, .max = 64, .value_name = "N"}),
};

inline constexpr Example kServeExamples[] = {
    {"serve", "on 127.0.0.1:8900 with the data of the last time"},
    {"serve --memory --listen 127.0.0.1:0", "on a free port; nothing is kept"},
    {"serve --listen unix:/tmp/agent.sock", "on a unix socket"},
    {"serve --allow-host research.lan:8900", "a peer in the own network may be called"},
};
inline constexpr Example kDocumentExamples[] = {{"openapi get", "the description that the agent itself gives"}};

inline constexpr Endpoint kCommands[] = {
    {.id = "serve", .summary = "Run a local, Facio-compatible agent runtime", .description = "Prints one line that starts with \"ready\" when it answers, and ends with 0 after SIGTERM. The token comes from --token-file, else $FACIO_MANAGEMENT_TOKEN, else a new one is made in the data directory. Requests for other agents take $FACIO_A2A_TOKEN. Stored secrets are sealed with a key of 32 bytes: $FACIOCTL_SECRETS_KEY, else the systemd credential facioctl-secrets-key, else the file DATA.key beside the data directory, which is made for the first secret. An address that is not of this machine needs --behind-proxy. The server asks other hosts for the cards of peers, calls them, and polls authorization servers; it never connects to loopback, private, link-local and other addresses that are not of the public internet, except for hosts named by --allow-host or in $FACIO_ALLOW_HOSTS (a comma-separated list). The login at GitHub Copilot uses $FACIO_GITHUB_DEVICE_URL, $FACIO_GITHUB_TOKEN_URL, $FACIO_GITHUB_USER_URL and $FACIO_GITHUB_CLIENT_ID in place of GitHub's own addresses and id when they are set.", .params = kServeFlags, .form = ReplyForm::none, .surface = Surface::local, .extension = true, .examples = kServeExamples},
};

inline constexpr Endpoint kEndpoints[] = {
    {.id = "openapi.get", .method = Method::get, .path = "/api/v1/openapi.json", .summary = "Fetch the agent's own OpenAPI document", .reply = &shape_of<OpenApiDocument>, .extension = true, .examples = kDocumentExamples},
};

}  // namespace facio::serve
