#include "commands/client_table.hpp"

#include <array>

namespace facio {

// One declaration for each function; it stands in the area's client.cpp.
namespace agent {
Result<int> restart(Client&);
}
namespace api {
Result<int> call(Client&);
}
namespace completion {
Result<int> script(Client&);
}
namespace config {
Result<int> path(Client&);
Result<int> view(Client&);
}
namespace context {
Result<int> list(Client&);
Result<int> show(Client&);
Result<int> use(Client&);
Result<int> add(Client&);
Result<int> remove(Client&);
}
namespace credentials {
Result<int> expose(Client&);
Result<int> unexpose(Client&);
}
namespace cron {
Result<int> create(Client&);
Result<int> update(Client&);
}
namespace help {
Result<int> explain(Client&);
}
namespace improvement {
Result<int> diff(Client&);
Result<int> review(Client&);
}
namespace openapi {
Result<int> document(Client&);
}
namespace policy {
Result<int> list(Client&);
Result<int> add(Client&);
Result<int> remove(Client&);
Result<int> test(Client&);
Result<int> replay(Client&);
}
namespace providers {
Result<int> login(Client&);
Result<int> poll(Client&);
}
namespace schema {
Result<int> dump(Client&);
}
namespace sessions {
Result<int> get(Client&);
Result<int> remove(Client&);
Result<int> export_all(Client&);
Result<int> prune(Client&);
}
namespace settings {
Result<int> get(Client&);
Result<int> set(Client&);
}
namespace usage {
Result<int> get(Client&);
}
namespace version {
Result<int> show(Client&);
}
namespace mcp {
Result<int> add(Client&);
Result<int> import_file(Client&);
}
namespace skills {
Result<int> install(Client&);
Result<int> pack(Client&);
}
namespace workspace {
Result<int> cat(Client&);
Result<int> edit(Client&);
Result<int> pull(Client&);
Result<int> push(Client&);
Result<int> put(Client&);
Result<int> rm(Client&);
Result<int> tree(Client&);
namespace versions {
Result<int> diff(Client&);
}

std::span<const ClientEntry> client_table() {
  static constexpr std::array kTable = {
      ClientEntry{"agent.restart", &agent::restart},
      ClientEntry{"api", &api::call},
      ClientEntry{"completion", &completion::script},
      ClientEntry{"config.path", &config::path},
      ClientEntry{"config.view", &config::view},
      ClientEntry{"context.add", &context::add},
      ClientEntry{"context.list", &context::list},
      ClientEntry{"context.remove", &context::remove},
      ClientEntry{"context.show", &context::show},
      ClientEntry{"context.use", &context::use},
      ClientEntry{"credentials.expose", &credentials::expose},
      ClientEntry{"credentials.unexpose", &credentials::unexpose},
      ClientEntry{"cron.create", &cron::create},
      ClientEntry{"cron.update", &cron::update},
      ClientEntry{"help", &help::explain},
      ClientEntry{"improvement.diff", &improvement::diff},
      ClientEntry{"improvement.review", &improvement::review},
      ClientEntry{"openapi", &openapi::document},
      ClientEntry{"policy.allow", &policy::add},
      ClientEntry{"policy.deny", &policy::add},
      ClientEntry{"policy.list", &policy::list},
      ClientEntry{"policy.remove", &policy::remove},
      ClientEntry{"policy.replay", &policy::replay},
      ClientEntry{"policy.test", &policy::test},
      ClientEntry{"providers.login", &providers::login},
      ClientEntry{"providers.poll", &providers::poll},
      ClientEntry{"schema", &schema::dump},
      ClientEntry{"sessions.delete", &sessions::remove},
      ClientEntry{"sessions.export", &sessions::export_all},
      ClientEntry{"sessions.get", &sessions::get},
      ClientEntry{"sessions.prune", &sessions::prune},
      ClientEntry{"settings.get", &settings::get},
      ClientEntry{"settings.set", &settings::set},
      ClientEntry{"usage.get", &usage::get},
      ClientEntry{"version", &version::show},
      ClientEntry{"mcp.add", &mcp::add},
      ClientEntry{"mcp.import", &mcp::import_file},
      ClientEntry{"skills.install", &skills::install},
      ClientEntry{"skills.pack", &skills::pack},
      ClientEntry{"workspace.cat", &workspace::cat},
      ClientEntry{"workspace.edit", &workspace::edit},
      ClientEntry{"workspace.pull", &workspace::pull},
      ClientEntry{"workspace.push", &workspace::push},
      ClientEntry{"workspace.put", &workspace::put},
      ClientEntry{"workspace.rm", &workspace::rm},
      ClientEntry{"workspace.tree", &workspace::tree},
      ClientEntry{"versions.diff", &versions::diff},
  };
  return kTable;
}

}  // namespace facio
