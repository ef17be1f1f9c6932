// facioctl sessions: a readable transcript, deleting several, deleting by age.
#include <algorithm>

#include "cli/catalogue/catalogue.hpp"
#include "cli/command_line/client.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/sessions/client/pages.hpp"
#include "commands/facio/sessions/client/transcript.hpp"

namespace facio::sessions {
namespace {

/// Deletes what `keys` name, one after the other, each told on standard output when it is gone.
Result<int> delete_each(Client& client, const std::vector<std::string>& keys) {
  const GlobalOptions& global = client.invocation().global;
  std::size_t gone = 0;
  std::vector<Error> failures;
  for (const std::string& key : keys) {
    auto request = client.request_to("sessions.delete", {{"key", key}});
    Status status = request ? Status{} : Status(fail(std::move(request.error())));
    if (status) {
      auto response = show_or_send(client, *request);
      if (!response) status = fail(std::move(response.error()));
      else if (*response) status = client.streams().out.write(deleted_line(key, is_machine_format(global.output.format)));
    }
    if (!status && status.error().code() == Code::output) return fail(std::move(status.error()));
    if (status) {
      ++gone;
      continue;
    }
    (void)client.streams().err.write("facioctl: " + printable(key) + ": " + status.error().message() + "\n");
    failures.push_back(std::move(status.error()));
  }
  if (failures.empty()) return 0;
  const Code first = failures.front().code();
  const bool alike = std::ranges::all_of(failures, [first](const Error& e) { return e.code() == first; });
  return fail(alike && gone == 0 ? first : Code::partial,
              std::to_string(failures.size()) + " of " + std::to_string(keys.size()) + " sessions were not deleted");
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
  if (auto status = client.streams().out.write(transcript(session->root(), output.width, now_ms())); !status)
    return fail(std::move(status.error()));
  if (invocation.global.quiet) return 0;
  Status status;
  if (session->root().get("messages").size() == 0) status = client.streams().err.write("nothing was said yet\n");
  if (const JsonRef more = session->root().get("hasMore"); status && !more.is_null() && more.boolean())
    status = client.streams().err.write("older messages exist; --limit tells how many of the last ones to show\n");
  if (!status) return fail(std::move(status.error()));
  return 0;
}

Result<int> remove(Client& client) {
  const Invocation& invocation = client.invocation();
  const auto more = invocation.values.find("more");
  if (more == invocation.values.end()) return send_and_print(client);
  std::vector<std::string> keys = {std::string(invocation.value("key"))};
  for (const std::string& key : more->second) keys.push_back(key.starts_with("sessions/") ? key.substr(9) : key);
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
  if (invocation.global.only_shows()) return show_list_request(client, filters);
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
