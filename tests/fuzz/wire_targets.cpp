// What other programs send: HTTP, server-sent events, JSON-RPC of MCP and A2A, answers of models.
#include <boost/asio/buffer.hpp>

#include "cli/core/foreign_text.hpp"
#include "cli/core/json.hpp"
#include "cli/core/utf8.hpp"
#include "cli/http/event_stream.hpp"
#include "cli/http/web_socket.hpp"
#include "commands/facio/mcp/server/message.hpp"
#include "commands/facio/runtime/a2a/request.hpp"
#include "commands/facio/runtime/models/openai_wire.hpp"
#include "commands/serve/http/parser.hpp"
#include "tests/fuzz/target.hpp"

namespace facio::fuzz {
namespace {

constexpr std::uint32_t kMostHead = 16 * 1024;
constexpr std::uint64_t kMostBody = 64 * 1024;

struct Read {
  std::string method, target, host, body;
  bool whole = false;
  friend bool operator==(const Read&, const Read&) = default;
};

/// Reads one request whose bytes come in two pieces.
Read read_request(std::string_view bytes, std::size_t split) {
  serve::RequestHead head;
  Read read;
  serve::RequestParser parser(head, read.body, kMostHead);
  parser.set_body_limit(kMostBody);
  parser.eager(true);
  boost::beast::error_code error;
  std::string pending;
  for (const std::string_view piece : {bytes.substr(0, split), bytes.substr(split)}) {
    pending += piece;
    while (!pending.empty() && !parser.is_done()) {
      const std::size_t used = parser.put(boost::asio::buffer(pending), error);
      pending.erase(0, used);
      if (error == boost::beast::http::error::need_more) {
        error = {};
        break;
      }
      if (error) return read;
      if (used == 0) break;
    }
  }
  require(read.body.size() <= kMostBody, "a body stays within its limit");
  read.whole = parser.is_done();
  read.method = head.method, read.target = head.target, read.host = head.host;
  return read;
}

void take_http(std::string_view bytes) {
  const Read once = read_request(bytes, 0);
  const Read twice = read_request(bytes, bytes.size() / 2);
  if (once.whole && twice.whole) require(once == twice, "how a request is cut into pieces changes nothing");
}

std::vector<StreamEvent> events_of(std::string_view bytes, std::size_t step) {
  EventStreamReader reader;
  std::vector<StreamEvent> events;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.feed(bytes.substr(at, step));
    while (auto event = reader.next()) events.push_back(std::move(*event));
  }
  require(reader.waiting() <= bytes.size(), "no more waits than came");
  return events;
}

void take_sse(std::string_view bytes) {
  const auto whole = events_of(bytes, std::max<std::size_t>(bytes.size(), 1));
  const auto pieces = events_of(bytes, 3);
  require(whole.size() == pieces.size(), "how a stream is cut into pieces changes nothing");
  for (std::size_t i = 0; i < whole.size(); ++i)
    require(whole[i].type == pieces[i].type && whole[i].data == pieces[i].data && whole[i].id == pieces[i].id,
            "how a stream is cut into pieces changes no event");
}

std::string messages_of(std::string_view bytes, std::size_t step) {
  WebSocketReader reader;
  std::string all;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.feed(bytes.substr(at, step));
    for (;;) {
      const auto message = reader.next();
      if (!message) return all + "!";
      if (!*message) break;
      require((*message)->kind != WebSocketReader::Message::Kind::text || is_utf8((*message)->data), "a text is UTF-8");
      all += std::to_string(static_cast<int>((*message)->kind)) + (*message)->data + '\n';
    }
  }
  return all;
}

void take_web_socket(std::string_view bytes) {
  require(messages_of(bytes, std::max<std::size_t>(bytes.size(), 1)) == messages_of(bytes, 3),
          "how frames are cut into pieces changes nothing");
}

void take_mcp(std::string_view bytes) {
  (void)legible_member(bytes, "id");
  const auto document = JsonDocument::parse_foreign(bytes);
  if (!document) return;
  const serve::McpMessage message = serve::read_message(document->root());
  if (message.kind == serve::McpMessage::Kind::request) {
    require(JsonDocument::parse(serve::rpc_result(message.id, "{}")).has_value(), "an answer is JSON");
    require(JsonDocument::parse(serve::rpc_error(message.id, serve::kRpcMethodNotFound, message.method)).has_value(), "an error is JSON");
  }
}

void take_a2a(std::string_view bytes) {
  for (const auto dialect : {serve::a2a::Dialect::v1, serve::a2a::Dialect::v03, serve::a2a::Dialect::v03_rest}) {
    auto document = JsonDocument::parse(bytes);
    if (!document || !document->root().is(JsonKind::object)) return;
    const serve::A2aRequest request{.operation = serve::A2aOperation::send, .dialect = dialect, .params = std::move(*document)};
    (void)serve::read_send(request);
    (void)serve::read_task_id(request);
    (void)serve::read_view(request);
    (void)serve::read_list(request);
    (void)serve::read_push_name(request, true);
    (void)serve::read_push_config(request);
  }
}

void take_model(std::string_view bytes) {
  const serve::ProviderFailure failure = serve::failure_of(bytes, 400);
  (void)serve::kind_of(failure);
  (void)serve::refuses(failure, "stream");
  const auto whole = serve::reply_from(bytes);
  const http::Headers none;
  serve::AnswerReader reader(none);
  std::string told;
  serve::TextPiece piece = [&told](std::string_view text) { told += text; };
  for (std::size_t at = 0; at < bytes.size(); at += 3)
    if (!reader.add(bytes.substr(at, 3), piece)) return;
  const auto pieces = reader.take(piece);
  require(whole.has_value() == pieces.has_value() && (!whole || whole->text == pieces->text), "how an answer is cut changes nothing");
  require(!pieces || is_utf8(pieces->text), "an answer is UTF-8");
}

constexpr Target kWire[] = {{"http", take_http}, {"sse", take_sse}, {"websocket", take_web_socket},
                            {"mcp", take_mcp},   {"a2a", take_a2a}, {"model", take_model}};

}  // namespace

std::span<const Target> wire_targets() { return kWire; }

}  // namespace facio::fuzz
