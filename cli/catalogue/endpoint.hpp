// The records of the catalogue: what an endpoint or local command declares about itself. Constant data only.
#pragma once

#include "cli/core/error.hpp"
#include "cli/core/shape.hpp"

namespace facio {

enum class Method : std::uint8_t { none, get, post, put, patch, del };

/// "GET" …; empty for Method::none.
constexpr std::string_view method_name(Method method) {
  constexpr std::string_view names[] = {"", "GET", "POST", "PUT", "PATCH", "DELETE"};
  return names[static_cast<int>(method)];
}

/// Where a parameter is sent. `local` and `positional` ones never leave the client.
enum class Place : std::uint8_t { path, query, positional, local };

/// One parameter outside the body: a Field with a place.
struct Param {
  Place place;
  Field field;
  bool is_argument = false;  ///< of the query, but a positional of the command

  /// Whether it is typed without a flag.
  [[nodiscard]] constexpr bool is_positional() const { return place == Place::path || place == Place::positional || is_argument; }
};

namespace types {
inline constexpr Type string{Kind::string, nullptr, nullptr};
inline constexpr Type integer{Kind::integer, nullptr, nullptr};
inline constexpr Type number{Kind::number, nullptr, nullptr};
inline constexpr Type boolean{Kind::boolean, nullptr, nullptr};
inline constexpr Type strings{Kind::array, &string, nullptr};
}  // namespace types

/// `{name}` of the path: a required positional of the command.
constexpr Param path_param(std::string_view name, std::string_view doc, Attr attr = {}) {
  return {Place::path, {name, doc, &types::string, true, attr}};
}
/// A query parameter; `attr` says whether it is required or repeatable.
constexpr Param query_param(std::string_view name, const Type& type, std::string_view doc, Attr attr = {}) {
  return {Place::query, {name, doc, &type, attr.required, attr}};
}
/// A text query parameter that is a positional of the command: `workspace read FILE` sends `?path=FILE`.
constexpr Param query_positional(std::string_view name, std::string_view doc, Attr attr = {}) {
  return {Place::query, {name, doc, &types::string, attr.required, attr}, true};
}
/// A flag of the client alone.
constexpr Param local_flag(std::string_view name, const Type& type, std::string_view doc, Attr attr = {}) {
  return {Place::local, {name, doc, &type, attr.required, attr}};
}
/// A positional of the client alone; a repeatable one takes the rest.
constexpr Param positional(std::string_view name, std::string_view doc, Attr attr = {}) {
  return {Place::positional, {name, doc, &types::string, attr.required, attr}};
}

/// A table column: the dotted path of its value in an item, and its heading.
struct Column {
  std::string_view path;
  std::string_view title;
  bool wide = false;  ///< only in `-o wide`
};

struct Example {
  std::string_view command;  ///< without the program's name: "cron list"
  std::string_view says;     ///< one line
};

enum class ReplyForm : std::uint8_t {
  object,  ///< one JSON object of shape `reply`
  list,    ///< a JSON object with the array `items`, whose elements have shape `reply`
  map,     ///< a JSON object with the member `items`: a map from name to object
  text,    ///< not JSON; `media` says what
  none,    ///< of a local command, or ignored
};

enum class Effect : std::uint8_t { read, write, destructive };

/// Routes that are mounted together behind one kind of authentication; `local` for commands without a route.
enum class Surface : std::uint8_t { management, health, openai, card, local };

/// How long the client waits for the answer: 15 s, or 60 s where the server depends on others.
enum class Deadline : std::uint8_t { normal, slow };

/// Which answers the body of a write is like. An answer as it was printed can be given as the body (-f): what only the agent writes, those
/// members of the answer that the body does not declare, is left out. `edit` commands make their document of it.
struct Whole {
  std::string_view read = {};                    ///< the endpoint that gives the answer: the object, or a list of such objects
  std::span<const std::string_view> parts = {};  ///< members of the answer whose members stand in the body itself
  std::string_view secret = {};                  ///< member of the body that no answer shows: a mask keeps the one that is stored
  std::string_view stored = {};                  ///< member of the answer that says whether one is stored
  bool merges = false;                           ///< what a body leaves out stays as it is
};

/// What an `edit` command changes.
struct Editing {
  std::string_view write = {};   ///< the endpoint, with a `whole`, that takes the changes
  std::string_view list = {};    ///< a list in the document whose elements are added and removed one by one
  std::string_view add = {};     ///< the endpoint that adds one
  std::string_view remove = {};  ///< the endpoint that removes one
};

/// One endpoint, or (without a method) one local command.
struct Endpoint {
  std::string_view id;  ///< "cron.list", "placet.login": also the command's words, with the name of a system other than the default
  Method method = Method::none;
  std::string_view path = {};  ///< "/api/v1/cron/{id}"
  std::string_view summary;    ///< one line, under 72 characters, no final period
  std::string_view description = {};
  std::string_view notes = {};  ///< more, of the command alone and not of its route: flags, the terminal, files, exit codes
  std::span<const Param> params = {};
  const Shape* body = nullptr;  ///< of the request; its fields are flags
  bool body_optional = false;   ///< an absent body is read as {}
  bool assignments = false;     ///< body fields are given as KEY=VALUE arguments instead of flags
  bool empty_body = false;      ///< a POST without `body` is sent with no body at all instead of {}
  ReplyForm form = ReplyForm::object;
  const Shape* reply = nullptr;      ///< of the object, or of one item
  const Shape* envelope = nullptr;   ///< the whole reply where that is more than `reply`: a list, a map, or what `unwrap` is a member of
  std::string_view items = "items";  ///< list and map: the member that holds them
  std::string_view media = "application/json";
  std::string_view unwrap = {};  ///< member of the reply to show instead of the whole ("server"), when present
  std::span<const Column> columns = {};
  std::string_view key = {};  ///< field that names an item, for `-o name`; of a map: the column that shows the member's name
  unsigned success = 200;
  unsigned success_replaced = 0;      ///< of a write that replaced an existing object; 0: `success`
  std::span<const Code> errors = {};  ///< failures beyond those that every endpoint of the surface has
  Effect effect = Effect::read;
  Surface surface = Surface::management;
  Deadline deadline = Deadline::normal;
  std::uint32_t max_body = 1024 * 1024;  ///< bytes the server accepts
  bool idempotent = false;               ///< a write that may be retried
  bool extension = false;                ///< ours, not in Facio
  bool completed = false;                ///< a client function completes and checks the body
  bool remote = false;                   ///< a local command that talks to the agent
  bool paged = false;                    ///< a list in pages; like `system`, set by the catalogue writer
  Whole whole = {};
  Editing edits = {};
  std::string_view system = {};  ///< name of its system; empty for a command of this program
  std::span<const Example> examples = {};
  std::span<const std::string_view> synonyms = {};  ///< other spellings, words separated by a blank

  [[nodiscard]] constexpr bool is_collection() const { return form == ReplyForm::list || form == ReplyForm::map; }
  /// Whether the id begins with the name of its system; the default one's is left out.
  [[nodiscard]] constexpr bool is_prefixed() const {
    return !system.empty() && id.size() > system.size() && id[system.size()] == '.' && id.starts_with(system);
  }
  /// The id without the name of its system.
  [[nodiscard]] constexpr std::string_view own_id() const { return is_prefixed() ? id.substr(system.size() + 1) : id; }
  /// "cron" of "cron.list", "things" of "third.things.list"; of "placet.login" the system.
  [[nodiscard]] constexpr std::string_view area() const {
    const std::string_view own = own_id();
    const auto dot = own.find('.');
    return dot == std::string_view::npos && own.size() != id.size() ? system : own.substr(0, dot);
  }
  /// Empty for a one-word command of this program.
  [[nodiscard]] constexpr std::string_view verb() const {
    const std::string_view own = own_id();
    const auto dot = own.find('.');
    return dot != std::string_view::npos ? own.substr(dot + 1) : own.size() != id.size() ? own : std::string_view{};
  }
};

}  // namespace facio
