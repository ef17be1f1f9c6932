// facioctl credentials lint: placeholders without a secret, unused secrets, and secrets in plain sight.
#include <functional>
#include <map>
#include <set>

#include "cli/command_line/findings.hpp"
#include "cli/core/secret_rule.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/facio/channels/rules.hpp"
#include "commands/facio/credentials/rules.hpp"
#include "commands/facio/credentials/shapes.hpp"

namespace facio::credentials {
namespace {

using Names = std::set<std::string, std::less<>>;
using Values = std::map<std::string, std::string, std::less<>>;

/// Collects findings about secrets from the agent's configuration.
class Lint {
 public:
  explicit Lint(Client& client) : client_(client) {}

  Result<FindingList> run() {
    const auto known = read();
    if (!known) return fail(known.error());
    if (*known) judge();
    return std::move(findings_);
  }

  /// What uses a secret; what could not be looked at is among the findings. Code::not_found.
  Result<CredentialUses> users(const std::string& key, FindingList& unseen) {
    const auto known = read();
    if (!known) return fail(known.error());
    CredentialUses uses;
    if (exposed_.contains(key)) uses.items.push_back({"shell tools of the agent"});
    for (const auto& [where, used] : uses_)
      if (used == key) uses.items.push_back({where});
    if (*known && !stored_.contains(key) && uses.items.empty()) return no_such("secret", key, "facioctl credentials list");
    for (Finding& finding : findings_.items)
      if (finding.check == kNotChecked) unseen.items.push_back(std::move(finding));
    return uses;
  }

 private:
  using Use = std::pair<std::string, std::string>;  ///< where, and which key
  static constexpr std::string_view kNotChecked = "not-checked";

  /// Whether the stored secrets could be listed.
  Result<bool> read() {
    Status status = credentials();
    const bool known = complete_;
    for (const auto look : {&Lint::mcp, &Lint::channels, &Lint::providers, &Lint::peers})
      if (status) status = (this->*look)();
    if (!status) return fail(std::move(status.error()));
    return known;
  }

  void add(std::string_view check, std::string_view severity, std::string where, std::string message, std::optional<std::string> fix) {
    findings_.items.push_back({std::string(check), std::string(severity), std::move(where), std::move(message), std::move(fix)});
  }

  /// Fetches a document for `use`. When the agent lacks it, that is a finding, and no secret is reported as unused.
  Status look(std::string_view id, Values values, const std::string& what, const std::function<Status(JsonRef)>& use) {
    const auto found = look_at(client_, id, std::move(values), what, findings_);
    if (!found) return fail(found.error());
    if (*found) return use((*found)->root());
    complete_ = false;
    return {};
  }
  /// The same for every item of a list.
  Status each(std::string_view id, const std::string& what, const std::function<Status(JsonRef)>& use) {
    return look(id, {}, what, [&](JsonRef list) -> Status {
      const JsonRef items = list.get("items");
      for (std::size_t i = 0; i < items.size(); ++i)
        if (auto status = use(items.at(i)); !status) return status;
      return {};
    });
  }

  Status credentials() {
    return each("credentials.list", "credentials", [this](JsonRef one) -> Status {
      const std::string key = one.get("key").text();
      stored_.insert(key);
      const JsonRef exposed = one.get("exposed");
      if (!exposed.is(JsonKind::boolean) || !exposed.boolean()) return {};
      exposed_.insert(key);
      if (one.get("exposed_until").text().empty())
        add("exposed-without-deadline", "warning", "credential " + key, "every shell command gets it until it is withdrawn",
            "facioctl credentials unexpose " + key + ", or expose it only for a while with --for 15m");
      return {};
    });
  }

  Status mcp() {
    const Status status = each("mcp.list", "mcp servers", [this](JsonRef one) {
      const std::string& name = one.get("name").text();
      return look("mcp.get", {{"name", name}}, "mcp " + name, [&](JsonRef server) { return look_at_server("mcp " + name, server); });
    });
    return status && masked_ ? mcp_file() : status;
  }

  /// Masked values are in the workspace's mcp.json, which the agent itself can read.
  Status mcp_file() {
    return look("workspace.read", {{"path", "mcp.json"}}, "mcp.json in the workspace", [this](JsonRef read) -> Status {
      const auto file = JsonDocument::parse(read.get("content").text());
      const JsonRef servers = file ? file->root().get("servers") : JsonRef();
      if (!servers) {
        complete_ = false;
        add(kNotChecked, "info", "mcp.json in the workspace", "it contains no readable servers", std::nullopt);
      }
      for (std::size_t i = 0; i < servers.size(); ++i)
        each_value("mcp " + std::string(servers.name_at(i)), servers.at(i),
                   [this](const std::string& where, std::string_view name, const std::string& text) {
                     note_uses(where, text);
                     const bool secret = !text.empty() && (is_secret_name(name) || holds_secret(text));
                     if (secret && !next_placeholder(text))
                       add("secret-in-file", "warning", where, "is in mcp.json in the workspace, which the agent can read",
                           "store it with facioctl credentials set KEY and write ${credentials.KEY}");
                   });
      return {};
    });
  }

  /// The environment and the headers of an MCP server.
  static void each_value(const std::string& server, JsonRef config,
                         const std::function<void(const std::string&, std::string_view, const std::string&)>& use) {
    for (const char* member : {"env", "headers"}) {
      const JsonRef values = config.get(member);
      for (std::size_t i = 0; i < values.size(); ++i)
        use(server + " " + member + "." + std::string(values.name_at(i)), values.name_at(i), values.at(i).text());
    }
  }

