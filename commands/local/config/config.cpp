// facioctl config path, view, get, set and unset: the file as a whole and one value of it.
#include "cli/command_line/client.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/contexts/change_config.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/text.hpp"

namespace facio::config {
namespace {

/// The file as a tree, checked.
Result<YamlTree> tree_of(Client& client) {
  const std::string path = client.config_path();
  const auto text = config_file_text(path);
  if (!text) return fail(text.error());
  const auto config = read_config(*text, path, client.environment());
  if (!config) return fail(config.error());
  warn(client, config->warnings);
  return parse_yaml(*text, path);
}

/// In the format that was asked for, else as YAML.
Result<int> print(Client& client, const YamlTree& tree) {
  OutputOptions options = client.invocation().global.output;
  if (!options.format_given) options.format = OutputFormat::yaml;
  return exit_code(render_json(yaml_to_json(*tree), options, client.streams()));
}

/// "contexts.prod.timeout" as its keys; the name of a context may itself contain dots: the longest that exists counts.
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
  if (!dotted.empty())
    for (const std::string_view key : split(dotted, '.')) keys.emplace_back(key);
  for (const std::string& key : keys)
    if (key.empty()) return fail_field(Code::usage, "KEY", "KEY: must be names separated by dots, such as contexts.prod.timeout");
  return keys;
}

/// Sets the value of the key; null takes it out.
Result<int> change(Client& client, const YamlTree& value) {
  const std::string path = client.config_path();
  const std::string dotted(client.invocation().value("key"));
  const auto changed = change_config(
      path, client.environment(),
      [&](const std::string& text, const Config& config) -> Result<std::string> {
        const auto keys = keys_of(dotted, config);
        if (!keys) return fail(keys.error());
        if (!value) return yaml_without(text, *keys, path);
        auto after = edited(text, {{*keys, value}}, path);
        if (!after) return after;
        const auto result = read_config(*after, path, client.environment());
        if (!result) return fail(result.error());
        if (result->warnings.size() > config.warnings.size())
          return fail(
              Error(Code::usage, "KEY: " + printable(dotted) + " is an unknown key").with_field("KEY").with_hint("facioctl help contexts"));
        return after;
      },
      false, told_of_lock(client));
  if (!changed) return fail(changed.error());
  warn(client, changed->warnings);
  return 0;
}

}  // namespace

Result<int> path(Client& client) { return exit_code(client.streams().out.write(client.config_path() + "\n")); }

Result<int> view(Client& client) {
  return tree_of(client).and_then([&](const YamlTree& tree) { return print(client, redacted(tree)); });
}

Result<int> get(Client& client) {
  const auto config = client.config();
  if (!config) return fail(config.error());
  const auto tree = tree_of(client);
  if (!tree) return fail(tree.error());
  const std::string_view dotted = client.invocation().value("key");
  const auto keys = keys_of(dotted, *config);
  if (!keys) return fail(keys.error());
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
  return exit_code(client.streams().out.write(node->text + "\n"));
}

Result<int> set(Client& client) {
  const std::string value(client.invocation().value("value"));
  // `!tag==prod` and `*x` mean something in YAML; here they are text, as is what is not YAML at all (`a: b: c`).
  const bool as_typed = value.starts_with('!') || value.starts_with('&') || value.starts_with('*');
  auto tree = as_typed ? Result<YamlTree>(yaml_text(value)) : parse_yaml(value, "VALUE");
  if (!tree) {
    if (value.find_first_of("{}[]\n") != std::string::npos) return fail(std::move(tree.error()));
    tree = yaml_text(value);
  }
  if ((*tree)->kind != JsonKind::null) return change(client, *tree);
  return fail_field(Code::usage, "VALUE",
                    "VALUE: must not be empty; `facioctl config unset " + std::string(client.invocation().value("key")) + "` removes it");
}

Result<int> unset(Client& client) { return change(client, nullptr); }

}  // namespace facio::config
