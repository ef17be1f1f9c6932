#include "cli/output/changes.hpp"

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/output/formats.hpp"

namespace facio::output {

using namespace json;

namespace {

std::string event(std::string_view op, std::string_view key, std::string_view before, std::string_view after) {
  std::string line = "{\"op\":\"" + std::string(op) + "\"";
  if (!key.empty()) line.append(",\"key\":").append(key);
  if (!before.empty()) line.append(",\"before\":").append(before);
  if (!after.empty()) line.append(",\"after\":").append(after);
  return line + "}";
}

}  // namespace

void Changes::compare(std::string key, std::string_view value, std::vector<std::string>& changes) {
  std::string text;
  append_compact(text, value);
  const auto found = known_.find(key);
  if (found == known_.end()) {
    changes.push_back(event("added", key, {}, text));
    known_.emplace(std::move(key), Known{std::move(text), round_});
    return;
  }
  if (found->second.value != text) {
    changes.push_back(event("changed", key, found->second.value, text));
    found->second.value = std::move(text);
  }
  found->second.round = round_;
}

std::vector<std::string> Changes::next(std::string_view json) {
  ++round_;
  std::vector<std::string> changes;
  const std::string_view root = trimmed(json);
  if (kind_of(root) == Json::array) {
    for (const std::string_view value : Elements(root)) {
      const std::string_view key = endpoint_.key.empty() ? std::string_view{} : member(value, endpoint_.key);
      std::string text;
      append_compact(text, key.empty() ? value : key);
      compare(std::move(text), value, changes);
    }
  } else if (endpoint_.form == ReplyForm::map && kind_of(root) == Json::object) {
    for (const auto& [name, value] : json::Members(root)) compare('"' + std::string(name) + '"', value, changes);
  } else {
    compare({}, root, changes);
  }
  std::erase_if(known_, [&](const auto& entry) {
    const auto& [key, known] = entry;
    const bool gone = known.round != round_;
    if (gone) changes.push_back(event("removed", key, known.value, {}));
    return gone;
  });
  return changes;
}

}  // namespace facio::output
