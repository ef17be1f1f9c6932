// The OpenAPI 3.1 document of the catalogue.
#include <algorithm>
#include <array>

#include "cli/catalogue/json_schema.hpp"
#include "cli/catalogue/system.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr std::string_view kSchemas = "#/components/schemas/";

/// The names of failures among the document's reusable responses; the server sends no others.
constexpr std::pair<Code, std::string_view> kResponses[] = {
    {Code::rejected, "BadRequest"},         {Code::unauthenticated, "Unauthorized"},
    {Code::forbidden, "Forbidden"},         {Code::not_found, "NotFound"},
    {Code::conflict, "Conflict"},           {Code::too_large, "PayloadTooLarge"},
    {Code::unsupported, "NotImplemented"},  {Code::method_not_allowed, "MethodNotAllowed"},
    {Code::timeout, "RequestTimeout"},      {Code::throttled, "TooManyRequests"},
    {Code::internal, "InternalError"},      {Code::unavailable, "ServiceUnavailable"},
    {Code::upstream_failed, "BadGateway"},  {Code::upstream_timeout, "GatewayTimeout"},
    {Code::turn_failed, "FailedDependency"}};
std::string_view response_name(Code code) {
  const auto* const found = std::ranges::find(kResponses, code, [](const auto& response) { return response.first; });
  return found == std::end(kResponses) ? std::string_view{} : found->second;
}

/// What our server refuses before it looks at the endpoint, with statuses that no Code has (commands/serve/http/request.cpp).
struct Refusal {
  std::string_view status, name, when;
  bool always;  ///< also a request without a body
};
constexpr Refusal kRefusals[] = {
    {"415", "UnsupportedMediaType", "the body is not sent as application/json", false},
    {"421", "MisdirectedRequest", "the server does not answer for the host that was asked", true},
};

/// A PATCH takes any part of the shape, and has no defaults; a shape that requires nothing and has none serves for both.
bool needs_partial(const Endpoint& endpoint) {
  const auto tells = [](const Field& field) { return field.required || !field.attr.default_text.empty(); };
  return endpoint.body != nullptr && endpoint.method == Method::patch && std::ranges::any_of(endpoint.body->fields, tells);
}

std::string partial_name(const Shape& shape) { return std::string(shape.name) + "Patch"; }

class OpenApi {
 public:
  explicit OpenApi(const System& system) : system_(system) {}

  std::string build(std::string_view version, std::string_view server_url) {
    for (const Endpoint* endpoint : system_.catalogue().all())
      if (endpoint->method != Method::none) endpoints_.push_back(endpoint);
    json_.begin_object().member("openapi", "3.1.0");
    information(version, server_url);
    tags();
    json_.key("security").begin_array().begin_object().key(system_.document.token_name).begin_array().end_array().end_object().end_array();
    paths();
    components();
    json_.end_object();
    return json_.take();
  }

 private:
  void information(std::string_view version, std::string_view server_url) {
    const Document& said = system_.document;
    json_.key("info").begin_object().member("title", said.title).member("version", version);
    json_.member_if("summary", said.summary).member_if("description", said.description);
    json_.key("contact").begin_object().member("name", "The facioctl authors").end_object();
    json_.key("license").begin_object().member("name", "MIT").member("identifier", "MIT").end_object().end_object();
    json_.key("servers").begin_array().begin_object();
    json_.member("url", server_url.empty() ? said.url : server_url).member("description", said.url_doc);
    json_.end_object().end_array();
  }

  void tags() {
    json_.key("tags").begin_array();
    for (const Area& area : system_.catalogue().areas())
      if (std::ranges::any_of(endpoints_, [&](const Endpoint* e) { return e->area() == area.name; }))
        json_.begin_object().member("name", area.name).member("description", area.title).end_object();
    if (std::ranges::any_of(endpoints_, [](const Endpoint* e) { return e->area() == e->system; }))
      json_.begin_object().member("name", system_.name).member("description", system_.title).end_object();
    json_.end_array();
  }

  void paths() {
    json_.key("paths").begin_object();
    std::vector<std::string_view> done;
    for (const Endpoint* endpoint : endpoints_) {
      if (std::ranges::find(done, endpoint->path) != done.end()) continue;
      done.push_back(endpoint->path);
      json_.key(endpoint->path).begin_object();
      for (const Endpoint* other : endpoints_)
        if (other->path == endpoint->path) operation(*other);
      json_.end_object();
    }
    json_.end_object();
  }

  void operation(const Endpoint& endpoint) {
    json_.key(lower(method_name(endpoint.method))).begin_object();
    json_.member("operationId", endpoint.id).member("summary", endpoint.summary);
    json_.member("description", endpoint.description.empty() ? std::string(endpoint.summary) + "." : std::string(endpoint.description));
    json_.array("tags", std::array{endpoint.area()});
    parameters(endpoint);
    request_body(endpoint);
    responses(endpoint);
    if (!needs_token(endpoint)) security(endpoint.surface == Surface::openai);
    if (endpoint.extension) json_.member("x-extension", true);
    samples(endpoint);
    json_.end_object();
  }

