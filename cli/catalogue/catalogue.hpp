// The tables of endpoints and local commands, and how to find one: by words (client) or by id (both).
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/endpoint.hpp"

namespace facio {

/// An area with its one-line title.
struct Area {
  std::string_view name;
  std::string_view title;  ///< "Jobs that run by the clock"
};

/// Endpoints that belong together, sorted by id, over the bytes that the catalogue writer made (packed_form.hpp). A record is taken out of
/// them once, when it is asked for, and stays until the program ends; any thread may ask. Ids, titles and synonyms can be had without their
/// records, so that nothing else is touched. Made while compiling and never taken down: neither a constructor nor a destructor runs.
class Catalogue {
 public:
  explicit constexpr Catalogue(const unsigned char* bytes) noexcept : bytes_(bytes) {}
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  [[nodiscard]] std::size_t size() const noexcept;
  /// By position in the order of ids; with the shapes it refers to.
  [[nodiscard]] const Endpoint& at(std::size_t position) const noexcept;
  [[nodiscard]] std::string_view id_at(std::size_t position) const noexcept;
  [[nodiscard]] std::string_view summary_at(std::size_t position) const noexcept;
  /// "" for a local command.
  [[nodiscard]] std::string_view path_at(std::size_t position) const noexcept;
  /// The positions in order of declaration.
  [[nodiscard]] std::span<const std::uint16_t> declaration_order() const noexcept;
  /// Every area, in the order of the help page.
  [[nodiscard]] std::span<const Area> areas() const noexcept;

  /// The endpoint with this id ("cron.list"); nullptr when there is none. Bisects.
  [[nodiscard]] const Endpoint* find(std::string_view id) const noexcept;
  /// The same for the id "first.second", or "first" when `second` is empty.
  [[nodiscard]] const Endpoint* find(std::string_view first, std::string_view second) const noexcept;
  /// The endpoint with the declared synonym "first second", or "first" when `second` is empty. Bisects.
  [[nodiscard]] const Endpoint* find_synonym(std::string_view first, std::string_view second) const noexcept;
  /// The first endpoint (by id) with this method and path as declared.
  [[nodiscard]] const Endpoint* find_route(Method method, std::string_view path) const noexcept;
  /// The endpoints of one area, in order of declaration; empty when there is no such area.
  [[nodiscard]] std::vector<const Endpoint*> of_area(std::string_view area) const;
  /// Every endpoint, in order of declaration: for what writes all of them out.
  [[nodiscard]] std::vector<const Endpoint*> all() const;

 private:
  class Taken;
  Taken& taken() const noexcept;

  const unsigned char* bytes_;
  mutable std::atomic<Taken*> taken_ = nullptr;
};

/// Whether an id is that of a command of one word which is no area's name as well.
bool is_one_word(const Catalogue& catalogue, std::string_view id) noexcept;

/// Everything that is declared (commands/catalogue.cpp).
const Catalogue& catalogue() noexcept;

/// What the first words of a command line mean.
struct Words {
  const Endpoint* endpoint = nullptr;  ///< set when a command was found
  int used = 0;                        ///< how many words it took (0, 1 or 2)
  std::string_view area = {};          ///< set when the first word is an area, also without a (known) verb
};
/// Looks up one or two words: ids, declared synonyms, and the general ones (ls = list, show = get, rm = delete or remove, edit = update,
/// new = create or add); an area is also found without its final s. An area whose only sensible default was declared as
/// a synonym ("health") is found by its one word.
Words find_command(std::string_view first, std::string_view second) noexcept;

/// The nearest known commands for a misspelt first or second word, best first, at most three.
std::vector<std::string> suggest_command(std::string_view first, std::string_view second);
/// The nearest of `known` to `word` (Damerau-Levenshtein distance at most a third of its length, at least 1); empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

/// One flag of a body: a leaf field reached through objects.
struct BodyFlag {
  std::string path;  ///< where it goes in the body: "schedule.tz"
  std::string flag;  ///< "tz", without dashes
  const Field* field;
  std::string implies_path;  ///< "schedule.kind"; empty when none
  std::string implies_value;
};
/// The flags that a body's shape gives: leaves of nested objects, arrays (repeatable), maps (KEY=VALUE, repeatable), open values (JSON
/// text). A secret field with flag F gives F-file, F-env, F-fd and F-stdin; a boolean F also no-F. An object without declared fields is one
/// open value. Fields with flag "-" are left out. A flag is `attr.flag`, else the dotted path with dots and underscores as dashes.
std::vector<BodyFlag> body_flags(const Shape& body);

/// The flag of a parameter outside the body, without dashes.
std::string flag_of(const Field& field);

/// "max_tool_iterations" -> "max-tool-iterations", "hasMore" -> "has-more".
std::string kebab(std::string_view name);

/// Every failure that an endpoint can answer with, by HTTP status: the declared ones and those that every endpoint of its kind has
/// (bad parameters or body, authentication, rate limit, internal, unavailable).
std::vector<Code> all_errors(const Endpoint& endpoint);

/// OpenAPI 3.1 document of all endpoints of the facio system, as JSON. `server_url` fills `servers`.
std::string openapi_json(std::string_view version, std::string_view server_url);
/// The catalogue as JSON for programs: all endpoints, or one when `id` is not empty; shapes as JSON Schema 2020-12 under `$defs`; global
/// flags and exit codes. Empty when there is no such id.
std::string schema_json(std::string_view id);

}  // namespace facio
