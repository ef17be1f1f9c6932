// A parsed command line: which command, its values, and the options that every command has.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/endpoint.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/core/json.hpp"
#include "cli/http/client.hpp"
#include "cli/output/render.hpp"

namespace facio {

struct Tokens;

/// --progress: `automatic` is a line on the terminal that is erased again, or with ACCESSIBLE=1 the same as `plain`.
enum class ProgressMode : std::uint8_t { automatic, plain, none };

/// Options that every command has.
struct GlobalOptions {
  TargetChoice target;
  std::string config;  ///< --config
  OutputOptions output;
  bool output_given = false;  ///< -o or FACIOCTL_OUTPUT
  int timeout_ms = 0;         ///< --timeout; 0: the endpoint's
  int verbose = 0;            ///< -v, -vv, -vvv
  bool quiet = false;
  bool dry_run = false;
  bool dry_run_check = false;  ///< --dry-run=check
  bool curl = false;
  CurlForm curl_form = CurlForm::sh;
  bool timing = false;
  bool all_pages = false;  ///< --all
  int watch_ms = 0;        ///< --watch; 0: once
  bool pager = true;
  bool no_proxy = false;  ///< no proxy that the environment names
  ProgressMode progress = ProgressMode::automatic;
  bool yes = false;
  std::string yes_name;  ///< --yes=NAME
  bool fail_empty = false;
  bool fields_help = false;  ///< --fields help or --columns help

  /// Whether requests are printed instead of sent.
  [[nodiscard]] bool only_shows() const { return dry_run || curl; }
};

/// Reads the global flags, FACIOCTL_OUTPUT and FACIOCTL_TIMEOUT. Code::usage for a value that they do not take.
/// `own_output`: the command has formats of --output that are its own.
Result<GlobalOptions> read_globals(const Tokens& tokens, Streams& streams, const Environment& environment, std::int64_t now,
                                   bool own_output = false);

/// One command with its values; nothing has been sent yet.
struct Invocation {
  const Endpoint* endpoint = nullptr;
  GlobalOptions global;
  std::map<std::string, std::vector<std::string>, std::less<>> values;  ///< parameters of every place, by declared name
  JsonDocument body;  ///< built from file and flags, checked against the shape; null when the command has no body
  bool has_body = false;
  std::vector<JsonDocument> further;    ///< of a file with several documents: the bodies after the first, each of a request of its own
  std::vector<std::string> body_names;  ///< of a file with a map from names to bodies: the path's parameter of `body` and each further one
  std::optional<std::vector<JsonDocument>> each;  ///< a list of the file whose elements are added and removed one by one (Editing::list)
  std::vector<std::string> secrets;               ///< values that came from secret sources
  std::vector<std::string> doubts;                ///< what only the agent can judge, one sentence each; reported already

  /// First value of a parameter, "" when it was not given.
  [[nodiscard]] std::string_view value(std::string_view name) const {
    const auto found = values.find(name);
    return found == values.end() || found->second.empty() ? std::string_view{} : std::string_view(found->second.front());
  }
  [[nodiscard]] bool given(std::string_view name) const { return values.find(name) != values.end(); }
  /// Whether a switch was given, but not as --name=false.
  [[nodiscard]] bool is_set(std::string_view name) const { return given(name) && value(name) != "false"; }
  /// All values of a parameter; none when it was not given.
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const {
    const auto found = values.find(name);
    return found == values.end() ? std::vector<std::string>() : found->second;
  }
};

/// The same command without --dry-run and --curl, for the requests that only read.
Invocation for_reading(const Invocation& invocation);

/// The request that a command means: path and query encoded, body as compact JSON. Code::usage for a value that no path can carry.
Result<Request> build_request(const Invocation& invocation);

}  // namespace facio
