#include "commands/facio/audit/client/filter.hpp"

#include <algorithm>

#include "cli/catalogue/system.hpp"
#include "cli/core/glob.hpp"
#include "cli/core/join.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/filter.hpp"
#include "commands/facio/audit/shapes.hpp"

namespace facio::audit {
namespace {

/// A member that must be one of several words.
struct ExactWords {
  std::vector<std::string> Filter::*words;
  std::string_view EventFields::*field;
  const char* parameter;  ///< of GET /audit
};
constexpr ExactWords kExact[] = {
    {&Filter::sessions, &EventFields::session, "sessionKey"}, {&Filter::types, &EventFields::event, "event"},
    {&Filter::statuses, &EventFields::status, "status"},      {&Filter::models, &EventFields::model, "model"},
    {&Filter::channels, &EventFields::channel, "channel"},    {&Filter::origins, &EventFields::origin, "origin"}};

bool is_glob(const std::string& text) { return text.find_first_of("*?") != std::string::npos; }

/// A run may be given by the start of its id, as short lines show it.
bool is_run(const std::string& run, const std::string& wanted) { return run == wanted || (wanted.size() >= 4 && run.starts_with(wanted)); }

/// Whether it must be a whole id: one of our own, or one as long as a UUID. An agent knows no beginnings.
bool is_whole_run(const std::string& run) { return run.size() == 16 || run.size() >= 32; }

/// Whether JSON has the text as it is, whoever wrote it.
bool is_simple(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x1f && c < 0x7f && c != '"' && c != '\\' && c != '/'; });
}

/// The bounds of --since and --until.
Status read_span(const Invocation& invocation, std::optional<std::int64_t>& from_ms, std::optional<std::int64_t>& to_ms) {
  const auto read = [&](std::string_view flag, std::optional<std::int64_t>& to) {
    const std::string_view text = invocation.value(flag);
    if (const auto time = parse_rfc3339(text)) to = *time;
  };
  for (const char* const flag : {"since", "from"}) read(flag, from_ms);
  for (const char* const flag : {"until", "to"}) read(flag, to_ms);
  if (from_ms && to_ms && *from_ms > *to_ms) return fail_field(Code::usage, "--since", "--since: must not be after --until");
  return {};
}

}  // namespace

Result<Condition> Condition::parse(std::string_view text, std::string_view flag, const TimeRule& times) {
  const Endpoint& events = *find_endpoint("audit.list");
  std::vector<output::TableColumn> columns;
  const ExpressionPlace place{.flag = flag,
                              .example = "for example --filter 'status==error && duration_ms>2s'",
                              .times = times,
                              .before = ExpressionPlace::Before::events};
  auto expression = Expression::parse(text, place, [&](std::string_view name) {
    if (name == "type") name = "event";
    if (name == "tool") name = "tool_name";
    return output::known_column(events, name, columns);
  });
  if (!expression) return fail(std::move(expression.error()));
  std::vector<std::string> paths;
  paths.reserve(columns.size());
  for (output::TableColumn& column : columns) paths.push_back(std::move(column.path));
  return Condition(std::move(paths), std::move(*expression));
}

bool Condition::holds(std::string_view json) const {
  return json::check_json(json) &&
         expression_.holds([&](std::size_t index) { return output::value_of(json::value_at(json, paths_[index])); });
}

std::vector<std::string> list_of(const Invocation& invocation, std::initializer_list<std::string_view> flags) {
  std::vector<std::string> all;
  for (const std::string_view flag : flags)
    if (const auto given = invocation.values.find(flag); given != invocation.values.end())
      for (const std::string& list : given->second)
        for (const std::string_view word : split(list, ','))
          if (!word.empty()) all.emplace_back(word);
  return all;
}

