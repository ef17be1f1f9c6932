// facioctl audit export: events as one JSON object a line, optionally compressed and chained.
#include <optional>

#include "cli/core/file_writer.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/client/chain.hpp"
#include "commands/facio/audit/client/file.hpp"
#include "commands/facio/audit/client/filter.hpp"
#include "commands/facio/audit/client/log.hpp"
#include "cli/files/zstd.hpp"

namespace facio::audit {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

/// Where an export goes: standard output, or a file that gets its name only once it is complete.
class Target {
 public:
  Target(Client& client, std::string path, bool packed) : client_(client), path_(std::move(path)), packed_(packed) {}
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  Status open() {
    if (path_.empty() && packed_ && client_.streams().out.is_terminal())
      return fail(Code::usage, "compressed data is not printed on a terminal", "--out FILE");
    if (path_.empty()) return {};
    auto file = FileWriter::open(path_);
    if (!file) return fail(std::move(file.error()).with_field("--out"));
    file_.emplace(std::move(*file));
    return {};
  }
  Status write(std::string_view text) {
    plain_ += text;
    return plain_.size() < kPiece ? Status{} : send(false);
  }
  Status finish() {
    if (auto status = send(true); !status) return status;
    return file_ ? file_->finish() : client_.streams().out.flush();
  }

 private:
  Status send(bool last) {
    std::string packed;
    if (packed_)
      if (auto status = compressor_.add(plain_, last, packed); !status) return status;
    const std::string& bytes = packed_ ? packed : plain_;
    Status status = file_ ? file_->write(bytes) : client_.streams().out.write(bytes);
    plain_.clear();
    return status;
  }

  Client& client_;
  std::string path_, plain_;
  bool packed_;
  std::optional<FileWriter> file_;
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
  Target target(client, path, word == "ndjson.zst");
  if (auto status = target.open(); !status) return fail(std::move(status.error()));  // before the agent is asked
  std::string agent = "file";
  if (!invocation.given("file")) {
    auto name = agent_name(client);
    if (!name) return fail(std::move(name.error()));
    agent = std::move(*name);
  }
  ExportedLines lines(target, invocation.is_set("chain"));
  Status status = lines.begin(agent);
  if (status) status = put_all(client, *filter, lines);
  if (status) status = lines.end();
  if (status) status = target.finish();
  if (!status) return fail(std::move(status.error()));
  if (path.empty() || invocation.global.quiet) return 0;
  return client.streams().err.write(std::to_string(lines.events()) + " events are in " + printable(path) + "\n").map([] { return 0; });
}

}  // namespace facio::audit
