// A system: a product with an HTTP API of its own. One record holds all that the engine knows about it.
#pragma once

#include <functional>

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/result.hpp"

namespace facio {

struct Context;
struct Request;
struct Response;
class Client;
class HttpClient;
class JsonWriter;
struct Finding;
/// Takes a piece of an answer's body as it comes; false ends the reading.
using StreamUse = std::function<bool(std::string_view)>;

/// A system's own name for a kind of failure, where the HTTP status does not tell.
struct ErrorName {
  std::string_view name;
  Code code;
};

/// The layout of a failure's body: dotted paths, separated by blanks, of which the first that leads to a text is used. A path goes into
/// every element of an array, and the texts are joined.
struct ErrorForm {
  std::string_view message = "error.message message detail error";
  std::string_view field = {};  ///< the part of the request that is wrong
  std::string_view name = {};   ///< the kind of failure, one of `names`
  std::span<const ErrorName> names = {};
  const Shape* shape = nullptr;                     ///< of the whole body, for documents
  void (*write_schema)(JsonWriter& out) = nullptr;  ///< the same where a shape cannot express it
};

/// How the pages of a list are asked for.
struct Paging {
  enum class By : std::uint8_t {
    offset,  ///< how many items to leave out
    page,    ///< number of the page, from 1
    token,   ///< from the previous page
  } by = By::offset;
  std::string_view position = "offset";  ///< query parameter for where a page begins
  std::string_view size = "limit";       ///< query parameter for its length; empty: there is none
  std::string_view next = "hasMore";     ///< dotted path in the reply: the token of the next page, else whether there is one
};

/// What commands that check a whole system (doctor, wait, context test) use: ids of endpoints, empty where it has none.
struct Checkup {
  std::string_view health;        ///< succeeds when the system works
  std::string_view health_value;  ///< dotted path of its state in the reply, "ok" when healthy
  std::string_view session;       ///< tells who is logged in
  std::string_view session_user;  ///< dotted path of the name
  std::string_view version;       ///< tells its version
  std::string_view version_value;
  std::string_view login;  ///< the command that gets a token; empty: a file, or `auth login`
  std::string_view token;  ///< succeeds only with a good token, where `health` does without; empty: `health` is that
  std::string_view sign;   ///< "PATH MEMBER VALUE": how such a system is told from others, without a token; empty: it cannot be
};

/// The general part of a system's OpenAPI document.
struct Document {
  std::string_view title, summary, description;
  std::string_view url, url_doc;           ///< an address, and its description
  std::string_view token_name, token_doc;  ///< its authentication
};

/// What the engine knows about one system. Constant data, and functions where data does not suffice.
struct System {
  std::string_view name;   ///< the word before its commands, and the kind of its contexts
  std::string_view title;  ///< one line for help, no final period
  const Catalogue& (*catalogue)() noexcept;

  std::string_view prefix = {};                            ///< what `api` puts before a path that begins with none of `roots`
  std::string_view roots = "/";                            ///< separated by blanks
  std::string_view token_line = "Authorization: Bearer ";  ///< header name, and what precedes the token in its value
  int timeout_ms = 0;                                      ///< default time limit; 0: the endpoint's
  bool names_agent = false;                                ///< its contexts name one of several agents

  ErrorForm errors = {};
  std::string_view envelope = {};  ///< member that holds the declared reply; empty: the reply is the whole body
  Paging paging = {};

  Checkup checkup = {};
  std::string_view name_sources = {};  ///< lines like those of shared_name_sources(), for its own arguments
  std::string_view things = {};        ///< what `wait` can wait for: lines for next_thing()
  Document document = {};
  /// What is wrong with such a system that only a check-up of its own kind finds (doctor); null: nothing.
  Result<std::vector<Finding>> (*findings)(Client& client) = nullptr;

  /// Translates a request of the default system, for a system that is a gateway to such an agent; null: it is not. Code::unsupported when
  /// it does not forward this one, Code::too_large or Code::rejected when it would refuse it: then nothing is sent.
  Result<Request> (*forward)(const Context& context, const Request& request) = nullptr;
  /// The request of one of its own commands as it is sent: where versions of the system take different names, all of them. null: as it was
  /// declared.
  Result<Request> (*adapt)(const Request& request) = nullptr;
  /// Sends such a request, by the route that this version has, and brings the answer into the declared form. null: HttpClient::send does.
  Result<Response> (*converse)(const Request& request, HttpClient& http, const StreamUse& use) = nullptr;
  /// The failure behind an answer, where the system knows more than status and body tell; may send requests to find out.
  std::optional<Error> (*explain)(const Context& context, const Request& sent, const Response& response, HttpClient& http) = nullptr;
};

/// Every system that this program speaks, the default one first. Constant data (commands/systems.cpp).
std::span<const System* const> systems() noexcept;
/// The commands that belong to no system. Constant data (commands/systems.cpp).
const Catalogue& local_commands() noexcept;

inline const System& default_system() noexcept { return *systems().front(); }
/// Whether the commands of the default system work with this one, directly or forwarded.
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
const Catalogue& catalogue_of(const Endpoint& endpoint) noexcept;
/// The endpoint with this id in any catalogue; nullptr when there is none.
const Endpoint* find_endpoint(std::string_view id) noexcept;
/// Those of the default system, this program, and the other systems.
std::vector<const Catalogue*> all_catalogues();
/// The endpoints of all catalogues, each in the order of declaration.
std::vector<const Endpoint*> all_endpoints();
/// The values that a field may have: its declared choices, or the systems for Format::system.
std::vector<std::string_view> choices_of(const Field& field);

/// The OpenAPI 3.1 document of a system, as JSON, with `server_url` as its server.
std::string openapi_json(const System& system, std::string_view version, std::string_view server_url);
/// The catalogue as JSON for programs: all endpoints, or the one given; shapes as JSON Schema 2020-12 under `$defs`; global flags and exit
/// codes.
std::string schema_json(const Endpoint* only);

}  // namespace facio
