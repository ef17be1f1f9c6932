// MCP over streamable HTTP: every message is a request of its own, answers may be streams, and a further stream brings the rest.
#pragma once

#include <atomic>
#include <string>

#include "cli/http/event_stream.hpp"
#include "commands/facio/mcp/server/http_transport.hpp"

namespace facio::serve {

class StreamableTransport final : public HttpTransport {
 public:
  StreamableTransport(const Outbound& outbound, McpAddress address) : HttpTransport(outbound, std::move(address), "a notification") {}
  ~StreamableTransport() override { StreamableTransport::close(); }

  Status open(McpReceiver& receiver, int cancel) override;
  Status request(const std::string& message, McpWaiting& waiting) override;
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
  void lost(const std::string& why);

  std::atomic<bool> initialized_ = false, looks_older_ = false, session_lost_ = false;
};

}  // namespace facio::serve
