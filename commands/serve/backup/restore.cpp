#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>

#include "cli/core/encoding.hpp"
#include "cli/core/files.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "commands/serve/backup/checks.hpp"
#include "commands/serve/backup/zip_file.hpp"
#include "commands/serve/private_file.hpp"

namespace facio::serve {
namespace {

constexpr std::uint64_t kMostItems = 5'000'000, kMostOfManifest = std::uint64_t{1} << 30U, kMostOfKey = 4096;
/// Deflate cannot pack more than this into a byte.
constexpr std::uint64_t kMostRatio = 1100;

using Items = std::map<std::string, ZipItem, std::less<>>;

tl::unexpected<Error> damaged(const std::string& why) { return fail(Code::integrity, "the backup " + why, "use another backup"); }

const Part* part_of(std::string_view path) {
  const std::string_view first = path.substr(0, path.find('/'));
  const auto found = std::ranges::find(kParts, first, &Part::name);
  if (found == std::end(kParts)) return nullptr;
  const bool tree = found->kind == PartKind::tree || found->kind == PartKind::repository;
  return tree || first.size() == path.size() ? &*found : nullptr;
}

/// A relative path that leads nowhere else, and belongs to a part.
Status check_path(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  for (const std::string_view one : split(path, '/'))
    if (one.empty() || one == "." || one == ".." || one.find('\0') != std::string_view::npos)
      return damaged("contains the path " + printable(path) + ", which points outside it");
  if (part_of(path) == nullptr) return damaged("contains " + printable(path) + ", which is not part of a backup");
  return {};
}

struct Manifest {
  std::int64_t format = 0, schema = 0;
  Items files;
  std::uint64_t bytes = 0;
};

Result<ZipReader> open_zip(int fd) {
  auto zip = ZipReader::open(fd);
  if (!zip) return damaged(zip.error().message());
  if (zip->count() > kMostItems) return damaged("contains more than 5 million items");
  return zip;
}

Status read_all_of(ZipReader& zip, ZipItem& item, std::uint64_t most, std::string& to) {
  auto status = zip.read(item, most, [&to](std::string_view piece) {
    to += piece;
    return Status{};
  });
  return status ? Status{} : damaged(status.error().message());
}

Result<std::string> manifest_text(int fd) {
  auto zip = open_zip(fd);
  if (!zip) return fail(std::move(zip.error()));
  ZipItem item;
  for (;;) {
    auto more = zip->next(item);
    if (!more) return damaged(more.error().message());
    if (!*more) return damaged("has no manifest");
    if (item.name != kManifest) continue;
    std::string text;
    return read_all_of(*zip, item, kMostOfManifest, text).map([&] { return std::move(text); });
  }
}

Result<Manifest> read_manifest(int fd) {
  auto text = manifest_text(fd);
  if (!text) return fail(std::move(text.error()));
  auto parsed = JsonDocument::parse(*text);
  if (!parsed) return damaged("has a manifest that is not JSON");
  const JsonRef root = parsed->root();
  const auto number = [](JsonRef value) { return value.is(JsonKind::integer) ? value.integer() : -1; };
  Manifest manifest{.format = number(root.get("format")), .schema = number(root.get("schema"))};
  if (manifest.format < 1) return damaged("has a manifest without a format");
  if (manifest.format > kBackupFormat)
    return fail(Code::usage,
                "the backup was made by a newer facioctl (format " + std::to_string(manifest.format) + ", this one knows " +
                    std::to_string(kBackupFormat) + ")",
                "restore it with that facioctl, or upgrade this one");
  const JsonRef files = root.get("files");
  if (!files.is(JsonKind::array)) return damaged("has a manifest without a list of files");
  for (std::size_t i = 0; i < files.size(); ++i) {
    const JsonRef one = files.at(i);
    const std::int64_t size = number(one.get("size")), mode = number(one.get("mode"));
    if (!one.get("path").is(JsonKind::string) || !one.get("sha256").is(JsonKind::string) || size < 0 || mode < 0)
      return damaged("has an incomplete manifest");
    ZipItem item{one.get("path").string(), static_cast<std::uint64_t>(size), one.get("sha256").string(), static_cast<mode_t>(mode) & 0777U};
    if (auto status = check_path(item.name); !status) return fail(std::move(status.error()));
    manifest.bytes += item.size;
    if (!manifest.files.emplace(item.name, item).second) return damaged("names " + printable(item.name) + " twice");
  }
  if (!manifest.files.contains("facio.db")) return damaged("has no store");
  return manifest;
}

/// Unpacks into a directory of its own.
class Unpacking {
 public:
  Unpacking(Manifest manifest, std::string directory) : manifest_(std::move(manifest)), directory_(std::move(directory)) {}

