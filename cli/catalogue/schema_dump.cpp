// The catalogue as JSON for programs.
#include <algorithm>

#include "cli/catalogue/global_flags.hpp"
#include "cli/catalogue/json_schema.hpp"
#include "cli/catalogue/system.hpp"

namespace facio {
namespace {

std::string_view effect_name(Effect effect) {
  constexpr std::string_view names[] = {"read", "write", "destructive"};
  return names[static_cast<int>(effect)];
}
std::string_view surface_name(const Endpoint& endpoint) {
  constexpr std::string_view names[] = {"management", "health", "openai", "card", "local"};
  if (endpoint.is_prefixed() && endpoint.method != Method::none) return "foreign";
  return names[static_cast<int>(endpoint.surface)];
}
std::string_view form_name(ReplyForm form) {
  constexpr std::string_view names[] = {"object", "list", "map", "text", "none"};
  return names[static_cast<int>(form)];
}
std::string_view place_name(Place place) {
  constexpr std::string_view names[] = {"path", "query", "argument", "local"};
  return names[static_cast<int>(place)];
}

class SchemaDump {
 public:
  std::string build(const Endpoint* only) {
    ShapeSet shapes;
    json_.begin_object().member("$schema", "https://json-schema.org/draft/2020-12/schema").member("program", "facioctl");
    json_.key("commands").begin_array();
    std::vector<const Endpoint*> endpoints{only};
    if (only == nullptr) endpoints = all_endpoints();
    for (const Endpoint* endpoint : endpoints) {
      shapes.add(*endpoint);
      command(*endpoint);
    }
    json_.end_array();
    global_flags();
    exit_codes();
    json_.key("$defs").begin_object();
    for (const Shape* shape : shapes.all()) {
      json_.key(shape->name);
      schemas_.shape(*shape);
    }
    json_.end_object().end_object();
    return json_.take();
  }

 private:
  void command(const Endpoint& endpoint) {
    json_.begin_object().member("id", endpoint.id);
    std::string words(endpoint.id);
    std::ranges::replace(words, '.', ' ');
    json_.member("command", words).member("summary", endpoint.summary).member_if("description", endpoint.description);
    if (!endpoint.synonyms.empty()) {
      json_.key("synonyms").begin_array();
      for (const std::string_view synonym : endpoint.synonyms) json_.value(synonym);
      json_.end_array();
    }
    json_.member_if("method", method_name(endpoint.method)).member_if("path", endpoint.path);
    json_.member("surface", surface_name(endpoint)).member_if("system", endpoint.is_prefixed() ? endpoint.system : std::string_view{});
    json_.member("effect", effect_name(endpoint.effect));
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
    json_.key("arguments").begin_array();
    for (const Param& param : endpoint.params) {
      if (!param.is_positional()) continue;
      json_.begin_object().member("name", param.field.name).member("in", place_name(param.place)).member("doc", param.field.doc);
      json_.member("required", param.field.required).key("schema");
      schemas_.field(param.field, false);
      json_.end_object();
    }
    json_.end_array();
  }

  void one_flag(std::string_view flag, std::string_view in, std::string_view path, bool required, const Field& field) {
    json_.begin_object().member("flag", std::string("--").append(flag));
    if (field.attr.letter != 0) json_.member("letter", std::string("-").append(1, field.attr.letter));
    json_.member("in", in).member("path", path).member("doc", field.doc);
    const Kind kind = field.type->kind;
    json_.member("required", required).member("repeatable", field.attr.repeatable || kind == Kind::array || kind == Kind::map);
    json_.member("secret", field.attr.secret).member_if("excludes_group", field.attr.group).key("schema");
    schemas_.field(field, false);
    json_.end_object();
  }

  void flags(const Endpoint& endpoint) {
    json_.key("flags").begin_array();
    for (const Param& param : endpoint.params) {
      if (param.is_positional() || param.field.attr.flag == "-") continue;
      one_flag(flag_of(param.field), place_name(param.place), param.field.name, param.field.required, param.field);
    }
    if (endpoint.body != nullptr && !endpoint.assignments) {
      const bool partial = endpoint.method == Method::patch;
      for (const BodyFlag& flag : body_flags(*endpoint.body)) {
        const bool top = flag.path.find('.') == std::string::npos;
        one_flag(flag.flag, "body", flag.path, top && flag.field->required && !partial && !endpoint.body_optional, *flag.field);
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
    json_.key("reply").begin_object().member("form", form_name(endpoint.form));
    const Shape* shape = endpoint.envelope != nullptr ? endpoint.envelope : endpoint.reply;
    if (endpoint.form == ReplyForm::text || endpoint.method != Method::none)
      json_.member("media", endpoint.media).member("status", endpoint.success);
    if (endpoint.success_replaced != 0) json_.member("status_replaced", endpoint.success_replaced);
    if (endpoint.form == ReplyForm::list || endpoint.form == ReplyForm::map) json_.member("items", endpoint.items);
    json_.member_if("unwrap", endpoint.unwrap).member_if("key", endpoint.key);
    if (!endpoint.columns.empty()) {
      json_.key("columns").begin_array();
      for (const Column& column : endpoint.columns)
        json_.begin_object().member("path", column.path).member("title", column.title).member("wide", column.wide).end_object();
      json_.end_array();
    }
    if (shape != nullptr) {
      json_.key("schema");
      schemas_.reference(shape->name);
    }
    json_.end_object();
  }

  void errors(const Endpoint& endpoint) {
    json_.key("errors").begin_array();
    for (const Code code : all_errors(endpoint)) {
      const CodeInfo& row = info(code);
      json_.begin_object()
          .member("code", row.wire)
          .member("http", row.http)
          .member("exit", row.exit)
          .member("class", row.name)
          .end_object();
    }
    json_.end_array();
  }

  void examples(const Endpoint& endpoint) {
    json_.key("examples").begin_array();
    for (const Example& example : endpoint.examples)
      json_.begin_object().member("command", std::string("facioctl ").append(example.command)).member("says", example.says).end_object();
    json_.end_array();
  }

  void global_flags() {
    json_.key("global_flags").begin_array();
    for (const GlobalFlag& flag : kGlobalFlags) {
      json_.begin_object().member("flag", std::string("--").append(flag.name));
      if (flag.letter != 0) json_.member("letter", std::string("-").append(1, flag.letter));
      json_.member("doc", flag.doc).member_if("value", flag.value_name).member("with_body_only", flag.who == FlagFor::bodies);
      if (!flag.choices.empty()) {
        json_.key("choices").begin_array();
        for (const std::string_view choice : flag.choices) json_.value(choice);
        json_.end_array();
      }
      json_.end_object();
    }
    json_.end_array();
  }

  void exit_codes() {
    json_.key("exit_codes").begin_array();
    for (const CodeInfo& row : code_table()) {
      json_.begin_object().member("exit", row.exit).member("class", row.name).member_if("code", row.wire);
      if (row.http != 0) json_.member("http", row.http);
      json_.member("retryable", row.retryable).member("when", row.when).end_object();
    }
    json_.end_array();
  }

  JsonWriter json_;
  const std::vector<std::string_view> systems_ = choices_of(Field{.attr = {.format = Format::system}});
  SchemaWriter schemas_{json_, "#/$defs/", systems_};
};

}  // namespace

std::string schema_json(const Endpoint* only) { return SchemaDump().build(only); }

}  // namespace facio
