// facioctl version
#include <gnu/libc-version.h>

#include "cli/command_line/client.hpp"
#include "cli/command_line/tokens.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
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
  if (auto status = render(*client.invocation().endpoint, to_json(info), client.invocation().global.output, client.streams()); !status)
    return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::version
