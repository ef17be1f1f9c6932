// facioctl version
#include <gnu/libc-version.h>

#include "cli/command_line/client.hpp"
#include "cli/command_line/tokens.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/pager.hpp"
#include "commands/local/version/parts.hpp"
#include "commands/local/version/shapes.hpp"

namespace facio::version {
namespace {

VersionInfo information() {
  VersionInfo info;
  info.version = FACIOCTL_VERSION;
  info.compiler = "g++ " __VERSION__;
#ifdef NDEBUG
  info.build = "optimised";
#else
  info.build = "debug";
#endif
  if (const auto all = inventory()) {
    if (!all->commit.empty()) {
      info.commit = all->commit;
      info.commit_date = all->commit_date;
      info.modified = all->modified;
    }
    for (const Part& part : all->parts)
      if (!part.version().empty()) info.libraries[std::string(part.source)] = part.version();
  }
  info.libraries["cli11"] = parser_version();
  info.libraries["glibc"] = gnu_get_libc_version();
  info.libraries["libstdc++"] = std::to_string(__GLIBCXX__);
  return info;
}

}  // namespace

Result<int> show(Client& client) {
  const Invocation& invocation = client.invocation();
  const bool sbom = invocation.is_set("sbom"), licence = invocation.is_set("licences");
  if (!sbom && !licence) return exit_code(print_own(client, to_json(information())));
  const auto text = licence ? licences() : invocation.value("sbom") == "spdx" ? spdx() : cyclonedx();
  if (!text) return fail(text.error());
  Streams& streams = client.streams();
  return exit_code(invocation.global.pager ? page_tall(*text, streams, client.environment()) : streams.out.write(*text));
}

}  // namespace facio::version
