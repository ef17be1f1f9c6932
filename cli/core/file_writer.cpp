#include "cli/core/file_writer.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/encoding.hpp"

namespace facio {
namespace {

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string("./") : path.substr(0, slash + 1);
}

tl::unexpected<Error> is_there(const std::string& path) { return fail(Code::conflict, path + " already exists; nothing was overwritten"); }

}  // namespace

Result<FileWriter> FileWriter::open(const std::string& path, mode_t mode, Existing existing) {
  struct ::stat found {};
  if (existing == Existing::keep && ::lstat(path.c_str(), &found) == 0) return is_there(path);
  auto end = end_of_path(path);
  if (!end) return fail(std::move(end.error()));
  FileWriter writer(path, std::move(end->path), existing);
  writer.mode_ = mode;
  if (end->is_stream) {
    writer.file_ = Descriptor(::open(writer.path_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  } else {
    writer.part_ = directory_of(writer.path_) + ".facioctl-" + random_hex(16) + ".tmp";
    writer.file_ = Descriptor(::open(writer.part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  }
  if (!writer.file_) {
    writer.part_.clear();
    return writer.failed(errno);
  }
  // Who cleans up after killed processes leaves what is locked alone.
  if (!writer.part_.empty()) (void)::flock(writer.file_.get(), LOCK_EX | LOCK_NB);
  return writer;
}

FileWriter::~FileWriter() {
  if (file_ && !part_.empty()) (void)::unlink(part_.c_str());
}

tl::unexpected<Error> FileWriter::failed(int error) const {
  return fail(Code::output, "cannot write " + shown_ + ": " + system_reason(error));
}

Status FileWriter::write(std::string_view bytes) { return write_all(file_.get(), bytes) ? Status() : failed(errno); }

/// False, with errno set.
bool FileWriter::publish() const {
  if (existing_ == Existing::replace) return ::rename(part_.c_str(), path_.c_str()) == 0;
  if (::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;  // where the file system does not know it, a second name does the same
  return ::link(part_.c_str(), path_.c_str()) == 0 && ::unlink(part_.c_str()) == 0;
}

Status FileWriter::finish(Durable durable) {
  if (part_.empty()) return file_.close() ? Status() : failed(errno);
  const bool written = ::fchmod(file_.get(), mode_) == 0 && (durable == Durable::no || ::fsync(file_.get()) == 0);
  if (!written || !publish()) {
    const int why = errno;
    return existing_ == Existing::keep && why == EEXIST ? Status(is_there(shown_)) : failed(why);
  }
  part_.clear();
  if (!file_.close()) return failed(errno);
  if (durable == Durable::no) return {};
  const Descriptor directory(::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory && ::fsync(directory.get()) != 0 && errno != EINVAL) return failed(errno);
  return {};
}

}  // namespace facio
