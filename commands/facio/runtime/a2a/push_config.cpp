#include <algorithm>

#include "cli/catalogue/json_writer.hpp"
#include "cli/core/secret_rule.hpp"
#include "commands/facio/runtime/a2a/push.hpp"
#include "commands/serve/outbound/url.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio::serve::a2a {
namespace {

constexpr std::int64_t kFirstPauseMs = 5'000, kLongestPauseMs = 3'600'000, kGiveUpAfterMs = 24 * 3'600'000;
constexpr std::size_t kLongestUrl = 2048, kLongestSecret = 4096, kLongestId = 128;

bool is_word(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

Outcome<void> read_authentication(JsonRef json, const std::string& field, PushConfig& config) {
  if (json.is_null() || (config.dialect != Dialect::v1 && json.kind() == JsonKind::object && json.size() == 0)) return {};
  if (json.kind() != JsonKind::object) return bad(field, "must be an object");
  MemberReader reader(json, field);
  config.scheme = reader.text("scheme");
  // Version 0.3 has a list; its first entry is used.
  if (config.scheme.empty()) config.scheme = json.get("schemes").at(0).text();
  config.credentials = Secret(reader.text("credentials"));
  reader.check(!config.scheme.empty(), "scheme", "is required");
  reader.check(is_word(config.scheme), "scheme", "must be one word");
  reader.check(config.credentials.reveal().size() <= kLongestSecret, "credentials", "must have at most 4096 bytes");
  if (reader.fault()) return tl::unexpected(*reader.fault());
  return {};
}

std::int64_t number_of(JsonRef entry, std::string_view name) {
  const JsonRef found = entry.get(name);
  return found.is(JsonKind::integer) ? found.integer() : 0;
}

/// 5 seconds, and twice as long each time, up to an hour.
std::int64_t pause_after(std::int64_t tries) { return std::min(kFirstPauseMs << std::min<std::int64_t>(tries - 1, 20), kLongestPauseMs); }

}  // namespace

std::string push_secret_place(std::string_view task_id, std::string_view id, std::string_view what) {
  return "a2a/" + std::string(task_id) + "/" + std::string(id) + "/" + std::string(what);
}

Outcome<PushConfig> read_push(JsonRef json, const std::string& field, Dialect dialect) {
  if (json.is_null()) return bad(field, "is required");
  if (json.kind() != JsonKind::object) return bad(field, "must be an object");
  MemberReader reader(json, field);
  PushConfig config;
  config.dialect = dialect == Dialect::v1 ? Dialect::v1 : Dialect::v03;
  config.url = reader.text("url");
  config.id = reader.text("id");
  config.token = Secret(reader.text("token"));
  reader.check(!config.url.empty(), "url", "is required");
  reader.check(config.url.size() <= kLongestUrl, "url", "must have at most 2048 bytes");
  if (auto parsed = parse_outbound_url(config.url); !parsed) reader.check(false, "url", parsed.error().message());
  reader.check(config.id.size() <= kLongestId && is_word(config.id), "id", "must have at most 128 visible ASCII characters");
  reader.check(config.token.reveal().size() <= kLongestSecret && is_word(config.token.reveal()), "token",
               "must have at most 4096 visible ASCII characters");
  if (auto good = read_authentication(json.get("authentication"), reader.path("authentication"), config); !good && !reader.fault())
    return tl::unexpected(std::move(good.error()));
  return reader.result(std::move(config));
}

std::string push_json(std::string_view task_id, const PushConfig& config, Dialect dialect) {
  JsonWriter out;
  out.begin_object();
  if (dialect != Dialect::v03_rest) out.member("taskId", task_id);
  else out.member("name", "tasks/" + std::string(task_id) + "/pushNotificationConfigs/" + config.id);
  if (dialect != Dialect::v1) out.key("pushNotificationConfig").begin_object();
  out.member("id", config.id).member("url", without_secrets(config.url));
  if (!config.scheme.empty()) {
    out.key("authentication").begin_object();
    if (dialect == Dialect::v1) out.member("scheme", config.scheme);
    else out.key("schemes").begin_array().value(config.scheme).end_array();
    out.end_object();
  }
  if (dialect != Dialect::v1) out.end_object();
  return out.end_object().take();
}

Result<std::vector<PushConfig>> stored_push(std::string_view json) {
  std::vector<PushConfig> found;
  if (json.empty()) return found;
  auto document = JsonDocument::parse(json);
  if (!document) return fail(std::move(document.error()));
  const JsonRef list = document->root();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JsonRef one = list.at(i);
    found.push_back({.id = one.get("id").text(),
                     .url = one.get("url").text(),
                     .address = one.get("address").text(),
                     .token = Secret(one.get("token").text()),
                     .scheme = one.get("scheme").text(),
                     .credentials = Secret(one.get("credentials").text()),
                     .dialect = one.get("dialect").text() == "v03" ? Dialect::v03 : Dialect::v1,
                     .settled = one.get("settled").is(JsonKind::boolean) && one.get("settled").boolean(),
                     .tries = number_of(one, "tries"),
                     .since_ms = number_of(one, "since"),
                     .next_ms = number_of(one, "next")});
  }
  return found;
}

