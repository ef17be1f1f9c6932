// The table of one system's endpoints, and what follows from one endpoint.
#pragma once

#include <atomic>

#include "cli/catalogue/endpoint.hpp"
#include "cli/core/text.hpp"

namespace facio {

/// An area with its one-line title.
struct Area {
  std::string_view name;
  std::string_view title;  ///< "Scheduled jobs"
};

/// The endpoints of one system, or the commands of this program, sorted by id, in the bytes that the catalogue writer made
/// (packed_form.hpp). A record is unpacked when it is first asked for, and lives until the program ends. Ids, titles and synonyms are read
/// without unpacking anything. Thread-safe. Constant-initialized and never destroyed.
class Catalogue {
 public:
  explicit constexpr Catalogue(const unsigned char* bytes) noexcept : bytes_(bytes) {}
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  /// The name of the system; empty for the commands of this program.
  [[nodiscard]] std::string_view system() const noexcept;
  /// Whether the ids begin with that name.
  [[nodiscard]] bool prefixed() const noexcept;

  [[nodiscard]] std::size_t size() const noexcept;
  /// By position in the order of ids, as all that take one.
  [[nodiscard]] const Endpoint& at(std::size_t position) const noexcept;
  [[nodiscard]] std::string_view id_at(std::size_t position) const noexcept;
  /// The id without the system's name: "login" of "placet.login".
  [[nodiscard]] std::string_view own_id_at(std::size_t position) const noexcept;
  [[nodiscard]] std::string_view summary_at(std::size_t position) const noexcept;
  /// "" for a local command.
  [[nodiscard]] std::string_view path_at(std::size_t position) const noexcept;
  /// The positions in the order of declaration.
  [[nodiscard]] std::span<const std::uint16_t> declaration_order() const noexcept;
  [[nodiscard]] std::span<const Area> areas() const noexcept;
  [[nodiscard]] bool has_area(std::string_view name) const noexcept;

  /// The endpoint with this full id ("cron.list", "placet.login"). Like the other look-ups, nullptr when there is none.
  [[nodiscard]] const Endpoint* find(std::string_view id) const noexcept;
  /// By the words after the system's name: "first.second", or "first" when `second` is empty.
  [[nodiscard]] const Endpoint* find(std::string_view first, std::string_view second) const noexcept;
  /// By the declared synonym "first second", or "first" when `second` is empty.
  [[nodiscard]] const Endpoint* find_synonym(std::string_view first, std::string_view second) const noexcept;
  /// The first endpoint (by id) with this method and path as declared.
  [[nodiscard]] const Endpoint* find_route(Method method, std::string_view path) const noexcept;
  /// The endpoints of one area, in the order of declaration. The area "", or the system's name, has the one-word commands.
  [[nodiscard]] std::vector<const Endpoint*> of_area(std::string_view area) const;
  /// Every endpoint, in the order of declaration.
  [[nodiscard]] std::vector<const Endpoint*> all() const;

 private:
  class Unpacked;
  Unpacked& unpacked() const noexcept;

  const unsigned char* bytes_;
  mutable std::atomic<Unpacked*> unpacked_ = nullptr;
};

/// One flag of a body: a leaf field reached through objects.
struct BodyFlag {
  std::string path;  ///< place in the body: "schedule.tz"
  std::string flag;  ///< "tz", without dashes
  const Field* field;
  std::string implies_path;  ///< "schedule.kind"; empty when none
  std::string implies_value;
};
/// The flags for a body's fields: leaves of nested objects, arrays (repeatable), maps (KEY=VALUE, repeatable), open values and objects
/// without declared fields (JSON text). A secret field with flag F has F-file, F-env, F-fd and F-stdin instead; a boolean also no-F. Fields
/// with flag "-" are left out. The flag is `attr.flag`, else the dotted path in kebab case.
std::vector<BodyFlag> body_flags(const Shape& body);

/// The flag of a parameter outside the body, without dashes.
std::string flag_of(const Field& field);

/// "max_tool_iterations" -> "max-tool-iterations", "hasMore" -> "has-more".
std::string kebab(std::string_view name);

/// The description and the notes.
std::string all_prose(const Endpoint& endpoint);

/// "cron list" for "cron.list".
std::string command_words(std::string_view id);

/// Every failure that an endpoint can answer with, by HTTP status: the declared ones and those that all endpoints of its kind share (bad
/// parameters or body, authentication, rate limit, internal, unavailable).
std::vector<Code> all_errors(const Endpoint& endpoint);

}  // namespace facio
