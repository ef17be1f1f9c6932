#include "commands/facio/mcp/server/service.hpp"

#include <algorithm>
#include <chrono>

#include "cli/core/secret.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/mcp/rules.hpp"
#include "commands/facio/mcp/server/connection.hpp"
#include "commands/facio/mcp/server/tools.hpp"
#include "commands/facio/mcp/server/unmasking.hpp"

namespace facio {
namespace {

constexpr std::string_view kFile = "mcp.json";
constexpr std::size_t kLargest = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds kWaitForOutcome{5'000};

tl::unexpected<Error> broken(const std::string& why) {
  return fail(Code::conflict, "mcp.json in the workspace is invalid: " + why, "repair it: facioctl workspace edit mcp.json");
}

std::string member(std::string_view name, std::string_view field = {}) {
  std::string path = "servers." + std::string(name);
  if (!field.empty()) path += "." + std::string(field);
  return path;
}

Result<McpConfig> config_of(JsonRef server) {
  auto config = from_json<McpConfig>(server);
  if (!config) return config;
  if (auto status = validate(server, shape_of<McpConfig>, Direction::request); !status) return fail(std::move(status.error()));
  if (auto status = mcp::check_config(*config); !status) return fail(std::move(status.error()));
  return config;
}

McpServer summary(std::string_view name, JsonRef server) {
  McpServer out{.name = std::string(name)};
  if (const JsonRef enabled = server.get("enabled"); enabled.is(JsonKind::boolean)) out.enabled = enabled.boolean();
  const auto config = config_of(server);
  if (!find_pattern("mcp-name")->matches(name)) {
    out.error = "the name cannot be used; rename it in mcp.json: letters, digits, _ and -, at most 64";
  } else if (!config) {
    out.error = "the configuration in mcp.json is invalid: " + config.error().message();
  } else {
    out.transport = mcp::transport_of(*config);
  }
  return out;
}

bool should_connect(const McpServer& server) { return server.enabled && !server.error; }

bool has_text(JsonRef body, std::string_view field) {
  const JsonRef found = body.get(field);
  return found.is(JsonKind::string) && !mcp::blank(found.string());
}

/// Erases the fields of the other transport when a patch changes it.
void change_transport(JsonDocument& document, std::string_view name, JsonRef patch) {
  const auto drop = [&](std::initializer_list<std::string_view> fields) {
    for (const std::string_view field : fields)
      if (!patch.get(field)) document.erase(member(name, field));
  };
  const bool command = has_text(patch, "command"), url = has_text(patch, "url");
  const JsonRef server = document.root().get("servers").get(name);
  if (url && !command && server.get("command")) drop({"command", "args", "env", "type"});
  if (command && !url && server.get("url")) drop({"url", "headers", "type"});
}

/// Overwrites fields of the server called `name` with those of `body`; gives what it is then.
Result<McpServer> merge(JsonDocument& document, std::string_view name, JsonRef body) {
  change_transport(document, name, body);
  for (const Field& declared : shape_of<McpConfig>.fields) {
    const std::string_view field = declared.name;
    const JsonRef given = body.get(field);
    if (!given) continue;
    if ((field == "command" || field == "url") && mcp::blank(given.string())) {
      document.erase(member(name, field));
    } else {
      auto value = serve::unmasked_field(field, given, document.root().get("servers").get(name).get(field));
      if (!value) return fail(std::move(value.error()));
      if (auto status = document.set_json(member(name, field), *value); !status) return fail(std::move(status.error()));
    }
  }
  const JsonRef server = document.root().get("servers").get(name);
  if (auto config = config_of(server); !config) return fail(std::move(config.error()));
  return summary(name, server);
}

}  // namespace

/// The file as it was read.
struct McpService::Registry {
  JsonDocument document = JsonDocument::object();
  std::string text = {};

