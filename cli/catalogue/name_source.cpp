#include "cli/catalogue/name_source.hpp"

#include <string>

#include "cli/catalogue/system.hpp"

namespace facio {
namespace {

bool is_collection(const Endpoint& endpoint) { return endpoint.form == ReplyForm::list || endpoint.form == ReplyForm::map; }

NameSource list_of(const Endpoint& endpoint) {
  if (endpoint.id == "context.list") return {NameSource::Kind::contexts};
  if (endpoint.method != Method::get) return {};
  return {NameSource::Kind::list, &endpoint, endpoint.form == ReplyForm::map ? std::string_view{} : endpoint.key};
}

std::string_view next_word(std::string_view& line) {
  const auto blank = line.find(' ');
  const std::string_view word = line.substr(0, blank);
  line = blank == std::string_view::npos ? std::string_view{} : line.substr(blank + 1);
  return word;
}

NameSource read_source(std::string_view source, std::string_view key) {
  if (source == "@contexts") return {NameSource::Kind::contexts};
  if (source == "@groups") return {NameSource::Kind::groups};
  if (source == "@endpoints") return {NameSource::Kind::endpoints};
  if (source == "@states") return {NameSource::Kind::states};
  if (source == "@paths") return {NameSource::Kind::paths};
  const auto colon = source.find(':');
  const Endpoint* list = find_endpoint(colon == std::string_view::npos ? source : source.substr(colon + 1));
  if (list == nullptr) return {};
  if (source.starts_with("@tree:")) return {NameSource::Kind::tree, list};
  if (source.starts_with("@map:")) return {NameSource::Kind::map, list, key};
  NameSource found = list_of(*list);
  if (!key.empty() && key != "-") found.key = key;
  return found;
}

/// What the exceptions say; `known` tells whether they say anything.
NameSource exception(const Endpoint& endpoint, std::string_view name, bool& known) {
  std::string_view rest = endpoint.is_prefixed() ? system_of(endpoint)->name_sources : name_exceptions();
  const std::string_view area = endpoint.area();
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    const std::string_view of = next_word(line);
    if ((of != "*" && of != area) || next_word(line) != name) continue;
    known = true;
    const std::string_view source = next_word(line);
    return read_source(source, line);
  }
  return {};
}

/// The collection that a path parameter chooses from.
NameSource collection_before(const Endpoint& endpoint, std::string_view name) {
  const auto at = endpoint.path.find("/{" + std::string(name) + "}");
  if (at == std::string_view::npos) return {};
  const std::string_view prefix = endpoint.path.substr(0, at);
  const Endpoint* other = catalogue_of(endpoint).find_route(Method::get, prefix);
  return other != nullptr && is_collection(*other) ? list_of(*other) : NameSource{};
}

/// The list of the area, when this is how its commands call one of its items.
NameSource list_of_area(const Endpoint& endpoint, const Param& param) {
  const Endpoint* list = nullptr;
  const auto of_area = catalogue_of(endpoint).of_area(endpoint.area());
  for (const Endpoint* other : of_area)
    if (list == nullptr && other->verb() == "list" && is_collection(*other)) list = other;
  if (list == nullptr) return {};
  const Field& field = param.field;
  if (field.name == list->key) return list_of(*list);
  for (const Endpoint* other : of_area)
    for (const Param& sibling : other->params) {
      const bool same =
          sibling.field.name == field.name || (field.attr.repeatable && sibling.field.attr.value_name == field.attr.value_name);
      if (sibling.place == Place::path && same) return list_of(*list);
    }
  return {};
}

}  // namespace

NameSource name_source(const Endpoint& endpoint, const Param& param) {
  bool known = false;
  const NameSource said = exception(endpoint, param.field.name, known);
  if (known) return said;
  if (param.place == Place::path) return collection_before(endpoint, param.field.name);
  return param.place == Place::positional ? list_of_area(endpoint, param) : NameSource{};
}

NameSource name_source(const Endpoint& endpoint, std::string_view name) {
  bool known = false;
  return exception(endpoint, name, known);
}

bool next_thing(std::string_view& rest, ThingStates& thing) {
  if (rest.empty()) return false;
  std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(line.size() + 1);
  thing.thing = next_word(line);
  thing.names = {};
  if (thing.thing.ends_with('/')) {
    const std::string_view list = next_word(line);
    thing.names = read_source(list, next_word(line));
  }
  thing.states = line;
  return true;
}

}  // namespace facio
