// The catalogue writer: checks what a system declares and writes it in the packed form. It runs while the program is built.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>

#include "cli/catalogue/writer/declarations.hpp"
#include "cli/catalogue/writer/difference.hpp"
#include "cli/catalogue/writer/faults.hpp"
#include "cli/catalogue/writer/help_text.hpp"
#include "cli/catalogue/writer/more.hpp"
#include "cli/catalogue/writer/pack.hpp"
#include "cli/catalogue/writer/prose.hpp"

namespace {

using namespace facio;
using File = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;

std::optional<std::string> read_file(const char* path) {
  const File file(std::fopen(path, "rb"));
  if (!file) return std::nullopt;
  std::string text;
  char part[4096];
  for (std::size_t got = 0; (got = std::fread(part, 1, sizeof part, file.get())) > 0;) text.append(part, got);
  return std::ferror(file.get()) != 0 ? std::nullopt : std::optional(std::move(text));
}

bool write_file(const char* path, const std::string& bytes) {
  File file(std::fopen(path, "wb"));
  return file && std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size() && std::fclose(file.release()) == 0;
}

int refuse(const std::vector<std::string>& faults) {
  for (const std::string& fault : faults) std::fprintf(stderr, "catalogue: %s\n", fault.c_str());
  return faults.empty() ? 0 : 1;
}

/// A list whose pages can be asked for as its system has them.
bool is_paged(const Endpoint& endpoint, const Paging& paging) {
  const auto asks = [&endpoint](std::string_view name) {
    return std::ranges::any_of(endpoint.params, [name](const Param& p) { return p.place == Place::query && p.field.name == name; });
  };
  return endpoint.method == Method::get && asks(paging.position) && (paging.size.empty() || asks(paging.size));
}

int write_catalogue(const char* out, unsigned more, std::span<char*> help_files) {
  const Declarations declared = declarations();
  std::vector<Endpoint> endpoints;
  for (const auto& area : declared.endpoints) endpoints.insert(endpoints.end(), area.begin(), area.end());
  for (Endpoint& endpoint : endpoints) {
    endpoint.system = declared.system;
    endpoint.paged = is_paged(endpoint, declared.paging);
  }

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
  return write_file(out, bytes) ? 0 : refuse({std::string(out) + ": cannot be written"});
}

}  // namespace

/// catalogue_writer OUT MORE [HELP.txt …]: MORE is how many made-up endpoints are added; 0 but for one check.
int main(int count, char** arguments) {
  if (count < 3) return refuse({"usage: catalogue_writer OUT MORE [HELP.txt ...]"});
  const std::string_view number = arguments[2];
  unsigned more = 0;
  std::from_chars(number.data(), number.data() + number.size(), more);
  return write_catalogue(arguments[1], more, {arguments + 3, static_cast<std::size_t>(count - 3)});
}
