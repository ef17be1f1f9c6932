// Kinds whose objects have routes of their own: one table says which.
#include <algorithm>

#include "cli/command_line/body.hpp"
#include "cli/command_line/edit_document.hpp"
#include "cli/command_line/values.hpp"
#include "cli/command_line/whole_answer.hpp"
#include "cli/core/forms.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/short_text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/validate.hpp"
#include "cli/output/columns.hpp"
#include "commands/facio/manifest/client/kinds.hpp"
#include "commands/facio/manifest/client/pointer.hpp"
#include "commands/facio/manifest/client/schema.hpp"

namespace facio::manifest {
namespace {

/// The endpoints of a kind, by id.
struct Routes {
  ShortText<20> name, section, list, get, create, update, remove;
  ShortText<8> key;  ///< member of the body that names a new object; empty where the path does
  bool masks = false, restart = false;
  bool summary = false;      ///< the list does not show what an object is like
  bool by_id = false;        ///< the agent gives ids; a manifest has names
  bool lists_unset = false;  ///< all are listed, whether anything is stored for them or not
};

constexpr Routes kRoutes[] = {
    {"providers", "providers", "providers.list", "", "providers.create", "providers.set", "providers.delete", "name", true, false, false,
     false, true},
    {"channels", "channels", "channels.list", "channels.get", "channels.set", "channels.set", "channels.delete", "", true, true},
    {"peers", "a2a.peers", "peers.list", "", "peers.add", "peers.add", "peers.remove", "alias", true},
    {"mcp", "mcp", "mcp.list", "mcp.get", "mcp.add", "mcp.update", "mcp.remove", "name", true, false, true},
    {"cron", "cron", "cron.list", "cron.get", "cron.create", "cron.update", "cron.delete", "name", false, false, false, true},
};

std::string plain_name(std::string_view raw) {
  const auto text = JsonDocument::parse("\"" + std::string(raw) + "\"");
  return text ? text->root().text() : std::string(raw);
}

/// Schedules as people write them: an expression alone, or `every`, `at` and `tz` without the kind.
std::string long_schedule(JsonRef body) {
  const JsonRef given = body.get("schedule"), inner = given.is(JsonKind::object) ? given : JsonRef();
  constexpr struct {
    ShortText<8> typed, sent, kind;
  } kWays[] = {{"cron", "expr", R"("cron")"}, {"every", "every_ms", R"("every")"}, {"at", "at_ms", R"("at")"}, {"tz", "tz", ""}};
  ObjectText schedule;
  if (const JsonRef kind = inner.get("kind")) schedule.add("kind", kind.dump());
  for (const auto& way : kWays) {
    const std::string_view typed = way.typed, sent = way.sent, kind = way.kind;
    JsonRef value = sent == "expr" && given.is(JsonKind::string) ? given : inner.get(sent);
    for (const JsonRef from : {inner, body})
      if (!value) value = from.get(typed);
    if (!value) continue;
    if (!inner.get("kind") && !kind.empty() && !value.is_null()) schedule.add("kind", kind);
    schedule.add(sent, value.dump());
  }
  return schedule.closed();
}

/// A schedule in all these ways.
std::string schedule_schema() {
  const auto one_of = [](std::string_view type) { return "{\"type\":[" + std::string(type) + "]}"; };
  ObjectText members;
  members.add("kind", R"({"enum":["cron","every","at"]})");
  for (std::string_view texts = "cron expr"; !texts.empty();) members.add(split_off(texts, ' '), R"({"type":"string"})");
  members.add("tz", one_of(R"("string","null")"));
  for (std::string_view moments = "every at every_ms at_ms"; !moments.empty();)
    members.add(split_off(moments, ' '), one_of(R"("string","integer","null")"));
  return R"({"description":"when it runs: a cron expression, or one of cron (with tz), every and at","anyOf":[{"type":"string"},)"
         R"({"type":"object","additionalProperties":false,"properties":)" +
         members.closed() + "}]}";
}

/// The other way round, where the short form says the same.
void shorten_schedule(JsonDocument& job) {
  const JsonRef schedule = job.root().get("schedule"), tz = schedule.get("tz");
  const std::string kind = schedule.get("kind").text();
  ObjectText short_form;
  if (const JsonRef expression = schedule.get("expr"); kind == "cron" && expression) {
    short_form.add("cron", expression.dump());
    if (!tz.is_null()) short_form.add("tz", tz.dump());
  } else if (const JsonRef every = schedule.get("every_ms"); kind == "every" && every.is(JsonKind::integer)) {
    const std::string text = format_duration(every.integer());
    const auto back = parse_duration(text);
    if (back && *back == every.integer()) short_form.add("every", to_json(text));
  } else if (const JsonRef at = schedule.get("at_ms"); kind == "at" && at.is(JsonKind::integer)) {
    short_form.add("at", to_json(format_rfc3339(at.integer())));
  }
  if (!short_form.empty()) (void)job.set_json("schedule", short_form.closed());
}

class ObjectKind final : public ManifestKind {
 public:
  explicit ObjectKind(const Routes& routes)
      : ManifestKind(routes.name, routes.section,
                     {.write = routes.update,
                      .needs_restart = routes.restart,
                      .has_masks = routes.masks,
                      .has_nulls = takes_all(*find_endpoint(routes.update)->body)}),
        routes_(routes) {}

