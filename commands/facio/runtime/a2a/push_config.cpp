#include "commands/serve/outbound/url.hpp"
#include "commands/facio/runtime/a2a/push.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio::serve::a2a {
namespace {

constexpr std::size_t kLongestUrl = 2048, kLongestSecret = 4096, kLongestId = 128;

bool is_word(std::string_view text) {
  for (const char c : text)
    if (c <= 0x20 || c >= 0x7f) return false;
  return true;
}

Outcome<void> read_authentication(JsonRef json, const std::string& field, PushConfig& config) {
  if (json.is_null() || (config.dialect != Dialect::v1 && json.kind() == JsonKind::object && json.size() == 0)) return {};
  if (json.kind() != JsonKind::object) return bad(field, "must be an object");
  auto scheme = read_text(json, field, "scheme");
  if (!scheme) return tl::unexpected(std::move(scheme.error()));
  config.scheme = std::move(*scheme);
  // Version 0.3 has a list; its first entry is used.
  if (const JsonRef list = json.get("schemes"); config.scheme.empty() && list && list.size() > 0 && list.at(0).kind() == JsonKind::string)
    config.scheme = list.at(0).string();
  auto credentials = read_text(json, field, "credentials");
  if (!credentials) return tl::unexpected(std::move(credentials.error()));
  config.credentials = Secret(std::move(*credentials));
  if (config.scheme.empty()) return bad(field + ".scheme", "is required");
  if (!is_word(config.scheme)) return bad(field + ".scheme", "must be one word");
  if (config.credentials.reveal().size() > kLongestSecret) return bad(field + ".credentials", "must have at most 4096 bytes");
  return {};
}

Dialect dialect_of(std::string_view name) { return name == "v03" ? Dialect::v03 : Dialect::v1; }

/// Seals what is there.
Status seal_into(JsonDocument& entry, std::string_view name, const Secret& secret, const std::string& place, const Vault& vault,
                 store::Transaction& tx) {
  if (secret.empty()) return {};
  auto sealed = vault.seal(tx, secret.reveal(), place);
  if (!sealed) return fail(std::move(sealed.error()));
  entry.set_string(name, *sealed);
  return {};
}

}  // namespace

std::string push_secret_place(std::string_view task_id, std::string_view id, std::string_view what) {
  return "a2a/" + std::string(task_id) + "/" + std::string(id) + "/" + std::string(what);
}

Outcome<PushConfig> read_push(JsonRef json, const std::string& field, Dialect dialect) {
  if (json.is_null()) return bad(field, "is required");
  if (json.kind() != JsonKind::object) return bad(field, "must be an object");
  PushConfig config;
  config.dialect = dialect == Dialect::v1 ? Dialect::v1 : Dialect::v03;
  const std::string before = field.empty() ? "" : field + ".";
  auto url = read_text(json, field, "url");
  if (!url) return tl::unexpected(std::move(url.error()));
  auto id = read_text(json, field, "id");
  if (!id) return tl::unexpected(std::move(id.error()));
  auto token = read_text(json, field, "token");
  if (!token) return tl::unexpected(std::move(token.error()));
  config.url = std::move(*url);
  config.id = std::move(*id);
  config.token = Secret(std::move(*token));
  if (config.url.empty()) return bad(before + "url", "is required");
  if (config.url.size() > kLongestUrl) return bad(before + "url", "must have at most 2048 bytes");
  if (auto parsed = parse_outbound_url(config.url); !parsed) return bad(before + "url", parsed.error().message());
  if (config.id.size() > kLongestId || !is_word(config.id)) return bad(before + "id", "must have at most 128 visible ASCII characters");
  if (config.token.reveal().size() > kLongestSecret || !is_word(config.token.reveal()))
    return bad(before + "token", "must have at most 4096 visible ASCII characters");
  if (auto good = read_authentication(json.get("authentication"), before + "authentication", config); !good)
    return tl::unexpected(std::move(good.error()));
  return config;
}

void write_push(std::string& out, std::string_view task_id, const PushConfig& config, Dialect dialect) {
  const auto text = [&out](std::string_view name, std::string_view value) {
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  };
  const std::string task(task_id);
  out += '{';
  if (dialect == Dialect::v1 || dialect == Dialect::v03) text("taskId", task_id);
  else text("name", "tasks/" + task + "/pushNotificationConfigs/" + config.id);
  out += ',';
  if (dialect != Dialect::v1) out += R"("pushNotificationConfig":{)";
  text("id", config.id);
  out += ',';
  text("url", config.url);
  if (!config.scheme.empty()) {
    out += R"(,"authentication":{)";
    if (dialect == Dialect::v1) {
      text("scheme", config.scheme);
    } else {
      out += R"("schemes":[)";
      append_json_string(out, config.scheme);
      out += ']';
    }
    out += '}';
  }
  out += dialect == Dialect::v1 ? "}" : "}}";
}

Result<std::vector<PushConfig>> stored_push(std::string_view json) {
  std::vector<PushConfig> found;
  if (json.empty()) return found;
  auto document = JsonDocument::parse(json);
  if (!document) return fail(std::move(document.error()));
  const JsonRef list = document->root();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JsonRef one = list.at(i);
    const auto text = [&one](std::string_view name) { return read_text(one, "", name).value_or(""); };
    found.push_back({.id = text("id"),
                     .url = text("url"),
                     .token = Secret(text("token")),
                     .scheme = text("scheme"),
                     .credentials = Secret(text("credentials")),
                     .dialect = dialect_of(text("dialect"))});
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
    if (read_text(list.at(i), "", "id").value_or("") == id) continue;
    rest += (rest.empty() ? "[" : ",") + list.at(i).dump();
  }
  return rest.empty() ? rest : rest + "]";
}

Result<std::string> with_push(std::string_view json, const PushConfig& config, std::string_view task_id, const Vault& vault,
                              store::Transaction& tx) {
  auto rest = without_push(json, config.id);
  if (!rest) return fail(std::move(rest.error()));
  JsonDocument entry = JsonDocument::object();
  entry.set_string("id", config.id);
  entry.set_string("url", config.url);
  entry.set_string("dialect", config.dialect == Dialect::v1 ? "v1" : "v03");
  if (!config.scheme.empty()) entry.set_string("scheme", config.scheme);
  if (auto status = seal_into(entry, "token", config.token, push_secret_place(task_id, config.id, "token"), vault, tx); !status)
    return fail(std::move(status.error()));
  if (auto status = seal_into(entry, "credentials", config.credentials, push_secret_place(task_id, config.id, "credentials"), vault, tx);
      !status)
    return fail(std::move(status.error()));
  if (rest->empty()) return "[" + entry.dump() + "]";
  rest->back() = ',';
  return *rest + entry.dump() + "]";
}

}  // namespace facio::serve::a2a
