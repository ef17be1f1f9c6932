// Which events are wanted: the flags of `audit` as a test of one event, and as parameters for the agent.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/invocation.hpp"
#include "cli/core/expression.hpp"
#include "cli/core/regex.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {

/// A condition on one event, as --filter and --exit-on take it: an expression (cli/core/expression.hpp) over the members of an event and of
/// its details (details.code). `type` and `tool` are short for event and tool_name.
class Condition {
 public:
  /// Code::usage says where it cannot be parsed; `flag` is what it was given to.
  static Result<Condition> parse(std::string_view text, std::string_view flag, const TimeRule& times);
  [[nodiscard]] bool holds(std::string_view json) const;

 private:
  Condition(std::vector<std::string> paths, Expression expression) : paths_(std::move(paths)), expression_(std::move(expression)) {}

  std::vector<std::string> paths_;
  Expression expression_;
};

/// The members of a list that was typed with commas, in one or several flags.
std::vector<std::string> list_of(const Invocation& invocation, std::initializer_list<std::string_view> flags);

class Filter {
 public:
  /// From --since, --until, --run, --session, --type, --event, --tool, --status, --channel, --origin, --model, --grep, --filter.
  static Result<Filter> from(const Invocation& invocation);

  [[nodiscard]] bool matches(std::string_view json, const EventFields& fields) const;
  [[nodiscard]] bool matches(const Event& event) const;
  /// What is asked for and unknown here, as agents may have kinds and statuses of their own: one sentence each.
  [[nodiscard]] std::vector<std::string> doubts() const;
  /// The part of it that the agent can do for us, by the names of GET /audit.
  [[nodiscard]] std::map<std::string, std::vector<std::string>> query() const;
  /// Sets of byte sequences: every matching line has at least one of each set. For the scan of files.
  [[nodiscard]] std::vector<std::vector<std::string>> needles() const;
  [[nodiscard]] bool empty() const;

  std::optional<std::int64_t> from_ms, to_ms;
  bool with_own_reading = false;  ///< also events that are only about somebody reading this log
  std::optional<Regex> grep;
  std::string grep_literal;  ///< what --grep looks for, if that is plain text; else empty
  std::vector<std::string> types, runs, sessions, statuses, tools, channels, origins, models;

 private:
  std::optional<Condition> condition_;
};

}  // namespace facio::audit
