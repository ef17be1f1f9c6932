// Where the names that an argument or flag takes come from: a list in the same catalogue.
#pragma once

#include <optional>
#include <vector>

#include "cli/catalogue/endpoint.hpp"

namespace facio {

struct System;

struct NameSource {
  enum class Kind : std::uint8_t {
    none,
    list,
    map,
    tree,
    contexts,
    groups,
    endpoints,
    paths,
    states,
    words,
    fields,
    zones,
    pages,
    config
  } kind = Kind::none;
  const Endpoint* list = nullptr;  ///< list, map and tree: the endpoint to ask; fields: that with the body
  /// Of a list: path of the name in an item, empty for the item's own key. Of a map: the object whose members have the names. Of words:
  /// themselves, separated by commas.
  std::string_view key = {};

  explicit operator bool() const { return kind != Kind::none; }
};

/// The source of a parameter's values: what its system's lines or the shared ones say; else, for `{id}` of a path, the list before it; for
/// an argument of a local command, the list of its area. In a context of `here` (null: of the default system) a local command also takes
/// that system's lines for all areas.
NameSource name_source(const Endpoint& endpoint, const Param& param, const System* here = nullptr);
/// The same by name alone, for fields of a body.
NameSource name_source(const Endpoint& endpoint, std::string_view name, const System* here = nullptr);

/// What cannot be derived: lines "AREA NAME SOURCE [KEY]", AREA "*" for all. SOURCE is the id of a list endpoint, or @tree:ID, @map:ID,
/// @keys:ID (of the body of that endpoint), @words:A,B (of which a value may have several, with commas), @contexts, @groups, @endpoints,
/// @paths, @states, @zones, @pages (of the manual), @config (keys of the configuration), @none; the first matching line counts. These are
/// the lines of the program's own commands; those for all areas hold for every system. Constant data (commands/local/catalogue.cpp).
std::string_view shared_name_sources() noexcept;

/// What THING=STATE may be.
struct Thing {
  std::string_view word;  ///< "cron/", or "health=" for a thing without a name
  NameSource names = {};  ///< none for a thing without a name
  std::vector<std::string_view> states = {};
  const Endpoint* endpoint = nullptr;  ///< whose reply has the state; null: the command knows
  std::string_view path = {};          ///< dotted path of the state in the reply
};
/// Takes the next line off `lines` (System::things): "THING= [@ID:PATH] STATE..." or "THING/ LIST KEY [@ID:PATH] STATE..." (KEY "-":
/// the list's own). Nothing when there is none. ID is an endpoint whose first parameter is the name.
std::optional<Thing> next_thing(std::string_view& lines);

}  // namespace facio
