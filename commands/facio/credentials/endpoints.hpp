// Endpoints of the credentials area (contract section 5).
#pragma once

#include "cli/catalogue/finding.hpp"
#include "commands/facio/credentials/shapes.hpp"

namespace facio::credentials {

inline constexpr Column kColumns[] = {{"key", "KEY"}, {"hasValue", "SET"}, {"exposed", "EXPOSED"}, {"exposed_until", "UNTIL"}, {"updated_at", "UPDATED", true}, {"masked", "VALUE", true}};

inline constexpr Param kKey[] = {path_param("key", "name of the secret", {.max_length = 128, .pattern = "key", .value_name = "KEY"})};

inline constexpr Param kMine[] = {positional("key", "name of the secret", {.required = true, .max_length = 128, .pattern = "key", .value_name = "KEY"})};

inline constexpr Code kUnknown[] = {Code::not_found};
inline constexpr Code kBad[] = {Code::rejected};
inline constexpr Code kBadOrUnknown[] = {Code::rejected, Code::not_found};
inline constexpr Code kBadOrTaken[] = {Code::rejected, Code::conflict};

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

inline constexpr std::string_view kListSynonyms[] = {"secrets list", "secrets ls"};
inline constexpr std::string_view kCreateSynonyms[] = {"secrets create"};
inline constexpr std::string_view kSetSynonyms[] = {"secrets set", "credentials put"};
inline constexpr std::string_view kDeleteSynonyms[] = {"secrets delete", "secrets rm"};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "credentials.list", .method = Method::get, .path = "/api/v1/credentials", .summary = "List stored secrets, without their values",
     .form = ReplyForm::list, .reply = &shape_of<Credential>, .envelope = &shape_of<CredentialList>, .columns = kColumns, .key = "key",
     .examples = kListExamples, .synonyms = kListSynonyms},
    {.id = "credentials.get", .method = Method::get, .path = "/api/v1/credentials/{key}", .summary = "Show whether a secret is stored",
     .params = kKey, .reply = &shape_of<Credential>, .columns = kColumns, .key = "key", .errors = kUnknown, .examples = kGetExamples},
    {.id = "credentials.create", .method = Method::post, .path = "/api/v1/credentials", .summary = "Store a new secret",
     .description = "The value is asked for at a terminal without showing it, or read from a file, an environment variable, a file descriptor "
                    "or standard input; never from an argument. Configuration refers to it as ${credentials.KEY}. A key that exists already is "
                    "an error; `credentials set` replaces.",
     .body = &shape_of<CredentialCreate>, .reply = &shape_of<Credential>, .columns = kColumns, .key = "key", .success = 201,
     .errors = kBadOrTaken, .effect = Effect::write, .examples = kCreateExamples, .synonyms = kCreateSynonyms},
    {.id = "credentials.set", .method = Method::put, .path = "/api/v1/credentials/{key}", .summary = "Store or replace the value of a secret",
     .description = "The value is asked for at a terminal without showing it, or read from a file, an environment variable, a file descriptor "
                    "or standard input; never from an argument. Whether the secret is given to shell tools stays as it is.",
     .params = kKey, .body = &shape_of<CredentialValue>, .reply = &shape_of<Credential>, .columns = kColumns, .key = "key", .errors = kBad,
     .effect = Effect::write, .idempotent = true, .examples = kSetExamples, .synonyms = kSetSynonyms},
    {.id = "credentials.expose", .method = Method::put, .path = "/api/v1/credentials/{key}/exposed",
     .summary = "Give a secret to shell tools",
     .description = "Shell tools find it as an environment variable of that name. With --for the agent takes it away again when the time is "
                    "over, also when it was restarted meanwhile. Nothing needs that for ${credentials.KEY} in a configuration.",
     .params = kKey, .body = &shape_of<CredentialExposed>,
     .reply = &shape_of<Credential>, .columns = kColumns, .key = "key", .errors = kBadOrUnknown, .effect = Effect::write, .idempotent = true,
     .examples = kExposeExamples},
    {.id = "credentials.unexpose", .method = Method::none, .summary = "Take a secret away from shell tools",
     .description = "What runs already keeps it.", .params = kMine, .reply = &shape_of<Credential>, .columns = kColumns, .key = "key",
     .effect = Effect::write, .surface = Surface::local, .examples = kUnexposeExamples},
    {.id = "credentials.lint", .method = Method::none, .summary = "Find secrets that are missing, unused or in plain sight",
     .description = "Reads the stored secrets and the configuration of MCP servers, channels and providers. Finds placeholders without a secret "
                    "(placeholder-without-secret), secrets that nobody uses (unused-secret), secrets or placeholders in a command or its "
                    "arguments (secret-in-arguments, placeholder-in-arguments), in the workspace's mcp.json (secret-in-file) or in an address "
                    "(secret-in-address), and secrets that shell tools get without an end (exposed-without-deadline). What this agent "
                    "does not offer is named as not-checked, and nothing is called unused then. Ends with 9 when an error or a warning was "
                    "found.",
     .form = ReplyForm::list, .reply = &shape_of<Finding>, .envelope = &shape_of<FindingList>, .columns = kFindingColumns, .key = "check",
     .surface = Surface::local, .examples = kLintExamples},
    {.id = "credentials.delete", .method = Method::del, .path = "/api/v1/credentials/{key}", .summary = "Delete a secret", .params = kKey,
     .reply = &shape_of<CredentialDeleted>, .key = "key", .errors = kUnknown, .effect = Effect::destructive, .examples = kDeleteExamples,
     .synonyms = kDeleteSynonyms},
};
// clang-format on

}  // namespace facio::credentials
