#include "commands/facio/mcp/server/agreements.hpp"

#include <algorithm>

#include "cli/core/encoding.hpp"
#include "cli/core/secret_rule.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/rules.hpp"
#include "commands/facio/mcp/rules.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostAgreed = 16, kLongestFailure = 2000, kEndOfFailure = 1600;
constexpr std::size_t kMostOfProgram = std::size_t{64} << 20U;

std::string describe_agreement(std::string_view name) { return "the approvals of the MCP server \"" + std::string(name) + "\""; }

std::string_view name_of(McpOrigin origin) { return origin == McpOrigin::api ? "api" : "file"; }

std::string digest_of(std::string_view name, McpConfig config, const std::map<std::string, std::string>& files) {
  config.enabled.reset();
  std::string all(name);
  all.append("\n").append(to_json(config)).append("\n").append(to_json(files));
  return sha256_hex({all});
}

/// Which file differs from what was agreed to; empty when none does.
std::string changed_file(const std::map<std::string, std::string>& then, const std::map<std::string, std::string>& now) {
  for (const auto& [path, digest] : now)
    if (const auto found = then.find(path); found == then.end() || found->second != digest) return path;
  return {};
}

}  // namespace

McpConfig masked_config(McpConfig config) {
  for (auto* values : {&config.env, &config.headers})
    if (*values)
      for (auto& [name, value] : **values)
        if (!value.empty() && !credentials::is_placeholder(value)) value = std::string(kMask);
  if (config.args) {
    const auto parts = secret_parts_of_arguments(*config.args);
    for (std::size_t i = 0; i < parts.size(); ++i) (*config.args)[i] = with_masks((*config.args)[i], parts[i]);
  }
  for (auto* text : {&config.command, &config.url})
    if (*text) **text = without_secrets(**text);
  return config;
}

McpAgreements::McpAgreements(const ServiceContext& context, const CredentialsService& credentials)
    : base_(context), credentials_(credentials), agreed_(context, "mcp_agreed", describe_agreement) {}

McpPlaces McpAgreements::places() const { return {.workspace = base_.files.directory(), .own = base_.data + "/mcp"}; }

/// The files of the workspace that a program's command line names, with their digests.
Result<McpAgreements::Files> McpAgreements::files_of(const McpConfig& config) const {
  Files files;
  if (mcp::transport_of(config) != "stdio") return files;
  std::vector<std::string> words = config.args.value_or(std::vector<std::string>{});
  words.push_back(workspace_command(*config.command));
  for (const std::string& word : words) {
    const std::string path = workspace_part(word, places());
    if (path.empty()) continue;
    const auto bytes = base_.files.read(path, kMostOfProgram);
    if (bytes) files[path] = sha256_hex({*bytes});
    else if (bytes.error().code() == Code::too_large || bytes.error().code() == Code::output) return fail(bytes.error());
  }
  return files;
}

Result<McpStanding> McpAgreements::standing(std::string_view agent, std::string_view name, const McpConfig& config) const {
  auto files = files_of(config);
  if (!files) return fail(std::move(files.error()));
  auto agreed = agreed_.find(agent, name);
  if (!agreed) return fail(std::move(agreed.error()));
  McpStanding standing{.digest = digest_of(name, config, *files)};
  if (!*agreed) {
    standing.why = "mcp.json has a new entry that nobody has approved";
    return standing;
  }
  const auto& entries = (*agreed)->entries;
  const auto found = std::ranges::find(entries, standing.digest, &McpAgreed::Entry::digest);
  standing.known = found != entries.end();
  standing.off = (*agreed)->off;
  if (standing.known && found->origin == name_of(McpOrigin::api)) standing.origin = McpOrigin::api;
  if (const std::string file = changed_file((*agreed)->files, *files); !standing.known && !file.empty())
    standing.why = "the file " + file + " in the workspace is not the approved one";
  else if (!standing.known) standing.why = "its entry in mcp.json is not the approved one";
  else if (standing.off) standing.why = "it was disabled, and mcp.json enables it again";
  return standing;
}

Result<std::optional<RawJson>> McpAgreements::before(std::string_view agent, std::string_view name) const {
  return agreed_.find(agent, name).map([](std::optional<McpAgreed> agreed) {
    return agreed ? std::optional(std::move(agreed->config)) : std::nullopt;
  });
}

