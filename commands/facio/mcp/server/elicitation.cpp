#include "commands/facio/mcp/server/elicitation.hpp"

#include "cli/core/shape_json.hpp"
#include "commands/facio/mcp/server/tools.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kCancelled = R"({"action":"cancel"})";

/// What the approver sees: the message and the schema of each field, with its default.
std::string shown_form(const std::string& message, JsonRef schema) {
  std::string out;
  append_members(out, "message", message);
  const JsonRef fields = schema.get("properties");
  for (std::size_t i = 0; i < fields.size(); ++i)
    append_members(out, "field " + std::string(fields.name_at(i)), RawJson{fields.at(i).dump()});
  return out += '}';
}

}  // namespace

std::optional<std::string> form_values(JsonRef schema, JsonRef given) {
  std::string out;
  const JsonRef fields = schema.get("properties");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string name(fields.name_at(i));
    if (const JsonRef value = given.get(name)) append_members(out, name, RawJson{value.dump()});
    else if (const JsonRef fallback = fields.at(i).get("default")) append_members(out, name, RawJson{fallback.dump()});
  }
  const JsonRef required = schema.get("required");
  for (std::size_t i = 0; i < required.size(); ++i)
    if (const JsonRef name = required.at(i); name.is(JsonKind::string))
      if (!given.get(name.string()) && !fields.get(name.string()).get("default")) return std::nullopt;
  return out.empty() ? "{}" : out + "}";
}

std::string ask_person(Approver& approver, const ToolRun& run, const std::string& server, JsonRef params, const Cancel& cancel) {
  const JsonRef schema = params.get("requestedSchema");
  const std::string message = params.get("message").text();
  const ApprovalRequest request{
      run, mcp_other_name(server, "elicitation"), shown_form(message, schema),
      "the MCP server " + server + " asks: " + message + " (values other than the usual ones are given as a JSON object in the reason)"};
  const auto answer = ask_and_wait(approver, request, cancel);
  if (answer && answer->outcome == ApprovalOutcome::rejected) return R"({"action":"decline"})";
  if (!answer || answer->outcome != ApprovalOutcome::approved) return std::string(kCancelled);
  const auto given = JsonDocument::parse(answer->reason);
  const auto values = form_values(schema, given ? given->root() : JsonRef());
  return values ? R"({"action":"accept","content":)" + *values + "}" : std::string(kCancelled);
}

}  // namespace facio::serve
