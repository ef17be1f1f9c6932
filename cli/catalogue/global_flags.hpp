// The global flags: one table for parsing, help, completion, the man page and the checks of the catalogue writer.
#pragma once

#include "cli/catalogue/endpoint.hpp"

namespace facio {

enum class FlagFor : std::uint8_t {
  all,
  bodies,  ///< those that send a body
  reads,   ///< those that read from the agent, and lists that a command makes of what it reads
  pages,   ///< those whose answer comes in pages
  parts,   ///< those that show a part of the answer
};

struct GlobalFlag {
  std::string_view name;  ///< without dashes
  char letter = 0;
  bool takes_value = false;
  std::string_view value_name = {};  ///< placeholder in help
  std::string_view doc;              ///< one line, no final period
  std::span<const std::string_view> choices = {};
  FlagFor who = FlagFor::all;
  bool repeatable = false;
  bool may_have_value = false;  ///< without `takes_value`: one may follow "=", as in --curl=fish
};
/// A flag with a value; `choices` are the words it may be.
constexpr GlobalFlag value_flag(std::string_view name, std::string_view value_name, std::string_view doc,
                                std::span<const std::string_view> choices = {}, char letter = 0) {
  return {.name = name, .letter = letter, .takes_value = true, .value_name = value_name, .doc = doc, .choices = choices};
}

inline constexpr std::string_view kOutputFormats[] = {"table", "wide", "json", "ndjson",    "yaml",
                                                      "csv",   "tsv",  "name", "jsonpath=", "template="};
inline constexpr std::string_view kTimeStyles[] = {"auto", "relative", "local", "utc", "unix"};
inline constexpr std::string_view kColorModes[] = {"auto", "always", "never"};
inline constexpr std::string_view kProgressModes[] = {"auto", "plain", "none"};
inline constexpr std::string_view kCurlForms[] = {"sh", "fish", "powershell", "httpie", "python"};
inline constexpr std::string_view kDryRunModes[] = {"check"};

inline constexpr GlobalFlag kGlobalFlags[] = {
    value_flag("output", "FORMAT", "output format", kOutputFormats, 'o'),
    value_flag("fields", "A,B.C", "show only these fields; `--fields help` lists them"),
    value_flag("columns", "A,+B,-C", "table columns to show, add or drop; `--columns help` lists them"),
    value_flag("sort-by", "FIELD[:desc]", "sort the rows by this field"),
    value_flag("query", "FILTER", "apply this jq filter; with -o tsv, text is printed without quotes", {}, 'q'),
    value_flag("filter", "EXPR", "show only items that match, for example 'enabled==false && last<-24h'; applied by facioctl"),
    {.name = "all", .doc = "fetch all pages of the list", .who = FlagFor::pages},
    {.name = "raw", .doc = "json, ndjson, yaml: print the whole reply, not only its items", .who = FlagFor::parts},
    {.name = "watch",
     .letter = 'w',
     .value_name = "INTERVAL",
     .doc = "repeat every 2s (or =INTERVAL) and show changes",
     .who = FlagFor::reads,
     .may_have_value = true},
    {.name = "no-headers", .doc = "omit the header line"},
    {.name = "csv-safe", .doc = "csv and tsv: put ' before text that a spreadsheet would run"},
    value_flag("time", "STYLE", "how tables show times", kTimeStyles),
    {.name = "raw-units", .doc = "show numbers, sizes and durations in tables exactly as the agent sent them"},
    value_flag("color", "WHEN", "when to use colour", kColorModes),
    value_flag("context", "NAME", "context to use"),
    value_flag("url", "URL", "address of the agent, instead of a context's"),
    value_flag("config", "FILE", "configuration file"),
    {.name = "no-proxy", .doc = "connect directly to the agent, ignoring the proxy variables"},
    value_flag("token-file", "FILE", "file that holds the token"),
    {.name = "token-stdin", .doc = "read the token from standard input"},
    value_flag("token-fd", "N", "read the token from this file descriptor"),
    value_flag("timeout", "DURATION", "longest wait for an answer, e.g. 30s (default 15s, or 60s if the agent depends on others)"),
    {.name = "verbose", .letter = 'v', .doc = "show requests; -vv also headers, -vvv also bodies; secrets stay hidden", .repeatable = true},
    {.name = "timing", .doc = "report on standard error where the time went"},
    value_flag("progress", "HOW", "how progress is shown on standard error", kProgressModes),
    {.name = "no-pager", .doc = "do not use a pager"},
    {.name = "quiet", .doc = "suppress notes and warnings; print only errors on standard error"},
    {.name = "dry-run",
     .value_name = "check",
     .doc = "print the requests instead of sending them; =check also reads what they would change",
     .choices = kDryRunModes,
     .may_have_value = true},
    {.name = "curl",
     .value_name = "FORM",
     .doc = "print the request as a command line instead of sending it",
     .choices = kCurlForms,
     .may_have_value = true},
    {.name = "yes", .letter = 'y', .value_name = "NAME", .doc = "skip the confirmation of a destructive command", .may_have_value = true},
    {.name = "fail-empty", .doc = "exit with code 5 when a list is empty"},
    {.name = "file",
     .letter = 'f',
     .takes_value = true,
     .value_name = "FILE",
     .doc = "body of the request as YAML or JSON; - is standard input",
     .who = FlagFor::bodies},
    {.name = "allow-unknown", .doc = "send what FILE has beyond the known keys, for the agent to judge", .who = FlagFor::bodies},
    {.name = "help", .letter = 'h', .doc = "show help"},
};

/// Whether the command declares this global flag as one of its own: --output, for formats that no other command has; --config, for a file
/// that is not that of the contexts.
constexpr bool has_own(const Endpoint& endpoint, std::string_view flag) {
  if (flag != "output" && flag != "config") return false;
  for (const Param& param : endpoint.params)
    if (param.place == Place::local && param.field.name == flag) return true;
  return false;
}

constexpr bool has_global(const Endpoint& endpoint, const GlobalFlag& flag) {
  if (has_own(endpoint, flag.name)) return false;
  switch (flag.who) {
    case FlagFor::all: return true;
    case FlagFor::bodies: return endpoint.body != nullptr;
    case FlagFor::reads:
      if (endpoint.method == Method::get) return true;
      return endpoint.remote && endpoint.effect == Effect::read && endpoint.form == ReplyForm::list;
    case FlagFor::pages: return endpoint.paged || endpoint.id == "api";
    case FlagFor::parts:
      if (endpoint.envelope == nullptr) return !endpoint.unwrap.empty();
      return endpoint.method != Method::none || endpoint.envelope->fields.size() > 1;
  }
  return false;
}

/// The global flag with this name or, when `name` is empty, this letter; nullptr when there is none.
constexpr const GlobalFlag* find_global_flag(std::string_view name, char letter = 0) {
  for (const GlobalFlag& flag : kGlobalFlags)
    if (name.empty() ? letter != 0 && flag.letter == letter : flag.name == name) return &flag;
  return nullptr;
}

}  // namespace facio
