// What a command gets to do its work, and the table of commands that are more than send-and-print.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/invocation.hpp"
#include "cli/core/streams.hpp"
#include "cli/http/client.hpp"
#include "cli/http/request.hpp"

namespace facio {

/// The client side of one run of the program. Target and connection are made on first use.
class Client {
 public:
  using Values = std::map<std::string, std::string, std::less<>>;

  Client(const Invocation& invocation, Streams& streams, const Environment& environment)
      : invocation_(invocation), streams_(streams), environment_(environment) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Streams& streams() { return streams_; }
  const Environment& environment() { return environment_; }
  const Invocation& invocation() { return invocation_; }

  /// Path of the configuration file.
  [[nodiscard]] std::string config_path() const { return facio::config_path(environment_, invocation_.global.config); }
  /// The configuration, without a word about its warnings.
  [[nodiscard]] Result<Config> config() const { return load_config(config_path(), environment_); }

  /// Milliseconds spent so far: choosing the context with its token, and on requests.
  [[nodiscard]] std::pair<double, double> spent_ms() const { return {target_ms_, requests_ms_}; }
  /// The chosen context with its token.
  Result<const ResolvedTarget*> target();
  /// Uses this token, or none when it is empty, instead of the context's, which is then not read; `header` is what precedes it.
  void identify_by(Secret token, std::string_view header);
  /// The request as it goes over the wire: what the system of the context makes of it.
  Result<Request> as_sent(const Request& request);
  /// Where requests go, with the token; target() must have succeeded.
  [[nodiscard]] Target http_target() const;
  /// The system that requests go to: that of the context after target(), before it the default.
  const System& system() { return *system_; }
  /// The request that the invocation's declaration and values give.
  Result<Request> request();
  /// The request to another endpoint of the catalogue, as the command `id` would make it: parameters by declared name, `body` as JSON
  /// text ("": none). For commands that ask for more than one thing.
  Result<Request> request_to(std::string_view id, Values values = {}, std::string_view body = {});
  /// Sends request_to() and reads the reply.
  Result<JsonDocument> ask(std::string_view id, Values values = {}, std::string_view body = {});
  /// Sends, and turns an error status into a failure with the next command to try (a 404 of a missing route becomes Code::unsupported).
  /// When nothing has the id in a request `by_name` (the command's own ones are), that is taken for a name or the beginning of an id: its
  /// list is read, and the request sent for the one thing that it fits. Code::usage when it fits several.
  /// With `use`, a stream of events is passed on as it comes (HttpClient::send).
  Result<Response> send(const Request& request, const StreamUse& use = {});
  /// Sends, and returns the answer whatever its status.
  Result<Response> exchange(const Request& request);
  /// Sends over a connection of its own, and returns the answer as a stream, whatever its status.
  Result<LiveAnswer> open(const Request& request);
  /// Whether a request that changes something was accepted.
  [[nodiscard]] bool has_changed() const { return has_changed_; }
  /// Another client of the same command made such a request.
  void note_change() { has_changed_ = true; }
  /// Asks before a destructive command, as ask() below.
  Status confirm(std::string_view what);

  /// For a command that shows by itself what goes on.
  void tell_no_waiting() { is_waiting_ = true; }
  /// What ends the waiting for an answer, where that is not simply Ctrl-C; told when it takes long.
  void waiting_ends_by(std::string ending) { ending_ = std::move(ending); }

 private:
  friend class Waiting;
  /// Whether something is sent after all: what --dry-run=check reads.
  [[nodiscard]] bool sends() const { return !invocation_.global.only_shows() || invocation_.global.dry_run_check; }
  Status look_for_target();
  [[nodiscard]] Status check_output_of_context();
  void remember_change(const Request& request, const Response& response);
  Status choose_system(const ResolvedTarget& target);
  Result<bool> refresh_token();
  [[nodiscard]] Result<Request> forwarded(const Request& request) const;
  HttpClient& connection();
  /// Sends over the command's connection; a system's own request as that system wants it (System::converse).
  Result<Response> converse(const Request& request, const StreamUse& use = {});
  Result<Response> send_with_progress(const Request& request, const StreamUse& use);
  bool route_missing(const Request& request);
  bool nothing_above(const Request& request);
  Result<Response> read_all_pages();
  struct Meant {
    std::optional<Request> request = {};  ///< nothing: no such thing, or not looked for
    std::string_view listed = {};         ///< path of the list that the agent gave
  };
  Result<Meant> meant_request(const Request& request);