Result<std::string> without_push(std::string_view json, std::string_view id) {
  if (json.empty()) return std::string();
  auto document = JsonDocument::parse(json);
  if (!document) return fail(std::move(document.error()));
  const JsonRef list = document->root();
  std::string rest;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list.at(i).get("id").text() == id) continue;
    rest += (rest.empty() ? "[" : ",") + list.at(i).dump();
  }
  return rest.empty() ? rest : rest + "]";
}

Result<std::string> after_push(std::string_view json, const std::vector<PushOutcome>& outcomes, std::int64_t now_ms,
                               std::vector<PushGivenUp>& given_up) {
  if (json.empty()) return std::string();
  auto document = JsonDocument::parse(json);
  if (!document) return fail(std::move(document.error()));
  const JsonRef list = document->root();
  std::string after;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string& id = list.at(i).get("id").text();
    JsonDocument entry = JsonDocument::object();
    entry.merge(list.at(i));
    if (const auto found = std::ranges::find(outcomes, id, &PushOutcome::id); found != outcomes.end()) {
      using Kind = PushOutcome::Kind;
      const std::int64_t tries = number_of(list.at(i), "tries") + 1;
      const std::int64_t since = tries == 1 ? now_ms : number_of(list.at(i), "since");
      const bool over = found->kind == Kind::refused || (found->kind == Kind::failed && now_ms - since >= kGiveUpAfterMs);
      entry.set_integer("tries", tries);
      entry.set_integer("since", since);
      entry.set_integer("next", now_ms + pause_after(tries));
      entry.set_boolean("settled", over || found->kind == Kind::told);
      if (over) given_up.push_back({id, list.at(i).get("url").text(), found->why, tries});
    }
    after += (after.empty() ? "[" : ",") + entry.dump();
  }
  return after.empty() ? after : after + "]";
}

std::optional<std::int64_t> next_push(std::string_view json) {
  std::optional<std::int64_t> next;
  const auto receivers = stored_push(json);
  if (!receivers) return next;
  for (const PushConfig& one : *receivers)
    if (!one.settled) next = std::min(next.value_or(one.next_ms), one.next_ms);
  return next;
}

Result<std::string> with_push(std::string_view json, const PushConfig& config, std::string_view task_id, const Vault& vault,
                              store::Transaction& tx) {
  auto rest = without_push(json, config.id);
  if (!rest) return fail(std::move(rest.error()));
  JsonDocument entry = JsonDocument::object();
  entry.set_string("id", config.id);
  entry.set_string("url", without_secrets(config.url));
  entry.set_string("dialect", config.dialect == Dialect::v1 ? "v1" : "v03");
  if (!config.scheme.empty()) entry.set_string("scheme", config.scheme);
  const Secret address(holds_secret(config.url) ? config.url : std::string());  // sealed as a whole beside what is shown of it
  for (const auto& [name, secret] : {std::pair{"token", &config.token}, {"credentials", &config.credentials}, {"address", &address}}) {
    if (secret->empty()) continue;
    auto sealed = vault.seal(tx, secret->reveal(), push_secret_place(task_id, config.id, name));
    if (!sealed) return fail(std::move(sealed.error()));
    entry.set_string(name, *sealed);
  }
  if (rest->empty()) return "[" + entry.dump() + "]";
  rest->back() = ',';
  return *rest + entry.dump() + "]";
}

}  // namespace facio::serve::a2a
