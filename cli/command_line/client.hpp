// What a command gets to do its work, and the table of commands that are more than send-and-print.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/invocation.hpp"
#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"
#include "cli/http/client.hpp"
#include "cli/http/request.hpp"

namespace facio {

/// The client side of one run of the program. Target and connection are made on first use.
class Client {
 public:
  Client(const Invocation& invocation, Streams& streams, const Environment& environment);
  ~Client();

  Streams& streams();
  const Environment& environment();
  const Invocation& invocation();

  /// What choosing the context with its token, and what requests have taken so far, in milliseconds.
  [[nodiscard]] std::pair<double, double> spent_ms() const;
  /// The chosen context with its token.
  Result<const ResolvedTarget*> target();
  /// Uses this token, or none when it is empty, instead of the context's, which is not read then; `header` is what goes before it.
  void identify_by(Secret token, std::string_view header);
  /// The request as it goes over the wire: what the system of the context makes of it.
  Result<Request> as_sent(const Request& request);
  /// Where it goes, with the token; target() must have succeeded.
  Target http_target();
  /// The system that requests go to; that of the context after target(), before it the default.
  const System& system();
  /// The request that the invocation's declaration and values give.
  Result<Request> request();
  /// The request to another endpoint of the catalogue, as the command `id` would make it: parameters by declared name, `body` as JSON
  /// text ("": none). For commands that ask for more than one thing.
  Result<Request> request_to(std::string_view id, std::map<std::string, std::string, std::less<>> values = {}, std::string_view body = {});
  /// Sends request_to() and reads the reply.
  Result<JsonDocument> ask(std::string_view id, std::map<std::string, std::string, std::less<>> values = {}, std::string_view body = {});
  /// Sends, and turns an error status into a failure with the next command to try (a 404 of a missing route becomes Code::unsupported).
  Result<Response> send(const Request& request);
  /// Sends, and gives the answer whatever its status says.
  Result<Response> exchange(const Request& request);
  /// Sends over a connection of its own, and gives the answer as it comes, whatever its status says.
  Result<LiveAnswer> open(const Request& request);
  /// Asks for a destructive command unless --yes; Code::usage off a terminal, Code::cancelled when declined.
  Status confirm(std::string_view what);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Sends the client's command and prints the reply: what every command without a function of its own does. Confirms first; --dry-run and
/// --curl print the request instead.
Result<int> send_and_print(Client& client);
/// The same for a request that the caller made.
Result<int> send_and_print(Client& client, const Request& request);
inline Result<int> send_and_print(Client& client, const Result<Request>& request) {
  if (!request) return fail(request.error());
  return send_and_print(client, *request);
}
/// The middle alone, for a request that the caller made: --dry-run, --curl, or send. Nothing when only printed.
Result<std::optional<Response>> show_or_send(Client& client, const Request& request);
/// The same for the command's own request.
Result<std::optional<Response>> show_or_send(Client& client);
/// The same with the reply given to `use`; 0 when the request was only printed.
Result<int> with_reply(Client& client, const Result<Request>& request, const std::function<Result<int>(const Response&)>& use);
/// The same with the reply as JSON.
Result<int> with_json(Client& client, const Result<Request>& request, const std::function<Result<int>(JsonDocument&)>& use);
/// What --dry-run and --curl do for a command that sends several requests: print this one, the first.
Result<int> only_show(Client& client, std::string_view id, std::map<std::string, std::string, std::less<>> values = {});
/// The last part alone: prints a reply of the command as the user, or the context, wants it. With --fail-empty an empty list is a failure.
Result<int> print_reply(Client& client, const Response& response);
/// The same for the body of another endpoint's reply.
Result<int> print_reply(Client& client, const Endpoint& endpoint, std::string_view body);
/// How replies are printed: what the user said, else what the context says.
OutputOptions output_of(Client& client);
/// The body of a reply as JSON; Code::server when it is none.
Result<JsonDocument> json_of(const Response& response);

/// Writes a sentence about the command itself to standard error, unless --quiet.
Status note(Client& client, const std::string& sentence);

/// Does a whole command; returns the exit code or a failure that main prints.
using ClientFunction = Result<int> (*)(Client&);

struct ClientEntry {
  std::string_view id;
  ClientFunction function;
};
/// Every client function, by endpoint id; `serve` is bound by main. Constant data (commands/client_table.cpp).
std::span<const ClientEntry> client_table();

/// Runs the program: arguments without the program's name. `own` are the commands with a function of their own, by id.
int run(std::span<const std::string_view> arguments, Streams& streams, const Environment& environment, std::span<const ClientEntry> own);

}  // namespace facio
