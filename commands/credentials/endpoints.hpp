// Endpoints of the credentials area (contract section 5).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/credentials/shapes.hpp"

namespace facio::credentials {

inline constexpr Column kColumns[] = {{"key", "KEY"}, {"hasValue", "SET"}, {"exposed", "EXPOSED"}, {"masked", "VALUE", true}};

inline constexpr Param kKey[] = {path_param("key", "name of the secret", {.max_length = 128, .pattern = "key", .value_name = "KEY"})};

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
inline constexpr Example kSetExamples[] = {{"credentials set GITHUB_TOKEN --from-stdin", "replace the value by what standard input holds"}};
inline constexpr Example kExposeExamples[] = {{"credentials expose GITHUB_TOKEN --exposed", "give it to shell tools"},
                                              {"credentials expose GITHUB_TOKEN --no-exposed", "take it away from them"}};
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
     .description = "The value is read from a file, an environment variable, a file descriptor or standard input, never from an argument. "
                    "Configuration refers to it as ${credentials.KEY}.",
     .body = &shape_of<CredentialCreate>, .reply = &shape_of<Credential>, .columns = kColumns, .key = "key", .success = 201,
     .errors = kBadOrTaken, .effect = Effect::write, .examples = kCreateExamples, .synonyms = kCreateSynonyms},
    {.id = "credentials.set", .method = Method::put, .path = "/api/v1/credentials/{key}", .summary = "Store or replace the value of a secret",
     .params = kKey, .body = &shape_of<CredentialValue>, .reply = &shape_of<Credential>, .columns = kColumns, .key = "key", .errors = kBad,
     .effect = Effect::write, .idempotent = true, .examples = kSetExamples, .synonyms = kSetSynonyms},
    {.id = "credentials.expose", .method = Method::put, .path = "/api/v1/credentials/{key}/exposed",
     .summary = "Give a secret to shell tools, or take it away", .params = kKey, .body = &shape_of<CredentialExposed>,
     .reply = &shape_of<Credential>, .columns = kColumns, .key = "key", .errors = kBadOrUnknown, .effect = Effect::write, .idempotent = true,
     .examples = kExposeExamples},
    {.id = "credentials.delete", .method = Method::del, .path = "/api/v1/credentials/{key}", .summary = "Delete a secret", .params = kKey,
     .reply = &shape_of<CredentialDeleted>, .key = "key", .errors = kUnknown, .effect = Effect::destructive, .examples = kDeleteExamples,
     .synonyms = kDeleteSynonyms},
};
// clang-format on

}  // namespace facio::credentials
