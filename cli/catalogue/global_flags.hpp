// The options that every command has: one table for parsing, help, completion, the man page and the compile-time checks.
#pragma once

#include <span>
#include <string_view>

namespace facio {

/// One option that every command has.
struct GlobalFlag {
  std::string_view name;  ///< without dashes
  char letter = 0;
  bool takes_value = false;
  std::string_view value_name = {};  ///< placeholder in help
  std::string_view doc;              ///< one line, no final period
  std::span<const std::string_view> choices = {};
  bool with_body_only = false;  ///< only commands that send a body have it
  bool repeatable = false;
};

inline constexpr std::string_view kOutputFormats[] = {"table", "wide", "json", "ndjson", "yaml", "csv", "tsv", "name"};
inline constexpr std::string_view kTimeStyles[] = {"auto", "relative", "local", "utc", "unix"};
inline constexpr std::string_view kColorModes[] = {"auto", "always", "never"};

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
    {.name = "no-headers", .doc = "leave out the line of headings"},
    {.name = "time", .takes_value = true, .value_name = "STYLE", .doc = "how tables show times", .choices = kTimeStyles},
    {.name = "color", .takes_value = true, .value_name = "WHEN", .doc = "when to use colour", .choices = kColorModes},
    {.name = "context", .takes_value = true, .value_name = "NAME", .doc = "context to use"},
    {.name = "url", .takes_value = true, .value_name = "URL", .doc = "address of the agent instead of a context's"},
    {.name = "config", .takes_value = true, .value_name = "FILE", .doc = "configuration file"},
    {.name = "token-file", .takes_value = true, .value_name = "FILE", .doc = "file that holds the token"},
    {.name = "token-stdin", .doc = "read the token from standard input"},
    {.name = "token-fd", .takes_value = true, .value_name = "N", .doc = "read the token from this file descriptor"},
    {.name = "timeout", .takes_value = true, .value_name = "DURATION", .doc = "longest wait for the answer, as 30s"},
    {.name = "verbose", .letter = 'v', .doc = "show requests; -vv headers, -vvv bodies; secrets stay hidden", .repeatable = true},
    {.name = "quiet", .doc = "print errors only on standard error"},
    {.name = "dry-run", .doc = "print the request instead of sending it"},
    {.name = "curl", .doc = "print the request as a curl command instead of sending it"},
    {.name = "yes", .letter = 'y', .doc = "do not ask before a destructive command"},
    {.name = "fail-empty", .doc = "exit with code 5 when a list is empty"},
    {.name = "file",
     .letter = 'f',
     .takes_value = true,
     .value_name = "FILE",
     .doc = "body of the request as YAML or JSON; - is standard input",
     .with_body_only = true},
    {.name = "help", .letter = 'h', .doc = "show help"},
};

/// The global flag with this name or, when `name` is empty, this letter; nullptr when there is none.
constexpr const GlobalFlag* find_global_flag(std::string_view name, char letter = 0) {
  for (const GlobalFlag& flag : kGlobalFlags)
    if (name.empty() ? letter != 0 && flag.letter == letter : flag.name == name) return &flag;
  return nullptr;
}

}  // namespace facio