  Status look_at_server(const std::string& where, JsonRef server) {
    if (const JsonRef wrapped = server.get("server")) server = wrapped;
    const JsonRef config = server.get("config");
    if (!config.is(JsonKind::object)) {
      complete_ = false;
      add(kNotChecked, "info", where, "the agent does not show its configuration", std::nullopt);
      return {};
    }
    look_at_argument(where + " command", config.get("command").text());
    const JsonRef args = config.get("args");
    for (std::size_t i = 0; i < args.size(); ++i) {
      const std::string place = where + " args[" + std::to_string(i) + "]";
      const std::string text = args.at(i).text();
      const std::string before = i > 0 ? args.at(i - 1).text() : std::string();
      const bool announced = before.starts_with('-') && before.find('=') == std::string::npos && is_secret_name(before);
      if (announced && !text.empty() && !text.starts_with('-') && !next_placeholder(text)) add_visible(place);
      else look_at_argument(place, text);
    }
    each_value(where, config, [this](const std::string& place, std::string_view, const std::string& text) {
      masked_ = masked_ || text == kMask;
      note_uses(place, text);
    });
    look_at_address(where + " url", config.get("url").text(), "send it in a header, with ${credentials.KEY}");
    return {};
  }

  void look_at_address(const std::string& where, const std::string& url, std::string fix) {
    note_uses(where, url);
    if (holds_secret(url))
      add("secret-in-address", "error", where, "contains a secret, which is shown wherever the address is shown", std::move(fix));
  }
  void add_visible(const std::string& where) {
    add("secret-in-arguments", "error", where, "looks like a secret; every user of the machine can see a program's arguments",
        "store it with facioctl credentials set KEY and give the server an env or header with ${credentials.KEY}");
  }
  void look_at_argument(const std::string& where, const std::string& text) {
    if (const auto found = next_placeholder(text)) {
      const std::string key(found->key);
      used_.insert(key);
      return add("placeholder-in-arguments", "error", where,
                 "${credentials." + key + "} is not replaced here, and would be visible to everybody if it were",
                 "use it in env or headers");
    }
    if (holds_secret(text) || text.find(kMask) != std::string::npos) add_visible(where);
  }
  void note_use(const std::string& where, std::string_view key) {
    used_.emplace(key);
    uses_.emplace(where, key);
  }
  void note_uses(const std::string& where, const std::string& text) {
    for (auto found = next_placeholder(text); found; found = next_placeholder(text, found->end)) note_use(where, found->key);
  }
  void note_all(const std::string& where, JsonRef value) {
    if (value.kind() == JsonKind::string) return note_uses(where, value.string());
    for (std::size_t i = 0; i < value.size(); ++i)
      note_all(value.kind() == JsonKind::array ? where : where + " " + std::string(value.name_at(i)), value.at(i));
  }
  /// Keys that the agent lists by name, since the value that contains them is never shown.
  void note_named(const std::string& where, JsonRef keys) {
    for (std::size_t i = 0; i < keys.size(); ++i) note_use(where, keys.at(i).text());
  }

  Status peers() {
    return each("peers.list", "peers", [this](JsonRef one) -> Status {
      const std::string name = "peer " + one.get("alias").text();
      note_named(name + " token", one.get("uses"));
      look_at_address(name + " url", one.get("url").text(), "store it as the peer's token");
      return {};
    });
  }

  Status channels() {
    return look("channels.list", {}, "channels", [this](JsonRef list) -> Status {
      const JsonRef all = list.get("channels");
      for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string name(all.name_at(i));
        note_all("channel " + name, all.at(i));
        if (!secret_texts(all.at(i), channels::declaration_of(channels::kind_of(name, all.at(i)))).empty())
          add("secret-shown", "error", "channel " + name, "the agent shows a secret of its configuration in clear text",
              "update the agent, or store the secret with facioctl credentials set KEY and write ${credentials.KEY}");
      }
      return {};
    });
  }

  Status providers() {
    return each("providers.list", "providers", [this](JsonRef one) -> Status {
      const std::string name = "provider " + one.get("name").text(), where = name + " apiBase";
      note_named(name + " key", one.get("uses"));
      const std::string base = one.get("apiBase").text();
      look_at_address(where, base, "store it as the provider's key or in a header");
      return {};
    });
  }

  void judge() {
    for (const auto& [where, key] : uses_)
      if (!stored_.contains(key))
        add("placeholder-without-secret", "error", where, "uses the secret " + key + ", which is not stored",
            "facioctl credentials set " + key);
    if (!complete_) return;
    for (const std::string& key : stored_)
      if (!used_.contains(key) && !exposed_.contains(key))
        add("unused-secret", "warning", "credential " + key, "no configuration uses it, and it is not exposed to shell tools",
            "facioctl credentials delete " + key);
  }

  Client& client_;
  FindingList findings_;
  bool complete_ = true;  ///< everything that may use a secret could be read
  bool masked_ = false;   ///< an MCP server has masked values
  Names stored_, exposed_, used_;
  std::set<Use> uses_;
};

}  // namespace

Result<FindingList> lint_findings(Client& client) { return Lint(client).run(); }

Result<int> users(Client& client) {
  if (client.invocation().global.only_shows()) return only_show(client, "credentials.list");
  FindingList unseen;
  const auto uses = Lint(client).users(std::string(client.invocation().value("key")), unseen);
  if (!uses) return fail(uses.error());
  for (const Finding& finding : unseen.items)
    if (auto status = note(client, "not looked at: " + printable(finding.where)); !status) return fail(std::move(status.error()));
  return print_reply(client, *client.invocation().endpoint, to_json(*uses));
}

Result<int> lint(Client& client) {
  if (client.invocation().global.only_shows()) return only_show(client, "credentials.list");
  return lint_findings(client).and_then([&](FindingList&& findings) { return print_findings(client, std::move(findings)); });
}

}  // namespace facio::credentials
