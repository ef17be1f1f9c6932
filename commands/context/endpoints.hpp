// Commands about named targets.
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/context/shapes.hpp"

namespace facio::context {

inline constexpr Column kColumns[] = {{"name", "NAME"}, {"current", "CURRENT"}, {"url", "URL"}, {"token", "TOKEN"}, {"kind", "KIND", true}, {"protected", "PROTECTED", true}, {"readonly", "READONLY", true}, {"ca", "CA", true}};

inline constexpr Param kName[] = {positional("name", "name of the context", {.required = true, .value_name = "NAME"})};
inline constexpr Param kMaybeName[] = {positional("name", "name of the context; without it the one in use", {.value_name = "NAME"})};
inline constexpr Param kAdd[] = {
    positional("name", "name of the context", {.required = true, .value_name = "NAME"}),
    local_flag("token-env", types::string, "environment variable that holds the token", {.value_name = "VAR"}),
    local_flag("ca", types::string, "PEM file of the certificates to trust", {.value_name = "FILE"}),
    local_flag("protected", types::boolean, "destructive commands ask for the context's name"),
    local_flag("readonly", types::boolean, "refuse every write"),
    local_flag("insecure-http", types::boolean, "let the token travel over plain HTTP to another machine"),
    local_flag("current", types::boolean, "make it the current context"),
};

inline constexpr Example kListExamples[] = {{"context list", "all contexts; the current one is marked"}};
inline constexpr Example kShowExamples[] = {{"context show", "the context that a command would use now, and why"}, {"context show prod", "one context"}};
inline constexpr Example kUseExamples[] = {{"context use prod", "make prod the current context"}};
inline constexpr Example kAddExamples[] = {{"context add prod --url https://agent.example --token-file ~/.config/facioctl/prod.token --protected", "a target that asks before it deletes"}};
inline constexpr Example kRemoveExamples[] = {{"context remove old --yes", "forget a context; its token file stays"}};

inline constexpr std::string_view kListSynonyms[] = {"contexts"};
inline constexpr std::string_view kUseSynonyms[] = {"use"};

inline constexpr Endpoint kEndpoints[] = {
    {.id = "context.list", .method = Method::none, .summary = "List the configured contexts", .form = ReplyForm::list, .reply = &shape_of<ContextView>, .envelope = &shape_of<ContextList>, .columns = kColumns, .key = "name", .surface = Surface::local, .examples = kListExamples, .synonyms = kListSynonyms},
    {.id = "context.show", .method = Method::none, .summary = "Show one context, or the one in use and why", .params = kMaybeName, .form = ReplyForm::object, .reply = &shape_of<ContextView>, .columns = kColumns, .key = "name", .surface = Surface::local, .examples = kShowExamples},
    {.id = "context.use", .method = Method::none, .summary = "Make a context the current one", .params = kName, .form = ReplyForm::none, .surface = Surface::local, .examples = kUseExamples, .synonyms = kUseSynonyms},
    {.id = "context.add", .method = Method::none, .summary = "Add or replace a context", .description = "The address is given with --url, the token's place with --token-file or --token-env. The token itself is never stored in the configuration.", .params = kAdd, .form = ReplyForm::none, .surface = Surface::local, .examples = kAddExamples},
    {.id = "context.remove", .method = Method::none, .summary = "Forget a context", .params = kName, .form = ReplyForm::none, .effect = Effect::destructive, .surface = Surface::local, .examples = kRemoveExamples},
};

}  // namespace facio::context
