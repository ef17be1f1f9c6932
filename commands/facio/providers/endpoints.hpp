// Endpoints of the providers area (contract section 6).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/providers/shapes.hpp"

namespace facio::providers {

inline constexpr Column kColumns[] = {
    {"name", "NAME"},
    {"label", "LABEL"},
    {"hasValue", "SET"},
    {"apiBase", "ADDRESS"},
    {"isOauth", "OAUTH"},
    {"isLocal", "LOCAL"},
    {"envKey", "VARIABLE", true},
    {"defaultApiBase", "DEFAULT ADDRESS", true},
    {"requiresApiKey", "NEEDS KEY", true},
    {"requiresApiBase", "NEEDS ADDRESS", true},
};
inline constexpr Column kLoginColumns[] = {{"verificationUri", "OPEN"},
                                           {"userCode", "CODE"},
                                           {"sessionId", "SESSION"},
                                           {"expiresIn", "EXPIRES IN"},
                                           {"interval", "INTERVAL", true}};
inline constexpr Column kStateColumns[] = {{"status", "STATUS"}, {"account", "ACCOUNT"}, {"error", "ERROR"}};

inline constexpr Param kName = path_param("name", "name of the provider", {.value_name = "NAME"});
inline constexpr Param kLogin[] = {
    kName,
    local_flag("no_wait", types::boolean, "print the code and end; `providers poll` tells how it ended"),
};
inline constexpr Param kPoll[] = {
    kName,
    local_flag("wait", types::boolean, "wait until the login has ended; 0 when it succeeded"),
    query_param("session_id", types::string, "id that the login gave",
                {.not_blank = true, .required = true, .flag = "session", .value_name = "ID"}),
};

inline constexpr Example kListExamples[] = {{"providers list", "every provider, and which are set up"}};
inline constexpr Example kCreateExamples[] = {
    {"providers create --name openrouter --from-env OPENROUTER_API_KEY", "store the key of a hosted provider"},
    {"providers create --name vllm --api-base http://localhost:8000/v1", "name the address of your own"},
};
inline constexpr Example kSetExamples[] = {{"providers set openrouter", "type the key at the terminal, unseen"},
                                           {"providers set openrouter --from-file key.txt", "replace the key"}};
inline constexpr Example kDeleteExamples[] = {{"providers delete openrouter --yes", "forget key and address without being asked"}};
inline constexpr Example kLoginExamples[] = {{"providers login github_copilot", "get a code, and wait until it was typed"},
                                             {"providers login github_copilot --no-wait -o json", "start a login in a script"}};
inline constexpr Example kPollExamples[] = {{"providers poll github_copilot --session 1f9c2d", "see whether the login is done"},
                                            {"providers poll github_copilot --session 1f9c2d --wait", "wait for its end"}};

inline constexpr Endpoint kEndpoints[] = {
    get("providers.list", "/api/v1/credentials/providers", "List providers of models")
        .list<ProviderList>(kColumns, "name")
        .examples(kListExamples),
    post("providers.create", "/api/v1/credentials/providers", "Set up a provider")
        .description("Give a key, an address, or both; without either, the key is asked for at a terminal without showing it, or read from "
                     "standard input. A key may be text with ${credentials.KEY}, which is filled in when the key is used. Keys are stored "
                     "sealed and never shown. Providers with OAuth are connected by `providers login`.")
        .body<ProviderCreate>()
        .reply<Provider>(kColumns, "name")
        .success(201)
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .examples(kCreateExamples),
    put("providers.set", "/api/v1/credentials/providers/{name}", "Replace the key or the address of a provider")
        .description("Without key and address, the key is asked for at a terminal without showing it, or read from standard input. The "
                     "address null brings back the default.")
        .params(kName)
        .body<ProviderSet>()
        .reply<Provider>(kColumns, "name")
        .errors<Code::rejected, Code::not_found>()
        .examples(kSetExamples)
        .synonyms<"providers update">(),
    del("providers.delete", "/api/v1/credentials/providers/{name}", "Forget what is stored for a provider")
        .description("Clears key and address; a provider with OAuth is disconnected.")
        .params(kName)
        .reply<Provider>(kColumns, "name")
        .errors<Code::not_found>()
        .examples(kDeleteExamples)
        .synonyms<"providers logout">(),
    post("providers.login", "/api/v1/credentials/providers/{name}/oauth/start", "Log in at a provider")
        .description("Shows an address and a code, to be opened and typed on any device, as a QR code too where the terminal is wide "
                     "enough, and waits. No browser is opened here, so it works over SSH. The agent itself asks the provider and keeps the "
                     "token; the token is never shown. Ends with 0 when the account is connected, 7 when the login was refused, 12 when "
                     "the code was not used in time. Ctrl-C leaves the login going. A login that is under way is forgotten when the agent "
                     "restarts. Only github_copilot can be connected so.")
        .params(kLogin)
        .empty_body()
        .reply<ProviderLogin>(kLoginColumns, "sessionId")
        .errors<Code::rejected, Code::not_found, Code::upstream_failed, Code::upstream_timeout>()
        .slow()
        .examples(kLoginExamples),
    get("providers.poll", "/api/v1/credentials/providers/{name}/oauth/poll", "Show whether a login is done")
        .description("Logins that have ended are known for ten minutes. With --wait the exit code is that of `providers login`.")
        .params(kPoll)
        .reply<ProviderLoginState>(kStateColumns)
        .errors<Code::rejected, Code::not_found>()
        .examples(kPollExamples),
};

}  // namespace facio::providers
