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
  };
  return kTable;
}

}  // namespace facio
