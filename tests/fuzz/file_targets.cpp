// Files that nobody vouches for: YAML, the configuration, zip archives, audit logs.
#include "cli/contexts/contexts.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/json_scan.hpp"
#include "commands/facio/audit/client/filter.hpp"
#include "commands/facio/audit/client/event.hpp"
#include "commands/facio/audit/client/lines.hpp"
#include "commands/serve/files/archive.hpp"
#include "tests/fuzz/target.hpp"

namespace facio::fuzz {
namespace {

class NoEnvironment final : public Environment {
 public:
  [[nodiscard]] std::optional<std::string_view> look_up(std::string_view) const override { return {}; }
};

void take_yaml(std::string_view bytes) {
  const auto tree = parse_yaml(bytes, "input");
  if (!tree) return;
  const std::string json = yaml_to_json(**tree);
  require(json::check_json(json).has_value(), "YAML is written as JSON");
  const auto line = parse_yaml(yaml_line(**tree), "line");
  require(line && yaml_to_json(**line) == json, "YAML in one line says the same");
  const std::string path[] = {"a", "b"};
  if (const auto edited = yaml_with(bytes, path, yaml_text("new"), "input")) {
    const auto again = parse_yaml(*edited, "edited");
    require(again && (*again)->get("a") != nullptr && (*again)->get("a")->get("b") != nullptr, "what was set is there");
    require((*again)->get("a")->get("b")->text == "new", "what was set has its value");
  }
  if (const auto edited = yaml_without(bytes, path, "input"))
    require(parse_yaml(*edited, "edited").has_value(), "what is left can be read");
}

void take_config(std::string_view bytes) { (void)read_config(std::string(bytes), "/nowhere/config.yaml", NoEnvironment()); }

void take_zip(std::string_view bytes) {
  constexpr serve::ArchiveLimits kLimits{.most_entries = 64, .most_bytes = 1024 * 1024};
  const auto archive = serve::Archive::open(bytes, kLimits);
  if (!archive) return;
  require(archive->files().size() <= kLimits.most_entries, "an archive stays within its entries");
  for (const std::string& path : archive->files())
    require(!path.empty() && path.front() != '/' && ("/" + path + "/").find("/../") == std::string::npos, "no path leads out");
  std::uint64_t sum = 0;
  (void)archive->unpack([&sum](const std::string&, std::string_view file, bool) {
    sum += file.size();
    require(sum <= kLimits.most_bytes, "an archive stays within its size");
    return Status{};
  });
}

/// A condition, then lines of a log.
void take_audit(std::string_view bytes) {
  const auto condition = audit::Condition::parse(take_line(bytes), "--filter", {});
  audit::Lines plain({}), rich({.colored = true, .show_arguments = true});
  std::string out;
  while (!bytes.empty()) {
    const std::string_view line = take_line(bytes);
    audit::EventFields fields;
    if (!audit::read_fields(line, fields)) continue;
    (void)audit::is_own_reading(fields);
    if (!json::check_json(line)) continue;
    if (condition) (void)condition->holds(line);
    const audit::Event event = audit::event_of(line);
    plain.append_short(out, event);
    plain.append_cat(out, event);
    rich.append_long(out, event);
  }
}

constexpr Target kFiles[] = {{"yaml", take_yaml}, {"config", take_config}, {"zip", take_zip}, {"audit", take_audit}};

}  // namespace

std::span<const Target> file_targets() { return kFiles; }

}  // namespace facio::fuzz
