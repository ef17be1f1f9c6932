#include "commands/serve/backup/backup.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>

#include "cli/core/encoding.hpp"
#include "cli/core/files.hpp"
#include "cli/core/json.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "commands/serve/backup/zip_file.hpp"
#include "commands/serve/private_file.hpp"
#include "commands/serve/store/store_file.hpp"

namespace facio::serve {
namespace {

constexpr int kDeepest = 100;           ///< directories within one another; each keeps a descriptor
constexpr std::size_t kLongest = 4000;  ///< bytes of a path
constexpr std::size_t kMostNamed = 5;   ///< of what is left out

using Inode = std::pair<dev_t, ino_t>;

tl::unexpected<Error> unreadable(const std::string& path, int error) {
  return fail(Code::output, "cannot read " + path + ": " + system_reason(error));
}

std::string directory_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

/// A file that is gone at the end, whatever happens.
struct Temporary {
  explicit Temporary(std::string name) : path(std::move(name)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() { ::unlink(path.c_str()); }
  [[nodiscard]] Descriptor make() const {
    return Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  }
  const std::string path;
};

/// Names in a directory, sorted, but `last` comes last.
Result<std::vector<std::string>> names_in(int directory, std::string_view last, const std::string& shown) {
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* open = copy < 0 ? nullptr : ::fdopendir(copy);
  if (open == nullptr) return unreadable(shown, errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(open)) {
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(open);
  std::ranges::sort(names, {}, [last](const std::string& name) { return std::pair(name == last, name); });
  return names;
}

class Backup {
 public:
  Backup(const ServeOptions& options, ZipWriter& zip) : options_(options), zip_(zip) {
    for (const std::string& own :
         {options.data, options.data + "/facio.db", options.vault_key_file, options.token_file, options.client_files})
      if (struct stat found{}; !own.empty() && ::stat(own.c_str(), &found) == 0) own_.insert({found.st_dev, found.st_ino});
  }

  Status add(const Part& part, int snapshot) {
    const std::string name(part.name);
    switch (part.kind) {
      case PartKind::store: return keep(zip_.add(name, 0600, snapshot));
      case PartKind::key: return add_key(name);
      case PartKind::file: return add_file(options_.data + "/" + name, name);
      case PartKind::tree:
      case PartKind::repository: break;
    }
    const bool elsewhere = part.name == "workspace" && !options_.workspace.empty();
    const std::string path = elsewhere ? options_.workspace : options_.data + "/" + name;
    const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return errno == ENOENT ? Status{} : unreadable(path, errno);
    return add_tree(directory.get(), name, part.kind == PartKind::repository ? "objects" : "", 1);
  }

  Status add_manifest(int schema, bool with_key) {
    std::string text = R"({"format":)" + std::to_string(kBackupFormat) + R"(,"made_by":"facioctl )" FACIOCTL_VERSION R"(","made_at":")" +
                       format_rfc3339(now_ms()) + R"(","schema":)" + std::to_string(schema) + R"(,"with_key":)" +
                       (with_key ? "true" : "false") + ",\"files\":[";
    for (const ZipItem& item : items_) {
      if (&item != &items_.front()) text += ',';
      text += json_object("path", item.name, "size", static_cast<std::int64_t>(item.size), "sha256", item.sha256, "mode",
                          static_cast<std::int64_t>(item.mode))
                  .text;
    }
    text += "]}\n";
    return zip_.add_text(std::string(kManifest), 0600, text).map([](const ZipItem&) {});
  }

  [[nodiscard]] BackupDone done() const {
    BackupDone done{.files = static_cast<std::int64_t>(items_.size())};
    for (const ZipItem& item : items_) done.bytes += static_cast<std::int64_t>(item.size);
    if (left_out_.empty()) return done;
    std::string words = "not in the backup, which contains only regular files with UTF-8 names:";
    for (std::size_t i = 0; i < std::min(left_out_.size(), kMostNamed); ++i) words += (i == 0 ? " " : ", ") + printable(left_out_[i]);
    if (left_out_.size() > kMostNamed) words += " and " + std::to_string(left_out_.size() - kMostNamed) + " more";
    done.remarks.push_back(words);
    return done;
  }

 private:
  Status keep(Result<ZipItem> item) {
    if (!item) return fail(std::move(item.error()));
    items_.push_back(std::move(*item));
    return {};
  }

  Status add_key(const std::string& name) {
    if (!options_.vault_key.empty()) return keep(zip_.add_text(name, 0600, options_.vault_key.reveal()));
    auto word = read_private_file(options_.vault_key_file, FileOwner::self_or_root);
    if (!word && word.error().code() == Code::not_found) return {};  // none was needed so far
    if (!word) return fail(Code::usage, "key file " + options_.vault_key_file + ": " + word.error().message(), word.error().hint());
    return keep(zip_.add_text(name, 0600, word->reveal()));
  }