  Status load(const Section& section, std::vector<Wanted>& objects) const override {
    if (!section.value.is(JsonKind::object)) return fail(Code::usage, section.where + ": must be a map from names to objects");
    for (std::size_t i = 0; i < section.value.size(); ++i) {
      auto object = loaded(std::string(section.value.name_at(i)), section.value.at(i), section);
      if (!object) return fail(std::move(object.error()));
      objects.push_back(std::move(*object));
    }
    return {};
  }

  Result<LiveObjects> read(Client& client, const Names& /*all of them*/) const override {
    const Endpoint& list = *find_endpoint(routes_.list);
    auto answer = client.request_to(routes_.list).and_then([&](const Request& request) { return client.send(request); });
    if (!answer) return fail(std::move(answer.error()));
    std::vector<std::pair<std::string, JsonDocument>> found;
    for (const output::Item& item : output::view_of(list, answer->body).items) {
      auto object = JsonDocument::parse(item.value);
      if (!object || !object->root().is(JsonKind::object)) return fail(Code::server, std::string(list.id) + ": an item is no object");
      std::string id = list.form == ReplyForm::map ? plain_name(item.name) : object->root().get(list.key).text();
      if (!is_there(object->root())) continue;
      if (routes_.summary) {
        auto whole = client.ask(routes_.get, {{"name", id}});
        if (!whole && whole.error().code() == Code::not_found) continue;  // gone meanwhile
        if (!whole) return fail(std::move(whole.error()));
        object = std::move(whole);
      }
      found.emplace_back(std::move(id), std::move(*object));
    }
    // Those with the same name are numbered by what they are like: ids and the order of a list are the agent's.
    std::vector<std::pair<std::string, Live>> lives;
    for (auto& [id, object] : found) {
      const std::string& own = object.root().get("name").text();
      std::string name = own.empty() || !routes_.by_id ? id : own;
      auto live = live_object(object.root(), id, name);
      if (!live) return fail(std::move(live.error()));
      lives.emplace_back(std::move(name), std::move(*live));
    }
    std::ranges::sort(lives, {}, [](const auto& one) { return std::pair(one.first, one.second.body.dump()); });
    LiveObjects objects;
    for (auto& [own, live] : lives) {
      std::string name = own;
      for (int number = 2; objects.contains(name); ++number) name = own + "@" + std::to_string(number);
      if (name != own) live.body.set_string("name", own);
      objects.emplace(std::move(name), std::move(live));
    }
    return objects;
  }

  Result<std::optional<Live>> read_one(Client& client, const std::string& name, const Live& known) const override {
    if (std::string_view(routes_.get).empty()) return ManifestKind::read_one(client, name, known);
    const Endpoint& get = *find_endpoint(routes_.get);
    auto answer = client.ask(routes_.get, {{std::string(path_name(get)), known.id}});
    if (!answer && answer.error().code() == Code::not_found) return std::optional<Live>();
    if (!answer) return fail(std::move(answer.error()));
    const JsonRef whole = answer->root(), inner = get.unwrap.empty() ? JsonRef() : whole.get(get.unwrap);
    auto live = live_object(inner ? inner : whole, known.id, name);
    if (!live) return fail(std::move(live.error()));
    return std::optional<Live>(std::move(*live));
  }

  std::string exported(const LiveObjects& objects, ExportedFiles& /*none*/) const override {
    ObjectText section;
    for (const auto& [name, object] : objects) {
      auto body = JsonDocument::parse(object.body.dump());
      if (body && routes_.by_id) shorten_schedule(*body);
      section.add(name, body ? body->dump() : "{}");
    }
    return section.closed();
  }

