// How messages get to an MCP server and back.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "commands/facio/mcp/server/waiting.hpp"

namespace facio::serve {

constexpr std::size_t kLongestMessage = std::size_t{16} * 1024 * 1024;
/// In milliseconds: what ends sooner is ended by somebody.
constexpr int kUntilEnded = 24 * 3600 * 1000;
constexpr int kTellMs = 10'000;  ///< for something without an answer

/// Who gets what comes. Called from threads of the transport and from those that ask; must not block.
class McpReceiver {
 public:
  virtual ~McpReceiver() = default;
  /// One message, or several in an array.
  virtual void received(std::string_view text) = 0;
  /// Nothing more will come: the connection is of no use any more.
  virtual void ended(Error why) = 0;
};

/// A connection to one server. Safe from any thread after open().
class McpTransport {
 public:
  virtual ~McpTransport() = default;
  /// Connects; `receiver` outlives the transport. A readable `cancel` ends it. Blocks.
  virtual Status open(McpReceiver& receiver, int cancel) = 0;
  /// Sends a request, and returns when `waiting` is over or the request cannot be sent. Code::not_found: the session was over before the
  /// server looked at the request.
  virtual Status ask(const std::string& message, McpWaiting& waiting) = 0;
  /// Sends something without an answer, and returns when it is on its way.
  virtual Status tell(const std::string& message, int cancel) = 0;
  /// As tell(), later and from another thread; returns at once.
  virtual void post(std::string message) = 0;
  /// The handshake is done, with this revision of the protocol.
  virtual void agreed(std::string_view version) = 0;
  /// Ends the connection in good order, within a few seconds; more than once does no harm. Not from a receiver.
  virtual void close() = 0;
  /// What the other side said last outside of the protocol, for the explanation of an error; may be empty.
  [[nodiscard]] virtual std::string last_words() const { return {}; }
};

}  // namespace facio::serve
