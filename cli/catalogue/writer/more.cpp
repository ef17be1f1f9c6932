#include "cli/catalogue/writer/more.hpp"

namespace facio {

void add_more(std::vector<Endpoint>& endpoints, unsigned count, MadeUp& made) {
  const std::size_t declared = endpoints.size();
  for (unsigned i = 0; i < count; ++i) {
    const std::string name = "more" + std::to_string(i);
    const auto text = [&](std::string_view before) -> std::string_view { return made.texts.emplace_back(std::string(before) + name); };
    const auto shape = [&](const Shape* of) {
      if (of == nullptr) return of;
      made.shapes.push_back(*of);
      made.shapes.back().name = text(of->name);
      return static_cast<const Shape*>(&made.shapes.back());
    };
    Endpoint endpoint = endpoints[i % declared];
    endpoint.id = text("more.");
    endpoint.summary = text("Another endpoint, ");
    endpoint.description = text(endpoint.description);
    if (!endpoint.path.empty()) endpoint.path = text(std::string(endpoint.path) + "/");
    endpoint.body = shape(endpoint.body);
    endpoint.reply = shape(endpoint.reply);
    endpoint.envelope = shape(endpoint.envelope);
    endpoint.examples = {};
    endpoint.synonyms = {};
    endpoints.push_back(endpoint);
  }
}

}  // namespace facio
