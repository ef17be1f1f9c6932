#include "commands/facio/mcp/server/http_transport.hpp"

#include <algorithm>

#include "cli/core/text.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::serve {
namespace {

constexpr int kGoodbyeMs = 1500, kListenMs = 30'000;
constexpr int kMostResumptions = 10;
constexpr int kMostFailures = 3;
constexpr std::int64_t kLongestRetryMs = 60'000;
constexpr std::int64_t kSessionNotFound = -32001;

Error session_ended() { return {Code::not_found, "the server has ended the session"}; }

}  // namespace

Status StreamableTransport::open(McpReceiver& receiver, int) {
  receiver_ = &receiver;
  return {};
}

/// The session is over on the server's side.
void StreamableTransport::lost(Error why) {
  session_lost_ = true;
  receiver_->ended(std::move(why));
}

/// Some servers say so with status 200, or 400, instead of 404. The same number is a time-out with others.
bool StreamableTransport::loses_session(std::int64_t code, std::string_view words) {
  const std::string said = lower(words);
  if (!initialized_ || session().empty() || code != kSessionNotFound || said.find("timed out") != std::string::npos ||
      said.find("timeout") != std::string::npos)
    return false;
  session_lost_ = true;
  return true;
}

Status StreamableTransport::request(const std::string& message, McpWaiting& waiting) {
  const bool first = !initialized_;
  auto answer = send({.body = message, .timeout_ms = kUntilEnded, .cancel = waiting.fd()});  // `waiting` has its own timeouts
  if (!answer) return fail(std::move(answer.error()));
  if (!is_good(*answer)) {
    if (first) looks_older_ = answer->status() == 400 || answer->status() == 404 || answer->status() == 405;
    Error why = refused(*answer, "a request");
    const bool unknown = answer->status() == 404 || (answer->status() == 400 && lower(why.message()).find("session") != std::string::npos);
    if (!first && unknown && !session().empty()) lost(why = session_ended());
    return fail(std::move(why));
  }
  if (first) {
    if (auto status = use_session(http::find_header(answer->headers(), "Mcp-Session-Id")); !status) return status;
  }
  if (is_event_stream(*answer)) {
    Place place;
    read_stream(*answer, place, &waiting);
    while (!waiting.over())
      if (auto status = resume(place, waiting); !status) return status;
    return {};
  }
  auto body = answer->read_all(kUntilEnded, kLongestMessage);
  if (!body) return fail(std::move(body.error()));
  if (!body->empty()) receiver_->received(*body, &waiting);
  if (!waiting.over() && answer->status() != 202) return fail(Code::upstream_failed, "the server's answer does not match the request");
  waiting.wait();
  return {};
}

/// Reads a stream to its end, or until the wait is over.
void StreamableTransport::read_stream(OutboundStream& stream, Place& place, McpWaiting* waiting) {
  EventStreamReader reader;
  while (waiting == nullptr || !waiting->over()) {
    auto piece = stream.read(kUntilEnded);
    if (!piece || piece->empty()) return;
    reader.feed(*piece);
    while (auto event = reader.next())
      if (!event->data.empty() && event->type == "message") receiver_->received(event->data, waiting);
    if (!reader.last_id().empty()) place.last_id = reader.last_id();
    if (reader.retry_ms()) place.retry_ms = std::min(*reader.retry_ms(), kLongestRetryMs);
    if (reader.waiting() > kLongestMessage) return;
  }
}

Result<OutboundStream> StreamableTransport::open_stream(const Place& place, int cancel) const {
  return send({.method = "GET", .accept = "text/event-stream", .last_event_id = place.last_id, .timeout_ms = kListenMs, .cancel = cancel});
}

/// Resumes a stream that ended before the answer; returns when the wait is over or it cannot be resumed.
Status StreamableTransport::resume(Place& place, McpWaiting& waiting) {
  Error why(Code::upstream_failed, "the server ended the stream before its answer");
  for (int failures = 0; failures < kMostResumptions; ++failures) {
    if (place.last_id.empty()) return fail(std::move(why));
    if (waiting.over(place.retry_ms)) return {};
    const std::string before = place.last_id;
    auto stream = open_stream(place, waiting.fd());
    if (waiting.over()) return {};
    if (!stream) {
      why = std::move(stream.error());
      continue;
    }
    if (!is_good(*stream) || !is_event_stream(*stream)) return fail(refused(*stream, "the resume request"));
    read_stream(*stream, place, &waiting);
    if (waiting.over()) return {};
    if (place.last_id != before) failures = -1;
  }
  return fail(std::move(why));
}

void StreamableTransport::set_version(std::string_view version) {
  HttpTransport::set_version(version);
  initialized_ = true;
  // A server need not offer that stream either, so a system without threads is no reason to give the session up.
  if (auto thread = Thread::start("a connection to an MCP server", [this] { listen(); })) reader_ = std::move(*thread);
  else report_trouble("a connection to an MCP server", thread.error().message());
}

/// Reads the stream of what belongs to no request; false when there is none, or no longer.
bool StreamableTransport::listen_once(Place& place, bool first, int& failures) {
  auto stream = open_stream(place, closing_.fd());
  if (closing_.cancelled()) return false;
  if (!stream) {
    if (++failures < kMostFailures) return true;
    lost(Error(Code::unavailable, stream.error().message()));
    return false;
  }
  // A server need not offer this stream, and may say so with any status; 404 means the session's end only where there was a stream.
  if (stream->status() == 404 && !first && !session().empty()) lost(session_ended());
  if (!is_good(*stream) || !is_event_stream(*stream)) return false;
  failures = 0;
  read_stream(*stream, place, nullptr);
  return !closing_.cancelled();
}

void StreamableTransport::listen() {
  Place place;
  int failures = 0;
  for (bool first = true; listen_once(place, first, failures); first = false)
    if (!closing_.pause(std::max<std::int64_t>(place.retry_ms, 100) << std::max(failures - 1, 0))) return;
}

void StreamableTransport::close() {
  if (!begin_close() || session().empty() || session_lost_) return;
  // A courtesy; its outcome does not matter.
  (void)send({.method = "DELETE", .accept = "*/*", .timeout_ms = kGoodbyeMs});
}

}  // namespace facio::serve
