// facioctl version
#include <gnu/libc-version.h>

#include "cli/command_line/client.hpp"
#include "cli/command_line/tokens.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/local/version/shapes.hpp"

namespace facio::version {

Result<int> show(Client& client) {
  VersionInfo info;
  info.version = FACIOCTL_VERSION;
  info.compiler = "g++ " __VERSION__;
#ifdef NDEBUG
  info.build = "optimised";
#else
  info.build = "debug";
#endif
  info.libraries["cli11"] = parser_version();
  info.libraries["glibc"] = gnu_get_libc_version();
  info.libraries["libstdc++"] = std::to_string(__GLIBCXX__);
  return exit_code(print_own(client, to_json(info)));
}

}  // namespace facio::version
