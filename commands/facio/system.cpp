#include "commands/facio/system.hpp"

#include <algorithm>
#include <vector>

#include "cli/catalogue/json_writer.hpp"

extern "C" const unsigned char facio_catalogue_facio[];

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
  out.key("details").begin_object().member("type", "object").member("description", "further information");
  out.member("additionalProperties", true).end_object().end_object();
  out.key("required").begin_array().value("code").value("message").end_array().end_object().end_object();
  out.key("required").begin_array().value("error").end_array().end_object();
}

}  // namespace

const Catalogue& facio_catalogue() noexcept {
  static constinit const Catalogue kAll(facio_catalogue_facio);
  return kAll;
}

constexpr System kFacio = {
    .name = "facio",
    .title = "An agent: jobs, tools, files, conversations",
    .catalogue = facio_catalogue,
    .prefix = "/api/v1",
    .roots = "/api/ /v1/ /health /.well-known/",
    // The plain paths of ErrorForm::message are those of proxies and gateways.
    .errors = {.field = "error.details.field", .write_schema = write_error_schema},
    .checkup = {.health = "health.get", .health_value = "status", .version = "agent.version", .version_value = "version"},
    // One text each: no pointers to relocate at start.
    .name_sources =
        "usage runId audit.list run_id\n"
        "usage groupBy @words:day,model,origin,channel,session,run,cron\n"
        "settings key @keys:settings.set\n"
        "settings timezone @zones\n"
        "audit type @map:audit.stats by_event\n"
        "audit event @map:audit.stats by_event\n"
        "audit status @words:ok,error,denied,pending\n"
        "audit by @words:type,tool,hour,day,status,session,channel,origin,model,run,actor\n"
        "audit output @words:short,long,cat,json,ndjson,table,wide,yaml,csv,tsv\n"
        "audit runId audit.list run_id\n"
        "audit run audit.list run_id\n"
        "runs id audit.list run_id\n"
        "runs cron cron.list name\n"
        "* sessionKey sessions.list key\n"
        "* session_key sessions.list key\n"
        "* session sessions.list key\n"
        "improvement path @none\n"
        "versions path @tree:workspace.tree\n"
        "workspace path @tree:workspace.tree\n"
        "* channel channels.list\n"
        "* model chat.models id\n"
        "* provider providers.list name\n"
        "policy tool @map:audit.stats by_tool\n"
        "policy rule policy.list tool\n"
        "* tool_name @map:audit.stats by_tool\n"
        "audit tool @map:audit.stats by_tool\n"
        "mcp server mcp.list name\n"
        "mcp words @none\n"
        "* scripts scripts.list name\n"
        "audit until_run_ends audit.list run_id\n",
    .things =
        "health= ok\n"
        "agent= idle busy\n"
        "cron/ cron.list name ok error done gone\n"
        "mcp/ mcp.list name connected disconnected gone\n"
        "channel/ channels.list - enabled disabled gone\n"
        "run/ audit.list run_id ok error done\n"
        "approval= none some\n",
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
