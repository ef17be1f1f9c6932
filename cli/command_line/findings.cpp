#include "cli/command_line/findings.hpp"

#include <algorithm>

#include "cli/core/shape_json.hpp"

namespace facio {
namespace {

std::size_t rank(const Finding& finding) {
  return static_cast<std::size_t>(std::ranges::find(kSeverities, std::string_view(finding.severity)) - std::begin(kSeverities));
}

/// Failures of an agent that does not have it; all others end the command.
bool is_absent(Code code) {
  constexpr Code kAbsent[] = {Code::unsupported, Code::unavailable, Code::method_not_allowed, Code::not_found, Code::server};
  return std::ranges::find(kAbsent, code) != std::end(kAbsent);
}

}  // namespace

Result<std::optional<JsonDocument>> look_at(Client& client, std::string_view id, Client::Values values, std::string_view what,
                                            FindingList& findings) {
  auto response = client.request_to(id, std::move(values)).and_then([&](const Request& request) { return client.send(request); });
  if (!response && !is_absent(response.error().code())) return fail(std::move(response.error()));
  std::string why = response ? "the agent's answer is not a JSON object" : response.error().message();
  if (response)
    if (auto document = JsonDocument::parse(response->body); document && document->root().kind() == JsonKind::object)
      return std::optional(std::move(*document));
  findings.items.push_back({"not-checked", "info", std::string(what), std::move(why), std::nullopt});
  return std::optional<JsonDocument>();
}

void sort_findings(FindingList& findings) { std::ranges::stable_sort(findings.items, {}, rank); }

Result<int> print_findings(Client& client, FindingList findings) {
  sort_findings(findings);
  const Invocation& invocation = client.invocation();
  if (auto status = print_as(client, *invocation.endpoint, to_json(findings), output_of(client)); !status)
    return fail(std::move(status.error()));
  const bool clean = std::ranges::all_of(findings.items, [](const Finding& one) { return one.severity == "info"; });
  return clean ? 0 : info(Code::partial).exit;
}

}  // namespace facio
