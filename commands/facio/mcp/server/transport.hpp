// How messages get to an MCP server and back.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "commands/facio/mcp/server/waiting.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::serve {

constexpr std::size_t kLongestMessage = std::size_t{16} * 1024 * 1024;
constexpr int kUntilEnded = 24 * 3600 * 1000;  ///< milliseconds, for waits that something else ends
constexpr int kNotifyMs = 10'000;
constexpr std::string_view kCutMark = "…";  ///< where a line of a program's last errors was cut

/// Receives what arrives. Called from threads of the transport and of its users; must not block.
class McpReceiver {
 public:
  virtual ~McpReceiver() = default;
  /// One message, or several in an array. `asked`: the request that it came in answer to, where the transport knows.
  virtual void received(std::string_view text, const McpWaiting* asked) = 0;
  /// Nothing more will arrive. Code::not_found: the server has ended the session, as the protocol lets it.
  virtual void ended(Error why) = 0;
};

/// Runs the loop of a thread that reads; if it throws, nothing more will arrive.
template <class Loop>
void read_contained(McpReceiver& receiver, Loop loop) {
  if (!contained("a connection to an MCP server", loop)) receiver.ended(Error(Code::unavailable, "unexpected failure inside the client"));
}

/// A connection to one server. Safe from any thread after open().
class McpTransport {
 public:
  virtual ~McpTransport() = default;
  /// Connects; `receiver` outlives the transport. A readable `cancel` ends it. Blocks.
  virtual Status open(McpReceiver& receiver, int cancel) = 0;
  /// Sends a request, and returns when `waiting` is over or the request cannot be sent. Code::not_found: the session had ended before the
  /// server looked at the request.
  virtual Status request(const std::string& message, McpWaiting& waiting) = 0;
  /// Sends a message that has no answer, and returns when it is on its way.
  virtual Status notify(const std::string& message, int cancel) = 0;
  /// As notify(), but later and from another thread; returns at once.
  virtual void post(std::string message) = 0;
  /// The handshake is done and has chosen this revision of the protocol.
  virtual void set_version(std::string_view version) = 0;
  /// Shuts down the connection within a few seconds; may be called again. Not from a receiver.
  virtual void close() = 0;
  /// Whether an error that answers a request means that the server knows the session no longer, and did nothing.
  [[nodiscard]] virtual bool loses_session(std::int64_t, std::string_view) { return false; }
  /// The last lines that a program wrote to its standard error, to explain a failure; may be empty.
  [[nodiscard]] virtual std::string last_errors() const { return {}; }
};

}  // namespace facio::serve
