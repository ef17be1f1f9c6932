#include "commands/serve/outbound/device_flow.hpp"

#include <algorithm>

#include "cli/core/json.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kGrant = "urn:ietf:params:oauth:grant-type:device_code";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::size_t kMostBytes = std::size_t{64} * 1024;
constexpr std::size_t kLongestText = 200;
constexpr std::int64_t kLongestInterval = 300, kLongestLogin = 3600;

/// A number of seconds within its bounds.
std::int64_t seconds_of(JsonRef value, std::int64_t otherwise, std::int64_t most) {
  if (!value.is(JsonKind::integer)) return otherwise;
  return std::clamp<std::int64_t>(value.integer(), 1, most);
}

bool is_plain(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// "error: description" of an OAuth error, as far as it is printable; empty if the answer has none.
std::string error_of(JsonRef answer) {
  std::string error = answer.get("error").text();
  if (!is_plain(error, kLongestText)) return {};
  const std::string words = answer.get("error_description").text();
  if (is_plain(words, kLongestText) && words != error) error += ": " + words;
  return error;
}

Result<OutboundReply> post(const Outbound& outbound, const std::string& url, std::string body) {
  return outbound.send(
      {.method = "POST", .url = url, .body = std::move(body), .content_type = std::string(kForm), .most_bytes = kMostBytes});
}

using FormFields = std::vector<std::pair<std::string_view, std::string_view>>;

FormFields with_more(FormFields fields, const DeviceFlow& flow) {
  for (const auto& [name, value] : flow.fields) fields.emplace_back(name, value.reveal());
  return fields;
}

std::string shown(const std::string& url) {
  const auto parsed = parse_outbound_url(url);
  return parsed ? parsed->origin() : "the authorization server";
}

}  // namespace

Result<DeviceCode> request_device_code(const Outbound& outbound, const DeviceFlow& flow) {
  auto reply = post(outbound, flow.device_url, form_body(with_more({{"client_id", flow.client_id}, {"scope", flow.scope}}, flow)));
  if (!reply) return fail(std::move(reply.error()));
  const std::string who = shown(flow.device_url);
  auto document = JsonDocument::parse(reply->body);
  const JsonRef answer = document ? document->root() : JsonRef();
  if (const std::string error = document ? error_of(answer) : std::string(); !error.empty())
    return fail(Code::upstream_failed, who + " refused to start a login: " + error);
  if (reply->status != 200)
    return fail(Code::upstream_failed, who + " answered " + std::to_string(reply->status) + " when starting a login");

  DeviceCode code;
  const std::string device = answer.get("device_code").text();
  code.user_code = answer.get("user_code").text();
  code.verification_uri = answer.get("verification_uri").text();
  if (code.verification_uri.empty()) code.verification_uri = answer.get("verification_url").text();  // the draft's name, still in use
  if (!is_plain(device, 4096) || !is_plain(code.user_code, 64) || !parse_outbound_url(code.verification_uri))
    return fail(Code::upstream_failed, who + " did not send a device code, a user code or an address to open");
  code.device_code = Secret(device);
  if (std::string complete = answer.get("verification_uri_complete").text(); parse_outbound_url(complete))
    code.verification_uri_complete = std::move(complete);
  code.expires_in = seconds_of(answer.get("expires_in"), 900, kLongestLogin);
  code.interval = seconds_of(answer.get("interval"), 5, kLongestInterval);
  return code;
}

TokenAnswer request_token(const Outbound& outbound, const DeviceFlow& flow, const Secret& device_code) {
  using Kind = TokenAnswer::Kind;
  auto reply =
      post(outbound, flow.token_url,
           form_body(with_more({{"grant_type", kGrant}, {"device_code", device_code.reveal()}, {"client_id", flow.client_id}}, flow)));
  if (!reply || reply->status >= 500 || reply->status == 429) return {.kind = Kind::trouble};
  auto document = JsonDocument::parse(reply->body);
  if (!document || document->root().kind() != JsonKind::object) return {.kind = Kind::trouble};
  const JsonRef answer = document->root();
  const std::string error = answer.get("error").text();
  if (error == "authorization_pending") return {.kind = Kind::pending};
  if (error == "slow_down") return {.kind = Kind::slow_down, .interval = seconds_of(answer.get("interval"), 0, kLongestInterval)};
  if (error == "expired_token") return {.kind = Kind::failed, .error = "expired"};
  if (const std::string words = error_of(answer); !words.empty()) return {.kind = Kind::failed, .error = words};
  std::string token = answer.get("access_token").text();
  const bool usable = !token.empty() && std::ranges::all_of(token, [](char c) { return c > 0x20 && c < 0x7f; });
  if (reply->status != 200 || !usable) return {.kind = Kind::failed, .error = "the answer of the authorization server contains no token"};
  return {.kind = Kind::token, .token = Secret(std::move(token)), .answer = Secret(reply->body)};
}

std::optional<std::string> request_account(const Outbound& outbound, const DeviceFlow& flow, const Secret& token) {
  auto reply = outbound.send({.url = flow.user_url, .bearer = token});
  if (!reply || reply->status != 200) return std::nullopt;
  auto document = JsonDocument::parse(reply->body);
  std::string name = document ? document->root().get("login").text() : std::string();
  if (!is_plain(name, kLongestText)) return std::nullopt;
  return name;
}

}  // namespace facio::serve