  [[nodiscard]] std::string schema() const override {
    ObjectSchema object{.takes_secrets = traits.has_masks, .named = routes_.key};
    if (routes_.by_id)
      for (std::string_view typed = "cron every at tz"; !typed.empty();)
        object.further.emplace_back(split_off(typed, ' '), R"({"type":["string","number","null"]})");
    object.further.emplace_back("protected", R"({"type":"boolean","description":"--prune never deletes it"})");
    if (routes_.by_id) object.replaced.emplace_back("schedule", schedule_schema());
    if (routes_.by_id) object.one_of = "schedule cron every at";
    return map_schema(object_schema(*create().body, object));
  }

  Status send(Client& client, std::span<const Change> changes) const override {
    for (const Change& change : changes) {
      auto status = send_one(client, change);
      // What nothing clears is made anew, where that loses nothing.
      if (!status && status.error().code() == Code::usage && change.before != nullptr && change.target != nullptr &&
          change.target->dump().find(kMask) == std::string::npos) {
        status = send_one(client, {.name = change.name, .before = change.before});
        if (status) status = send_one(client, {.name = change.name, .target = change.target, .secrets = change.secrets});
      }
      if (!status) return status;
    }
    return {};
  }

 private:
  [[nodiscard]] const Endpoint& create() const { return *find_endpoint(routes_.create); }
  [[nodiscard]] const Endpoint& update() const { return *find_endpoint(routes_.update); }
  /// Logins are not a manifest's.
  [[nodiscard]] bool is_there(JsonRef item) const {
    if (!routes_.lists_unset) return true;
    return !item.get("isOauth").is_true() && (item.get("hasValue").is_true() || !item.get("apiBase").text().empty());
  }
  /// The parameter of the path that names an object; null when there is none.
  static const Field* path_field(const Endpoint& endpoint) {
    const auto found = std::ranges::find(endpoint.params, Place::path, &Param::place);
    return found == endpoint.params.end() ? nullptr : &found->field;
  }
  static std::string_view path_name(const Endpoint& endpoint) {
    const Field* field = path_field(endpoint);
    return field == nullptr ? std::string_view() : field->name;
  }

  Result<Live> live_object(JsonRef answer, const std::string& id, const std::string& name) const {
    const Endpoint& form = update();
    const JsonRef config = answer.get("config");
    auto body = JsonDocument::parse(plain_document(fold(answer, form, answer_shape(form), true).body.root(), *form.body));
    if (!body) return fail(std::move(body.error()));
    if (const std::string_view member = routes_.key; !member.empty() && body->root().get(member).text() == name) body->erase(member);
    if (!takes_all(*form.body)) clear_empty(*body, *form.body);
    return Live{.body = std::move(*body), .id = id, .opaque = routes_.summary && !config};
  }
  /// Answers say "" or [] for what is not set, unless its absence would mean something else.
  static void clear_empty(JsonDocument& body, const Shape& shape) {
    std::vector<std::string> empty;
    for (std::size_t i = 0; i < body.root().size(); ++i) {
      const JsonRef value = body.root().at(i);
      const Field* field = shape.find(body.root().name_at(i));
      const bool is_list = value.is(JsonKind::array) && value.size() == 0 && field != nullptr && field->attr.default_text.empty();
      if (is_list || (value.is(JsonKind::string) && value.string().empty())) empty.emplace_back(body.root().name_at(i));
    }
    for (const std::string& name : empty) body.erase(name);
  }

  Result<Wanted> loaded(const std::string& name, JsonRef given, const Section& section) const {
    Wanted object{.name = name, .body = {}, .where = section.where + "." + name};
    if (!given.is(JsonKind::object)) return fail(Code::usage, object.where + ": must be an object");
    if (const Field* own = routes_.by_id ? nullptr : path_field(update()))
      if (auto status = validate_text(name, *own, object.where, Direction::sent); !status)
        return fail(Error(Code::usage, status.error().message()).with_field(object.where));
    auto body = take_secrets(given, object.where, object.secrets);
    if (!body) return fail(std::move(body.error()));
    if (!traits.has_masks && !object.secrets.empty())
      return fail(Code::usage, object.where + shown_path(object.secrets.begin()->first) +
                                   ": is no secret to the agent, which shows it to everybody; valueFrom cannot stand here");
    if (const JsonRef mark = body->root().get("protected"); mark.is(JsonKind::boolean) && update().body->find("protected") == nullptr) {
      object.is_protected = mark.boolean();
      body->erase("protected");
    }
    if (routes_.by_id) {
      const std::string schedule = long_schedule(body->root());
      for (std::string_view typed = "cron every at tz"; !typed.empty();) body->erase(split_off(typed, ' '));
      if (auto status = body->set_json("schedule", schedule); !status) return fail(std::move(status.error()));
    }
    if (auto status = check(*body, name, object.where, section.sources->times); !status) return fail(std::move(status.error()));
    object.body = std::move(*body);
    return object;
  }

