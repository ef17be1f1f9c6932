// facioctl config path, view, get, set and unset: the file as a whole and one value of it.
#include "cli/command_line/client.hpp"
#include "cli/contexts/change_config.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/output/render.hpp"

namespace facio::config {
namespace {

std::string path_of(Client& client) { return config_path(client.environment(), client.invocation().global.config); }

void warn(Client& client, const Config& config) {
  if (client.invocation().global.quiet) return;
  for (const std::string& warning : config.warnings) (void)client.streams().err.write("facioctl: warning: " + warning + "\n");
}

/// The file as a tree, checked.
Result<YamlTree> tree_of(Client& client) {
  const std::string path = path_of(client);
  auto text = config_file_text(path);
  if (!text) return fail(std::move(text.error()));
  auto config = read_config(*text, path, client.environment());
  if (!config) return fail(std::move(config.error()));
  warn(client, *config);
  return parse_yaml(*text, path);
}

/// JSON in the format that was asked for; YAML when none was.
Result<int> print(Client& client, const YamlTree& tree) {
  OutputOptions options = client.invocation().global.output;
  if (!options.format_given) options.format = OutputFormat::yaml;
  if (auto status = render_json(yaml_to_json(*tree), options, client.streams()); !status) return fail(std::move(status.error()));
  return 0;
}

/// "contexts.prod.timeout" as its keys; the name of a context may itself hold dots: the longest that exists counts.
Result<std::vector<std::string>> keys_of(std::string_view dotted, const Config& config) {
  std::vector<std::string> keys;
  if (dotted.starts_with("contexts.")) {
    const std::string_view rest = dotted.substr(9);
    std::string_view name = rest.substr(0, rest.find('.'));
    for (const Context& context : config.contexts)
      if (context.name.size() > name.size() && (rest == context.name || rest.starts_with(context.name + "."))) name = context.name;
    keys = {"contexts", std::string(name)};
    dotted = rest.size() > name.size() ? rest.substr(name.size() + 1) : std::string_view{};
    if (rest.size() > name.size() && dotted.empty()) keys.emplace_back();
  }
  while (!dotted.empty()) {
    const auto dot = dotted.find('.');
    keys.emplace_back(dotted.substr(0, dot));
    if (dot != std::string_view::npos && dot + 1 == dotted.size()) keys.emplace_back();
    dotted = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
  }
  for (const std::string& key : keys)
    if (key.empty()) return fail_field(Code::usage, "KEY", "KEY: must be names with dots between, as contexts.prod.timeout");
  return keys;
}

Result<int> change(Client& client, const YamlTree& value) {
  const std::string path = path_of(client);
  const std::string dotted(client.invocation().value("key"));
  std::size_t warnings = 0;
  auto changed = change_config(path, client.environment(), [&](const std::string& text, const Config& config) -> Result<std::string> {
    auto keys = keys_of(dotted, config);
    if (!keys) return fail(std::move(keys.error()));
    if (!value) return yaml_without(text, *keys, path);
    warnings = config.warnings.size();
    auto after = edited(text, {{*keys, value}}, path);
    if (!after) return after;
    auto result = read_config(*after, path, client.environment());
    if (!result) return fail(std::move(result.error()));
    if (result->warnings.size() > warnings)
      return fail(Error(Code::usage, "KEY: " + printable(dotted) + " is no key that facioctl knows")
                      .with_field("KEY")
                      .with_hint("facioctl help contexts"));
    return after;
  });
  if (!changed) return fail(std::move(changed.error()));
  warn(client, *changed);
  return 0;
}

}  // namespace

Result<int> path(Client& client) {
  if (auto status = client.streams().out.write(path_of(client) + "\n"); !status) return fail(std::move(status.error()));
  return 0;
}

Result<int> view(Client& client) {
  auto tree = tree_of(client);
  if (!tree) return fail(std::move(tree.error()));
  return print(client, redacted(*tree));
}

Result<int> get(Client& client) {
  auto config = load_config(path_of(client), client.environment());
  if (!config) return fail(std::move(config.error()));
  auto tree = tree_of(client);
  if (!tree) return fail(std::move(tree.error()));
  const std::string_view dotted = client.invocation().value("key");
  auto keys = keys_of(dotted, *config);
  if (!keys) return fail(std::move(keys.error()));
  YamlTree node = redacted(*tree);
  for (const std::string& key : *keys) {
    YamlTree next;
    for (const auto& [name, member] : node->members)
      if (name == key) next = member;
    if (!next) return fail(Code::not_found, "there is no " + printable(dotted) + " in " + config->path, "facioctl config view");
    node = std::move(next);
  }
  const bool plain = node->kind != JsonKind::object && node->kind != JsonKind::array;
  if (!plain || client.invocation().global.output_given) return print(client, node);
  if (auto status = client.streams().out.write(node->text + "\n"); !status) return fail(std::move(status.error()));
  return 0;
}

Result<int> set(Client& client) {
  const std::string value(client.invocation().value("value"));
  // `!tag==prod` and `*x` mean something to YAML; here they are meant as typed, as is a text that is no YAML of its own (`a: b: c`).
  const bool as_typed = value.starts_with('!') || value.starts_with('&') || value.starts_with('*');
  auto tree = as_typed ? Result<YamlTree>(yaml_text(value)) : parse_yaml(value, "VALUE");
  if (!tree) {
    if (value.find_first_of("{}[]\n") != std::string::npos) return fail(std::move(tree.error()));
    tree = yaml_text(value);
  }
  if ((*tree)->kind != JsonKind::null) return change(client, *tree);
  return fail_field(Code::usage, "VALUE",
                    "VALUE: must not be empty; `facioctl config unset " + std::string(client.invocation().value("key")) + "` takes it out");
}

Result<int> unset(Client& client) { return change(client, nullptr); }

}  // namespace facio::config
