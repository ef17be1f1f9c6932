// Joins client and server.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/client.hpp"
#include "cli/command_line/server_context.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/standard_descriptors.hpp"
#include "cli/core/streams.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/serve/backup/backup.hpp"
#include "commands/serve/serve.hpp"
#include "commands/serve/shapes.hpp"

namespace {

using namespace facio;

/// Adds what stands below a node of the file, each key after those above it.
void add_settings(const YamlNode& node, const std::string& above, std::vector<serve::FileSetting>& to) {
  for (const auto& [key, value] : node.members) {
    const std::string name = above.empty() ? key : above + "." + key;
    if (value->kind == JsonKind::object && !value->members.empty()) {
      add_settings(*value, name, to);
      continue;
    }
    serve::FileSetting setting{.key = name, .is_list = value->kind == JsonKind::array, .line = value->line};
    for (const auto& item : value->items) setting.values.push_back(item->text);
    if (!setting.is_list && value->kind != JsonKind::null) setting.values.push_back(value->text);
    to.push_back(std::move(setting));
  }
}

/// The file of --config, which for `serve` is not that of the contexts.
Result<serve::SettingsFile> settings_of(const std::string& path) {
  serve::SettingsFile file{.path = path};
  if (path.empty()) return file;
  if (::access(path.c_str(), F_OK) != 0)
    return fail_field(Code::usage, "--config", "--config: cannot read " + printable(path) + ": " + system_reason(errno));
  auto text = config_file_text(path);
  if (!text) return fail(std::move(text.error()));
  auto tree = parse_yaml(*text, path);
  if (!tree) return fail(std::move(tree.error()));
  if ((*tree)->kind != JsonKind::object && (*tree)->kind != JsonKind::null)
    return fail_field(Code::usage, "--config", printable(path) + ": must be a map, such as api: { port: 8900 }");
  add_settings(**tree, {}, file.settings);
  return file;
}

Result<int> run_server(Client& client) {
  const Invocation& invocation = client.invocation();
  serve::FlagValues values = invocation.values;
  if (!invocation.global.target.token_file.empty()) values["token_file"] = {invocation.global.target.token_file};
  const auto file = settings_of(std::string(invocation.value("config")));
  if (!file) return fail(file.error());
  auto options = serve::options_from(values, client.environment(), *file);
  if (!options) return fail(std::move(options.error()));
  // It becomes a context, so that the first `facioctl health` needs no set-up.
  const auto remember = [&client](const std::string& url, const std::string& token_file,
                                  const std::string& ca_file) -> Result<std::string> {
    auto kept = keep_server_context(client.config_path(), client.environment(), {url, token_file, ca_file},
                                    client.invocation().global.target.context);
    if (!kept) return fail(std::move(kept.error()));
    if (!kept->note.empty() && note(client, "note: " + kept->note)) (void)client.streams().err.flush();
    return std::move(kept->name);
  };
  return serve::serve(*options, client.streams(), client.environment(), remember);
}

/// The data that a command of `serve` is about.
Result<serve::ServeOptions> data_of(Client& client) { return serve::options_from(client.invocation().values, client.environment()); }

Result<int> told(Client& client, const Result<serve::BackupDone>& done, const std::string& what) {
  if (!done) return fail(done.error());
  for (const std::string& remark : done->remarks)
    if (auto status = note(client, "note: " + remark); !status) return fail(std::move(status.error()));
  return exit_code(
      client.streams().out.write(what + ": " + std::to_string(done->files) + " files, " + std::to_string(done->bytes) + " bytes\n"));
}

Result<int> run_backup(Client& client) {
  const auto options = data_of(client);
  if (!options) return fail(options.error());
  const std::string file(client.invocation().value("file"));
  return told(client, serve::make_backup(*options, file, client.invocation().is_set("with_key")), file);
}

Result<int> run_restore(Client& client) {
  const auto options = data_of(client);
  if (!options) return fail(options.error());
  return told(client, serve::restore_backup(*options, std::string(client.invocation().value("file"))), options->data);
}

Result<int> run_verify(Client& client) {
  const auto options = data_of(client);
  if (!options) return fail(options.error());
  VerifiedList list;
  Code worst = Code::ok;
  for (serve::Verified& one : serve::verify_data(*options)) {
    const bool bad = one.code != Code::ok;
    if (bad && worst != Code::integrity) worst = worst == Code::ok || one.code == Code::integrity ? one.code : worst;
    list.checks.push_back({std::move(one.id),
                           bad          ? "error"
                           : one.looked ? "ok"
                                        : "info",
                           std::move(one.message), one.fix.empty() ? std::nullopt : std::optional(std::move(one.fix))});
  }
  return exit_code(print_own(client, to_json(list)), info(worst).exit);
}

/// The server's commands, and those of the client.
ClientFunction function_of(std::string_view id) {
  if (id == "serve") return &run_server;
  if (id == "serve.backup") return &run_backup;
  if (id == "serve.restore") return &run_restore;
  if (id == "serve.verify") return &run_verify;
  return client_function(id);
}

}  // namespace

namespace __gnu_cxx {

/// Replaces the library's, which would link a demangler of symbol names into the program.
void __verbose_terminate_handler() {  // NOLINT(bugprone-reserved-identifier): the library's name
  constexpr std::string_view kLastWords = "facioctl: internal error (uncaught exception); please report it\n";
  (void)!::write(STDERR_FILENO, kLastWords.data(), kLastWords.size());
  std::abort();
}

}  // namespace __gnu_cxx

int main(int count, char** words) {
  if (!occupy_standard_descriptors()) return info(Code::output).exit;
  const std::vector<std::string_view> arguments(words + (count > 0 ? 1 : 0), words + count);
  FdInput in(0);
  FdOutput out(1);
  FdOutput err(2);
  Streams streams{in, out, err};
  const ProcessEnvironment environment;
  return run(arguments, streams, environment, &function_of);
}
