// facioctl librefang config set, config export.
#include "cli/command_line/client.hpp"
#include "cli/core/file_writer.hpp"
#include "cli/core/secret_rule.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "commands/librefang/config/client/schema.hpp"

namespace facio::librefang {
namespace {

constexpr std::size_t kLongest = 64 * 1024;
constexpr std::string_view kChange = "librefang.config.set", kRead = "librefang.config.get", kRules = "librefang.config.schema";

bool is_same_kind(JsonRef a, JsonRef b) {
  const auto is_number = [](JsonRef value) { return value.is(JsonKind::integer) || value.is(JsonKind::number); };
  return a.is_null() || b.is_null() || a.kind() == b.kind() || (is_number(a) && is_number(b));
}

/// Older daemons take anything, and start with defaults, and open to everybody, when they cannot read it.
Status check_setting(Client& client, const std::string& path, JsonRef value) {
  const auto refused = [&](const std::string& problem) {
    return fail(Error(Code::rejected, printable(path) + ": " + problem + "; nothing was changed")
                    .with_field(path)
                    .with_hint("facioctl librefang config schema"));
  };
  const auto schema = client.ask(kRules);
  if (!schema) return fail(schema.error());
  const Judgement judgement = judge_setting(schema->root(), path, value);
  if (!judgement.problem.empty()) return refused(judgement.problem);
  if (judgement.is_known) return {};
  const auto config = client.ask(kRead);
  if (!config) return fail(config.error());
  const JsonRef there = config->root().find(path);
  if (!there) return refused("the daemon has no such setting");
  return is_same_kind(there, value) ? Status() : refused("is now " + there.dump() + ", which is of another type");
}

/// What a change that was answered by a success has come to.
Status check_result(Client& client, const std::string& path, JsonRef value, JsonRef answer) {
  const std::string& status = answer.get("status").text();
  const std::string& why = answer.get("reload_error").text();
  if (status == "saved_reload_failed")
    return fail(Code::partial, "it is in the file, but the daemon could not read it again: " + printable(why.empty() ? status : why),
                "facioctl librefang config reload");
  if (status == "applied_partial") warn(client, {"it holds in part; the rest when the daemon is started again"});
  const auto config = client.ask(kRead);
  if (!config) return {};
  const JsonRef now = config->root().find(path);
  const bool is_hidden = now.text() == kMask;
  const bool is_equal =
      now && (now.dump() == value.dump() || (!now.is_null() && !value.is_null() && is_same_kind(now, value) &&
                                             (now.is(JsonKind::integer) || now.is(JsonKind::number)) && now.number() == value.number()));
  if (!now || is_hidden || value.is_null() || is_equal) return {};
  warn(client, {printable(path) + " is still " + now.dump() + "; it changes when the daemon is started again"});
  return {};
}

/// "name" of "[a.name]" or "[[a.name]]"; empty for other lines.
std::string_view table_name(std::string_view line) {
  if (!line.starts_with('[')) return {};
  while (line.starts_with('[')) line.remove_prefix(1);
  line = line.substr(0, line.find(']'));
  return line.substr(line.rfind('.') == std::string_view::npos ? 0 : line.rfind('.') + 1);
}

/// TOML with *** for values that are secret by their names or their looks.
std::string without_secret_values(std::string_view toml) {
  std::string out;
  bool is_secret_table = false;
  for (std::string_view line : split_terminated(toml)) {
    if (const std::string_view table = table_name(line); !table.empty()) is_secret_table = is_secret_place(table) || is_secret_name(table);
    const auto equal = line.find(" = ");
    const std::string_view value = equal == std::string_view::npos ? std::string_view{} : trimmed(line.substr(equal + 3));
    const bool is_secret = is_secret_table || is_secret_name(trimmed(line.substr(0, std::min(line.size(), equal))));
    const bool is_open = value.empty() || value == "\"\"" || value == "''" || value == "true" || value == "false" || value == "[]";
    if (is_secret && !is_open) out.append(line.substr(0, equal)).append(" = \"***\"\n");
    else out.append(without_secrets(line)).append("\n");
  }
  return out;
}

Result<int> write_whole(Client& client, const std::string& path, const std::string& text) {
  auto file = FileWriter::open(path, 0600, FileWriter::Existing::keep);
  if (!file) return fail(std::move(file.error()).with_field("--to"));
  auto status = file->write(text);
  if (status) status = file->finish();
  if (!status) return fail(std::move(status.error()));
  return exit_code(note(client, "wrote " + printable(path) + ", with its secrets"));
}

}  // namespace

Result<int> set_setting(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::string path(invocation.value("setting"));
  std::string text(invocation.value("value"));
  if (text == "-") {
    auto typed = client.streams().in.read_all(kLongest);
    if (!typed) return fail(std::move(typed.error()).with_field("VALUE"));
    text = std::move(*typed);
    if (text.ends_with('\n')) text.pop_back();
  }
  const auto parsed = JsonDocument::parse(text);
  auto body = JsonDocument::object();
  body.set_string("path", path);
  if (parsed) body.set("value", parsed->root());
  else body.set_string("value", text);
  auto request = client.request_to(kChange, {}, body.dump());
  if (!request) return fail(request.error());
  // The name of the setting says whether its value may be seen.
  if (is_secret_name(path.substr(path.rfind('.') + 1)) || path.find("pass") != std::string::npos) request->secrets.push_back(text);
  const JsonRef value = body.root().get("value");
  if (!invocation.global.only_shows())
    if (auto status = check_setting(client, path, value); !status) return fail(std::move(status.error()));
  return with_json(client, request, [&](JsonDocument& answer) -> Result<int> {
    if (auto status = check_result(client, path, value, answer.root()); !status) return fail(std::move(status.error()));
    return print_reply(client, *invocation.endpoint, answer.dump());
  });
}

Result<int> export_config(Client& client) {
  const std::string path(client.invocation().value("to"));
  return with_reply(client, client.request(), [&](const Response& response) -> Result<int> {
    if (!path.empty()) return write_whole(client, path, response.body);
    return print_reply(client, *client.invocation().endpoint, without_secret_values(response.body));
  });
}

}  // namespace facio::librefang
