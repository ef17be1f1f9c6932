#include "commands/facio/mcp/server/service.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "cli/core/secret.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/facio/credentials/rules.hpp"
#include "commands/facio/mcp/rules.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/mcp/server/connections.hpp"
#include "commands/facio/mcp/server/tool_names.hpp"

namespace facio {
namespace {

constexpr std::string_view kFile = "mcp.json";
constexpr std::size_t kLargest = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds kWaitForOutcome{5'000};
constexpr std::string_view kFields[] = {"type", "enabled", "command", "args", "env", "url", "headers", "enabledTools", "toolTimeout"};

/// The file as it was read.
struct Registry {
  JsonDocument document = JsonDocument::object();
  std::string text;
  bool exists = false;

  [[nodiscard]] JsonRef servers() const { return document.root().get("servers"); }
  [[nodiscard]] JsonRef find(std::string_view name) const { return servers().get(name); }
};

tl::unexpected<Error> broken(const std::string& why) {
  return fail(Code::conflict, "mcp.json of the workspace is broken: " + why, "repair it: facioctl workspace edit mcp.json");
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
    out.error = "the configuration in mcp.json is not sound: " + config.error().message();
  } else {
    out.transport = mcp::transport_of(*config);
  }
  return out;
}

/// Whether the agent is to connect to it.
bool is_wanted(const McpServer& server) { return server.enabled && !server.error; }

/// What is connected to, by name.
std::map<std::string, McpConfig> wanted(const Registry& registry) {
  std::map<std::string, McpConfig> out;
  for (std::size_t i = 0; i < registry.servers().size(); ++i) {
    const std::string name(registry.servers().name_at(i));
    if (!is_wanted(summary(name, registry.servers().at(i)))) continue;
    if (auto config = config_of(registry.servers().at(i))) out.emplace(name, std::move(*config));
  }
  return out;
}

void mask(std::optional<std::map<std::string, std::string>>& values) {
  if (!values) return;
  for (auto& [name, value] : *values)
    if (!value.empty() && !credentials::is_placeholder(value)) value = std::string(kMask);
}

/// The new values of env or headers, with those in the place of a mask that are stored.
Result<std::string> unmasked(std::string_view field, JsonRef values, JsonRef stored) {
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string name(values.name_at(i));
    out[name] = values.at(i).string();
    if (out[name] != kMask) continue;
    const JsonRef before = stored.get(name);
    if (!before.is(JsonKind::string))
      return fail_field(Code::rejected, std::string(field),
                        std::string(field) + ": " + name + " is masked, but nothing is stored for it; give its value");
    out[name] = before.string();
  }
  return to_json(out);
}

bool has_text(JsonRef body, std::string_view field) {
  const JsonRef found = body.get(field);
  return found.is(JsonKind::string) && !mcp::blank(found.string());
}

/// Leaves out what belongs to the other transport when a patch changes it.
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

/// Lays the known fields of `body` over the server called `name`.
Status lay_over(JsonDocument& document, std::string_view name, JsonRef body) {
  change_transport(document, name, body);
  for (const std::string_view field : kFields) {
    const JsonRef given = body.get(field);
    if (!given) continue;
    if ((field == "command" || field == "url") && mcp::blank(given.string())) {
      document.erase(member(name, field));
    } else if (field == "env" || field == "headers") {
      auto values = unmasked(field, given, document.root().get("servers").get(name).get(field));
      if (!values) return fail(std::move(values.error()));
      if (auto status = document.set_json(member(name, field), *values); !status) return status;
    } else {
      document.set(member(name, field), given);
    }
  }
  if (auto config = config_of(document.root().get("servers").get(name)); !config) return fail(std::move(config.error()));
  return {};
}

}  // namespace

struct McpService::Impl {
  /// Reads the file, and lets the connections follow it.
  Result<Registry> look(std::string_view agent) {
    const std::lock_guard lock(follow_mutex);
    auto registry = load();
    if (!registry) return registry;
    const auto found = followed.find(agent);
    if (found != followed.end() && found->second == registry->text) return registry;
    followed[std::string(agent)] = registry->text;
    connections.follow(agent, wanted(*registry));
    return registry;
  }

