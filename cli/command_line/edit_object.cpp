#include "cli/command_line/edit_object.hpp"

#include <algorithm>

#include "cli/command_line/body.hpp"
#include "cli/command_line/edit_document.hpp"
#include "cli/command_line/editing.hpp"
#include "cli/command_line/login.hpp"
#include "cli/command_line/meant.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/command_line/values.hpp"
#include "cli/command_line/whole_answer.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "cli/core/validate.hpp"
#include "cli/output/columns.hpp"

namespace facio {
namespace {

/// What is edited, as the agent has it.
struct FoundThing {
  std::string id;         ///< empty where there is only one
  JsonDocument answer;    ///< the object
  std::string name = {};  ///< what people call it, where that is another
};

const Param* path_param_of(const Endpoint& endpoint) {
  const auto found = std::ranges::find(endpoint.params, Place::path, &Param::place);
  return found == endpoint.params.end() ? nullptr : &*found;
}

tl::unexpected<Error> no_such_thing(const Endpoint& edit, const Endpoint& read, const std::string& typed) {
  return fail(Code::not_found, "there is no '" + printable(typed) + "' among the " + std::string(edit.area()),
              "facioctl " + command_words(read));
}

/// Finds the thing in a list, by its key, its name, or the beginning of either.
Result<FoundThing> find_in_list(Client& reader, const Endpoint& read, const std::string& typed) {
  auto list = reader.request_to(read.id).and_then([&](const Request& request) { return reader.send(request); });
  if (!list) return fail(std::move(list.error()));
  auto id = meant(typed, named_things({NameSource::Kind::list, &read, read.key}, list->body), 1);
  if (!id) return fail(std::move(id.error()));
  for (const output::Item& item : output::view_of(read, list->body).items) {
    auto object = JsonDocument::parse(item.value);
    if (object && !id->empty() && object->root().get(read.key).text() == *id) return FoundThing{*id, std::move(*object)};
  }
  return no_such_thing(*reader.invocation().endpoint, read, typed);
}

/// Reads the thing by its id; when nothing has it, by what it means in the list.
Result<FoundThing> read_thing(Client& reader, const Endpoint& read, std::string id) {
  const Param* param = path_param_of(read);
  const auto ask = [&] {
    Client::Values values;
    if (param != nullptr) values.emplace(param->field.name, id);
    return reader.ask(read.id, std::move(values));
  };
  auto answer = ask();
  if (!answer && param != nullptr && answer.error().code() == Code::not_found) {
    const NameSource source = name_source(read, *param, &reader.system());
    const auto list = source.kind == NameSource::Kind::list ? reader.request_to(source.list->id) : Result<Request>(Request{});
    const auto body = source.list == nullptr || !list ? Result<Response>(Response{}) : reader.send(*list);
    auto found = body ? meant(id, named_things(source, body->body), 1) : Result<std::string>(std::string());
    if (!found) return fail(std::move(found.error()));
    if (found->empty() || *found == id) return fail(std::move(answer.error()));
    id = std::move(*found);
    answer = ask();
  }
  if (!answer) return fail(std::move(answer.error()));
  const JsonRef whole = answer->root(), inner = read.unwrap.empty() ? JsonRef() : whole.get(read.unwrap);
  FoundThing thing{param == nullptr ? std::string() : id, JsonDocument()};
  if (param != nullptr)
    for (const std::string_view key : {read.key, param->field.name})
      if (const JsonRef own = whole.get(key); own.is(JsonKind::string)) thing.id = own.string();
  if (const std::string& name = whole.get("name").text(); name != thing.id) thing.name = name;
  auto object = JsonDocument::parse((inner ? inner : whole).dump());
  if (!object) return fail(Code::server, "the agent's answer is no object");
  thing.answer = std::move(*object);
  return thing;
}

/// One session with the editor.
class ObjectEditor {
 public:
  ObjectEditor(Client& client, const Endpoint& write, ClientFunction function)
      : client_(client),
        edit_(*client.invocation().endpoint),
        read_(*find_endpoint(write.whole.read)),
        write_(write),
        function_(function),
        asking_(for_reading(client.invocation())),
        reader_(asking_, client.streams(), client.environment()) {
    make_shape();
  }

  Result<int> run() {
    const auto target = client_.target();
    if (!target) return fail(target.error());
    if ((*target)->context.readonly)
      return fail(Code::forbidden, "context " + (*target)->context.name + " is read-only; nothing can be edited there",
                  "another context with --context NAME");
    std::string typed = edit_.params.empty() ? std::string() : std::string(client_.invocation().value(edit_.params.front().field.name));
    if (const std::string kind = std::string(edit_.area()) + "/"; typed.starts_with(kind)) typed.erase(0, kind.size());
    auto thing = find(typed);
    if (!thing) return fail(std::move(thing.error()));
    id_ = thing->id;
    auto before = JsonDocument::parse(document_of(*thing));
    if (!before) return fail(std::move(before.error()));
    before_ = std::move(*before);
    return edit_and_use(client_, {.name = file_name(),
                                  .text = header(*thing) + described_yaml(before_.root(), shape_),
                                  .resume = resume(),
                                  .emptied = {},
                                  .comments = true,
                                  .reopens = true,
                                  .use = [this](const std::string& text) { return use(text); }});
  }

