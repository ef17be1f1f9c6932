#include "commands/facio/sessions/client/transcript.hpp"

#include <algorithm>

#include "cli/core/time.hpp"
#include "cli/output/render.hpp"

namespace facio::sessions {
namespace {

constexpr std::string_view kIndent = "  ";
constexpr std::size_t kMostArguments = 120;

/// The text of a message or of its parts; parts of other kinds are only named.
std::string content_text(JsonRef content) {
  if (content.is_null()) return {};
  if (content.kind() == JsonKind::string) return content.string();
  if (content.kind() != JsonKind::array) return content.dump();
  std::string text;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const JsonRef part = content.at(i);
    if (i != 0) text += '\n';
    if (part.kind() == JsonKind::string) text += part.string();
    else if (part.get("text")) text += part.get("text").text();
    else text += "[" + (part.get("type").text().empty() ? std::string("part") : part.get("type").text()) + "]";
  }
  return text;
}

/// "read_file {"path":"a"}" of {"function":{"name","arguments"}} or {"name","arguments"}.
std::string call_text(JsonRef call) {
  const JsonRef function = call.get("function") ? call.get("function") : call;
  const JsonRef arguments = function.get("arguments");
  std::string text = arguments.is_null() ? "" : arguments.kind() == JsonKind::string ? arguments.string() : arguments.dump();
  if (text.size() > kMostArguments) {
    text.resize(kMostArguments);
    text += "…";
  }
  return function.get("name").text() + (text.empty() ? "" : " ") + text;
}

/// Appends a line, wrapped at `width` cells, between words if possible.
void append_wrapped(std::string& out, std::string_view line, int width) {
  const std::string safe = printable(line);
  std::string_view rest = safe;
  do {
    std::size_t end = 0, blank = 0;
    int cells = 0;
    while (end < rest.size()) {
      std::size_t next = end + 1;
      while (next < rest.size() && (static_cast<unsigned char>(rest[next]) & 0xC0U) == 0x80U) ++next;
      cells += cell_width(rest.substr(end, next - end));
      if (width > 0 && cells > width && end != 0) break;
      if (rest[end] == ' ') blank = end;
      end = next;
    }
    if (end < rest.size() && blank != 0) end = blank;
    out += rest.empty() ? std::string_view() : kIndent;
    out += rest.substr(0, end);
    out += '\n';
    rest.remove_prefix(end);
    if (rest.starts_with(' ')) rest.remove_prefix(1);
  } while (!rest.empty());
}

void append_lines(std::string& out, std::string_view text, int width) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    append_wrapped(out, line, width);
  }
}

template <class Each>
void each_call(JsonRef message, Each each) {
  const JsonRef calls = message.get("tool_calls");
  if (calls.is_null() || calls.kind() != JsonKind::array) return;
  for (std::size_t i = 0; i < calls.size(); ++i) each(call_text(calls.at(i)));
}

std::string who(JsonRef message) {
  const std::string name = message.get("name").text();
  return message.get("role").text() + (name.empty() ? "" : " " + name);
}

}  // namespace

std::string transcript(JsonRef session, int width, std::int64_t now_ms) {
  std::string out;
  const JsonRef messages = session.get("messages");
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const JsonRef message = messages.at(i);
    if (i != 0) out += '\n';
    const std::string when = message.get("timestamp").text();
    out += printable(who(message)) + "  " + printable(when);
    if (const auto instant = parse_rfc3339(when)) out += " (" + format_relative(*instant, now_ms) + ")";
    out += '\n';
    append_lines(out, content_text(message.get("content")), width > 20 ? width - static_cast<int>(kIndent.size()) : 0);
    each_call(message, [&](const std::string& call) { append_wrapped(out, "→ " + call, 0); });
  }
  return out;
}

std::string markdown(JsonRef session) {
  std::string out = "# " + printable(session.get("key").text()) + "\n";
  const JsonRef messages = session.get("messages");
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const JsonRef message = messages.at(i);
    out += "\n## " + printable(who(message)) + ", " + printable(message.get("timestamp").text()) + "\n\n";
    const std::string text = content_text(message.get("content"));
    if (!text.empty()) out += text + (text.ends_with('\n') ? "" : "\n");
    each_call(message, [&](const std::string& call) { out += "\n- calls `" + printable(call) + "`\n"; });
  }
  return out;
}

}  // namespace facio::sessions
