// Writes a shaped struct as JSON straight into a buffer, and reads it from a tree with exact error paths.
#pragma once

#include <charconv>

#include "cli/core/json.hpp"
#include "cli/core/shape.hpp"

namespace facio {

inline void write_json(std::string& out, const std::string& value) { append_json_string(out, value); }
/// A secret is written as the mask; its value leaves through Secret::reveal only.
inline void write_json(std::string& out, const Secret& value) { append_json_string(out, value.empty() ? std::string_view{} : kMask); }
inline void write_json(std::string& out, bool value) { out += value ? "true" : "false"; }
inline void write_json(std::string& out, const RawJson& value) { out += value.text; }
template <class T>
requires(std::is_integral_v<T> || std::is_floating_point_v<T>) void write_json(std::string& out, T value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, end);
}
template <Shaped S>
void write_json(std::string& out, const S& value);

template <class T>
void write_json(std::string& out, const std::vector<T>& values) {
  char separator = '[';
  for (const T& value : values) {
    out += std::exchange(separator, ',');
    write_json(out, value);
  }
  out += separator == '[' ? "[]" : "]";
}
template <class T>
void write_json(std::string& out, const std::map<std::string, T>& values) {
  char separator = '{';
  for (const auto& [name, value] : values) {
    out += std::exchange(separator, ',');
    append_json_string(out, name);
    out += ':';
    write_json(out, value);
  }
  out += separator == '{' ? "{}" : "}";
}

/// Absent optional members are left out, or written as null when the field is nullable.
template <Shaped S>
void write_json(std::string& out, const S& value) {
  char separator = '{';
  const auto one = [&]<class M>(const Member<S, M>& member) {
    const M& field = value.*(member.pointer);
    if constexpr (is_optional<M>) {
      if (!field && !member.attr.nullable) return;
    }
    out += std::exchange(separator, ',');
    out.append("\"").append(member.name).append("\":");
    if constexpr (is_optional<M>) {
      if (field) write_json(out, *field);
      else out += "null";
    } else {
      write_json(out, field);
    }
  };
  S::fields().apply([&](const auto&... member) { (one(member), ...); });
  out += separator == '{' ? "{}" : "}";
}

template <class T>
std::string to_json(const T& value) {
  std::string out;
  write_json(out, value);
  return out;
}

inline void append_members(std::string&) {}
template <class T, class... More>
void append_members(std::string& out, std::string_view name, const T& value, const More&... more) {
  if constexpr (is_optional<T>) {
    if (value) append_members(out, name, *value);
  } else {
    out += out.empty() ? '{' : ',';
    append_json_string(out, name);
    out += ':';
    if constexpr (std::is_convertible_v<const T&, std::string_view>) append_json_string(out, value);
    else write_json(out, value);
  }
  append_members(out, more...);
}
/// A JSON object of names and values by turns: json_object("key", key, "size", size). An empty optional is left out.
template <class... P>
RawJson json_object(const P&... names_and_values) {
  std::string out;
  append_members(out, names_and_values...);
  return {out.empty() ? "{}" : out + "}"};
}

// -------------------------------------------------------------------------------------------------------- read

/// `path` is where the value is ("schedule.tz"), for the error. Code::rejected on a wrong type.
Status read_json(JsonRef from, std::string& to, const std::string& path);
Status read_json(JsonRef from, Secret& to, const std::string& path);
Status read_json(JsonRef from, bool& to, const std::string& path);
Status read_json(JsonRef from, double& to, const std::string& path);
Status read_json(JsonRef from, std::int64_t& to, const std::string& path);
Status read_json(JsonRef from, RawJson& to, const std::string& path);
template <class T>
requires(std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, std::int64_t>) Status
    read_json(JsonRef from, T& to, const std::string& path) {
  std::int64_t wide = 0;
  if (auto status = read_json(from, wide, path); !status) return status;
  if (!std::in_range<T>(wide)) return reject_field(path, "number out of range");
  to = static_cast<T>(wide);
  return {};
}
template <Shaped S>
Status read_json(JsonRef from, S& to, const std::string& path);

template <class T>
Status read_json(JsonRef from, std::vector<T>& to, const std::string& path) {
  if (!from.is(JsonKind::array)) return reject_field(path, "must be an array");
  to.clear();
  to.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    to.emplace_back();
    if (auto status = read_json(from.at(i), to.back(), path + "[" + std::to_string(i) + "]"); !status) return status;
  }
  return {};
}
template <class T>
Status read_json(JsonRef from, std::map<std::string, T>& to, const std::string& path) {
  if (!from.is(JsonKind::object)) return reject_field(path, "must be an object");
  to.clear();
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::string name(from.name_at(i));
    if (auto status = read_json(from.at(i), to[name], path + "." + name); !status) return status;
  }
  return {};
}

/// Members that the struct does not list are ignored; absent optional ones stay empty.
template <Shaped S>
Status read_json(JsonRef from, S& to, const std::string& path) {
  if (!from.is(JsonKind::object)) return fail_field(Code::rejected, path, (path.empty() ? "body" : path) + ": must be an object");
  Status status;
  const auto one = [&]<class M>(const Member<S, M>& member) {
    if (!status) return;
    const std::string where = path.empty() ? std::string(member.name) : path + "." + std::string(member.name);
    JsonRef found = from.get(member.name);
    if (!found && !member.attr.alias.empty()) found = from.get(member.attr.alias);
    M& field = to.*(member.pointer);
    if constexpr (is_optional<M>) {
      if (found.is_null()) {
        field.reset();
      } else {
        status = read_json(found, field.emplace(), where);
      }
    } else if (!found) {
      if (!member.attr.optional) status = reject_field(where, "is required");
    } else {
      status = read_json(found, field, where);
    }
  };
  S::fields().apply([&](const auto&... member) { (one(member), ...); });
  return status;
}

template <Shaped S>
Result<S> from_json(JsonRef from) {
  S value{};
  if (auto status = read_json(from, value, ""); !status) return fail(std::move(status.error()));
  return value;
}
template <Shaped S>
Result<S> from_json(std::string_view text) {
  auto document = JsonDocument::parse(text);
  if (!document) return fail(std::move(document.error()));
  return from_json<S>(document->root());
}

}  // namespace facio
