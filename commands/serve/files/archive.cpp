#include "commands/serve/files/archive.hpp"

#include <minizip/unzip.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <set>

#include "cli/core/text.hpp"
#include "cli/files/workspace_files.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongestName = 512;
constexpr unsigned kEncrypted = 1U | 1U << 6 | 1U << 13;  // by password, strongly, or with the directory encrypted

tl::unexpected<Error> refuse(std::string why) { return fail_field(Code::rejected, "zip", "zip: " + std::move(why)); }
tl::unexpected<Error> damaged() { return refuse("is damaged or not a zip file"); }

/// A buffer as a file of the library.
struct Memory {
  std::string_view bytes;
  std::uint64_t at = 0;
};

voidpf open_memory(voidpf opaque, const void*, int) { return opaque; }
uLong read_memory(voidpf, voidpf stream, void* to, uLong size) {
  auto& memory = *static_cast<Memory*>(stream);
  const std::uint64_t left = memory.at < memory.bytes.size() ? memory.bytes.size() - memory.at : 0;
  const std::size_t count = std::min<std::uint64_t>(left, size);
  if (count != 0) std::memcpy(to, memory.bytes.data() + memory.at, count);
  memory.at += count;
  return count;
}
uLong write_memory(voidpf, voidpf, const void*, uLong) { return 0; }
ZPOS64_T tell_memory(voidpf, voidpf stream) { return static_cast<Memory*>(stream)->at; }
long seek_memory(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
  auto& memory = *static_cast<Memory*>(stream);
  const std::uint64_t from = origin == ZLIB_FILEFUNC_SEEK_CUR ? memory.at : origin == ZLIB_FILEFUNC_SEEK_END ? memory.bytes.size() : 0;
  if (offset > memory.bytes.size() || from + offset > memory.bytes.size()) return -1;
  memory.at = from + offset;
  return 0;
}
int close_memory(voidpf, voidpf) { return 0; }
int no_error(voidpf, voidpf) { return 0; }

/// An open archive, on its first entry.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : memory_{.bytes = bytes} {
    zlib_filefunc64_def functions{open_memory, read_memory, write_memory, tell_memory, seek_memory, close_memory, no_error, &memory_};
    file_.reset(unzOpen2_64("", &functions));
  }
  [[nodiscard]] unzFile get() const { return file_.get(); }

 private:
  struct Close {
    void operator()(void* file) const { unzClose(file); }
  };
  Memory memory_;
  std::unique_ptr<void, Close> file_;
};

struct ZipEntry {
  std::string name;
  unz_file_info64 info{};
  [[nodiscard]] bool is_directory() const { return name.ends_with('/'); }
  [[nodiscard]] mode_t mode() const { return static_cast<mode_t>(info.external_fa >> 16); }  // 0 if the archive's system has none
  [[nodiscard]] bool is_executable() const { return (mode() & S_IXUSR) != 0; }
};

Result<ZipEntry> current(unzFile file) {
  ZipEntry entry;
  std::array<char, kLongestName + 1> name{};
  if (unzGetCurrentFileInfo64(file, &entry.info, name.data(), name.size(), nullptr, 0, nullptr, 0) != UNZ_OK) return damaged();
  if (entry.info.size_filename > kLongestName) return refuse("contains a name of more than 512 bytes");
  entry.name.assign(name.data(), entry.info.size_filename);
  return entry;
}

Status check_entry(const ZipEntry& entry) {
  const std::string_view name = entry.name;
  const std::string shown(name.substr(0, name.find_first_of(std::string_view("\0\n\r\x1b", 4))));
  const Status path = WorkspaceFiles::check_path(name);
  const auto parts = split(entry.is_directory() ? name.substr(0, name.size() - 1) : name, '/');
  const auto method = entry.info.compression_method;
  const auto type = entry.mode() & S_IFMT;
  const std::pair<bool, std::string_view> faults[] = {
      {name.find('\\') != std::string_view::npos, "has a backslash in its name"},
      {name.size() > 1 && name[1] == ':', "begins with a drive"},
      {!path, path ? std::string_view{} : path.error().message()},
      {std::ranges::any_of(parts, [](std::string_view part) { return part.empty() || part == "."; }), "has an empty part in its name"},
      {(entry.info.flag & kEncrypted) != 0, "is encrypted"},
      {method != 0 && method != Z_DEFLATED, "uses an unsupported compression; use deflate"},
      {type == S_IFLNK, "is a symbolic link"},
      {type != 0 && type != S_IFREG && type != S_IFDIR, "is not a regular file"},
      {type != 0 && (type == S_IFDIR) != entry.is_directory(), "is a directory by its mode but not by its name, or the other way round"},
  };
  for (const auto& [found, what] : faults)
    if (found) return refuse(shown + ": " + std::string(what));
  return {};
}

