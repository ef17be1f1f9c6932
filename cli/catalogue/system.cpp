#include "cli/catalogue/system.hpp"

namespace facio {

std::vector<const System*> systems_at(const System* here) {
  std::vector<const System*> all;
  if (here != nullptr && here != &default_system()) all.push_back(here);
  if (here == nullptr || speaks_as_agent(*here)) all.push_back(&default_system());
  return all;
}

const System* find_system(std::string_view name) noexcept {
  for (const System* system : systems())
    if (system->name == name) return system;
  return nullptr;
}

std::string_view kind_with_agents() noexcept {
  for (const System* system : systems())
    if (system->names_agent) return system->name;
  return {};
}

std::string system_names() {
  std::string text;
  for (const System* system : systems()) text.append(text.empty() ? "" : system == systems().back() ? " or " : ", ").append(system->name);
  return text;
}

const Catalogue& catalogue_of(const Endpoint& endpoint) noexcept {
  const System* system = system_of(endpoint);
  return system == nullptr ? local_commands() : system->catalogue();
}

const Endpoint* find_endpoint(std::string_view id) noexcept {
  if (const System* system = find_system(id.substr(0, id.find('.'))))
    if (const Endpoint* found = system->catalogue().find(id)) return found;
  if (const Endpoint* found = default_system().catalogue().find(id)) return found;
  return local_commands().find(id);
}

std::vector<const Catalogue*> all_catalogues() {
  std::vector<const Catalogue*> all{&default_system().catalogue(), &local_commands()};
  for (const System* system : systems().subspan(1)) all.push_back(&system->catalogue());
  return all;
}

std::vector<const Endpoint*> all_endpoints() {
  std::vector<const Endpoint*> all;
  for (const Catalogue* one : all_catalogues())
    for (const Endpoint* endpoint : one->all()) all.push_back(endpoint);
  return all;
}

std::vector<std::string_view> choices_of(const Field& field) {
  if (field.attr.format != Format::system) return {field.attr.choices.begin(), field.attr.choices.end()};
  std::vector<std::string_view> names;
  for (const System* system : systems()) names.push_back(system->name);
  return names;
}

}  // namespace facio
