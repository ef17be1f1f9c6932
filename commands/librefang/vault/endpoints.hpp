// Secrets that the daemon keeps, by name; newer daemons have them.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/vault/shapes.hpp"

namespace facio::librefang::vault {

inline constexpr Column kColumns[] = {{"key", "NAME"}, {"set", "SET"}, {"source", "SOURCE"}};
inline constexpr Param kKeyName = path_param("key", "name of the secret", {.example = "GITHUB_TOKEN", .value_name = "NAME"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.vault.list", "/api/vault/keys", "List the names of the daemon's secrets")
        .list(kListOf<kKey, "LibrefangVaultKeyList">, kKey, kColumns, "key"),
    put("librefang.vault.set", "/api/vault/keys/{key}", "Set a secret")
        .params(kKeyName)
        .body(kSet)
        .reply(kKey)
        .errors<Code::not_found, Code::rejected, Code::unavailable>(),
    del("librefang.vault.delete", "/api/vault/keys/{key}", "Delete a secret")
        .params(kKeyName)
        .reply(kKey)
        .errors<Code::not_found, Code::unavailable>(),
};

}  // namespace facio::librefang::vault
