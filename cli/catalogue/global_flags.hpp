// The options that every command has: one table for parsing, help, completion, the man page and the compile-time checks.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "cli/catalogue/endpoint.hpp"

namespace facio {

/// Which commands have a global flag.
enum class FlagFor : std::uint8_t {
  all,
  bodies,  ///< those that send a body
  reads,   ///< those that read from the agent
  pages,   ///< those whose answer comes in pages
};

/// One option that every command has.
struct GlobalFlag {
  std::string_view name;  ///< without dashes
  char letter = 0;
  bool takes_value = false;
  std::string_view value_name = {};  ///< placeholder in help
  std::string_view doc;              ///< one line, no final period
  std::span<const std::string_view> choices = {};
  FlagFor who = FlagFor::all;
  bool repeatable = false;
  bool may_have_value = false;  ///< without `takes_value`: one behind "=" is understood, as in --curl=fish
};

inline constexpr std::string_view kOutputFormats[] = {"table", "wide", "json", "ndjson",    "yaml",
                                                      "csv",   "tsv",  "name", "jsonpath=", "template="};
inline constexpr std::string_view kTimeStyles[] = {"auto", "relative", "local", "utc", "unix"};
inline constexpr std::string_view kColorModes[] = {"auto", "always", "never"};
inline constexpr std::string_view kProgressModes[] = {"auto", "plain", "none"};
inline constexpr std::string_view kCurlForms[] = {"sh", "fish", "powershell", "httpie", "python"};
inline constexpr std::string_view kDryRunModes[] = {"check"};

inline constexpr GlobalFlag kGlobalFlags[] = {
    {.name = "output",
     .letter = 'o',
     .takes_value = true,
     .value_name = "FORMAT",
     .doc = "how the answer is printed",
     .choices = kOutputFormats},
    {.name = "fields", .takes_value = true, .value_name = "A,B.C", .doc = "only these fields; help lists them"},
    {.name = "columns", .takes_value = true, .value_name = "A,+B,-C", .doc = "table columns to show, add or drop; help lists them"},
    {.name = "sort-by", .takes_value = true, .value_name = "FIELD[:desc]", .doc = "order of the rows"},
    {.name = "query",
     .letter = 'q',
     .takes_value = true,
     .value_name = "FILTER",
     .doc = "run the answer through this jq filter; with -o tsv texts come without quotes"},
    {.name = "filter",
     .takes_value = true,
     .value_name = "EXPR",
     .doc = "only items for which this holds, chosen here, not by the agent: 'enabled==false && last<-24h'"},
    {.name = "all", .doc = "read all pages of the list", .who = FlagFor::pages},
    {.name = "watch",
     .value_name = "INTERVAL",
     .doc = "show it again when it changes; every 2s or =INTERVAL",
     .who = FlagFor::reads,
     .may_have_value = true},
    {.name = "no-headers", .doc = "leave out the line of headings"},
    {.name = "time", .takes_value = true, .value_name = "STYLE", .doc = "how tables show times", .choices = kTimeStyles},
    {.name = "raw-units", .doc = "numbers, sizes and durations in tables as they came"},
    {.name = "color", .takes_value = true, .value_name = "WHEN", .doc = "when to use colour", .choices = kColorModes},
    {.name = "context", .takes_value = true, .value_name = "NAME", .doc = "context to use"},
    {.name = "url", .takes_value = true, .value_name = "URL", .doc = "address of the agent instead of a context's"},
    {.name = "config", .takes_value = true, .value_name = "FILE", .doc = "configuration file"},
    {.name = "token-file", .takes_value = true, .value_name = "FILE", .doc = "file that holds the token"},
    {.name = "token-stdin", .doc = "read the token from standard input"},
    {.name = "token-fd", .takes_value = true, .value_name = "N", .doc = "read the token from this file descriptor"},
    {.name = "timeout", .takes_value = true, .value_name = "DURATION", .doc = "longest wait for the answer, as 30s"},
    {.name = "verbose", .letter = 'v', .doc = "show requests; -vv headers, -vvv bodies; secrets stay hidden", .repeatable = true},
    {.name = "timing", .doc = "print where the time went on standard error"},
    {.name = "progress",
     .takes_value = true,
     .value_name = "HOW",
     .doc = "how progress is shown on standard error",
     .choices = kProgressModes},
    {.name = "no-pager", .doc = "print at once, without a pager"},
    {.name = "quiet", .doc = "print errors only on standard error"},
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
    {.name = "yes", .letter = 'y', .value_name = "NAME", .doc = "do not ask before a destructive command", .may_have_value = true},
    {.name = "fail-empty", .doc = "exit with code 5 when a list is empty"},
    {.name = "file",
     .letter = 'f',
     .takes_value = true,
     .value_name = "FILE",
     .doc = "body of the request as YAML or JSON; - is standard input",
     .who = FlagFor::bodies},
    {.name = "help", .letter = 'h', .doc = "show help"},
};

/// Whether the command declares its own --output: it has formats that no other has, and reads the word itself.
constexpr bool has_own_output(const Endpoint& endpoint) {
  for (const Param& param : endpoint.params)
    if (param.place == Place::local && param.field.name == "output") return true;
  return false;
}

/// Whether the command has it.
constexpr bool has_global(const Endpoint& endpoint, const GlobalFlag& flag) {
  if (flag.name == "output" && has_own_output(endpoint)) return false;
  switch (flag.who) {
    case FlagFor::all: return true;
    case FlagFor::bodies: return endpoint.body != nullptr;
    case FlagFor::reads: return endpoint.method == Method::get;
    case FlagFor::pages: return endpoint.paged;
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
