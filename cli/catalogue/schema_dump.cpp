// The catalogue as JSON for programs.

#include "cli/catalogue/global_flags.hpp"
#include "cli/catalogue/json_schema.hpp"
#include "cli/catalogue/system.hpp"

namespace facio {
namespace {

constexpr std::string_view kEffects[] = {"read", "write", "destructive"};
constexpr std::string_view kSurfaces[] = {"management", "health", "openai", "card", "local"};
constexpr std::string_view kForms[] = {"object", "list", "map", "text", "none"};
constexpr std::string_view kPlaces[] = {"path", "query", "argument", "local"};

/// The name of an enumerator.
template <class E, std::size_t size>
std::string_view name_of(E enumerator, const std::string_view (&names)[size]) {
  return names[static_cast<std::size_t>(enumerator)];
}

class SchemaDump {
 public:
  std::string build(const Endpoint* only) {
    ShapeSet shapes, sent;
    json_.begin_object().member("$schema", "https://json-schema.org/draft/2020-12/schema").member("program", "facioctl");
    json_.array("commands", only != nullptr ? std::vector{only} : all_endpoints(), [&](const Endpoint* endpoint) {
      shapes.add(*endpoint);
      if (endpoint->body != nullptr) sent.add(*endpoint->body);
      command(*endpoint);
    });
    global_flags();
    exit_codes();
    json_.key("$defs").begin_object();
    for (const Shape* shape : shapes.all()) {
      json_.key(shape->name);
      schemas_.shape(*shape, sent.has(*shape) ? Use::request : Use::reply);
    }
    json_.end_object().end_object();
    return json_.take();
  }

 private:
  void command(const Endpoint& endpoint) {
    json_.begin_object().member("id", endpoint.id);
    json_.member("command", command_words(endpoint.id)).member("summary", endpoint.summary);
    json_.member_if("description", endpoint.description);
    if (!endpoint.synonyms.empty()) json_.array("synonyms", endpoint.synonyms);
    json_.member_if("method", method_name(endpoint.method)).member_if("path", endpoint.path);
    const bool foreign = endpoint.is_prefixed() && endpoint.method != Method::none;
    json_.member("surface", foreign ? "foreign" : name_of(endpoint.surface, kSurfaces))
        .member_if("system", endpoint.is_prefixed() ? endpoint.system : std::string_view{});
    json_.member("effect", name_of(endpoint.effect, kEffects));
    json_.member("idempotent", endpoint.effect == Effect::read || endpoint.idempotent || endpoint.method == Method::put ||
                                   endpoint.method == Method::del);
    if (endpoint.extension) json_.member("extension", true);
    arguments(endpoint);
    flags(endpoint);
    if (endpoint.body != nullptr) body(endpoint);
    reply(endpoint);
    errors(endpoint);
    examples(endpoint);
    json_.end_object();
  }

  void arguments(const Endpoint& endpoint) {
    json_.array("arguments", endpoint.params, &Param::is_positional, [this](const Param& param) {
      json_.begin_object().member("name", param.field.name).member("in", name_of(param.place, kPlaces)).member("doc", param.field.doc);
      json_.member("required", param.field.required).key("schema");
      schemas_.field(param.field, Use::request, false);
      json_.end_object();
    });
  }

  void one_flag(std::string_view flag, std::string_view in, std::string_view path, bool required, const Field& field, bool partial) {
    json_.begin_object().member("flag", std::string("--").append(flag));
    if (field.attr.letter != 0) json_.member("letter", std::string("-").append(1, field.attr.letter));
    json_.member("in", in).member("path", path).member("doc", field.doc);
    const Kind kind = field.type->kind;
    json_.member("required", required).member("repeatable", field.attr.repeatable || kind == Kind::array || kind == Kind::map);
    if (field.attr.agent_decides) json_.member("agent_decides", true);  // the choices are those that are known here
    json_.member("secret", field.attr.secret).member_if("excludes_group", field.attr.group).key("schema");
    schemas_.field(field, partial ? Use::patch : Use::request, false);
    json_.end_object();
  }

