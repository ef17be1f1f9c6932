// Where the names come from that an argument or a flag takes: the list of the same catalogue that has them.
#pragma once

#include <string_view>

#include "cli/catalogue/endpoint.hpp"

namespace facio {

/// Who knows the names.
struct NameSource {
  enum class Kind : std::uint8_t { none, list, map, tree, contexts, groups, endpoints, paths, states } kind = Kind::none;
  const Endpoint* list = nullptr;  ///< list, map and tree: the endpoint to ask
  std::string_view key =
      {};  ///< list: path of the name in an item; empty: the item's own name; map: the object whose members are the names

  explicit operator bool() const { return kind != Kind::none; }
};

/// The source of a parameter's values: for `{id}` of a path the list of the collection before it; for arguments of local commands the list
/// of their area; else what name_exceptions() says.
NameSource name_source(const Endpoint& endpoint, const Param& param);
/// The same by name alone, for global flags and for fields of a body.
NameSource name_source(const Endpoint& endpoint, std::string_view name);

/// Lines "AREA NAME SOURCE [KEY]", AREA or "*" for all: what cannot be derived. SOURCE is the id of a list endpoint, or @tree:ID, @map:ID,
/// @contexts, @groups, @endpoints, @paths, @states, @none. Constant data (commands/catalogue_names.cpp).
std::string_view name_exceptions() noexcept;

/// What THING=STATE may be: lines "THING= STATE…", or "THING/ LIST KEY STATE…" for a thing with a name (KEY "-": the list's own). Constant
/// data, too.
std::string_view thing_states() noexcept;
/// The same line by line: false when there is no further one.
struct ThingStates {
  std::string_view thing;   ///< "cron/", "health="
  NameSource names;         ///< none for a thing without a name
  std::string_view states;  ///< separated by blanks
};
bool next_thing(std::string_view& rest, ThingStates& thing);

}  // namespace facio
