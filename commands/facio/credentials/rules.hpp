// Rules about secrets, for client and server: placeholders in configurations, and text that looks like a secret.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/validate.hpp"

namespace facio::credentials {

/// A path of the area itself (contract section 5), so not a valid name.
inline constexpr std::string_view kReservedKey = "providers";

/// A ${credentials.KEY} in a text.
struct Placeholder {
  std::size_t begin = 0, end = 0;
  std::string_view key;
};

/// The next placeholder at or after `from`. A malformed one, such as ${credentials.1A}, is plain text.
inline std::optional<Placeholder> next_placeholder(std::string_view text, std::size_t from = 0) {
  constexpr std::string_view kOpen = "${credentials.";
  for (std::size_t begin = text.find(kOpen, from); begin != std::string_view::npos; begin = text.find(kOpen, begin + 1)) {
    const std::size_t start = begin + kOpen.size();
    const std::size_t close = text.find('}', start);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view key = text.substr(start, close - start);
    if (find_pattern("key")->matches(key)) return Placeholder{begin, close + 1, key};
  }
  return std::nullopt;
}

/// The distinct keys of all placeholders; nothing when there are none.
inline std::optional<std::vector<std::string>> keys_in(std::string_view text) {
  std::vector<std::string> keys;
  for (auto found = next_placeholder(text); found; found = next_placeholder(text, found->end))
    if (std::ranges::find(keys, found->key) == keys.end()) keys.emplace_back(found->key);
  if (keys.empty()) return std::nullopt;
  return keys;
}

/// Whether a text is exactly one placeholder.
inline bool is_placeholder(std::string_view text) {
  const auto found = next_placeholder(text);
  return found && found->begin == 0 && found->end == text.size();
}

/// Well-known token prefixes, with the least length of a whole token.
struct TokenForm {
  std::string_view start;
  std::size_t least;
};
inline constexpr TokenForm kTokenForms[] = {
    {"ghp_", 20},  {"gho_", 20},  {"ghs_", 20},   {"github_pat_", 30}, {"glpat-", 16},   {"sk-", 20}, {"xoxb-", 20},
    {"xoxp-", 20}, {"xapp-", 20}, {"AKIA", 20},   {"AIza", 30},        {"eyJ", 40},      {"hf_", 20}, {"npm_", 20},
    {"pypi-", 30}, {"SG.", 30},   {"dop_v1", 30}, {"sk_live_", 16},    {"rk_live_", 16},
};

/// Whether it is a long word of mixed letters and digits; names, paths and addresses are not.
inline bool looks_random(std::string_view word) {
  constexpr std::size_t kShortest = 32;
  if (word.size() < kShortest) return false;
  bool small = false, capital = false, digit = false;
  for (const char c : word) {
    if (c >= 'a' && c <= 'z') small = true;
    else if (c >= 'A' && c <= 'Z') capital = true;
    else if (c >= '0' && c <= '9') digit = true;
    else if (c != '-' && c != '_' && c != '+' && c != '=') return false;
  }
  return small && capital && digit;
}

/// Whether a member, variable or flag of this name holds a secret: apiKey, GITHUB_TOKEN, --api-key.
inline bool is_secret_name(std::string_view name) {
  for (const std::string_view end : {"token", "key", "secret", "password"})
    if (name.size() >= end.size() && std::ranges::equal(name.substr(name.size() - end.size()), end, [](char a, char b) {
          return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
        }))
      return true;
  return false;
}

/// Whether a program argument looks like a secret, or has one after NAME= or "Bearer ".
inline bool looks_like_secret(std::string_view argument) {
  if (const auto equals = argument.find('='); equals != std::string_view::npos && equals + 1 < argument.size()) {
    const std::string_view value = argument.substr(equals + 1);
    if (is_secret_name(argument.substr(0, equals)) && !value.starts_with('$') && !value.starts_with('/')) return true;
    if (looks_like_secret(value)) return true;
  }
  if (const auto bearer = argument.find("Bearer ");
      bearer != std::string_view::npos && argument.size() > bearer + 15 && argument[bearer + 7] != '$')
    return true;
  for (const TokenForm& form : kTokenForms)
    if (argument.starts_with(form.start) && argument.size() >= form.least) return true;
  return looks_random(argument);
}

}  // namespace facio::credentials
