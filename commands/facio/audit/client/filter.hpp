// Which events are wanted: the flags of `audit` as a test of one event, and as parameters for the agent.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/invocation.hpp"
#include "cli/core/regex.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/audit/client/condition.hpp"
#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {

/// The members of a list that was typed with commas, in one or several flags.
std::vector<std::string> words_of(const Invocation& invocation, std::initializer_list<std::string_view> flags);

class Filter {
 public:
  /// From --since, --until, --run, --session, --type, --event, --tool, --status, --channel, --origin, --model, --grep, --filter.
  static Result<Filter> from(const Invocation& invocation);

  [[nodiscard]] bool matches(std::string_view json, const EventFields& fields) const;
  /// The part of it that an agent can do for us, by the names of GET /audit. Exact words only.
  [[nodiscard]] std::map<std::string, std::vector<std::string>> query() const;
  /// Byte sequences of which every line that matches has at least one of each set; for the scan of files.
  [[nodiscard]] std::vector<std::vector<std::string>> needles() const;
  /// Whether everything matches.
  [[nodiscard]] bool empty() const;

  std::optional<std::int64_t> from_ms, to_ms;
  bool with_own_reading = false;  ///< also events that only tell of somebody reading this log
  std::optional<Regex> grep;
  std::string grep_literal;  ///< what --grep looks for when that is no more than a text; else empty
  std::vector<std::string> types, runs, sessions, statuses, tools, channels, origins, models;

 private:
  std::optional<Condition> condition_;
};

/// The bounds of --since and --until in epoch milliseconds; a date at the end means the end of that day.
Status read_span(const Invocation& invocation, std::optional<std::int64_t>& from_ms, std::optional<std::int64_t>& to_ms);

}  // namespace facio::audit
