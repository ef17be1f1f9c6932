#include "commands/facio/audit/client/filter.hpp"

#include <algorithm>

#include "cli/core/glob.hpp"
#include "cli/core/time.hpp"

namespace facio::audit {
namespace {

bool any_of(const std::vector<std::string>& wanted, std::string_view value) {
  return wanted.empty() || std::ranges::any_of(wanted, [value](const std::string& word) { return is_text(value, word); });
}

bool is_glob(const std::string& text) { return text.find_first_of("*?") != std::string::npos; }

/// A run may be given by the start of its id, as short lines show it.
bool any_starts(const std::vector<std::string>& wanted, std::string_view value) {
  if (wanted.empty()) return true;
  const std::string text = plain(value);
  return std::ranges::any_of(wanted,
                             [&text](const std::string& word) { return text == word || (word.size() >= 4 && text.starts_with(word)); });
}

/// How a text stands in JSON, when that is the same wherever it was written.
bool is_simple(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x1f && c < 0x7f && c != '"' && c != '\\' && c != '/'; });
}

}  // namespace

std::vector<std::string> words_of(const Invocation& invocation, std::initializer_list<std::string_view> flags) {
  std::vector<std::string> words;
  for (const std::string_view flag : flags) {
    const auto given = invocation.values.find(flag);
    if (given == invocation.values.end()) continue;
    for (std::string_view rest : given->second) {
      while (!rest.empty()) {
        const std::string_view word = rest.substr(0, rest.find(','));
        if (!word.empty()) words.emplace_back(word);
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
      }
    }
  }
  return words;
}

Status read_span(const Invocation& invocation, std::optional<std::int64_t>& from_ms, std::optional<std::int64_t>& to_ms) {
  const auto read = [&](std::string_view flag, std::int64_t past_date, std::optional<std::int64_t>& to) {
    const std::string_view text = invocation.value(flag);
    if (text.empty()) return;
    if (const auto date = parse_date(text)) to = *date + past_date;
    else if (const auto time = parse_rfc3339(text)) to = *time;
  };
  for (const char* const flag : {"since", "from"}) read(flag, 0, from_ms);
  for (const char* const flag : {"until", "to"}) read(flag, kDayMs - 1, to_ms);
  if (from_ms && to_ms && *from_ms > *to_ms) return fail_field(Code::usage, "--since", "--since: must not be after --until");
  return {};
}

Result<Filter> Filter::from(const Invocation& invocation) {
  Filter filter;
  if (auto status = read_span(invocation, filter.from_ms, filter.to_ms); !status) return fail(std::move(status.error()));
  filter.types = words_of(invocation, {"type", "event"});
  filter.runs = words_of(invocation, {"run"});
  filter.sessions = words_of(invocation, {"session"});
  filter.statuses = words_of(invocation, {"status"});
  filter.tools = words_of(invocation, {"tool"});
  filter.channels = words_of(invocation, {"channel"});
  filter.origins = words_of(invocation, {"origin"});
  filter.models = words_of(invocation, {"model"});
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
    auto condition = Condition::parse(text, "--filter");
    if (!condition) return fail(std::move(condition.error()));
    filter.condition_ = std::move(*condition);
  }
  return filter;
}

bool Filter::empty() const {
  return types.empty() && runs.empty() && sessions.empty() && statuses.empty() && tools.empty() && channels.empty() && origins.empty() &&
         models.empty() && !grep && !condition_ && !from_ms && !to_ms;
}

bool Filter::matches(std::string_view json, const EventFields& fields) const {
  if (!any_of(types, fields.event) || !any_of(statuses, fields.status) || !any_of(channels, fields.channel) ||
      !any_of(origins, fields.origin) || !any_of(models, fields.model) || !any_of(sessions, fields.session) ||
      !any_starts(runs, fields.run))
    return false;
  if (!tools.empty()) {
    const std::string tool = plain(fields.tool);
    if (tool.empty() || std::ranges::none_of(tools, [&tool](const std::string& glob) { return fits_glob(tool, glob); })) return false;
  }
  if (from_ms || to_ms) {
    const std::int64_t at = time_of(fields);
    if ((from_ms && at < *from_ms) || (to_ms && at > *to_ms)) return false;
  }
  if (grep && !grep->found_in(json)) return false;
  if (condition_ && !condition_->holds(json)) return false;
  return with_own_reading || !is_own_reading(fields);
}

std::map<std::string, std::vector<std::string>> Filter::query() const {
  std::map<std::string, std::vector<std::string>> query;
  const auto add = [&query](const char* name, const std::vector<std::string>& words) {
    if (!words.empty() && words.size() <= 20) query[name] = words;
  };
  add("event", types);
  add("status", statuses);
  add("channel", channels);
  add("origin", origins);
  add("model", models);
  add("sessionKey", sessions);
  if (std::ranges::none_of(tools, is_glob)) add("tool", tools);
  if (std::ranges::all_of(runs, [](const std::string& run) { return run.size() >= 16; })) add("runId", runs);
  return query;
}

std::vector<std::vector<std::string>> Filter::needles() const {
  std::vector<std::vector<std::string>> sets;
  const auto add = [&sets](const std::vector<std::string>& words, bool whole) {
    if (words.empty() || !std::ranges::all_of(words, is_simple)) return;
    std::vector<std::string> set;
    for (const std::string& word : words) {
      if (whole) {
        set.push_back("\"" + word + "\"");
      } else {
        const std::string fixed = word.substr(0, word.find_first_of("*?"));
        if (fixed.empty()) return;
        set.push_back("\"" + fixed);
      }
    }
    sets.push_back(std::move(set));
  };
  add(runs, false);
  add(sessions, true);
  add(tools, false);
  add(types, true);
  add(statuses, true);
  add(models, true);
  add(channels, true);
  add(origins, true);
  if (!grep_literal.empty()) sets.push_back({grep_literal});
  return sets;
}

}  // namespace facio::audit
