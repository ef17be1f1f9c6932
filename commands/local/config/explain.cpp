// facioctl config explain: which settings are in force for this command line, why, and what they override.
#include "cli/catalogue/global_flags.hpp"
#include "cli/command_line/client.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/local/config/shapes.hpp"

namespace facio::config {
namespace {

constexpr std::string_view kBuiltIn = "built-in";

/// Collects the sources of one setting, the strongest first.
class Ladder {
 public:
  explicit Ladder(std::string name) { setting_.name = std::move(name); }
  Ladder& add(std::string_view from, std::string_view value) {
    if (value.empty()) return *this;
    const std::string safe = printable(value);
    if (setting_.from.empty()) {
      setting_.value = safe;
      setting_.from = from;
    } else if (from != kBuiltIn && !(from == setting_.from && safe == setting_.value)) {
      setting_.beat.push_back(std::string(from) + ": " + safe);
    }
    return *this;
  }
  Ladder& add_source(const Source& source) { return add(source.from, redacted_url(source.value)); }
  [[nodiscard]] Setting take() { return std::move(setting_); }

 private:
  Setting setting_;
};

std::string_view format_name(OutputFormat format) {
  const std::string_view name = kOutputFormats[static_cast<int>(format)];
  return name.substr(0, name.find('='));
}

class Explanation {
 public:
  Explanation(Client& client, const Config& config)
      : global_(client.invocation().global),
        environment_(client.environment()),
        config_(config),
        terminal_(client.streams().out.is_terminal()) {}

  Result<SettingList> all(Input& in) {
    auto target = resolve_target(global_.target, config_, environment_, in, false);
    if (!target) return fail(std::move(target.error()));
    context_ = target->context;
    chosen_by_ = target->context_from;
    own_ = "context " + context_.name;
    config_file();
    target_settings();
    context_settings();
    output_settings();
    return std::move(list_);
  }

 private:
  void put(Ladder& ladder) { list_.items.push_back(ladder.take()); }
  std::string variable(Variable name) const { return std::string(environment_.get(name)); }

  void config_file() {
    Ladder ladder("config");
    ladder.add("--config", global_.config).add("FACIOCTL_CONFIG", variable(Variable::facioctl_config));
    const std::string home = variable(Variable::xdg_config_home);
    if (home.starts_with('/')) ladder.add("XDG_CONFIG_HOME", home + "/facioctl/config.yaml");
    ladder.add(kBuiltIn, home_directory(environment_) + "/.config/facioctl/config.yaml");
    put(ladder);
  }

  void target_settings() {
    Ladder context("context");
    Ladder url("url");
    for (const Source& source : target_sources(global_.target, config_, environment_, true)) {
      if (source.is_address()) {
        if (source.from == chosen_by_) context.add(source.from, "(none: an address)");
        else if (source.from == "--url" || source.from == "FACIOCTL_URL") context.add_source(source);
        url.add_source({source.from == "default" ? std::string(kBuiltIn) : source.from, source.value});
        continue;
      }
      context.add_source(source);
      if (const Context* named = config_.find(source.value)) url.add("context " + named->name, redacted_url(named->url));
    }
    put(context);
    put(url);
    Ladder token("token");
    for (const Source& source : token_sources(global_.target, context_, chosen_by_, environment_)) token.add_source(source);
    put(token.add(kBuiltIn, "(none)"));
  }

  void flag(const char* name, bool value) { text(name, value ? "true" : "", "false"); }
  void text(const char* name, const std::string& value, const char* otherwise) {
    put(Ladder(name).add(own_, value).add(kBuiltIn, otherwise));
  }

  void context_settings() {
    put(Ladder("kind").add(context_.kind == Context().kind ? kBuiltIn : std::string_view(own_), context_.kind));
    if (!context_.agent.empty()) text("agent", context_.agent, "");
    flag("protected", context_.is_protected);
    flag("readonly", context_.readonly);
    flag("insecure_http", context_.insecure_http);
    put(Ladder("ca")
            .add(own_, context_.ca)
            .add("SSL_CERT_FILE", variable(Variable::ssl_cert_file))
            .add("SSL_CERT_DIR", variable(Variable::ssl_cert_dir))
            .add(kBuiltIn, "/etc/ssl/certs"));
    if (!context_.cert.empty()) text("cert", context_.cert, "");
    Ladder timeout("timeout");
    const std::string said = variable(Variable::facioctl_timeout);
    const auto by_variable = parse_duration(said);
    if (global_.timeout_ms != 0 && !(by_variable && *by_variable == global_.timeout_ms))
      timeout.add("--timeout", format_duration(global_.timeout_ms));
    timeout.add("FACIOCTL_TIMEOUT", said);
    if (context_.timeout_ms != 0) timeout.add(own_, format_duration(context_.timeout_ms));
    put(timeout.add(kBuiltIn, "15s, or 60s where the agent depends on others"));
  }

  void output_settings() {
    const OutputOptions& options = global_.output;
    Ladder output("output");
    const std::string said = variable(Variable::facioctl_output);
    OutputFormat by_variable = OutputFormat::table;
    const bool known = parse_output_format(said, by_variable);
    if (global_.output_given && !(known && by_variable == options.format)) output.add("--output", format_name(options.format));
    put(output.add("FACIOCTL_OUTPUT", said).add(own_, context_.output).add(kBuiltIn, "table"));
    Ladder color("color");
    if (options.color != ColorMode::automatic) color.add("--color", kColorModes[static_cast<int>(options.color)]);
    if (!variable(Variable::no_color).empty()) color.add("NO_COLOR", "never");
    for (const Variable name : {Variable::clicolor_force, Variable::force_color})
      if (const std::string force = variable(name); !force.empty() && force != "0") color.add(info(name).name, "always");
    if (variable(Variable::clicolor) == "0") color.add("CLICOLOR", "never");
    if (variable(Variable::term) == "dumb") color.add("TERM", "never");
    put(color.add(kBuiltIn, terminal_ ? "always: a terminal" : "never: not a terminal"));
    Ladder pager("pager");
    if (!global_.pager) pager.add("--no-pager", "none");
    const std::string own = variable(Variable::facioctl_pager);
    if (environment_.is_set(Variable::facioctl_pager)) pager.add("FACIOCTL_PAGER", own.empty() ? "none" : own);
    put(pager.add("PAGER", variable(Variable::pager)).add(kBuiltIn, "less"));
    Ladder time("time");
    if (options.time != TimeStyle::automatic) time.add("--time", kTimeStyles[static_cast<int>(options.time)]);
    put(time.add(kBuiltIn, "auto"));
    put(Ladder("zone").add("TZ", variable(Variable::tz)).add(kBuiltIn, "/etc/localtime"));
    put(Ladder("accessible").add("ACCESSIBLE", variable(Variable::accessible)).add(kBuiltIn, "0"));
  }

  const GlobalOptions& global_;
  const Environment& environment_;
  const Config& config_;
  bool terminal_;
  Context context_;
  std::string chosen_by_, own_;
  SettingList list_;
};

}  // namespace

Result<int> explain(Client& client) {
  const auto config = client.config();
  if (!config) return fail(config.error());
  warn(client, config->warnings);
  const auto settings = Explanation(client, *config).all(client.streams().in);
  if (!settings) return fail(settings.error());
  return exit_code(print_own(client, to_json(*settings)));
}

}  // namespace facio::config
