#include "commands/facio/mcp/server/sse_transport.hpp"

namespace facio::serve {
namespace {

constexpr int kOpenMs = 30'000;

}  // namespace

SseTransport::SseTransport(const Outbound& outbound, McpAddress address)
    : http_(outbound, std::move(address)), poster_([this](const std::string& message) { (void)tell(message, -1); }) {}

SseTransport::~SseTransport() { SseTransport::close(); }

/// Handles what has come; true once the endpoint is known.
Result<bool> SseTransport::take_events() {
  while (auto event = events_.next()) {
    if (event->type == "endpoint" && endpoint_.empty()) {
      auto endpoint = resolve_reference(http_.url(), event->data);
      if (!endpoint) return fail(std::move(endpoint.error()));
      endpoint_ = std::move(*endpoint);
    } else if (event->type == "message" && !event->data.empty()) {
      receiver_->received(event->data);
    }
  }
  if (events_.waiting() > kLongestMessage) return fail(Code::upstream_failed, "the server sent a message that is larger than 16 MiB");
  return !endpoint_.empty();
}

Status SseTransport::open(McpReceiver& receiver, int cancel) {
  receiver_ = &receiver;
  ends_.emplace(std::initializer_list<int>{closing_.fd(), cancel});
  auto stream = http_.open({.method = "GET", .accept = "text/event-stream", .timeout_ms = kOpenMs, .cancel = ends_->fd()});
  if (!stream) return fail(std::move(stream.error()));
  if (stream->status() != 200) return fail(refused(*stream, "the wish for its stream"));
  if (!stream->content_type().starts_with("text/event-stream"))
    return fail(Code::upstream_failed, "the server's answer is no stream of events; is it one of the type streamableHttp?");
  stream_.emplace(std::move(*stream));
  while (endpoint_.empty()) {
    auto piece = stream_->read(kOpenMs);
    if (!piece) return fail(std::move(piece.error()));
    if (piece->empty()) return fail(Code::upstream_failed, "the server ended its stream before it told where messages go");
    events_.feed(*piece);
    if (auto known = take_events(); !known) return fail(std::move(known.error()));
  }
  reader_ = std::thread([this] { read(); });
  return {};
}

void SseTransport::read() {
  Error why(Code::unavailable, "the server ended its stream");
  while (!closing_.cancelled()) {
    auto piece = stream_->read(kUntilEnded);
    if (!piece) {
      why = std::move(piece.error());
      break;
    }
    if (piece->empty()) break;
    events_.feed(*piece);
    if (auto taken = take_events(); !taken) {
      why = std::move(taken.error());
      break;
    }
  }
  receiver_->ended(std::move(why));
}

Status SseTransport::send(const std::string& message, int timeout_ms, int cancel) {
  auto answer = http_.open({.url = endpoint_, .body = message, .timeout_ms = timeout_ms, .cancel = cancel});
  if (!answer) return fail(std::move(answer.error()));
  if (answer->status() < 200 || answer->status() >= 300) return fail(refused(*answer, "a message"));
  return {};
}

Status SseTransport::ask(const std::string& message, McpWaiting& waiting) {
  auto status = send(message, kUntilEnded, waiting.fd());
  // The answer may be there before its request is confirmed.
  if (!status && !waiting.over()) return status;
  waiting.wait();
  return {};
}

Status SseTransport::tell(const std::string& message, int cancel) {
  const AnyOf end{closing_.fd(), cancel};
  return send(message, kTellMs, end.fd());
}

void SseTransport::close() {
  if (closing_.cancelled()) return;
  closing_.cancel("the connection is closed");
  poster_.stop();
  if (reader_.joinable()) reader_.join();
  stream_.reset();
}

}  // namespace facio::serve
