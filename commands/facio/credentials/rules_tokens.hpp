// What looks like a secret in a text where none should stand.
#pragma once

#include <algorithm>
#include <string_view>

namespace facio::credentials {

/// Beginnings that services give their tokens, with the least length of the whole.
struct TokenForm {
  std::string_view start;
  std::size_t least;
};
inline constexpr TokenForm kTokenForms[] = {
    {"ghp_", 20},  {"gho_", 20},  {"ghs_", 20},   {"github_pat_", 30}, {"glpat-", 16},   {"sk-", 20}, {"xoxb-", 20},
    {"xoxp-", 20}, {"xapp-", 20}, {"AKIA", 20},   {"AIza", 30},        {"eyJ", 40},      {"hf_", 20}, {"npm_", 20},
    {"pypi-", 30}, {"SG.", 30},   {"dop_v1", 30}, {"sk_live_", 16},    {"rk_live_", 16},
};

/// A long word of small letters, capitals and digits, as random ones are; names, paths and addresses are none.
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

/// Whether a name, as that of a member, a variable or a flag, announces a secret: apiKey, GITHUB_TOKEN, --api-key.
inline bool announces_secret(std::string_view name) {
  for (const std::string_view end : {"token", "key", "secret", "password"})
    if (name.size() >= end.size() && std::ranges::equal(name.substr(name.size() - end.size()), end, [](char a, char b) {
          return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
        }))
      return true;
  return false;
}

/// Whether one argument of a program looks like a secret, or holds one behind NAME= or "Bearer ".
inline bool looks_like_secret(std::string_view argument) {
  if (const auto equals = argument.find('='); equals != std::string_view::npos && equals + 1 < argument.size()) {
    const std::string_view value = argument.substr(equals + 1);
    if (announces_secret(argument.substr(0, equals)) && !value.starts_with('$') && !value.starts_with('/')) return true;
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