  Status run(int fd) {
    auto zip = open_zip(fd);
    if (!zip) return fail(std::move(zip.error()));
    ZipItem item;
    for (;;) {
      auto more = zip->next(item);
      if (!more) return damaged(more.error().message());
      if (!*more) break;
      if (item.name == kManifest) continue;
      if (auto status = check_path(item.name); !status) return status;
      if (auto status = item.is_directory() ? make_directory_of(item) : unpack(*zip, item); !status) return status;
    }
    if (!manifest_.files.empty()) return damaged("lacks " + printable(manifest_.files.begin()->first));
    return {};
  }
  [[nodiscard]] const std::optional<Secret>& key() const { return key_; }
  [[nodiscard]] std::int64_t files() const { return files_; }

 private:
  [[nodiscard]] tl::unexpected<Error> unwritable(const std::string& name) const {
    return fail(Code::output, "cannot write " + directory_ + "/" + printable(name) + ": " + system_reason(errno));
  }

  Status make_directory_of(const ZipItem& item) {
    const std::string path = directory_ + "/" + item.name;
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error || ::chmod(path.c_str(), item.mode | 0700U) != 0) return unwritable(item.name);
    return {};
  }

  Status unpack(ZipReader& zip, ZipItem& item) {
    const auto promised = manifest_.files.find(item.name);
    if (promised == manifest_.files.end())
      return damaged("contains " + printable(item.name) + ", which its manifest does not list, or contains it twice");
    const ZipItem wanted = promised->second;
    manifest_.files.erase(promised);
    const bool is_key = part_of(item.name)->kind == PartKind::key;
    Status status = is_key ? unpack_key(zip, item, wanted) : unpack_file(zip, item, wanted);
    if (!status) return status;
    if (item.size != wanted.size || item.sha256 != wanted.sha256)
      return damaged("contains a changed " + printable(item.name) + ": its hash is different");
    ++files_;
    return {};
  }

  Status unpack_key(ZipReader& zip, ZipItem& item, const ZipItem& wanted) {
    std::string text;
    if (auto status = read_all_of(zip, item, std::min(wanted.size, kMostOfKey), text); !status) return status;
    key_ = Secret(std::move(text));
    return {};
  }

  Status unpack_file(ZipReader& zip, ZipItem& item, const ZipItem& wanted) {
    const std::string path = directory_ + "/" + item.name;
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
    // Below a new directory without any link: the path cannot lead elsewhere.
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return unwritable(item.name);
    Status written;
    const Status read = zip.read(item, wanted.size, [&](std::string_view piece) {
      if (!write_all(file.get(), piece)) written = unwritable(item.name);
      return written;
    });
    if (!written) return written;
    if (!read) return damaged(read.error().message());
    const bool store = part_of(item.name)->kind == PartKind::store || part_of(item.name)->secret;
    if (::fchmod(file.get(), store ? 0600 : wanted.mode | 0600U) != 0 || !file.close()) return unwritable(item.name);
    return {};
  }