  [[nodiscard]] JsonRef servers() const { return document.root().get("servers"); }
  /// Code::not_found.
  [[nodiscard]] Result<JsonRef> find(std::string_view name) const {
    if (const JsonRef server = servers().get(name)) return server;
    return no_such("MCP server", name, "facioctl mcp list");
  }
};

McpService::McpService(const serve::ServiceContext& context, CredentialsService& credentials, const serve::Outbound& outbound)
    : files_(context.files),
      clock_(context.clock),
      outbound_(outbound),
      credentials_(credentials),
      agreements_(context, credentials),
      logins_(context, credentials, outbound) {
  logins_.on_login([this](const std::string& agent, const std::string& name) {
    if (const auto connection = find(agent, name)) connection->reconnect();
  });
}

Result<McpService::Registry> McpService::load() const {
  if (const auto entry = files_.look(kFile); entry && entry->link)
    return broken("it is a link whose target the agent may be able to write; use a regular file");
  auto text = files_.read(kFile, kLargest);
  if (text) return parse(std::move(*text));
  if (text.error().code() == Code::output) return fail(std::move(text.error()));  // the disk is broken, not the file
  return text.error().code() == Code::not_found ? parse({}) : broken(text.error().message());
}

/// An empty text is that of a missing file.
Result<McpService::Registry> McpService::parse(std::string text) {
  Registry registry;
  if (!text.empty()) {
    auto document = JsonDocument::parse(text);
    if (!document) return broken(document.error().message());
    registry = {.document = std::move(*document), .text = std::move(text)};
  }
  if (registry.document.root().kind() != JsonKind::object) return broken("it must contain an object with the member servers");
  if (!registry.servers())
    if (auto status = registry.document.set_json("servers", "{}"); !status) return fail(std::move(status.error()));
  if (registry.servers().kind() != JsonKind::object) return broken("servers must be an object from name to configuration");
  for (std::size_t i = 0; i < registry.servers().size(); ++i)
    if (registry.servers().at(i).kind() != JsonKind::object)
      return broken("servers." + std::string(registry.servers().name_at(i)) + " must be an object");
  return registry;
}

void McpService::refresh_all(std::span<const std::string_view> agents) {
  for (const std::string_view agent : agents) (void)refresh(agent);
}

/// Reads the file, and lets the connections follow it.
Result<McpService::Registry> McpService::refresh(std::string_view agent) {
  const std::lock_guard lock(follow_mutex_);
  auto registry = load();
  if (!registry) return registry;
  const auto [followed, first] = followed_.try_emplace(std::string(agent));
  if (!first && followed->second == registry->text) return registry;
  followed->second = registry->text;
  std::map<std::string, McpConfig> servers;
  for (std::size_t i = 0; i < registry->servers().size(); ++i) {
    const std::string name(registry->servers().name_at(i));
    auto config = config_of(registry->servers().at(i));
    if (!config) continue;
    for (std::size_t at = 0; const Secret& value : serve::telling_values(*config))
      credentials_.also_mask(agent, "mcp " + name + " " + std::to_string(at++), value);
    if (!should_connect(summary(name, registry->servers().at(i)))) continue;
    const auto standing = agreements_.standing(agent, name, *config);
    if (standing && standing->may_start()) servers.emplace(name, std::move(*config));
    else if (!standing) followed_.erase(std::string(agent));  // read again with the next call
  }
  forget_journals(agent, *registry);
  follow(agent, servers);
  return registry;
}

/// The connections follow the file anew, though it may be the same.
void McpService::forget_followed(std::string_view agent) {
  const std::lock_guard lock(follow_mutex_);
  followed_.erase(std::string(agent));
}

void McpService::refresh_if_edited() {
  const auto entry = files_.look(kFile);
  const std::pair now = entry ? std::pair(entry->mtime_ns, entry->size) : std::pair<std::int64_t, std::int64_t>(-1, -1);
  {
    const std::lock_guard lock(follow_mutex_);
    if (std::exchange(last_seen_, now) == now) return;
  }
  for (const std::string& agent : agents_) (void)refresh(agent);
}

Status McpService::reload() {
  Status first;
  for (const std::string& agent : agents_)
    if (auto registry = refresh(agent); !registry && first) first = fail(std::move(registry.error()));
  return first;
}

/// Reads, changes and writes the file; starts over when somebody edited it meanwhile. `prepare` comes right before the file is written:
/// what the store must know by then, so that whatever ends in between, the new file is as good as the old one.
template <class Change>
auto McpService::change(const Begin& begin, Rewritten& done, Change work, const std::function<Status()>& prepare)
    -> decltype(work(std::declval<Registry&>())) {
  const std::lock_guard lock(change_mutex_);
  while (true) {
    auto registry = load();
    if (!registry) return fail(std::move(registry.error()));
    auto result = work(*registry);
    if (!result) return result;
    std::string text = registry->document.dump(2) + "\n";
    if (text == registry->text) return result;
    if (begin)
      if (auto begun = begin(text); !begun) return fail(std::move(begun.error()));
    auto now = files_.read(kFile, kLargest);
    if ((now ? *now : std::string()) != registry->text) continue;
    if (prepare)
      if (auto ready = prepare(); !ready) return fail(std::move(ready.error()));
    const auto written = files_.write(kFile, text);
    // It may be there all the same: what failed may be the sync of its directory.
    const auto there = written ? Result<std::string>(text) : files_.read(kFile, kLargest);
    if (there && *there == text) done = {.before = std::move(registry->text), .after = std::move(text)};
    if (!written) return fail(written.error());
    return result;
  }
}

/// What the store says of the part of a change that belongs to it. Where it did not take that in, the file is as before, unless somebody
/// has edited it since.
Status McpService::kept(const Rewritten& done, Status status) {
  if (status || done.after.empty()) return status;
  const std::lock_guard lock(change_mutex_);
  const auto now = files_.read(kFile, kLargest);
  if (!now || *now != done.after) return status;
  (void)(done.before.empty() ? files_.remove(kFile) : files_.write(kFile, done.before).map([](bool) {}));
  return status;
}

/// The server as the file and its connection have it.
McpServer McpService::with_connection(std::string_view agent, std::string_view name, JsonRef server) const {
  McpServer out = summary(name, server);
  if (!should_connect(out)) return out;
  const auto connection = find(agent, name);
  if (!connection) {
    const auto standing = config_of(server).and_then([&](const McpConfig& config) { return agreements_.standing(agent, name, config); });
    out.error = !standing ? standing.error().message() : standing->may_start() ? "not connected" : standing->told(name);
    return out;
  }
  serve::McpLive live = connection->live();
  out.connected = live.connected;
  if (!live.transport.empty()) out.transport = std::move(live.transport);
  if (!live.error.empty()) out.error = std::move(live.error);
  if (live.connected)
    for (serve::McpTool& tool : live.tools) out.tools.push_back(std::move(tool.name));
  return out;
}

/// After a written change: waits a while for the outcome of the connection.
Result<McpServer> McpService::settled(std::string_view agent, Result<McpServer> changed, bool reconnect) {
  if (!changed) return changed;
  auto registry = refresh(agent);
  if (!registry) return changed;
  const auto server = registry->find(changed->name);
  if (!server || !should_connect(summary(changed->name, *server))) return changed;
  if (const auto connection = find(agent, changed->name)) {
    if (reconnect) connection->reconnect();
    connection->wait_outcome(kWaitForOutcome);
  }
  return with_connection(agent, changed->name, *server);
}

Result<McpList> McpService::list(std::string_view agent) {
  auto registry = refresh(agent);
  if (!registry) return fail(std::move(registry.error()));
  McpList out;
  for (std::size_t i = 0; i < registry->servers().size(); ++i) {
    McpListed& one = out.items.emplace_back();
    static_cast<McpServer&>(one) = with_connection(agent, registry->servers().name_at(i), registry->servers().at(i));
    if (auto config = config_of(registry->servers().at(i))) one.config = serve::masked_config(std::move(*config));
  }
  std::ranges::sort(out.items, {}, &McpServer::name);
  return out;
}

Result<McpServerDetail> McpService::get(std::string_view agent, std::string_view name) {
  auto registry = refresh(agent);
  if (!registry) return fail(std::move(registry.error()));
  const auto server = registry->find(name);
  if (!server) return fail(server.error());
  McpServerDetail out;
  static_cast<McpServer&>(out) = with_connection(agent, name, *server);
  for (ServerTool& one : out.connected ? all_tools(agent) : std::vector<ServerTool>())
    if (one.server == name)
      (out.toolDetails ? *out.toolDetails : out.toolDetails.emplace())
          .push_back({std::move(one.tool), std::move(one.info.name), std::move(one.info.other_name), std::move(one.info.description)});
  auto config = config_of(*server);
  if (!config) return out;
  auto standing = agreements_.standing(agent, name, *config);
  if (!standing) return fail(std::move(standing.error()));
  if (out.enabled && !standing->may_start()) {
    auto before = agreements_.before(agent, name);
    if (!before) return fail(std::move(before.error()));
    out.approval = {.digest = std::move(standing->digest), .why = std::move(standing->why), .agreed = std::move(*before)};
  }
  if (config->url)
    if (auto login = logins_.info(agent, name, *config->url)) out.login = std::move(*login);
  out.config = serve::masked_config(std::move(*config));
  return out;
}

Result<McpServer> McpService::state(std::string_view agent, std::string_view name) {
  auto registry = refresh(agent);
  if (!registry) return fail(std::move(registry.error()));
  return registry->find(name).map([&](JsonRef server) { return with_connection(agent, name, server); });
}

/// Of servers that are not in the file any more.
void McpService::forget_journals(std::string_view agent, const Registry& registry) {
  const std::lock_guard lock(mutex_);
  std::erase_if(journals_, [&](const auto& one) { return one.first.first == agent && !registry.servers().get(one.first.second); });
}

Result<McpConfig> McpService::sound_config(std::string_view name) const {
  const auto registry = load();
  if (!registry) return fail(registry.error());
  return registry->find(name).and_then([](JsonRef server) { return config_of(server); });
}

Result<McpServer> McpService::add(std::string_view agent, JsonRef body, serve::McpBy by, const Begin& begin) {
  const std::string name = body.get("name").string();
  std::optional<McpConfig> made;
  Rewritten done;
  const auto work = [&](Registry& registry) -> Result<McpServer> {
    if (registry.find(name))
      return fail_field(Code::conflict, "name",
                        "there is an MCP server \"" + name + "\" already; change it with mcp update, or choose another name");
    if (auto status = registry.document.set_json(member(name), "{}"); !status) return fail(std::move(status.error()));
    auto server = merge(registry.document, name, body);
    if (server) made = *config_of(*registry.find(name));
    return server;
  };
  bool agreed = false;
  const auto agree = [&]() -> Status {
    if (by == serve::McpBy::agent) return {};
    const auto origin = by == serve::McpBy::api ? serve::McpOrigin::api : serve::McpOrigin::file;
    auto status = agreements_.agree(agent, name, *made, origin);
    agreed = status.has_value();
    return status;
  };
  auto added = change(begin, done, work, agree);
  if (!added && agreed && done.after.empty()) (void)agreements_.forget(agent, name);
  if (added) forget_followed(agent);
  return settled(agent, std::move(added));
}

Result<McpServer> McpService::update(std::string_view agent, std::string_view name, JsonRef patch, const Begin& begin) {
  if (const JsonRef other = patch.get("name"); other && (other.kind() != JsonKind::string || other.string() != name))
    return reject_field("name", "cannot be changed; add the server under its new name and remove this one");
  std::optional<McpConfig> before, after;
  Rewritten done;
  const auto work = [&](Registry& registry) -> Result<McpServer> {
    const auto server = registry.find(name);
    if (!server) return fail(server.error());
    if (auto config = config_of(*server)) before = std::move(*config);
    auto merged = merge(registry.document, name, patch);
    if (merged) after = *config_of(*registry.find(name));
    return merged;
  };
  // A part of an entry that nobody has agreed to is not an agreement to the rest.
  bool agreed = false;
  const auto agree = [&]() -> Status {
    const auto standing = before ? agreements_.standing(agent, name, *before) : Result<serve::McpStanding>(serve::McpStanding{});
    if (!standing) return fail(standing.error());
    agreed = standing->known;
    return agreed ? agreements_.agree(agent, name, *after, standing->origin) : Status{};
  };
  auto updated = change(begin, done, work, agree);
  if (!updated) return updated;
  if (agreed) {
    if (auto status = kept(done, agreements_.switch_to(agent, name, after->enabled.value_or(true))); !status)
      return fail(std::move(status.error()));
    forget_followed(agent);
  }
  return settled(agent, std::move(updated));
}

Result<McpDeleted> McpService::remove(std::string_view agent, std::string_view name, const Begin& begin) {
  Rewritten done;
  auto deleted = change(begin, done, [name](Registry& registry) {
    return registry.find(name).map([&](JsonRef) {
      registry.document.erase(member(name));
      return McpDeleted{std::string(name)};
    });
  });
  if (!deleted) return deleted;
  if (auto status = kept(done, agreements_.forget(agent, name)); !status) return fail(std::move(status.error()));
  if (auto status = logins_.forget(agent, name); !status) return fail(std::move(status.error()));
  (void)refresh(agent);
  return deleted;
}

Result<McpServer> McpService::switch_to(std::string_view agent, std::string_view name, bool enabled, serve::McpBy by, const Begin& begin) {
  Rewritten done;
  const auto work = [name, enabled](Registry& registry) {
    return registry.find(name).map([&](JsonRef server) {
      if (summary(name, server).enabled != enabled) registry.document.set_boolean(member(name, "enabled"), enabled);
      return summary(name, *registry.find(name));
    });
  };
  // Switched on, the store knows it before the file says so, and switched off, after it does.
  const bool first = enabled && by != serve::McpBy::agent;
  auto switched = change(begin, done, work, [&]() -> Status { return first ? agreements_.switch_to(agent, name, true) : Status{}; });
  if (switched && by != serve::McpBy::agent) {
    if (auto status = kept(done, agreements_.switch_to(agent, name, enabled)); !status) return fail(std::move(status.error()));
    forget_followed(agent);
  }
  return settled(agent, std::move(switched));
}

std::vector<std::string> McpService::awaiting(std::string_view agent) {
  std::vector<std::string> names;
  const auto registry = load();
  if (!registry) return names;
  for (std::size_t i = 0; i < registry->servers().size(); ++i) {
    const std::string name(registry->servers().name_at(i));
    if (!should_connect(summary(name, registry->servers().at(i)))) continue;
    const auto config = config_of(registry->servers().at(i));
    const auto standing = config.and_then([&](const McpConfig& one) { return agreements_.standing(agent, name, one); });
    if (standing && !standing->may_start()) names.push_back(name);
  }
  return names;
}

Result<McpServer> McpService::approve(std::string_view agent, std::string_view name, JsonRef body) {
  auto registry = load();
  if (!registry) return fail(std::move(registry.error()));
  const auto server = registry->find(name);
  if (!server) return fail(server.error());
  McpServer shown = summary(name, *server);
  const auto config = config_of(*server);
  if (shown.error || !config)
    return fail(Code::conflict, "the entry " + std::string(name) + " cannot be approved: " + shown.error.value_or("it is invalid"),
                "repair it: facioctl workspace edit mcp.json");
  const auto standing = agreements_.standing(agent, name, *config);
  if (!standing) return fail(standing.error());
  if (auto status = agreements_.agree(agent, name, *config, standing->origin, body.get("digest").string()); !status)
    return fail(std::move(status.error()));
  forget_followed(agent);
  return settled(agent, std::move(shown));
}

Status McpService::agree_to_file(std::string_view agent, std::string_view before, std::string_view text) {
  const auto registry = parse(std::string(text)), old = parse(std::string(before));
  if (!registry) return {};  // nothing of a broken file is started
  for (std::size_t i = 0; i < registry->servers().size(); ++i) {
    const std::string_view name = registry->servers().name_at(i);
    const auto config = config_of(registry->servers().at(i));
    if (!config || (old && old->servers().get(name) && old->servers().get(name).dump() == registry->servers().at(i).dump())) continue;
    if (auto status = agreements_.agree(agent, name, *config, serve::McpOrigin::api); !status) return status;
  }
  forget_followed(agent);
  return {};
}

Result<McpServer> McpService::restart(std::string_view agent, std::string_view name) {
  auto registry = refresh(agent);
  if (!registry) return fail(std::move(registry.error()));
  const auto found = registry->find(name);
  if (!found) return fail(found.error());
  McpServer server = summary(name, *found);
  if (!server.enabled)
    return fail(Code::conflict, "the MCP server \"" + std::string(name) + "\" is disabled", "facioctl mcp enable " + std::string(name));
  return settled(agent, std::move(server), true);
}

}  // namespace facio
