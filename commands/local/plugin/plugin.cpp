// facioctl plugin list: which programs are commands, and which are not although they look so.
#include "cli/catalogue/words.hpp"
#include "cli/command_line/client.hpp"
#include "cli/command_line/plugin.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
#include "commands/local/plugin/shapes.hpp"

namespace facio::plugin {
namespace {

PluginView view_of(const Plugin& plugin, const PluginList& before) {
  PluginView view;
  view.name = plugin.name;
  view.path = plugin.path;
  const Words words = find_command(plugin.name, {});
  if (words.used != 0) {
    view.problem = "facioctl's own command of that name wins";
    return view;
  }
  for (const PluginView& other : before.items)
    if (other.name == plugin.name) {
      view.problem = "hidden by " + other.path;
      return view;
    }
  const auto manifest = manifest_of(plugin);
  if (!manifest) {
    view.problem = manifest.error().message();
  } else if (manifest->given) {
    view.mutating = manifest->mutating;
    if (!manifest->min_version.empty()) view.min_version = manifest->min_version;
    if (!manifest->summary.empty()) view.summary = manifest->summary;
    if (!is_new_enough(manifest->min_version)) view.problem = "needs a newer facioctl than this";
  }
  return view;
}

}  // namespace

Result<int> list(Client& client) {
  PluginList plugins;
  for (const Plugin& plugin : all_plugins(client.environment())) plugins.items.push_back(view_of(plugin, plugins));
  std::size_t count = 1;
  const GlobalOptions& global = client.invocation().global;
  if (auto status = render(*client.invocation().endpoint, to_json(plugins), global.output, client.streams(), &count); !status)
    return fail(std::move(status.error()));
  if (count == 0 && global.fail_empty) return fail(Code::not_found, "no plugin is on the PATH");
  return 0;
}

}  // namespace facio::plugin
