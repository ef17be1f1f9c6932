#include "commands/facio/improvement/server/memory.hpp"

#include <algorithm>

#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongest = 500;

/// One line without control characters, cut at a whole character.
std::string cleaned(std::string_view thing) {
  std::string out;
  for (const char c : trimmed(thing)) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (!control) out += c;
    else if (!out.empty() && out.back() != ' ') out += ' ';
  }
  if (out.size() > kLongest) {
    out.resize(kLongest);
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
    if (!out.empty() && (static_cast<unsigned char>(out.back()) & 0x80) != 0) out.pop_back();
  }
  return std::string(trimmed(out));
}

}  // namespace

std::vector<std::string> remember_requests(std::string_view message) {
  std::vector<std::string> things;
  for (const std::string_view whole : split_terminated(message)) {
    const std::string_view line = trimmed(whole);
    for (const std::string_view start : {"remember:", "remember that "}) {
      if (!starts_with_ignoring_case(line, start)) continue;
      if (std::string thing = cleaned(line.substr(start.size())); !thing.empty()) things.push_back(std::move(thing));
      break;
    }
  }
  return things;
}

std::string content_text(JsonRef content) {
  if (content.is(JsonKind::string)) return content.string();
  std::string text;
  for (std::size_t i = 0; content.is(JsonKind::array) && i < content.size(); ++i)
    if (const JsonRef part = content.at(i).get("text"); part.is(JsonKind::string)) text += part.string() + "\n";
  return text;
}

std::string with_bullets(std::string_view memory, const std::vector<std::string>& things, std::vector<std::string>& added) {
  std::vector<std::string> known;
  for (const std::string_view whole : split_terminated(memory))
    if (const std::string_view line = trimmed(whole); line.starts_with("- ") || line.starts_with("* "))
      known.emplace_back(trimmed(line.substr(2)));
  std::string text(memory.empty() ? "# Memory\n" : memory);
  if (!text.ends_with('\n')) text += '\n';
  for (const std::string& thing : things) {
    if (std::ranges::find(known, thing) != known.end()) continue;
    if (added.empty() && memory.empty()) text += '\n';
    text += "- " + thing + "\n";
    known.push_back(thing);
    added.push_back(thing);
  }
  return added.empty() ? std::string(memory) : text;
}

}  // namespace facio::serve