  Status check(JsonDocument& body, const std::string& name, const std::string& where, const TimeRule& times) const {
    const Shape& shape = *update().body;
    if (takes_all(shape)) return {};
    const auto located = [&](const Error& error) {
      return fail(Error(Code::usage, error.message().starts_with(where) ? error.message() : where + "." + error.message())
                      .with_field(error.field()));
    };
    if (auto status = refuse_unknown(body.root(), shape, where); !status) return status;
    clear_empty(body, shape);
    if (auto status = convert_typed(body, shape, times); !status) return located(status.error());
    std::vector<std::string> secrets;
    collect_secrets(body.root(), shape, secrets);
    if (std::ranges::any_of(secrets, [](const std::string& text) { return text != kMask; }))
      return fail(Code::usage,
                  where + ": has a secret in plain text; give it as {valueFrom: {env: VARIABLE}} or {valueFrom: {file: PATH}}");
    auto named = JsonDocument::parse(body.dump());
    const std::string_view member = routes_.key;
    if (!member.empty() && !named->root().get(member)) named->set_string(member, name);
    if (auto status = validate(named->root(), *create().body, Direction::sent); !status) return located(status.error());
    if (auto status = check_forms(named->root(), *create().body, Direction::request, {}); !status) return located(status.error());
    auto plain = JsonDocument::parse(plain_document(body.root(), shape));
    if (!plain) return fail(std::move(plain.error()));
    // A null says that a field is to be cleared, which the plain form has no place for.
    for (std::size_t i = 0; i < body.root().size(); ++i)
      if (body.root().at(i).is(JsonKind::null)) plain->set_null(body.root().name_at(i));
    body = std::move(*plain);
    return {};
  }

  Status send_one(Client& client, const Change& change) const {
    auto request = request_for(client, change);
    if (!request) return fail(std::move(request.error()));
    if (request->endpoint == nullptr) return {};
    request->secrets = change.secrets;
    auto sent = client.send(*request);
    if (!sent) return fail(std::move(sent.error()));
    return {};
  }

  /// A request without an endpoint when there is nothing to send.
  Result<Request> request_for(Client& client, const Change& change) const {
    const auto addressed = [&](const Endpoint& endpoint, const std::string& id) {
      const std::string_view member = path_name(endpoint);
      return member.empty() ? Client::Values() : Client::Values{{std::string(member), id}};
    };
    if (change.target == nullptr) {
      const Endpoint& remove = *find_endpoint(routes_.remove);
      return client.request_to(remove.id, addressed(remove, change.before->id));
    }
    const Endpoint& write = change.before == nullptr ? create() : update();
    const bool merges = change.before != nullptr && (write.method == Method::patch || write.whole.merges);
    auto body = JsonDocument::parse(change.target->dump());
    if (!body) return fail(std::move(body.error()));
    if (merges && !change.before->opaque) {
      auto changed = changed_members(change.before->body.root(), body->root(), *write.body);
      if (!changed) return fail(std::move(changed.error()));
      if (*changed == "{}") return Request{};
      return client.request_to(write.id, addressed(write, change.before->id), *changed);
    }
    if (const std::string_view member = routes_.key; !member.empty() && !body->root().get(member) && write.body->find(member) != nullptr)
      body->set_string(member, change.name);
    return client.request_to(write.id, addressed(write, change.before == nullptr ? change.name : change.before->id), body->dump());
  }

  const Routes& routes_;
};

}  // namespace

std::span<const ManifestKind* const> object_kinds() {
  static const ObjectKind providers(kRoutes[0]), channels(kRoutes[1]), peers(kRoutes[2]), mcp(kRoutes[3]), cron(kRoutes[4]);
  static const ManifestKind* const all[] = {&providers, &channels, &peers, &mcp, &cron};
  return all;
}

}  // namespace facio::manifest
