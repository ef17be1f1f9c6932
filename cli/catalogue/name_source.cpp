#include "cli/catalogue/name_source.hpp"

#include "cli/catalogue/system.hpp"

namespace facio {
namespace {

NameSource list_of(const Endpoint& endpoint) {
  if (endpoint.id == "context.list") return {NameSource::Kind::contexts};
  if (endpoint.method != Method::get) return {};
  return {NameSource::Kind::list, &endpoint, endpoint.form == ReplyForm::map ? std::string_view{} : endpoint.key};
}

NameSource read_source(std::string_view source, std::string_view key) {
  if (source == "@contexts") return {NameSource::Kind::contexts};
  if (source == "@groups") return {NameSource::Kind::groups};
  if (source == "@endpoints") return {NameSource::Kind::endpoints};
  if (source == "@states") return {NameSource::Kind::states};
  if (source == "@paths") return {NameSource::Kind::paths};
  if (source == "@zones") return {NameSource::Kind::zones};
  if (source == "@pages") return {NameSource::Kind::pages};
  if (source == "@config") return {NameSource::Kind::config};
  const auto colon = source.find(':');
  if (source.starts_with("@words:")) return {NameSource::Kind::words, nullptr, source.substr(colon + 1)};
  const Endpoint* list = find_endpoint(colon == std::string_view::npos ? source : source.substr(colon + 1));
  if (list == nullptr) return {};
  if (source.starts_with("@tree:")) return {NameSource::Kind::tree, list};
  if (source.starts_with("@keys:")) return {NameSource::Kind::fields, list};
  if (source.starts_with("@map:")) return {NameSource::Kind::map, list, key};
  NameSource found = list_of(*list);
  if (!key.empty() && key != "-") found.key = key;
  return found;
}

/// What the lines say about a name in an area; area "*": only the lines for all.
std::optional<NameSource> said_by(std::string_view lines, std::string_view area, std::string_view name) {
  while (!lines.empty()) {
    std::string_view line = split_off(lines, '\n');
    const std::string_view of = split_off(line, ' ');
    if ((of != "*" && of != area) || split_off(line, ' ') != name) continue;
    const std::string_view source = split_off(line, ' ');
    return read_source(source, line);
  }
  return std::nullopt;
}

std::optional<NameSource> declared_source(const Endpoint& endpoint, std::string_view name, const System* here) {
  if (const System* own = system_of(endpoint)) {
    const auto found = said_by(own->name_sources, endpoint.area(), name);
    return found ? found : said_by(shared_name_sources(), "*", name);
  }
  auto found = said_by(shared_name_sources(), endpoint.area(), name);
  for (const System* system : systems_at(here))
    if (!found) found = said_by(system->name_sources, "*", name);
  return found;
}

/// The collection that a path parameter chooses from.
NameSource collection_before(const Endpoint& endpoint, std::string_view name) {
  const auto at = endpoint.path.find("/{" + std::string(name) + "}");
  if (at == std::string_view::npos) return {};
  const std::string_view prefix = endpoint.path.substr(0, at);
  const Endpoint* other = catalogue_of(endpoint).find_route(Method::get, prefix);
  return other != nullptr && other->is_collection() ? list_of(*other) : NameSource{};
}

/// The list of the area, when its commands take a parameter like this one for an item.
NameSource list_of_area(const Endpoint& endpoint, const Param& param) {
  const Endpoint* list = nullptr;
  const auto of_area = catalogue_of(endpoint).of_area(endpoint.area());
  for (const Endpoint* other : of_area)
    if (list == nullptr && other->verb() == "list" && other->is_collection()) list = other;
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

NameSource name_source(const Endpoint& endpoint, const Param& param, const System* here) {
  if (const auto declared = declared_source(endpoint, param.field.name, here)) return *declared;
  if (param.place == Place::path) return collection_before(endpoint, param.field.name);
  return param.place == Place::positional ? list_of_area(endpoint, param) : NameSource{};
}

NameSource name_source(const Endpoint& endpoint, std::string_view name, const System* here) {
  return declared_source(endpoint, name, here).value_or(NameSource{});
}

std::optional<Thing> next_thing(std::string_view& lines) {
  if (lines.empty()) return std::nullopt;
  std::string_view line = split_off(lines, '\n');
  Thing thing{.word = split_off(line, ' ')};
  if (thing.word.ends_with('/')) {
    const std::string_view list = split_off(line, ' ');
    thing.names = read_source(list, split_off(line, ' '));
  }
  if (line.starts_with('@')) {
    const std::string_view place = split_off(line, ' ').substr(1);
    thing.endpoint = find_endpoint(place.substr(0, place.find(':')));
    thing.path = place.substr(place.find(':') + 1);
  }
  while (!line.empty()) thing.states.push_back(split_off(line, ' '));
  return thing;
}

}  // namespace facio
