#include "commands/facio/audit/client/lines.hpp"

#include <algorithm>
#include <ctime>

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio::audit {
namespace {

using namespace json;

constexpr std::size_t kKindWidth = 15;

constexpr std::string_view kReset = "\x1b[0m", kDim = "\x1b[2m", kRed = "\x1b[31m", kGreen = "\x1b[32m", kYellow = "\x1b[33m",
                           kBlue = "\x1b[34m", kMagenta = "\x1b[35m", kCyan = "\x1b[36m", kBold = "\x1b[1m";

std::string_view color_of_kind(std::string_view kind) {
  if (kind == "tool_call") return kCyan;
  if (kind == "llm_call") return kMagenta;
  if (kind == "message_in" || kind == "message_out") return kBlue;
  if (kind == "error" || kind == "audit_lost") return kRed;
  if (kind.starts_with("approval") || kind == "policy_decision") return kYellow;
  if (kind == "api_request") return kDim;
  return kBold;
}

std::string_view color_of_status(std::string_view status) {
  if (status == "ok") return kGreen;
  if (status == "pending") return kYellow;
  return kRed;
}

void append_colored(std::string& out, bool colored, std::string_view color, std::string_view text) {
  if (colored) out += color;
  out += text;
  if (colored) out += kReset;
}

struct Clock {
  std::string date, time;
};

/// UTC unless local time was requested.
Clock clock_of(std::int64_t ts_ms, TimeStyle style) {
  const std::string fraction = "." + std::to_string(1000 + ts_ms % 1000).substr(1);
  if (style == TimeStyle::unix_) return {"", std::to_string(ts_ms / 1000) + fraction};
  if (style != TimeStyle::local) {
    const std::string text = format_rfc3339(ts_ms);
    return {text.substr(0, 10) + " UTC", text.substr(11, 12)};
  }
  const std::time_t seconds = static_cast<std::time_t>(ts_ms / 1000);
  std::tm parts{};
  (void)::localtime_r(&seconds, &parts);
  char date[40], time[16];
  (void)std::strftime(date, sizeof date, "%Y-%m-%d %Z", &parts);
  (void)std::strftime(time, sizeof time, "%H:%M:%S", &parts);
  return {date, time + fraction};
}

/// The start of an id, enough to distinguish runs on a screen.
std::string short_id(std::string_view value) {
  const std::string text = plain(value);
  return printable(text.size() > 12 && text.find_first_not_of("0123456789abcdef-") == std::string::npos ? text.substr(0, 8) : text);
}

std::string color_of_agent(std::string_view name) {
  constexpr int kColors[] = {31, 32, 33, 34, 35, 36, 91, 92, 94, 95, 96};
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return "\x1b[" + std::to_string(kColors[hash % std::size(kColors)]) + "m";
}

}  // namespace

std::string short_duration(std::int64_t ms) { return ms < 10000 ? std::to_string(ms) + "ms" : format_duration(ms); }

std::string one_line(std::string_view text, std::size_t most) {
  return text.size() <= most ? printable(text) : printable(text.substr(0, most)) + "…";
}

std::string arguments_text(std::string_view details, bool values) {
  if (kind_of(details) != Json::object || !check_json(details)) return {};
  std::string text;
  std::string_view arguments = member(details, "arguments");
  if (arguments.empty()) arguments = member(details, "params");
  if (kind_of(arguments) == Json::string) {
    text = unescaped(arguments);
    if (!check_json(text)) return values ? "\"" + one_line(text) + "\"" : std::string("…");
    arguments = trimmed(text);
  }
  if (kind_of(arguments) != Json::object) return {};
  const auto shown = [values](std::string_view value) {
    return !values ? "…" : kind_of(value) == Json::string ? "\"" + one_line(unescaped(value)) + "\"" : one_line(value);
  };
  std::string out;
  std::size_t count = 0;
  std::string_view name, value, last;
  for (json::Members members(arguments); members.next(name, value); ++count) {
    out += (out.empty() ? "" : " ") + one_line(name) + "=" + shown(value);
    last = value;
  }
  return values && count == 1 && kind_of(last) == Json::string ? shown(last) : out;
}

void Lines::append_agent(std::string& out, std::size_t agent) const {
  if (style_.agents.empty()) return;
  std::size_t width = 0;
  for (const std::string& name : style_.agents) width = std::max(width, static_cast<std::size_t>(cell_width(printable(name))));
  const std::string name = printable(style_.agents[agent]);
  append_colored(out, style_.colored, color_of_agent(name), name);
  out.append(width - static_cast<std::size_t>(cell_width(name)) + 2, ' ');
}

void Lines::append_date(std::string& out, std::int64_t ts_ms) {
  std::string date = clock_of(ts_ms, style_.time).date;
  if (date == day_ || ts_ms == 0) return;
  day_ = std::move(date);
  if (!day_.empty()) append_notice(out, day_, false);
}

void Lines::append_notice(std::string& out, std::string_view text, bool bad) const {
  append_colored(out, style_.colored, bad ? kRed : kDim, "-- " + std::string(text) + " --");
  out += '\n';
}

/// The tool with its arguments, and the message.
void Lines::append_what(std::string& out, const EventFields& fields) const {
  if (!fields.tool.empty()) {
    out += "  ";
    append_colored(out, style_.colored, kBold, one_line(audit::plain(fields.tool)));
    if (const std::string arguments = arguments_text(fields.details, style_.show_arguments); !arguments.empty()) out += "  " + arguments;
  } else if (!fields.model.empty()) {
    out += "  " + one_line(audit::plain(fields.model));
  }
  if (!fields.message.empty()) out += "  " + one_line(audit::plain(fields.message));
}

void Lines::append_short(std::string& out, const Event& event) {
  const EventFields fields = fields_of(event.json);
  append_date(out, event.ts_ms);
  append_agent(out, event.agent);
  append_colored(out, style_.colored, kDim, event.ts_ms == 0 ? "            " : clock_of(event.ts_ms, style_.time).time);
  const std::string kind = one_line(audit::plain(fields.event));
  out += ' ';
  append_colored(out, style_.colored, color_of_kind(kind), kind);
  const auto width = static_cast<std::size_t>(cell_width(kind));
  if (width < kKindWidth) out.append(kKindWidth - width, ' ');
  std::string what;
  if (!fields.run.empty()) what += "  run " + short_id(fields.run);
  if (!fields.session.empty()) what += "  " + one_line(audit::plain(fields.session));
  else if (!fields.channel.empty()) what += "  " + one_line(audit::plain(fields.channel));
  append_what(what, fields);
  if (!fields.status.empty()) {
    const std::string status = one_line(audit::plain(fields.status));
    what += "  ";
    append_colored(what, style_.colored, color_of_status(status), status);
  }
  if (const std::int64_t ms = integer_of(fields.duration, INT64_MIN); ms != INT64_MIN)
    what += (fields.status.empty() ? "  " : " ") + short_duration(ms);
  out += what + '\n';
}

void Lines::append_long(std::string& out, const Event& event) {
  append_short(out, event);
  if (!check_json(event.json)) return;
  std::string_view name, value;
  for (json::Members members(event.json); members.next(name, value);) {
    if (name == "event" || name == "ts" || value == "null") continue;
    std::string text;
    if (name == "details" && !style_.show_arguments && kind_of(value) == Json::object) {
      std::string_view inner, one;
      for (json::Members more(value); more.next(inner, one);) {
        const bool hidden = inner == "arguments" || inner == "params" || inner == "result";
        if (!text.empty()) text += ", ";
        text += printable(inner) + ": ";
        if (!hidden) text += one_line(kind_of(one) == Json::string ? unescaped(one) : std::string(one));
        else text += inner == "result" ? "…" : arguments_text(value, false);
      }
    } else {
      text = printable(kind_of(value) == Json::string ? unescaped(value) : std::string(value));
    }
    out += "    ";
    append_colored(out, style_.colored, kDim, printable(name));
    out += ": " + text + "\n";
  }
}

void Lines::append_cat(std::string& out, const Event& event) const {
  const EventFields fields = fields_of(event.json);
  append_agent(out, event.agent);
  if (!fields.message.empty()) {
    out += printable(plain(fields.message));
  } else if (!fields.tool.empty()) {
    const std::string arguments = arguments_text(fields.details, style_.show_arguments);
    out += one_line(audit::plain(fields.tool)) + (arguments.empty() ? "" : " " + arguments);
  } else {
    out += one_line(audit::plain(fields.event));
  }
  out += '\n';
}

}  // namespace facio::audit
