#include "commands/facio/mcp/client/secrets.hpp"

#include <algorithm>
#include <array>

#include "cli/core/text.hpp"
#include "commands/facio/mcp/rules.hpp"

namespace facio::mcp {
namespace {

bool looks_secret(std::string_view name, std::string_view value) {
  if (value.empty() || value == kMask || value.find("${") != std::string_view::npos) return false;
  constexpr std::array<std::string_view, 8> starts = {"sk-", "ghp_", "gho_", "github_pat_", "xoxb-", "xoxp-", "glpat-", "Bearer "};
  if (std::ranges::any_of(starts, [value](std::string_view start) { return value.starts_with(start); })) return true;
  constexpr std::array<std::string_view, 7> words = {"TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "AUTHORIZATION"};
  const std::string big = upper(name);
  if (big == "KEY" || big.ends_with("_KEY") || big.ends_with("-KEY")) return true;
  return std::ranges::any_of(words, [&big](std::string_view word) { return big.find(word) != std::string::npos; });
}

/// The name under which the secret would be stored.
std::string key_of(std::string_view name) {
  std::string key = upper(name);
  std::ranges::replace_if(
      key, [](char c) { return !is_letter(c) && !is_digit(c); }, '_');
  if (key.empty() || is_digit(key[0])) key.insert(0, "_");
  return key;
}

}  // namespace

std::vector<std::string> warn_of_secrets(Client& client, const McpConfig& config) {
  std::vector<std::string> found;
  const auto look = [&](const std::optional<std::map<std::string, std::string>>& values, const std::string& flag) {
    if (!values) return;
    for (const auto& [name, value] : *values) {
      if (!looks_secret(name, value)) continue;
      found.push_back(value);
      if (client.invocation().global.quiet) continue;
      const std::string key = key_of(name);
      (void)client.streams().err.write("facioctl: warning: the value of " + printable(name) +
                                       " looks like a secret and is stored as plain text; better: facioctl credentials set " + key +
                                       ", then " + flag + " '" + printable(name) + "=" + (value.starts_with("Bearer ") ? "Bearer " : "") +
                                       "${credentials." + key + "}'\n");
    }
  };
  look(config.env, "--env");
  look(config.headers, "--header");
  return found;
}

}  // namespace facio::mcp
