// Endpoints of the credentials area (contract section 5).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "cli/catalogue/finding.hpp"
#include "commands/facio/credentials/shapes.hpp"

namespace facio::credentials {

inline constexpr Column kColumns[] = {
    {"key", "KEY"},           {"hasValue", "SET"}, {"exposed", "EXPOSED"}, {"exposed_until", "UNTIL"}, {"updated_at", "UPDATED", true},
    {"masked", "VALUE", true}};

inline constexpr Column kUseColumns[] = {{"where", "WHERE"}};

inline constexpr Param kKey =
    path_param("key", "name of the secret", {.max_length = 128, .pattern = "secret-key", .example = "GITHUB_TOKEN", .value_name = "KEY"});

inline constexpr Param kMine =
    positional("key", "name of the secret", {.required = true, .max_length = 128, .pattern = "key", .value_name = "KEY"});

inline constexpr Param kNewKey =
    positional("key", "name of the secret; instead of --key", {.max_length = 128, .pattern = "secret-key", .value_name = "KEY"});

inline constexpr Endpoint kEndpoints[] = {
    get("credentials.list", "/api/v1/credentials", "List stored secrets, without their values")
        .list<CredentialList>(kColumns, "key")
        .synonyms<"secrets list", "secrets ls">(),
    get("credentials.get", "/api/v1/credentials/{key}", "Show whether a secret is stored")
        .params(kKey)
        .reply<Credential>(kColumns, "key")
        .errors<Code::not_found>(),
    post("credentials.create", "/api/v1/credentials", "Store a new secret")
        .params(kNewKey)
        .body<CredentialCreate>()
        .whole<"credentials.get">()
        .reply<Credential>(kColumns, "key")
        .success(201)
        .errors<Code::rejected, Code::conflict>()
        .synonyms<"secrets create">(),
    put("credentials.set", "/api/v1/credentials/{key}", "Store or replace the value of a secret")
        .params(kKey)
        .body<CredentialValue>()
        .reply<Credential>(kColumns, "key")
        .errors<Code::rejected>()
        .synonyms<"secrets set", "credentials put">(),
    put("credentials.expose", "/api/v1/credentials/{key}/exposed", "Expose a secret to shell tools")
        .params(kKey)
        .body<CredentialExposed>()
        .reply<Credential>(kColumns, "key")
        .errors<Code::rejected, Code::not_found>(),
    remote("credentials.unexpose", "Withdraw a secret from shell tools").params(kMine).reply<Credential>(kColumns, "key").writes(),
    remote("credentials.users", "Show what uses a secret").params(kMine).list<CredentialUses>(kUseColumns),
    remote("credentials.lint", "Find secrets that are missing, unused or in plain sight").list<FindingList>(kFindingColumns, "check"),
    del("credentials.delete", "/api/v1/credentials/{key}", "Delete a secret")
        .params(kKey)
        .reply<CredentialDeleted>("key")
        .errors<Code::not_found>()
        .synonyms<"secrets delete", "secrets rm">(),
};

}  // namespace facio::credentials
