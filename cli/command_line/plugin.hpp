// Programs named facioctl-NAME on the PATH are commands of their own: `facioctl NAME`.
#pragma once

#include <optional>

#include "cli/command_line/scan.hpp"

namespace facio {

struct Plugin {
  std::string name, path;
};

/// A plugin's answer to --facioctl-manifest.
struct PluginManifest {
  bool given = false;
  bool mutating = true;      ///< false only when it says that it changes nothing on the agent
  bool wants_token = false;  ///< true only when it asks for the token
  std::string min_version, summary;
};

/// The first program of that name on the PATH, whose relative directories are skipped.
std::optional<Plugin> find_plugin(std::string_view name, const Environment& environment);
/// All plugins, in the order of the PATH, with those that an earlier one of the same name hides.
std::vector<Plugin> all_plugins(const Environment& environment);

/// Asks the plugin for its manifest, unless other users could change it (Code::usage). A program whose file does not contain the word
/// --facioctl-manifest cannot answer and is not started. Code::failed when the answer is not a JSON object or does not come in time.
Result<PluginManifest> manifest_of(const Plugin& plugin);

/// Whether this facioctl is at least that version, as "0.2" or "1.4.2".
bool is_new_enough(std::string_view version);

/// Becomes the plugin: the flags before its name choose the context, everything after the name is the plugin's. It gets the context in
/// FACIOCTL_CONTEXT_NAME, _URL, _KIND, _AGENT, _CA, _PROTECTED and _READONLY, and when its manifest asks for it the token through the
/// descriptor FACIOCTL_TOKEN_FD.
/// Returns only the failure that prevented it.
Error become_plugin(const Plugin& plugin, std::span<const std::string_view> before, std::span<const std::string_view> behind,
                    Streams& streams, const Environment& environment);

}  // namespace facio
