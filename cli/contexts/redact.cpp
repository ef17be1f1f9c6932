// The configuration without secrets that somebody may have put there by mistake.
#include "cli/contexts/yaml.hpp"

#include <algorithm>
#include <array>

#include "cli/core/secret.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr std::array<std::string_view, 9> kSecretWords = {"password", "passwd",        "secret", "apikey", "api_key",
                                                          "api-key",  "authorization", "bearer", "jwt"};
/// Keys below `token` that say where it is.
constexpr std::array<std::string_view, 5> kPlaces = {"file", "env", "exec", "keyring", "ttl"};

bool names_secret(std::string_view key) {
  const std::string word = lower(key);
  const auto inside = [&](std::string_view secret) { return word.find(secret) != std::string::npos; };
  return std::ranges::any_of(kSecretWords, inside) || word == "token" || word.ends_with("_token") || word.ends_with("-token");
}

/// "--token=abc" as "--token=***".
std::string redacted_argument(const std::string& argument) {
  const auto equal = argument.find('=');
  const auto begin = argument.find_first_not_of('-');
  if (equal != std::string::npos && begin < equal && names_secret(argument.substr(begin, equal - begin)))
    return argument.substr(0, equal + 1) + std::string(kMask);
  return redacted_url(argument);
}

YamlTree value(const std::string& key, const YamlTree& node, bool below_token) {
  if (node->kind == JsonKind::object) {
    auto copy = std::make_shared<YamlNode>(*node);
    for (auto& [name, member] : copy->members) {
      const bool place = key == "token" && std::ranges::find(kPlaces, name) != kPlaces.end();
      member = (key == "token" && !place) || (names_secret(name) && (name != "token" || member->kind != JsonKind::object))
                   ? yaml_text(std::string(kMask))
                   : value(name, member, place);
    }
    return copy;
  }
  if (node->kind == JsonKind::array) {
    auto copy = std::make_shared<YamlNode>(*node);
    for (YamlTree& item : copy->items) item = value(key, item, below_token);
    return copy;
  }
  if (node->kind != JsonKind::string) return node;
  auto copy = std::make_shared<YamlNode>(*node);
  copy->text = below_token ? redacted_argument(node->text) : redacted_url(node->text);
  return copy;
}

}  // namespace

YamlTree redacted(const YamlTree& tree) { return value({}, tree, false); }

std::string redacted_url(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const auto end = std::min(url.find_first_of("/?#", scheme + 3), url.size());
  const auto at = url.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < scheme + 3) return std::string(url);
  return std::string(url.substr(0, scheme + 3)) + std::string(kMask) + std::string(url.substr(at));
}

}  // namespace facio
