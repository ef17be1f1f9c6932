// The command that starts the embedded server, and the route that describes the server's routes.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/serve/shapes.hpp"

namespace facio::serve {

inline constexpr Param kData = local_flag("data", types::string, "directory of the store and the token", {.value_name = "DIR"});
inline constexpr Param kWorkspace = local_flag(
    "workspace", types::string, "directory of the agent's files; without it workspace in the data directory", {.value_name = "DIR"});
inline constexpr Param kKeyFile =
    local_flag("secrets_key_file", types::string, "file with the key that seals stored secrets; without it beside the data directory",
               {.value_name = "FILE"});

inline constexpr Param kServeFlags[] = {
    local_flag("listen", types::string, "HOST:PORT, :PORT or unix:/path; port 0 takes a free one", {.value_name = "ADDRESS"}),
    kData,
    kWorkspace,
    local_flag("config", types::string, "YAML file with settings of the gateway, as api.port", {.value_name = "FILE"}),
    kKeyFile,
    local_flag("audit_key_file", types::string, "file with the key that signs the audit log; without it beside the data directory",
               {.value_name = "FILE"}),
    local_flag("audit_keep", types::string, "move audit events that are older into archives, as 90d; without it all stay",
               {.value_name = "DURATION"}),
    local_flag("audit_max", types::string, "move the oldest audit events into archives when there are more, as 10GB",
               {.value_name = "SIZE"}),
    local_flag("memory", types::boolean, "keep everything in memory only"),
    local_flag("memory_limit", types::integer, "with --memory: most MiB that the store may hold; without it 512",
               {.min = 1, .max = 1048576, .value_name = "MIB"}),
    local_flag("ready_fd", types::integer, "write one JSON line to this file descriptor when ready",
               {.min = 0, .max = 1048576, .value_name = "N"}),
    local_flag("pid_file", types::string, "file for the process id", {.value_name = "FILE"}),
    local_flag("rate_limit_rpm", types::integer, "most requests a minute from one address; 0 is no limit",
               {.min = 0, .max = 1000000, .value_name = "N"}),
    local_flag("address_connections", types::integer, "most connections from one address at a time, also a proxy's; without it 2048",
               {.min = 1, .max = 4096, .value_name = "N"}),
    local_flag("allowed_origin", types::strings, "web origin that may call the server", {.repeatable = true, .value_name = "ORIGIN"}),
    local_flag("server_name", types::strings, "host under which the server is asked, beside its address",
               {.repeatable = true, .value_name = "HOST"}),
    local_flag("open_v1", types::boolean, "answer /v1 without a token although other machines reach the server"),
    local_flag("allow_host", types::strings,
               "host that the server may ask although it is in a private network; without a port on every port",
               {.repeatable = true, .value_name = "HOST[:PORT]"}),
    local_flag("tls", types::string, "speak HTTPS: auto makes an authority and a certificate, else two PEM files",
               {.value_name = "auto|CERT,KEY"}),
    local_flag("tls_name", types::strings, "with --tls auto: name or numeric address that the certificate is for, too",
               {.repeatable = true, .value_name = "NAME"}),
    local_flag("client_ca", types::string, "PEM file of the authorities of which every client must have a certificate",
               {.value_name = "FILE"}),
    local_flag("no_management", types::boolean, "do not mount the management routes"),
    local_flag("a2a", types::boolean, "mount the routes for other agents and the public agent card"),
    local_flag("behind_proxy", types::boolean, "a proxy with TLS stands before the server; allows any address"),
    local_flag("public_url", types::string, "address at which others reach the server, for the agent's card",
               {.format = Format::url, .value_name = "URL"}),
    local_flag("grace", types::string, "longest wait for running requests at the end, as 10s", {.value_name = "DURATION"}),
    local_flag("approval_expiry", types::string, "how long a call of a tool waits for a person; without it 24h",
               {.value_name = "DURATION"}),
    local_flag("chat_timeout", types::string, "longest wait for an answer of the OpenAI interface; without it 10m",
               {.value_name = "DURATION"}),
    local_flag("threads", types::integer, "number of I/O threads", {.min = 1, .max = 64, .value_name = "N"}),
};

inline constexpr Param kBackupParams[] = {
    positional("file", "file to make; it must not exist", {.required = true, .value_name = "FILE"}),
    local_flag("with_key", types::boolean, "with the keys: of stored secrets, of the server's authority, and its token"),
    kData,
    kWorkspace,
    kKeyFile,
};
inline constexpr Param kRestoreParams[] = {
    positional("file", "file that serve backup made", {.required = true, .value_name = "FILE"}),
    local_flag("data", types::string, "directory to make; it must be missing or empty", {.value_name = "DIR"}),
    kKeyFile,
};
inline constexpr Param kVerifyParams[] = {kData, kKeyFile};

inline constexpr Column kVerifiedColumns[] = {{"severity", "SEVERITY"}, {"id", "CHECK"}, {"message", "MESSAGE"}, {"fix", "FIX"}};

inline constexpr Endpoint kCommands[] = {
    local("serve", "Run a local, Facio-compatible agent runtime").params(kServeFlags).extension(),
    local("serve.backup", "Write all that a server keeps to one file, also while it runs").params(kBackupParams).extension(),
    local("serve.restore", "Put a backup into an empty data directory").params(kRestoreParams).extension(),
    local("serve.verify", "Look whether all that a server keeps is sound")
        .params(kVerifyParams)
        .list<VerifiedList, VerifiedRow>(kVerifiedColumns, "id", "checks")
        .extension(),
};
inline constexpr Endpoint kEndpoints[] = {
    get("openapi.get", "/api/v1/openapi.json", "Fetch the agent's own OpenAPI document").reply<OpenApiDocument>().extension(),
};

}  // namespace facio::serve
