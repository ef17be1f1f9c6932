#include "cli/command_line/assignments.hpp"

#include <algorithm>
#include <vector>

#include "cli/catalogue/catalogue.hpp"
#include "cli/command_line/values.hpp"

namespace facio {
namespace {

void collect_keys(const Shape& shape, const std::string& prefix, std::vector<std::string>& keys) {
  for (const Field& field : shape.fields) {
    const std::string path = prefix.empty() ? std::string(field.name) : prefix + "." + std::string(field.name);
    keys.push_back(path);
    if (field.type->kind == Kind::object && field.type->shape != nullptr) collect_keys(*field.type->shape, path, keys);
  }
}

tl::unexpected<Error> unknown_key(const Shape& shape, const std::string& key) {
  std::vector<std::string> keys;
  collect_keys(shape, {}, keys);
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  std::string message = "unknown key '" + key + "'";
  std::string_view near = nearest(key, views);
  if (near.empty()) {  // "headless" for "browser.playwright.headless"
    const auto tail = std::ranges::find_if(views, [&](std::string_view known) { return known.ends_with("." + key); });
    if (tail != views.end()) near = *tail;
  }
  if (!near.empty()) message += "; did you mean " + std::string(near) + "?";
  return fail_field(Code::usage, key, std::move(message));
}

bool is_open_at(const Shape& shape, std::string_view dotted) {
  const auto dot = dotted.find('.');
  const Field* field = shape.find(dotted.substr(0, dot));
  if (field == nullptr) return shape.open;
  if (dot == std::string_view::npos) return false;
  if (field->type->kind == Kind::map || field->type->kind == Kind::any) return true;
  return field->type->shape != nullptr && is_open_at(*field->type->shape, dotted.substr(dot + 1));
}

Result<std::string> list_json(const Field& field, const std::string& key, const std::vector<std::string_view>& values, std::int64_t now) {
  if (values.size() == 1 && values[0].starts_with('[')) {
    if (auto parsed = JsonDocument::parse(values[0]); !parsed) return fail_field(Code::usage, key, key + ": " + parsed.error().message());
    return std::string(values[0]);
  }
  std::string list = "[";
  for (const std::string_view value : values) {
    if (values.size() == 1 && value.empty()) break;  // `key=` empties the list
    auto json = json_text(field, value, key, now, true);
    if (!json) return json;
    if (list.size() > 1) list += ',';
    list += *json;
  }
  return list + "]";
}

Status assign_one(JsonDocument& document, const Shape& shape, const std::string& key, const std::vector<std::string_view>& values,
                  std::int64_t now) {
  const Field* field = field_at(shape, key);
  if (field == nullptr) {
    if (!is_open_at(shape, key)) return unknown_key(shape, key);
    return document.set_json(key, guessed_json(values.back()));
  }
  if (field->attr.nullable && values.size() == 1 && values[0] == "null") {
    document.set_null(key);
    return {};
  }
  if (field->attr.secret)
    return fail_field(Code::usage, key, key + ": a secret is never taken from an argument; put it into a file and give that with -f FILE");
  const bool list = field->type->kind == Kind::array;
  if (!list && values.size() > 1)
    return fail_field(Code::usage, key, key + ": given " + std::to_string(values.size()) + " times; give it once");
  auto json = list ? list_json(*field, key, values, now) : json_text(*field, values[0], key, now, true);
  if (!json) return fail(std::move(json.error()));
  return document.set_json(key, *json);
}

}  // namespace

const Field* field_at(const Shape& shape, std::string_view dotted) {
  const auto dot = dotted.find('.');
  const Field* field = shape.find(dotted.substr(0, dot));
  if (field == nullptr || dot == std::string_view::npos) return field;
  return field->type->shape == nullptr ? nullptr : field_at(*field->type->shape, dotted.substr(dot + 1));
}

Status assign(JsonDocument& document, const Shape& shape, std::span<const std::string> assignments, std::int64_t now) {
  std::vector<std::pair<std::string, std::vector<std::string_view>>> grouped;
  for (const std::string& text : assignments) {
    const auto equal = text.find('=');
    if (equal == std::string::npos || equal == 0) return fail(Code::usage, "'" + text + "': expected KEY=VALUE");
    const std::string key = text.substr(0, equal);
    auto found = std::ranges::find(grouped, key, [](const auto& entry) { return entry.first; });
    if (found == grouped.end()) found = grouped.insert(grouped.end(), {key, {}});
    found->second.push_back(std::string_view(text).substr(equal + 1));
  }
  for (const auto& [key, values] : grouped)
    if (auto status = assign_one(document, shape, key, values, now); !status) return status;
  return {};
}

}  // namespace facio
