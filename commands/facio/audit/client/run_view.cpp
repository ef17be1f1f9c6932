#include "commands/facio/audit/client/run_view.hpp"

#include <algorithm>
#include <cstdio>

#include "cli/core/json_scan.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/client/lines.hpp"

namespace facio::audit {
namespace {

using json::member;

constexpr int kBar = 20, kTimeline = 40;
constexpr std::size_t kLongestWord = 120;

std::string shown(std::string_view value) { return one_line(plain(value), kLongestWord); }

struct Span {
  std::int64_t begin_ms = 0, end_ms = 0;
};

/// An event is written when it ends.
Span span_of(const Event& event, const EventFields& fields) {
  return {event.ts_ms - std::max<std::int64_t>(0, integer_of(fields.duration)), event.ts_ms};
}

Span span_of(const Run& run) {
  Span whole{INT64_MAX, 0};
  const auto add = [&whole](const Span& part) {
    whole.begin_ms = std::min(whole.begin_ms, part.begin_ms);
    whole.end_ms = std::max(whole.end_ms, part.end_ms);
  };
  for (const Event& event : run.events) add(span_of(event, fields_of(event.json)));
  for (const Run& child : run.children) add(span_of(child));
  return whole;
}

std::string bar_of(std::int64_t ms, std::int64_t whole_ms, const RunStyle& style) {
  if (ms <= 0 || whole_ms <= 0) return {};
  const auto cells = static_cast<std::size_t>(std::clamp<std::int64_t>((ms * kBar + whole_ms / 2) / whole_ms, 1, kBar));
  std::string bar;
  for (std::size_t i = 0; i < cells; ++i) bar += style.accessible ? "#" : "█";
  return "  " + bar;
}

std::string tokens_of(std::string_view json) {
  const std::string_view in = member(json, "prompt_tokens"), out = member(json, "completion_tokens"),
                         cached = member(json, "cached_tokens");
  if (in.empty() && out.empty()) return {};
  std::string text = "  tokens " + std::to_string(integer_of(in)) + " in, " + std::to_string(integer_of(out)) + " out";
  if (integer_of(cached) != 0) text += " (" + std::to_string(integer_of(cached)) + " cached)";
  return text;
}

std::string colored(const RunStyle& style, const char* color, const std::string& text) {
  return style.colored && !text.empty() ? std::string(color) + text + "\x1b[0m" : text;
}

const char* color_of(std::string_view status) {
  return status == "\"ok\"" ? "\x1b[32m" : status == "\"pending\"" ? "\x1b[33m" : "\x1b[31m";
}

std::string event_text(const EventFields& fields, const RunStyle& style) {
  std::string text = colored(style, "\x1b[1m", shown(fields.event));
  if (!fields.tool.empty()) text += "  " + shown(fields.tool);
  else if (!fields.model.empty()) text += "  " + shown(fields.model);
  if (const std::string arguments = arguments_text(fields.details, style.show_arguments); !arguments.empty()) text += "  " + arguments;
  if (!fields.message.empty()) text += "  " + shown(fields.message);
  if (!fields.status.empty()) text += "  " + colored(style, color_of(fields.status), shown(fields.status));
  if (!fields.duration.empty()) text += " " + short_duration(integer_of(fields.duration));
  return text;
}

/// The events of one step (turn_id); an event outside of any step stands alone.
struct Step {
  std::string name;
  std::vector<const Event*> events;
};
std::vector<Step> steps_of(const Run& run) {
  std::vector<Step> steps;
  for (const Event& event : run.events) {
    const EventFields fields = fields_of(event.json);
    const std::string name = plain(fields.turn);
    const auto found = name.empty() ? steps.end() : std::ranges::find(steps, name, &Step::name);
    if (found != steps.end()) found->events.push_back(&event);
    else steps.push_back({name, {&event}});
  }
  return steps;
}

/// The prefixes of a tree's lines.
struct Branch {
  const RunStyle& style;
  std::string before;

