// A system: a product with an HTTP API of its own. One record says everything that the engine has to know of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/result.hpp"

namespace facio {

struct Context;
struct Request;
struct Response;
class HttpClient;
class JsonWriter;

/// A failure that a system calls by a name of its own, where the status of its answers does not tell it.
struct ErrorName {
  std::string_view name;
  Code code;
};

/// Where the body of a failure has what: dotted paths, separated by blanks; the first that leads to a text counts. A path goes into every
/// element of an array, and the texts are joined.
struct ErrorForm {
  std::string_view message = "error.message message detail error";
  std::string_view field = {};  ///< which part of the request is meant
  std::string_view name = {};   ///< what kind of failure it is, one of `names`
  std::span<const ErrorName> names = {};
  const Shape* shape = nullptr;                     ///< of the whole body, for documents
  void (*write_schema)(JsonWriter& out) = nullptr;  ///< the same where a shape cannot say it
};

/// How the pages of a list are asked for.
struct Paging {
  enum class By : std::uint8_t {
    offset,  ///< so many items are left out
    page,    ///< the number of the page, from 1
    token,   ///< what the page before said
  } by = By::offset;
  std::string_view position = "offset";  ///< query parameter that says where a page begins
  std::string_view size = "limit";       ///< query parameter that says how long it is; empty: there is none
  std::string_view next = "hasMore";     ///< dotted path in the answer: the token of the next page, else whether there is one
};

/// What commands that look at the whole of a system (doctor, wait, context test) ask: ids of endpoints, empty where it has none.
struct Checkup {
  std::string_view health;        ///< answers when the system works
  std::string_view health_value;  ///< dotted path of its state in the answer, "ok" when it is well
  std::string_view session;       ///< who is logged in
  std::string_view session_user;  ///< dotted path of the name
  std::string_view version;       ///< which version it is
  std::string_view version_value;
  std::string_view login;  ///< the command that gets a token; empty: a file, or `auth login`
};

/// What the OpenAPI document of a system says about the whole.
struct Document {
  std::string_view title, summary, description;
  std::string_view url, url_doc;           ///< an address, and what is there
  std::string_view token_name, token_doc;  ///< its authentication
};

/// What the engine knows of one system. Constant data, and functions where data cannot say it.
struct System {
  std::string_view name;   ///< the word before its commands, and the kind of its contexts
  std::string_view title;  ///< one line for help, no final period
  const Catalogue& (*catalogue)() noexcept;

  std::string_view prefix = {};                            ///< what `api` puts before a path that begins with none of `roots`
  std::string_view roots = "/";                            ///< separated by blanks
  std::string_view token_line = "Authorization: Bearer ";  ///< header with what stands before the token
  int timeout_ms = 0;                                      ///< longest wait when nobody said otherwise; 0: the endpoint's
  bool names_agent = false;                                ///< its contexts say which of several agents is meant

  ErrorForm errors = {};
  std::string_view envelope = {};  ///< member that holds what an endpoint declares as its reply; empty: it is the whole answer
  Paging paging = {};

  Checkup checkup = {};
  std::string_view name_sources = {};  ///< lines as those of shared_name_sources(), for its own arguments
  std::string_view things = {};        ///< what `wait` can wait for: lines for next_thing()
  std::string_view environment = {};   ///< lines "NAME meaning": variables that its commands read
  Document document = {};

  /// The request of the default system as this one takes it, where it stands before such an agent; null: it does not. Code::unsupported
  /// when it does not pass this on, Code::too_large or Code::rejected when it would refuse it: nothing is sent then.
  Result<Request> (*forward)(const Context& context, const Request& request) = nullptr;
  /// The failure that an answer stands for, when the system knows it better than status and body tell; may ask it.
  std::optional<Error> (*explain)(const Context& context, const Request& sent, const Response& response, HttpClient& http) = nullptr;
};

/// Every system that this program speaks; the first is the default, whose name may be left out. Constant data (commands/systems.cpp).
std::span<const System* const> systems() noexcept;
/// The commands that belong to no system. Constant data (commands/systems.cpp).
const Catalogue& local_commands() noexcept;

inline const System& default_system() noexcept { return *systems().front(); }
/// Whether the words of the default system can be used, directly or through this one.
inline bool speaks_as_agent(const System& system) noexcept { return &system == &default_system() || system.forward != nullptr; }
/// The systems whose words a context of `here` (null: of the default system) takes without a prefix, its own first.
std::vector<const System*> systems_at(const System* here);
/// nullptr when there is none of this name.
const System* find_system(std::string_view name) noexcept;
/// The first system whose contexts name an agent; empty when there is none.
std::string_view kind_with_agents() noexcept;
/// "facio", "facio or placet", "facio, placet or third"
std::string system_names();
/// The system of an endpoint; nullptr for a command of this program.
inline const System* system_of(const Endpoint& endpoint) noexcept { return find_system(endpoint.system); }
/// The catalogue that an endpoint is in.
const Catalogue& catalogue_of(const Endpoint& endpoint) noexcept;
/// The endpoint with this id in any catalogue; nullptr when there is none.
const Endpoint* find_endpoint(std::string_view id) noexcept;
/// Every catalogue: that of the default system, the commands of this program, those of the other systems.
std::vector<const Catalogue*> all_catalogues();
/// All that they hold, in order of declaration.
std::vector<const Endpoint*> all_endpoints();
/// What a value may be: the choices that the field declares, or the systems for Format::system.
std::vector<std::string_view> choices_of(const Field& field);

/// OpenAPI 3.1 document of all endpoints of a system, as JSON. `server_url` fills `servers`.
std::string openapi_json(const System& system, std::string_view version, std::string_view server_url);
/// The catalogue as JSON for programs: all endpoints, or one when it is not null; shapes as JSON Schema 2020-12 under `$defs`; global
/// flags and exit codes.
std::string schema_json(const Endpoint* only);

}  // namespace facio
