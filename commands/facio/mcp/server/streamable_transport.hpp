// MCP over streamable HTTP: every message is a request of its own, answers may be streams, and a further stream brings the rest.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "commands/facio/mcp/server/http_peer.hpp"
#include "commands/facio/mcp/server/transport.hpp"
#include "cli/http/event_stream.hpp"

namespace facio::serve {

class StreamableTransport final : public McpTransport {
 public:
  StreamableTransport(const Outbound& outbound, McpAddress address);
  ~StreamableTransport() override;

  Status open(McpReceiver& receiver, int cancel) override;
  Status ask(const std::string& message, McpWaiting& waiting) override;
  Status tell(const std::string& message, int cancel) override;
  void post(std::string message) override { poster_.post(std::move(message)); }
  /// Opens the stream for what belongs to no request.
  void agreed(std::string_view version) override;
  void close() override;

  /// Whether the server answered the first request as one of the older transport does.
  [[nodiscard]] bool looks_older() const { return looks_older_; }

 private:
  /// What a stream needs to be gone on with.
  struct Place {
    std::string last_id;
    std::int64_t retry_ms = 1000;
  };
  void follow(OutboundStream& stream, Place& place, McpWaiting* waiting);
  Status resume(Place& place, McpWaiting& waiting);
  void listen();
  bool listen_once(Place& place, bool first, int& failures);
  void lost(const std::string& why);

  McpHttp http_;
  McpReceiver* receiver_ = nullptr;
  Cancel closing_;
  McpPoster poster_;
  std::thread listener_;
  std::atomic<bool> initialized_ = false, looks_older_ = false, gone_ = false;
};

}  // namespace facio::serve
