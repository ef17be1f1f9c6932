// The catalogue writer: checks what a system declares and writes it in the packed form. It runs while the program is built.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <fcntl.h>

#include "cli/catalogue/writer/declarations.hpp"
#include "cli/catalogue/writer/edits.hpp"
#include "cli/catalogue/writer/pack.hpp"
#include "cli/core/files.hpp"
#include "cli/core/text.hpp"
#include "cli/catalogue/writer/faults.hpp"
#include "cli/catalogue/writer/help_text.hpp"

namespace {

using namespace facio;
std::optional<std::string> read_file(const char* path) {
  const Descriptor file(::open(path, O_RDONLY | O_CLOEXEC));
  std::string text;
  return file && read_all(file.get(), text, std::string::npos) ? std::optional(std::move(text)) : std::nullopt;
}

int refuse(const std::vector<std::string>& faults) {
  for (const std::string& fault : faults) std::fprintf(stderr, "catalogue: %s\n", fault.c_str());
  return faults.empty() ? 0 : 1;
}

/// Whether the list takes the paging parameters of its system.
bool is_paged(const Endpoint& endpoint, const Paging& paging) {
  const auto asks = [&endpoint](std::string_view name) {
    return std::ranges::any_of(endpoint.params, [name](const Param& p) { return p.place == Place::query && p.field.name == name; });
  };
  return endpoint.method == Method::get && asks(paging.position) && (paging.size.empty() || asks(paging.size));
}

/// What made-up endpoints refer to.
struct MadeUp {
  std::deque<std::string> texts;
  std::deque<Shape> shapes;
};

/// Adds `count` copies of the endpoints, in turn, each with a name, path, text and shapes of its own: for the check that the size of a
/// catalogue costs nothing at start.
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
    endpoint.notes = {};
    if (!endpoint.path.empty()) endpoint.path = text(std::string(endpoint.path) + "/");
    endpoint.body = shape(endpoint.body);
    endpoint.reply = shape(endpoint.reply);
    endpoint.envelope = shape(endpoint.envelope);
    endpoint.examples = {};
    endpoint.synonyms = {};
    endpoints.push_back(endpoint);
  }
}

int write_catalogue(const char* out, unsigned more, std::span<char*> help_files) {
  const Declarations declared = declarations();
  std::vector<Endpoint> endpoints;
  for (const auto& area : declared.endpoints) endpoints.insert(endpoints.end(), area.begin(), area.end());
  for (Endpoint& endpoint : endpoints) {
    endpoint.system = declared.system;
    endpoint.paged = is_paged(endpoint, declared.paging);
  }

  std::deque<Param> params;
  if (const auto faults = complete_edits(endpoints, params); !faults.empty()) return refuse(faults);

  std::vector<HelpText> texts;
  for (const char* path : help_files) {
    const auto text = read_file(path);
    if (!text) return refuse({std::string(path) + ": cannot be read"});
    auto read = read_help_text(*text, path);
    if (!read) return refuse({read.error().message()});
    for (HelpText& one : *read) texts.push_back(std::move(one));
  }
  std::deque<std::vector<Example>> examples;
  if (const auto faults = add_prose(endpoints, texts, examples); !faults.empty()) return refuse(faults);
  if (const auto faults = find_faults(endpoints, declared.areas); !faults.empty()) return refuse(faults);

  MadeUp made;
  add_more(endpoints, more, made);
  static const std::string bytes = pack(endpoints, declared.areas);
  static const Catalogue packed(reinterpret_cast<const unsigned char*>(bytes.data()));
  if (const std::string_view id = find_difference(endpoints, packed); !id.empty())
    return refuse({std::string(id) + ": does not come out as it was declared; look into packed_form.hpp"});
  const auto written = replace_file(out, bytes, 0644, Durable::no);
  return written ? 0 : refuse({written.error().message()});
}

}  // namespace

/// catalogue_writer OUT MORE [HELP.txt …]: MORE is how many made-up endpoints are added, for one check.
int main(int count, char** arguments) {
  if (count < 3) return refuse({"usage: catalogue_writer OUT MORE [HELP.txt ...]"});
  unsigned more = 0;
  read_number(arguments[2], more);
  return write_catalogue(arguments[1], more, {arguments + 3, static_cast<std::size_t>(count - 3)});
}
