#include "commands/facio/runtime/a2a/peer_client.hpp"

#include <algorithm>
#include <chrono>

#include "cli/core/encoding.hpp"
#include "cli/core/json.hpp"
#include "cli/core/validate.hpp"
#include "commands/facio/runtime/a2a/model.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio::serve {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kWellKnown = "/.well-known/agent-card.json";
constexpr std::string_view kRpcPath = "/a2a/v1";
constexpr int kLongestCardFetch = 10'000;
// A peer of version 1.0 returns its task at once, so that even a time-out can report its state; most tasks are short.
constexpr int kFirstPause = 200, kFirstModernPause = 25, kLongestPollPause = 2'000;
constexpr std::size_t kLongestMessage = 300;

tl::unexpected<Error> failed(std::string message) { return fail(Code::upstream_failed, std::move(message)); }

std::string_view without_query(std::string_view url) { return url.substr(0, url.find('?')); }

std::string origin_of(std::string_view url) {
  const auto parsed = parse_outbound_url(url);
  return parsed ? parsed->origin() : std::string();
}

std::vector<JsonRef> items_of(JsonRef list) {
  std::vector<JsonRef> items;
  if (list.is(JsonKind::array))
    for (std::size_t i = 0; i < list.size(); ++i) items.push_back(list.at(i));
  return items;
}

/// Appends the texts of a list of parts, each on lines of its own.
void add_texts(JsonRef parts, std::string& to) {
  for (const JsonRef& part : items_of(parts))
    if (const std::string& text = part.get("text").text(); !text.empty()) to += (to.empty() ? "" : "\n") + text;
}

std::optional<std::string> text_of(JsonRef object, std::string_view name) {
  const std::string& text = object.get(name).text();
  return text.empty() ? std::nullopt : std::optional(text);
}

bool is_running(std::string_view state) { return state == "submitted" || state == "working"; }

/// The plain name of a state: that of version 0.3.
std::string plain_state(const std::string& name) {
  const auto state = a2a::state_of(name);
  return state ? std::string(a2a::name_of(*state, a2a::Dialect::v03)) : name;
}

/// Reads the result of a request: a message or a task. Version 1.0 wraps it in a member that tells which.
Result<PeerReply> reply_from(JsonRef result) {
  if (!result.is(JsonKind::object)) return failed("the peer's answer has no result");
  for (const char* wrapped : {"task", "message"})
    if (const JsonRef inner = result.get(wrapped); inner.is(JsonKind::object)) result = inner;
  PeerReply reply;
  reply.contextId = text_of(result, "contextId");
  const JsonRef status = result.get("status");
  if (!status) {
    if (!result.get("parts")) return failed("the peer's answer is neither a message nor a task");
    reply.state = "completed";
    add_texts(result.get("parts"), reply.reply);
    reply.taskId = text_of(result, "taskId");
    return reply;
  }
  reply.state = plain_state(status.get("state").text());
  if (reply.state.empty()) return failed("the peer's task has no state");
  reply.taskId = text_of(result, "id");
  for (const JsonRef& artifact : items_of(result.get("artifacts"))) add_texts(artifact.get("parts"), reply.reply);
  if (reply.reply.empty()) add_texts(status.get("message").get("parts"), reply.reply);
  return reply;
}

/// JSON-RPC requests to one address until one deadline.
class Rpc {
 public:
  Rpc(const Outbound& outbound, RpcAddress to, const PeerTarget& peer, steady_clock::time_point deadline)
      : outbound_(outbound), to_(std::move(to)), token_(peer.token), cancel_(peer.cancel), deadline_(deadline) {}

  [[nodiscard]] int left_ms() const {
    return static_cast<int>(std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now()).count());
  }

  Result<PeerReply> ask(std::string_view method, const JsonDocument& params) const {
    JsonDocument request = JsonDocument::object();
    request.set_string("jsonrpc", "2.0");
    request.set_string("id", random_hex(8));
    request.set_string("method", method);
    request.set("params", params.root());
    OutboundRequest sent{.method = "POST",
                         .url = to_.url,
                         .body = request.dump(),
                         .content_type = "application/json",
                         .bearer = token_,
                         .timeout_ms = std::max(1, left_ms()),
                         .cancel = cancel_};
    if (to_.modern) sent.headers.emplace_back("A2A-Version", Secret("1.0"));
    auto answer = outbound_.send(sent);
    if (!answer) return fail(std::move(answer.error()));
    auto document = JsonDocument::parse(answer->body);
    const JsonRef root = document ? document->root() : JsonRef();
    if (const JsonRef error = root.get("error"); error.is(JsonKind::object))
      if (const std::string& text = error.get("message").text(); !text.empty())
        return failed("the peer refused: " + text.substr(0, kLongestMessage) + (text.size() > kLongestMessage ? "..." : ""));
    if (answer->status == 401 || answer->status == 403)
      return failed("the peer refused the token (status " + std::to_string(answer->status) + ")");
    if (answer->status != 200) return failed("the peer answered with status " + std::to_string(answer->status));
    if (!document) return failed("the peer's answer is no JSON");
    return reply_from(root.get("result"));
  }

 private:
  const Outbound& outbound_;
  const RpcAddress to_;
  const Secret& token_;
  int cancel_;
  steady_clock::time_point deadline_;
};

