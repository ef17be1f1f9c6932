#include "commands/facio/mcp/server/streamable_transport.hpp"

#include <algorithm>

namespace facio::serve {
namespace {

constexpr int kGoodbyeMs = 1500, kListenMs = 30'000;
constexpr int kMostResumptions = 10;
constexpr int kMostFailures = 3;
constexpr std::int64_t kLongestRetryMs = 60'000;

bool is_stream(const OutboundStream& answer) { return answer.content_type().starts_with("text/event-stream"); }
bool is_good(const OutboundStream& answer) { return answer.status() >= 200 && answer.status() < 300; }

}  // namespace

StreamableTransport::StreamableTransport(const Outbound& outbound, McpAddress address)
    : http_(outbound, std::move(address)), poster_([this](const std::string& message) { (void)tell(message, -1); }) {}

StreamableTransport::~StreamableTransport() { StreamableTransport::close(); }

Status StreamableTransport::open(McpReceiver& receiver, int) {
  receiver_ = &receiver;
  return {};
}

/// Nothing can be sent in this session any more.
void StreamableTransport::lost(const std::string& why) {
  gone_ = true;
  receiver_->ended(Error(Code::unavailable, why));
}

Status StreamableTransport::ask(const std::string& message, McpWaiting& waiting) {
  const bool first = !initialized_;
  // How long it may take is the matter of `waiting`.
  auto answer = http_.open({.body = message, .timeout_ms = kUntilEnded, .cancel = waiting.fd()});
  if (!answer) return fail(std::move(answer.error()));
  if (answer->status() == 404 && !http_.session().empty()) {
    lost("the server has ended the session");
    return fail(Code::not_found, "the server has ended the session");
  }
  if (!is_good(*answer)) {
    if (first) looks_older_ = answer->status() == 400 || answer->status() == 404 || answer->status() == 405;
    return fail(refused(*answer, "a request"));
  }
  if (first) {
    if (auto status = http_.use_session(http::find_header(answer->headers(), "Mcp-Session-Id")); !status) return status;
  }
  if (is_stream(*answer)) {
    Place place;
    follow(*answer, place, &waiting);
    while (!waiting.over()) {
      if (auto status = resume(place, waiting); !status) return status;
    }
    return {};
  }
  auto body = answer->read_all(kUntilEnded, kLongestMessage);
  if (!body) return fail(std::move(body.error()));
  if (!body->empty()) receiver_->received(*body);
  if (!waiting.over() && answer->status() != 202) return fail(Code::upstream_failed, "the server's answer is no answer to the request");
  waiting.wait();
  return {};
}

/// Reads a stream to its end, or until the wait is over.
void StreamableTransport::follow(OutboundStream& stream, Place& place, McpWaiting* waiting) {
  EventStreamReader reader;
  while (waiting == nullptr || !waiting->over()) {
    auto piece = stream.read(kUntilEnded);
    if (!piece || piece->empty()) return;
    reader.feed(*piece);
    while (auto event = reader.next()) {
      if (!event->data.empty() && event->type == "message") receiver_->received(event->data);
    }
    if (!reader.last_id().empty()) place.last_id = reader.last_id();
    if (reader.retry_ms()) place.retry_ms = std::min(*reader.retry_ms(), kLongestRetryMs);
    if (reader.waiting() > kLongestMessage) return;
  }
}

/// Goes on with a stream that ended before the answer; returns when the wait is over or there is nothing to go on with.
Status StreamableTransport::resume(Place& place, McpWaiting& waiting) {
  Error why(Code::upstream_failed, "the server ended the stream before its answer");
  for (int failures = 0; failures < kMostResumptions; ++failures) {
    if (place.last_id.empty()) return fail(std::move(why));
    if (waiting.over(place.retry_ms)) return {};
    const std::string before = place.last_id;
    auto stream = http_.open(
        {.method = "GET", .accept = "text/event-stream", .last_event_id = place.last_id, .timeout_ms = kListenMs, .cancel = waiting.fd()});
    if (waiting.over()) return {};
    if (!stream) {
      why = std::move(stream.error());
      continue;
    }
    if (!is_good(*stream) || !is_stream(*stream)) return fail(refused(*stream, "the wish to go on with its answer"));
    follow(*stream, place, &waiting);
    if (waiting.over()) return {};
    if (place.last_id != before) failures = -1;
  }
  return fail(std::move(why));
}

Status StreamableTransport::tell(const std::string& message, int cancel) {
  const AnyOf end{closing_.fd(), cancel};
  auto answer = http_.open({.body = message, .timeout_ms = kTellMs, .cancel = end.fd()});
  if (!answer) return fail(std::move(answer.error()));
  if (!is_good(*answer)) return fail(refused(*answer, "a notification"));
  return {};
}

void StreamableTransport::agreed(std::string_view version) {
  http_.use_version(version);
  initialized_ = true;
  listener_ = std::thread([this] { listen(); });
}

/// Asks for the stream of what belongs to no request; false when there is none, or not any more.
bool StreamableTransport::listen_once(Place& place, bool first, int& failures) {
  auto stream = http_.open(
      {.method = "GET", .accept = "text/event-stream", .last_event_id = place.last_id, .timeout_ms = kListenMs, .cancel = closing_.fd()});
  if (closing_.cancelled()) return false;
  if (!stream) {
    if (++failures < kMostFailures) return true;
    lost(stream.error().message());
    return false;
  }
  // No server has to offer this stream, and some say so in their own way; only where there was one does 404 mean the session's end.
  if (stream->status() == 404 && !first && !http_.session().empty()) lost("the server has ended the session");
  if (!is_good(*stream) || !is_stream(*stream)) return false;
  failures = 0;
  follow(*stream, place, nullptr);
  return !closing_.cancelled();
}

void StreamableTransport::listen() {
  Place place;
  int failures = 0;
  for (bool first = true; listen_once(place, first, failures); first = false)
    if (!closing_.pause(std::max<std::int64_t>(place.retry_ms, 100) << std::max(failures - 1, 0))) return;
}

void StreamableTransport::close() {
  if (closing_.cancelled()) return;
  closing_.cancel("the connection is closed");
  poster_.stop();
  if (listener_.joinable()) listener_.join();
  if (http_.session().empty() || gone_) return;
  // Whether the server takes notice or not.
  (void)http_.open({.method = "DELETE", .accept = "*/*", .timeout_ms = kGoodbyeMs});
}

}  // namespace facio::serve
