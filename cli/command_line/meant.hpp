// Which thing people mean who type its name or the beginning of its id.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/endpoint.hpp"
#include "cli/catalogue/name_source.hpp"
#include "cli/core/result.hpp"

namespace facio {

/// A thing in a list: what its address has, and what people call it.
struct NamedThing {
  std::string id, name;  ///< `name` is empty where things have no other
};

/// The things in the reply of `source`, each once.
std::vector<NamedThing> named_things(const NameSource& source, std::string_view body);

/// The id of the thing with this id, else of the one with this name, else of the one whose id or name begins so, with at least `least`
/// bytes; empty when there is none. Code::usage, with the candidates, when several are equally good.
Result<std::string> meant(std::string_view typed, const std::vector<NamedThing>& things, std::size_t least);

/// How much of a name has to be typed: of what is destroyed, more.
constexpr std::size_t least_of_name(const Endpoint& endpoint) { return endpoint.effect == Effect::destructive ? 4 : 1; }

}  // namespace facio
