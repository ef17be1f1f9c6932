#include "cli/command_line/findings.hpp"

#include <algorithm>

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/shape_json.hpp"

namespace facio {
namespace {

std::size_t rank(const Finding& finding) {
  return static_cast<std::size_t>(std::ranges::find(kSeverities, std::string_view(finding.severity)) - std::begin(kSeverities));
}

/// Failures that say that this agent has not got it; all others end the command.
bool is_absent(Code code) {
  switch (code) {
    case Code::unsupported:
    case Code::unavailable:
    case Code::method_not_allowed:
    case Code::not_found:
    case Code::server: return true;
    default: return false;
  }
}

}  // namespace

Result<std::optional<JsonDocument>> look_at(Client& client, std::string_view id, std::map<std::string, std::string, std::less<>> values,
                                            std::string_view what, FindingList& findings) {
  auto request = client.request_to(id, std::move(values));
  if (!request) return fail(std::move(request.error()));
  auto response = client.send(*request);
  if (!response && !is_absent(response.error().code())) return fail(std::move(response.error()));
  std::string why;
  if (response) {
    auto document = JsonDocument::parse(response->body);
    if (document && document->root().kind() == JsonKind::object) return std::optional<JsonDocument>(std::move(*document));
    why = "the agent's answer is no JSON object";
  } else {
    why = response.error().message();
  }
  findings.items.push_back({"not-checked", "info", std::string(what), why, std::nullopt});
  return std::optional<JsonDocument>{};
}

Result<int> print_findings(Client& client, FindingList findings) {
  std::ranges::stable_sort(findings.items, {}, rank);
  const Invocation& invocation = client.invocation();
  if (auto status = render(*invocation.endpoint, to_json(findings), output_of(client), client.streams()); !status)
    return fail(std::move(status.error()));
  const bool clean = std::ranges::all_of(findings.items, [](const Finding& one) { return one.severity == "info"; });
  return clean ? 0 : info(Code::partial).exit;
}

}  // namespace facio
