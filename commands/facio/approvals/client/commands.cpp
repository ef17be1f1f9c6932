// facioctl approvals approve, reject: one call or several, in the name of whoever types.
#include <algorithm>
#include <vector>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/client.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/approvals/client/decision.hpp"

namespace facio::approvals {

std::string actor_of(Client& client) {
  for (const char* name : {"USER", "LOGNAME"})
    if (const auto user = client.environment().get(name); !user.empty()) return std::string(user.substr(0, 256));
  return {};
}

namespace {

/// The decision with who takes it.
std::string body_of(Client& client) {
  const Invocation& invocation = client.invocation();
  JsonDocument body = JsonDocument::object();
  if (invocation.has_body && !invocation.body.root().is_null()) body.merge(invocation.body.root());
  if (const std::string actor = actor_of(client); !actor.empty() && !body.root().get("actor")) body.set_string("actor", actor);
  return body.dump();
}

/// What came of several decisions.
struct Outcome {
  std::string items;  ///< the approvals, elements of a JSON array
  std::size_t done = 0;
  std::vector<Error> failures;
};

/// Decides one after the other; a failure is told at once, and the others go on.
Result<Outcome> decide_each(Client& client, const std::vector<std::string>& ids) {
  const std::string body = body_of(client);
  Outcome outcome;
  for (const std::string& id : ids) {
    auto request = client.request_to(client.invocation().endpoint->id, {{"id", id}}, body);
    if (!request) return fail(std::move(request.error()));
    auto response = show_or_send(client, *request);
    if (!response && response.error().code() == Code::output) return fail(std::move(response.error()));
    if (!response) {
      (void)client.streams().err.write("facioctl: " + printable(id) + ": " + printable(response.error().message()) + "\n");
      outcome.failures.push_back(std::move(response.error()));
      continue;
    }
    if (!*response) continue;  // only shown
    auto approval = json_of(**response);
    if (!approval) return fail(std::move(approval.error()));
    outcome.items += (outcome.items.empty() ? "" : ",") + approval->dump();
    ++outcome.done;
  }
  return outcome;
}

Result<int> decide(Client& client) {
  const Invocation& invocation = client.invocation();
  std::vector<std::string> ids = {std::string(invocation.value("id"))};
  if (const auto more = invocation.values.find("more"); more != invocation.values.end())
    for (const std::string& id : more->second) ids.push_back(id.starts_with("approvals/") ? id.substr(10) : id);
  if (ids.size() == 1) {
    auto request = client.request_to(invocation.endpoint->id, {{"id", ids.front()}}, body_of(client));
    if (!request) return fail(std::move(request.error()));
    return send_and_print(client, *request);
  }
  auto outcome = decide_each(client, ids);
  if (!outcome) return fail(std::move(outcome.error()));
  if (outcome->done != 0) {
    auto printed = print_reply(client, *find_endpoint("approvals.list"), "{\"items\":[" + outcome->items + "]}");
    if (!printed) return printed;
  }
  const std::vector<Error>& failures = outcome->failures;
  if (failures.empty()) return 0;
  const Code first = failures.front().code();
  const bool alike = std::ranges::all_of(failures, [first](const Error& e) { return e.code() == first; });
  return fail(alike && outcome->done == 0 ? first : Code::partial,
              std::to_string(failures.size()) + " of " + std::to_string(ids.size()) + " approvals were not decided");
}

}  // namespace

Result<int> approve(Client& client) { return decide(client); }
Result<int> reject(Client& client) { return decide(client); }

}  // namespace facio::approvals