 private:
  /// The fields of the document: those of the body but for the name of the thing, and the list that goes one by one.
  void make_shape() {
    shape_ = *write_.body;
    for (const Field& field : shape_.fields)
      if (!is_key(field)) fields_.push_back(field);
    if (!edit_.edits.list.empty()) {
      element_ = {Kind::object, nullptr, find_endpoint(edit_.edits.add)->body};
      list_ = {Kind::array, &element_, nullptr};
      const Field* shown = read_.envelope == nullptr ? nullptr : read_.envelope->find(edit_.edits.list);
      fields_.push_back({edit_.edits.list, shown == nullptr ? std::string_view("all of them") : shown->doc, &list_, false, {}});
    }
    shape_.fields = fields_;
    form_ = write_;
    form_.body = &shape_;
  }
  [[nodiscard]] bool is_key(const Field& field) const {
    return path_param_of(write_) == nullptr && !edit_.params.empty() && edit_.params.front().field.name == field.name;
  }
  [[nodiscard]] bool merges() const { return write_.method == Method::patch || write_.whole.merges; }

  Result<FoundThing> find(const std::string& id) {
    return read_.is_collection() && edit_.edits.list.empty() ? find_in_list(reader_, read_, id) : read_thing(reader_, read_, id);
  }
  [[nodiscard]] std::string document_of(const FoundThing& thing) const {
    const bool item = !read_.is_collection() || edit_.edits.list.empty();
    return plain_document(fold(thing.answer.root(), form_, item ? read_.reply : read_.envelope, true).body.root(), shape_);
  }

  // ------------------------------------------------------------------------------------------------- what is shown

  [[nodiscard]] std::string file_name() const {
    constexpr std::size_t kLongest = 64;
    std::string name = id_.empty() ? std::string(edit_.area()) : id_.substr(0, kLongest);
    for (char& c : name)
      if (!is_alphanumeric(c) && c != '-' && c != '_') c = '_';
    return name + ".yaml";
  }
  [[nodiscard]] std::string header(const FoundThing& thing) {
    std::string text = "# " + std::string(edit_.area()) + (id_.empty() ? "" : "/" + printable(id_));
    if (!thing.name.empty()) text += " (" + printable(thing.name) + ")";
    if (const auto target = client_.target(); target && !(*target)->context.name.empty()) text += ", context " + (*target)->context.name;
    text += ". Save to send what you have changed. Unchanged or emptied, nothing is sent.\n";
    if (before_.dump().find(kMask) != std::string::npos) text += "# *** stands for a stored secret: left as it is, the secret stays.\n";
    return text + "\n";
  }
  /// The command that takes the file.
  [[nodiscard]] std::string resume() const {
    std::string text = "facioctl " + command_words(write_);
    if (path_param_of(write_) != nullptr) text += " " + printable(shell_word(id_));
    else if (!id_.empty()) text += " --" + std::string(edit_.params.front().field.name) + " " + printable(shell_word(id_));
    return edit_.edits.list.empty() ? text + " -f" : "facioctl " + command_words(edit_) + ", with what you need of";
  }

  // --------------------------------------------------------------------------------------------------- what is sent

  /// What a person has written; Code::usage naming the line or the field.
  Result<JsonDocument> document_from(const std::string& text) {
    constexpr std::size_t kTimes = 4;  // YAML with comments is longer than what is sent of it
    if (text.size() > kTimes * write_.max_body)
      return fail(Code::usage, "the edited document has " + std::to_string(text.size()) + " bytes, but the agent accepts at most " +
                                   std::to_string(write_.max_body) + " of it");
    // Lines are counted as when it is opened again, below the reason.
    auto document = parse_document(std::string(kReasonLines, '\n') + text, "the edited document");
    if (!document) return document;
    if (document->root().kind() != JsonKind::object) return fail(Code::usage, "the edited document must hold one map of fields");
    if (auto status = refuse_unknown(document->root(), shape_, "the edited document"); !status) return fail(std::move(status.error()));
    if (auto status = convert_typed(*document, shape_, client_.invocation().global.output.times()); !status)
      return fail(std::move(status.error()));
    if (auto status = check_whole(document->root()); !status) return as_usage(status.error());
    secrets_.clear();
    collect_secrets(document->root(), shape_, secrets_);
    std::erase(secrets_, std::string(kMask));
    return JsonDocument::parse(plain_document(document->root(), shape_));
  }

  /// Of a body that leaves the rest as it is only what differs is judged, later: the agent may have what would not be taken here.
  [[nodiscard]] Status check_whole(JsonRef document) const {
    if (!merges()) return validate(document, shape_, Direction::sent);
    const Field* list = shape_.find(edit_.edits.list);
    const JsonRef elements = list == nullptr ? JsonRef() : document.get(list->name);
    return elements.is_null() ? Status() : validate(elements, *list, Direction::sent, std::string(list->name));
  }
  static tl::unexpected<Error> as_usage(const Error& why) { return fail(Error(Code::usage, why.message()).with_field(why.field())); }

