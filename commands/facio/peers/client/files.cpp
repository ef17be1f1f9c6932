#include "commands/facio/peers/client/files.hpp"

#include <algorithm>

#include "cli/core/encoding.hpp"
#include "cli/core/file_writer.hpp"
#include "cli/core/utf8.hpp"

namespace facio::peers {
namespace {

constexpr std::size_t kLongestName = 100, kMostFiles = 1000;
constexpr int kMostNames = 1000;

/// "name-2.txt" for the second "name.txt".
std::string another_name(const std::string& name, int number) {
  if (number == 1) return name;
  const auto dot = name.rfind('.');
  const std::string mark = "-" + std::to_string(number);
  return dot == std::string::npos || dot == 0 ? name + mark : name.substr(0, dot) + mark + name.substr(dot);
}

Result<std::string> save_bytes(const std::string& directory, const std::string& name, std::string_view bytes) {
  for (int number = 1; number <= kMostNames; ++number) {
    std::string path = directory + "/" + another_name(name, number);
    auto file = FileWriter::open(path, 0600, FileWriter::Existing::keep);
    Status done = file ? file->write(bytes).and_then([&] { return file->finish(); }) : fail(std::move(file.error()));
    if (done) return path;
    if (done.error().code() != Code::conflict) return fail(std::move(done.error()));
  }
  return fail(Code::output, "there are too many files called " + name + " in " + printable(directory));
}

}  // namespace

std::string plain_file_name(std::string_view given, std::size_t number) {
  given = given.substr(given.find_last_of("/\\") + 1);
  std::string name;
  while (!given.empty() && name.size() < kLongestName) {
    std::uint32_t code = 0;
    const std::size_t size = std::max<std::size_t>(decode_utf8(given, code), 1);
    const bool whole = size > 1 || static_cast<unsigned char>(given.front()) < 0x80;
    if (name.size() + size > kLongestName) break;
    // What other systems make of a name is not this one's business, but they may see the same directory.
    if (!whole || is_dangerous(code) || std::string_view(":*?\"<>|").find(given.front()) != std::string_view::npos) name += '_';
    else name += given.substr(0, size);
    given.remove_prefix(size);
  }
  while (name.starts_with('.') || name.starts_with(' ')) name.erase(0, 1);
  while (name.ends_with('.') || name.ends_with(' ')) name.pop_back();
  if (name.starts_with('-')) name.front() = '_';
  return name.empty() ? "file-" + std::to_string(number) : name;
}

Status save_files(const std::string& directory, std::vector<PeerFile>& files) {
  if (files.size() > kMostFiles) return fail(Code::server, "the answer contains more than 1000 files; none of them was saved");
  for (std::size_t i = 0; i < files.size(); ++i) {
    PeerFile& file = files[i];
    if (!file.bytes) continue;
    const auto bytes = base64_decode(*file.bytes);
    const std::string name = plain_file_name(file.name.value_or(""), i + 1);
    if (!bytes) return fail(Code::server, "the content of the file " + name + " is not base64");
    auto path = save_bytes(directory, name, *bytes);
    if (!path) return fail(std::move(path.error()));
    file.path = std::move(*path);
    file.size = static_cast<std::int64_t>(bytes->size());
    file.bytes.reset();
  }
  return {};
}

}  // namespace facio::peers
