#include "commands/facio/runtime/a2a/peer_client.hpp"

#include <algorithm>
#include <chrono>

#include "cli/core/encoding.hpp"
#include "cli/core/foreign_text.hpp"
#include "cli/core/validate.hpp"
#include "commands/facio/runtime/a2a/model.hpp"
#include "commands/facio/runtime/a2a/peer_reply.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio::serve {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kWellKnown = "/.well-known/agent-card.json", kOlderWellKnown = "/.well-known/agent.json";
constexpr std::string_view kRpcPath = "/a2a/v1";
constexpr int kLongestCardFetch = 10'000;
// A peer of version 1.0 returns its task at once, so that even a time-out can report its state; most tasks are short.
constexpr int kFirstPause = 200, kFirstModernPause = 25, kLongestPollPause = 2'000;
constexpr int kLastLook = 250;  // what is left of the time for the last look
constexpr std::size_t kMostAnswer = std::size_t{8} * 1024 * 1024;
constexpr std::string_view kJsonRpc = "JSONRPC", kRest = "HTTP+JSON";

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

/// Also where a peer does not tell.
bool is_running(std::string_view state) {
  return state == "submitted" || state == "working" || state == "unknown" || state == "TASK_STATE_UNSPECIFIED";
}

/// Requests to one address until one deadline.
class PeerExchange {
 public:
  PeerExchange(const Outbound& outbound, PeerAddress to, const PeerTarget& peer, steady_clock::time_point deadline)
      : outbound_(outbound), to_(std::move(to)), token_(peer.token), cancel_(peer.cancel), deadline_(deadline) {
    while (to_.rest && to_.url.ends_with('/')) to_.url.pop_back();
    if (to_.rest && !to_.modern && !to_.url.ends_with("/v1")) to_.url += "/v1";
    if (to_.rest && !to_.tenant.empty()) to_.url += "/" + percent_encode(to_.tenant);
  }

  [[nodiscard]] int left_ms() const {
    return static_cast<int>(std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now()).count());
  }
  /// Whether the peer has refused a request; then it refuses the next one as well.
  [[nodiscard]] bool refused() const { return refused_; }

  Result<PeerReply> say(const PeerMessage& message) {
    const JsonDocument params = params_of(message);
    if (to_.rest) return ask("POST", "/message:send", &params);
    return call(to_.modern ? "SendMessage" : "message/send", params);
  }
  Result<PeerReply> look(const std::string& task) {
    if (to_.rest) return ask("GET", "/tasks/" + percent_encode(task), nullptr);
    JsonDocument params = JsonDocument::object();
    params.set_string("id", task);
    return call(to_.modern ? "GetTask" : "tasks/get", params);
  }

 private:
  [[nodiscard]] JsonDocument params_of(const PeerMessage& message) const {
    const bool typed = !to_.modern && !to_.rest;  // the others have the JSON form of protobuf messages
    JsonDocument params = JsonDocument::object();
    if (typed) params.set_string("message.kind", "message");
    params.set_string("message.role", typed ? "user" : "ROLE_USER");
    params.set_string("message.messageId", a2a::new_id());
    if (message.context) params.set_string("message.contextId", *message.context);
    if (message.task) params.set_string("message.taskId", *message.task);
    std::string parts = typed ? R"([{"kind":"text","text":)" : R"([{"text":)";
    append_json_string(parts, message.text);
    (void)params.set_json(to_.rest && !to_.modern ? "message.content" : "message.parts", parts + "}]");
    // The state of a task that waits for this message would be the one of before.
    if (!to_.modern) params.set_boolean("configuration.blocking", true);
    else if (!message.task) params.set_boolean("configuration.returnImmediately", true);
    return params;
  }

  Result<PeerReply> call(std::string_view method, const JsonDocument& params) {
    JsonDocument request = JsonDocument::object();
    request.set_string("jsonrpc", "2.0");
    request.set_string("id", random_hex(8));
    request.set_string("method", method);
    request.set("params", params.root());
    if (!to_.tenant.empty()) request.set_string("params.tenant", to_.tenant);
    return ask("POST", {}, &request);
  }

  Result<PeerReply> ask(std::string_view http_method, std::string_view path, const JsonDocument* body) {
    OutboundRequest sent{.method = std::string(http_method),
                         .url = to_.url + std::string(path),
                         .bearer = token_,
                         .timeout_ms = std::max(1, left_ms()),
                         .most_bytes = kMostAnswer,
                         .cancel = cancel_};
    if (body != nullptr) {
      sent.body = body->dump();
      sent.content_type = to_.rest && to_.modern ? "application/a2a+json" : "application/json";
    }
    if (to_.modern) sent.headers.emplace_back("A2A-Version", Secret("1.0"));
    auto answer = outbound_.send(sent);
    if (!answer) return fail(std::move(answer.error()));
    auto document = JsonDocument::parse_foreign(answer->body);
    const JsonRef root = document ? document->root() : JsonRef();
    const bool good = answer->status >= 200 && answer->status < 300;
    JsonRef error = root.get("error");
    if (error.is_null() && to_.rest && !good) error = root;
    refused_ = !error.is_null() || (answer->status >= 400 && answer->status < 500);
    if (const std::string words = error.is_null() ? std::string() : peer_failure(error); !words.empty())
      return failed("the peer refused: " + words);
    if (answer->status == 401 || answer->status == 403)
      return failed("the peer refused the token (status " + std::to_string(answer->status) + ")");
    if (!good) return failed("the peer answered with status " + std::to_string(answer->status));
    if (!document) return failed("the peer's answer is not JSON: " + document.error().message());
    return peer_reply(to_.rest ? root : root.get("result"), to_.rest && !to_.modern);
  }

  const Outbound& outbound_;
  PeerAddress to_;
  const Secret& token_;
  int cancel_;
  steady_clock::time_point deadline_;
  bool refused_ = false;
};

