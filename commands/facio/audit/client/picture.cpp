#include "commands/facio/audit/client/picture.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "cli/core/json_scan.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/audit/client/lines.hpp"

namespace facio::audit {
namespace {

using json::member;

constexpr int kBar = 20, kTimeline = 40;
constexpr std::size_t kLongestWord = 120;

std::int64_t integer_of(std::string_view text) {
  std::int64_t value = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string took(std::int64_t ms) { return ms < 10000 ? std::to_string(ms) + "ms" : format_duration(ms); }

std::string shown(std::string_view value) {
  const std::string text = plain(value);
  return text.size() <= kLongestWord ? printable(text) : printable(text.substr(0, kLongestWord)) + "…";
}

struct Span {
  std::int64_t begin_ms = 0, end_ms = 0;
};

/// An event is written when it is over.
Span span_of(const Event& event, const EventFields& fields) {
  return {event.ts_ms - std::max<std::int64_t>(0, integer_of(fields.duration)), event.ts_ms};
}

Span span_of(const Run& run) {
  Span whole{INT64_MAX, 0};
  for (const Event& event : run.events) {
    EventFields fields;
    (void)read_fields(event.json, fields);
    const Span one = span_of(event, fields);
    whole.begin_ms = std::min(whole.begin_ms, one.begin_ms);
    whole.end_ms = std::max(whole.end_ms, one.end_ms);
  }
  for (const Run& child : run.children) {
    const Span below = span_of(child);
    whole.begin_ms = std::min(whole.begin_ms, below.begin_ms);
    whole.end_ms = std::max(whole.end_ms, below.end_ms);
  }
  return whole;
}

std::string bar_of(std::int64_t ms, std::int64_t whole_ms, const Picture& picture) {
  if (ms <= 0 || whole_ms <= 0) return {};
  const auto cells = static_cast<std::size_t>(std::clamp<std::int64_t>((ms * kBar + whole_ms / 2) / whole_ms, 1, kBar));
  std::string bar;
  for (std::size_t i = 0; i < cells; ++i) bar += picture.accessible ? "#" : "█";
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

std::string colored(const Picture& picture, const char* color, const std::string& text) {
  return picture.colored && !text.empty() ? std::string(color) + text + "\x1b[0m" : text;
}

const char* color_of(std::string_view status) {
  return status == "\"ok\"" ? "\x1b[32m" : status == "\"pending\"" ? "\x1b[33m" : "\x1b[31m";
}

/// What one event says, behind its kind.
std::string said(const EventFields& fields, const Picture& picture) {
  std::string text = colored(picture, "\x1b[1m", shown(fields.event));
  if (!fields.tool.empty()) text += "  " + shown(fields.tool);
  else if (!fields.model.empty()) text += "  " + shown(fields.model);
  if (const std::string arguments = arguments_text(fields.details, picture.show_arguments); !arguments.empty()) text += "  " + arguments;
  if (!fields.message.empty()) text += "  " + shown(fields.message);
  if (!fields.status.empty()) text += "  " + colored(picture, color_of(fields.status), shown(fields.status));
  if (!fields.duration.empty()) text += " " + took(integer_of(fields.duration));
  return text;
}

/// Events of one step (turn_id), in order; those outside of steps stand alone.
struct Step {
  std::string name;
  std::vector<const Event*> events;
};
std::vector<Step> steps_of(const Run& run) {
  std::vector<Step> steps;
  for (const Event& event : run.events) {
    EventFields fields;
    (void)read_fields(event.json, fields);
    const std::string name = plain(fields.turn);
    const auto found = name.empty() ? steps.end() : std::ranges::find(steps, name, &Step::name);
    if (found != steps.end()) found->events.push_back(&event);
    else steps.push_back({name, {&event}});
  }
  return steps;
}

/// The lines of a tree: what stands before a branch, and before what is below it.
struct Branch {
  const Picture& picture;
  std::string before;

  [[nodiscard]] std::string line(bool last) const { return before + (picture.accessible ? "- " : last ? "└─ " : "├─ "); }
  [[nodiscard]] Branch below(bool last) const { return {picture, before + (picture.accessible ? "  " : last ? "   " : "│  ")}; }
};

void append_event(std::string& out, const Event& event, std::int64_t whole_ms, const Branch& branch, bool last) {
  EventFields fields;
  (void)read_fields(event.json, fields);
  out += branch.line(last) + said(fields, branch.picture);
  if (is_text(fields.event, "llm_call") && json::check_json(fields.details)) out += tokens_of(fields.details);
  out += colored(branch.picture, "\x1b[36m", bar_of(integer_of(fields.duration), whole_ms, branch.picture)) + "\n";
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
  EventFields first;
  if (!run.events.empty()) (void)read_fields(run.events.front().json, first);
  out += colored(branch.picture, "\x1b[1m", "run " + printable(run.id));
  if (!first.session.empty()) out += "  " + shown(first.session);
  if (!run.events.empty()) out += "  " + format_rfc3339(whole.begin_ms) + "  " + took(whole.end_ms - whole.begin_ms);
  if (!run.usage.empty()) {
    out += tokens_of(run.usage);
    out += "  " + std::to_string(integer_of(member(run.usage, "tool_calls_count"))) + " tool calls";
  }
  out += '\n';
  append_parts(out, run, branch);
}

}  // namespace

void append_tree(std::string& out, const Run& run, const Picture& picture) { append_run(out, run, Branch{picture, {}}); }

void append_timeline(std::string& out, const Run& run, const Picture& picture) {
  const Span whole = span_of(run);
  const std::int64_t length = std::max<std::int64_t>(1, whole.end_ms - whole.begin_ms);
  out += "run " + printable(run.id) + "  " + format_rfc3339(whole.begin_ms) + "  " + took(whole.end_ms - whole.begin_ms) +
         tokens_of(run.usage) + "\n";
  for (const Event& event : run.events) {
    EventFields fields;
    (void)read_fields(event.json, fields);
    const Span span = span_of(event, fields);
    const auto first = static_cast<int>((span.begin_ms - whole.begin_ms) * (kTimeline - 1) / length);
    const auto last = std::max(first, static_cast<int>((span.end_ms - whole.begin_ms) * (kTimeline - 1) / length));
    char offset[32];
    std::snprintf(offset, sizeof offset, "%+9.3fs ", static_cast<double>(span.begin_ms - whole.begin_ms) / 1000);
    std::string bar;
    for (int cell = 0; cell < kTimeline; ++cell) {
      const bool inside = cell >= first && cell <= last;
      bar += inside ? (picture.accessible ? "#" : "█") : (picture.accessible ? "." : "·");
    }
    out += offset + colored(picture, "\x1b[36m", bar) + "  " + said(fields, picture) + "\n";
  }
  for (const Run& child : run.children) append_timeline(out, child, picture);
}

}  // namespace facio::audit
