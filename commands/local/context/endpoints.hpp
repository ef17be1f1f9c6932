// Commands about named targets.
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/local/context/shapes.hpp"

namespace facio::context {

inline constexpr Column kColumns[] = {{"name", "NAME"}, {"in_use", "IN USE"}, {"url", "URL"}, {"tags", "TAGS"}, {"token", "TOKEN"}, {"current", "CURRENT", true}, {"kind", "KIND", true}, {"agent", "AGENT", true}, {"protected", "PROTECTED", true}, {"readonly", "READONLY", true}, {"ca", "CA", true}};

inline constexpr Param kName[] = {positional("name", "name of the context", {.required = true, .value_name = "NAME"})};
inline constexpr Param kMaybeName[] = {positional("name", "name of the context; without it the one in use", {.value_name = "NAME"})};
inline constexpr Param kNames[] = {positional("name", "name of a context; without one the context in use", {.repeatable = true, .value_name = "NAME"}),
                                   local_flag("group", types::string, "all contexts of this group, or that meet this expression", {.value_name = "GROUP"})};
inline constexpr Param kUse[] = {positional("name", "name of the context; - is the one before", {.required = true, .value_name = "NAME"})};
inline constexpr Param kAdd[] = {
    positional("name", "name of the context", {.required = true, .value_name = "NAME"}),
    local_flag("kind", types::string, "system behind the address", {.format = Format::system}),
    local_flag("agent", types::string, "id of the agent behind Placet; means --kind placet", {.value_name = "ID"}),
    local_flag("tag", types::strings, "word that groups choose by; repeatable", {.repeatable = true, .value_name = "TAG"}),
    local_flag("token-env", types::string, "environment variable that holds the token", {.value_name = "VAR"}),
    local_flag("token-exec", types::string, "program that prints the token, with its arguments; no shell", {.value_name = "COMMAND"}),
    local_flag("token-ttl", types::string, "how long the program's answer is kept, as 10m", {.value_name = "DURATION"}),
    local_flag("keyring", types::boolean, "the token is in the desktop's keyring; auth login puts it there"),
    local_flag("ca", types::string, "PEM file of the certificates to trust", {.value_name = "FILE"}),
    local_flag("protected", types::boolean, "destructive commands ask for the context's name"),
    local_flag("readonly", types::boolean, "refuse every write"),
    local_flag("insecure-http", types::boolean, "let the token travel over plain HTTP to another machine"),
    local_flag("current", types::boolean, "make it the current context"),
};

inline constexpr Example kListExamples[] = {{"context list", "all contexts; the current one is marked"}};
inline constexpr Example kShowExamples[] = {{"context show", "the context that a command would use now, why, and what that beat"}, {"context show prod", "one context"}};
inline constexpr Example kUseExamples[] = {{"use prod", "this shell uses prod; without the hook of shell-init, every shell"}, {"use -", "back to the one before"}};
inline constexpr Example kTestExamples[] = {{"context test prod", "is it reached, and does it take the token"}, {"context test --group eu -o json", "all of a group"}};
inline constexpr Column kTestColumns[] = {{"name", "NAME"}, {"result", "RESULT"}, {"ms", "TIME"}, {"version", "VERSION"}, {"url", "URL", true}, {"message", "MESSAGE"}};
inline constexpr Example kAddExamples[] = {{"context add prod --url https://agent.example --token-file ~/.config/facioctl/prod.token --protected", "a target that asks before it deletes"},
                                            {"context add ops --url https://placet.example --agent agt_123 --token-exec 'op read op://ops/placet/jwt' --token-ttl 10m", "an agent behind Placet; another program has the token"},
                                            {"context add eu-1 --url https://eu.example --keyring --tag prod --tag eu", "a token in the keyring, and words for groups"}};
inline constexpr Example kRemoveExamples[] = {{"context remove old --yes", "forget a context; its token file stays"}};

inline constexpr std::string_view kListSynonyms[] = {"contexts"};
inline constexpr std::string_view kUseSynonyms[] = {"use"};

inline constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};
inline constexpr Param kShell[] = {positional("shell", "shell to print the hook for", {.required = true, .choices = kShells, .value_name = "SHELL"})};
inline constexpr Example kShellExamples[] = {{"shell-init bash >> ~/.bashrc", "once; or eval \"$(facioctl shell-init bash)\" in one shell"}, {"shell-init fish | source", "fish, in one shell"}};

inline constexpr Endpoint kEndpoints[] = {
    {.id = "context.list", .method = Method::none, .summary = "List the configured contexts", .form = ReplyForm::list, .reply = &shape_of<ContextView>, .envelope = &shape_of<ContextList>, .columns = kColumns, .key = "name", .surface = Surface::local, .examples = kListExamples, .synonyms = kListSynonyms},
    {.id = "context.show", .method = Method::none, .summary = "Show one context, or the one in use and why", .params = kMaybeName, .form = ReplyForm::object, .reply = &shape_of<ContextView>, .columns = kColumns, .key = "name", .surface = Surface::local, .examples = kShowExamples},
    {.id = "context.use", .method = Method::none, .summary = "Choose the context of this shell, or of all shells", .description = "With the hook of `facioctl shell-init` this changes the shell that it is typed in and no other. Without it the configuration's current context changes, for every shell, and the command says so. What would win over the choice, as FACIOCTL_URL, is refused.", .params = kUse, .form = ReplyForm::none, .surface = Surface::local, .examples = kUseExamples, .synonyms = kUseSynonyms},
    {.id = "context.add", .method = Method::none, .summary = "Add a context, or change what is said about one", .description = "The address is given with --url, the token's place with --token-file, --token-env, --token-exec or --keyring. The token itself is never stored in the configuration. Of a context that exists only what is given changes; a new address needs a token source to be named again, as the old token is not for it.", .params = kAdd, .form = ReplyForm::none, .surface = Surface::local, .examples = kAddExamples},
    {.id = "context.test", .method = Method::none, .summary = "Ask whether contexts are reached and take their token", .description = "Asks each agent for its health with the context's own token. When all fail in the same way the exit code is that of the failure; when some answer it is 9.", .params = kNames, .form = ReplyForm::list, .reply = &shape_of<ContextTest>, .envelope = &shape_of<ContextTestList>, .columns = kTestColumns, .key = "name", .surface = Surface::local, .remote = true, .examples = kTestExamples},
    {.id = "context.remove", .method = Method::none, .summary = "Forget a context", .params = kName, .form = ReplyForm::none, .effect = Effect::destructive, .surface = Surface::local, .examples = kRemoveExamples},
    {.id = "shell-init", .method = Method::none, .summary = "Print the hook that lets `use` change one shell", .description = "With the hook `facioctl use NAME` and `facioctl use -` choose the context of the shell that they are typed in, by its variable FACIOCTL_CONTEXT, and of no other shell.", .params = kShell, .form = ReplyForm::none, .surface = Surface::local, .examples = kShellExamples},
};

}  // namespace facio::context