  Result<int> use(const std::string& text) {
    auto after = document_from(text);
    if (!after) return fail(std::move(after.error()));
    if (after->dump() == before_.dump()) return exit_code(note(client_, "nothing changed"));
    auto body = body_from(*after);
    if (!body) return fail(std::move(body.error()));
    if (merges() && !body->root().is_null())
      if (auto status = validate(body->root(), *write_.body, Direction::sent_patch); !status) return as_usage(status.error());
    std::vector<std::string> added, removed;
    if (!edit_.edits.list.empty()) compare_lists(*after, added, removed);
    const auto now = find(id_);
    if (!now) return fail(now.error());
    if (document_of(*now) != before_.dump())
      return fail(Code::conflict, shown_name() + " was changed on the agent's side meanwhile; nothing was sent");
    if (added.empty() && removed.empty()) return send_body(std::move(*body));
    return send_each(added, removed, std::move(*body));
  }
  [[nodiscard]] std::string shown_name() const { return std::string(edit_.area()) + (id_.empty() ? "" : "/" + printable(id_)); }

  /// The body of the write; null when it has nothing to change.
  Result<JsonDocument> body_from(const JsonDocument& after) {
    auto own = JsonDocument::parse(plain_document(after.root(), *write_.body));
    if (!own || takes_all(*write_.body)) return own;
    auto text = merges() ? changed_members(before_.root(), own->root(), *write_.body) : Result<std::string>(own->dump());
    if (!text) return fail(std::move(text.error()));
    auto body = JsonDocument::parse(*text == "{}" ? "null" : *text);
    if (body && !merges())
      for (const Field& field : write_.body->fields)
        if (is_key(field)) body->set_string(field.name, id_);
    return body;
  }

  void compare_lists(const JsonDocument& after, std::vector<std::string>& added, std::vector<std::string>& removed) const {
    const auto elements = [&](const JsonDocument& document) {
      std::vector<std::string> texts;
      const JsonRef list = document.root().get(edit_.edits.list);
      for (std::size_t i = 0; i < list.size(); ++i) texts.push_back(list.at(i).dump());
      std::ranges::sort(texts);
      return texts;
    };
    const auto old = elements(before_), now = elements(after);
    std::ranges::set_difference(now, old, std::back_inserter(added));
    std::ranges::set_difference(old, now, std::back_inserter(removed));
  }

  Result<int> send_body(JsonDocument body) {
    Invocation writing;
    writing.endpoint = &write_;
    writing.global = client_.invocation().global;
    if (const Param* param = path_param_of(write_)) writing.values[std::string(param->field.name)] = {id_};
    writing.body = std::move(body);
    writing.has_body = true;
    writing.secrets = secrets_;
    Client writer(writing, client_.streams(), client_.environment());
    return function_(writer);
  }

  /// Adds before it removes, so that nothing is open in between that was closed before and after.
  Result<int> send_each(const std::vector<std::string>& added, const std::vector<std::string>& removed, JsonDocument body) {
    if (const auto target = client_.target(); target && (*target)->context.is_protected && !removed.empty())
      if (auto status = client_.confirm("Remove " + std::to_string(removed.size()) + " of the " + std::string(edit_.edits.list)); !status)
        return fail(std::move(status.error()));
    const bool more = !body.root().is_null();
    const std::size_t all = added.size() + removed.size() + (more ? 1 : 0);
    std::size_t done = 0;
    for (const auto* list : {&added, &removed})
      for (const std::string& element : *list) {
        const auto sent =
            client_.request_to(list == &added ? edit_.edits.add : edit_.edits.remove, {}, element).and_then([&](const Request& request) {
              return show_or_send(client_, request);
            });
        if (!sent) return partly(sent.error(), done, all);
        ++done;
      }
    if (auto told = note(client_, std::to_string(added.size()) + " added, " + std::to_string(removed.size()) + " removed"); !told)
      return fail(std::move(told.error()));
    if (!more) return 0;
    auto code = send_body(std::move(body));
    return code ? code : partly(code.error(), done, all);
  }
  static Result<int> partly(const Error& why, std::size_t done, std::size_t all) {
    if (done == 0) return fail(Error(why));
    return fail(Code::partial, std::to_string(done) + " of " + std::to_string(all) + " changes were made, then: " + why.message());
  }

  Client& client_;
  const Endpoint &edit_, &read_, &write_;
  ClientFunction function_;
  Invocation asking_;
  Client reader_;
  std::vector<Field> fields_;
  Type element_, list_;
  Shape shape_;    ///< of the document
  Endpoint form_;  ///< `write_` with that shape as its body
  std::string id_;
  JsonDocument before_;
  std::vector<std::string> secrets_;
};

}  // namespace

Result<int> edit_object(Client& client, const Endpoint& write, ClientFunction function) {
  return ObjectEditor(client, write, function).run();
}

}  // namespace facio
