// Field-wise operations on shaped structs: apply a patch, write the differences, name the differences.
#pragma once

#include <string>
#include <vector>

#include "cli/core/shape_json.hpp"

namespace facio::settings {

inline bool same(const Secret& a, const Secret& b) { return equal_in_constant_time(a.reveal(), b.reveal()); }
template <class T>
bool same(const T& a, const T& b) {
  return a == b;
}
template <class T>
bool same(const std::optional<T>& a, const std::optional<T>& b) {
  return a.has_value() == b.has_value() && (!a || same(*a, *b));
}

/// Calls `one(member)` for every field of S.
template <Shaped S, class F>
void each_member(F one) {
  S::fields().apply([&](const auto&... member) { (one(member), ...); });
}

/// Sets every member that `from` has; null clears an optional one.
template <Shaped S>
Status overlay(S& to, JsonRef from, const std::string& path = {}) {
  Status status;
  each_member<S>([&]<class M>(const Member<S, M>& member) {
    if (!status) return;
    JsonRef found = from.get(member.name);
    if (!found && !member.attr.alias.empty()) found = from.get(member.attr.alias);
    if (!found) return;
    const std::string where = path.empty() ? std::string(member.name) : path + "." + std::string(member.name);
    M& field = to.*(member.pointer);
    if constexpr (Shaped<M>) {
      status = overlay(field, found, where);
    } else if constexpr (is_optional<M>) {
      if (found.is_null()) field.reset();
      else status = read_json(found, field.emplace(), where);
    } else {
      status = read_json(found, field, where);
    }
  });
  return status;
}

template <class T>
void write_revealed(std::string& out, const T& value) {
  write_json(out, value);
}
inline void write_revealed(std::string& out, const std::optional<Secret>& value) {
  if (value) append_json_string(out, value->reveal());
  else out += "null";
}
template <class T>
void write_revealed(std::string& out, const std::optional<T>& value) {
  if (value) write_json(out, *value);
  else out += "null";
}

/// The members of `value` that differ from `base`, as a JSON object for the store: secrets with their values.
template <Shaped S>
std::string difference(const S& value, const S& base) {
  std::string out = "{";
  each_member<S>([&]<class M>(const Member<S, M>& member) {
    const M& mine = value.*(member.pointer);
    const M& other = base.*(member.pointer);
    std::string text;
    if constexpr (Shaped<M>) {
      text = difference(mine, other);
      if (text == "{}") return;
    } else {
      if (same(mine, other)) return;
      write_revealed(text, mine);
    }
    if (out.size() > 1) out += ',';
    out += '"';
    out += member.name;
    out += "\":" + text;
  });
  return out + "}";
}

/// Appends the dotted names of the members that differ.
template <Shaped S>
void name_differences(const S& a, const S& b, const std::string& prefix, std::vector<std::string>& names) {
  each_member<S>([&]<class M>(const Member<S, M>& member) {
    const std::string name = prefix + std::string(member.name);
    if constexpr (Shaped<M>) {
      name_differences(a.*(member.pointer), b.*(member.pointer), name + ".", names);
    } else {
      if (!same(a.*(member.pointer), b.*(member.pointer))) names.push_back(name);
    }
  });
}

}  // namespace facio::settings
