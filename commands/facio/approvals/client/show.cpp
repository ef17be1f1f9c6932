#include "commands/facio/approvals/client/show.hpp"

#include "cli/core/time.hpp"
#include "cli/output/render.hpp"

namespace facio::approvals {
namespace {

constexpr std::size_t kMostLines = 40;  ///< of one argument

/// "in 23h" or "3s ago"; empty when the text is no time.
std::string relative(const std::string& time, std::int64_t now_ms) {
  const auto instant = parse_rfc3339(time);
  return instant ? format_relative(*instant, now_ms) : std::string();
}

/// One argument: on the line of its name, or below it when it has several lines.
void add_argument(std::string& text, std::string_view name, JsonRef value) {
  const std::string shown = value.kind() == JsonKind::string ? value.string() : value.dump();
  text += "    " + printable(name) + ":";
  if (shown.find('\n') == std::string::npos) {
    text += " " + printable(shown) + "\n";
    return;
  }
  text += "\n";
  std::size_t lines = 0, left = 0;
  for (std::string_view rest = shown; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (lines < kMostLines) text += "      " + printable(rest.substr(0, end)) + "\n", ++lines;
    else ++left;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (left != 0) text += "      (" + std::to_string(left) + " more lines)\n";
}

}  // namespace

std::string question_text(JsonRef approval, std::int64_t now_ms) {
  std::string text = "\n" + printable(approval.get("tool").text()) + "  (approval " + printable(approval.get("id").text()) + ")\n";
  text += "  session  " + printable(approval.get("session_key").text());
  if (const std::string origin = approval.get("origin").text(); !origin.empty()) text += ", started by " + printable(origin);
  text += "\n  asked    " + relative(approval.get("created_at").text(), now_ms);
  if (const std::string end = relative(approval.get("expires_at").text(), now_ms); !end.empty()) text += ", expires " + end;
  text += "\n  why      " + printable(approval.get("why").text()) + "\n";
  const JsonRef arguments = approval.get("arguments");
  if (arguments.size() != 0) text += "  arguments\n";
  for (std::size_t i = 0; i < arguments.size(); ++i) add_argument(text, arguments.name_at(i), arguments.at(i));
  if (const JsonRef hidden = approval.get("hidden"); hidden.is(JsonKind::boolean) && hidden.boolean())
    text += "  not all of the arguments is shown: they hold secrets or long texts\n";
  return text;
}

}  // namespace facio::approvals
