// Checks of a change of settings beyond the declared types, ranges and choices.
#pragma once

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/validate.hpp"
#include "commands/facio/providers/rules.hpp"
#include "commands/facio/settings/patch.hpp"

namespace facio::settings {

inline const Field* find_key(const Shape& shape, std::string_view name) {
  for (const Field& field : shape.fields)
    if (field.name == name || (!field.attr.alias.empty() && field.attr.alias == name)) return &field;
  return nullptr;
}

/// Code::rejected for an unknown key, with the nearest known one.
inline Status check_known(JsonRef patch, const Shape& shape, const std::string& prefix) {
  for (std::size_t i = 0; i < patch.size(); ++i) {
    const std::string name(patch.name_at(i));
    const Field* field = find_key(shape, name);
    if (field != nullptr) {
      if (field->type->kind != Kind::object) continue;
      if (auto status = check_known(patch.at(i), *field->type->shape, prefix + name + "."); !status) return status;
      continue;
    }
    if (prefix + name == "browser.proxy_set") return reject_field("browser.proxy_set", "can only be read; set browser.proxy");
    std::vector<std::string_view> known;
    for (const Field& one : shape.fields) known.push_back(one.name);
    const std::string_view near = nearest(name, known);
    return reject_field(prefix + name, near.empty() ? "is not a setting; `facioctl settings set --help` lists all keys"
                                                    : "is not a setting; did you mean " + prefix + std::string(near) + "?");
  }
  return {};
}

inline Status check_one_of(JsonRef patch, std::string_view key, std::span<const std::string_view> words) {
  const std::string_view text = patch.find(key).text();
  if (text.empty()) return {};
  std::string list;
  for (const std::string_view word : words) {
    if (word == text) return {};
    list += (list.empty() ? "" : ", ") + std::string(word);
  }
  return reject_field(std::string(key), "must be one of " + list);
}

inline Status check_providers(JsonRef patch) {
  std::vector<std::string_view> words;
  words.reserve(std::size(providers::kChoices));
  for (const providers::Choice& provider : providers::kChoices) words.push_back(provider.value);
  for (const Field& field : fields_of<SettingsBasic>)
    if (field.name.ends_with("provider"))
      if (auto status = check_one_of(patch, field.name, words); !status) return status;
  // "auto" would mean "no override", which is null.
  words.erase(words.begin());
  return check_one_of(patch, "self_improvement.provider_override", words);
}

inline bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// No control characters anywhere: values end up in requests and command lines.
inline Status check_text(JsonRef value, const std::string& key) {
  if (value.kind() == JsonKind::string && has_control_character(value.string()))
    return reject_field(key, "must not contain control characters");
  if (value.kind() != JsonKind::object && value.kind() != JsonKind::array) return {};
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string name = value.kind() == JsonKind::array ? key : (key.empty() ? "" : key + ".") + std::string(value.name_at(i));
    if (auto status = check_text(value.at(i), name); !status) return status;
  }
  return {};
}

inline Status check_domains(JsonRef patch, const std::string& key) {
  const JsonRef list = patch.find(key);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string& domain = list.at(i).string();
    const bool plain = domain.find_first_of("/:@ ?#") == std::string::npos;
    if (!plain) return reject_field(key, "\"" + domain + "\" is not a domain; write it like example.com, without scheme, port and path");
  }
  return {};
}

inline Status check_proxy(JsonRef patch) {
  const JsonRef proxy = patch.find("browser.proxy");
  if (!proxy || proxy.is_null()) return {};
  const std::string& text = proxy.string();
  if (text == kMask || text.starts_with("${credentials.")) return {};
  for (const std::string_view scheme : {"http://", "https://", "socks4://", "socks5://"})
    if (text.starts_with(scheme) && text.size() > scheme.size() && text.find(' ') == std::string::npos) return {};
  return reject_field("browser.proxy", "must be an address such as http://host:3128; null removes the proxy");
}

}  // namespace facio::settings
