// The HTTP client: one connection, deadlines, retries, TLS, unix sockets. One thread, asynchronous inside.
#pragma once

#include <memory>
#include <string>

#include "cli/catalogue/system.hpp"
#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/streams.hpp"
#include "cli/http/request.hpp"

namespace facio {

class LiveAnswer;

/// Where requests go.
struct Target {
  std::string url;  ///< "http://127.0.0.1:8900", "https://host/prefix", "unix:/path"; a path prefix is kept
  Secret token;     ///< empty: none is sent
  std::string_view token_header = "Authorization: Bearer ";  ///< what goes before the token
  std::string ca_file;                                       ///< PEM bundle for https; empty: the system's hashed directory
  std::string name;                                          ///< of the context, for messages; may be empty
  int connect_timeout_ms = 5000;
};

/// What to tell while talking.
struct Trace {
  Output* err = nullptr;  ///< null: say nothing
  int level = 0;          ///< 1: a line for each request; 2: headers; 3: bodies; secrets are masked always
  bool timing = false;    ///< a line for each request: where its time went
};

class HttpClient {
 public:
  HttpClient(Target target, Trace trace);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;

  /// Sends and reads the whole answer, whatever its status. Keeps the connection for the next call. Repeats idempotent requests
  /// after a lost connection, 429, and 503 with Retry-After (at most 2 times, jittered, honouring Retry-After up to 5 s); a refused
  /// connection and a 503 without Retry-After (the area is absent) are told at once.
  /// Code::unreachable, Code::timeout (also: outcome unknown), Code::server for an answer that is no HTTP or over 64 MiB.
  /// Never follows a redirect.
  Result<Response> send(const Request& request);
  /// Sends once, over a connection of its own, and gives the answer as it comes, whatever its status.
  Result<LiveAnswer> open(const Request& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The answer as a failure when its status says so: code by status, or by the system's own name for it; message as the form says, a short
/// raw body, or the reason; with the next command to try.
Status check_status(const ErrorForm& form, const Request& request, const Response& response);

/// In which words a request can be shown: a curl command for sh or fish, a PowerShell 7 command, an HTTPie command for bash and zsh, a
/// Python 3 program.
enum class CurlForm : std::uint8_t { sh, fish, powershell, httpie, python };

/// A command or program that does the same as the request and prints the answer's body as it came. The token comes from the variable
/// FACIOCTL_TOKEN and is never in the arguments of a program. A body that holds secrets is not in the text: it is read from standard
/// input. Code::usage when the form cannot say it. No line feed at the end.
Result<std::string> curl_form(CurlForm form, const Target& target, const Request& request);
/// What a person has to know to use it, with secrets as "***"; empty when it works as it is.
std::string curl_note(const Target& target, const Request& request);
/// The request as text for --dry-run: method, URL, headers (token masked), body with secrets masked.
std::string describe_request(const Target& target, const Request& request);

}  // namespace facio