bool is_extra(std::string_view name) { return name.starts_with("__MACOSX/") || name == ".DS_Store" || name.ends_with("/.DS_Store"); }

/// Unpacks the current entry; `budget` is reduced by its size.
Result<std::string> inflate(unzFile file, const std::string& name, std::uint64_t& budget) {
  if (unzOpenCurrentFile(file) != UNZ_OK) return refuse(name + ": is damaged");
  std::string out;
  std::array<char, 65536> part{};
  int got = 0;
  while ((got = unzReadCurrentFile(file, part.data(), part.size())) > 0) {
    const auto count = static_cast<std::uint64_t>(got);
    if (count > budget) {
      unzCloseCurrentFile(file);
      return refuse("unpacks to more than the limit");
    }
    budget -= count;
    out.append(part.data(), count);
  }
  // Closing checks the checksum, but only after everything was read.
  const bool sound = unzCloseCurrentFile(file) == UNZ_OK;
  if (got < 0 || !sound) return refuse(name + ": is damaged");
  return out;
}

}  // namespace

Result<Archive> Archive::open(std::string_view bytes, ArchiveLimits limits) {
  Archive archive(bytes, limits);
  return archive.check().map([&] { return std::move(archive); });
}

Status Archive::check() {
  const Reader reader(bytes_);
  unz_global_info64 about{};
  if (reader.get() == nullptr || unzGetGlobalInfo64(reader.get(), &about) != UNZ_OK) return damaged();
  if (about.number_entry > limits_.most_entries) return refuse("contains more than " + std::to_string(limits_.most_entries) + " entries");
  std::set<std::string, std::less<>> names, directories;
  std::uint64_t promised = 0;
  int step = about.number_entry == 0 ? UNZ_END_OF_LIST_OF_FILE : unzGoToFirstFile(reader.get());
  for (; step == UNZ_OK; step = unzGoToNextFile(reader.get())) {
    auto entry = current(reader.get());
    if (!entry) return fail(std::move(entry.error()));
    if (auto status = check_entry(*entry); !status) return status;
    promised += std::min<std::uint64_t>(entry->info.uncompressed_size, limits_.most_bytes + 1);
    if (promised > limits_.most_bytes) return refuse("unpacks to more than " + std::to_string(limits_.most_bytes >> 20U) + " MiB");
    if (is_extra(entry->name)) continue;
    const std::string name = entry->is_directory() ? entry->name.substr(0, entry->name.size() - 1) : entry->name;
    if (!names.insert(name).second) return refuse(name + ": occurs twice");
    if (entry->is_directory()) directories.insert(name);
    else files_.push_back(name);
    for (std::size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1))
      directories.insert(name.substr(0, slash));
  }
  if (step != UNZ_END_OF_LIST_OF_FILE) return damaged();
  for (const std::string& file : files_)
    if (directories.contains(file)) return refuse(file + ": is a file and a directory");
  return {};
}

Status Archive::unpack(const Take& take) const {
  const Reader reader(bytes_);
  if (reader.get() == nullptr) return damaged();
  std::uint64_t budget = limits_.most_bytes;
  std::size_t taken = 0;
  for (int step = unzGoToFirstFile(reader.get()); step == UNZ_OK; step = unzGoToNextFile(reader.get())) {
    auto entry = current(reader.get());
    if (!entry) return fail(std::move(entry.error()));
    if (entry->is_directory() || is_extra(entry->name)) continue;
    auto bytes = inflate(reader.get(), entry->name, budget);
    if (!bytes) return fail(std::move(bytes.error()));
    if (auto status = take(entry->name, *bytes, entry->is_executable()); !status) return status;
    ++taken;
  }
  return taken == files_.size() ? Status{} : damaged();
}

Result<std::string> Archive::read(std::string_view path, std::size_t most) const {
  const Reader reader(bytes_);
  if (reader.get() == nullptr) return damaged();
  const std::string name(path);
  if (unzLocateFile(reader.get(), name.c_str(), 1) != UNZ_OK) return refuse(name + ": is missing");
  std::uint64_t budget = most;
  return inflate(reader.get(), name, budget);
}

}  // namespace facio::serve
