// Providers of models (document: Provider Config).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/providers/shapes.hpp"

namespace facio::librefang::providers {

inline constexpr Column kColumns[] = {
    {"name", "NAME"},
    {"auth_status", "KEY"},
    {"model_count", "MODELS"},
    {"base_url", "ADDRESS"},
    {"display_name", "TITLE", true},
    {"env_var", "VARIABLE", true},
    {"reachable", "REACHABLE", true},
};
inline constexpr Param kName = path_param("name", "name of the provider", {.example = "groq", .value_name = "PROVIDER"});
inline constexpr Param kPollId =
    path_param("poll_id", "what `providers copilot-login` answered", {.example = "1234", .value_name = "POLL"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.providers.list", "/api/providers", "List the providers of models")
        .list(kListOf<kProvider, "LibrefangProviderList">, kProvider, kColumns, "name"),
    get("librefang.providers.get", "/api/providers/{name}", "Show a provider")
        .params(kName)
        .reply(kProvider, {}, "name")
        .errors<Code::not_found>(),
    post("librefang.providers.set-key", "/api/providers/{name}/key", "Set the key of a provider")
        .params(kName)
        .body(kKey)
        .reply(kChanged)
        .errors<Code::not_found, Code::rejected>()
        .slow(),
    del("librefang.providers.delete-key", "/api/providers/{name}/key", "Delete the key of a provider")
        .params(kName)
        .reply(kChanged)
        .errors<Code::not_found>(),
    post("librefang.providers.test", "/api/providers/{name}/test", "Test whether a provider answers")
        .params(kName)
        .reply(kChanged)
        .errors<Code::not_found, Code::unauthenticated>()
        .slow(),
    put("librefang.providers.set-url", "/api/providers/{name}/url", "Set the address of a provider")
        .params(kName)
        .body(kUrl)
        .reply(kChanged)
        .errors<Code::rejected>()
        .slow(),
    post("librefang.providers.set-default", "/api/providers/{name}/default", "Make a provider the default")
        .params(kName)
        .body(kModel)
        .reply(kChanged)
        .errors<Code::not_found, Code::rejected>(),
    post("librefang.providers.enable", "/api/providers/{name}/enable", "Show a provider again whose key was deleted")
        .params(kName)
        .reply(kChanged),
    post("librefang.providers.copilot-login", "/api/providers/github-copilot/oauth/start", "Begin to log in to GitHub Copilot")
        .reply(kStart)
        .slow(),
    get("librefang.providers.copilot-poll", "/api/providers/github-copilot/oauth/poll/{poll_id}", "Show how far that login is")
        .params(kPollId)
        .reply(kPoll)
        .errors<Code::not_found>()
        .slow(),
};

}  // namespace facio::librefang::providers
