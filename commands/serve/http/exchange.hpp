// The border between the bytes of a connection and the application: one exchange for each request, no library types.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/core/error.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/serve/http/body_stream.hpp"

namespace facio::serve {

/// A request without its body. Only headers that are read somewhere are kept.
struct RequestHead {
  std::string method;
  std::string target;
  std::string host;
  std::string authorization;
  std::string origin;
  std::string fetch_site;  ///< Sec-Fetch-Site: where the page is that made a browser send this
  std::string request_id;
  std::string preflight_method;  ///< Access-Control-Request-Method
  std::string forwarded_for;
  std::string content_type;
  std::string accept;
  std::vector<std::pair<std::string_view, std::string>> kept;  ///< those that the application asks for, by its names
  bool has_host = false;
  bool expects_continue = false;
  bool malformed = false;  ///< a header twice that may be there once, or a transfer coding that is unknown or too new

  RequestHead() = default;
  RequestHead(const RequestHead&) = delete;
  RequestHead& operator=(const RequestHead&) = delete;
  ~RequestHead() { clear(); }

  /// The value of a header in `kept`; empty if absent.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const auto& [kept_name, value] : kept)
      if (kept_name == name) return value;
    return {};
  }
  /// For the next request; keeps the memory, but wipes the token in it.
  void clear() {
    explicit_bzero(authorization.data(), authorization.size());
    for (std::string* text : {&method, &target, &host, &authorization, &origin, &fetch_site, &request_id, &preflight_method, &forwarded_for,
                              &content_type, &accept})
      text->clear();
    for (auto& [name, value] : kept) explicit_bzero(value.data(), value.size());
    kept.clear();
    has_host = expects_continue = malformed = false;
  }
};

/// A response. The session adds status line, Date, lengths and connection headers.
struct Answer {
  unsigned status = 200;
  std::string body;
  std::string_view media = "application/json";
  std::string headers;  ///< further header lines, each with its line end
  std::string_view cache = "no-store";
  std::shared_ptr<BodyStream> stream = {};  ///< set: the body comes from here, and `body` is not sent
};

/// One request being answered. Destroyed after its answer was taken.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// The answer does not depend on the body, which need not be read.
  [[nodiscard]] virtual bool decided() const = 0;
  /// The largest body allowed, in bytes.
  [[nodiscard]] virtual std::uint64_t body_limit() const = 0;
  /// Calls `done` once, before it returns or later from any thread. The exchange lives until then.
  virtual void run(std::string body, UniqueFunction<void(Answer)> done) = 0;
  /// The answer to a request that could not be read completely.
  virtual Answer refuse(Error error) = 0;
  /// The client has gone away while run() has not answered. True: nobody needs the answer, and the connection may be closed at once; `done`
  /// is still called. Called once, from the thread of run().
  virtual bool abandoned() { return false; }
};

/// Everything behind HTTP.
class Application {
 public:
  virtual ~Application() = default;
  /// Headers to be kept beyond those with a member of their own in RequestHead.
  [[nodiscard]] virtual std::span<const std::string_view> kept_headers() const { return {}; }
  /// Called when the header is complete. `head` outlives the exchange; `peer` is the client's address.
  virtual std::unique_ptr<Exchange> begin(const RequestHead& head, std::string_view peer) = 0;
  /// The answer to bytes that are not a request.
  virtual Answer refuse(Error error, unsigned status) = 0;
};

}  // namespace facio::serve
