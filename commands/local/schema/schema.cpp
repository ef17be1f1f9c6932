// facioctl schema
#include <algorithm>

#include "cli/catalogue/global_flags.hpp"
#include "cli/catalogue/json_writer.hpp"
#include "cli/catalogue/words.hpp"
#include "cli/command_line/client.hpp"
#include "cli/command_line/help.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/command_line/scan.hpp"
#include "commands/facio/manifest/client/service.hpp"

namespace facio::schema {
namespace {

constexpr int kVersion = 1;

/// What a person types for a value.
std::string_view typed_as(const Field& field) {
  const Type& type = field.type->kind == Kind::array ? *field.type->element : *field.type;
  switch (field.attr.format) {
    case Format::milliseconds:
    case Format::seconds:
    case Format::hours: return "duration";
    case Format::time:
    case Format::time_or_date:
    case Format::epoch_ms:
    case Format::epoch_s: return "time";
    case Format::date: return "date";
    case Format::zone: return "time-zone";
    case Format::cron: return "cron";
    case Format::bytes: return "size";
    case Format::url: return "url";
    default: break;
  }
  switch (type.kind) {
    case Kind::integer: return "integer";
    case Kind::number: return "number";
    case Kind::boolean: return "boolean";
    case Kind::map: return "key=value";
    case Kind::object:
    case Kind::any: return "json";
    default:
      return field.attr.value_name == "FILE"       ? "file"
             : field.attr.value_name == "DIR"      ? "directory"
             : field.attr.value_name == "DURATION" ? "duration"
                                                   : "string";
  }
}

/// The command line as data, for programs that drive it: every command with its words, arguments, flags, output and exit codes, or one of
/// them when `only` is not null. `version` grows when something is removed or changes its meaning, never when something is added.
class CommandTree {
 public:
  std::string build(const Endpoint* only) {
    json_.begin_object().member("version", kVersion).member("program", "facioctl").member("program_version", FACIOCTL_VERSION);
    json_.key("areas").begin_array();
    areas();
    json_.end_array().key("commands").begin_array();
    if (only != nullptr) command(*only);
    else
      for (const Endpoint* endpoint : all_endpoints()) command(*endpoint);
    json_.end_array();
    global_flags();
    environment();
    json_.key("exit_codes").raw(exit_codes_json()).end_object();
    return json_.take();
  }

 private:
  /// Of another system its name, and its areas behind that.
  void areas() {
    const auto area = [this](const std::string& name, std::string_view title) {
      json_.begin_object().member("name", name).member("title", title).end_object();
    };
    for (const Catalogue* one : all_catalogues()) {
      if (one->prefixed()) area(std::string(one->system()), find_system(one->system())->title);
      for (const Area& known : one->areas())
        area((one->prefixed() ? std::string(one->system()) + " " : std::string()).append(known.name), known.title);
    }
  }

  void list(std::string_view name, std::span<const std::string_view> words) {
    if (words.empty()) return;
    json_.key(name).begin_array();
    for (const std::string_view word : words) json_.value(word);
    json_.end_array();
  }

  void command(const Endpoint& endpoint) {
    json_.begin_object()
        .member("id", endpoint.id)
        .member("command", command_words(endpoint))
        .member("usage", "facioctl " + command_usage(endpoint) + " [flags]");
    list("synonyms", endpoint.synonyms);
    json_.member("summary", endpoint.summary).member_if("description", all_prose(endpoint));
    const bool destructive = endpoint.effect == Effect::destructive;
    const bool remote = talks_to_agent(endpoint);
    json_.member("mutating", endpoint.effect != Effect::read).member("destructive", destructive);
    json_.member("idempotent", endpoint.effect == Effect::read || endpoint.idempotent || endpoint.method == Method::put ||
                                   endpoint.method == Method::del);
    // Without a terminal nobody can be asked: then only --yes goes on.
    json_.member("asks", destructive).member("talks_to_agent", remote);
    if (endpoint.method != Method::none)
      json_.key("request").begin_object().member("method", method_name(endpoint.method)).member("path", endpoint.path).end_object();
    if (endpoint.extension) json_.member("extension", true);
    arguments(endpoint);
    flags(endpoint);
    if (endpoint.assignments) {
      json_.key("keys").begin_array();
      for (const HelpRow& row : key_rows(*endpoint.body))
        json_.begin_object().member("key", std::string_view(row.left)).member("doc", std::string_view(row.right)).end_object();
      json_.end_array();
    }
    output(endpoint);
    exit_codes(endpoint, remote, destructive);
    json_.key("examples").begin_array();
    for (const Example& example : endpoint.examples)
      json_.begin_object().member("command", "facioctl " + std::string(example.command)).member("says", example.says).end_object();
    json_.end_array().end_object();
  }

  void value(const Field& field) {
    json_.member("type", typed_as(field));
    list("choices", choices_of(field));
    if (field.attr.agent_decides) json_.member("agent_decides", true);  // the choices are those that are known here
    if (field.attr.min != -kNoLimit) json_.member("minimum", field.attr.min);
    if (field.attr.max != kNoLimit) json_.member("maximum", field.attr.max);
    json_.member_if("default", field.attr.default_text).member_if("pattern", field.attr.pattern);
  }

  void arguments(const Endpoint& endpoint) {
    json_.key("arguments").begin_array();
    for (const Param& param : endpoint.params) {
      if (!param.is_positional()) continue;
      const Field& field = param.field;
      json_.begin_object()
          .member("name", field.name)
          .member("value", field.attr.value_name.empty() ? field.name : field.attr.value_name)
          .member("doc", field.doc);
      json_.member("required", param.place == Place::path || field.required).member("repeatable", field.attr.repeatable);
      value(field);
      json_.end_object();
    }
    json_.end_array();
  }

