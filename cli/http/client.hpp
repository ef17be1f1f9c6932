// The HTTP client: one connection, deadlines, retries, TLS, unix sockets. Not thread-safe.
#pragma once

#include "cli/catalogue/system.hpp"
#include "cli/core/streams.hpp"
#include "cli/http/exchange.hpp"
#include "cli/http/proxy.hpp"

namespace facio {

/// Where requests go.
struct Target {
  std::string url;  ///< "http://127.0.0.1:8900", "https://host/prefix", "unix:/path"; a path prefix is kept
  Secret token;     ///< empty: none is sent
  std::string_view token_header = "Authorization: Bearer ";  ///< what precedes the token
  http::TlsFiles tls;                                        ///< for https
  std::string name;                                          ///< of the context, for messages; may be empty
  int connect_timeout_ms = 5000;
  const Environment* proxies = nullptr;  ///< variables that name proxies on the way; null: there is none
};

/// What to report about requests on the way.
struct Trace {
  Output* err = nullptr;  ///< null: nothing
  int level = 0;          ///< 1: a line for each request; 2: headers; 3: bodies; secrets are always masked
  bool timing = false;    ///< a line for each request with where its time went
};

/// An answer whose body is read as it arrives, such as server-sent events.
class LiveAnswer {
 public:
  LiveAnswer(http::Connection connection, http::AnswerBody body) : connection_(std::move(connection)), body_(std::move(body)) {}

  [[nodiscard]] unsigned status() const { return body_.head().response.status; }
  [[nodiscard]] const std::string& content_type() const { return body_.head().response.content_type; }
  [[nodiscard]] std::string_view header(std::string_view name) const { return http::find_header(body_.head().headers, name); }
  /// For a protocol that follows the answer (status 101): its connection, and what has arrived of it already, once.
  http::Connection& connection() { return connection_; }
  std::string take_rest() { return body_.take_rest(); }

  struct Piece {
    enum class State : std::uint8_t {
      bytes,
      nothing,  ///< none arrived in time; more may follow
      ended,    ///< the body is complete
      broken,   ///< the connection is lost; `text` says why
    };
    State state;
    std::string text;
  };
  /// The next piece of the body; waits at most `wait_ms`.
  Piece read(int wait_ms);

 private:
  http::Connection connection_;
  http::AnswerBody body_;
};

class HttpClient {
 public:
  HttpClient(Target target, Trace trace) : target_(std::move(target)), trace_(trace) {}

  /// Sends a request and reads the whole answer, whatever its status; never follows a redirect. The connection is kept for the next call.
  /// Idempotent requests are retried after a lost connection, 429, and 503 with Retry-After (at most twice, with jitter, for a Retry-After
  /// of up to 5 s), but not after a refused connection, or a 503 without Retry-After: that service is absent.
  /// Code::unreachable, Code::timeout (the outcome may be unknown), Code::server for an answer that is not HTTP or over 64 MiB.
  /// With `use`, a successful answer of server-sent events is passed on piece by piece as it comes, for as long as it comes and `use`
  /// returns true; the response is then without a body.
  Result<Response> send(const Request& request, const StreamUse& use = {});
  /// Sends a request once, over a connection of its own, and returns the answer as soon as its head is there, whatever its status.
  Result<LiveAnswer> open(const Request& request);

 private:
  Result<std::string> prepare(const Request& request);
  Status choose_way();
  http::Outcome<http::Connection> connect(http::Instant deadline) const;
  http::Outcome<http::Answer> exchange(const Request& request, const std::string& head, http::Instant deadline, const StreamUse& use);
  http::Outcome<http::Answer> exchange_once(const Request& request, const std::string& head, http::Instant deadline, const StreamUse& use);
  [[nodiscard]] Error error_of(const Request& request, const http::Failure& failure) const;
  [[nodiscard]] bool logs(int level) const;
  void log(int level, const std::string& line) const;
  void log_timing(const Request& request, http::Instant start, const http::Moments& moments) const;
  void log_answer(const Request& request, const http::Answer& answer, http::Instant start) const;

  Target target_;
  Trace trace_;
  std::optional<http::Address> address_;
  std::optional<http::Proxy> proxy_;
  std::optional<http::Connection> connection_;
};

/// Fails when the answer's status is a failure: with the code of the status, or of the system's own name for it; the message from where the
/// form says, a short raw body or a general reason; and the next command to try.
Status check_status(const ErrorForm& form, const Request& request, const Response& response);

/// How to show a request: as a curl command for sh or fish, a PowerShell 7 or HTTPie (bash and zsh) command, or a Python 3 program.
enum class CurlForm : std::uint8_t { sh, fish, powershell, httpie, python };

/// A command or program that sends the same request and prints the answer's body unchanged. It takes the token from FACIOCTL_TOKEN and
/// passes it in no program's arguments; a body with secrets it reads from standard input. Code::usage when the form cannot express the
/// request. No line feed at the end.
Result<std::string> curl_form(CurlForm form, const Target& target, const Request& request);
/// What a person has to know to use it, with secrets as "***"; empty when there is nothing.
std::string curl_note(const Target& target, const Request& request);
/// The request as text for --dry-run: method, URL, headers and body, with token and secrets masked.
std::string describe_request(const Target& target, const Request& request);

}  // namespace facio
