#include "commands/facio/manifest/client/record.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "cli/core/encoding.hpp"
#include "cli/core/file_writer.hpp"
#include "cli/core/lock_holder.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/command_line/whole_answer.hpp"
#include "cli/contexts/trusted_path.hpp"

namespace facio::manifest {
namespace {

constexpr std::size_t kMostBytes = 256 * 1024 * 1024, kKeyBytes = 32, kMostApplies = 50;

/// Nothing when there is no such file.
Result<std::optional<std::string>> read_own(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file && errno == ENOENT) return std::optional<std::string>();
  struct stat about {};
  std::string bytes;
  if (!file || ::fstat(file.get(), &about) != 0) return fail(Code::output, "cannot read " + path + ": " + system_reason(errno));
  if (!S_ISREG(about.st_mode)) return fail(Code::output, "cannot read " + path + ": it is no regular file");
  if (!read_all(file.get(), bytes, kMostBytes)) return fail(Code::output, "cannot read " + path + ": " + system_reason(errno));
  if (bytes.size() > kMostBytes) return fail(Code::output, path + " is larger than 256 MiB");
  return std::optional(std::move(bytes));
}

/// Code::conflict when another process has just made it.
Status make_key(const std::string& path) {
  auto file = FileWriter::open(path, 0600, FileWriter::Existing::keep);
  if (!file) return fail(std::move(file.error()));
  auto written = file->write(random_hex(kKeyBytes));
  return written ? file->finish() : written;
}

/// The user's key. Where nothing is recorded yet it is made if `writes`, else one that nobody keeps will do.
Result<std::string> own_key(const std::string& directory, bool writes) {
  const std::string path = directory + "/key";
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto key = read_own(path);
    if (!key) return fail(std::move(key.error()));
    if (*key && (*key)->size() < 2 * kKeyBytes)
      return fail(Code::integrity, path + " is damaged", "move it away; every secret is then sent once more");
    if (*key) return std::move(**key);
    if (!writes) return random_hex(kKeyBytes);
    if (auto made = make_key(path); !made && made.error().code() != Code::conflict) return fail(std::move(made.error()));
  }
  return fail(Code::output, path + ": cannot be read back");
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; }) &&
         id.front() != '.';
}

Status fill(JsonRef from, Record& record) {
  const JsonRef all = from.get("objects");
  if (!all.is(JsonKind::object)) return fail(Code::integrity, "it has no objects");
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all.at(i).is(JsonKind::object)) return fail(Code::integrity, "an object is of another type");
    auto object = read_remembered(all.at(i));
    if (!object) return fail(std::move(object.error()));
    record.objects.emplace(all.name_at(i), std::move(*object));
  }
  return {};
}

std::string text_json(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

Status lock(Client& client, const std::string& path, bool waits, Descriptor& file) {
  file = Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail(Code::output, "cannot write " + path + ": " + system_reason(errno));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return {};
  if (!waits) return fail(Code::conflict, "another facioctl applies to this agent");
  const std::string holder = lock_holder(file.get());
  const Waiting waiting(client, {.what = "waiting for " + (holder.empty() ? "another facioctl" : holder) + ", which applies to this agent",
                                 .ending = "Ctrl-C stops waiting; nothing was sent",
                                 .is_long = Waiting::kAtOnce});
  while (::flock(file.get(), LOCK_EX) != 0)
    if (errno != EINTR) return fail(Code::output, "cannot lock " + path + ": " + system_reason(errno));
  return {};
}

}  // namespace

std::string to_text(const Remembered& object) {
  ObjectText one, macs;
  one.add("owner", text_json(object.owner));
  one.add("body", object.body.dump());
  for (const auto& [pointer, mac] : object.macs) macs.add(pointer, text_json(mac));
  if (!macs.empty()) one.add("macs", macs.closed());
  if (object.is_protected) one.add("protected", "true");
  return one.closed();
}

Result<Remembered> read_remembered(JsonRef from) {
  const JsonRef macs = from.get("macs"), mark = from.get("protected"), body = from.get("body");
  auto kept = JsonDocument::parse(body ? body.dump() : "{}");
  if (!kept) return fail(std::move(kept.error()));
  Remembered object{.owner = from.get("owner").text(), .body = std::move(*kept)};
  for (std::size_t i = 0; i < macs.size(); ++i) object.macs.emplace(macs.name_at(i), macs.at(i).text());
  object.is_protected = mark.is_true();
  return object;
}

Result<Record> Record::open(Client& client, bool writes) { return open_locked(client, writes ? Locking::wait : Locking::none); }

Result<std::optional<Record>> Record::try_open(Client& client) {
  auto record = open_locked(client, Locking::no_wait);
  if (!record && record.error().code() == Code::conflict) return std::optional<Record>();
  if (!record) return fail(std::move(record.error()));
  return std::optional<Record>(std::move(*record));
}

