// The commands of this program that are no endpoint of anything, for the catalogue writer.
#include "cli/catalogue/declare.hpp"
#include "cli/catalogue/finding.hpp"
#include "cli/catalogue/writer/declarations.hpp"
#include "commands/local/auth/shapes.hpp"
#include "commands/local/config/shapes.hpp"
#include "commands/local/context/shapes.hpp"
#include "commands/local/doctor/shapes.hpp"
#include "commands/local/plugin/shapes.hpp"
#include "commands/local/version/shapes.hpp"
#include "commands/serve/endpoints.hpp"

namespace facio {
namespace {

constexpr Column kContextColumns[] = {{"name", "NAME"},
                                      {"in_use", "IN USE"},
                                      {"url", "URL"},
                                      {"tags", "TAGS"},
                                      {"token", "TOKEN"},
                                      {"current", "CURRENT", true},
                                      {"kind", "KIND", true},
                                      {"agent", "AGENT", true},
                                      {"protected", "PROTECTED", true},
                                      {"readonly", "READONLY", true},
                                      {"ca", "CA", true}};

constexpr Param kContext = positional("name", "name of the context", {.required = true, .value_name = "NAME"});
constexpr Param kMaybeContext = positional("name", "name of the context; default: the one in use", {.value_name = "NAME"});
constexpr Param kContextNames[] = {
    positional("name", "name of a context; default: the one in use", {.repeatable = true, .value_name = "NAME"}),
    local_flag("group", types::string, "all contexts of this group, or those that match this expression",
               {.value_name = "GROUP", .group = "contexts"}),
    local_flag("all_contexts", types::boolean, "all contexts", {.letter = 'A', .group = "contexts"})};
constexpr Param kContextUse = positional("name", "name of the context; - is the previous one", {.required = true, .value_name = "NAME"});
constexpr Param kContextAdd[] = {
    kContext,
    local_flag("kind", types::string, "system behind the address", {.format = Format::system}),
    local_flag("agent", types::string, "id of the agent behind Placet; implies --kind placet", {.value_name = "ID"}),
    local_flag("tag", types::strings, "tag, for groups; repeatable", {.repeatable = true, .value_name = "TAG"}),
    local_flag("token-env", types::string, "environment variable that holds the token", {.value_name = "VAR"}),
    local_flag("token-exec", types::string, "program that prints the token, with its arguments; no shell", {.value_name = "COMMAND"}),
    local_flag("token-ttl", types::string, "how long the program's result is cached, e.g. 10m", {.value_name = "DURATION"}),
    local_flag("keyring", types::boolean, "the token is in the desktop's keyring; auth login stores it there"),
    local_flag("ca", types::string, "PEM file of the certificates to trust", {.value_name = "FILE"}),
    local_flag("trust-local", types::boolean, "trust the authority that serve --tls auto created on this machine"),
    local_flag("client-cert", types::string, "PEM file of the client certificate; needs --client-key", {.value_name = "FILE"}),
    local_flag("client-key", types::string, "PEM file of that certificate's key", {.value_name = "FILE"}),
    local_flag("protected", types::boolean, "destructive commands ask for the context's name"),
    local_flag("readonly", types::boolean, "refuse every change"),
    local_flag("insecure-http", types::boolean, "allow sending the token over plain HTTP to another machine"),
    local_flag("current", types::boolean, "make it the current context"),
};

constexpr Column kContextTestColumns[] = {{"name", "NAME"},       {"result", "RESULT"}, {"ms", "TIME"},
                                          {"version", "VERSION"}, {"url", "URL", true}, {"message", "MESSAGE"}};

constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};
constexpr Param kContextShell =
    positional("shell", "shell to print the hook for", {.required = true, .choices = kShells, .value_name = "SHELL"});

constexpr std::string_view kStorages[] = {"keyring", "file"};
constexpr Param kAuthLogin[] = {
    kMaybeContext, local_flag("storage", types::string, "where to store the token; default: where the context has it, or the keyring",
                              {.choices = kStorages})};
constexpr Param kAuthNames = positional("name", "name of a context; default: all", {.repeatable = true, .value_name = "NAME"});
constexpr Param kAuthMigrate[] = {
    positional("name", "name of a context; default: the one in use", {.repeatable = true, .value_name = "NAME"}),
    local_flag("to", types::string, "where to store the token from now on", {.required = true, .choices = kStorages})};

constexpr Column kAuthColumns[] = {
    {"name", "NAME"},   {"storage", "STORAGE"},       {"state", "STATE"},  {"mode", "MODE", true}, {"expires_at_ms", "EXPIRES"},
    {"place", "PLACE"}, {"problem", "PROBLEM", true}, {"url", "URL", true}};

constexpr Column kPluginColumns[] = {
    {"name", "NAME"},      {"summary", "SUMMARY"}, {"path", "PATH"}, {"mutating", "MUTATING", true}, {"min_version", "NEEDS", true},
    {"problem", "PROBLEM"}};

constexpr Column kDoctorColumns[] = {
    {"severity", "SEVERITY"}, {"context", "CONTEXT"}, {"id", "CHECK"}, {"message", "MESSAGE"}, {"fix", "FIX"}};

constexpr Param kDoctorParams[] = {
    positional("contexts", "contexts to check; default: the one given by --context, --url or the environment, otherwise all",
               {.repeatable = true, .value_name = "CONTEXT"}),
    local_flag("fix", types::boolean, "repair problems on this machine: file modes, completion"),
    local_flag("problems", types::boolean, "show only problems"),
    local_flag("exit_code", types::boolean, "accepted for scripts; the exit code reports errors in any case"),
};

constexpr std::string_view kWaitWhat[] = {"ready"};
constexpr Param kWaitParams[] = {
    positional("what", "ready: until the agent answers and accepts the token", {.choices = kWaitWhat, .value_name = "WHAT"}),
    local_flag("for", types::string, "condition to wait for, e.g. cron/NAME=ok; repeatable, all must hold",
               {.repeatable = true, .value_name = "THING=STATE"}),
    local_flag("once", types::boolean, "check once: exit code 0 if the condition holds, 8 if not"),
};

constexpr Param kTopParams[] = {
    local_flag("every", types::string, "how often to query the agent", {.default_text = "1s", .value_name = "DURATION"}),
    local_flag("write", types::boolean, "enable keys that change something: run and pause jobs, decide on calls, stop turns"),
    local_flag("once", types::boolean, "print one snapshot and exit; for programs with -o json"),
};

constexpr Param kApiParams[] = {
    positional("request", "method and path; without a method, GET; /api/v1 may be omitted",
               {.required = true, .repeatable = true, .value_name = "[METHOD] PATH"}),
    local_flag("field", types::strings, "member of the body, with its type as in YAML; repeatable",
               {.letter = 'F', .value_name = "KEY=VALUE"}),
    local_flag("raw-field", types::strings, "member of the body as a string; repeatable", {.value_name = "KEY=VALUE"}),
    local_flag("file", types::string, "body from a YAML or JSON file; - is standard input", {.letter = 'f', .value_name = "FILE"}),
    local_flag("input", types::string, "body from a file of any kind, as it stands; - is standard input", {.value_name = "FILE"}),
    local_flag("header", types::strings, "header of the request; repeatable", {.letter = 'H', .value_name = "'NAME: VALUE'"}),
    local_flag("stream", types::boolean, "print the answer as it arrives, whatever its type"),
};

constexpr Param kOpenapiSystem =
    local_flag("system", types::string, "system whose API to print; default: a Facio agent's", {.format = Format::system});

constexpr Param kSchemaParams[] = {
    positional("id", "endpoint, e.g. cron.list or `cron list`, or `manifest`; default: all endpoints",
               {.repeatable = true, .value_name = "ID"}),
    local_flag("commands", types::boolean, "print the command line instead: words, flags, types, output and exit codes of every command"),
};

constexpr Param kCompletionShell =
    positional("shell", "shell to print the script for", {.required = true, .choices = kShells, .value_name = "SHELL"});

constexpr Param kManParams[] = {
    positional("page", "page to print, e.g. facioctl-cron-create, or the words of a command; default: facioctl",
               {.repeatable = true, .value_name = "PAGE"}),
    local_flag("all", types::string, "write every page below this directory instead: man1, man5, man7", {.value_name = "DIR"}),
};

constexpr Param kConfigKey = positional("key", "where the value is, e.g. contexts.prod.timeout", {.required = true, .value_name = "KEY"});
constexpr Param kConfigKeyAndValue[] = {
    positional("key", "where to set the value, e.g. contexts.prod.timeout", {.required = true, .value_name = "KEY"}),
    positional("value", "the value as YAML, e.g. 30s or [prod, eu]", {.required = true, .value_name = "VALUE"})};

constexpr Column kConfigSettingColumns[] = {{"name", "SETTING"}, {"value", "VALUE"}, {"from", "FROM"}, {"beat", "BEAT"}};

constexpr std::string_view kBillForms[] = {"cyclonedx", "spdx"};
constexpr Param kVersionParams[] = {
    local_flag("licences", types::boolean, "print the licences of everything inside instead", {.group = "what"}),
    local_flag("sbom", types::string, "print a bill of materials instead",
               {.choices = kBillForms, .default_text = "cyclonedx", .value_name = "[=FORM]", .group = "what"}),
};

constexpr Param kHelpTopic =
    positional("topic", "area, command or topic; default: an overview", {.repeatable = true, .value_name = "TOPIC"});

constexpr Endpoint kAgentCommands[] = {
    local("context.list", "List the configured contexts").list<ContextList>(kContextColumns, "name").synonyms<"contexts">(),
    local("context.show", "Show one context, or the one in use and why").params(kMaybeContext).reply<ContextView>(kContextColumns, "name"),
    local("context.use", "Set the context of this shell, or of all shells").params(kContextUse).synonyms<"use">(),
    local("context.add", "Add or change a context").params(kContextAdd),
    remote("context.test", "Check whether contexts can be reached and accept their token")
        .params(kContextNames)
        .list<ContextTestList>(kContextTestColumns, "name"),
    local("context.remove", "Remove a context").params(kContext).destructive(),
    local("shell-init", "Print the hook that lets `use` change one shell").params(kContextShell),
    local("auth.login", "Store a context's token").params(kAuthLogin),
    local("auth.logout", "Delete a context's token").params(kMaybeContext),
    local("auth.status", "Show where tokens are stored and whether they can be used")
        .params(kAuthNames)
        .list<AuthStatusList>(kAuthColumns, "name"),
    local("auth.migrate", "Move tokens between keyring and file").params(kAuthMigrate),
    local("plugin.list", "List the programs that add commands").list<PluginList>(kPluginColumns, "name"),
    remote("doctor", "Diagnose the connection to your agents").params(kDoctorParams).list<CheckList, Check>(kDoctorColumns, "id", "checks"),
    remote("wait", "Wait for an agent, job, run or server to reach a state").params(kWaitParams),
    remote("top", "Full-screen live view of an agent").params(kTopParams),
    local("api", "Send any request to the agent").params(kApiParams),
};

constexpr Endpoint kProgramCommands[] = {
    local("openapi", "Print the OpenAPI 3.1 document of the agent's API").params(kOpenapiSystem),
    local("schema", "Print the catalogue of endpoints as JSON").params(kSchemaParams),
    local("completion", "Print the completion script of a shell").params(kCompletionShell),
    local("man", "Print or write the manual pages").params(kManParams),
    local("config.edit", "Edit the configuration file in your editor"),
    local("config.explain", "Show every effective setting, its source and what it overrides")
        .list<SettingList>(kConfigSettingColumns, "name"),
    local("config.get", "Print one value of the configuration file").params(kConfigKey),
    local("config.path", "Print the path of the configuration file"),
    local("config.set", "Set one value of the configuration file").params(kConfigKeyAndValue),
    local("config.unset", "Remove one value from the configuration file").params(kConfigKey),
    local("config.validate", "Check the configuration file").list<FindingList>(kFindingColumns, "check"),
    local("config.view", "Print the configuration as it was understood"),
    local("help", "Explain a command or a topic").params(kHelpTopic),
    local("version", "Print the version, and what is inside the program").params(kVersionParams).reply<VersionInfo>("version"),
};

}  // namespace

Declarations declarations() {
  return {.endpoints = {kAgentCommands, serve::kCommands, kProgramCommands},
          .areas = {
              {"context", "Named agents and how to reach them"},
              {"auth", "Tokens of contexts and where they are stored"},
              {"config", "The configuration file"},
              {"plugin", "External programs that add commands"},
              {"serve", "A runtime of your own, and what it keeps"},
          }};
}

}  // namespace facio
