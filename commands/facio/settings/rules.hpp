// Checks of a change of settings beyond what its fields declare.
#pragma once

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/validate.hpp"
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

}  // namespace facio::settings
