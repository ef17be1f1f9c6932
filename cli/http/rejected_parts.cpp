#include "cli/http/rejected_parts.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostParts = 20;

/// "body.items[0].name" of ["body", "items", 0, "name"], or the text itself.
std::string place_in(JsonRef value) {
  if (value.is(JsonKind::string)) return value.string();
  std::string place;
  for (std::size_t i = 0; value.is(JsonKind::array) && i < value.size(); ++i) {
    const JsonRef step = value.at(i);
    if (step.is(JsonKind::integer)) place += "[" + std::to_string(step.integer()) + "]";
    else if (step.is(JsonKind::string)) place += (place.empty() ? "" : ".") + step.string();
  }
  return place;
}

std::string place_of(JsonRef part) {
  for (const char* name : {"loc", "path", "field", "param", "instancePath", "pointer", "property", "name"})
    if (std::string place = place_in(part.get(name)); !place.empty()) return place;
  return {};
}

std::string words_of(JsonRef part) {
  for (const char* name : {"msg", "message", "detail", "error", "reason", "description"})
    if (const std::string& words = part.get(name).text(); !words.empty()) return words;
  return {};
}

void add(RejectedParts& parts, const std::string& place, const std::string& words) {
  if (words.empty()) return;
  if (!parts.words.empty()) parts.words += "; ";
  else parts.first = place;
  parts.words += (place.empty() ? "" : place + ": ") + words;
}

/// A list of objects, or one of them.
void read_list(JsonRef list, RejectedParts& parts) {
  if (list.is(JsonKind::object)) return add(parts, place_of(list), words_of(list));
  for (std::size_t i = 0; i < list.size() && i < kMostParts; ++i) {
    const JsonRef part = list.at(i);
    if (part.is(JsonKind::object)) add(parts, place_of(part), words_of(part));
    else if (part.is(JsonKind::string)) add(parts, {}, part.string());
  }
}

/// {"name": ["is required"], "age": "is no number"}
void read_map(JsonRef map, RejectedParts& parts) {
  for (std::size_t i = 0; i < map.size() && i < kMostParts; ++i) {
    const JsonRef words = map.at(i);
    if (words.is(JsonKind::string)) add(parts, std::string(map.name_at(i)), words.string());
    for (std::size_t at = 0; words.is(JsonKind::array) && at < words.size() && at < kMostParts; ++at)
      add(parts, std::string(map.name_at(i)), words.at(at).text());
  }
}

}  // namespace

RejectedParts rejected_parts(JsonRef root) {
  RejectedParts parts;
  for (const char* place : {"detail", "errors", "error.errors", "error.details"}) {
    const JsonRef found = root.find(place);
    const bool map = found.is(JsonKind::object) && !found.get("msg") && !found.get("message");
    // `details` of one object are those of its error, and no list.
    if (!map) read_list(found, parts);
    else if (std::string_view(place).ends_with("errors")) read_map(found, parts);
    if (!parts.words.empty()) break;
  }
  return parts;
}

}  // namespace facio
