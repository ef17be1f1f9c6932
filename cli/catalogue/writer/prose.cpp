#include "cli/catalogue/writer/prose.hpp"

#include <map>

namespace facio {

std::vector<std::string> add_prose(std::vector<Endpoint>& endpoints, const std::vector<HelpText>& texts,
                                   std::deque<std::vector<Example>>& examples) {
  std::vector<std::string> faults;
  std::map<std::string_view, Endpoint*> by_id;
  for (Endpoint& endpoint : endpoints) by_id.emplace(endpoint.id, &endpoint);
  for (const HelpText& text : texts) {
    const auto found = by_id.find(text.id);
    if (found == by_id.end()) {
      faults.push_back(text.place + ": there is no endpoint '" + text.id + "'; mend the id, or take the text out");
      continue;
    }
    Endpoint& endpoint = *found->second;
    if ((!text.description.empty() && !endpoint.description.empty()) || (!text.examples.empty() && !endpoint.examples.empty())) {
      faults.push_back(text.place + ": '" + text.id + "' has its text already, in endpoints.hpp or in another file; leave one");
      continue;
    }
    if (!text.description.empty()) endpoint.description = text.description;
    if (text.examples.empty()) continue;
    auto& own = examples.emplace_back();
    for (const HelpText::Example& example : text.examples) own.push_back({example.command, example.says});
    endpoint.examples = own;
  }
  return faults;
}

}  // namespace facio