  Manifest manifest_;
  const std::string directory_;
  std::optional<Secret> key_;
  std::int64_t files_ = 0;
};

/// The directory that a restore goes to must be missing or empty.
Status check_target(const std::string& data) {
  struct stat found {};
  if (::lstat(data.c_str(), &found) != 0)
    return errno == ENOENT ? Status{} : fail(Code::usage, "cannot examine " + data + ": " + system_reason(errno));
  const auto refuse = [](std::string message, const char* hint) { return fail(Code::conflict, std::move(message), hint); };
  if (!S_ISDIR(found.st_mode)) return refuse(data + " is not a directory", "name a new directory with --data");
  const Descriptor lock(::open((data + "/lock").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (lock && ::flock(lock.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return refuse("a server is using " + data, "stop it, and restore into a new directory with --data");
  std::error_code error;
  if (std::filesystem::is_empty(data, error) && !error) return {};
  return refuse(data + " is not empty, and a restore replaces nothing", "move it away, or name a new directory with --data");
}

Status check_room(const std::string& directory, const Manifest& manifest, int backup) {
  struct stat found {};
  struct statvfs disk {};
  if (::fstat(backup, &found) != 0 || ::statvfs(directory.c_str(), &disk) != 0) return {};
  if (manifest.bytes / kMostRatio > static_cast<std::uint64_t>(found.st_size))
    return damaged("claims to unpack to more than it can contain");
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (manifest.bytes <= free) return {};
  return fail(Code::output, "the backup unpacks to " + std::to_string(manifest.bytes) + " bytes, and " + directory + " has room for " +
                                std::to_string(free));
}

/// A directory that is gone at the end, unless it was kept.
struct Unpacked {
  explicit Unpacked(std::string name) : path(std::move(name)) {}
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;
  ~Unpacked() {
    if (!path.empty()) remove_directory(path);
  }
  std::string path;
};

/// What was unpacked is sound, and its secrets can be opened; the remark if nobody has their key.
Result<std::string> check_unpacked(const std::string& directory, const ServeOptions& options, const std::optional<Secret>& key) {
  auto store = store::open_store_file(directory + "/facio.db", "the backup");
  if (!store) return fail(std::move(store.error()));
  std::vector<Verified> all{verify_store(**store), verify_versions(directory + "/versions")};
  for (Verified& one : verify_logs(**store)) all.push_back(std::move(one));
  for (const Verified& one : all)
    if (one.code != Code::ok) return damaged("is damaged: " + one.message);
  const bool given = key || !options.vault_key.empty() || ::access(options.vault_key_file.c_str(), F_OK) == 0;
  if (!given) {
    auto used = (*store)->documents().get("", "vault", "check");
    if (!used) return fail(std::move(used.error()));
    return *used ? "the stored secrets need their key, which is not in the backup; put it into " + options.vault_key_file : std::string{};
  }
  const Vault::Source source = key ? Vault::Source{.text = *key} : Vault::Source{.text = options.vault_key, .file = options.vault_key_file};
  const Verified opened = verify_key(**store, source);
  return opened.code == Code::ok ? Result<std::string>(std::string{}) : fail(opened.code, opened.message, opened.fix);
}

/// Puts the key beside the data, unless it is there.
Status place_key(const ServeOptions& options, const Secret& key) {
  const std::string& path = options.vault_key_file;
  const Status made = create_private_file(path, key);
  if (made) return {};
  if (made.error().code() != Code::conflict)
    return fail(Code::output, "cannot create the key file " + path + ": " + made.error().message());
  const auto present = read_private_file(path, FileOwner::self_or_root);
  if (present && equal_in_constant_time(present->reveal(), key.reveal())) return {};
  return fail(Code::conflict, "the key file " + path + " contains a different key than the backup",
              "move it away, or name another file with --secrets-key-file");
}

/// Gives the directory its place: what was unpacked is on the disk before, and the name afterwards.
Status place(Unpacked& unpacked, const std::string& data, const std::string& parent) {
  const Descriptor directory(::open(unpacked.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Descriptor above(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || !above || ::syncfs(directory.get()) != 0)
    return fail(Code::output, "cannot write " + data + ": " + system_reason(errno));
  if (::rename(unpacked.path.c_str(), data.c_str()) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) return check_target(data);
    return fail(Code::output, "cannot create " + data + ": " + system_reason(errno));
  }
  unpacked.path.clear();
  return ::fsync(above.get()) == 0 ? Status{} : fail(Code::output, "cannot write " + data + ": " + system_reason(errno));
}

}  // namespace

Result<BackupDone> restore_backup(const ServeOptions& options, const std::string& file) {
  if (auto status = check_target(options.data); !status) return fail(std::move(status.error()));
  const Descriptor backup(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat found {};
  if (!backup || ::fstat(backup.get(), &found) != 0)
    return fail(errno == ENOENT ? Code::not_found : Code::usage, "cannot read " + file + ": " + system_reason(errno));
  if (!S_ISREG(found.st_mode)) return fail(Code::usage, file + " is not a regular file", "name the file that serve backup made");
  auto manifest = read_manifest(backup.get());
  if (!manifest) return fail(std::move(manifest.error()));
  if (auto status = make_directories_above(options.data, 0700); !status) return fail(std::move(status.error()));
  const auto above = std::filesystem::path(options.data).parent_path();
  const std::string parent = above.empty() ? "." : above.string();
  BackupDone done{.bytes = static_cast<std::int64_t>(manifest->bytes)};
  if (auto status = check_room(parent, *manifest, backup.get()); !status) return fail(std::move(status.error()));
  Unpacked unpacked(options.data + ".restore-" + random_hex(12));
  if (!make_directory(unpacked.path)) return fail(Code::output, "cannot create " + unpacked.path + ": " + system_reason(errno));
  Unpacking unpacking(std::move(*manifest), unpacked.path);
  if (auto status = unpacking.run(backup.get()); !status) return fail(std::move(status.error()));
  auto remark = check_unpacked(unpacked.path, options, unpacking.key());
  if (!remark) return fail(std::move(remark.error()));
  if (!remark->empty()) done.remarks.push_back(std::move(*remark));
  done.remarks.push_back("a backup does not contain the last checkpoint of the audit log; the server reports that until " +
                         options.audit_beside + ".findings is removed");
  if (unpacking.key())
    if (auto status = place_key(options, *unpacking.key()); !status) return fail(std::move(status.error()));
  if (auto status = place(unpacked, options.data, parent); !status) return fail(std::move(status.error()));
  done.files = unpacking.files();
  return done;
}

}  // namespace facio::serve
