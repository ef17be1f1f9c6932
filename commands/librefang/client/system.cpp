#include "commands/librefang/client/system.hpp"

#include "commands/librefang/shapes.hpp"

extern "C" const unsigned char facio_catalogue_librefang[];

namespace facio::librefang {
namespace {

const Catalogue& catalogue() noexcept {
  static constinit const Catalogue kAll(facio_catalogue_librefang);
  return kAll;
}

}  // namespace

constexpr System kSystem = {
    .name = "librefang",
    .title = "LibreFang: a daemon with many agents",
    .catalogue = catalogue,
    // A failed workflow tells its reason beside the word for it.
    .errors = {.message = "detail error.message error message", .shape = &kError},
    .checkup = {.health = "librefang.health.get", .health_value = "status", .version = "librefang.version.get", .version_value = "version"},
    .name_sources =
        "* agent_id librefang.agents.list\n"
        "* target_agent_id librefang.agents.list\n"
        "* agent_ids librefang.agents.list\n"
        "agents agents librefang.agents.list\n"
        "memory id librefang.agents.list\n"
        "memories id librefang.agents.list\n"
        "triggers workflow_id librefang.workflows.list\n"
        "hands id librefang.hands.active",
    .document = {.title = "LibreFang API",
                 .summary = "Manage a LibreFang daemon: agents, workflows, channels, models",
                 .description = "The management interface of LibreFang. Every operation is a command of facioctl: librefang.agents.list is "
                                "`facioctl librefang agents list`.",
                 .url = "http://127.0.0.1:4545",
                 .url_doc = "The daemon",
                 .token_name = "apiKey",
                 .token_doc = "The key that is set as api_key in the daemon's config.toml"},
    .adapt = adapt,
    .converse = converse,
    .explain = explain,
};

}  // namespace facio::librefang
