// facioctl plugin list: which programs are commands, and why others of that form are not.
#include <algorithm>

#include "cli/catalogue/words.hpp"
#include "cli/command_line/client.hpp"
#include "cli/command_line/plugin.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/local/plugin/shapes.hpp"

namespace facio::plugin {
namespace {

PluginView view_of(const Plugin& plugin, const PluginList& before) {
  PluginView view;
  view.name = plugin.name;
  view.path = plugin.path;
  if (find_command(plugin.name, {}).used != 0) {
    view.problem = "facioctl's own command of that name takes precedence";
    return view;
  }
  if (const auto other = std::ranges::find(before.items, plugin.name, &PluginView::name); other != before.items.end()) {
    view.problem = "hidden by " + other->path;
    return view;
  }
  const auto manifest = manifest_of(plugin);
  if (!manifest) {
    view.problem = manifest.error().message();
  } else if (manifest->given) {
    view.mutating = manifest->mutating;
    if (!manifest->min_version.empty()) view.min_version = manifest->min_version;
    if (!manifest->summary.empty()) view.summary = manifest->summary;
    if (!is_new_enough(manifest->min_version)) view.problem = "needs a newer facioctl";
  }
  return view;
}

}  // namespace

Result<int> list(Client& client) {
  PluginList plugins;
  for (const Plugin& plugin : all_plugins(client.environment())) plugins.items.push_back(view_of(plugin, plugins));
  return exit_code(print_own(client, to_json(plugins), "no plugin is on the PATH"));
}

}  // namespace facio::plugin
