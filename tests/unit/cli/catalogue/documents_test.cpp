#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

#include "cli/catalogue/system.hpp"
#include "cli/catalogue/json_schema.hpp"
#include "cli/core/json.hpp"
#include "cli/core/validate.hpp"
#include "tests/unit/every_endpoint.hpp"

using namespace facio;

namespace {

JsonDocument parsed(const std::string& text) {
  auto document = JsonDocument::parse(text);
  REQUIRE(document);
  return std::move(*document);
}

/// Every `$ref` below a value.
void collect_references(JsonRef value, std::set<std::string>& references) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value.kind() == JsonKind::object && value.name_at(i) == "$ref") references.insert(value.at(i).string());
    collect_references(value.at(i), references);
  }
}

/// The value that a local reference names.
JsonRef resolve(JsonRef root, std::string_view reference) {
  REQUIRE(reference.starts_with("#/"));
  reference.remove_prefix(2);
  while (root && !reference.empty()) {
    const auto slash = reference.find('/');
    root = root.get(reference.substr(0, slash));
    reference = slash == std::string_view::npos ? std::string_view{} : reference.substr(slash + 1);
  }
  return root;
}

void check_references(const JsonDocument& document) {
  std::set<std::string> references;
  collect_references(document.root(), references);
  CHECK(references.size() > 3);
  for (const std::string& reference : references) {
    CAPTURE(reference);
    CHECK(resolve(document.root(), reference));
  }
}

}  // namespace

TEST_CASE("the OpenAPI document has every endpoint once and no dangling reference") {
  const JsonDocument document = parsed(openapi_json(default_system(), "1.2.3", "https://agent.example.net"));
  const JsonRef root = document.root();
  CHECK(root.get("openapi").string() == "3.1.0");
  CHECK(root.find("info.version").string() == "1.2.3");
  CHECK(root.find("info.license.identifier").string() == "MIT");
  CHECK(root.get("servers").at(0).get("url").string() == "https://agent.example.net");

  std::map<std::string, int, std::less<>> seen;
  const JsonRef paths = root.get("paths");
  for (std::size_t i = 0; i < paths.size(); ++i)
    for (std::size_t j = 0; j < paths.at(i).size(); ++j) ++seen[paths.at(i).at(j).get("operationId").string()];
  std::size_t remote = 0;
  for (const Endpoint& endpoint : every_endpoint()) {
    if (endpoint.method == Method::none || endpoint.is_prefixed()) continue;
    ++remote;
    CAPTURE(endpoint.id);
    CHECK(seen[std::string(endpoint.id)] == 1);
  }
  CHECK(seen.size() == remote);
  check_references(document);
}

TEST_CASE("the OpenAPI document tells parameters, bodies, answers and failures") {
  const JsonDocument document = parsed(openapi_json(default_system(), "1", ""));
  const JsonRef paths = document.root().get("paths");
  const JsonRef tail = paths.get("/api/v1/sessions").get("get");
  const JsonRef limit = tail.get("parameters").at(0);
  CHECK(limit.get("name").string() == "limit");
  CHECK(limit.find("schema.maximum").integer() == 500);
  CHECK(limit.find("schema.default").integer() == 100);

  const JsonRef create = paths.get("/api/v1/cron").get("post");
  CHECK(create.get("responses").get("201"));
  CHECK(create.get("responses").get("400").get("$ref").string() == "#/components/responses/BadRequest");
  CHECK(create.get("responses").get("401"));
  CHECK(create.find("requestBody.required").boolean());

  const JsonRef update = paths.get("/api/v1/cron/{id}").get("patch").find("requestBody.content").at(0).get("schema");
  CHECK(update.get("$ref").string() == "#/components/schemas/CronCreatePatch");
  CHECK_FALSE(document.root().find("components.schemas.CronCreatePatch").get("required"));

  CHECK(paths.get("/health").get("get").get("security").dump() == "[]");
  CHECK_FALSE(paths.get("/health").get("get").get("responses").get("401"));
  CHECK(paths.get("/v1/models").get("get").get("security").dump() == R"([{},{"managementToken":[]}])");
  CHECK(paths.get("/v1/models").get("get").get("responses").get("401"));
  CHECK(paths.get("/api/v1/improvement/runs/{runId}/diff").get("get").get("responses").get("200").get("content").name_at(0) ==
        "text/x-diff; charset=utf-8");
  const JsonRef value = document.root().find("components.schemas.CredentialCreate.properties.value");
  CHECK(value.get("writeOnly").boolean());
  CHECK(value.get("format").string() == "password");
}