  const Invocation& invocation_;
  Streams& streams_;
  const Environment& environment_;
  std::optional<ResolvedTarget> target_;
  std::optional<Error> no_target_;  ///< why there is none
  std::optional<HttpClient> http_;
  bool paging_ = false;                       ///< --all is reading one page after the other
  double target_ms_ = 0, requests_ms_ = 0;    ///< for --timing
  bool has_changed_ = false;                  ///< has_changed()
  bool is_waiting_ = false;                   ///< what is waited for is being told already (Waiting)
  std::string ending_ = {};                   ///< of waiting_ends_by()
  bool token_refreshed_ = false;              ///< the token helper was asked again after a 401
  const System* system_ = &default_system();  ///< of the context
  std::optional<Secret> other_token_;         ///< of identify_by()
  std::string_view token_header_ = {};        ///< of identify_by(); empty: the system's
};

/// Code::usage, naming all of them, for a word of --output that is neither one of the command's own, "text" or "short, long", nor a format
/// as everywhere.
Status check_own_output(const Invocation& invocation, std::string_view own);

/// Asks "`what`?" on the terminal unless --yes was given; for a protected context its name must be typed, or given by --yes=NAME.
/// Code::usage without a terminal, Code::forbidden when a protected context was not named, Code::cancelled when declined.
Status ask(std::string_view what, const Context& context, const GlobalOptions& options, Streams& streams);

/// Sends the client's command and prints the reply: what every command without a function of its own does. Confirms first; --dry-run and
/// --curl print the request instead.
Result<int> send_and_print(Client& client);
/// The same for a request made by the caller.
Result<int> send_and_print(Client& client, const Request& request);
inline Result<int> send_and_print(Client& client, const Result<Request>& request) {
  if (!request) return fail(request.error());
  return send_and_print(client, *request);
}
/// Only the middle, for a request made by the caller: --dry-run, --curl, or send. Nothing when the request was only printed.
Result<std::optional<Response>> show_or_send(Client& client, const Request& request, const StreamUse& use = {});
/// The same for the command's own request.
Result<std::optional<Response>> show_or_send(Client& client);
/// The same with the reply given to `use`; 0 when the request was only printed.
Result<int> with_reply(Client& client, const Result<Request>& request, const std::function<Result<int>(const Response&)>& use);
/// The same with the reply as JSON.
Result<int> with_json(Client& client, const Result<Request>& request, const std::function<Result<int>(JsonDocument&)>& use);
/// What --dry-run and --curl do for a command that sends several requests: print this one, the first.
Result<int> only_show(Client& client, std::string_view id, std::map<std::string, std::string, std::less<>> values = {});
/// Only the last part: prints a reply of the command as the user, or the context, wants it. With --fail-empty an empty list is a failure.
Result<int> print_reply(Client& client, const Response& response);
/// The same for the body of another endpoint's reply.
Result<int> print_reply(Client& client, const Endpoint& endpoint, std::string_view body);
/// Prints an answer of this form, as render() does. After a change that was accepted only output that cannot be written is a failure; what
/// is wrong with the way of printing is a warning.
Status print_as(Client& client, const Endpoint& endpoint, std::string_view body, const OutputOptions& output, std::size_t* count = nullptr);
/// The same for JSON without a declaration.
Status print_json(Client& client, std::string_view body, const OutputOptions& output);
/// Prints JSON that a command made itself, as the user wants it. `if_empty`: the failure of --fail-empty; "" where nothing can be empty.
Status print_own(Client& client, std::string_view json, std::string_view if_empty = {});
/// The exit code of a command whose last step was this.
Result<int> exit_code(Status status, int code = 0);
/// How printing an answer went; of one to a change, what is wrong with it becomes a warning.
Status after_change(Client& client, Status printed);
/// How replies are printed: by flags, else by the context.
OutputOptions output_of(Client& client);
/// Whether there is nothing to print: a change without an answer, or a status that says so.
bool has_no_content(const Response& response);
/// The body of a reply as JSON; of a change that was answered by nothing or by other text, {}. Code::server when it is not JSON.
Result<JsonDocument> json_of(const Response& response);

/// Writes a sentence about the command itself to standard error, unless --quiet.
Status note(Client& client, const std::string& sentence);
/// The same for warnings; a failure to write them is ignored.
void warn(Client& client, const std::vector<std::string>& warnings);

/// Runs a whole command; returns the exit code, or a failure that main prints.
using ClientFunction = Result<int> (*)(Client&);

/// Finds the function of a command by its endpoint's id; null for a command without one.
using FindFunction = ClientFunction (*)(std::string_view id);
/// The functions of all areas (commands/client_table.cpp); `serve` is bound by main.
ClientFunction client_function(std::string_view id);

/// --watch: runs a reading command every `watch_ms` and shows what changed. On a terminal the table is drawn in place (with ACCESSIBLE=1 it
/// is printed again); elsewhere, and as -o json or ndjson, each change is a line {"op":"added|changed|removed","key",…,"before","after"};
/// other formats are printed again when they changed. An agent that stops answering is reported and asked again a few times. Ends by its
/// failure, or by a signal.
Result<int> watch(Invocation& invocation, Streams& streams, const Environment& environment, ClientFunction function);

/// Runs the program: arguments without the program's name. `own` finds the functions of commands that have one.
int run(std::span<const std::string_view> arguments, Streams& streams, const Environment& environment, FindFunction own);

}  // namespace facio
