// WebSocket (RFC 6455), the client's end. Its own few lines, because the client is one thread with a deadline on every wait, which the
// library's stream, made for an executor of its own, does not give.
#pragma once

#include "cli/http/client.hpp"

namespace facio {

/// Frames as their bytes arrive. Not thread-safe.
class WebSocketReader {
 public:
  struct Message {
    enum class Kind : std::uint8_t { text, ping, close } kind = Kind::text;
    std::string data;  ///< of a close: its reason
  };
  static constexpr std::size_t kLongest = std::size_t{64} * 1024 * 1024;

  /// Adds bytes, which may end anywhere.
  void feed(std::string_view bytes) { pending_ += bytes; }
  /// The next whole message, if any; binary messages and pongs are skipped. Code::server for what is no frame of a server, text that is no
  /// UTF-8, and a message over kLongest.
  Result<std::optional<Message>> next();

 private:
  struct Frame {
    unsigned opcode = 0;
    bool final = true;
    std::size_t begin = 0, size = 0;  ///< of the payload
  };
  Result<std::optional<Frame>> frame() const;

  std::string pending_, message_;
  unsigned opcode_ = 0;  ///< of the message that is being collected; 0: none
};

/// A masked frame that is a whole message. `opcode`: 1 text, 8 close, 10 pong.
std::string web_socket_frame(unsigned opcode, std::string_view payload);

/// A connection after its handshake.
class WebSocket {
 public:
  /// `request`: a GET; its time limit is that of the handshake. Code::unreachable and so on for no connection, Code::server for an answer
  /// that is none to a handshake; another status than 101 is in `refused`, when given, and a failure of its kind else.
  static Result<WebSocket> open(HttpClient& http, Request request, Response* refused = nullptr);

  /// Sends a text. Code::unreachable.
  Status send(std::string_view text);
  /// The next text; nothing when none came in time, or `cancel_by()` ended the waiting. Pings are answered. Code::unreachable once the
  /// connection is closed, with the peer's reason.
  Result<std::optional<std::string>> read(int wait_ms);
  /// A descriptor that ends the waiting as soon as it can be read.
  void cancel_by(int descriptor) { answer_.connection().cancel_by(descriptor); }

 private:
  explicit WebSocket(LiveAnswer answer) : answer_(std::move(answer)) {}
  Status write(unsigned opcode, std::string_view payload);

  LiveAnswer answer_;
  WebSocketReader reader_;
};

}  // namespace facio