Result<Record> Record::open_locked(Client& client, Locking locking) {
  const auto target = client.target();
  if (!target) return fail(target.error());
  Record record;
  record.agent_ = (*target)->context.url + ((*target)->context.agent.empty() ? "" : "#" + (*target)->context.agent);
  const std::string base = state_directory(client.environment()) + "/manifest";
  constexpr std::size_t kDigits = 16;
  record.directory_ = base + "/" + sha256_hex({record.agent_}).substr(0, kDigits);
  const bool writes = locking != Locking::none;
  for (const char* const folder : {"/applies/x", "/guards/x"})
    if (auto made = writes ? make_directories_above(record.directory_ + folder) : Status(); !made) return fail(std::move(made.error()));
  if (auto trusted = check_trusted(record.directory_ + "/record.json", "the apply record"); !trusted)
    return fail(std::move(trusted.error()));
  if (writes)
    if (auto locked = lock(client, record.directory_ + "/lock", locking == Locking::wait, record.lock_); !locked)
      return fail(std::move(locked.error()));
  const bool had_key = ::access((base + "/key").c_str(), F_OK) == 0;
  auto key = own_key(base, writes);
  if (!key) return fail(std::move(key.error()));
  record.key_ = std::move(*key);
  const auto text = read_own(record.directory_ + "/record.json");
  if (!text) return fail(text.error());
  if (!*text) return record;
  const auto document = JsonDocument::parse(**text);
  auto filled = document ? fill(document->root(), record) : Status(fail(document.error()));
  if (!filled)
    return fail(Code::integrity, record.directory_ + "/record.json cannot be read: " + filled.error().message(),
                "move it away; objects then have to be adopted again");
  if (!had_key) record.forget_macs(client, base + "/key");
  return record;
}

void Record::forget_macs(Client& client, const std::string& key) {
  bool any = false;
  for (auto& [name, object] : objects) {
    any = any || !object.macs.empty();
    object.macs.clear();
  }
  if (any) (void)note(client, key + " is gone, with which secrets are compared; each of them is sent once more");
}

std::string Record::mac(std::string_view text) const { return hmac_sha256_hex(key_, {text}); }

Status Record::save() const {
  ObjectText all;
  for (const auto& [name, object] : objects) all.add(name, to_text(object));
  ObjectText document;
  document.add("agent", text_json(agent_));
  document.add("objects", all.closed());
  return replace_file(directory_ + "/record.json", document.closed() + "\n");
}

Status Record::save_apply(const std::string& id, std::string_view json) const {
  if (auto status = replace_file(directory_ + "/applies/" + id + ".json", std::string(json) + "\n"); !status) return status;
  auto ids = applies();
  for (std::size_t i = 0; ids.size() > kMostApplies && i < ids.size() - kMostApplies; ++i)
    for (const char* const folder : {"/applies/", "/guards/"}) (void)::unlink((directory_ + folder + ids[i] + ".json").c_str());
  return {};
}

Result<JsonDocument> Record::read_apply(const std::string& id) const {
  if (!is_id(id)) return no_such("apply", id, "facioctl applies");
  const auto text = read_own(directory_ + "/applies/" + id + ".json");
  if (!text) return fail(text.error());
  if (!*text) return no_such("apply", id, "facioctl applies");
  auto document = JsonDocument::parse(**text);
  if (!document) return fail(Code::integrity, directory_ + "/applies/" + id + ".json cannot be read: " + document.error().message());
  return document;
}

std::vector<std::string> Record::applies() const { return ids_in("applies"); }
std::vector<std::string> Record::guards() const { return ids_in("guards"); }

std::vector<std::string> Record::ids_in(const char* folder) const {
  std::vector<std::string> ids;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory_ + "/" + folder, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".json" && is_id(at->path().stem().string())) ids.push_back(at->path().stem());
  std::ranges::sort(ids);  // they begin with the time
  return ids;
}

Status Record::save_guard(const std::string& id, std::string_view json) const {
  return replace_file(directory_ + "/guards/" + id + ".json", std::string(json) + "\n");
}

Result<std::optional<JsonDocument>> Record::read_guard(const std::string& id) const {
  if (!is_id(id)) return std::optional<JsonDocument>();
  const auto text = read_own(directory_ + "/guards/" + id + ".json");
  if (!text) return fail(text.error());
  if (!*text) return std::optional<JsonDocument>();
  auto document = JsonDocument::parse(**text);
  if (!document) return fail(std::move(document.error()));
  return std::optional<JsonDocument>(std::move(*document));
}

}  // namespace facio::manifest
