// Where the names come from that an argument or a flag takes: the list of the same catalogue that has them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "cli/catalogue/endpoint.hpp"

namespace facio {

struct System;

/// Who knows the names.
struct NameSource {
  enum class Kind : std::uint8_t { none, list, map, tree, contexts, groups, endpoints, paths, states } kind = Kind::none;
  const Endpoint* list = nullptr;  ///< list, map and tree: the endpoint to ask
  /// list: path of the name in an item, empty for the item's own name; map: the object whose members are the names
  std::string_view key = {};

  explicit operator bool() const { return kind != Kind::none; }
};

/// The source of a parameter's values: what its system's lines, or those shared by all, say of it; else for `{id}` of a path the list of
/// the collection before it, and for arguments of local commands the list of their area. A local command in a context of `here` (null: the
/// default system's) also takes that system's lines for all areas.
NameSource name_source(const Endpoint& endpoint, const Param& param, const System* here = nullptr);
/// The same by name alone, for fields of a body.
NameSource name_source(const Endpoint& endpoint, std::string_view name, const System* here = nullptr);

/// Lines "AREA NAME SOURCE [KEY]", AREA "*" for all: what cannot be derived. SOURCE is the id of a list endpoint, or @tree:ID, @map:ID,
/// @contexts, @groups, @endpoints, @paths, @states, @none; the first line that fits counts. These are the lines of the program's own
/// commands; those for all areas hold for every system. Constant data (commands/local/catalogue.cpp).
std::string_view shared_name_sources() noexcept;

/// What THING=STATE may be.
struct Thing {
  std::string_view word;  ///< "cron/", or "health=" for a thing without a name
  NameSource names = {};  ///< none for a thing without a name
  std::vector<std::string_view> states = {};
  const Endpoint* endpoint = nullptr;  ///< where its state stands; null: the command knows
  std::string_view path = {};          ///< dotted path of the state in the answer
};
/// Takes the next line off `lines` (System::things), "THING= [@ID:PATH] STATE…" or "THING/ LIST KEY [@ID:PATH] STATE…" (KEY "-": the
/// list's own); nothing when there is none. ID is an endpoint whose first parameter is the name.
std::optional<Thing> next_thing(std::string_view& lines);

}  // namespace facio
