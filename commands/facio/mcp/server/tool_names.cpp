#include "commands/facio/mcp/server/tool_names.hpp"

#include <algorithm>
#include <cstdint>

namespace facio::serve {
namespace {

constexpr std::size_t kLongest = 64;

std::string clean(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    if (!plain) c = '_';
  }
  return out;
}

/// "_1a2b3c4d" from FNV-1a of the text.
std::string mark_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  std::string mark = "_";
  for (int shift = 28; shift >= 0; shift -= 4) mark += "0123456789abcdef"[(hash >> shift) & 15U];
  return mark;
}

std::string marked(const std::string& name, std::string_view full) {
  const std::string mark = mark_of(full);
  return name.substr(0, kLongest - mark.size()) + mark;
}

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

std::string mcp_other_name(std::string_view server, std::string_view tool) {
  return "mcp:" + std::string(server) + ":" + std::string(tool);
}

std::string mcp_call_name(std::string_view server, std::string_view tool, std::set<std::string, std::less<>>& taken) {
  const std::string full = mcp_other_name(server, tool);
  const std::string plain = clean("mcp_" + std::string(server) + "_" + std::string(tool));
  std::string name = plain.size() > kLongest ? marked(plain, full) : plain;
  std::string salt = full;
  while (!taken.insert(name).second) name = marked(plain, salt += '+');
  return name;
}

bool is_enabled_tool(const std::vector<std::string>& enabled, std::string_view server, std::string_view tool) {
  const std::string other = mcp_other_name(server, tool), prefixed = clean("mcp_" + std::string(server) + "_" + std::string(tool));
  return std::ranges::any_of(enabled,
                             [&](const std::string& one) { return matches(one, tool) || matches(one, other) || matches(one, prefixed); });
}

}  // namespace facio::serve
