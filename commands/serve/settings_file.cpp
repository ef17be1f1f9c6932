#include "commands/serve/settings_file.hpp"

#include <algorithm>
#include <array>

#include "cli/core/join.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kList = "api.allowedOrigins";
constexpr std::array<std::string_view, 7> kKeys = {
    "api.host", "api.port", "api.timeout", kList, "api.rateLimitRpm", "api.managementEnabled", "api.a2aEnabled"};

}  // namespace

const FileSetting* SettingsFile::find(std::string_view key) const {
  const auto found = std::ranges::find(settings, key, &FileSetting::key);
  return found == settings.end() || found->values.empty() ? nullptr : &*found;
}

std::string SettingsFile::place(const FileSetting& setting) const {
  return printable(path) + ": line " + std::to_string(setting.line) + ": " + printable(setting.key);
}

Status check_settings(const SettingsFile& file) {
  for (const FileSetting& setting : file.settings) {
    const auto refuse = [&](const std::string& why, std::string hint) {
      return fail(Error(Code::usage, file.place(setting) + ": " + why).with_field(setting.key).with_hint(std::move(hint)));
    };
    if (std::ranges::find(kKeys, setting.key) == kKeys.end()) {
      const std::string_view near = nearest(setting.key, kKeys);
      return refuse("is not known; " + (near.empty() ? "known are " + facio::joined(kKeys) : "did you mean " + std::string(near) + "?"),
                    "facioctl serve --help");
    }
    if (std::ranges::count(file.settings, setting.key, &FileSetting::key) > 1) return refuse("occurs twice", "keep one of them");
    if (setting.is_list && setting.key != kList) return refuse("needs one value, not a list", "write it as " + setting.key + ": VALUE");
  }
  return {};
}

}  // namespace facio::serve
