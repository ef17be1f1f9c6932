// facioctl sessions: a readable transcript, deleting several, deleting by age.
#include "cli/catalogue/system.hpp"
#include "cli/command_line/confirm.hpp"
#include "cli/command_line/several.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/sessions/client/pages.hpp"
#include "commands/facio/sessions/client/transcript.hpp"

namespace facio::sessions {
namespace {

/// Writes the table of what was found to standard error.
Status show_found(Client& client, const Found& found) {
  OutputOptions options = client.invocation().global.output;
  options.format = OutputFormat::table;
  options.fields.clear();
  options.columns.clear();
  StringOutput table;
  Streams aside{client.streams().in, table, client.streams().err};
  if (auto status = render(*find_endpoint("sessions.list"), "{\"items\":" + found.items + "}", options, aside); !status) return status;
  return client.streams().err.write(table.text());
}

std::string deleted_line(const std::string& key, bool machine) {
  if (!machine) return "deleted " + printable(key) + "\n";
  return "{\"deleted\":true,\"key\":" + to_json(key) + "}\n";
}

/// Reports each on standard output when it is gone.
Result<int> delete_each(Client& client, const std::vector<std::string>& keys) {
  const bool machine = is_machine_format(client.invocation().global.output.format);
  return do_each(client, keys, "sessions were not deleted", [&](const std::string& key) -> Status {
    auto response = show_or_send(client, "sessions.delete", {{"key", key}});
    if (!response) return fail(std::move(response.error()));
    return *response ? client.streams().out.write(deleted_line(key, machine)) : Status{};
  });
}

std::string count_of(std::size_t count) { return std::to_string(count) + (count == 1 ? " session" : " sessions"); }

}  // namespace

Result<int> get(Client& client) {
  const Invocation& invocation = client.invocation();
  const OutputOptions& output = invocation.global.output;
  const bool people = output.terminal && !invocation.global.output_given && output.fields.empty() && output.columns.empty();
  if (!people) return send_and_print(client);
  auto response = show_or_send(client);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  auto session = JsonDocument::parse((*response)->body);
  if (!session || session->root().get("messages").kind() != JsonKind::array)
    return fail(Code::server, "the answer is no session with messages", "facioctl sessions get KEY -o json");
  Status status = client.streams().out.write(transcript(session->root(), output.width, now_ms()));
  if (status && !invocation.global.quiet) {
    if (session->root().get("messages").size() == 0) status = client.streams().err.write("nothing was said yet\n");
    if (const JsonRef more = session->root().get("hasMore"); status && !more.is_null() && more.boolean())
      status = client.streams().err.write("older messages exist; --limit tells how many of the last ones to show\n");
  }
  return status.map([] { return 0; });
}

Result<int> remove(Client& client) {
  const std::vector<std::string> keys = names_with_more(client.invocation(), "key", "more", "sessions/");
  if (keys.size() == 1) return send_and_print(client);
  if (auto status = client.confirm("Delete " + count_of(keys.size()) + " and their history"); !status)
    return fail(std::move(status.error()));
  return delete_each(client, keys);
}

Result<int> prune(Client& client) {
  const Invocation& invocation = client.invocation();
  Filters filters;
  for (const auto& [flag, name] : {std::pair{"older-than", "older_than"}, {"larger-than", "larger_than"}, {"channel", "channel"}})
    if (invocation.given(flag)) filters.emplace(name, std::string(invocation.value(flag)));
  if (filters.empty())
    return fail(Code::usage, "`sessions prune` needs --older-than, --larger-than or --channel: it deletes every session that fits",
                "facioctl sessions prune --older-than 30d");
  if (invocation.global.only_shows()) return only_show(client, "sessions.list", filters);
  auto found = list_all(client, filters);
  if (!found) return fail(std::move(found.error()));
  if (found->keys.empty()) {
    if (!invocation.global.quiet) (void)client.streams().err.write("no session fits; nothing was deleted\n");
    return 0;
  }
  if (!invocation.global.quiet)
    if (auto status = show_found(client, *found); !status) return fail(std::move(status.error()));
  auto target = client.target();
  if (!target) return fail(std::move(target.error()));
  if (auto status =
          ask("Delete " + count_of(found->keys.size()) + " and their history", (*target)->context, invocation.global, client.streams());
      !status)
    return fail(std::move(status.error()));
  return delete_each(client, found->keys);
}

}  // namespace facio::sessions
