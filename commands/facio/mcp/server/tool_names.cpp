#include "commands/facio/mcp/server/tool_names.hpp"

#include <algorithm>
#include <cstdint>

#include "cli/core/glob.hpp"
#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongest = 64;

/// mcp_<server>_<tool> with _ for every character that a model may not use.
std::string prefixed_name(std::string_view server, std::string_view tool) {
  std::string name = "mcp_" + std::string(server) + "_" + std::string(tool);
  std::ranges::replace_if(
      name, [](char c) { return !is_digit(c) && !is_letter(c) && c != '-'; }, '_');
  return name;
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

}  // namespace

std::string mcp_other_name(std::string_view server, std::string_view tool) {
  return "mcp:" + std::string(server) + ":" + std::string(tool);
}

std::string mcp_call_name(std::string_view server, std::string_view tool, std::set<std::string, std::less<>>& taken) {
  const std::string full = mcp_other_name(server, tool);
  const std::string plain = prefixed_name(server, tool);
  std::string name = plain.size() > kLongest ? marked(plain, full) : plain;
  std::string salt = full;
  while (!taken.insert(name).second) name = marked(plain, salt += '+');
  return name;
}

bool is_enabled_tool(const std::vector<std::string>& enabled, std::string_view server, std::string_view tool) {
  const std::string names[] = {std::string(tool), mcp_other_name(server, tool), prefixed_name(server, tool)};
  return std::ranges::any_of(enabled, [&](const std::string& pattern) {
    return std::ranges::any_of(names, [&](const std::string& name) { return fits_glob(name, pattern, {.question = false}); });
  });
}

}  // namespace facio::serve
