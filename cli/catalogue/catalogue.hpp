// The table of endpoints of one system, and what is derived from one endpoint.
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

/// The endpoints of one system, or the commands of this program, sorted by id, over the bytes that the catalogue writer made
/// (packed_form.hpp). A record is taken out of them once, when it is asked for, and stays until the program ends; any thread may ask. Ids,
/// titles and synonyms can be had without their records, so that nothing else is touched. Made while compiling and never taken down:
/// neither a constructor nor a destructor runs.
class Catalogue {
 public:
  explicit constexpr Catalogue(const unsigned char* bytes) noexcept : bytes_(bytes) {}
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  /// The system whose endpoints these are; empty for the commands of this program.
  [[nodiscard]] std::string_view system() const noexcept;
  /// Whether its ids begin with the name of the system.
  [[nodiscard]] bool prefixed() const noexcept;

  [[nodiscard]] std::size_t size() const noexcept;
  /// By position in the order of ids; with the shapes it refers to.
  [[nodiscard]] const Endpoint& at(std::size_t position) const noexcept;
  [[nodiscard]] std::string_view id_at(std::size_t position) const noexcept;
  /// The id without the name of the system: "login" of "placet.login".
  [[nodiscard]] std::string_view own_id_at(std::size_t position) const noexcept;
  [[nodiscard]] std::string_view summary_at(std::size_t position) const noexcept;
  /// "" for a local command.
  [[nodiscard]] std::string_view path_at(std::size_t position) const noexcept;
  /// The positions in order of declaration.
  [[nodiscard]] std::span<const std::uint16_t> declaration_order() const noexcept;
  /// Every area, in the order of the help page.
  [[nodiscard]] std::span<const Area> areas() const noexcept;
  [[nodiscard]] bool has_area(std::string_view name) const noexcept;

  /// The endpoint with this whole id ("cron.list", "placet.login"); nullptr when there is none. Bisects.
  [[nodiscard]] const Endpoint* find(std::string_view id) const noexcept;
  /// The same for the words behind the system's name: "first.second", or "first" when `second` is empty.
  [[nodiscard]] const Endpoint* find(std::string_view first, std::string_view second) const noexcept;
  /// The endpoint with the declared synonym "first second", or "first" when `second` is empty. Bisects.
  [[nodiscard]] const Endpoint* find_synonym(std::string_view first, std::string_view second) const noexcept;
  /// The first endpoint (by id) with this method and path as declared.
  [[nodiscard]] const Endpoint* find_route(Method method, std::string_view path) const noexcept;
  /// The endpoints of one area, in order of declaration; of "", and of the system's name, the commands of one word.
  [[nodiscard]] std::vector<const Endpoint*> of_area(std::string_view area) const;
  /// Every endpoint, in order of declaration: for what writes all of them out.
  [[nodiscard]] std::vector<const Endpoint*> all() const;

 private:
  class Taken;
  Taken& taken() const noexcept;

  const unsigned char* bytes_;
  mutable std::atomic<Taken*> taken_ = nullptr;
};

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

}  // namespace facio
