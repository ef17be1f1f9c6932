// facioctl peers call: what another agent answers, with its files, and an exit code that says how its task stands.
#include <sys/stat.h>

#include <algorithm>

#include "cli/command_line/client.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/peers/client/files.hpp"

namespace facio::peers {
namespace {

constexpr int kMarginMs = 15'000;

Status check_directory(const std::string& directory) {
  struct stat about {};
  if (::stat(directory.c_str(), &about) == 0 && S_ISDIR(about.st_mode)) return {};
  return fail(Error(Code::usage, "--save-files: there is no directory " + printable(directory)).with_field("save-files"));
}

/// Milliseconds, longer than the agent waits for the peer, so that its own time-out is told.
int wait_of(const Invocation& invocation) {
  const JsonRef wait = invocation.has_body ? invocation.body.root().get("timeout_s") : JsonRef();
  return wait.is(JsonKind::integer) ? static_cast<int>(std::clamp<std::int64_t>(wait.integer(), 0, 3600)) * 1000 + kMarginMs : 0;
}

/// A file in one line, for people.
std::string told(const PeerFile& file) {
  std::string text = file.name.value_or("a file without a name"), more;
  const auto add = [&more](const std::string& word) { more += (more.empty() ? "" : ", ") + word; };
  if (file.mediaType) add(*file.mediaType);
  if (file.size) add(std::to_string(*file.size) + " bytes");
  if (file.uri) add("at " + *file.uri);
  if (file.path) add("saved as " + *file.path);
  return more.empty() ? text : text + " (" + more + ")";
}

/// The reply as a person reads it: files in words, and nothing said twice.
Status make_readable(const PeerReply& reply, JsonDocument& body) {
  if (reply.statusMessage == reply.reply) body.erase("statusMessage");
  if (!reply.files) return {};
  JsonDocument names = JsonDocument::object();
  for (const PeerFile& file : *reply.files) names.append_string("files", told(file));
  body.set("files", names.root().get("files"));
  return {};
}

bool is_for_people(OutputFormat format) { return format == OutputFormat::table || format == OutputFormat::wide; }

/// How the task stands, as the outcome of the command.
Result<int> outcome(const PeerReply& reply) {
  const std::string words = reply.statusMessage.value_or("");
  const std::string said = words.empty() ? std::string() : ": " + printable(words);
  const std::string alias = printable(reply.alias);
  if (reply.state == "failed" || reply.state == "rejected" || reply.state == "canceled")
    return fail(Code::failed, "the task of the peer " + alias + " is " + reply.state + said);
  if (reply.state != "input-required" && reply.state != "auth-required") return 0;
  const std::string what = reply.state == "input-required" ? "an answer" : "an authorization";
  if (!reply.taskId) return fail(Code::waiting, "the peer " + alias + " is waiting for " + what + said);
  return fail(Code::waiting, "the peer " + alias + " is waiting for " + what + said,
              "facioctl peers call " + alias + " --task " + printable(*reply.taskId) + " -m '…'");
}

}  // namespace

Result<int> call(Client& client) {
  const std::string directory(client.invocation().value("save_files"));
  if (client.invocation().given("save_files"))
    if (auto status = check_directory(directory); !status) return fail(std::move(status.error()));
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  if (client.invocation().global.timeout_ms == 0) request->timeout_ms = std::max(request->timeout_ms, wait_of(client.invocation()));
  auto response = show_or_send(client, *request);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  auto body = json_of(**response);
  if (!body) return fail(std::move(body.error()));
  auto reply = from_json<PeerReply>(body->root());
  if (!reply) return fail(Code::server, "the agent's answer: " + reply.error().message());
  Status saved;
  if (!directory.empty() && reply->files) {
    saved = save_files(directory, *reply->files);
    if (auto status = body->set_json("files", to_json(*reply->files)); !status) return fail(std::move(status.error()));
  }
  if (is_for_people(output_of(client).format))
    if (auto status = make_readable(*reply, *body); !status) return fail(std::move(status.error()));
  Response shown = **response;
  shown.body = body->dump();
  auto printed = print_reply(client, shown);
  if (!printed || *printed != 0) return printed;
  if (!saved) return fail(std::move(saved.error()));
  return outcome(*reply);
}

}  // namespace facio::peers
