// facioctl settings get KEY: one value of the document; settings set: what changed.
#include <array>

#include "cli/command_line/client.hpp"
#include "cli/output/render.hpp"

namespace facio::settings {
namespace {

/// A key as `settings set` takes it: keys of basic and advanced stand alone, others are dotted paths.
JsonRef find_value(JsonRef document, std::string_view key) {
  for (const std::string_view section : {"basic", "advanced"})
    if (const JsonRef found = document.get(section).get(key)) return found;
  return document.find(key);
}

bool is_single(JsonRef value) { return value.kind() != JsonKind::object && value.kind() != JsonKind::array; }

}  // namespace

Result<int> get(Client& client) {
  const std::string key(client.invocation().value("key"));
  if (key.empty()) return send_and_print(client);
  auto response = show_or_send(client);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  auto document = json_of(**response);
  if (!document) return fail(std::move(document.error()));
  const JsonRef value = find_value(document->root(), key);
  if (!value) return fail(Code::not_found, "there is no setting '" + printable(key) + "'", "facioctl settings get");
  const GlobalOptions& global = client.invocation().global;
  Status status;
  if (!global.output_given && is_single(value)) {
    const std::string text = value.is_null() ? "" : value.kind() == JsonKind::string ? printable(value.string()) : value.dump();
    status = client.streams().out.write(text + "\n");
  } else {
    OutputOptions output = global.output;
    output.format_given = output.format_given || value.kind() == JsonKind::object;  // a section looks as the whole document does
    status = render_json(value.dump(), output, client.streams());
  }
  if (!status) return fail(std::move(status.error()));
  return 0;
}

/// On a table's place stand the changed settings alone; other formats and --fields get the whole answer.
Result<int> set(Client& client) {
  auto response = show_or_send(client);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  const Invocation& invocation = client.invocation();
  const OutputOptions output = output_of(client);
  auto answer = json_of(**response);
  if (!answer) return fail(std::move(answer.error()));
  const JsonRef changes = answer->root().get("changes");
  const bool whole = output.format != OutputFormat::table || !output.fields.empty() || !output.columns.empty();
  Status status;
  if (whole) {
    status = render(*invocation.endpoint, (*response)->body, output, client.streams());
  } else if (changes.size() != 0) {
    JsonDocument changed = JsonDocument::object();
    for (std::size_t i = 0; i < changes.size(); ++i)
      if (changes.at(i).kind() == JsonKind::string) changed.set(changes.at(i).string(), find_value(answer->root(), changes.at(i).string()));
    OutputOptions pairs = output;
    pairs.format_given = true;
    status = render_json(changed.dump(), pairs, client.streams());
  }
  if (!status) return fail(std::move(status.error()));
  if (invocation.global.quiet) return 0;
  Output& err = client.streams().err;
  if (!whole && changes.size() == 0) status = err.write("nothing changed\n");
  const JsonRef restart = answer->root().get("restart_needed");
  if (status && restart.is(JsonKind::boolean) && restart.boolean())
    status = err.write("the agent must be restarted before all of it takes effect; try: facioctl agent restart\n");
  if (!status) return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::settings
