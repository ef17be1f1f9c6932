// The command that starts the embedded server, and the route that describes the server's routes.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/serve/shapes.hpp"

namespace facio::serve {

inline constexpr Param kData = local_flag("data", types::string, "directory of the store and the token", {.value_name = "DIR"});
inline constexpr Param kWorkspace = local_flag(
    "workspace", types::string, "directory of the agent's files; default: workspace in the data directory", {.value_name = "DIR"});
inline constexpr Param kKeyFile =
    local_flag("secrets_key_file", types::string, "file with the key that encrypts stored secrets; default: next to the data directory",
               {.value_name = "FILE"});

inline constexpr Param kServeFlags[] = {
    local_flag("listen", types::string, "HOST:PORT, :PORT or unix:/path; port 0 picks a free port", {.value_name = "ADDRESS"}),
    kData,
    kWorkspace,
    local_flag("config", types::string, "YAML file with gateway settings such as api.port", {.value_name = "FILE"}),
    kKeyFile,
    local_flag("audit_key_file", types::string, "file with the key that signs the audit log; default: next to the data directory",
               {.value_name = "FILE"}),
    local_flag("audit_keep", types::string, "move audit events older than this to archives, e.g. 90d; default: keep all",
               {.value_name = "DURATION"}),
    local_flag("audit_max", types::string, "move the oldest audit events to archives when the log is larger, e.g. 10GB",
               {.value_name = "SIZE"}),
    local_flag("memory", types::boolean, "keep everything in memory only"),
    local_flag("memory_limit", types::integer, "with --memory: maximum size of the store in MiB; default 512",
               {.min = 1, .max = 1048576, .value_name = "MIB"}),
    local_flag("ready_fd", types::integer, "write one JSON line to this file descriptor when ready",
               {.min = 0, .max = 1048576, .value_name = "N"}),
    local_flag("pid_file", types::string, "file for the process id", {.value_name = "FILE"}),
    local_flag("rate_limit_rpm", types::integer, "maximum requests per minute from one address; 0 is no limit",
               {.min = 0, .max = 1000000, .value_name = "N"}),
    local_flag("address_connections", types::integer, "maximum concurrent connections from one address, including a proxy's; default 2048",
               {.min = 1, .max = 4096, .value_name = "N"}),
    local_flag("allowed_origin", types::strings, "web origin that may call the server", {.repeatable = true, .value_name = "ORIGIN"}),
    local_flag("server_name", types::strings, "further host name under which the server is reached",
               {.repeatable = true, .value_name = "HOST"}),
    local_flag("open_v1", types::boolean, "serve /v1 without a token even if other machines can reach the server"),
    local_flag("allow_host", types::strings, "host on a private network that the server may connect to; without a port, on every port",
               {.repeatable = true, .value_name = "HOST[:PORT]"}),
    local_flag("tls", types::string, "serve HTTPS: auto creates an authority and a certificate; otherwise two PEM files",
               {.value_name = "auto|CERT,KEY"}),
    local_flag("tls_name", types::strings, "with --tls auto: further host name or IP address for the certificate",
               {.repeatable = true, .value_name = "NAME"}),
    local_flag("client_ca", types::string, "PEM file of authorities; every client needs a certificate from one of them",
               {.value_name = "FILE"}),
    local_flag("no_management", types::boolean, "do not serve the management routes"),
    local_flag("a2a", types::boolean, "serve the routes for other agents and the public agent card"),
    local_flag("behind_proxy", types::boolean, "a TLS proxy is in front of the server; allows any listen address"),
    local_flag("public_url", types::string, "address at which others reach the server, for the agent's card",
               {.format = Format::url, .value_name = "URL"}),
    local_flag("grace", types::string, "maximum wait for running requests at shutdown, e.g. 10s", {.value_name = "DURATION"}),
    local_flag("approval_expiry", types::string, "how long a tool call is waiting for a decision; default 24h", {.value_name = "DURATION"}),
    local_flag("chat_timeout", types::string, "maximum wait for an answer of the OpenAI interface; default 10m",
               {.value_name = "DURATION"}),
    local_flag("threads", types::integer, "number of I/O threads", {.min = 1, .max = 64, .value_name = "N"}),
};

inline constexpr Param kBackupParams[] = {
    positional("file", "file to create; it must not exist", {.required = true, .value_name = "FILE"}),
    local_flag("with_key", types::boolean, "include the key of stored secrets, the server's authority and its token"),
    kData,
    kWorkspace,
    kKeyFile,
};
inline constexpr Param kRestoreParams[] = {
    positional("file", "file created by serve backup", {.required = true, .value_name = "FILE"}),
    local_flag("data", types::string, "directory to create; it must be missing or empty", {.value_name = "DIR"}),
    kKeyFile,
};
inline constexpr Param kVerifyParams[] = {kData, kKeyFile};

inline constexpr Column kVerifiedColumns[] = {{"severity", "SEVERITY"}, {"id", "CHECK"}, {"message", "MESSAGE"}, {"fix", "FIX"}};

inline constexpr Endpoint kCommands[] = {
    local("serve", "Run a local, Facio-compatible agent runtime").params(kServeFlags).extension(),
    local("serve.backup", "Back up all data of a server to one file, even while it runs").params(kBackupParams).extension(),
    local("serve.restore", "Restore a backup into an empty data directory").params(kRestoreParams).extension(),
    local("serve.verify", "Check the integrity of a server's data")
        .params(kVerifyParams)
        .list<VerifiedList, VerifiedRow>(kVerifiedColumns, "id", "checks")
        .extension(),
};
inline constexpr Endpoint kEndpoints[] = {
    get("openapi.get", "/api/v1/openapi.json", "Fetch the agent's own OpenAPI document").reply<OpenApiDocument>().extension(),
};

}  // namespace facio::serve
