// facioctl channels set and delete say that a restart is needed; channels check lints the configurations.
#include <set>

#include "cli/command_line/findings.hpp"
#include "commands/facio/channels/rules.hpp"
#include "commands/facio/credentials/rules.hpp"

namespace facio::channels {
namespace {

Result<int> change(Client& client) {
  auto code = send_and_print(client);
  if (!code || client.invocation().global.only_shows()) return code;
  return note(client, "it takes effect when the agent is restarted; try: facioctl agent restart --if-needed").map([&] { return *code; });
}

/// Adds a finding for every placeholder below `value` whose secret is not stored.
void find_placeholders(const std::string& channel, JsonRef value, const std::string& place,
                       const std::set<std::string, std::less<>>& secrets, FindingList& findings) {
  if (value.kind() == JsonKind::string) {
    const std::string& text = value.string();
    for (auto found = credentials::next_placeholder(text); found; found = credentials::next_placeholder(text, found->end))
      if (const std::string key(found->key); !secrets.contains(key))
        findings.items.push_back({"placeholder-without-secret", "error", "channel " + channel,
                                  place + " uses the secret " + key + ", which is not stored", "facioctl credentials set " + key});
    return;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool array = value.kind() == JsonKind::array;
    const std::string step = array ? "[" + std::to_string(i) + "]" : (place.empty() ? "" : ".") + std::string(value.name_at(i));
    find_placeholders(channel, value.at(i), place + step, secrets, findings);
  }
}

}  // namespace

Result<int> set(Client& client) { return change(client); }
Result<int> remove(Client& client) { return change(client); }

Result<int> check(Client& client) {
  if (client.invocation().global.only_shows()) return only_show(client, "channels.list");
  FindingList findings;
  auto found = look_at(client, "channels.list", {}, "channels", findings);
  if (!found) return fail(std::move(found.error()));
  if (!*found) return print_findings(client, std::move(findings));
  auto stored = look_at(client, "credentials.list", {}, "placeholders", findings);
  if (!stored) return fail(std::move(stored.error()));
  std::set<std::string, std::less<>> secrets;
  if (*stored) {
    const JsonRef items = (*stored)->root().get("items");
    for (std::size_t i = 0; i < items.size(); ++i)
      if (const JsonRef key = items.at(i).get("key"); key.kind() == JsonKind::string) secrets.insert(key.string());
  }
  const std::string_view wanted = client.invocation().value("name");
  const JsonRef channels = (*found)->root().get("channels");
  if (!wanted.empty() && !channels.get(wanted))
    return fail(Code::not_found, "there is no channel '" + printable(wanted) + "'", "facioctl channels list");
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string_view name = channels.name_at(i);
    if (!wanted.empty() && name != wanted) continue;
    judge(name, channels.at(i), findings);
    if (*stored) find_placeholders(std::string(name), channels.at(i), {}, secrets, findings);
  }
  return print_findings(client, std::move(findings));
}

}  // namespace facio::channels
