// facioctl audit export: events as one object a line, packed if asked for, each line bound to the one before.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/core/time.hpp"
#include "commands/facio/audit/client/chain.hpp"
#include "commands/facio/audit/client/file.hpp"
#include "commands/facio/audit/client/filter.hpp"
#include "commands/facio/audit/client/log.hpp"
#include "commands/facio/audit/client/zstd.hpp"

namespace facio::audit {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

/// Where an export goes: standard output, or a file that has its name only when it is whole.
class Target {
 public:
  Target(Client& client, std::string path, bool packed) : client_(client), path_(std::move(path)), packed_(packed) {}
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() {
    if (fd_ < 0) return;
    ::close(fd_);
    (void)::unlink(part_.c_str());
  }

  Status open() {
    if (path_.empty()) {
      if (packed_ && client_.streams().out.is_terminal())
        return fail(Code::usage, "packed data are not printed on a terminal", "--out FILE");
      return {};
    }
    part_ = path_ + ".part";
    fd_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd_ < 0) return fail_field(Code::usage, "--out", "--out: cannot write " + part_ + ": " + system_reason(errno));
    return {};
  }
  Status write(std::string_view text) {
    plain_ += text;
    return plain_.size() < kPiece ? Status{} : send(false);
  }
  Status finish() {
    if (auto status = send(true); !status) return status;
    if (fd_ < 0) return client_.streams().out.flush();
    const bool kept = ::fsync(fd_) == 0 && ::close(fd_) == 0 && std::rename(part_.c_str(), path_.c_str()) == 0;
    fd_ = -1;
    return kept ? Status{} : failed();
  }

 private:
  [[nodiscard]] Status failed() const { return fail(Code::output, "cannot write " + path_ + ": " + system_reason(errno)); }
  Status send(bool last) {
    std::string packed;
    if (packed_)
      if (auto status = packer_.pack(plain_, last, packed); !status) return status;
    std::string_view rest = packed_ ? packed : plain_;
    if (fd_ < 0) {
      auto status = client_.streams().out.write(rest);
      plain_.clear();
      return status;
    }
    while (!rest.empty()) {
      const ssize_t written = ::write(fd_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return failed();
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    plain_.clear();
    return {};
  }

  Client& client_;
  std::string path_, part_, plain_;
  bool packed_;
  int fd_ = -1;
  Packer packer_;
};

/// Makes the lines: bare, or as links of a chain.
class ExportedLines {
 public:
  ExportedLines(Target& target, bool chained) : target_(target), chained_(chained) {}
  Status event(std::string_view json) {
    ++events_;
    return put(json);
  }
  Status begin(const std::string& agent) {
    if (!chained_) return {};
    std::string object = R"({"_export":{"version":1,"hash":"sha256","agent":)";
    append_json_string(object, agent);
    return put(object + R"(,"made":")" + format_rfc3339(now_ms()) + "\"}}");
  }
  Status end() { return chained_ ? put("{\"_end\":{\"events\":" + std::to_string(events_) + "}}") : Status{}; }
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  Status put(std::string_view object) {
    if (chained_) return target_.write(chain_.line(object) + "\n");
    if (auto status = target_.write(object); !status) return status;
    return target_.write("\n");
  }
  Target& target_;
  bool chained_;
  ChainWriter chain_;
  std::uint64_t events_ = 0;
};

Status put_all(Client& client, const Filter& filter, ExportedLines& lines) {
  const Invocation& invocation = client.invocation();
  if (invocation.given("file")) {
    Scanner scanner(filter);
    auto status = read_blocks(std::string(invocation.value("file")), [&](std::string_view block) {
      return scanner.scan(block, [&lines](std::string_view line, const EventFields&) -> Result<bool> {
        if (auto put = lines.event(line); !put) return fail(std::move(put.error()));
        return true;
      });
    });
    return status ? tell_bad_lines(client, scanner) : std::move(status);
  }
  auto reading = read_log(client, filter, Wanted(), nullptr, [&lines](Event&& event) -> Result<bool> {
    if (auto put = lines.event(event.json); !put) return fail(std::move(put.error()));
    return true;
  });
  return reading ? Status{} : fail(std::move(reading.error()));
}

}  // namespace

Result<int> export_log(Client& client) {
  const Invocation& invocation = client.invocation();
  auto filter = Filter::from(invocation);
  if (!filter) return fail(std::move(filter.error()));
  filter->with_own_reading = true;  // an archive leaves nothing out
  std::string path(invocation.value("out"));
  if (path == "-") path.clear();
  std::string word(invocation.value("output"));
  if (word.empty()) word = path.ends_with(".zst") ? "ndjson.zst" : "ndjson";
  if (word != "ndjson" && word != "ndjson.zst")
    return fail_field(Code::usage, "--output", "--output: '" + word + "' is not one of ndjson, ndjson.zst");
  if (invocation.global.only_shows()) {
    auto shown = show_or_send(client, Pages(client, filter->query()).request(true, filter->from_ms, filter->to_ms, 500, 0));
    return shown ? Result<int>(0) : fail(std::move(shown.error()));
  }
  std::string agent = "file";
  if (!invocation.given("file")) {
    auto name = agent_name(client);
    if (!name) return fail(std::move(name.error()));
    agent = std::move(*name);
  }
  Target target(client, path, word == "ndjson.zst");
  ExportedLines lines(target, invocation.is_set("chain"));
  Status status = target.open();
  if (status) status = lines.begin(agent);
  if (status) status = put_all(client, *filter, lines);
  if (status) status = lines.end();
  if (status) status = target.finish();
  if (!status) return fail(std::move(status.error()));
  if (!path.empty() && !invocation.global.quiet) {
    const std::string words = std::to_string(lines.events()) + " events are in " + printable(path) + "\n";
    if (auto told = client.streams().err.write(words); !told) return fail(std::move(told.error()));
  }
  return 0;
}

}  // namespace facio::audit