  /// The server as it stands in the file and as its connection is.
  McpServer seen(std::string_view agent, std::string_view name, JsonRef server) const {
    McpServer out = summary(name, server);
    if (!is_wanted(out)) return out;
    auto live = connections.live(agent, name);
    if (!live) {
      out.error = "not connected";
      return out;
    }
    out.connected = live->connected;
    if (!live->transport.empty()) out.transport = std::move(live->transport);
    if (!live->error.empty()) out.error = std::move(live->error);
    if (live->connected)
      for (serve::McpTool& tool : live->tools) out.tools.push_back(std::move(tool.name));
    return out;
  }

  /// After a change that is written: waits a while for what comes of the connection.
  Result<McpServer> settled(std::string_view agent, Result<McpServer> changed, bool anew = false) {
    if (!changed) return changed;
    auto registry = look(agent);
    if (!registry) return changed;
    const JsonRef server = registry->find(changed->name);
    if (!server || !is_wanted(summary(changed->name, server))) return changed;
    if (anew) connections.restart(agent, changed->name);
    connections.wait_outcome(agent, changed->name, kWaitForOutcome);
    return seen(agent, changed->name, server);
  }

  Result<Registry> load() const {
    Registry registry;
    auto text = files.read(kFile, kLargest);
    if (!text && text.error().code() != Code::not_found) return broken(text.error().message());
    if (text) {
      auto document = JsonDocument::parse(*text);
      if (!document) return broken(document.error().message());
      registry = {.document = std::move(*document), .text = std::move(*text), .exists = true};
    }
    if (registry.document.root().kind() != JsonKind::object) return broken("it must hold an object with the member servers");
    if (!registry.servers()) {
      if (auto status = registry.document.set_json("servers", "{}"); !status) return fail(std::move(status.error()));
    }
    if (registry.servers().kind() != JsonKind::object) return broken("servers must be an object from name to configuration");
    for (std::size_t i = 0; i < registry.servers().size(); ++i)
      if (registry.servers().at(i).kind() != JsonKind::object)
        return broken("servers." + std::string(registry.servers().name_at(i)) + " must be an object");
    return registry;
  }

  /// Reads, changes and writes; again from the beginning when somebody edited the file meanwhile.
  template <class T, class Change>
  Result<T> change(Change work) {
    const std::lock_guard lock(mutex);
    while (true) {
      auto registry = load();
      if (!registry) return fail(std::move(registry.error()));
      Result<T> result = work(*registry);
      if (!result) return result;
      std::string text = registry->document.dump(2) + "\n";
      if (text == registry->text) return result;
      auto now = files.read(kFile, kLargest);
      if (now.has_value() != registry->exists || (now && *now != registry->text)) continue;
      if (auto written = files.write(kFile, text); !written) return fail(std::move(written.error()));
      return result;
    }
  }

  Impl(const serve::ServiceContext& context, CredentialsService& credentials, const serve::Outbound& outbound)
      : files(context.files), connections(outbound, credentials, files.directory(), [this] { look_again(); }) {}

  /// Reads the file when it is another one than before.
  void look_again() {
    const auto entry = files.look(kFile);
    const std::pair now = entry ? std::pair(entry->mtime_ns, entry->size) : std::pair<std::int64_t, std::int64_t>(-1, -1);
    {
      const std::lock_guard lock(follow_mutex);
      if (now == looked_at) return;
      looked_at = now;
    }
    for (const std::string& agent : agents) (void)look(agent);
  }

  const WorkspaceFiles& files;
  std::mutex mutex, follow_mutex;
  std::map<std::string, std::string, std::less<>> followed;  ///< the text that an agent's connections follow
  std::pair<std::int64_t, std::int64_t> looked_at{-2, -2};
  std::vector<std::string> agents;
  serve::McpConnections connections;
};

McpService::McpService(const serve::ServiceContext& context, CredentialsService& credentials, const serve::Outbound& outbound)
    : impl_(std::make_unique<Impl>(context, credentials, outbound)) {}
McpService::~McpService() = default;

void McpService::start(std::span<const std::string_view> agents, serve::Approver* approver) {
  impl_->connections.start(approver);
  impl_->agents.assign(agents.begin(), agents.end());
  for (const std::string_view agent : agents) (void)impl_->look(agent);
}
void McpService::stop() { impl_->connections.stop(); }
serve::ToolSource& McpService::tools() { return impl_->connections; }

Result<McpList> McpService::list(std::string_view agent) const {
  auto registry = impl_->look(agent);
  if (!registry) return fail(std::move(registry.error()));
  McpList out;
  for (std::size_t i = 0; i < registry->servers().size(); ++i)
    out.items.push_back(impl_->seen(agent, registry->servers().name_at(i), registry->servers().at(i)));
  std::ranges::sort(out.items, {}, &McpServer::name);
  return out;
}