  void flags(const Endpoint& endpoint) {
    json_.key("flags").begin_array();
    for (const Param& param : endpoint.params) {
      if (param.is_positional() || param.field.attr.flag == "-") continue;
      one_flag(flag_of(param.field), name_of(param.place, kPlaces), param.field.name, param.field.required, param.field, false);
    }
    if (endpoint.body != nullptr && !endpoint.assignments) {
      const bool partial = endpoint.method == Method::patch;
      for (const BodyFlag& flag : body_flags(*endpoint.body)) {
        const bool top = flag.path.find('.') == std::string::npos;
        one_flag(flag.flag, "body", flag.path, top && flag.field->required && !partial && !endpoint.body_optional, *flag.field, partial);
      }
    }
    json_.end_array();
  }

  void body(const Endpoint& endpoint) {
    json_.key("body").begin_object().member("required", !endpoint.body_optional).member("partial", endpoint.method == Method::patch);
    json_.member("assignments", endpoint.assignments).member("max_bytes", endpoint.max_body).key("schema");
    schemas_.reference(endpoint.body->name);
    json_.end_object();
  }

  void reply(const Endpoint& endpoint) {
    json_.key("reply").begin_object().member("form", name_of(endpoint.form, kForms));
    const Shape* shape = endpoint.envelope != nullptr ? endpoint.envelope : endpoint.reply;
    if (endpoint.form == ReplyForm::text || endpoint.method != Method::none)
      json_.member("media", endpoint.media).member("status", endpoint.success);
    if (endpoint.success_replaced != 0) json_.member("status_replaced", endpoint.success_replaced);
    if (endpoint.is_collection()) json_.member("items", endpoint.items);
    json_.member_if("unwrap", endpoint.unwrap).member_if("key", endpoint.key);
    if (!endpoint.columns.empty())
      json_.array("columns", endpoint.columns, [this](const Column& column) {
        json_.begin_object().member("path", column.path).member("title", column.title).member("wide", column.wide).end_object();
      });
    if (shape != nullptr) {
      json_.key("schema");
      schemas_.reference(shape->name);
    }
    prints(endpoint);
    json_.end_object();
  }

  /// What -o json prints, where that is not the whole reply: its items, or the member that is shown of it.
  void prints(const Endpoint& endpoint) {
    if (endpoint.reply == nullptr || (!endpoint.is_collection() && endpoint.unwrap.empty())) return;
    const Field* const member = endpoint.envelope == nullptr ? endpoint.reply->find(endpoint.unwrap) : nullptr;
    json_.key("prints");
    if (member != nullptr) return schemas_.field(*member, Use::reply, false);
    if (!endpoint.is_collection()) return schemas_.reference(endpoint.reply->name);
    const bool map = endpoint.form == ReplyForm::map;
    json_.begin_object().member("type", map ? "object" : "array").key(map ? "additionalProperties" : "items");
    schemas_.reference(endpoint.reply->name);
    json_.end_object();
  }

  void errors(const Endpoint& endpoint) {
    json_.array("errors", all_errors(endpoint), [this](Code code) {
      const CodeInfo& row = info(code);
      json_.begin_object().member("code", row.wire).member("http", row.http);
      json_.member("exit", row.exit).member("class", row.name).end_object();
    });
  }

  void examples(const Endpoint& endpoint) {
    json_.array("examples", endpoint.examples, [this](const Example& example) {
      json_.begin_object().member("command", std::string("facioctl ").append(example.command)).member("says", example.says).end_object();
    });
  }

  void global_flags() {
    json_.array("global_flags", kGlobalFlags, [this](const GlobalFlag& flag) {
      json_.begin_object().member("flag", std::string("--").append(flag.name));
      if (flag.letter != 0) json_.member("letter", std::string("-").append(1, flag.letter));
      json_.member("doc", flag.doc).member_if("value", flag.value_name).member("with_body_only", flag.who == FlagFor::bodies);
      if (!flag.choices.empty()) json_.array("choices", flag.choices);
      json_.end_object();
    });
  }

  void exit_codes() {
    json_.array("exit_codes", code_table(), [this](const CodeInfo& row) {
      json_.begin_object().member("exit", row.exit).member("class", row.name).member_if("code", row.wire);
      if (row.http != 0) json_.member("http", row.http);
      json_.member("retryable", row.retryable).member("when", row.when).end_object();
    });
  }

  JsonWriter json_;
  const std::vector<std::string_view> systems_ = choices_of(Field{.attr = {.format = Format::system}});
  SchemaWriter schemas_{json_, "#/$defs/", systems_};
};

}  // namespace

std::string schema_json(const Endpoint* only) { return SchemaDump().build(only); }

}  // namespace facio