  [[nodiscard]] std::string line(bool last) const { return before + (style.accessible ? "- " : last ? "└─ " : "├─ "); }
  [[nodiscard]] Branch below(bool last) const { return {style, before + (style.accessible ? "  " : last ? "   " : "│  ")}; }
};

void append_event(std::string& out, const Event& event, std::int64_t whole_ms, const Branch& branch, bool last) {
  const EventFields fields = fields_of(event.json);
  out += branch.line(last) + event_text(fields, branch.style);
  if (is_text(fields.event, "llm_call") && json::check_json(fields.details)) out += tokens_of(fields.details);
  out += colored(branch.style, "\x1b[36m", bar_of(integer_of(fields.duration), whole_ms, branch.style)) + "\n";
}

void append_run(std::string& out, const Run& run, const Branch& branch);

void append_parts(std::string& out, const Run& run, const Branch& branch) {
  const Span whole = span_of(run);
  const std::vector<Step> steps = steps_of(run);
  std::size_t number = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool last = i + 1 == steps.size() && run.children.empty();
    if (steps[i].name.empty()) {
      append_event(out, *steps[i].events.front(), whole.end_ms - whole.begin_ms, branch, last);
      continue;
    }
    out += branch.line(last) + "step " + std::to_string(++number) + "\n";
    const Branch inside = branch.below(last);
    for (std::size_t n = 0; n < steps[i].events.size(); ++n)
      append_event(out, *steps[i].events[n], whole.end_ms - whole.begin_ms, inside, n + 1 == steps[i].events.size());
  }
  for (std::size_t i = 0; i < run.children.size(); ++i) {
    const bool last = i + 1 == run.children.size();
    out += branch.line(last);
    append_run(out, run.children[i], branch.below(last));
  }
}

void append_run(std::string& out, const Run& run, const Branch& branch) {
  const Span whole = span_of(run);
  const EventFields first = run.events.empty() ? EventFields() : fields_of(run.events.front().json);
  out += colored(branch.style, "\x1b[1m", "run " + printable(run.id));
  if (!first.session.empty()) out += "  " + shown(first.session);
  if (!run.events.empty()) out += "  " + format_rfc3339(whole.begin_ms) + "  " + short_duration(whole.end_ms - whole.begin_ms);
  if (!run.usage.empty()) {
    out += tokens_of(run.usage);
    out += "  " + std::to_string(integer_of(member(run.usage, "tool_calls_count"))) + " tool calls";
  }
  out += '\n';
  append_parts(out, run, branch);
}

}  // namespace

void append_tree(std::string& out, const Run& run, const RunStyle& style) { append_run(out, run, Branch{style, {}}); }

void append_timeline(std::string& out, const Run& run, const RunStyle& style) {
  const Span whole = span_of(run);
  const std::int64_t length = std::max<std::int64_t>(1, whole.end_ms - whole.begin_ms);
  out += "run " + printable(run.id) + "  " + format_rfc3339(whole.begin_ms) + "  " + short_duration(whole.end_ms - whole.begin_ms) +
         tokens_of(run.usage) + "\n";
  for (const Event& event : run.events) {
    const EventFields fields = fields_of(event.json);
    const Span span = span_of(event, fields);
    const auto first = static_cast<int>((span.begin_ms - whole.begin_ms) * (kTimeline - 1) / length);
    const auto last = std::max(first, static_cast<int>((span.end_ms - whole.begin_ms) * (kTimeline - 1) / length));
    char offset[32];
    std::snprintf(offset, sizeof offset, "%+9.3fs ", static_cast<double>(span.begin_ms - whole.begin_ms) / 1000);
    std::string bar;
    for (int cell = 0; cell < kTimeline; ++cell) {
      const bool inside = cell >= first && cell <= last;
      bar += inside ? (style.accessible ? "#" : "█") : (style.accessible ? "." : "·");
    }
    out += offset + colored(style, "\x1b[36m", bar) + "  " + event_text(fields, style) + "\n";
  }
  for (const Run& child : run.children) append_timeline(out, child, style);
}

}  // namespace facio::audit