Status McpAgreements::agree(std::string_view agent, std::string_view name, const McpConfig& config, McpOrigin origin,
                            std::string_view shown) const {
  auto files = files_of(config);
  if (!files) return fail(std::move(files.error()));
  const std::string digest = digest_of(name, config, *files);
  if (!shown.empty() && shown != digest)
    return fail(Code::conflict, "the entry " + std::string(name) + " has changed since it was shown; nothing was approved",
                "check it again: facioctl mcp approve " + std::string(name));
  return base_.store.run([&](store::Transaction& tx) -> Status {
    auto found = agreed_.find(tx, agent, name);
    if (!found) return fail(std::move(found.error()));
    McpAgreed agreed = found->value_or(McpAgreed{});
    std::erase_if(agreed.entries, [&](const McpAgreed::Entry& entry) { return entry.digest == digest; });
    agreed.entries.push_back({digest, std::string(name_of(origin))});
    if (agreed.entries.size() > kMostAgreed) agreed.entries.erase(agreed.entries.begin());
    agreed.config.text = to_json(masked_config(config));
    agreed.files = *files;
    if (config.enabled.value_or(true)) agreed.off = false;  // switched off it is by switch_to()
    return agreed_.save(tx, agent, name, agreed);
  });
}

Status McpAgreements::switch_to(std::string_view agent, std::string_view name, bool enabled) const {
  return base_.store.run([&](store::Transaction& tx) -> Status {
    auto found = agreed_.find(tx, agent, name);
    if (!found) return fail(std::move(found.error()));
    if (!*found) return {};
    (*found)->off = !enabled;
    return agreed_.save(tx, agent, name, **found);
  });
}

Status McpAgreements::forget(std::string_view agent, std::string_view name) const {
  return base_.store.run([&](store::Transaction& tx) -> Status {
    auto erased = agreed_.erase(tx, agent, name);
    return erased ? Status{} : fail(std::move(erased.error()));
  });
}

Result<McpTarget> McpAgreements::admit(std::string_view agent, std::string_view name, const McpConfig& config) const {
  auto found = standing(agent, name, config);
  if (!found) return fail(std::move(found.error()));
  if (!found->may_start()) return fail(Code::forbidden, found->told(name));
  const auto keys = found->origin == McpOrigin::api ? CredentialsService::Keys::all : CredentialsService::Keys::exposed;
  auto target = mcp_target(config, credentials_, keys, agent, places());
  if (!target || target->transport != "stdio" || find_command(target->program.command, target->program.directory).empty()) return target;
  if (auto noted = note_start(agent, name, *target, found->digest); !noted) return fail(std::move(noted.error()));
  return target;
}

Status McpAgreements::note_start(std::string_view agent, std::string_view name, const McpTarget& target, const std::string& digest) const {
  const auto shown = [&](const std::string& word) { return credentials_.masked(agent, scrubbed(word, target.secrets)); };
  std::vector<std::string> words{shown(target.program.command)};
  for (const std::string& argument : target.program.arguments) words.push_back(shown(argument));
  AuditEvent event = change_event("mcp_start", "starts the program of the MCP server " + std::string(name),
                                  event_details("name", name, "command", words, "digest", digest));
  event.origin = "mcp";
  return base_.store.run([&](store::Transaction& tx) { return tx.append_audit(agent, event); });
}

void McpAgreements::note_failure(std::string_view agent, std::string_view name, const McpTarget& target, const McpFailure& failure) const {
  // Masked first, as what is cut may be half of a secret.
  std::string why = without_secrets(credentials_.masked(agent, scrubbed(failure.why, target.secrets)));
  // What came last says the most.
  if (why.size() > kLongestFailure) {
    std::string_view end = std::string_view(why).substr(why.size() - kEndOfFailure);
    while (!end.empty() && (static_cast<unsigned char>(end.front()) & 0xC0U) == 0x80U) end.remove_prefix(1);
    why = cut_text(why, kLongestFailure - kEndOfFailure) + std::string(end);
  }
  AuditEvent event = change_event("mcp_failure", "MCP server " + std::string(name) + ": " + why,
                                  event_details("name", name, "connected", failure.was_connected, "failures", failure.in_a_row));
  event.status = "error";
  event.origin = "mcp";
  base_.store.note(agent, std::move(event), [] {});
}

}  // namespace facio::serve
