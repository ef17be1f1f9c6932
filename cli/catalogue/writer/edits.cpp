#include "cli/catalogue/writer/edits.hpp"

#include <algorithm>

namespace facio {
namespace {

const Endpoint* find(const std::vector<Endpoint>& endpoints, std::string_view id) {
  const auto found = std::ranges::find(endpoints, id, &Endpoint::id);
  return found == endpoints.end() ? nullptr : &*found;
}

/// The argument that names the thing: that of the path of `write`, else the key of the list; null where there is only one thing.
const Field* name_of_thing(const Endpoint& edit, const Endpoint& write, const Endpoint& read) {
  const auto in_path = std::ranges::find(write.params, Place::path, &Param::place);
  if (in_path != write.params.end()) return &in_path->field;
  return read.is_collection() && edit.edits.list.empty() ? write.body->find(read.key) : nullptr;
}

class Completion {
 public:
  Completion(std::vector<Endpoint>& endpoints, std::deque<Param>& params) : endpoints_(endpoints), params_(params) {}

  std::vector<std::string> complete() {
    for (Endpoint& endpoint : endpoints_) {
      if (!endpoint.whole.read.empty()) check_whole(endpoint);
      if (!endpoint.edits.write.empty()) complete(endpoint);
    }
    return std::move(faults_);
  }

 private:
  void fault(const Endpoint& endpoint, const std::string& what) { faults_.push_back(std::string(endpoint.id) + ": " + what); }

  void check_whole(const Endpoint& write) {
    const Endpoint* read = find(endpoints_, write.whole.read);
    if (read == nullptr || read->method != Method::get || read->reply == nullptr)
      return fault(write, "its whole answer '" + std::string(write.whole.read) + "' is no endpoint that reads an object or a list");
    if (write.body == nullptr) return fault(write, "a whole answer needs a body to be like it");
    for (const std::string_view part : write.whole.parts)
      if (read->reply->find(part) == nullptr) fault(write, "'" + std::string(part) + "' is no member of the whole answer");
    if (write.whole.secret.empty() != write.whole.stored.empty()) fault(write, "keeps() needs both names");
    const bool keeps = write.body->find(write.whole.secret) != nullptr && read->reply->find(write.whole.stored) != nullptr;
    if (!write.whole.secret.empty() && !keeps) fault(write, "keeps() needs a member of the body and one of the answer");
  }

  void complete(Endpoint& edit) {
    const Endpoint* write = find(endpoints_, edit.edits.write);
    const Endpoint* read = write == nullptr ? nullptr : find(endpoints_, write->whole.read);
    if (read == nullptr || write->body == nullptr)
      return fault(edit, "'" + std::string(edit.edits.write) + "' is no endpoint that declares a whole answer");
    for (const std::string_view id : {edit.edits.add, edit.edits.remove})
      if (!edit.edits.list.empty() && find(endpoints_, id) == nullptr) fault(edit, "there is no endpoint '" + std::string(id) + "'");
    edit.form = write->form;
    edit.reply = write->reply;
    edit.envelope = write->envelope;
    edit.unwrap = write->unwrap;
    edit.columns = write->columns;
    edit.key = write->key;
    const Field* name = name_of_thing(edit, *write, *read);
    if (name == nullptr) return;
    Attr attr = name->attr;
    attr.required = true;
    attr.flag = {};
    const std::string_view doc = name->doc.substr(0, name->doc.find(':'));
    edit.params = {&params_.emplace_back(Param{Place::positional, {name->name, doc, &types::string, true, attr}}), 1};
  }

  std::vector<Endpoint>& endpoints_;
  std::deque<Param>& params_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> complete_edits(std::vector<Endpoint>& endpoints, std::deque<Param>& params) {
  return Completion(endpoints, params).complete();
}

}  // namespace facio