  Status add_file(const std::string& path, const std::string& name) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file) return errno == ENOENT ? Status{} : unreadable(path, errno);
    return keep(zip_.add(name, 0600, file.get()));
  }

  /// What vanishes meanwhile is not there. Nothing follows a link: what the agent writes must not decide what is read.
  Status add_tree(int directory, const std::string& name, std::string_view last, int depth) {
    struct stat found {};
    if (::fstat(directory, &found) != 0) return unreadable(name, errno);
    if (auto status = zip_.add_directory(name, found.st_mode & 0777U); !status) return status;
    auto names = names_in(directory, last, name);
    if (!names) return fail(std::move(names.error()));
    for (const std::string& one : *names)
      if (auto status = add_entry(directory, one, name + "/" + one, depth); !status) return status;
    return {};
  }

  Status add_entry(int directory, const std::string& one, const std::string& name, int depth) {
    struct stat found {};
    if (::fstatat(directory, one.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) return errno == ENOENT ? Status{} : unreadable(name, errno);
    if (own_.contains({found.st_dev, found.st_ino}) || (one.starts_with(".facioctl-") && one.ends_with(".tmp"))) return {};
    const bool is_directory = S_ISDIR(found.st_mode);
    if ((!is_directory && !S_ISREG(found.st_mode)) || depth >= kDeepest || name.size() > kLongest || !is_utf8(name)) {
      left_out_.push_back(name);
      return {};
    }
    const Descriptor open(::openat(directory, one.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!open) return errno == ENOENT || errno == ELOOP ? Status{} : unreadable(name, errno);
    struct stat now {};
    if (::fstat(open.get(), &now) != 0 || (now.st_mode & S_IFMT) != (found.st_mode & S_IFMT)) return {};
    if (is_directory) return add_tree(open.get(), name, {}, depth + 1);
    return keep(zip_.add(name, now.st_mode & 0777U, open.get()));
  }

  const ServeOptions& options_;
  ZipWriter& zip_;
  std::set<Inode> own_;  ///< what must not get into a backup by way of a workspace that holds it
  std::vector<ZipItem> items_;
  std::vector<std::string> left_out_;
};

Result<BackupDone> write_backup(const ServeOptions& options, store::StoreFile& store, int snapshot, int to, bool with_key) {
  auto zip = ZipWriter::open(to);
  if (!zip) return fail(std::move(zip.error()));
  Backup backup(options, *zip);
  for (const Part& part : kParts) {
    if (part.secret && !with_key) continue;
    if (auto status = backup.add(part, snapshot); !status) return fail(std::move(status.error()));
  }
  Status status = backup.add_manifest(store.schema(), with_key);
  if (status) status = zip->finish();
  if (!status) return fail(std::move(status.error()));
  return backup.done();
}

/// Gives the finished file its name, unless that is taken, and makes both durable.
Status publish_backup(int made, const std::string& temporary, const std::string& file) {
  if (::fsync(made) != 0) return fail(Code::output, "cannot write " + file + ": " + system_reason(errno));
  if (::link(temporary.c_str(), file.c_str()) != 0)
    return errno == EEXIST
               ? fail(Code::conflict, file + " already exists, and a backup replaces nothing", "choose another name, or remove it")
               : fail(Code::output, "cannot create " + file + ": " + system_reason(errno));
  const Descriptor directory(::open(directory_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) return fail(Code::output, "cannot write " + file + ": " + system_reason(errno));
  return {};
}

}  // namespace

Result<BackupDone> make_backup(const ServeOptions& options, const std::string& file, bool with_key) {
  struct stat found {};
  if (::lstat(file.c_str(), &found) == 0)
    return fail(Code::conflict, file + " already exists, and a backup replaces nothing", "choose another name, or remove it");
  auto store = store::open_store_file(options.data + "/facio.db", options.data);
  if (!store) return fail(std::move(store.error()));
  const std::string beside = directory_of(file) + "/.facioctl-" + random_hex(12);
  const Temporary copied(beside + ".db.tmp"), made(beside + ".tmp");
  const auto refused = [&file](int error) { return fail(Code::output, "cannot create " + file + ": " + system_reason(error)); };
  const Descriptor snapshot = copied.make();
  if (!snapshot) return refused(errno);
  // The store first: what it names in files and versions was written before.
  if (auto status = (*store)->copy_to(copied.path); !status) return fail(std::move(status.error()));
  const Descriptor to = made.make();
  if (!to) return refused(errno);
  auto done = write_backup(options, **store, snapshot.get(), to.get(), with_key);
  if (!done) return done;
  if (auto status = publish_backup(to.get(), made.path, file); !status) return fail(std::move(status.error()));
  if (!with_key)
    done->remarks.emplace_back(
        "stored secrets are included in encrypted form, without their key; keep that key elsewhere, or use --with-key");
  return done;
}

}  // namespace facio::serve