Result<McpServerDetail> McpService::get(std::string_view agent, std::string_view name) const {
  auto registry = impl_->look(agent);
  if (!registry) return fail(std::move(registry.error()));
  const JsonRef server = registry->find(name);
  if (!server) return no_such("MCP server", name, "facioctl mcp list");
  McpServerDetail out;
  static_cast<McpServer&>(out) = impl_->seen(agent, name, server);
  if (out.connected) {
    const std::size_t prefix = serve::mcp_other_name(name, {}).size();
    for (serve::ToolInfo& tool : impl_->connections.tools_of(agent, name))
      (out.toolDetails ? *out.toolDetails : out.toolDetails.emplace())
          .push_back({tool.other_name.substr(prefix), std::move(tool.name), tool.other_name, std::move(tool.description)});
  }
  if (auto config = config_of(server)) {
    mask(config->env);
    mask(config->headers);
    out.config = std::move(*config);
  }
  return out;
}

Result<McpServer> McpService::add(std::string_view agent, JsonRef body) {
  return impl_->settled(agent, impl_->change<McpServer>([body](Registry& registry) -> Result<McpServer> {
    const std::string name = body.get("name").string();
    if (registry.find(name))
      return fail_field(Code::conflict, "name", "there is an MCP server \"" + name + "\" already; update it, or choose another name");
    if (auto status = registry.document.set_json(member(name), "{}"); !status) return fail(std::move(status.error()));
    if (auto status = lay_over(registry.document, name, body); !status) return fail(std::move(status.error()));
    return summary(name, registry.find(name));
  }));
}

Result<McpServer> McpService::update(std::string_view agent, std::string_view name, JsonRef patch) {
  if (const JsonRef other = patch.get("name"); other && (other.kind() != JsonKind::string || other.string() != name))
    return fail_field(Code::rejected, "name", "name: cannot be changed; add the server under its new name and remove this one");
  return impl_->settled(agent, impl_->change<McpServer>([name, patch](Registry& registry) -> Result<McpServer> {
    if (!registry.find(name)) return no_such("MCP server", name, "facioctl mcp list");
    if (auto status = lay_over(registry.document, name, patch); !status) return fail(std::move(status.error()));
    return summary(name, registry.find(name));
  }));
}

Result<McpDeleted> McpService::remove(std::string_view agent, std::string_view name) {
  auto deleted = impl_->change<McpDeleted>([name](Registry& registry) -> Result<McpDeleted> {
    if (!registry.find(name)) return no_such("MCP server", name, "facioctl mcp list");
    registry.document.erase(member(name));
    return McpDeleted{std::string(name)};
  });
  if (deleted) (void)impl_->look(agent);
  return deleted;
}

Result<McpServer> McpService::switch_to(std::string_view agent, std::string_view name, bool enabled) {
  return impl_->settled(agent, impl_->change<McpServer>([name, enabled](Registry& registry) -> Result<McpServer> {
    if (!registry.find(name)) return no_such("MCP server", name, "facioctl mcp list");
    if (summary(name, registry.find(name)).enabled != enabled) registry.document.set_boolean(member(name, "enabled"), enabled);
    return summary(name, registry.find(name));
  }));
}

Result<McpServer> McpService::restart(std::string_view agent, std::string_view name) {
  auto registry = impl_->look(agent);
  if (!registry) return fail(std::move(registry.error()));
  if (!registry->find(name)) return no_such("MCP server", name, "facioctl mcp list");
  McpServer server = summary(name, registry->find(name));
  if (!server.enabled)
    return fail(Code::conflict, "the MCP server \"" + std::string(name) + "\" is switched off", "facioctl mcp enable " + std::string(name));
  return impl_->settled(agent, std::move(server), true);
}

Result<std::vector<McpRegistered>> McpService::servers(std::string_view) const {
  auto registry = impl_->load();
  if (!registry) return fail(std::move(registry.error()));
  std::vector<McpRegistered> out;
  for (std::size_t i = 0; i < registry->servers().size(); ++i) {
    const std::string_view name = registry->servers().name_at(i);
    auto config = config_of(registry->servers().at(i));
    if (config && find_pattern("mcp-name")->matches(name)) out.push_back({std::string(name), std::move(*config)});
  }
  return out;
}

}  // namespace facio
