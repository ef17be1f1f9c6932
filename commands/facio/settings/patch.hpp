// The body of a change of settings, derived from the document's fields: the keys of basic and advanced in one flat object, then browser and
// self_improvement. No key is required; read-only ones are left out.
#pragma once

#include <algorithm>

#include "commands/facio/settings/shapes.hpp"

namespace facio::settings {

/// Read-only fields have no flag.
constexpr bool is_read_only(const Attr& attr) { return attr.flag == "-"; }

template <Shaped S>
constexpr std::size_t writable_count() {
  std::size_t count = 0;
  for (const Field& field : fields_of<S>) count += is_read_only(field.attr) ? 0 : 1;
  return count;
}

template <class S>
struct PatchOf;

template <class M>
constexpr const Type* patch_type() {
  if constexpr (Shaped<M>) return &PatchOf<M>::type;
  else return &type_of<M>;
}

template <Shaped S>
constexpr std::array<Field, writable_count<S>()> patch_fields() {
  std::array<Field, writable_count<S>()> fields{};
  std::size_t next = 0;
  const auto one = [&]<class M>(const Member<S, M>& m) {
    if (!is_read_only(m.attr)) fields[next++] = Field{m.name, m.doc, patch_type<M>(), false, m.attr};
  };
  S::fields().apply([&](const auto&... m) { (one(m), ...); });
  return fields;
}

template <class S>
struct PatchOf {
  static constexpr auto fields = patch_fields<S>();
  static constexpr Shape shape = {S::patch_name, S::shape.doc, fields, false, true};
  static constexpr Type type = {Kind::object, nullptr, &shape};
};

constexpr auto flat_fields() {
  constexpr auto basic = patch_fields<SettingsBasic>();
  constexpr auto advanced = patch_fields<SettingsAdvanced>();
  std::array<Field, basic.size() + advanced.size() + 2> fields{};
  auto next = std::copy(basic.begin(), basic.end(), fields.begin());
  next = std::copy(advanced.begin(), advanced.end(), next);
  *next++ = Field{"browser", SettingsBrowser::shape.doc, &PatchOf<SettingsBrowser>::type, false, {}};
  *next = Field{"self_improvement", SettingsImprovement::shape.doc, &PatchOf<SettingsImprovement>::type, false, {}};
  return fields;
}

inline constexpr auto kPatchFields = flat_fields();
inline constexpr Shape kPatch = {"SettingsPatch", "The settings to change", kPatchFields, false, true};

}  // namespace facio::settings
