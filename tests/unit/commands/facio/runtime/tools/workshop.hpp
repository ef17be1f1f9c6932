// A workspace with all tools of the server on it.
#pragma once

#include <fstream>
#include <sstream>

#include "tests/unit/commands/facio/credentials/server/world.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/cron/server/service.hpp"
#include "commands/facio/mcp/server/service.hpp"
#include "commands/facio/peers/server/service.hpp"
#include "commands/serve/outbound/outbound.hpp"
#include "commands/facio/runtime/tools/builtin_tools.hpp"

namespace facio::test {

struct Workshop : World {
  CronService cron{*store, settings, clock};
  CredentialsService credentials{base};
  serve::Outbound outbound;
  McpService mcp{base, credentials, outbound};
  PeersService peers{base, outbound, credentials};
  serve::BuiltinTools tools{base, credentials, cron, peers, mcp};
  serve::Cancel cancel;

  /// A call made ready; to be made from any thread, where nothing may be asserted.
  auto ready(std::string_view name, const std::string& arguments) {
    const auto found = tools.box().find("main", name);
    REQUIRE(found);
    auto document = std::make_shared<JsonDocument>(good(JsonDocument::parse(arguments)));
    return [this, found = *found, document = std::move(document)] {
      const serve::ToolRun run{
          {.agent = "main", .session_key = "cli:main", .run_id = "run1", .trace_id = "trace1", .origin = "chat", .channel = "openai"},
          cancel};
      return found.source->call(run, found.info.name, document->root());
    };
  }
  serve::ToolOutput call(std::string_view name, const std::string& arguments) { return ready(name, arguments)(); }
  /// Of a call that must do well, and of one that must not.
  std::string ok(std::string_view name, const std::string& arguments) {
    const auto output = call(name, arguments);
    INFO(output.text);
    REQUIRE_FALSE(output.failed);
    return output.text;
  }
  std::string refused(std::string_view name, const std::string& arguments) {
    const auto output = call(name, arguments);
    INFO(output.text);
    REQUIRE(output.failed);
    return output.text;
  }
  void put(const std::string& path, const std::string& text) { good(files.write(path, text)); }
  std::string text_of(const std::string& path) { return good(files.read(path, 1 << 20)); }
  void secret(const std::string& key, const std::string& value, bool exposed = false) {
    const auto made = good(change<Credential>([&](auto& tx) { return credentials.create(tx, "main", {key, Secret(value), exposed}); }));
    credentials.changed("main", made);
  }
};

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace facio::test
