#include "commands/facio/mcp/server/http_transport.hpp"

namespace facio::serve {

/// Handles the events that have arrived; true once the server has named its message address.
Result<bool> SseTransport::take_events() {
  while (auto event = events_.next()) {
    if (event->type == "endpoint" && message_url_.empty()) {
      auto endpoint = resolve_reference(url(), event->data);
      if (!endpoint) return fail(std::move(endpoint.error()));
      message_url_ = std::move(*endpoint);
    } else if (event->type == "message" && !event->data.empty()) {
      receiver_->received(event->data, nullptr);
    }
  }
  if (events_.waiting() > kLongestMessage) return fail(Code::upstream_failed, "the server sent a message that is larger than 16 MiB");
  return !message_url_.empty();
}

Status SseTransport::open(McpReceiver& receiver, int cancel) {
  constexpr int kOpenMs = 30'000;
  receiver_ = &receiver;
  stream_end_.emplace(std::initializer_list<int>{closing_.fd(), cancel});
  auto stream = send({.method = "GET", .accept = "text/event-stream", .timeout_ms = kOpenMs, .cancel = stream_end_->fd()});
  if (!stream) return fail(std::move(stream.error()));
  if (stream->status() != 200) return fail(refused(*stream, "the SSE request"));
  if (!is_event_stream(*stream)) return fail(Code::upstream_failed, "expected an SSE stream; is this a streamableHttp server?");
  stream_.emplace(std::move(*stream));
  while (message_url_.empty()) {
    auto piece = stream_->read(kOpenMs);
    if (!piece) return fail(std::move(piece.error()));
    if (piece->empty()) return fail(Code::upstream_failed, "the server ended its stream before sending its address for messages");
    events_.feed(*piece);
    if (auto known = take_events(); !known) return fail(std::move(known.error()));
  }
  return Thread::start("a connection to an MCP server", [this] { read_contained(*receiver_, [this] { read(); }); })
      .map([this](Thread thread) { reader_ = std::move(thread); });
}

void SseTransport::read() {
  Error why(Code::unavailable, "the server ended its stream");
  while (!closing_.cancelled()) {
    auto piece = stream_->read(kUntilEnded);
    if (piece && piece->empty()) break;
    if (piece) events_.feed(*piece);
    if (auto taken = piece ? take_events() : fail(std::move(piece.error())); !taken) {
      why = std::move(taken.error());
      break;
    }
  }
  receiver_->ended(std::move(why));
}

Status SseTransport::request(const std::string& message, McpWaiting& waiting) {
  auto status = deliver(message, kUntilEnded, waiting.fd());
  // The answer may arrive before its request is confirmed.
  if (!status && !waiting.over()) return status;
  waiting.wait();
  return {};
}

void SseTransport::close() {
  if (begin_close()) stream_.reset();
}

}  // namespace facio::serve