  void flags(const Endpoint& endpoint) {
    json_.key("flags").begin_array();
    for (const CommandFlag& flag : command_flags(endpoint)) {
      if (flag.role == FlagRole::secret_literal) continue;
      json_.begin_object().member("flag", "--" + flag.name);
      if (flag.letter != 0) json_.member("letter", std::string("-") + flag.letter);
      json_.member("doc", flag.field->doc);
      const bool top = flag.path.find('.') == std::string::npos;
      const bool partial = flag.in_body && (endpoint.method == Method::patch || endpoint.body_optional);
      json_.member("required", flag.field->required && top && !partial && !flag.is_secret()).member("repeatable", flag.repeatable());
      json_.member("secret", flag.is_secret()).member("takes_value", flag.takes_value());
      if (flag.takes_value()) json_.member("value", flag.value_name());
      if (flag.may_have_value()) json_.member("may_have_value", true);
      if (flag.negatable()) json_.member("negated", "--no-" + flag.name);
      json_.member_if("excludes_group", flag.field->attr.group);
      if (flag.is_secret())
        json_.member("type", flag.role == FlagRole::secret_file ? "file"
                             : flag.role == FlagRole::secret_fd ? "integer"
                             : flag.takes_value()               ? "string"
                                                                : "boolean");
      else value(*flag.field);
      json_.end_object();
    }
    json_.end_array();
    json_.key("further_flags").begin_array();
    for (const GlobalFlag& flag : kGlobalFlags)
      if (flag.who != FlagFor::all && has_global(endpoint, flag)) json_.value("--" + std::string(flag.name));
    json_.end_array();
  }

  void output(const Endpoint& endpoint) {
    constexpr std::string_view kForms[] = {"object", "list", "map", "text", "none"};
    json_.key("output").begin_object().member("form", kForms[static_cast<int>(endpoint.form)]);
    const bool structured = endpoint.form != ReplyForm::text && endpoint.form != ReplyForm::none;
    json_.key("formats").begin_array();
    if (structured)
      for (const std::string_view format : kOutputFormats) json_.value(format);
    json_.end_array();
    if (endpoint.form == ReplyForm::text) json_.member("media", endpoint.media);
    json_.member_if("key", endpoint.key);
    std::vector<std::string_view> columns;
    for (const Column& column : endpoint.columns) columns.push_back(column.path);
    list("columns", columns);
    if (endpoint.reply != nullptr) json_.member("schema", "facioctl schema " + std::string(endpoint.id));
    json_.end_object();
  }

  void exit_codes(const Endpoint& endpoint, bool remote, bool destructive) {
    std::vector<int> codes{0, info(Code::usage).exit, info(Code::output).exit};
    if (remote)
      for (const Code code :
           {Code::unauthenticated, Code::forbidden, Code::unsupported, Code::unreachable, Code::timeout, Code::throttled, Code::server})
        codes.push_back(info(code).exit);
    if (destructive) codes.push_back(info(Code::cancelled).exit);
    if (endpoint.method != Method::none)
      for (const Code code : all_errors(endpoint)) codes.push_back(info(code).exit);
    for (const Code code : endpoint.errors) codes.push_back(info(code).exit);
    std::ranges::sort(codes);
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    json_.key("exit_codes").begin_array();
    for (const int code : codes) json_.value(code);
    json_.end_array();
  }

  void global_flags() {
    json_.key("global_flags").begin_array();
    for (const GlobalFlag& flag : kGlobalFlags) {
      json_.begin_object().member("flag", "--" + std::string(flag.name));
      if (flag.letter != 0) json_.member("letter", std::string("-") + flag.letter);
      json_.member("doc", flag.doc).member("repeatable", flag.repeatable).member("takes_value", flag.takes_value);
      if (flag.may_have_value) json_.member("may_have_value", true);
      json_.member_if("value", flag.value_name).member("of_every_command", flag.who == FlagFor::all);
      list("choices", flag.choices);
      json_.end_object();
    }
    json_.end_array();
  }

  void environment() {
    json_.key("environment").begin_array();
    for (const HelpRow& row : environment_rows())
      json_.begin_object().member("name", std::string_view(row.left)).member("doc", std::string_view(row.right)).end_object();
    json_.end_array();
  }

  JsonWriter json_;
};

}  // namespace

Result<int> dump(Client& client) {
  const Endpoint* only = nullptr;
  if (client.invocation().all("id") == std::vector<std::string>{"manifest"})
    return exit_code(client.streams().out.write(manifest::manifest_schema() + "\n"));
  if (const std::vector<std::string> words = client.invocation().all("id"); !words.empty()) {
    const GlobalOptions& global = client.invocation().global;
    const System* here = system_in_use(global.target, global.config, client.environment());
    const auto word = [&words](std::size_t at) { return at < words.size() ? std::string_view(words[at]) : std::string_view{}; };
    only = find_endpoint(words[0]);
    if (only == nullptr && words.size() <= 3) only = find_command(word(0), word(1), word(2), here).endpoint;
    if (only == nullptr) return fail(unknown_command(word(0), word(1), word(2), here));
  }
  const std::string json = client.invocation().value("commands") == "true" ? CommandTree().build(only) : schema_json(only);
  return exit_code(client.streams().out.write(json + "\n"));
}

}  // namespace facio::schema