TEST_CASE("the OpenAPI document says what the server accepts, in the words of the declaration") {
  const JsonDocument document = parsed(openapi_json(default_system(), "1", ""));
  const JsonRef paths = document.root().get("paths"), schemas = document.root().find("components.schemas");
  const JsonRef schedule = schemas.get("CronSchedule");
  REQUIRE(schedule.get("anyOf").size() == 3);
  CHECK(schedule.get("anyOf").at(0).dump() ==
        R"({"properties":{"kind":{"const":"at"},"at_ms":{"type":"integer"},"every_ms":{"type":"null"},)"
        R"("expr":{"type":["string","null"],"maxLength":0},"tz":{"type":["string","null"],"maxLength":0}},)"
        R"("required":["kind","at_ms"],"additionalProperties":true})");
  CHECK(schemas.get("PolicySettingsChange").get("anyOf").size() == 2);
  CHECK(schemas.get("SettingsPatch").get("additionalProperties").dump() == "false");
  // What is written only stands in requests alone.
  CHECK(schemas.find("SettingsBrowserPatch.properties.proxy.writeOnly").boolean());
  CHECK_FALSE(schemas.find("SettingsBrowser.properties.proxy.writeOnly"));
  // A fixed word beside a parameter is none of its values.
  const JsonRef key = paths.get("/api/v1/credentials/{key}").get("get").get("parameters").at(0);
  CHECK(key.find("schema.pattern").string().starts_with("^(?!providers$)"));
  CHECK(key.get("example").string() == "GITHUB_TOKEN");
  const JsonRef create = paths.get("/api/v1/cron").get("post");
  CHECK(create.find("requestBody.content").at(0).get("example").dump() ==
        R"({"name":"morning report","schedule":{"kind":"every","every_ms":3600000},"message":"Sum up the mail of the night"})");
  for (const char* status : {"415", "421"}) CHECK(create.get("responses").get(status));
  CHECK_FALSE(paths.get("/api/v1/cron").get("get").get("responses").get("415"));
  CHECK(paths.get("/api/v1/commands/stop").get("post").find("requestBody.content").at(0).find("schema.anyOf").size() == 2);
}

TEST_CASE("the schema for programs says what is printed of a map") {
  const JsonDocument one = parsed(schema_json(find_endpoint("channels.list")));
  CHECK(one.root().get("commands").at(0).find("reply.prints").dump() ==
        R"({"type":"object","additionalProperties":{"$ref":"#/$defs/ChannelConfig"}})");
  CHECK(one.root().get("$defs").get("ChannelConfig"));
}

TEST_CASE("the schema for programs has every command, or just one") {
  const JsonDocument all = parsed(schema_json(nullptr));
  CHECK(all.root().get("commands").size() == all_endpoints().size());
  CHECK(all.root().get("exit_codes").size() == code_table().size());
  CHECK(all.root().get("global_flags").size() > 10);
  check_references(all);

  const JsonDocument one = parsed(schema_json(find_endpoint("cron.create")));
  REQUIRE(one.root().get("commands").size() == 1);
  const JsonRef command = one.root().get("commands").at(0);
  CHECK(command.get("command").string() == "cron create");
  CHECK(command.get("method").string() == "POST");
  CHECK(command.get("flags").size() == 18);
  CHECK(one.root().get("$defs").get("CronCreate"));
  CHECK_FALSE(one.root().get("$defs").get("Provider"));
  check_references(one);
}

/// A shape and all that it refers to, whatever their names.
static void collect(const Shape& shape, std::set<const Shape*>& seen) {
  if (!seen.insert(&shape).second) return;
  for (const Field& field : shape.fields)
    for (const Type* type = field.type; type != nullptr; type = type->element)
      if (type->shape != nullptr) collect(*type->shape, seen);
}

TEST_CASE("shapes that share a name are the same, in whichever catalogue") {
  std::set<const Shape*> seen;
  for (const Endpoint& endpoint : every_endpoint())
    for (const Shape* shape : {endpoint.body, endpoint.reply, endpoint.envelope})
      if (shape != nullptr) collect(*shape, seen);
  REQUIRE(seen.size() > 100);
  std::map<std::string_view, std::string> schemas;
  for (const Shape* shape : seen) {
    CAPTURE(shape->name);
    CHECK(!shape->doc.empty());
    CHECK(shape->name != "Error");
    JsonWriter json;
    SchemaWriter(json, "#/").shape(*shape, Use::request);
    const std::string text = json.take();
    CHECK(schemas.emplace(shape->name, text).first->second == text);
  }
}

TEST_CASE("every field says in one line what it is") {
  ShapeSet shapes;
  for (const Endpoint& endpoint : every_endpoint()) shapes.add(endpoint);
  for (const Shape* shape : shapes.all())
    for (const Field& field : shape->fields) {
      CAPTURE(shape->name, field.name);
      CHECK(!field.doc.empty());
      CHECK(!field.doc.ends_with('.'));
      CHECK(field.doc.size() < 110);
    }
}

TEST_CASE("every command has an example and every endpoint a description of its answer") {
  for (const Endpoint& endpoint : every_endpoint()) {
    CAPTURE(endpoint.id);
    CHECK(!endpoint.examples.empty());
    if (endpoint.method == Method::none) continue;
    CHECK((endpoint.reply != nullptr || endpoint.form == ReplyForm::text));
  }
}

TEST_CASE("an endpoint's failures are those it declares and those of its kind") {
  const auto codes = all_errors(*find_endpoint("cron.create"));
  for (const Code code : {Code::rejected, Code::too_large, Code::unauthenticated, Code::throttled, Code::internal, Code::unavailable}) {
    CAPTURE(info(code).name);
    CHECK(std::ranges::count(codes, code) == 1);
  }
  CHECK(all_errors(*find_endpoint("version")).empty());
  const auto models = all_errors(*find_endpoint("chat.models"));
  CHECK(std::ranges::count(models, Code::unauthenticated) == 1);  // where others reach the agent
  CHECK(std::ranges::count(models, Code::forbidden) == 1);
  CHECK(std::ranges::count(models, Code::rejected) == 0);
  CHECK(std::ranges::count(models, Code::throttled) == 1);
  CHECK(std::ranges::count(all_errors(*find_endpoint("health.live")), Code::throttled) == 0);  // probes are never limited
}
