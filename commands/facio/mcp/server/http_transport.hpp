// The two HTTP transports of MCP, and what they share: a server on the network, and what every request to it carries.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/http/event_stream.hpp"
#include "cli/http/media.hpp"
#include "commands/facio/mcp/server/oauth/access.hpp"
#include "commands/facio/mcp/server/transport.hpp"
#include "commands/serve/outbound/outbound.hpp"
#include "commands/serve/thread.hpp"
#include "commands/serve/work_pool.hpp"

namespace facio::serve {

/// Where the server is, with the headers that its configuration asks for.
struct McpAddress {
  std::string url;
  std::vector<std::pair<std::string, Secret>> headers = {};
  std::shared_ptr<McpAccess> access = {};  ///< gives the token; none where the headers hold one
};

/// Whether the configuration itself gives a token.
bool has_authorization(const McpAddress& address);
/// Whether the protocol or HTTP itself sets this header, so that no configuration may.
bool is_reserved_header(std::string_view name);

/// Resolves an address that the server gave against the one it was asked at. Code::upstream_failed when it leads to another host.
Result<std::string> resolve_reference(std::string_view base, std::string_view reference);

class HttpTransport : public McpTransport {
 public:
  Status notify(const std::string& message, int cancel) override;
  void post(std::string message) override;
  void set_version(std::string_view version) override;

 protected:
  /// `sent`: what notify() sends, in the words of an error.
  HttpTransport(const Outbound& outbound, McpAddress address, std::string_view sent)
      : outbound_(outbound), address_(std::move(address)), sent_(sent) {}

  struct Ask {
    std::string method = "POST";
    std::string url = {};  ///< empty: the server's
    std::string body = {};
    std::string accept = "application/json, text/event-stream";
    std::string last_event_id = {};
    int timeout_ms = 30'000;
    int cancel = -1;
  };
  /// Sends it with the session's id, the protocol's revision and the token; gives the answer whatever its status. A request that is refused
  /// for its token is repeated, once, if there is another token. Errors as of Outbound::open.
  Result<OutboundStream> send(Ask ask) const;
  /// Posts a message whose answer is only a status.
  Status deliver(const std::string& message, int timeout_ms, int cancel) const;

  static bool is_good(const OutboundStream& answer) { return answer.status() >= 200 && answer.status() < 300; }
  static bool is_event_stream(const OutboundStream& answer) { return http::is_media_type(answer.content_type(), http::kEventStream); }
  /// The error for an unwanted status, with what the body says; reads the body. Code::unauthenticated: a person has to log in.
  Error refused(OutboundStream& answer, std::string_view what) const;

  /// The session that the server has made; visible ASCII only, else Code::upstream_failed. Empty: none.
  Status use_session(std::string_view id);
  [[nodiscard]] std::string session() const;
  [[nodiscard]] const std::string& url() const { return address_.url; }
  /// Ends posting and `reader_`; false when that was done before.
  bool begin_close();

  McpReceiver* receiver_ = nullptr;
  Cancel closing_;
  std::string message_url_;  ///< where messages go, if not to the server's address; set before any is sent
  Thread reader_;            ///< of the stream for what belongs to no request

 private:
  const Outbound& outbound_;
  const McpAddress address_;
  const std::string_view sent_;
  mutable std::mutex mutex_;
  std::string session_, version_;
  WorkPool poster_{1, 1000};
};

/// The older pair of HTTP and server-sent events (revision 2024-11-05): one stream brings everything, and names the address that takes
/// everything.
class SseTransport final : public HttpTransport {
 public:
  SseTransport(const Outbound& outbound, McpAddress address) : HttpTransport(outbound, std::move(address), "a message") {}
  ~SseTransport() override { SseTransport::close(); }

  Status open(McpReceiver& receiver, int cancel) override;
  Status request(const std::string& message, McpWaiting& waiting) override;
  void close() override;

 private:
  Result<bool> take_events();
  void read();

  std::optional<AnyOf> stream_end_;
  std::optional<OutboundStream> stream_;
  EventStreamReader events_;
};

/// Streamable HTTP: every message is a request of its own, answers may be streams, and a further stream brings the rest.
class StreamableTransport final : public HttpTransport {
 public:
  StreamableTransport(const Outbound& outbound, McpAddress address) : HttpTransport(outbound, std::move(address), "a notification") {}
  ~StreamableTransport() override { StreamableTransport::close(); }

  Status open(McpReceiver& receiver, int cancel) override;
  Status request(const std::string& message, McpWaiting& waiting) override;
  [[nodiscard]] bool loses_session(std::int64_t code, std::string_view words) override;
  /// Also opens the stream for what belongs to no request.
  void set_version(std::string_view version) override;
  void close() override;

  /// Whether the server answered the first request as one of the older transport does.
  [[nodiscard]] bool looks_older() const { return looks_older_; }

 private:
  /// What it takes to resume a stream.
  struct Place {
    std::string last_id;
    std::int64_t retry_ms = 1000;
  };
  Result<OutboundStream> open_stream(const Place& place, int cancel) const;
  void read_stream(OutboundStream& stream, Place& place, McpWaiting* waiting);
  Status resume(Place& place, McpWaiting& waiting);
  void listen();
  bool listen_once(Place& place, bool first, int& failures);
  void lost(Error why);

  std::atomic<bool> initialized_ = false, looks_older_ = false, session_lost_ = false;
};

}  // namespace facio::serve
