// MCP over the older pair of HTTP and server-sent events (revision 2024-11-05): one stream brings everything, and names the address that
// takes everything.
#pragma once

#include <optional>
#include <string>

#include "cli/http/event_stream.hpp"
#include "commands/facio/mcp/server/http_transport.hpp"

namespace facio::serve {

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

}  // namespace facio::serve
