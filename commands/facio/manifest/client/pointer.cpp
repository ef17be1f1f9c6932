#include "commands/facio/manifest/client/pointer.hpp"

#include <algorithm>

#include "cli/command_line/whole_answer.hpp"
#include "cli/core/text.hpp"

namespace facio::manifest {
namespace {

std::string unescaped(std::string_view step) {
  std::string text;
  for (std::size_t i = 0; i < step.size(); ++i) {
    const bool escape = step[i] == '~' && i + 1 < step.size();
    text += !escape ? step[i] : step[++i] == '1' ? '/' : '~';
  }
  return text;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
}

bool is_number(JsonRef value) { return value.is(JsonKind::integer) || value.is(JsonKind::number); }

}  // namespace

std::string pointer_to(std::string_view pointer, std::string_view member) {
  std::string text(pointer);
  text += '/';
  for (const char c : member) {
    if (c == '~') text += "~0";
    else if (c == '/') text += "~1";
    else text += c;
  }
  return text;
}

std::string pointer_of(std::string_view dotted) {
  std::string pointer;
  while (!dotted.empty()) pointer = pointer_to(pointer, split_off(dotted, '.'));
  return pointer;
}

JsonRef value_at(JsonRef root, std::string_view pointer) {
  if (pointer.empty()) return root;
  for (const std::string_view step : split(pointer.substr(1), '/')) {
    const std::string name = unescaped(step);
    std::size_t number = 0;
    if (root.is(JsonKind::array)) root = read_number(name, number) && number < root.size() ? root.at(number) : JsonRef();
    else root = root.get(name);
  }
  return root;
}

std::string shown_path(std::string_view pointer) {
  std::string shown;
  if (pointer.empty()) return shown;
  for (const std::string_view step : split(pointer.substr(1), '/')) {
    const std::string name = unescaped(step);
    if (!name.empty() && std::ranges::all_of(name, is_digit)) {
      shown += "[" + name + "]";
    } else if (is_plain_name(name)) {
      shown += "." + name;
    } else {
      shown += '[';
      append_json_string(shown, name);
      shown += ']';
    }
  }
  return shown;
}

std::string replaced(JsonRef value, const Replace& replace, const std::string& pointer) {
  if (auto other = replace(value, pointer)) return std::move(*other);
  if (value.is(JsonKind::object)) {
    ObjectText object;
    for (std::size_t i = 0; i < value.size(); ++i)
      object.add(value.name_at(i), replaced(value.at(i), replace, pointer_to(pointer, value.name_at(i))));
    return object.closed();
  }
  if (!value.is(JsonKind::array)) return value.dump();
  std::string list;
  for (std::size_t i = 0; i < value.size(); ++i)
    list += (i == 0 ? "" : ",") + replaced(value.at(i), replace, pointer_to(pointer, std::to_string(i)));
  return "[" + list + "]";
}

bool same_value(JsonRef a, JsonRef b) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  if (a.is(JsonKind::integer) && b.is(JsonKind::integer)) return a.integer() == b.integer();
  if (is_number(a) && is_number(b)) return a.number() == b.number();
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  if (!a.is(JsonKind::object) && !a.is(JsonKind::array)) return a.dump() == b.dump();
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!same_value(a.at(i), a.is(JsonKind::object) ? b.get(a.name_at(i)) : b.at(i))) return false;
  return true;
}

}  // namespace facio::manifest
