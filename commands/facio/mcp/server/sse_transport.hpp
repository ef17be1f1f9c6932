// MCP over the older pair of HTTP and server-sent events (revision 2024-11-05): one stream brings everything, an address that it names
// takes everything.
#pragma once

#include <optional>
#include <string>
#include <thread>

#include "commands/facio/mcp/server/http_peer.hpp"
#include "commands/facio/mcp/server/transport.hpp"
#include "cli/http/event_stream.hpp"

namespace facio::serve {

class SseTransport final : public McpTransport {
 public:
  SseTransport(const Outbound& outbound, McpAddress address);
  ~SseTransport() override;

  Status open(McpReceiver& receiver, int cancel) override;
  Status ask(const std::string& message, McpWaiting& waiting) override;
  Status tell(const std::string& message, int cancel) override;
  void post(std::string message) override { poster_.post(std::move(message)); }
  void agreed(std::string_view version) override { http_.use_version(version); }
  void close() override;

 private:
  Status send(const std::string& message, int timeout_ms, int cancel);
  Result<bool> take_events();
  void read();

  McpHttp http_;
  McpReceiver* receiver_ = nullptr;
  Cancel closing_;
  std::optional<AnyOf> ends_;  ///< of the stream
  McpPoster poster_;
  std::optional<OutboundStream> stream_;
  EventStreamReader events_;
  std::string endpoint_;  ///< where messages are sent; set before anybody else looks
  std::thread reader_;
};

}  // namespace facio::serve
