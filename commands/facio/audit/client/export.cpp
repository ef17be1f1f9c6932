// facioctl audit export: events as one JSON object a line, optionally compressed and chained.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "cli/core/files.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/client/chain.hpp"
#include "commands/facio/audit/client/file.hpp"
#include "commands/facio/audit/client/filter.hpp"
#include "commands/facio/audit/client/log.hpp"
#include "commands/facio/audit/client/zstd.hpp"

namespace facio::audit {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

/// Where an export goes: standard output, or a file that gets its name only once it is complete.
class Target {
 public:
  Target(Client& client, std::string path, bool packed) : client_(client), path_(std::move(path)), packed_(packed) {}
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() {
    if (fd_) (void)::unlink(part_.c_str());
  }

  Status open() {
    if (path_.empty() && packed_ && client_.streams().out.is_terminal())
      return fail(Code::usage, "packed data are not printed on a terminal", "--out FILE");
    if (path_.empty()) return {};
    part_ = path_ + ".part";
    fd_ = Descriptor(::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd_) return fail_field(Code::usage, "--out", "--out: cannot write " + part_ + ": " + system_reason(errno));
    return {};
  }
  Status write(std::string_view text) {
    plain_ += text;
    return plain_.size() < kPiece ? Status{} : send(false);
  }
  Status finish() {
    if (auto status = send(true); !status) return status;
    if (!fd_) return client_.streams().out.flush();
    const bool kept = ::fsync(fd_.get()) == 0 && fd_.close() && std::rename(part_.c_str(), path_.c_str()) == 0;
    return kept ? Status{} : failed();
  }

 private:
  [[nodiscard]] Status failed() const { return fail(Code::output, "cannot write " + path_ + ": " + system_reason(errno)); }
  Status send(bool last) {
    std::string packed;
    if (packed_)
      if (auto status = compressor_.add(plain_, last, packed); !status) return status;
    const std::string& bytes = packed_ ? packed : plain_;
    Status status;
    if (!fd_) status = client_.streams().out.write(bytes);
    else if (!write_all(fd_.get(), bytes)) status = failed();
    plain_.clear();
    return status;
  }

  Client& client_;
  std::string path_, part_, plain_;
  bool packed_;
  Descriptor fd_;
  Compressor compressor_;
};

/// Writes the lines, chained if requested.
class ExportedLines {
 public:
  ExportedLines(Target& target, bool chained) : target_(target), chained_(chained) {}
  Status event(std::string_view json) {
    ++events_;
    return put(json);
  }
  Status begin(const std::string& agent) {
    if (!chained_) return {};
    const auto head = json_object("version", 1, "hash", "sha256", "agent", agent, "made", format_rfc3339(now_ms()));
    return put(json_object("_export", head).text);
  }
  Status end() { return chained_ ? put(json_object("_end", json_object("events", events_)).text) : Status{}; }
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  Status put(std::string_view object) { return target_.write((chained_ ? chain_.line(object) : std::string(object)) + "\n"); }
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
      return scanner.scan(block,
                          [&lines](std::string_view line, const EventFields&) { return lines.event(line).map([] { return true; }); });
    });
    return status ? warn_of_bad_lines(client, scanner) : std::move(status);
  }
  return read_log(client, filter, LogRange(), nullptr, [&lines](Event&& event) { return lines.event(event.json).map([] { return true; }); })
      .map([](const Reading&) {});
}

}  // namespace

Result<int> export_log(Client& client) {
  const Invocation& invocation = client.invocation();
  auto filter = Filter::from(invocation);
  if (!filter) return fail(std::move(filter.error()));
  filter->with_own_reading = true;  // an archive is complete
  std::string path(invocation.value("out"));
  if (path == "-") path.clear();
  std::string word(invocation.value("output"));
  if (word.empty()) word = path.ends_with(".zst") ? "ndjson.zst" : "ndjson";
  if (word != "ndjson" && word != "ndjson.zst")
    return fail_field(Code::usage, "--output", "--output: '" + word + "' is not one of ndjson, ndjson.zst");
  if (invocation.global.only_shows()) return Pages(client, filter->query()).show(true, filter->from_ms, filter->to_ms);
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
  if (path.empty() || invocation.global.quiet) return 0;
  return client.streams().err.write(std::to_string(lines.events()) + " events are in " + printable(path) + "\n").map([] { return 0; });
}

}  // namespace facio::audit