bool is_newer(std::string_view version) { return version == "1.0" || version.starts_with("1.0."); }

/// The address in a card, on whatever host; empty when the card names none that is spoken here. JSON-RPC first, in its newer version, then
/// HTTP+JSON.
PeerAddress named_in(JsonRef card) {
  std::vector<PeerAddress> all;
  const auto add = [&all](JsonRef one, std::string_view binding, bool modern) {
    const std::string& url = one.get("url").text();
    if (!url.empty() && (binding == kJsonRpc || binding == kRest))
      all.push_back({.url = url, .modern = modern, .rest = binding == kRest, .tenant = one.get("tenant").text()});
  };
  for (const JsonRef& one : items_of(card.get("supportedInterfaces")))
    add(one, one.get("protocolBinding").text(), is_newer(one.get("protocolVersion").text()));
  const std::string& preferred = card.get("preferredTransport").text();
  add(card, preferred.empty() ? kJsonRpc : std::string_view(preferred), false);
  for (const JsonRef& one : items_of(card.get("additionalInterfaces"))) add(one, one.get("transport").text(), false);
  const auto rank = [](const PeerAddress& one) { return (one.rest ? 2 : 0) + (one.modern ? 0 : 1); };
  const auto best = std::ranges::min_element(all, {}, rank);
  return best == all.end() ? PeerAddress{} : *best;
}

}  // namespace

std::string card_address(std::string_view url) {
  std::string_view base = without_query(url);
  if (base.ends_with(".json")) return std::string(url);
  while (base.ends_with('/')) base.remove_suffix(1);
  if (base.ends_with(kRpcPath)) base.remove_suffix(kRpcPath.size());
  return std::string(base) + std::string(kWellKnown);
}

Result<PeerAddress> peer_address(std::string_view url, std::string_view card) {
  auto document = JsonDocument::parse_foreign(card);
  if (!document) return failed("the peer's card is not JSON");
  PeerAddress found = named_in(document->root());
  if (found.url.empty()) return failed("the peer's card contains no address for JSON-RPC or HTTP+JSON");
  const std::string origin = origin_of(found.url);
  if (origin.empty()) return failed("the address in the peer's card is not an http or https address");
  if (origin != origin_of(url))
    return failed("the peer's card sends requests to " + origin + ", which is not the registered host " + origin_of(url) +
                  "; nothing was sent there; register the peer with that address if you trust it");
  return found;
}

Result<std::string> fetch_card(const Outbound& outbound, const PeerTarget& peer, int timeout_ms) {
  std::string address = card_address(peer.url);
  const auto ask = [&] {
    return outbound.send(
        {.url = address, .bearer = peer.token, .timeout_ms = std::clamp(timeout_ms, 1, kLongestCardFetch), .cancel = peer.cancel});
  };
  auto answer = ask();
  if (answer && answer->status == 404 && address.ends_with(kWellKnown)) {
    // Where agents had it before version 0.3.
    const std::string first = address;
    address = first.substr(0, first.size() - kWellKnown.size()) + std::string(kOlderWellKnown);
    if (auto older = ask(); older && older->status == 200) answer = std::move(older);
    else address = first;
  }
  if (!answer) return fail(std::move(answer.error()));
  const std::string at = " (" + std::string(without_query(address)) + ")";
  if (answer->status >= 300 && answer->status < 400) return failed("the peer's card is a redirect, which is not followed" + at);
  if (answer->status != 200)
    return failed("the peer answered with status " + std::to_string(answer->status) + " to the request for its card" + at);
  auto document = JsonDocument::parse(answer->body);
  if (!document || document->root().kind() != JsonKind::object) return failed("the peer's card is not a JSON object" + at);
  if (auto status = validate(document->root(), shape_of<PeerCard>, Direction::reply); !status)
    return failed("the peer's card is invalid: " + status.error().message() + at);
  return std::move(answer->body);
}

Result<PeerReply> send_message(const Outbound& outbound, const PeerTarget& peer, const PeerMessage& message, int timeout_ms) {
  const auto deadline = steady_clock::now() + milliseconds(timeout_ms);
  PeerAddress address{.url = peer.url};
  if (!without_query(peer.url).ends_with(kRpcPath)) {
    auto card = fetch_card(outbound, peer, timeout_ms);
    if (!card) return fail(std::move(card.error()));
    auto found = peer_address(peer.url, *card);
    if (!found) return fail(std::move(found.error()));
    address = std::move(*found);
  }
  int pause = address.modern ? kFirstModernPause : kFirstPause;
  PeerExchange exchange(outbound, std::move(address), peer, deadline);
  auto reply = exchange.say(message);
  while (reply && is_running(reply->state) && reply->taskId && exchange.left_ms() > kLastLook) {
    if (!outbound.pause(std::min(pause, exchange.left_ms() - kLastLook), peer.cancel)) break;
    pause = std::min(pause * 2, kLongestPollPause);
    // One look that fails is not the end of the wait; the state that is known already says more than its failure.
    if (auto later = exchange.look(*reply->taskId)) reply = std::move(later);
    else if (exchange.refused()) break;
  }
  return reply;
}

}  // namespace facio::serve
