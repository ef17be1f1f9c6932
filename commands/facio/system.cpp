#include "commands/facio/system.hpp"

#include <algorithm>
#include <vector>

#include "cli/catalogue/json_writer.hpp"
#include "commands/facio/catalogue.hpp"

namespace facio {
namespace {

/// {"error": {"code", "message", "details"}}
void write_error_schema(JsonWriter& out) {
  out.begin_object().member("type", "object").member("description", "Why a request failed");
  out.key("properties").begin_object().key("error").begin_object().member("type", "object").key("properties").begin_object();
  out.key("code").begin_object().member("type", "string").member("description", "kind of failure").key("enum").begin_array();
  std::vector<std::string_view> written;
  for (const CodeInfo& row : code_table()) {
    if (row.wire.empty() || std::ranges::find(written, row.wire) != written.end()) continue;
    written.push_back(row.wire);
    out.value(row.wire);
  }
  out.end_array().end_object();
  out.key("message").begin_object().member("type", "string").member("description", "one sentence for people").end_object();
  out.key("details").begin_object().member("type", "object").member("description", "whatever else is known");
  out.member("additionalProperties", true).end_object().end_object();
  out.key("required").begin_array().value("code").value("message").end_array().end_object().end_object();
  out.key("required").begin_array().value("error").end_array().end_object();
}

}  // namespace

constexpr System kFacio = {
    .name = "facio",
    .title = "An agent: jobs, tools, files, conversations",
    .catalogue = facio_catalogue,
    .prefix = "/api/v1",
    .roots = "/api/ /v1/ /health /.well-known/",
    // The plain paths are those of proxies and of what stands before an agent.
    .errors = {.field = "error.details.field", .write_schema = write_error_schema},
    .checkup = {.health = "health.get", .health_value = "status", .version = "agent.version", .version_value = "version"},
    .document = {.title = "Facio agent API",
                 .summary = "Manage an AI agent runtime: settings, jobs, tools, files, audit",
                 .description =
                     "The management interface of a Facio-compatible agent, its health check, its chat in the OpenAI form and its card. "
                     "Every operation is a command of facioctl: the operation cron.list is `facioctl cron list`.",
                 .url = "http://127.0.0.1:8900",
                 .url_doc = "The agent",
                 .token_name = "managementToken",
                 .token_doc = "The agent's management token"},
};

}  // namespace facio