Result<Filter> Filter::from(const Invocation& invocation) {
  Filter filter;
  if (auto status = read_span(invocation, filter.from_ms, filter.to_ms); !status) return fail(std::move(status.error()));
  filter.types = list_of(invocation, {"type", "event"});
  filter.runs = list_of(invocation, {"run"});
  filter.sessions = list_of(invocation, {"session"});
  filter.statuses = list_of(invocation, {"status"});
  filter.tools = list_of(invocation, {"tool"});
  filter.channels = list_of(invocation, {"channel"});
  filter.origins = list_of(invocation, {"origin"});
  filter.models = list_of(invocation, {"model"});
  filter.with_own_reading = std::ranges::find(filter.types, "api_request") != filter.types.end();
  std::string pattern(invocation.value("grep"));
  if (pattern.empty()) pattern = invocation.value("pattern");
  if (!pattern.empty()) {
    const std::string shown = invocation.given("pattern") ? "PATTERN" : "--grep";
    const bool ignore_case = invocation.given("ignore_case");
    auto compiled = Regex::compile(pattern, {.ignore_case = ignore_case});
    if (!compiled) return fail_field(Code::usage, shown, shown + ": " + compiled.error().message());
    filter.grep = std::move(*compiled);
    if (!ignore_case && is_simple(pattern) && pattern.find_first_of(".[]()*+?{}|^$") == std::string::npos) filter.grep_literal = pattern;
  }
  if (const std::string& text = invocation.global.output.filter; !text.empty()) {
    auto condition = Condition::parse(text, "--filter", invocation.global.output.times());
    if (!condition) return fail(std::move(condition.error()));
    filter.condition_ = std::move(*condition);
  }
  return filter;
}

std::vector<std::string> Filter::doubts() const {
  std::vector<std::string> found;
  for (const std::string& type : types)
    if ((" " + std::string(kAuditKinds) + " ").find(" " + type + " ") == std::string::npos)
      found.push_back("--type: '" + printable(type) + "' is no known kind of event; known: " + std::string(kAuditKinds));
  for (const std::string& status : statuses)
    if (std::ranges::find(kAuditStatuses, status) == std::end(kAuditStatuses))
      found.push_back("--status: '" + printable(status) + "' is no known status; known: " + facio::joined(kAuditStatuses));
  return found;
}

bool Filter::empty() const {
  return std::ranges::all_of(kExact, [this](const ExactWords& exact) { return (this->*exact.words).empty(); }) && runs.empty() &&
         tools.empty() && !grep && !condition_ && !from_ms && !to_ms;
}

bool Filter::matches(std::string_view json, const EventFields& fields) const {
  for (const ExactWords& exact : kExact) {
    const auto& words = this->*exact.words;
    if (!words.empty() && std::ranges::none_of(words, [&](const std::string& word) { return is_text(fields.*exact.field, word); }))
      return false;
  }
  const auto matches_any = [](const std::vector<std::string>& wanted, const std::string& text, auto fits) {
    return wanted.empty() || std::ranges::any_of(wanted, [&](const std::string& one) { return fits(text, one); });
  };
  if (!runs.empty() && !matches_any(runs, plain(fields.run), is_run)) return false;
  if (!tools.empty()) {
    const std::string tool = plain(fields.tool);
    if (tool.empty() || !matches_any(tools, tool, [](auto& text, auto& glob) { return fits_glob(text, glob); })) return false;
  }
  if (from_ms || to_ms) {
    const std::int64_t at = time_of(fields);
    if ((from_ms && at < *from_ms) || (to_ms && at > *to_ms)) return false;
  }
  if (grep && !grep->found_in(json)) return false;
  if (condition_ && !condition_->holds(json)) return false;
  return with_own_reading || !is_own_reading(fields);
}

bool Filter::matches(const Event& event) const {
  EventFields fields;
  return read_fields(event.json, fields) && matches(event.json, fields);
}

std::map<std::string, std::vector<std::string>> Filter::query() const {
  std::map<std::string, std::vector<std::string>> query;
  const auto add = [&query](const char* name, const std::vector<std::string>& words) {
    if (!words.empty() && words.size() <= 20) query[name] = words;
  };
  for (const ExactWords& exact : kExact) add(exact.parameter, this->*exact.words);
  if (std::ranges::none_of(tools, is_glob)) add("tool", tools);
  if (std::ranges::all_of(runs, is_whole_run)) add("runId", runs);
  return query;
}

std::vector<std::vector<std::string>> Filter::needles() const {
  std::vector<std::vector<std::string>> sets;
  const auto add = [&sets](const std::vector<std::string>& words, bool whole) {
    if (words.empty() || !std::ranges::all_of(words, is_simple)) return;
    std::vector<std::string> set;
    for (const std::string& word : words) {
      const std::string fixed = whole ? word + '"' : word.substr(0, word.find_first_of("*?"));
      if (fixed.empty()) return;
      set.push_back('"' + fixed);
    }
    sets.push_back(std::move(set));
  };
  add(runs, false);
  add(tools, false);
  for (const ExactWords& exact : kExact) add(this->*exact.words, true);
  if (!grep_literal.empty()) sets.push_back({grep_literal});
  return sets;
}

}  // namespace facio::audit
