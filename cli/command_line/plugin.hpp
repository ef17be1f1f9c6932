// Programs named facioctl-NAME on the PATH are commands of their own: `facioctl NAME`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/scan.hpp"
#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"

namespace facio {

struct Plugin {
  std::string name, path;
};

/// What a plugin says about itself when it is asked with --facioctl-manifest.
struct PluginManifest {
  bool given = false;
  bool mutating = true;     ///< false only when it says so: it changes nothing on the agent
  bool wants_token = true;  ///< false when it says that it needs none
  std::string min_version, summary;
};

/// The first program of that name on the PATH; relative directories in it are passed over.
std::optional<Plugin> find_plugin(std::string_view name, const Environment& environment);
/// All of them, in the order of the PATH; a later one of the same name is hidden by the first.
std::vector<Plugin> all_plugins(const Environment& environment);

/// Asks the plugin. One whose file does not hold the words --facioctl-manifest would not know the question and is not started. Code::failed
/// when the answer is no JSON object, or does not come in time.
Result<PluginManifest> manifest_of(const Plugin& plugin);

/// Whether this facioctl is at least that version, as "0.2" or "1.4.2".
bool is_new_enough(std::string_view version);

/// Becomes the plugin: the flags before its name choose the context, all that stands behind the name is the plugin's. It gets the context
/// in FACIOCTL_CONTEXT_NAME, _URL, _KIND, _AGENT, _CA, _PROTECTED and _READONLY, and the token through the descriptor FACIOCTL_TOKEN_FD.
/// Returns only the failure that prevented it.
Error become_plugin(const Plugin& plugin, std::span<const std::string_view> before, std::span<const std::string_view> behind,
                    Streams& streams, const Environment& environment);

}  // namespace facio
