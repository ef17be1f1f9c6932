// Endpoints of the providers area (contract section 6).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/endpoints_login.hpp"
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

inline constexpr Param kName = path_param("name", "name of the provider", {.example = "openrouter", .value_name = "NAME"});
inline constexpr Param kMine = positional("name", "name of the provider", {.required = true, .value_name = "NAME"});
inline constexpr Param kCreate = positional("name", "name of the provider; instead of --name", {.value_name = "NAME"});
inline constexpr Param kLogin[] = {
    kName,
    local_flag("no_wait", types::boolean, "print the code and exit; `providers poll` shows the result"),
};
inline constexpr Param kPoll[] = {
    kName,
    kLoginWait,
    kLoginSession,
};

inline constexpr Endpoint kEndpoints[] = {
    get("providers.list", "/api/v1/credentials/providers", "List model providers").list<ProviderList>(kColumns, "name"),
    remote("providers.get", "Show one provider").params(kMine).reply<Provider>(kColumns, "name"),
    post("providers.create", "/api/v1/credentials/providers", "Set up a provider")
        .params(kCreate)
        .body<ProviderCreate>()
        .whole<"providers.list">()
        .keeps("value", "hasValue")
        .reply<Provider>(kColumns, "name")
        .success(201)
        .errors<Code::rejected, Code::not_found, Code::conflict>(),
    put("providers.set", "/api/v1/credentials/providers/{name}", "Replace the key or the address of a provider")
        .params(kName)
        .body<ProviderSet>()
        .whole<"providers.list">()
        .keeps("value", "hasValue")
        .merges()
        .reply<Provider>(kColumns, "name")
        .errors<Code::rejected, Code::not_found>()
        .synonyms<"providers update">(),
    edit("providers.edit", "Edit what is stored for a provider in your editor", "providers.set"),
    del("providers.delete", "/api/v1/credentials/providers/{name}", "Delete what is stored for a provider")
        .params(kName)
        .reply<Provider>(kColumns, "name")
        .errors<Code::not_found>()
        .synonyms<"providers logout">(),
    post("providers.login", "/api/v1/credentials/providers/{name}/oauth/start", "Log in at a provider")
        .params(kLogin)
        .empty_body()
        .reply<ProviderLogin>(kLoginColumns, "sessionId")
        .errors<Code::rejected, Code::not_found, Code::upstream_failed, Code::upstream_timeout>()
        .slow(),
    get("providers.poll", "/api/v1/credentials/providers/{name}/oauth/poll", "Show whether a login is complete")
        .params(kPoll)
        .reply<ProviderLoginState>(kStateColumns)
        .errors<Code::rejected, Code::not_found>(),
};

}  // namespace facio::providers
