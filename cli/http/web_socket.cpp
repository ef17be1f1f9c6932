#include "cli/http/web_socket.hpp"

#include <boost/uuid/detail/sha1.hpp>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

constexpr unsigned kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;
constexpr int kWriteMs = 15'000;

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

tl::unexpected<Error> malformed(const std::string& why) { return fail(Code::server, "the agent's WebSocket is broken: " + why); }

/// What a server answers to a key, so that nothing else is taken for a WebSocket.
std::string accepted(const std::string& key) {
  boost::uuids::detail::sha1 hash;
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  hash.process_bytes(text.data(), text.size());
  unsigned int words[5];
  hash.get_digest(words);
  std::string bytes;
  for (const unsigned int word : words)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift & 0xff);
  return base64_encode(bytes);
}

}  // namespace

/// The frame at the beginning of what has arrived, once all of it is there.
Result<std::optional<WebSocketReader::Frame>> WebSocketReader::frame() const {
  if (pending_.size() < 2) return std::nullopt;
  const unsigned first = byte_at(pending_, 0), second = byte_at(pending_, 1);
  if ((first & 0x70) != 0) return malformed("a frame uses an extension");
  if ((second & 0x80) != 0) return malformed("a server's frame is masked");
  Frame found{.opcode = first & 0x0f, .final = (first & 0x80) != 0, .begin = 2, .size = second & 0x7f};
  const std::size_t more = found.size == 126 ? 2 : found.size == 127 ? 8 : 0;
  if (pending_.size() < 2 + more) return std::nullopt;
  if (more > 0) found.size = 0;
  for (std::size_t at = 0; at < more; ++at) {
    if (found.size > kLongest) return malformed("a message is larger than 64 MiB");
    found.size = found.size << 8 | byte_at(pending_, 2 + at);
  }
  found.begin += more;
  if (found.size + message_.size() > kLongest) return malformed("a message is larger than 64 MiB");
  const bool is_control = found.opcode >= kClose;
  if (is_control && (!found.final || found.size > 125)) return malformed("a control frame is in pieces, or too long");
  if (pending_.size() < found.begin + found.size) return std::nullopt;
  return found;
}

Result<std::optional<WebSocketReader::Message>> WebSocketReader::next() {
  for (;;) {
    auto found = frame();
    if (!found) return fail(std::move(found.error()));
    if (!*found) return std::nullopt;
    const Frame& frame = **found;
    std::string payload = pending_.substr(frame.begin, frame.size);
    pending_.erase(0, frame.begin + frame.size);
    if (frame.opcode == kPing) return Message{Message::Kind::ping, std::move(payload)};
    if (frame.opcode == kPong) continue;
    if (frame.opcode == kClose) return Message{Message::Kind::close, payload.size() > 2 ? payload.substr(2) : std::string()};
    const bool continues = frame.opcode == kContinuation;
    if (!continues && frame.opcode != kText && frame.opcode != kBinary) return malformed("a frame is of an unknown kind");
    if (continues != (opcode_ != 0)) return malformed("the pieces of a message are out of order");
    if (!continues) opcode_ = frame.opcode;
    message_ += payload;
    if (!frame.final) continue;
    const bool is_text = std::exchange(opcode_, 0) == kText;
    std::string whole = std::exchange(message_, {});
    if (!is_text) continue;
    if (!is_utf8(whole)) return malformed("a text is no UTF-8");
    return Message{Message::Kind::text, std::move(whole)};
  }
}

std::string web_socket_frame(unsigned opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80 | payload.size());
  } else {
    const int bytes = payload.size() < 65536 ? 2 : 8;
    frame += static_cast<char>(0x80 | (bytes == 2 ? 126 : 127));
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) frame += static_cast<char>(payload.size() >> shift & 0xff);
  }
  const std::string mask = random_bytes(4);
  frame += mask;
  for (std::size_t at = 0; at < payload.size(); ++at) frame += static_cast<char>(payload[at] ^ mask[at % 4]);
  return frame;
}

Result<WebSocket> WebSocket::open(HttpClient& http, Request request, Response* refused) {
  const std::string key = base64_encode(random_bytes(16));
  request.headers.insert(
      request.headers.end(),
      {{"Connection", "Upgrade"}, {"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Key", key}});
  auto answer = http.open(request);
  if (!answer) return fail(std::move(answer.error()));
  if (answer->status() != 101) {
    Response whole{.status = answer->status(), .content_type = answer->content_type()};
    for (auto piece = answer->read(kWriteMs); piece.state == LiveAnswer::Piece::State::bytes && whole.body.size() < 65536;
         piece = answer->read(kWriteMs))
      whole.body += piece.text;
    if (refused != nullptr) *refused = whole;
    return fail(code_of_http(whole.status) == Code::ok ? Code::server : code_of_http(whole.status),
                "the agent answered a WebSocket's handshake with status " + std::to_string(whole.status));
  }
  if (answer->header("Sec-WebSocket-Accept") != accepted(key)) return malformed("its handshake is none");
  WebSocket socket(std::move(*answer));
  socket.reader_.feed(socket.answer_.take_rest());
  return socket;
}

Status WebSocket::write(unsigned opcode, std::string_view payload) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kWriteMs);
  const auto written = answer_.connection().write(web_socket_frame(opcode, payload), {}, deadline);
  if (written) return {};
  return fail(Code::unreachable, "the connection to the agent is lost: " + written.error().message);
}

Status WebSocket::send(std::string_view text) { return write(kText, text); }

Result<std::optional<std::string>> WebSocket::read(int wait_ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  for (;;) {
    auto message = reader_.next();
    if (!message) return fail(std::move(message.error()));
    if (*message) {
      switch ((*message)->kind) {
        case WebSocketReader::Message::Kind::text: return std::move((*message)->data);
        case WebSocketReader::Message::Kind::ping:
          if (auto status = write(kPong, (*message)->data); !status) return fail(std::move(status.error()));
          if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
          continue;
        case WebSocketReader::Message::Kind::close:
          (void)write(kClose, {});
          return fail(Code::unreachable,
                      "the agent closed the connection" + ((*message)->data.empty() ? std::string() : ": " + printable((*message)->data)));
      }
    }
    // A peer that sends without end what is no message must not keep anybody from looking at the clock.
    if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
    char bytes[16384];
    const auto got = answer_.connection().read(bytes, sizeof bytes, deadline);
    if (!got && got.error().kind == http::Failure::Kind::timeout) return std::nullopt;
    if (!got) return fail(Code::unreachable, "the connection to the agent is lost: " + got.error().message);
    if (*got == 0) return fail(Code::unreachable, "the agent closed the connection");
    reader_.feed({bytes, *got});
  }
}

}  // namespace facio
