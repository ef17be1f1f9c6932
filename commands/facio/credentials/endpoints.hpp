// Endpoints of the credentials area (contract section 5).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "cli/catalogue/finding.hpp"
#include "commands/facio/credentials/shapes.hpp"

namespace facio::credentials {

inline constexpr Column kColumns[] = {
    {"key", "KEY"},           {"hasValue", "SET"}, {"exposed", "EXPOSED"}, {"exposed_until", "UNTIL"}, {"updated_at", "UPDATED", true},
    {"masked", "VALUE", true}};

inline constexpr Param kKey = path_param("key", "name of the secret", {.max_length = 128, .pattern = "key", .value_name = "KEY"});

inline constexpr Param kMine =
    positional("key", "name of the secret", {.required = true, .max_length = 128, .pattern = "key", .value_name = "KEY"});

inline constexpr Example kListExamples[] = {{"credentials list", "which secrets are stored; never their values"}};
inline constexpr Example kGetExamples[] = {{"credentials get GITHUB_TOKEN", "whether a secret is stored"}};
inline constexpr Example kCreateExamples[] = {
    {"credentials create --key GITHUB_TOKEN --from-env GITHUB_TOKEN", "store the value of an environment variable"},
    {"credentials create --key API_KEY --from-file key.txt --exposed", "store a file's content and give it to shell tools"},
};
inline constexpr Example kSetExamples[] = {
    {"credentials set GITHUB_TOKEN", "ask for the value, which is not shown, and store it"},
    {"credentials set GITHUB_TOKEN --from-env GITHUB_TOKEN", "store the value of an environment variable"},
    {"credentials set GITHUB_TOKEN --from-stdin", "store what standard input holds"},
};
inline constexpr Example kExposeExamples[] = {
    {"credentials expose GITHUB_TOKEN --for 15m", "give it to shell tools for a quarter of an hour"},
    {"credentials expose GITHUB_TOKEN", "give it to them until it is taken away"},
};
inline constexpr Example kLintExamples[] = {{"credentials lint", "what is wrong with the secrets of an agent"},
                                            {"credentials lint -o json", "the same for a program"}};
inline constexpr Example kUnexposeExamples[] = {{"credentials unexpose GITHUB_TOKEN", "take it away from shell tools"}};
inline constexpr Example kDeleteExamples[] = {{"credentials delete GITHUB_TOKEN --yes", "remove a secret without being asked"}};

inline constexpr Endpoint kEndpoints[] = {
    get("credentials.list", "/api/v1/credentials", "List stored secrets, without their values")
        .list<CredentialList>(kColumns, "key")
        .examples(kListExamples)
        .synonyms<"secrets list", "secrets ls">(),
    get("credentials.get", "/api/v1/credentials/{key}", "Show whether a secret is stored")
        .params(kKey)
        .reply<Credential>(kColumns, "key")
        .errors<Code::not_found>()
        .examples(kGetExamples),
    post("credentials.create", "/api/v1/credentials", "Store a new secret")
        .description(
            "The value is asked for at a terminal without showing it, or read from a file, an environment variable, a file descriptor "
            "or standard input; never from an argument. Configuration refers to it as ${credentials.KEY}. A key that exists already is "
            "an error; `credentials set` replaces.")
        .body<CredentialCreate>()
        .reply<Credential>(kColumns, "key")
        .success(201)
        .errors<Code::rejected, Code::conflict>()
        .examples(kCreateExamples)
        .synonyms<"secrets create">(),
    put("credentials.set", "/api/v1/credentials/{key}", "Store or replace the value of a secret")
        .description(
            "The value is asked for at a terminal without showing it, or read from a file, an environment variable, a file descriptor "
            "or standard input; never from an argument. Whether the secret is given to shell tools stays as it is.")
        .params(kKey)
        .body<CredentialValue>()
        .reply<Credential>(kColumns, "key")
        .errors<Code::rejected>()
        .examples(kSetExamples)
        .synonyms<"secrets set", "credentials put">(),
    put("credentials.expose", "/api/v1/credentials/{key}/exposed", "Give a secret to shell tools")
        .description(
            "Shell tools find it as an environment variable of that name. With --for the agent takes it away again when the time is "
            "over, also when it was restarted meanwhile. Nothing needs that for ${credentials.KEY} in a configuration.")
        .params(kKey)
        .body<CredentialExposed>()
        .reply<Credential>(kColumns, "key")
        .errors<Code::rejected, Code::not_found>()
        .examples(kExposeExamples),
    local("credentials.unexpose", "Take a secret away from shell tools")
        .description("What runs already keeps it.")
        .params(kMine)
        .reply<Credential>(kColumns, "key")
        .writes()
        .examples(kUnexposeExamples),
    local("credentials.lint", "Find secrets that are missing, unused or in plain sight")
        .description(
            "Reads the stored secrets and the configuration of MCP servers, channels and providers. Finds placeholders without a secret "
            "(placeholder-without-secret), secrets that nobody uses (unused-secret), secrets or placeholders in a command or its "
            "arguments (secret-in-arguments, placeholder-in-arguments), in the workspace's mcp.json (secret-in-file) or in an address "
            "(secret-in-address), and secrets that shell tools get without an end (exposed-without-deadline). What this agent "
            "does not offer is named as not-checked, and nothing is called unused then. Ends with 9 when an error or a warning was "
            "found.")
        .list<FindingList>(kFindingColumns, "check")
        .examples(kLintExamples),
    del("credentials.delete", "/api/v1/credentials/{key}", "Delete a secret")
        .params(kKey)
        .reply<CredentialDeleted>("key")
        .errors<Code::not_found>()
        .examples(kDeleteExamples)
        .synonyms<"secrets delete", "secrets rm">(),
};

}  // namespace facio::credentials