JsonDocument message_of(const std::string& text, const std::optional<std::string>& context, bool modern) {
  JsonDocument params = JsonDocument::object();
  if (!modern) params.set_string("message.kind", "message");
  params.set_string("message.role", modern ? "ROLE_USER" : "user");
  params.set_string("message.messageId", a2a::new_id());
  if (context) params.set_string("message.contextId", *context);
  std::string parts = modern ? R"([{"text":)" : R"([{"kind":"text","text":)";
  append_json_string(parts, text);
  (void)params.set_json("message.parts", parts + "}]");
  (void)params.set_json("configuration", modern ? R"({"acceptedOutputModes":["text/plain"],"returnImmediately":true})"
                                                : R"({"acceptedOutputModes":["text/plain"],"blocking":true})");
  return params;
}

/// The address in a card, on whatever host; empty when the card names none that speaks JSON-RPC.
RpcAddress named_in(JsonRef card) {
  std::string older;
  for (const JsonRef& one : items_of(card.get("supportedInterfaces"))) {
    if (one.get("protocolBinding").text() != "JSONRPC") continue;
    const std::string version = one.get("protocolVersion").text();
    if (version == "1.0" || version.starts_with("1.0.")) return {one.get("url").text(), true};
    if (older.empty()) older = one.get("url").text();
  }
  const std::string preferred = card.get("preferredTransport").text();
  if (preferred.empty() || preferred == "JSONRPC")
    if (std::string url = card.get("url").text(); !url.empty()) return {std::move(url)};
  for (const JsonRef& one : items_of(card.get("additionalInterfaces")))
    if (older.empty() && one.get("transport").text() == "JSONRPC") older = one.get("url").text();
  return {std::move(older)};
}

}  // namespace

std::string card_address(std::string_view url) {
  std::string_view base = without_query(url);
  if (base.ends_with(".json")) return std::string(url);
  while (base.ends_with('/')) base.remove_suffix(1);
  if (base.ends_with(kRpcPath)) base.remove_suffix(kRpcPath.size());
  return std::string(base) + std::string(kWellKnown);
}

Result<RpcAddress> rpc_address(std::string_view url, std::string_view card) {
  auto document = JsonDocument::parse(card);
  if (!document) return failed("the peer's card is no JSON");
  RpcAddress found = named_in(document->root());
  if (found.url.empty()) return failed("the peer's card names no address that speaks JSON-RPC");
  const std::string origin = origin_of(found.url);
  if (origin.empty()) return failed("the address in the peer's card is no http or https address");
  if (origin != origin_of(url))
    return failed("the peer's card sends requests to " + origin + ", which is not the registered host " + origin_of(url) +
                  "; nothing was sent there: register the peer by that address if you trust it");
  return found;
}

Result<std::string> fetch_card(const Outbound& outbound, const PeerTarget& peer, int timeout_ms) {
  const std::string address = card_address(peer.url);
  auto answer = outbound.send(
      {.url = address, .bearer = peer.token, .timeout_ms = std::clamp(timeout_ms, 1, kLongestCardFetch), .cancel = peer.cancel});
  if (!answer) return fail(std::move(answer.error()));
  const std::string at = " (" + std::string(without_query(address)) + ")";
  if (answer->status >= 300 && answer->status < 400) return failed("the peer redirects from its card, which is not followed" + at);
  if (answer->status != 200)
    return failed("the peer answered with status " + std::to_string(answer->status) + " when asked for its card" + at);
  auto document = JsonDocument::parse(answer->body);
  if (!document || document->root().kind() != JsonKind::object) return failed("the peer's card is no JSON object" + at);
  if (auto status = validate(document->root(), shape_of<PeerCard>, Direction::reply); !status)
    return failed("the peer's card is none: " + status.error().message() + at);
  return std::move(answer->body);
}

Result<PeerReply> send_message(const Outbound& outbound, const PeerTarget& peer, const std::string& text,
                               const std::optional<std::string>& context, int timeout_ms) {
  const auto deadline = steady_clock::now() + milliseconds(timeout_ms);
  RpcAddress address{peer.url};
  if (!without_query(peer.url).ends_with(kRpcPath)) {
    auto card = fetch_card(outbound, peer, timeout_ms);
    if (!card) return fail(std::move(card.error()));
    auto found = rpc_address(peer.url, *card);
    if (!found) return fail(std::move(found.error()));
    address = std::move(*found);
  }
  const bool modern = address.modern;
  const Rpc rpc(outbound, std::move(address), peer, deadline);
  auto reply = rpc.ask(modern ? "SendMessage" : "message/send", message_of(text, context, modern));
  int pause = modern ? kFirstModernPause : kFirstPause;
  while (reply && is_running(reply->state) && reply->taskId && rpc.left_ms() > pause) {
    if (!outbound.pause(pause, peer.cancel)) break;
    pause = std::min(pause * 2, kLongestPollPause);
    JsonDocument params = JsonDocument::object();
    params.set_string("id", *reply->taskId);
    auto later = rpc.ask(modern ? "GetTask" : "tasks/get", params);
    if (!later) break;  // the state that is known already says more than this failure
    reply = std::move(later);
  }
  return reply;
}

}  // namespace facio::serve