  /// What is asked for where a token is not always needed: none, or one if the operator wants it.
  void security(bool token_may_be_asked_for) {
    json_.key("security").begin_array();
    if (token_may_be_asked_for) {
      json_.begin_object().end_object();
      json_.begin_object().key(system_.document.token_name).begin_array().end_array().end_object();
    }
    json_.end_array();
  }

  void parameters(const Endpoint& endpoint) {
    const auto travels = [](const Param& p) { return p.place == Place::path || p.place == Place::query; };
    if (std::ranges::none_of(endpoint.params, travels)) return;
    json_.array("parameters", endpoint.params, travels, [&](const Param& param) {
      json_.begin_object().member("name", param.field.name).member("in", param.place == Place::path ? "path" : "query");
      json_.member("description", param.field.doc).member("required", param.field.required);
      parameter_example(param);
      const bool object = param.field.attr.format == Format::json_object;
      if (object) json_.key("content").begin_object().key("application/json").begin_object();
      json_.key("schema");
      if (object) json_.begin_object().member("type", "object").end_object().end_object().end_object();
      else if (param.place == Place::path) schemas_.path_parameter(param.field, fixed_words_beside(endpoint, param.field.name));
      else schemas_.field(param.field, Use::request, false);
      json_.end_object();
    });
  }

  /// Where there is one: not of a parameter that is better left out.
  void parameter_example(const Param& param) {
    if (param.field.attr.example.empty() && !param.field.required) return;
    if (const std::string example = example_value(param.field); !example.empty()) json_.key("example").raw(example);
  }

  /// The fixed words that other paths have in the place of a parameter: the router takes them for those paths.
  [[nodiscard]] std::vector<std::string_view> fixed_words_beside(const Endpoint& endpoint, std::string_view parameter) const {
    const std::string_view before = endpoint.path.substr(0, endpoint.path.find("{" + std::string(parameter) + "}"));
    std::vector<std::string_view> words;
    for (const Endpoint* other : endpoints_) {
      if (!other->path.starts_with(before) || other->path.size() == before.size() || other->path[before.size()] == '{') continue;
      const std::string_view rest = other->path.substr(before.size()), word = rest.substr(0, rest.find('/'));
      if (std::ranges::find(words, word) == words.end()) words.push_back(word);
    }
    return words;
  }

  void request_body(const Endpoint& endpoint) {
    if (endpoint.body == nullptr) return;
    const bool partial = needs_partial(endpoint);
    json_.key("requestBody").begin_object().member("description", endpoint.body->doc).member("required", !endpoint.body_optional);
    json_.key("content").begin_object().key("application/json").begin_object().key("schema");
    const std::string name = partial ? partial_name(*endpoint.body) : std::string(endpoint.body->name);
    if (endpoint.body_optional) json_.begin_object().key("anyOf").begin_array();
    schemas_.reference(name);
    if (endpoint.body_optional) json_.begin_object().member("type", "null").end_object().end_array().end_object();
    if (const std::string example = example_object(*endpoint.body, endpoint.method == Method::patch); example != "{}")
      json_.key("example").raw(example);
    json_.end_object().end_object().end_object();
  }

  /// The content of a JSON message of this shape.
  void json_content(std::string_view shape) {
    json_.key("content").begin_object().key("application/json").begin_object().key("schema");
    schemas_.reference(shape);
    json_.end_object().end_object();
  }

  void responses(const Endpoint& endpoint) {
    json_.key("responses").begin_object();
    if (endpoint.success_replaced != 0) response(endpoint, endpoint.success_replaced);
    response(endpoint, endpoint.success);
    for (const Code code : all_errors(endpoint)) {
      if (response_name(code).empty()) continue;
      if (std::ranges::find(failures_, code) == failures_.end()) failures_.push_back(code);
      json_.key(std::to_string(info(code).http)).begin_object();
      json_.member("$ref", std::string("#/components/responses/").append(response_name(code))).end_object();
    }
    if (guards_requests())
      for (const Refusal& refusal : kRefusals)
        if (refusal.always || endpoint.body != nullptr) {
          json_.key(refusal.status).begin_object();
          json_.member("$ref", std::string("#/components/responses/").append(refusal.name)).end_object();
        }
    json_.end_object();
  }

