#include "commands/serve/files/archive.hpp"

#include <minizip/unzip.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <set>

#include "cli/files/workspace_files.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongestName = 512;
constexpr unsigned kEncrypted = 1U | 1U << 6 | 1U << 13;  // by password, strongly, or with a hidden list of entries

tl::unexpected<Error> refuse(std::string why) { return fail_field(Code::rejected, "zip", "zip: " + std::move(why)); }
tl::unexpected<Error> damaged() { return refuse("is damaged or no zip file"); }

// -------------------------------------------------------------------------------- the library's view of a buffer

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

// ---------------------------------------------------------------------------------------------------- one entry

struct ZipEntry {
  std::string name;
  unz_file_info64 info{};
  [[nodiscard]] bool is_directory() const { return name.ends_with('/'); }
};

Result<ZipEntry> current(unzFile file) {
  ZipEntry entry;
  std::array<char, kLongestName + 1> name{};
  if (unzGetCurrentFileInfo64(file, &entry.info, name.data(), name.size(), nullptr, 0, nullptr, 0) != UNZ_OK) return damaged();
  if (entry.info.size_filename > kLongestName) return refuse("holds a name of more than 512 bytes");
  entry.name.assign(name.data(), entry.info.size_filename);
  return entry;
}

Status check_entry(const ZipEntry& entry) {
  const std::string_view name = entry.name;
  const std::string shown(name.substr(0, name.find_first_of(std::string_view("\0\n\r\x1b", 4))));
  if (name.find('\\') != std::string_view::npos) return refuse(shown + ": has a backslash in its name");
  if (name.size() > 1 && name[1] == ':') return refuse(shown + ": begins with a drive");
  if (auto status = WorkspaceFiles::check_path(name); !status) return refuse(shown + ": " + status.error().message());
  std::string_view rest = entry.is_directory() ? name.substr(0, name.size() - 1) : name;
  while (true) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    if (part.empty() || part == ".") return refuse(shown + ": has an empty part in its name");
    if (part.size() == rest.size()) break;
    rest.remove_prefix(part.size() + 1);
  }
  if ((entry.info.flag & kEncrypted) != 0) return refuse(shown + ": is encrypted");
  if (entry.info.compression_method != 0 && entry.info.compression_method != Z_DEFLATED)
    return refuse(shown + ": is compressed in a way that is not known here; use deflate");
  // Whatever system the archive claims to come from: where there is a file type, it is one of these two.
  const auto type = static_cast<mode_t>(entry.info.external_fa >> 16) & S_IFMT;
  if (type == S_IFLNK) return refuse(shown + ": is a symbolic link");
  if (type != 0 && type != S_IFREG && type != S_IFDIR) return refuse(shown + ": is no regular file");
  if ((type == S_IFDIR) != entry.is_directory() && type != 0)
    return refuse(shown + ": is a directory by its mode but not by its name, or the other way round");
  return {};
}

bool is_extra(std::string_view name) { return name.starts_with("__MACOSX/") || name == ".DS_Store" || name.ends_with("/.DS_Store"); }

/// Unpacks the current entry; `budget` is what may still come out and shrinks.
Result<std::string> inflate(unzFile file, const std::string& name, std::uint64_t& budget) {
  if (unzOpenCurrentFile(file) != UNZ_OK) return refuse(name + ": is damaged");
  std::string out;
  std::array<char, 65536> part{};
  int got = 0;
  while ((got = unzReadCurrentFile(file, part.data(), part.size())) > 0) {
    const auto count = static_cast<std::uint64_t>(got);
    if (count > budget) {
      unzCloseCurrentFile(file);
      return refuse("unpacks to more than is allowed");
    }
    budget -= count;
    out.append(part.data(), count);
  }
  // Closing tells whether the checksum is right, but only after everything was read.
  const bool sound = unzCloseCurrentFile(file) == UNZ_OK;
  if (got < 0 || !sound) return refuse(name + ": is damaged");
  return out;
}

}  // namespace

Result<Archive> Archive::open(std::string_view bytes, ArchiveLimits limits) {
  Archive archive(bytes, limits);
  if (auto status = archive.check(); !status) return fail(std::move(status.error()));
  return archive;
}

Status Archive::check() {
  const Reader reader(bytes_);
  unz_global_info64 about{};
  if (reader.get() == nullptr || unzGetGlobalInfo64(reader.get(), &about) != UNZ_OK) return damaged();
  if (about.number_entry > limits_.most_entries) return refuse("holds more than " + std::to_string(limits_.most_entries) + " entries");
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
    if (!names.insert(name).second) return refuse(name + ": is there twice");
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

Status Archive::unpack(const std::function<Status(const std::string& path, std::string_view bytes)>& take) const {
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
    if (auto status = take(entry->name, *bytes); !status) return status;
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
