#include "commands/facio/runtime/models/given_back.hpp"

#include <algorithm>

#include "cli/core/foreign_text.hpp"

namespace facio::serve {
namespace {

/// Of one answer. Joining costs what was joined before, so that is short: more are no pieces of one thing.
constexpr std::size_t kMostElements = 4000, kMostOfElement = 64;
constexpr std::size_t kMostMerged = 256, kMostMergedBytes = std::size_t{256} * 1024;
/// Texts of an element that come in pieces; others, as a signature, come whole.
constexpr std::string_view kGrowing[] = {"text", "summary", "thinking"};

bool grows(std::string_view name) { return std::ranges::find(kGrowing, name) != std::end(kGrowing); }

/// A value as JSON text, with halves of characters joined.
std::string json_of(JsonRef value) { return with_halves_joined(value.dump()); }

}  // namespace

void GivenBack::add_element(Member& member, JsonRef value) {
  const auto same = [&](std::string_view name) {
    const JsonRef before = member.elements.back().rest.root().get(name), now = value.get(name);
    return now.is_null() || (before && before.dump() == now.dump());
  };
  const bool goes_on = value.is(JsonKind::object) && !member.elements.empty() && !member.elements.back().texts.empty() &&
                       member.elements.back().rest.root().size() <= kMostOfElement && same("type") && same("index") && same("id");
  if (!goes_on && ++elements_ > kMostElements) return;
  if (!goes_on) member.elements.emplace_back().rest.set({}, value);
  Element& element = member.elements.back();
  for (std::size_t i = 0; value.is(JsonKind::object) && i < value.size(); ++i) {
    const std::string_view name = value.name_at(i);
    const JsonRef part = value.at(i);
    if (grows(name) && part.is(JsonKind::string)) {
      element.texts[std::string(name)] += part.string();
      if (!goes_on) element.rest.erase(name);
    } else if (goes_on && !part.is_null() && name.find('.') == std::string_view::npos && element.rest.root().get(name).is_null()) {
      element.rest.set(name, part);
    }
  }
}

void GivenBack::merge(Member& member, JsonRef value) {
  const bool first = member.merged == 0;
  const std::size_t bytes = value.dump().size();
  if (!first && (member.merged >= kMostMerged || member.bytes + bytes > kMostMergedBytes)) return;
  ++member.merged;
  member.bytes += bytes;
  member.object.merge(value);
}

void GivenBack::add(std::string_view name, JsonRef value) {
  if (value.is_null()) return;
  const auto [place, is_new] = members_.try_emplace(std::string(name));
  Member& member = place->second;
  if (is_new) member.kind = value.kind();
  if (member.kind != value.kind()) return;
  switch (value.kind()) {
    case JsonKind::string: member.text += value.string(); break;
    case JsonKind::array:
      for (std::size_t i = 0; i < value.size(); ++i) add_element(member, value.at(i));
      break;
    case JsonKind::object: merge(member, value); break;
    default: member.object.set({}, value);
  }
}

std::string GivenBack::take() {
  if (members_.empty()) return {};
  JsonDocument all = JsonDocument::object();
  for (auto& [name, member] : members_) {
    if (member.kind == JsonKind::string) {
      all.set_string(name, with_halves_joined(member.text));
    } else if (member.kind == JsonKind::array) {
      std::string list;
      for (Element& element : member.elements) {
        for (const auto& [part, text] : element.texts) element.rest.set_string(part, text);
        list += (list.empty() ? "[" : ",") + json_of(element.rest.root());
      }
      (void)all.set_json(name, list.empty() ? "[]" : list + "]");
    } else {
      (void)all.set_json(name, json_of(member.object.root()));
    }
  }
  members_.clear();
  return all.dump();
}

}  // namespace facio::serve