  void response(const Endpoint& endpoint, unsigned status) {
    json_.key(std::to_string(status)).begin_object();
    const Shape* shape = endpoint.envelope != nullptr ? endpoint.envelope : endpoint.reply;
    json_.member("description", shape != nullptr ? shape->doc : endpoint.summary);
    json_.key("content").begin_object().key(endpoint.media).begin_object().key("schema");
    const bool enveloped = !system_.envelope.empty() && endpoint.form != ReplyForm::text;
    if (enveloped) json_.begin_object().member("type", "object").key("properties").begin_object().key(system_.envelope);
    if (shape != nullptr) schemas_.reference(shape->name);
    else if (endpoint.form == ReplyForm::text) json_.begin_object().member("type", "string").end_object();
    else json_.begin_object().member("type", "object").end_object();
    if (enveloped) json_.end_object().array("required", std::array{system_.envelope}).end_object();
    json_.end_object().end_object().end_object();
  }

  void samples(const Endpoint& endpoint) {
    if (endpoint.examples.empty()) return;
    json_.array("x-codeSamples", endpoint.examples, [this](const Example& example) {
      json_.begin_object().member("lang", "Shell").member("label", example.says);
      json_.member("source", std::string("facioctl ").append(example.command)).end_object();
    });
  }

  void components() {
    json_.key("components").begin_object();
    json_.key("securitySchemes").begin_object().key(system_.document.token_name).begin_object();
    if (bearer()) json_.member("type", "http").member("scheme", "bearer");
    else json_.member("type", "apiKey").member("in", "header").member("name", system_.token_line.substr(0, system_.token_line.find(':')));
    json_.member("description", system_.document.token_doc).end_object().end_object();
    json_.key("schemas").begin_object();
    shape_schemas();
    error_schema();
    json_.end_object();
    json_.key("responses").begin_object();
    for (const Code code : failures_) failure(code);
    if (guards_requests())
      for (const Refusal& refusal : kRefusals) {
        json_.key(refusal.name).begin_object().member("description", refusal.when);
        json_content("Error");
        json_.end_object();
      }
    json_.end_object().end_object();
  }

  void shape_schemas() {
    ShapeSet shapes, sent;
    if (system_.errors.shape != nullptr) add_parts(shapes, *system_.errors.shape);
    std::vector<const Shape*> partial;
    for (const Endpoint* endpoint : endpoints_) {
      Endpoint answer = *endpoint;
      answer.body = nullptr;
      shapes.add(answer);
      if (endpoint->body == nullptr) continue;
      if (!needs_partial(*endpoint)) {
        shapes.add(*endpoint->body);
        sent.add(*endpoint->body);
        continue;
      }
      add_parts(shapes, *endpoint->body);
      add_parts(sent, *endpoint->body);
      if (std::ranges::find(partial, endpoint->body) == partial.end()) partial.push_back(endpoint->body);
    }
    for (const Shape* shape : shapes.all()) {
      json_.key(shape->name);
      schemas_.shape(*shape, sent.has(*shape) ? Use::request : Use::reply);
    }
    for (const Shape* shape : partial) {
      json_.key(partial_name(*shape));
      schemas_.shape(*shape, Use::patch);
    }
  }

  /// Adds the shapes that one refers to, but not itself: it has a name of its own in the document.
  static void add_parts(ShapeSet& shapes, const Shape& shape) {
    for (const Field& field : shape.fields)
      if (field.type->shape != nullptr) shapes.add(*field.type->shape);
  }

  void error_schema() {
    const ErrorForm& form = system_.errors;
    if (form.write_schema == nullptr && form.shape == nullptr) return;
    json_.key("Error");
    if (form.write_schema != nullptr) form.write_schema(json_);
    else schemas_.shape(*form.shape, Use::reply);
  }

  void header(std::string_view name, std::string_view doc, std::string_view type) {
    json_.key("headers").begin_object().key(name).begin_object().member("description", doc);
    json_.key("schema").begin_object().member("type", type).end_object().end_object().end_object();
  }

  void failure(Code code) {
    json_.key(response_name(code)).begin_object().member("description", info(code).when);
    if (code == Code::throttled) header("Retry-After", "seconds to wait", "integer");
    if (code == Code::unauthenticated && bearer()) header("WWW-Authenticate", "always Bearer", "string");
    if (system_.errors.shape != nullptr || system_.errors.write_schema != nullptr) json_content("Error");
    json_.end_object();
  }

  [[nodiscard]] bool needs_token(const Endpoint& endpoint) const { return endpoint.surface == Surface::management; }
  /// Whether it is our own server that answers.
  [[nodiscard]] bool guards_requests() const { return &system_ == &default_system(); }
  [[nodiscard]] bool bearer() const { return system_.token_line == System().token_line; }

  const System& system_;
  JsonWriter json_;
  SchemaWriter schemas_{json_, kSchemas};
  std::vector<const Endpoint*> endpoints_;
  std::vector<Code> failures_;
};

}  // namespace

std::string openapi_json(const System& system, std::string_view version, std::string_view server_url) {
  return OpenApi(system).build(version, server_url);
}

}  // namespace facio
